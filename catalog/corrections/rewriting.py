"""A stored record made anew under the corrections that are in force: the same record, whatever it stood under before."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import orjson
import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.corrections import kept
from catalog.fragments import derive
from catalog.reading.entries import RECORD_CLASSES, unpacked
from catalog.reading.summary import kind_of, summarize
from catalog.runs.staging import Staged, findings_from_json, findings_to_json
from catalog.runs.staging_file import MAPPED
from catalog.store import current
from harvesters import correcting
from harvesters.reading import Harvested, Reading, TraceEntry
from schemas import corrections, future_dates, iris, validation, whole
from schemas.corrections import HOMELESS, Corrected, Correction
from schemas.findings import Finding, Severity
from schemas.model import Resource
from schemas.ntriples import ntriples_of
from schemas.region import Region

_compress = zstandard.ZstdCompressor(level=3).compress


class Manner(NamedTuple):
    """How the records of a source are checked and told: its profile, the region's language and base address, the time."""

    profile: str
    language: str
    base_url: str
    now: datetime


def manner(region: Region, source_key: str, now: datetime) -> Manner:
    """The manner of a source; that of a source without settings if it is no longer configured."""
    source = next((each for each in region.sources if each.key == source_key), None)
    return Manner(source.profile if source else "dcat-ap-de", region.language, region.base_url, now)


def is_settled(corrected: Sequence[Corrected], in_force: Sequence[Correction]) -> bool:
    """Whether a record stands under just the corrections that are in force, each in its place."""
    stands = [each.id for each in corrected]
    return sorted(stands) == sorted(each.id for each in in_force) and HOMELESS not in {c.state for c in corrected}


def typed(kind: str, iri: str, packed: bytes) -> Resource:
    """A record out of its compressed N-Triples."""
    record: Resource = whole.read(unpacked(packed), iri, RECORD_CLASSES[kind]).record
    return record


def source_record(staged: Staged, before: Iterable[Correction]) -> Resource:
    """The record as its source gives it, out of a stored one; ``before`` are the corrections that it stands under."""
    assert staged.ntriples is not None
    present = typed(staged.kind or "dataset", staged.iri or "", staged.ntriples)
    return corrections.unapply(present, kept.corrected_of(staged.trace or b""), before)


class Beneath(NamedTuple):
    """What lies beneath the corrections of a record: the record as its source gives it, its trace, its other findings."""

    record: Resource
    trace: tuple[TraceEntry, ...]
    leftovers: Any
    findings: tuple[Finding, ...]


# Gives what is stored of some IRIs: the agents, services and series that records refer to.
Described = Callable[[Iterable[str]], tuple[Resource, ...]]


def beneath(staged: Staged, before: Iterable[Correction], how: Manner, described: Described) -> Beneath:
    """A stored record freed of the corrections that it stands under; ``before`` are these, as far as they are known."""
    assert staged.ntriples is not None
    loaded = orjson.loads(unpacked(staged.trace or b"") or b"{}") if staged.trace else {}
    corrected = kept.corrected_from(loaded)
    present = typed(staged.kind or "dataset", staged.iri or "", staged.ntriples)
    source = corrections.unapply(present, corrected, before)
    checked = set(validation.check(present, how.profile, described(_refs(present))))
    others = tuple(
        finding
        for finding in findings_from_json(staged.findings)
        if finding not in checked and finding.rule not in corrections.RULES and finding.rule != future_dates.FUTURE
    )
    trace = tuple(TraceEntry(*entry) for entry in loaded.get("trace", ()))
    trace = correcting.uncorrected_trace(trace, corrected)
    return Beneath(source, trace, loaded.get("leftovers", ()), others)


def rewritten(
    staged: Staged,
    before: Iterable[Correction],
    in_force: Sequence[Correction],
    how: Manner,
    described: Described,
) -> tuple[Staged, tuple[Resource, ...]]:
    """A stored record under the corrections in force, with its ready forms; and the records of their own that come with these."""
    source = beneath(staged, before, how, described)
    reading = Reading(staged.native_id, cast(Harvested, source.record), source.trace, (), source.findings)
    reading = correcting.corrected(reading, in_force)
    record = reading.record
    fresh = {companion.iri: companion for companion in reading.companions}
    there = [each for each in described(_refs(record)) if each.iri not in fresh]
    findings = reading.findings + validation.check(record, how.profile, (*there, *reading.companions))
    findings += future_dates.check((record,), how.now)
    findings = tuple(dict.fromkeys(findings))
    return _staged(
        staged, record, findings, kept.trace_json(reading.trace, source.leftovers, reading.corrected), how
    ), (reading.companions)


