"""``allmende show RECORD``: a record in any form, with its findings and where each value came from."""

from __future__ import annotations

import html
import sys
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import typer

from catalog import formats
from catalog.cli.choice import choose
from catalog.cli.output import print_json, settings
from catalog.corrections import kept
from catalog.corrections.shown import Shown, shown
from catalog.fragments import document
from catalog.links import book
from catalog.links.findings import findings as link_findings
from catalog.preview import findings as preview_findings
from catalog.reading.entries import Entry, Gone, Same
from catalog.search import Catalogue
from catalog.store import utc_now
from catalog.web.pages import labels, remarks
from catalog.web.plans import record_address
from catalog.web.texts import SOURCE, texts
from schemas import future_dates
from schemas.findings import Finding
from schemas.kinds import Literal
from schemas.model import Dataset, Resource, Value
from schemas.region import ConfigurationError, Region

VERB = "show"
FORMATS = ("ttl", "rdf", "jsonld", "nt", "json")


def command(
    context: typer.Context,
    record: str = typer.Argument(metavar="RECORD", help="SLUG, KEY, IRI or SOURCE/NATIVE_ID."),
    explain: bool = typer.Option(False, "--explain", help="Show where each value came from, and the findings."),
    format: str = typer.Option("", "--format", help=f"One of: {', '.join(FORMATS)}."),
    json: bool = typer.Option(False, "--json", help="The same as --format json."),
) -> int:
    """Show a record.

    Examples:

    - `allmende show pegel-fliede-x1y2z3 --explain`
    - `allmende show neuhof-portal/abfallkalender --format ttl`
    """
    if format and format not in FORMATS:
        raise ConfigurationError(
            f"--format: {format!r} is unknown; allowed: {', '.join(FORMATS)}",
            f"--format: {format!r} gibt es nicht; erlaubt: {', '.join(FORMATS)}",
        )
    region = settings(context).region()
    catalogue = Catalogue(region)
    try:
        found = choose(catalogue, record)
        if isinstance(found, Gone):
            raise ConfigurationError(
                f"record {record!r} ({found.title}) was withdrawn on {found.withdrawn}",
                f"Datensatz {record!r} ({found.title}) wurde am {found.withdrawn} zurückgezogen",
            )
        if json or format == "json":
            same = [_same(each) for each in catalogue.same(found.key)]
            told = to_json(found, _corrections(catalogue, found), _of_what_was_looked_at(catalogue, found))
            print_json({**told, **({"same": same} if same else {})})
        elif format or not explain:
            syntax = format or "ttl"
            fragments = {"ttl": found.ttl, "rdf": found.rdf, "jsonld": found.jsonld, "nt": found.ntriples}
            sys.stdout.buffer.write(document(syntax, fragments[syntax]))
            sys.stdout.buffer.flush()
        else:
            _explain(found, _corrections(catalogue, found), _of_what_was_looked_at(catalogue, found))
            _explain_cluster(region, found, catalogue.same(found.key))
    finally:
        catalogue.close()
    return 0


def _corrections(catalogue: Catalogue, entry: Entry) -> tuple[Shown, ...]:
    return shown(kept.of_record(catalogue.engine, entry.key, catalogue.number()), entry)


def _of_what_was_looked_at(catalogue: Catalogue, entry: Entry) -> tuple[Finding, ...]:
    """What the answers of its addresses, and what was found in its files, say about a dataset."""
    record = entry.record()
    if not isinstance(record, Dataset):
        return ()
    with catalogue.engine.connect() as connection:
        answered = link_findings(record, book.of_record(connection, entry.key))
    return (*answered, *preview_findings.of_dataset(catalogue.region, entry.source_key, record))


def to_json(entry: Entry, corrections: Sequence[Shown] = (), more: Sequence[Finding] = ()) -> dict[str, Any]:
    """The entry in the form of DESIGN 4.2; ``more`` are findings that its version does not hold."""
    values = _attributes(entry.record())
    return {
        "iri": entry.iri,
        "key": entry.key,
        "slug": entry.slug,
        "source": entry.source_key,
        "native_id": entry.native_id,
        "run": entry.run_id,
        "first_seen": entry.first_seen,
        "changed": entry.changed,
        "record": values,
        "findings": [finding.to_json() for finding in (*future_dates.in_force(entry.findings, utc_now()), *more)],
        "trace": [
            {"attribute": attribute, "value": _at(values, attribute), "field": field, "rule": rule}
            for attribute, field, rule in entry.trace
        ],
        "leftovers": [{"field": field, "value": value} for field, value in entry.leftovers],
        "corrections": [each.to_json() for each in corrections],
    }


