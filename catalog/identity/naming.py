"""Puts records under an IRI of ours, and back: their public versions, plans that wait, and the rows that harvests ask."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.fragments import derive
from catalog.identity import subjects
from catalog.identity.subjects import Subject
from catalog.reading.entries import RECORD_CLASSES
from catalog.runs.number_writer import NumberWriter, batches
from catalog.runs.staging import Staged, Staging, findings_from_json, findings_to_json, now_text
from catalog.store import Store, current
from schemas import iris, rdf, syntax
from schemas.model import Dataset, Resource, iri_of

_subjects, _records, _versions = tables.subjects, tables.records, tables.versions
_compress = zstandard.ZstdCompressor(level=3).compress


class Leaving(NamedTuple):
    """A record that leaves names to another: its IRI if ``whole``, and those IRIs of distributions."""

    key: str
    whole: bool
    parts: frozenset[str]


def parts_of(connection: sa.Connection, key: str, at: int) -> frozenset[str]:
    """The IRIs of a dataset's distributions."""
    row = _version(connection, key, at)
    record = _typed("dataset", row.iri, row.ntriples) if row is not None else None
    if not isinstance(record, Dataset):
        return frozenset()
    return frozenset(iri for part in (*record.distribution, *record.sample) if (iri := iri_of(part)))


def give(writer: NumberWriter, leaving: Sequence[Leaving]) -> tuple[str, ...]:
    """Gives records IRIs of ours in the place of those that they leave to others; gives the KEYs of those renamed."""
    base = writer.store.region.base_url
    rows: dict[str, dict[str, Any]] = {}
    with writer.store.writing.begin() as connection:
        for each in leaving:
            record = connection.execute(sa.select(_records).where(_records.c.key == each.key)).one()
            row = rows.setdefault(
                each.key,
                {
                    "source_key": record.source_key,
                    "key": each.key,
                    "iri": record.iri,
                    "former_iri": record.iri,
                    "parts": {},
                    "valid_from": writer.number,
                    "run_id": writer.run.id,
                },
            )
            if each.whole:
                row["iri"] = iris.mint(base, "dataset", each.key)
            row["parts"] |= {part: iris.mint(base, "distribution", iris.key(each.key, part)) for part in each.parts}
        for row in rows.values():
            connection.execute(sa.insert(_subjects).values(**{**row, "parts": orjson.dumps(row["parts"]).decode()}))
    _rename(writer, list(rows))
    return tuple(rows)


def turn_subjects(writer: NumberWriter, made: int) -> set[str]:
    """Takes back what a number did to the names of records, on their present content; gives their KEYs."""
    with writer.store.writing.begin() as connection:
        turned = writer.turn(connection, _subjects, made)
    keys = {row.key for row in turned}
    _rename(writer, sorted(keys))
    return keys


def named_by(connection: sa.Connection, made: int) -> set[str]:
    """The KEYs of the records whose names a number changed."""
    which = sa.or_(_subjects.c.valid_from == made, _subjects.c.valid_to == made)
    return set(connection.scalars(sa.select(_subjects.c.key).where(which)))


def _rename(writer: NumberWriter, keys: Sequence[str]) -> None:
    """Puts the public versions of records under the names that they have from the next number on."""
    for batch in batches(keys):
        with writer.store.writing.begin() as connection:
            for subject in subjects.of_keys(connection, batch, writer.number).values():
                writer.subjects[subject.key] = subject.iri
                row = _version(connection, subject.key, writer.number)
                if row is not None:
                    _succeed(connection, writer, row, subject)


def _version(connection: sa.Connection, key: str, at: int) -> Any:
    joined = sa.select(_versions, _records.c.iri, _records.c.kind).join(_records, _records.c.key == _versions.c.key)
    return connection.execute(joined.where(_versions.c.key == key, current(at))).first()


def _succeed(connection: sa.Connection, writer: NumberWriter, row: Any, subject: Subject) -> None:
    record = _typed(row.kind, row.iri, row.ntriples)
    named = subjects.named(subject, record, row.key, findings_from_json(row.findings), row.summary)
    if named.content_hash == bytes(row.content_hash):
        return
    version, writer.next_version = writer.next_version, writer.next_version + 1
    values = {column.name: row._mapping[column.name] for column in _versions.c}
    values |= {
        "id": version,
        "valid_from": writer.number,
        "run_id": writer.run.id,
        "changed": now_text(writer.now),
        "content_hash": named.content_hash,
        "ntriples": _compress(named.ntriples.encode()),
        "findings": findings_to_json(named.findings),
        "summary": named.summary,
    }
    connection.execute(sa.update(_versions).where(_versions.c.id == row.id).values(valid_to=writer.number))
    connection.execute(sa.insert(_versions).values(**values))
    ready = derive(named.ntriples)
    forms = {name: _compress(getattr(ready, name)) for name in ("ttl", "rdf", "jsonld")}
    connection.execute(sa.insert(tables.fragments).values(version_id=version, **forms))


def settle(store: Store, source_key: str, staging: Staging) -> None:
    """Puts what was staged before a split, or before one was taken back, under the names that records have by now."""
    with store.engine.connect() as connection:
        known = subjects.of_source(connection, source_key)
    for subject in known.values():
        staged = next(staging.rows("key = ? AND companion = 0 AND state = 1", (subject.key,)), None)
        if staged is not None:
            _settle(staging, staged, subject)


def _settle(staging: Staging, staged: Staged, subject: Subject) -> None:
    assert staged.ntriples is not None
    assert staged.summary is not None
    if not subject.given and staged.iri != subject.own_iri:
        return
    record = _typed(staged.kind or "dataset", staged.iri or "", staged.ntriples)
    named = subjects.named(subject, record, staged.key, findings_from_json(staged.findings), staged.summary)
    if named.content_hash == staged.content_hash:
        return
    ready = derive(named.ntriples)
    # Its traits are found out anew: its subject is one of them.
    staging.database.execute("DELETE FROM traits WHERE key = ?", (staged.key,))
    if staging.count("SELECT count(*) FROM staged WHERE iri = ? AND key <> ?", (named.record.iri, staged.key)):
        # Another record of the source has come under that IRI since: within a source the first keeps it (F08).
        staging.database.execute("DELETE FROM staged WHERE key = ?", (staged.key,))
        staging.database.execute("INSERT INTO duplicates VALUES (?, ?)", (staged.native_id, staged.location or ""))
        return
    staging.database.execute(
        "UPDATE staged SET iri = ?, ntriples = ?, content_hash = ?, findings = ?, summary = ?, ttl = ?, rdf = ?, jsonld = ? "
        "WHERE key = ?",
        (
            *(named.record.iri, _compress(named.ntriples.encode()), named.content_hash),
            *(findings_to_json(named.findings), named.summary),
            *map(_compress, (ready.ttl, ready.rdf, ready.jsonld)),
            staged.key,
        ),
    )


def _typed(kind: str, iri: str, packed: bytes) -> Resource:
    return rdf.Reading(syntax.parse(zstandard.decompress(packed), "nt")).record(iri, RECORD_CLASSES[kind])
