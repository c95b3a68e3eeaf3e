"""The door for all reading of the catalogue: every answer is given at one publication number."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import sqlalchemy as sa

from catalog import database, tables
from catalog.identity.primaries import preferred
from catalog.index import Ground, Index
from catalog.maps.outlines import outlines
from catalog.reading import changelog, direct, naming, overview, past, rows
from catalog.reading.entries import (
    Change,
    Counts,
    Entry,
    FeedPage,
    Gone,
    Hit,
    Moved,
    Position,
    Query,
    Results,
    RunRow,
    Same,
    SetAside,
    SourceState,
    Version,
)
from catalog.reading.helping import Help, Helper
from catalog.reading.places import Places
from catalog.reading.remembered import Remembered
from catalog.reading.rows import FORMS
from catalog.reading.suggesting import Suggestions, suggest
from catalog.store import current, shadowed
from schemas import iris
from schemas.region import Region

PAGE = 100
_records, _versions = tables.records, tables.versions


class Catalogue:
    """The published catalogue of a region. One per process; safe for several threads.

    A reader takes :meth:`number` once per request and passes it on as ``at``; without it the newest is taken. ``forms``
    are the syntaxes beside N-Triples that entries carry; findings, trace and leftovers are loaded by :meth:`get` only.
    """

    def __init__(self, region: Region) -> None:
        """Opens the store and the index. Raises ConfigurationError."""
        self.region = region
        self.engine = database.prepare(region)
        self.index = Index(region.data / "cache")
        self.municipalities = {source.key: source.municipality for source in region.sources}
        self._sources = {
            municipality.id: tuple(s.key for s in region.sources if s.municipality == municipality.id)
            for municipality in region.municipalities
        }
        boxes = {outline.municipality.id: outline.box for outline in outlines(region).places}
        self.ground = Ground(Places(region.municipalities, self._sources), self._sources, boxes)
        self._made = Remembered(64)
        self._known = Remembered(2000)
        self._lock = threading.Lock()
        self._ticker = self.engine.raw_connection() if self.engine.dialect.name == "sqlite" else None

    def close(self) -> None:
        """Closes the connections to the store."""
        if self._ticker is not None:
            self._ticker.close()
        self.engine.dispose()

    def number(self) -> int:
        """The published number; 0 before the first publication."""
        if self._ticker is None:
            with self.engine.begin() as connection:
                return rows.published(connection)[0]
        with self._lock:  # past SQLAlchemy, because each request asks: 5 µs instead of 120
            cursor = self._ticker.cursor()
            cursor.execute("SELECT number FROM publication")
            found = cursor.fetchall()
        return int(found[0][0]) if found else 0

    def published_at(self, at: int) -> str:
        """When a number was published (UTC, ISO 8601); nothing for a number that never was."""
        with self.engine.begin() as connection:
            return rows.published_at(connection, at)

    # ---------------------------------------------------------------------------------------- search

    def find(self, query: Query, at: int | None = None, today: date | None = None) -> Results:
        """One page of the datasets that a query finds, with facets. ``today`` (in Europe/Berlin) is what ages count from.

        Never an error, whatever is asked. While the index is behind, it answers from what it has, without records that
        are no longer public.
        """
        at = self.number() if at is None else at
        self.index.refresh()
        found = self.index.search(query, self.ground, today or past.today())
        return Results(min(found.number, at), found.total, found.marked(self.hits(found.keys, at)), found.facets)

    def count(self, query: Query, today: date | None = None) -> int:
        """How many datasets a query finds in the newest state of the index."""
        self.index.refresh()
        return self.index.count(query, self.ground, today or past.today())

    def helped(self, query: Query, today: date | None = None) -> Help:
        """What helps about a search that found nothing."""
        self.index.refresh()
        return Helper(self.index, self.ground, today or past.today()).help(query)

    def suggestions(self, q: str, today: date | None = None) -> Suggestions:
        """What a text that is being typed into the search may go on as."""
        self.index.refresh()
        return suggest(self.index, self.ground, q, today or past.today())

    def hits(self, keys: Sequence[str], at: int) -> tuple[Hit, ...]:
        """The records of some keys in their order, as far as they are public at a number."""
        by_key: dict[str, Hit] = {}
        for some in rows.batches(keys):
            taken = direct.ask(self.engine, rows.select_hits, at=at, keys=some)
            by_key |= {row[0]: rows.hit(row, self.municipalities) for row in taken}
        return tuple(by_key[key] for key in keys if key in by_key)

    def similar(self, entry: Entry, at: int, most: int) -> tuple[Hit, ...]:
        """The datasets that are about the same as one, the most alike first; without records that are not public."""
        self.index.refresh()
        return self.hits(self.index.similar(entry.key, entry.summary, self.ground, most), at)

    def get(self, name: str, at: int | None = None, behind: bool = False) -> Entry | Gone | Moved | None:
        """The record of a SLUG, KEY, IRI or path of a minted IRI, of whatever kind; None if there is none.

        A minted IRI of a distribution gives its dataset. A withdrawn record is Gone, an alias is Moved, and so is a
        record that stands behind the same dataset of another source, unless ``behind`` asks for it.
        """
        at = self.number() if at is None else at
        with self.engine.begin() as connection:
            keys = self._keys(connection, name)
            if not keys:
                alias = sa.select(_records.c.slug).join(tables.aliases, tables.aliases.c.key == _records.c.key)
                slug = connection.scalar(alias.where(tables.aliases.c.slug == name))
                return Moved(slug) if slug else None
            statement = rows.select_entries(FORMS, explained=True).where(_records.c.key.in_(keys))
            found = {row.key: row for row in connection.execute(statement, {"at": at})}
            entries = [rows.entry(found[k], self.municipalities, FORMS, explained=True) for k in keys if k in found]
            entries.sort(key=lambda entry: entry.primary is not None)
            if entries and (behind or entries[0].primary is None):
                return entries[0]
            if entries:
                slug = sa.select(_records.c.slug).where(_records.c.key == entries[0].primary)
                return Moved(connection.scalar(slug) or "", permanent=False)
            return next((gone for key in keys if (gone := naming.gone(connection, key, at))), None)

    def candidates(self, name: str, at: int | None = None) -> tuple[Hit, ...]:
        """The records that RECORD of the command may mean: SLUG, KEY, IRI or SOURCE/NATIVE_ID; also withdrawn ones.

        Those that are public stand first; a withdrawn one shows its last version.
        """
        at = self.number() if at is None else at
        with self.engine.begin() as connection:
            keys = list(self._keys(connection, name))
            source_id, slash, native_id = name.partition("/")
            if slash and native_id:
                source = self.region.source(source_id)
                source_keys = {source_id, source.key if source else source_id}
                # A record that was relinked is found under its former id too: its KEY was made of that.
                made = [iris.key(source_key, native_id) for source_key in source_keys]
                by_id = sa.select(_records.c.key).where(
                    _records.c.source_key.in_(source_keys),
                    sa.or_(_records.c.native_id == native_id, _records.c.key.in_(made)),
                )
                keys += connection.scalars(by_id)
            if not keys:
                keys += connection.scalars(sa.select(tables.aliases.c.key).where(tables.aliases.c.slug == name))
            keys = list(dict.fromkeys(keys))
            known = (naming.last(connection, key, at, self.municipalities) for key in keys)
            last = [hit for hit in known if hit]
        public = self.hits(keys, at)
        shown = {hit.key for hit in public}
        return (*public, *(hit for hit in last if hit.key not in shown))

    # ---------------------------------------------------------------------------------------- feeds

    def page(self, page: int, at: int, forms: tuple[str, ...] = FORMS) -> FeedPage:
        """A page of the feed, from 1: the datasets at 100 positions, and what belongs to them.

        Services and series that were harvested for themselves stand at their position too, among the companions.
        Beyond the last page there is nothing.
        """
        first = PAGE * (page - 1) + 1
        last_page, total = self._last_page(at), self.counts(at).datasets
        found: list[Entry] = []
        if 1 <= page <= last_page:
            statement = rows.select_page(forms)
            span = {"at": at, "first": first, "last": first + PAGE - 1}
            with self.engine.begin() as connection:
                taken = connection.execute(statement, span).all()  # row by row takes twice as long
            found = [rows.entry(row, self.municipalities, forms) for row in taken]
        datasets = tuple(entry for entry in found if entry.kind == "dataset")
        others = tuple(entry for entry in found if entry.kind != "dataset")
        companions = {entry.key: entry for entry in (*others, *self.companions_of(found, at, forms))}
        return FeedPage(at, page, last_page, total, datasets, tuple(companions.values()))

    def companions_of(self, entries: Iterable[Entry], at: int, forms: tuple[str, ...] = FORMS) -> tuple[Entry, ...]:
        """The agents, services and series that entries refer to, also by way of one another, each once."""
        waiting = list(entries)
        asked = {entry.iri for entry in waiting}
        found: dict[str, Entry] = {}
        while wanted := {ref for entry in waiting for ref in entry.refs} - asked:
            asked |= wanted
            waiting = self._companions(sorted(wanted), at, forms)
            found |= {entry.iri: entry for entry in waiting}
        return tuple(found.values())

    def selection(
        self,
        query: Query,
        after: int,
        at: int,
        size: int = PAGE,
        forms: tuple[str, ...] = FORMS,
        today: date | None = None,
    ) -> FeedPage:
        """A page of a filtered feed: the next datasets beyond a position that a query finds, by position."""
        self.index.refresh()
        found = self.index.after(query, self.ground, today or past.today(), after, size)
        by_key: dict[str, Entry] = {}
        with self.engine.begin() as connection:
            for some in rows.batches(found.keys):
                statement = rows.select_entries(forms).where(_records.c.key.in_(some), rows.IN_FRONT)
                for row in connection.execute(statement, {"at": at}).all():
                    by_key[row.key] = rows.entry(row, self.municipalities, forms)
        entries = tuple(by_key[key] for key in found.keys if key in by_key)
        more = len(found.keys) == size and entries
        companions = self.companions_of(entries, at, forms)
        number = min(found.number, at)
        return FeedPage(number, 0, 0, found.total, entries, companions, entries[-1].position if more else None)

    def positions(self, at: int, after: int = 0, limit: int | None = 1000) -> Iterator[Position]:
        """The datasets beyond a position, by position, at most ``limit`` (None: all), read in batches."""
        left = limit
        while left is None or left > 0:
            size = rows.BATCH if left is None else min(rows.BATCH, left)
            statement = (
                sa.select(_records.c.position, _records.c.slug, _records.c.iri, _records.c.key, _versions.c.changed)
                .join_from(_records, _versions, _versions.c.key == _records.c.key)
                .where(current(at), ~shadowed(at), _records.c.kind == "dataset", _records.c.position > after)
                .order_by(_records.c.position)
                .limit(size)
            )
            with self.engine.begin() as connection:
                found = [Position(*row) for row in connection.execute(statement)]
            yield from found
            if len(found) < size:
                return
            after = found[-1].position
            left = None if left is None else left - len(found)

    def dump(self, at: int) -> Iterator[bytes]:
        """All records as N-Triples with their membership in the catalogue, in batches; the same at each call."""
        return rows.dump(self.engine, at, iris.catalog_iri(self.region.base_url))

    # ---------------------------------------------------------------------------------------- what changed, counts

    def changes(self, at: int, limit: int = 50, since: int | None = None, municipality: str = "") -> tuple[Change, ...]:
        """What publications up to a number, and after ``since``, did to datasets; the newest first.

        ``municipality`` is an id: only its datasets (none for an unknown one).
        """
        sources = self._sources.get(municipality, ()) if municipality else None
        return self._made.once(
            ("changes", at, limit, since, municipality),
            lambda: changelog.changes(self.engine, self.municipalities, at, limit, since, sources),
        )

    def following(
        self, at: int, limit: int, since: int, beyond: int | None = None, municipality: str = ""
    ) -> tuple[Change, ...]:
        """What publications after ``since`` did, the oldest first; of ``since`` itself what lies beyond a version's number."""
        sources = self._sources.get(municipality, ()) if municipality else None
        return changelog.following(self.engine, self.municipalities, at, limit, since, beyond, sources)

    def counts(self, at: int) -> Counts:
        """How many datasets there are, in all and by municipality, theme, format and licence."""
        return self._made.once(("counts", at), lambda: self._counts(at))

    def history(self, key: str) -> tuple[Version, ...]:
        """The versions of a record, the newest first."""
        at = self.number()
        with self.engine.begin() as connection:
            return tuple(rows.version(row, at) for row in connection.execute(rows.select_history(key, at)))

    def same(self, key: str, at: int | None = None) -> tuple[Same, ...]:
        """The same dataset from other sources: the other records of a cluster, its primary first."""
        at = self.number() if at is None else at
        with self.engine.begin() as connection:
            return rows.same(connection, key, at)

    def is_preferred(self, key: str, at: int) -> bool:
        """Whether a steward wants a record in front of its cluster."""
        with self.engine.begin() as connection:
            return bool(preferred(connection, [key], at))

    def runs(self, source_key: str | None = None, limit: int = 50) -> tuple[RunRow, ...]:
        """The last harvest runs, of one source or of all, the newest first."""
        with self.engine.begin() as connection:
            return overview.runs(connection, source_key, limit)

    def run(self, run_id: int) -> RunRow | None:
        """One harvest run, or None."""
        with self.engine.begin() as connection:
            row = connection.execute(sa.select(tables.runs).where(tables.runs.c.id == run_id)).first()
        return rows.run(row) if row else None

    def sources(self) -> tuple[SourceState, ...]:
        """How each configured source stands."""
        at = self.number()
        asked = ("figures", at, overview.last_end(self.engine))
        figures = self._made.once(asked, lambda: overview.figures(self.engine, at))
        return overview.sources(self.engine, self.region.sources, figures)

    def set_aside(self, source_key: str | None = None) -> tuple[SetAside, ...]:
        """The records that the last runs could not take, of one source or of all."""
        table = tables.set_aside
        statement = sa.select(table).order_by(table.c.source_key, table.c.native_id)
        if source_key is not None:
            statement = statement.where(table.c.source_key == source_key)
        with self.engine.begin() as connection:
            return tuple(rows.set_aside(row) for row in connection.execute(statement))

    # ---------------------------------------------------------------------------------------- inside

    def _keys(self, connection: sa.Connection, name: str) -> list[str]:
        """The keys that a name may mean, the most likely first; an IRI of several sources means its owner's."""
        kind, key = naming.minted(name, self.region.base_url)
        if kind == "distribution":
            self.index.refresh()
            return list(self.index.keys_by("distribution", [key]))
        if kind:
            return list(connection.scalars(sa.select(_records.c.key).where(_records.c.key == key)))
        return naming.keys(connection, name)

    def _counts(self, at: int) -> Counts:
        self.index.refresh()
        found = self.index.search(Query(size=0), self.ground, past.today())
        if found.number == at and at > 0:
            return overview.counted(self._sources, found)
        return overview.counts(self.engine, self._sources, at)

    def _last_page(self, at: int) -> int:
        return -(-self._made.once(("last", at), lambda: overview.last_position(self.engine, at)) // PAGE)

    def _companions(self, wanted: Sequence[str], at: int, forms: tuple[str, ...]) -> list[Entry]:
        """The agents, services and series of some IRIs. They recur from page to page, so they are remembered."""
        known = {iri: self._known.get((iri, at, forms)) for iri in wanted}
        missing = [iri for iri in wanted if known[iri] is None]
        if missing:
            with self.engine.begin() as connection:
                for some in rows.batches(missing):
                    for row in connection.execute(rows.select_by_iri(forms), {"at": at, "iris": some}):
                        if known[row.iri] is None:
                            known[row.iri] = rows.entry(row, self.municipalities, forms)
                            self._known.put((row.iri, at, forms), known[row.iri])
        return [entry for entry in known.values() if entry is not None]
