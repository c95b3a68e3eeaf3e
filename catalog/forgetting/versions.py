"""A stored version of a record without a person: its record, and all that is derived from it, made anew."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import orjson
import zstandard

from catalog.forgetting.values import holds_apart, unpacked
from catalog.reading.entries import RECORD_CLASSES
from catalog.reading.summary import Summary, summarize
from catalog.runs.staging import findings_from_json, findings_to_json
from harvesters.persons.erasure import Office, json_without, without_forgotten
from harvesters.persons.spellings import Matcher
from harvesters.reading import Harvested, Reading, TraceEntry
from schemas import iris, rdf, syntax
from schemas.model import Resource
from schemas.namespaces import DCTERMS
from schemas.ntriples import ntriples_of
from schemas.region import Region

_compress = zstandard.ZstdCompressor(level=3).compress


def office_of(region: Region, source_key: str) -> Office:
    """Who takes a person's place in the records of a source: its municipality, else the region's publisher."""
    source = next((each for each in region.sources if each.key == source_key), None)
    municipality = region.municipality(source.municipality) if source else None
    name = municipality.name if municipality else region.publisher.name
    return Office(name, region.language, region.publisher.email, region.base_url)


def rewritten(version: Any, record: Any, matcher: Matcher, instead: Office) -> dict[str, Any]:
    """The columns of a version without a person: N-Triples, hash, title, summary, trace, findings, addresses.

    Takes the rows of the version and of its record. The summary keeps the numbers of findings that the check gave.
    """
    companion = record.position is None
    before = Summary.from_json(version.summary)
    trace = orjson.loads(unpacked(version.trace) or b"{}")
    reading = Reading(
        record.native_id,
        cast(Harvested, _typed(record, unpacked(version.ntriples))),
        tuple(TraceEntry(*entry) for entry in trace.get("trace", ())),
        tuple((field, value) for field, value in trace.get("leftovers", ())),
        findings_from_json(version.findings),
        source_record=version.source_record,
    )
    after = without_forgotten(reading, matcher, instead, record.source_key, None if companion else record.key)
    record_after: Resource = after.record
    ntriples = ntriples_of(record_after, record.key)
    if matcher.holds(ntriples) or holds_apart(ntriples, matcher):
        ntriples = _without_lines(ntriples, matcher)
        record_after = _typed_as(record.kind, record_after.iri or record.iri, ntriples.encode())
    summary = summarize(record_after, before.violations, before.warnings, instead.language)
    kept: dict[str, Any] = {"trace": [list(entry) for entry in after.trace], "leftovers": after.leftovers}
    if trace.get("corrected"):
        kept["corrected"] = json_without(trace["corrected"], matcher)
    return {
        "content_hash": iris.content_hash(ntriples),
        "title": summary.title or matcher.without(version.title),
        "summary": summary.to_json(),
        "ntriples": _compress(ntriples.encode()),
        "trace": _compress(orjson.dumps(kept)) if trace else version.trace,
        "findings": findings_to_json(after.findings),
        "location": None if version.location and matcher.holds(version.location) else version.location,
        "source_record": after.source_record,
    }


def _typed(record: Any, ntriples: bytes) -> Resource:
    """The typed record of a version; its subject may be an IRI that the record had before."""
    found = _typed_as(record.kind, record.iri, ntriples)
    if found == replace(type(found)(), iri=record.iri):
        subject = ntriples.split(b" ", 1)[0].strip(b"<>").decode()
        found = _typed_as(record.kind, subject, ntriples)
    return found


def _typed_as(kind: str, iri: str, ntriples: bytes) -> Resource:
    return rdf.Reading(syntax.parse(ntriples, "nt")).record(iri, RECORD_CLASSES[kind])


def _without_lines(ntriples: str, matcher: Matcher) -> str:
    """The statements that do not hold the person; those with a title or description are never among them."""
    lines = [line for line in ntriples.splitlines() if not matcher.holds(line)]
    text = "\n".join(lines) + "\n"
    if holds_apart(text, matcher):
        names = ("amily", "iven", "urname", "ast_name", "irst_name", "astName", "irstName")
        lines = [line for line in lines if str(DCTERMS) in line or not any(name in line for name in names)]
    return "\n".join(lines) + "\n"
