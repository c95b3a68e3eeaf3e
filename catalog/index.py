"""The search index as readers use it: its folder, the state in force, the search. Only the follower writes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
import tantivy

from catalog.reading import matching, queries, similar, spelling
from catalog.reading.beside import Beside
from catalog.reading.documents import SCHEMA, Marker, Marks, marks
from catalog.reading.entries import FACETS, NEWEST, Hit, Query
from catalog.reading.filtering import Counts, Filters
from catalog.reading.matching import Matching
from catalog.reading.places import Places
from catalog.reading.remembered import Remembered
from catalog.reading.summary import Summary
from schemas.tables.geometry import BoundingBox

_COMMON_FROM = 1000  # datasets: weighing fewer costs nothing that one would notice
SEARCHES = 256  # whose facets are kept, and whose totals and pages
_KEPT_UP_TO = 100  # datasets of a page that is kept
_BESIDE_FROM = 20_000  # datasets: in fewer, facets are counted sooner than a thread begins


class Found(NamedTuple):
    """What the index found: the number that it is up to, how many datasets, the keys of one page, the facets.

    ``marks`` is what it tells of the datasets of that page.
    """

    number: int
    total: int
    keys: tuple[str, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]
    marks: Mapping[str, Marks] = MappingProxyType({})

    def marked(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """Hits of that page with what the index tells of them."""
        return tuple(
            hit._replace(traits=m.traits, called=m.called) if (m := self.marks.get(hit.key)) else hit for hit in hits
        )


class Ground(NamedTuple):
    """What searches need to know of the region: its municipalities' names, sources, and boxes as far as known."""

    places: Places
    sources: Mapping[str, Sequence[str]]
    boxes: Mapping[str, BoundingBox]


class View(NamedTuple):
    """One state of the index, with what was found in it. Facets are the same on every page of a search."""

    marker: Marker
    searcher: tantivy.Searcher
    facets: Remembered
    totals: Remembered
    pages: Remembered
    speller: Remembered
    matching: Matching

    @classmethod
    def of(cls, marker: Marker, searcher: tantivy.Searcher) -> View:
        """A state of which nothing was asked yet."""
        most = max(_COMMON_FROM, searcher.num_docs // 50)

        def common(field: str, term: str) -> bool:
            return searcher.doc_freq(field, term) > most

        def holds(term: str) -> bool:
            return any(searcher.doc_freq(field, term) for field in ("all", "all_parts"))

        kept = (Remembered(SEARCHES), Remembered(SEARCHES), Remembered(SEARCHES), Remembered(1))
        return cls(marker, searcher, *kept, Matching(common, holds))

    def filters(self, query: Query, ground: Ground, today: date) -> Filters:
        """What a search asks of this state."""
        words = self.matching.build(queries.understood(query.q, ground.places))
        return Filters(query, words, ground.sources, ground.boxes, today)


class Index:
    """The index as readers see it: one state after another, each whole. Safe for several threads."""

    def __init__(self, cache: Path) -> None:
        self.folder = cache / "index"
        self._lock = threading.Lock()
        self._beside = Beside()
        self._current = self.folder / "current"
        self._meta = self.folder / "meta.json"
        self._state: tuple[object, object] | None = None
        self._opened: tuple[Path, tantivy.Index] | None = None
        self._view: View | None = None

    @property
    def number(self) -> int:
        """The publication number that the index is up to; 0 if there is none."""
        view = self._view
        return view.marker.number if view else 0

    @property
    def size(self) -> int:
        """How many datasets it holds."""
        view = self._view
        return view.searcher.num_docs if view else 0

    def refresh(self) -> None:
        """Takes over what the follower has written since; without change it costs the look at two files."""
        named = stamp(self._current)
        if self._state is not None and self._state[0] == named and self._state[1] == stamp(self._meta):
            return
        generation = current_generation(self.folder)
        self._meta = (generation or self.folder) / "meta.json"
        state = (named, stamp(self._meta))
        with self._lock:
            try:
                self._take_over(generation)
            except (ValueError, OSError):
                return  # deleted or replaced just now: the state at hand stays good, the next call looks again
            self._state = state

    def _take_over(self, generation: Path | None) -> None:
        if generation is None:
            self._opened = self._view = None
            return
        if self._opened is None or self._opened[0] != generation:
            self._opened = (generation, tantivy.Index(SCHEMA, path=str(generation)))
        opened = self._opened[1]
        opened.reload()
        searcher = opened.searcher()
        marker = read_marker(searcher)
        self._view = View.of(marker, searcher) if marker else None

    def search(self, query: Query, ground: Ground, today: date) -> Found:
        """One page of what a query finds, and the counts of all facets, each without its own filter."""
        view = self._view
        if view is None:
            return Found(0, 0, (), dict.fromkeys(FACETS, ()))

        def make() -> Found:
            filters = view.filters(query, ground, today)
            asked = _asked(query, today)
            facets: Callable[[], Counts] = partial(view.facets.once, asked, partial(filters.facets, view.searcher))
            if view.searcher.num_docs >= _BESIDE_FROM and view.facets.get(asked) is None:
                facets = self._beside.begin(facets)
            total, found = _page(view.searcher, filters)
            return Found(view.marker.number, total, tuple(found), facets(), found)

        return view.pages.once((today, query), make) if query.size <= _KEPT_UP_TO else make()

    def count(self, query: Query, ground: Ground, today: date) -> int:
        """How many datasets a query finds."""
        view = self._view
        if view is None:
            return 0

        def make() -> int:
            filters = view.filters(query, ground, today)
            return _count(view.searcher.search(filters.combined(), 1, True))

        return view.totals.once(_asked(query, today), make)

    def after(self, query: Query, ground: Ground, today: date, position: int, size: int) -> Found:
        """What a query finds beyond a position, in the order of positions; ``total`` counts all that it finds."""
        view = self._view
        if view is None:
            return Found(0, 0, (), {})
        filters = view.filters(query, ground, today)
        beyond = tantivy.Query.range_query(
            SCHEMA, "position", tantivy.FieldType.Integer, lower_bound=position, include_lower=False
        )
        total = _count(view.searcher.search(filters.combined(), 1, True))
        order: dict[str, Any] = {"order_by_field": "position", "order": tantivy.Order.Asc}
        found = view.searcher.search(filters.combined(extra=[beyond]), max(size, 1), False, **order)
        return Found(view.marker.number, total, _keys(view.searcher, found), {})

    def near(self, word: str) -> tuple[spelling.Word, ...]:
        """The words of the catalogue that a mistyped one may mean, the likeliest first."""
        view = self._view
        if view is None:
            return ()

        def leads(said: str) -> bool:
            met = view.matching.build(queries.parse(said))
            return met is not None and _count(view.searcher.search(met.met, 1, True)) > 0

        speller: spelling.Speller = view.speller.once("speller", lambda: spelling.Speller(view.searcher))
        return speller.near(word, leads)

    def beginning(self, query: Query, ground: Ground, today: date, prefix: str, most: int) -> tuple[spelling.Word, ...]:
        """The words that begin with some letters, with how many of the datasets that a query finds hold them."""
        view = self._view
        if view is None:
            return ()
        bare = query == Query()
        within = None if bare else view.filters(query, ground, today).combined()
        return spelling.beginning(view.searcher, prefix, within, most)

    def titled(self, query: Query, ground: Ground, today: date, prefix: str, most: int) -> tuple[str, ...]:
        """The keys of datasets that a query finds with a word in title or keywords that begins with some letters."""
        view = self._view
        begun = matching.beginning(prefix)
        if view is None or begun is None:
            return ()
        wanted = [view.filters(query, ground, today).combined(), begun]
        both = tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in wanted])
        return _keys(view.searcher, view.searcher.search(both, most, False))

    def similar(self, key: str, summary: Summary, ground: Ground, most: int) -> tuple[str, ...]:
        """The keys of datasets that are about the same as one, the most alike first."""
        view = self._view
        alike = similar.query(key, summary, ground.places) if view else None
        return _keys(view.searcher, view.searcher.search(alike, most, False)) if view and alike else ()

    def keys_by(self, field: str, values: Sequence[str]) -> tuple[str, ...]:
        """The keys of the datasets with one of the values in a raw field (publisher, distribution)."""
        view = self._view
        if view is None or not values:
            return ()
        query = tantivy.Query.term_set_query(SCHEMA, field, list(values))
        return _keys(view.searcher, view.searcher.search(query, view.searcher.num_docs, count=False))


