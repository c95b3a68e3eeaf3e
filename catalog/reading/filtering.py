"""The filters of a search as queries of the index, and the counts of its facets."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import tantivy

from catalog.reading.documents import EPOCH, SCHEMA, one_of
from catalog.reading.entries import AGES, FACETS, YES, Query
from catalog.reading.extents import TRAITS
from catalog.reading.matching import Words
from schemas.tables.geometry import BoundingBox

Counts = dict[str, tuple[tuple[str, int], ...]]
_FIELDS = {"municipality": "source", "theme": "theme", "format": "format", "license": "license"}
_DAYS = {"today": 0, "week": 6, "month": 30, "year": 365}
_ALL_VALUES = 10_000
_PLAIN = re.compile(r"[A-Za-z0-9_./-]+")  # what means itself between quotation marks
_NOTHING = [(tantivy.Occur.Must, tantivy.Query.empty_query())]
_DATASETS = tantivy.Query.term_query(SCHEMA, "kind", "dataset")


class Filters:
    """The filters of one search. ``words`` is the query of its words, or None.

    ``sources`` are the keys of the sources of each municipality, ``boxes`` the boxes of those whose outline is known.
    """

    def __init__(
        self,
        query: Query,
        words: Words | None,
        sources: Mapping[str, Sequence[str]],
        boxes: Mapping[str, BoundingBox],
        today: date,
    ) -> None:
        self.query = query
        self.words = words
        self.sources = sources
        self.boxes = boxes
        self.day = (today - EPOCH).days
        self.filters = {facet: self._filter(facet) for facet in FACETS if getattr(query, facet)}
        self.bounds = [*self._place(), *self._time()]

    def combined(
        self, without: Sequence[str] = (), extra: Sequence[tantivy.Query] = (), weighed: bool = False
    ) -> tantivy.Query:
        """The whole query; without some facets' own filters; with more. ``weighed`` says how well words are met, too."""
        filters = [query for facet, query in self.filters.items() if facet not in without]
        must = [*([self.words.met] if self.words else []), *filters, *self.bounds, *extra]
        parts = [(tantivy.Occur.Must, tantivy.Query.const_score_query(part, 0.0)) for part in must or [_DATASETS]]
        if weighed and self.words is not None and self.words.weight is not None:
            parts.append((tantivy.Occur.Should, self.words.weight))
        return tantivy.Query.boolean_query(parts)

    def facets(self, searcher: tantivy.Searcher) -> Counts:
        """Each facet is counted under the other filters: its own values are or, so that each shows what it would add."""
        wanted = {facet: [facet] for facet in self.filters}
        wanted[""] = [facet for facet in FACETS if facet not in self.filters]
        counted: Counts = {}
        written = {facet: self._written(facet) for facet in self.filters}
        if written and all(written.values()):
            # The words are the dearest part: they are met once, and the filters looked at among what meets them.
            asked = {}
            for own, facets in wanted.items():
                others = " AND ".join(text for facet, text in written.items() if facet != own)
                asked[own] = {"filter": others or "*", "aggs": self._aggregations(facets)}
            answer = searcher.aggregate(self.combined(without=tuple(self.filters)), asked)
            for own, facets in wanted.items():
                counted |= self._counted(facets, answer[own])
        else:
            for own, facets in wanted.items():
                answer = searcher.aggregate(self.combined(without=[own]), self._aggregations(facets))
                counted |= self._counted(facets, answer)
        return {facet: counted[facet] for facet in FACETS}

    # ---------------------------------------------------------------------------------------- filters

    def _filter(self, facet: str) -> tantivy.Query:
        if facet == "age":
            ranges = [self._age(value) for value in self.query.age if value in AGES]
            return tantivy.Query.boolean_query([(tantivy.Occur.Should, part) for part in ranges] or _NOTHING)
        return one_of(*self._terms(facet))

    def _terms(self, facet: str) -> tuple[str, Sequence[str]]:
        """What is looked for by a facet's filter: the field, and the values of which a dataset must have one."""
        values: Sequence[str] = getattr(self.query, facet)
        if facet in TRAITS:
            return "trait", [facet] if YES in values else []
        if facet == "municipality":
            values = [key for value in values for key in self.sources.get(value, ())]
        return _FIELDS[facet], values

    def _written(self, facet: str) -> str:
        """A facet's filter in the language that aggregations take it in; empty where it cannot be written so."""
        field, values = self._terms(facet) if facet != "age" else ("", ())
        if not values or not all(map(_PLAIN.fullmatch, values)):
            return ""
        return f"({' OR '.join(f'{field}:{chr(34)}{value}{chr(34)}' for value in values)})"

    def _age(self, age: str) -> tantivy.Query:
        if age == "older":
            return _range("day", high=self.day - _DAYS["year"] - 1)
        return _range("day", low=self.day - _DAYS[age], high=self.day)

    def _place(self) -> list[tantivy.Query]:
        """What lies in the box at least partly; what does not say where it lies goes by its municipality's outline."""
        box = self.query.bbox
        if box is None:
            return []
        inside = [
            *(_range("west", high=box.east), _range("east", low=box.west)),
            *(_range("south", high=box.north), _range("north", low=box.south)),
        ]
        ways = [_all(inside)]
        near = [key for id_, other in self.boxes.items() if _touch(box, other) for key in self.sources.get(id_, ())]
        if near:
            located = (tantivy.Occur.MustNot, _range("west", low=-180.0, high=180.0))
            ways.append(tantivy.Query.boolean_query([(tantivy.Occur.Must, one_of("source", near)), located]))
        return [tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways])]

    def _time(self) -> list[tantivy.Query]:
        begin, end = self.query.begin, self.query.end
        if begin is None and end is None:
            return []
        return [
            _range("end", low=(begin - EPOCH).days if begin else None, high=None if begin else 2**62),
            _range("begin", high=(end - EPOCH).days if end else 2**62),
        ]

    # ---------------------------------------------------------------------------------------- counts

    def _aggregations(self, facets: Sequence[str]) -> dict[str, Any]:
        asked = {facet: self._aggregation(facet) for facet in facets if facet not in TRAITS}
        if any(facet in TRAITS for facet in facets):
            asked["trait"] = {"terms": {"field": "trait", "size": len(TRAITS)}}
        return asked

    def _counted(self, facets: Sequence[str], answer: Mapping[str, Any]) -> Counts:
        counted = {facet: self._counts(facet, answer[facet]["buckets"]) for facet in facets if facet not in TRAITS}
        traits = [facet for facet in facets if facet in TRAITS]
        if traits:
            found = {str(bucket["key"]): int(bucket["doc_count"]) for bucket in answer["trait"]["buckets"]}
            counted |= {trait: self._with_chosen(trait, {YES: found.get(trait, 0)}) for trait in traits}
        return counted

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
        return self._with_chosen(facet, counts)

    def _with_chosen(self, facet: str, counts: dict[str, int]) -> tuple[tuple[str, int], ...]:
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


def _range(field: str, low: float | None = None, high: float | None = None) -> tantivy.Query:
    kind = tantivy.FieldType.Float if field in BoundingBox._fields else tantivy.FieldType.Integer
    return tantivy.Query.range_query(SCHEMA, field, kind, lower_bound=low, upper_bound=high)


def _all(parts: Sequence[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, part) for part in parts])


def _touch(one: BoundingBox, other: BoundingBox) -> bool:
    apart = one.west > other.east or other.west > one.east or one.south > other.north or other.south > one.north
    return not apart
