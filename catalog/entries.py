"""What reading the catalogue gives: an entry with its ready fragments, a query, its results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from catalog.summary import Summary
from schemas import model, rdf, syntax
from schemas.findings import Finding
from schemas.model import Resource

RECORD_CLASSES: Mapping[str, type[Resource]] = {
    "dataset": model.Dataset,
    "service": model.DataService,
    "series": model.DatasetSeries,
    "agent": model.Agent,
}
SORTS = ("relevance", "modified", "title")
AGES = ("today", "week", "month", "year", "older")


@dataclass(frozen=True, slots=True)
class Entry:
    """One current record of the catalogue with what the store knows about it. Times are UTC in ISO 8601.

    ``changed`` is when its content last changed, ``absent_since`` since when the source lacks it (or None).
    """

    key: str
    slug: str
    iri: str
    kind: str
    source_key: str
    native_id: str
    municipality: str
    position: int | None
    version_id: int
    valid_from: int
    run_id: int
    first_seen: str
    changed: str
    content_hash: bytes
    summary: Summary
    ntriples: bytes = field(repr=False)
    ttl: bytes = field(repr=False, default=b"")
    rdf: bytes = field(repr=False, default=b"")
    jsonld: bytes = field(repr=False, default=b"")
    findings: tuple[Finding, ...] = ()
    trace: tuple[tuple[str, str, str], ...] = ()  # attribute, source field, rule
    leftovers: tuple[tuple[str, str], ...] = ()
    location: str | None = None
    source_record: str | None = None
    absent_since: str | None = None
    archived: bool = False

    @property
    def title(self) -> str:
        """The title to show."""
        return self.summary.title

    def record(self) -> Resource:
        """The typed record, read from the stored N-Triples."""
        triples = syntax.parse(self.ntriples, "nt")
        return rdf.Reading(triples).record(self.iri, RECORD_CLASSES[self.kind])


class Gone(NamedTuple):
    """A record that was withdrawn: its last title and when that was (answered with 410)."""

    key: str
    slug: str
    title: str
    withdrawn: str


class Moved(NamedTuple):
    """An alias: the slug under which the record is now (answered with 301)."""

    slug: str


@dataclass(frozen=True, slots=True)
class Query:
    """A search: repeated values are or, different filters are and (DESIGN 4.3). ``page`` counts from 1."""

    q: str = ""
    municipality: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    license: tuple[str, ...] = ()
    age: tuple[str, ...] = ()
    sort: str = "relevance"
    page: int = 1
    size: int = 20


class Hit(NamedTuple):
    """One result of a search."""

    key: str
    slug: str
    iri: str
    municipality: str
    changed: str
    summary: Summary
    absent_since: str | None


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found at a publication number: one page of hits, and for each facet its values with counts."""

    number: int
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]
