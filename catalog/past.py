"""The catalogue of a past publication number: the same reading, with an index in memory of what was public then."""

from __future__ import annotations

import copy
import threading
from weakref import WeakKeyDictionary

import sqlalchemy as sa
import tantivy

from catalog import tables
from catalog.index import SEARCHES, Index, View
from catalog.reading import documents, indexed
from catalog.reading.documents import SCHEMA, Marker
from catalog.reading.remembered import Remembered
from catalog.search import Catalogue
from catalog.store import current, shadowed

# Beyond so many datasets the past is not searched: an index of them takes too long to make while somebody waits.
MOST = 5000
_KEPT = 2
_BATCH = 1000
_HEAP_BYTES = 15_000_000
_remembered: WeakKeyDictionary[Catalogue, Remembered] = WeakKeyDictionary()
_building = threading.Lock()


class PastIndex(Index):
    """An index in memory of the datasets that were public at a number. It never changes."""

    def __init__(self, engine: sa.Engine, base_url: str, marker: Marker) -> None:
        opened = tantivy.Index(SCHEMA)
        writer = opened.writer(_HEAP_BYTES, 1)
        last = 0
        while batch := indexed.datasets(engine, base_url, marker.number, tables.versions.c.id > last, _BATCH):
            for _, dataset in batch:
                writer.add_document(documents.document(dataset))
            last = batch[-1][0]
        writer.commit()
        writer.wait_merging_threads()
        opened.reload()
        self._view = View(marker, opened.searcher(), Remembered(SEARCHES), Remembered(SEARCHES))

    def refresh(self) -> None:
        """Nothing to take over."""


def catalogue_at(catalogue: Catalogue, number: int) -> Catalogue | None:
    """The catalogue as it was at a number; None if it held more than ``MOST`` datasets.

    Takes some seconds where it is asked for the first time: not for the event loop. It is kept until something else is
    published, for that may be the forgetting of a person, whom the past does not know any more either.
    """
    known = _remembered.setdefault(catalogue, Remembered(_KEPT))
    asked = (number, catalogue.number())
    found: Catalogue | None = known.get(asked)
    if found is not None:
        return found
    with _building:  # one at a time: the others find it made
        if count(catalogue.engine, number) > MOST:
            return None
        return known.once(asked, lambda: _made(catalogue, number))


def count(engine: sa.Engine, number: int) -> int:
    """How many datasets were public at a number."""
    records, versions = tables.records, tables.versions
    statement = (
        sa.select(sa.func.count())
        .select_from(records.join(versions, versions.c.key == records.c.key))
        .where(current(number), ~shadowed(number), records.c.kind == "dataset")
    )
    with engine.connect() as connection:
        return connection.scalar(statement) or 0


def _made(catalogue: Catalogue, number: int) -> Catalogue:
    past = copy.copy(catalogue)
    marker = Marker(number, catalogue.published_at(number), documents.VERSION)
    past.index = PastIndex(catalogue.engine, catalogue.region.base_url, marker)
    return past