def _refs(record: Resource) -> tuple[str, ...]:
    return summarize(record, 0, 0).refs


def described_in(connection: sa.Connection, at: int) -> Described:
    """What the store has of IRIs at a number, each asked for once."""
    known: dict[str, Resource | None] = {}

    def look(iris_wanted: Iterable[str]) -> tuple[Resource, ...]:
        wanted = list(iris_wanted)
        versions, records = tables.versions, tables.records
        missing = [each for each in wanted if each not in known]
        if missing:
            statement = (
                sa.select(records.c.iri, records.c.kind, versions.c.ntriples)
                .join_from(versions, records, records.c.key == versions.c.key)
                .where(records.c.iri.in_(missing), current(at))
            )
            known.update(dict.fromkeys(missing))
            for row in connection.execute(statement):
                known[row.iri] = typed(row.kind, row.iri, row.ntriples)
        return tuple(found for each in wanted if (found := known[each]) is not None)

    return look


def _staged(staged: Staged, record: Resource, findings: Sequence[Finding], trace: bytes, how: Manner) -> Staged:
    ntriples = ntriples_of(record, staged.key)
    violations = sum(f.severity is Severity.VIOLATION for f in findings)
    # As catalog.runs.staging counts: what ends with the calendar is not among them.
    warnings = sum(f.severity is Severity.WARNING and f.rule != future_dates.FUTURE for f in findings)
    summary = summarize(record, violations, warnings, how.language)
    ready = derive(ntriples)
    return staged._replace(
        content_hash=iris.content_hash(ntriples),
        title=summary.title or staged.title,
        summary=summary.to_json(),
        ntriples=_compress(ntriples.encode()),
        trace=_compress(trace),
        findings=findings_to_json(findings),
        ttl=_compress(ready.ttl),
        rdf=_compress(ready.rdf),
        jsonld=_compress(ready.jsonld),
    )


def as_companion(record: Resource, source_key: str, how: Manner) -> Staged:
    """A series, service or agent that a correction brings, as it is staged."""
    assert record.iri is not None
    key = iris.companion_key(record.iri, source_key, how.base_url)
    content = iris.content_hash(ntriples_of(record, key))
    empty = Staged(
        *(key, record.iri, MAPPED, kind_of(record), record.iri, content, content, record.iri, None, None, None, "[]"),
        *(None, None, None, "", 1, None, None, None),
    )
    return _staged(empty, record, (), b"{}", how)


_COLUMNS = ("content_hash", "input_hash", "title", "summary", "ntriples", "trace", "findings", "response", "location")


class Current(NamedTuple):
    """A version that is current at a number, with its record, in the form of a staged one."""

    staged: Staged
    version_id: int
    valid_from: int
    source_key: str
    slug: str


def current_of(
    connection: sa.Connection, keys: Sequence[str], at: int, subjects: Mapping[str, str] = MappingProxyType({})
) -> list[Current]:
    """The versions of some records that are current at a number; ``subjects`` are IRIs that records bear only from it on."""
    versions, records = tables.versions, tables.records
    columns = (
        *(records.c[name] for name in ("key", "native_id", "kind", "iri", "position", "source_key", "slug")),
        *(versions.c[name] for name in (*_COLUMNS, "source_record", "id", "valid_from")),
    )
    found = []
    for start in range(0, len(keys), 500):
        statement = (
            sa.select(*columns)
            .join_from(versions, records, records.c.key == versions.c.key)
            .where(versions.c.key.in_(keys[start : start + 500]), current(at))
            .order_by(versions.c.key)
        )
        found += [_current(row, subjects.get(row.key, row.iri)) for row in connection.execute(statement)]
    return found


def _current(row: Any, iri: str) -> Current:
    companion = int(row.position is None)
    staged = Staged(
        *(row.key, row.native_id, MAPPED, row.kind, iri, bytes(row.input_hash), bytes(row.content_hash), row.title),
        *(row.summary, bytes(row.ntriples), bytes(row.trace), row.findings, row.response, row.location),
        *(row.source_record, "", companion, None, None, None),
    )
    return Current(staged, row.id, row.valid_from, row.source_key, row.slug)
