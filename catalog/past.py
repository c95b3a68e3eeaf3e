"""The catalogue of a past publication number: the same reading, with an index in memory of what was public then."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import date
from weakref import WeakKeyDictionary

import sqlalchemy as sa
import tantivy

from catalog import tables
from catalog.index import Found, Ground, Index, View
from catalog.preview.keeping import Keeping
from catalog.preview.mapped import marked
from catalog.reading import documents, indexed
from catalog.reading.documents import SCHEMA, Marker
from catalog.reading.entries import FACETS, Hit, Query
from catalog.reading.remembered import Remembered
from catalog.search import Catalogue
from catalog.store import current, shadowed
from schemas.region import Region

# Beyond so many datasets the past is not searched: an index of them takes too long to make while somebody waits.
MOST = 5000
_KEPT = 2
_BATCH = 1000
_HEAP_BYTES = 15_000_000
_remembered: WeakKeyDictionary[Catalogue, Remembered] = WeakKeyDictionary()
_building = threading.Lock()


class PastIndex(Index):
    """An index in memory of the datasets that were public at a number. It never changes."""

    def __init__(self, engine: sa.Engine, region: Region, marker: Marker) -> None:
        # What showed a map then is not known: a file counts by what it shows now.
        mapped = marked(Keeping(region).mapped)
        opened = tantivy.Index(SCHEMA)
        writer = opened.writer(_HEAP_BYTES, 1)
        last = 0
        while batch := indexed.datasets(engine, region, marker.number, tables.versions.c.id > last, _BATCH, mapped):
            for _, dataset in batch:
                writer.add_document(documents.document(dataset))
            last = batch[-1][0]
        writer.commit()
        writer.wait_merging_threads()
        opened.reload()
        self._view = View.of(marker, opened.searcher())

    def refresh(self) -> None:
        """Nothing to take over."""


class ListedIndex(Index):
    """What stands in the place of an index where there were too many datasets: it lists them all by their position."""

    def __init__(self, engine: sa.Engine, number: int, total: int) -> None:
        self._view = None
        self._engine = engine
        self._number = number
        self._total = total

    def refresh(self) -> None:
        """Nothing to take over."""

    def search(self, query: Query, _ground: Ground, _today: date) -> Found:
        """One page of all datasets; whatever else is asked for is not looked at."""
        records = tables.records
        statement = (
            sa.select(records.c.key)
            .join_from(records, tables.versions, tables.versions.c.key == records.c.key)
            .where(current(self._number), ~shadowed(self._number), records.c.kind == "dataset")
            .order_by(records.c.position)
            .offset((max(query.page, 1) - 1) * query.size)
            .limit(query.size)
        )
        with self._engine.connect() as connection:
            keys = tuple(connection.scalars(statement))
        return Found(self._number, self._total, keys, dict.fromkeys(FACETS, ()))


class PastCatalogue(Catalogue):
    """The catalogue as it was at ``number``. ``searched``: whether it has an index, or can only be listed."""

    def __init__(self, catalogue: Catalogue, number: int, index: Index, searched: bool) -> None:
        self.__dict__.update(catalogue.__dict__)
        self.index = index
        self.past_number = number
        self.searched = searched

    def hits(self, keys: Sequence[str], at: int) -> tuple[Hit, ...]:
        """The records of some keys; what their sources lack is known of now alone."""
        return tuple(hit._replace(absent_since=None) for hit in super().hits(keys, at))

    def close(self) -> None:
        """Nothing of its own to close."""


def catalogue_at(catalogue: Catalogue, number: int) -> PastCatalogue:
    """The catalogue as it was at a number; not ``searched`` where it held more than ``MOST`` datasets.

    Takes some seconds where it is asked for the first time: not for the event loop. It is kept until something else is
    published, for that may be the forgetting of a person, whom the past does not know any more either.
    """
    known = _remembered.setdefault(catalogue, Remembered(_KEPT))
    asked = (number, catalogue.number())
    found: PastCatalogue | None = known.get(asked)
    if found is not None:
        return found
    with _building:  # one at a time: the others find it made
        return known.once(asked, lambda: _made(catalogue, number))


def _made(catalogue: Catalogue, number: int) -> PastCatalogue:
    total = _count(catalogue.engine, number)
    if total > MOST:
        return PastCatalogue(catalogue, number, ListedIndex(catalogue.engine, number, total), searched=False)
    marker = Marker(number, catalogue.published_at(number), documents.VERSION)
    index = PastIndex(catalogue.engine, catalogue.region, marker)
    return PastCatalogue(catalogue, number, index, searched=True)


def _count(engine: sa.Engine, number: int) -> int:
    """How many datasets were public at a number."""
    records, versions = tables.records, tables.versions
    statement = (
        sa.select(sa.func.count())
        .select_from(records.join(versions, versions.c.key == records.c.key))
        .where(current(number), ~shadowed(number), records.c.kind == "dataset")
    )
    with engine.connect() as connection:
        return connection.scalar(statement) or 0