def _asked(query: Query, today: date) -> tuple[Any, ...]:
    """A search without where in it one is: what its facets and its total depend on."""
    return today, replace(query, sort="", page=1, size=0)


def _page(searcher: tantivy.Searcher, filters: Filters) -> tuple[int, dict[str, Marks]]:
    query = filters.query
    start = (max(query.page, 1) - 1) * query.size
    limit = query.size if 0 <= start < searcher.num_docs else 0
    order: dict[str, Any] = {}
    if query.sort == "title":
        order = {"order_by_field": "by_title", "order": tantivy.Order.Asc}
    elif query.sort == NEWEST:
        order = {"order_by_field": "by_change", "order": tantivy.Order.Desc}
    elif query.sort == "modified" or filters.words is None or filters.words.weight is None:
        order = {"order_by_field": "by_date", "order": tantivy.Order.Desc}
    everything = filters.combined(weighed=not order)
    found = searcher.search(everything, max(limit, 1), True, offset=start if limit > 0 else 0, **order)
    documents = (searcher.doc(address) for _, address in found.hits) if limit > 0 else ()
    return _count(found), {str(document["key"][0]): marks(document) for document in documents}


def _count(found: tantivy.SearchResult) -> int:
    count: int = found.count  # type: ignore[attr-defined]  # not in the library's stubs
    return count


def _keys(searcher: tantivy.Searcher, found: tantivy.SearchResult) -> tuple[str, ...]:
    return tuple(str(searcher.doc(address)["key"][0]) for _, address in found.hits)


# ------------------------------------------------------------------------------------------------- the folder


def current_generation(folder: Path) -> Path | None:
    """The folder of the index that is in force. A full rebuild makes a new one, so that readers keep theirs."""
    try:
        name = (folder / "current").read_text().strip()
    except OSError:
        return None
    return folder / name if name.isalnum() else None


def read_marker(searcher: tantivy.Searcher) -> Marker | None:
    """Up to which number the index is; None if it does not say."""
    found = searcher.search(tantivy.Query.term_query(SCHEMA, "kind", "marker"), 1)
    if not found.hits:
        return None
    return Marker(*orjson.loads(searcher.doc(found.hits[0][1])["marker"][0]))


def stamp(file: Path) -> tuple[int, int] | None:
    """What is another once a file or folder has changed; None where there is none."""
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino
