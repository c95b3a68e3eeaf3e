"""The search index as readers use it: its folder, the state in force, the search. Only the follower writes it."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import tantivy

from catalog.reading import queries
from catalog.reading.documents import EPOCH, SCHEMA, Marker
from catalog.reading.entries import AGES, Query
from catalog.reading.remembered import Remembered

FACETS = ("municipality", "theme", "format", "license", "age")
_FIELDS = {"municipality": "source", "theme": "theme", "format": "format", "license": "license"}
_DAYS = {"today": 0, "week": 6, "month": 30, "year": 365}
_ALL_VALUES = 10_000


class Found(NamedTuple):
    """What the index found: the number that it is up to, how many datasets, the keys of one page, the facets."""

    number: int
    total: int
    keys: tuple[str, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]


class _View(NamedTuple):
    """One state of the index. Facets are the same on every page of a search, and the dearest part of it."""

    marker: Marker
    searcher: tantivy.Searcher
    facets: Remembered


class Index:
    """The index as readers see it: one state after another, each whole. Safe for several threads."""

    def __init__(self, cache: Path) -> None:
        self.folder = cache / "index"
        self._lock = threading.Lock()
        self._state: tuple[object, object] | None = None
        self._opened: tuple[Path, tantivy.Index] | None = None
        self._view: _View | None = None

    @property
    def number(self) -> int:
        """The publication number that the index is up to; 0 if there is none."""
        view = self._view
        return view.marker.number if view else 0

    def refresh(self) -> None:
        """Takes over what the follower has written since; without change it costs the look at two files."""
        generation = current_generation(self.folder)
        state = (generation, _stamp(generation / "meta.json") if generation else None)
        if state == self._state:
            return
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
        self._view = _View(marker, searcher, Remembered(256)) if marker else None

    def search(self, query: Query, sources: Mapping[str, Sequence[str]], names: queries.Names, today: date) -> Found:
        """One page of what a query finds, and the counts of all facets, each without its own filter.

        ``sources`` are the keys of the sources of each municipality, ``names`` the terms of their names.
        """
        view = self._view
        if view is None:
            return Found(0, 0, (), dict.fromkeys(FACETS, ()))
        search = _Search(view.searcher, query, sources, names, today)
        total, keys = search.hits()
        asked = (today, query.q, *(getattr(query, facet) for facet in FACETS))
        return Found(view.marker.number, total, keys, view.facets.once(asked, search.facets))

    def after(
        self,
        query: Query,
        sources: Mapping[str, Sequence[str]],
        names: queries.Names,
        today: date,
        position: int,
        size: int,
    ) -> Found:
        """What a query finds beyond a position, in the order of positions; ``total`` counts all that it finds."""
        view = self._view
        if view is None:
            return Found(0, 0, (), {})
        total, keys = _Search(view.searcher, query, sources, names, today).after(position, size)
        return Found(view.marker.number, total, keys, {})

    def keys_by(self, field: str, values: Sequence[str]) -> tuple[str, ...]:
        """The keys of the datasets with one of the values in a raw field (publisher, distribution)."""
        view = self._view
        if view is None or not values:
            return ()
        query = tantivy.Query.term_set_query(SCHEMA, field, list(values))
        return _keys(view.searcher, view.searcher.search(query, view.searcher.num_docs, count=False))


class _Search:
    """One query against one state of the index."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        query: Query,
        sources: Mapping[str, Sequence[str]],
        names: queries.Names,
        today: date,
    ) -> None:
        self.searcher = searcher
        self.query = query
        self.sources = sources
        self.day = (today - EPOCH).days
        self.words = queries.build(SCHEMA, query.q, names)
        self.filters = {facet: self._filter(facet) for facet in FACETS if getattr(query, facet)}

    def hits(self) -> tuple[int, tuple[str, ...]]:
        everything = self._combined()
        start = (max(self.query.page, 1) - 1) * self.query.size
        limit = self.query.size if 0 <= start < self.searcher.num_docs else 0
        order: dict[str, Any] = {}
        if self.query.sort == "title":
            order = {"order_by_field": "by_title", "order": tantivy.Order.Asc}
        elif self.query.sort == "modified" or self.words is None:
            order = {"order_by_field": "by_date", "order": tantivy.Order.Desc}
        found = self.searcher.search(everything, max(limit, 1), True, offset=start if limit > 0 else 0, **order)
        return _count(found), _keys(self.searcher, found) if limit > 0 else ()

    def after(self, position: int, size: int) -> tuple[int, tuple[str, ...]]:
        beyond = tantivy.Query.range_query(
            SCHEMA, "position", tantivy.FieldType.Integer, lower_bound=position, include_lower=False
        )
        total = _count(self.searcher.search(self._combined(), 1, True))
        found = self.searcher.search(
            self._combined(extra=[beyond]), max(size, 1), False, order_by_field="position", order=tantivy.Order.Asc
        )
        return total, _keys(self.searcher, found)

    def facets(self) -> dict[str, tuple[tuple[str, int], ...]]:
        """Each facet is counted under the other filters: its own values are or, so that each shows what it would add."""
        free = [facet for facet in FACETS if facet not in self.filters]
        counted = self._count(free, self._combined())
        for facet in self.filters:
            counted |= self._count([facet], self._combined(without=facet))
        return {facet: counted[facet] for facet in FACETS}

    def _combined(self, without: str = "", extra: Sequence[tantivy.Query] = ()) -> tantivy.Query:
        parts = [query for facet, query in self.filters.items() if facet != without]
        base = tantivy.Query.const_score_query(tantivy.Query.term_query(SCHEMA, "kind", "dataset"), 0.0)
        parts = [base, *(tantivy.Query.const_score_query(part, 0.0) for part in (*parts, *extra))]
        if self.words is not None:
            parts.append(self.words)
        return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])

    def _filter(self, facet: str) -> tantivy.Query:
        values: Sequence[str] = getattr(self.query, facet)
        if facet == "age":
            ranges = [self._age(value) for value in values if value in AGES]
            return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in ranges] or _NOTHING)
        if facet == "municipality":
            values = [key for value in values for key in self.sources.get(value, ())]
        if not values:
            return tantivy.Query.empty_query()
        return tantivy.Query.term_set_query(SCHEMA, _FIELDS[facet], list(values))

    def _age(self, age: str) -> tantivy.Query:
        if age == "older":
            bounds = {"upper_bound": self.day - _DAYS["year"], "include_upper": False}
        else:
            bounds = {"lower_bound": self.day - _DAYS[age], "upper_bound": self.day}
        return tantivy.Query.range_query(SCHEMA, "day", tantivy.FieldType.Integer, **bounds)  # type: ignore[arg-type]

    def _count(self, facets: Sequence[str], query: tantivy.Query) -> dict[str, tuple[tuple[str, int], ...]]:
        if not facets:
            return {}
        asked = {f: self._aggregation(f) for f in facets}
        answer = self.searcher.aggregate(query, asked)
        return {f: self._counts(f, answer[f]["buckets"]) for f in facets}

    def _aggregation(self, facet: str) -> dict[str, Any]:
        if facet != "age":
            return {"terms": {"field": _FIELDS[facet], "size": _ALL_VALUES}}
        starts = [self.day - days for days in (365, 30, 6, 0)]
        ranges = [
            {"to": starts[0]},
            *({"from": a, "to": b} for a, b in zip(starts, (*starts[1:], self.day + 1), strict=True)),
        ]
        return {"range": {"field": "day", "ranges": ranges}}

    def _counts(self, facet: str, buckets: Any) -> tuple[tuple[str, int], ...]:
        if facet == "age":
            return self._age_counts(buckets)
        counts = {str(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}
        if facet == "municipality":
            counts = {m: sum(counts.get(key, 0) for key in keys) for m, keys in self.sources.items()}
            counts = {m: count for m, count in counts.items() if count}
        for chosen in getattr(self.query, facet):
            counts.setdefault(chosen, 0)
        return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    def _age_counts(self, buckets: Any) -> tuple[tuple[str, int], ...]:
        """Ages hold one another: what is from today is from this week too."""
        by_start = {bucket.get("from"): int(bucket["doc_count"]) for bucket in buckets}
        counts = {
            age: sum(n for start, n in by_start.items() if start is not None and self.day - days <= start <= self.day)
            for age, days in _DAYS.items()
        }
        return (*counts.items(), ("older", by_start.get(None, 0)))


_NOTHING = [(tantivy.Occur.Must, tantivy.Query.empty_query())]


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


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except OSError:
        return None
    return stat.st_mtime_ns, stat.st_ino