def _attributes(record: Resource) -> dict[str, Any]:
    shown: dict[str, Any] = {} if record.iri is None else {"iri": record.iri}
    for each in fields(record):
        values = getattr(record, each.name)
        if values and each.name not in ("iri", "types", "extra"):
            shown[each.name] = _values(values)
    if record.types:
        shown["types"] = list(record.types)
    if record.extra:
        extra: dict[str, list[Any]] = {}
        for predicate, value in record.extra:
            extra.setdefault(predicate, []).append(_value(value))
        shown["extra"] = extra
    return shown


def _values(values: tuple[Value, ...]) -> Any:
    """Texts by language as ``{lang: [..]}``, anything else as a list."""
    if all(isinstance(value, Literal) and value.datatype is None for value in values):
        texts: dict[str, list[str]] = {}
        for value in values:
            assert isinstance(value, Literal)
            texts.setdefault(value.lang or "", []).append(value.text)
        return texts
    return [_value(value) for value in values]


def _value(value: Value) -> Any:
    if isinstance(value, Literal):
        return value.text if value.lang is None else {value.lang: [value.text]}
    return _attributes(value) if isinstance(value, Resource) else value


def _at(values: Any, path: str) -> Any:
    """The value of an attribute path like ``distribution.format``; None if nothing is there."""
    for name in path.split("."):
        if isinstance(values, list):
            values = [v[name] for v in values if isinstance(v, dict) and name in v] or None
        elif isinstance(values, dict):
            values = values.get(name)
        else:
            return None
    return values


def _explain(entry: Entry, corrections: Sequence[Shown], more: Sequence[Finding]) -> None:
    said = texts(SOURCE)
    since = formats.time(entry.changed)
    print(f"{entry.title}\n  {entry.iri}\n  {entry.source_key}/{entry.native_id}, Lauf {entry.run_id}, {since}\n")
    values = _attributes(entry.record())
    for attribute, field, rule in entry.trace:
        name = html.unescape(labels.attribute(attribute, said))
        print(f"{name} ({attribute}) ← {field} ({html.unescape(labels.rule(rule, said))})")
        print(f"    {_in_words(_at(values, attribute))}")
    for field, value in entry.leftovers:
        print(f"(nicht übernommen) ← {field}\n    {value}")
    for each in corrections:
        where = f" ({each.file})" if each.file else ""
        print(f"Korrektur: {each.attribute}{where} = {each.value}, an der Quelle: {each.source} (Lauf {each.run})")
        if each.evidence_de:
            print(f"    {each.evidence_de}")
    findings = (*future_dates.in_force(entry.findings, utc_now()), *more)
    if findings:
        print()
    for finding in findings:
        weight = html.unescape(remarks.title_of(finding.severity, said)[0])
        message, fix = remarks.sentences(finding, said)
        print(f"{weight}: {message}\n    {finding.focus}\n    → {fix}")


def _in_words(value: Any) -> str:
    """A value of :func:`_attributes` as one line: texts with their language, the values of what is nested side by side."""
    if isinstance(value, list):
        return "; ".join(map(_in_words, value))
    if isinstance(value, dict):
        texts_only = all(len(lang) <= 12 and isinstance(each, list) for lang, each in value.items())
        if texts_only and all(isinstance(text, str) for each in value.values() for text in each) and "iri" not in value:
            return "; ".join(f"{text} ({lang})" if lang else text for lang, each in value.items() for text in each)
        return ", ".join(_in_words(each) for each in value.values())
    return "–" if value is None else str(value)


def _same(other: Same) -> dict[str, Any]:
    """The same dataset of another source; ``primary``: that one is public."""
    return {
        "key": other.key,
        "slug": other.slug,
        "source": other.source_key,
        "native_id": other.native_id,
        "primary": other.is_primary,
        "evidence": dict(other.evidence),
    }


def _explain_cluster(region: Region, entry: Entry, others: tuple[Same, ...]) -> None:
    for other in others:
        said = ", ".join(f"{name} {value}" for name, value in other.evidence.items() if name != "with")
        place = "steht hinter" if other.is_primary else "auch aus"
        print(f"\n{place}: {other.source_key}/{other.native_id} {other.title} ({said})")
    if others:
        public = next(((each.slug, each.key) for each in others if each.is_primary), (entry.slug, entry.key))
        print(f"    aufteilen: {record_address(region, *public)}")
