"""What reading the catalogue gives: an entry with its ready fragments, a query, its results."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import zstandard

from catalog.identity import subjects
from catalog.reading.extents import TRAITS
from catalog.reading.summary import Summary, refs_of
from catalog.runs.staleness import Stale
from schemas import model, rdf, syntax
from schemas.corrections import Corrected
from schemas.findings import Finding
from schemas.model import Resource
from schemas.region import HarvestSource
from schemas.tables.geometry import BoundingBox

RECORD_CLASSES: Mapping[str, type[Resource]] = {
    "dataset": model.Dataset,
    "service": model.DataService,
    "series": model.DatasetSeries,
    "agent": model.Agent,
}
SORTS = ("relevance", "modified", "title")
NEWEST = "changed"  # what changed here last; for feeds
AGES = ("today", "week", "month", "year", "older")
FACETS = ("municipality", "theme", "format", "license", "age", *TRAITS)
YES = "yes"
_local = threading.local()


def unpacked(blob: bytes) -> bytes:
    """What a zstd blob of the store holds."""
    try:
        decompress = _local.decompress
    except AttributeError:  # a decompressor serves one thread
        decompress = _local.decompress = zstandard.ZstdDecompressor().decompress
    content: bytes = decompress(blob)
    return content


@dataclass(frozen=True)
class Entry:
    """One current record of the catalogue with what the store knows about it. Times are UTC in ISO 8601.

    ``changed`` is when its content last changed, ``absent_since`` since when the source lacks it (or None). What a feed
    page of a hundred entries does not need is unpacked when it is asked for.
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
    packed_summary: str = field(repr=False)
    packed: bytes = field(repr=False)  # zstd of the canonical N-Triples
    ttl: bytes = field(repr=False, default=b"")
    rdf: bytes = field(repr=False, default=b"")
    jsonld: bytes = field(repr=False, default=b"")
    findings: tuple[Finding, ...] = ()
    trace: tuple[tuple[str, str, str], ...] = ()  # attribute, source field, rule
    leftovers: tuple[tuple[str, str], ...] = ()
    corrected: tuple[Corrected, ...] = ()  # what the corrections that it stands under did
    location: str | None = None
    source_record: str | None = None
    absent_since: str | None = None
    archived: bool = False
    primary: str | None = None  # KEY of the record that it stands behind: the same dataset of another source

    @classmethod
    def made(cls, values: dict[str, Any]) -> Entry:
        """An entry of its attributes by name; what is not among them has its default.

        A feed page is a hundred of them: a frozen class sets each attribute by a call, which takes as long as to read
        them from the store.
        """
        entry = object.__new__(cls)
        entry.__dict__.update(values)
        return entry

    @cached_property
    def summary(self) -> Summary:
        """What lists show of the record."""
        return Summary.from_json(self.packed_summary)

    @cached_property
    def refs(self) -> tuple[str, ...]:
        """The IRIs of the agents, services and series that the record refers to."""
        return refs_of(self.packed_summary)

    @cached_property
    def ntriples(self) -> bytes:
        """The record as canonical N-Triples."""
        return unpacked(self.packed)

    @property
    def title(self) -> str:
        """The title to show."""
        return self.summary.title

    def record(self) -> Resource:
        """The typed record, read from the stored N-Triples; under the IRI that this version bears."""
        triples = syntax.parse(self.ntriples, "nt")
        iri = subjects.borne(self.kind, self.iri, self.ntriples)
        return rdf.Reading(triples).record(iri, RECORD_CLASSES[self.kind])


class Gone(NamedTuple):
    """A record that was withdrawn: its last title and when that was (answered with 410)."""

    key: str
    slug: str
    title: str
    withdrawn: str


class Moved(NamedTuple):
    """An alias: the slug under which the record is now (answered with 301).

    Not ``permanent``: the record stands behind the same dataset of another source, whose slug this is (303).
    """

    slug: str
    permanent: bool = True

    @property
    def status(self) -> int:
        """The status of the redirect to it."""
        return 301 if self.permanent else 303


class Same(NamedTuple):
    """The same dataset from another source: a record that stands behind the one that is shown, or that it stands behind.

    ``evidence`` says why: ``iri``, ``identifier`` or ``address`` in common, how alike the ``title`` is (0 to 1).
    """

    key: str
    slug: str
    title: str
    source_key: str
    native_id: str
    iri: str
    location: str | None
    is_primary: bool
    evidence: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """A search: repeated values are or, different filters are and (DESIGN 4.3). ``page`` counts from 1.

    ``map``, ``live`` and ``hvd`` hold YES where a dataset must have that trait. ``bbox`` (degrees of WGS 84) finds what
    lies there at least partly, ``begin`` and ``end`` (days, both inclusive) what speaks of that time at least partly.
    ``on`` is the past day of whose catalogue it is asked (None: now); who asks reads at that day's number.
    """

    q: str = ""
    municipality: tuple[str, ...] = ()
    theme: tuple[str, ...] = ()
    format: tuple[str, ...] = ()
    license: tuple[str, ...] = ()
    age: tuple[str, ...] = ()
    map: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    hvd: tuple[str, ...] = ()
    bbox: BoundingBox | None = None
    begin: date | None = None
    end: date | None = None
    on: date | None = None
    sort: str = "relevance"
    page: int = 1
    size: int = 20


class Hit(NamedTuple):
    """One result of a search. Its ``traits`` and how it is ``called`` the index tells: of other lists they are empty."""

    key: str
    slug: str
    iri: str
    municipality: str
    changed: str
    summary: Summary
    absent_since: str | None
    source_key: str = ""
    traits: tuple[str, ...] = ()
    called: str = ""  # its own identifier, by which a service of many layers knows its own


@dataclass(frozen=True, slots=True)
class Results:
    """What a search found: one page of hits, and for each facet its values with counts, most first (ages in their order).

    ``number`` is the publication number that the answer is true for: the one that was asked for, or an earlier one as
    long as the index is behind (so an ETag is made of it). A facet's own filter is left out of its counts; a chosen
    value is listed even with none.
    """

    number: int
    total: int
    hits: tuple[Hit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]]


class FeedPage(NamedTuple):
    """One page of a feed. ``entries`` are its datasets, ``companions`` what they refer to, each once.

    ``total`` counts datasets. ``after`` is the position to go on after in a filtered feed, None at its end; ``page``
    and ``last_page`` are 0 there.
    """

    number: int
    page: int
    last_page: int
    total: int
    entries: tuple[Entry, ...]
    companions: tuple[Entry, ...]
    after: int | None = None


class Change(NamedTuple):
    """What a publication did to a dataset. ``kind`` is created, updated or withdrawn.

    ``version`` is the number of the version that it began or ended: among the changes of a publication each has its own.
    """

    number: int
    published_at: str
    key: str
    slug: str
    title: str
    municipality: str
    kind: str
    iri: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """How many datasets there are: in all, and by municipality (all of the region), theme, format and licence."""

    datasets: int
    municipalities: Mapping[str, int]
    themes: Mapping[str, int]
    formats: Mapping[str, int]
    licenses: Mapping[str, int]


class Version(NamedTuple):
    """One version of a record: public from ``published_at`` on, until ``ended_at`` (None: still)."""

    version_id: int
    valid_from: int
    published_at: str
    valid_to: int | None
    ended_at: str | None
    run_id: int
    title: str
    content_hash: bytes
    summary: Summary


@dataclass(frozen=True, slots=True)
class RunRow:
    """One harvest run as it is kept. ``counts`` is what was published, ``plan`` what was planned."""

    id: int
    source_key: str
    source_id: str
    kind: str
    state: str
    status: str | None
    reason_de: str
    reason_en: str
    coverage: str | None
    started: str
    heartbeat: str
    ended: str | None
    based_on: int | None
    published: int | None
    progress: int
    counts: Mapping[str, int]
    plan: Mapping[str, Any] | None
    report: Mapping[str, Any] | None
    replaced_by: int | None = None  # the run whose plan took the place of this one's

    @property
    def reconciled(self) -> bool:
        """Whether its counts add up (DESIGN 4.2)."""
        parts = ("created", "updated", "unchanged", "held", "failed", "duplicates")
        fetched = self.counts.get("fetched")
        return fetched is None or fetched == sum(self.counts.get(part, 0) for part in parts)

    @property
    def outcome(self) -> str | None:
        """Its status; never a good one where the counts do not add up."""
        return "partial" if self.status in ("ok", "warnings") and not self.reconciled else self.status


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a configured source stands. ``violations`` and ``warnings`` count findings on its current records."""

    source: HarvestSource
    last_run: RunRow | None
    last_good: RunRow | None  # ended ok or with warnings
    records: int  # datasets, and services and series of their own
    absent: int
    set_aside: int
    violations: int
    warnings: int
    stale: Stale | None = None  # since when it has delivered nothing, and what is public is out of date (F59)


class SetAside(NamedTuple):
    """A record that its source's last run could not take."""

    source_key: str
    native_id: str
    run_id: int
    findings: tuple[Finding, ...]
    traceback: str
    response: str | None


class Position(NamedTuple):
    """A dataset's place in the feed, its addresses, and when its content last changed."""

    position: int
    slug: str
    iri: str
    key: str
    changed: str
