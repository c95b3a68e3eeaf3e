"""The statements that reading needs, and what their rows mean as typed objects."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.corrections import kept
from catalog.fragments import derive
from catalog.reading.direct import among
from catalog.reading.entries import Entry, Hit, RunRow, Same, SetAside, Version, unpacked
from catalog.reading.summary import Summary
from catalog.runs.staging import findings_from_json
from catalog.store import current, shadowed
from schemas.kinds import iri_to_ntriples
from schemas.namespaces import DCAT

FORMS = ("ttl", "rdf", "jsonld")
T = TypeVar("T")
BATCH = 500
_MEMBERSHIP = {"dataset": DCAT.dataset, "series": DCAT.resource, "service": DCAT.service}
_records, _versions, _presence, _shadows = tables.records, tables.versions, tables.presence, tables.shadows
# Of the entries of select_entries: those that do not stand behind another of their cluster.
IN_FRONT = _shadows.c.primary_key.is_(None)


def _current_then() -> sa.ColumnElement[bool]:
    """The condition that a version is current at ``:at``, for statements that are built once."""
    return current(sa.bindparam("at", type_=sa.Integer))


def _valid_then(table: sa.Table) -> sa.ColumnElement[bool]:
    at = sa.bindparam("at", type_=sa.Integer)
    return sa.and_(table.c.valid_from <= at, sa.or_(table.c.valid_to.is_(None), table.c.valid_to > at))


def published(connection: sa.Connection) -> tuple[int, str]:
    """The published number and when that was; 0 and nothing before the first publication."""
    table = tables.publication
    row = connection.execute(sa.select(table.c.number, table.c.published_at)).first()
    return (int(row[0]), str(row[1]) if row[0] else "") if row else (0, "")


def published_at(connection: sa.Connection, number: int) -> str:
    """When a number was published; nothing if it never was."""
    table = tables.publications
    return connection.scalar(sa.select(table.c.published_at).where(table.c.number == number)) or ""


@lru_cache(maxsize=16)
def select_page(forms: tuple[str, ...]) -> sa.Select[Any]:
    """The entries at the positions ``:first`` to ``:last`` that stand in front of their cluster."""
    position = _records.c.position
    within = position.between(sa.bindparam("first"), sa.bindparam("last"))
    return select_entries(forms).where(within, IN_FRONT).order_by(position)


@lru_cache(maxsize=16)
def select_by_iri(forms: tuple[str, ...]) -> sa.Select[Any]:
    """Companions of ``:iris``; where several sources have one, its owner's comes first."""
    wanted = _records.c.iri.in_(sa.bindparam("iris", expanding=True))
    order = (_records.c.iri, ~owns(), _records.c.key)
    return select_entries(forms).where(wanted, _records.c.kind != "dataset").order_by(*order)


def owns() -> sa.ColumnElement[bool]:
    """The condition that a record owns its IRI."""
    owners = tables.owners
    return sa.exists().where(owners.c.iri == _records.c.iri, owners.c.key == _records.c.key)


def titles(connection: sa.Connection, iris: Collection[str], at: int) -> dict[str, str]:
    """The titles of records by their IRI."""
    found: dict[str, str] = {}
    for some in batches(sorted(iris)):
        statement = (
            sa.select(_records.c.iri, _versions.c.title)
            .join_from(_records, _versions, _versions.c.key == _records.c.key)
            .where(_records.c.iri.in_(some), current(at))
        )
        found |= dict(connection.execute(statement).all())
    return found


def batches(values: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """Values in pieces that a statement can take."""
    for start in range(0, len(values), size):
        yield values[start : start + size]


# ------------------------------------------------------------------------------------------------- entries


@lru_cache(maxsize=16)
def select_entries(forms: tuple[str, ...], explained: bool = False) -> sa.Select[Any]:
    """Records current at ``:at``, with the forms that are wanted; with trace and findings if ``explained``."""
    columns: list[sa.ColumnElement[Any]] = [
        *(_records.c[name] for name in ("key", "slug", "iri", "kind", "source_key", "native_id", "position")),
        *(_versions.c[name] for name in ("id", "valid_from", "run_id")),
        _records.c.first_seen,
        *(_versions.c[name] for name in ("changed", "content_hash", "summary", "ntriples", "location")),
        _versions.c.source_record,
        _presence.c.absent_since,
        _presence.c.archived,
        _shadows.c.primary_key,
        *(tables.fragments.c[form] for form in forms),
    ]
    if explained:
        columns += [_versions.c.trace, _versions.c.findings]
    joined = _records.join(_versions, _versions.c.key == _records.c.key).outerjoin(
        _presence, _presence.c.key == _records.c.key
    )
    behind = sa.and_(_shadows.c.key == _records.c.key, _valid_then(_shadows))
    joined = joined.outerjoin(_shadows, behind)
    if forms:
        joined = joined.outerjoin(tables.fragments, tables.fragments.c.version_id == _versions.c.id)
    return sa.select(*columns).select_from(joined).where(_current_then())


# The columns of select_entries by what an entry calls them; forms, trace and findings follow.
_NAMES = (
    *("key", "slug", "iri", "kind", "source_key", "native_id", "position", "version_id", "valid_from", "run_id"),
    *("first_seen", "changed", "content_hash", "packed_summary", "packed", "location", "source_record"),
    *("absent_since", "archived", "primary"),
)


def entry(
    row: sa.Row[Any], municipalities: Mapping[str, str], forms: tuple[str, ...], explained: bool = False
) -> Entry:
    """A row of :func:`select_entries` as an entry. A form that is missing in the store is derived."""
    values: dict[str, Any] = dict(zip(_NAMES, row, strict=False))
    rest = row[len(_NAMES) :]
    values["municipality"] = municipalities.get(values["source_key"], "")
    values["archived"] = bool(values["archived"])
    values |= _forms(values["packed"], forms, rest)
    if explained:
        trace = orjson.loads(unpacked(rest[-2])) if rest[-2] else {}
        values |= {
            "findings": findings_from_json(rest[-1]),
            "trace": tuple((a, f, r) for a, f, r in trace.get("trace", ())),
            "leftovers": tuple((f, v) for f, v in trace.get("leftovers", ())),
            "corrected": kept.corrected_from(trace),
        }
    return Entry.made(values)


def _forms(packed: bytes, forms: tuple[str, ...], stored: Sequence[bytes | None]) -> dict[str, bytes]:
    ready = dict(zip(forms, stored, strict=False))
    if None in ready.values():
        derived = derive(unpacked(packed))
        return {form: getattr(derived, form) for form in forms}
    return {form: unpacked(blob) for form, blob in ready.items() if blob is not None}


# What a hit is made of, in the order of :func:`hit`; since when it is absent follows.
HIT = (
    *(_records.c[name] for name in ("key", "slug", "iri", "source_key")),
    *(_versions.c[name] for name in ("changed", "summary")),
)


@lru_cache(maxsize=2)
def select_hits(dialect: str) -> sa.Select[Any]:
    """What a hit shows, of those of the records ``:keys`` that are current at ``:at``."""
    return (
        sa.select(*HIT, _presence.c.absent_since)
        .join_from(_records, _versions, _versions.c.key == _records.c.key)
        .outerjoin(_presence, _presence.c.key == _records.c.key)
        .where(_current_then(), among(dialect, _records.c.key, "keys"), ~shadowed(sa.bindparam("at", type_=sa.Integer)))
    )


def hit(row: Any, municipalities: Mapping[str, str]) -> Hit:
    """A row of :data:`HIT` and since when the record is absent as a hit."""
    key, slug, iri, source_key, changed, summary, absent_since = row
    municipality = municipalities.get(source_key, "")
    return Hit(key, slug, iri, municipality, changed, Summary.from_json(summary), absent_since, source_key)


def same(connection: sa.Connection, key: str, at: int) -> tuple[Same, ...]:
    """The other records of a cluster, its primary first; none for a record that stands alone."""
    valid = sa.and_(_shadows.c.valid_from <= at, sa.or_(_shadows.c.valid_to.is_(None), _shadows.c.valid_to > at))
    own = connection.execute(sa.select(_shadows).where(_shadows.c.key == key, valid)).first()
    primary = own.primary_key if own else key
    evidence = {
        row.key: orjson.loads(row.evidence)
        for row in connection.execute(sa.select(_shadows).where(_shadows.c.primary_key == primary, valid))
    }
    if not evidence:
        return ()
    columns = (*(_records.c[name] for name in ("key", "slug", "source_key", "native_id", "iri")), _versions.c.location)
    statement = (
        sa.select(*columns, _versions.c.title)
        .join_from(_records, _versions, _versions.c.key == _records.c.key)
        .where(_records.c.key.in_([primary, *evidence]), _records.c.key != key, current(at))
    )
    found = [
        Same(
            row.key,
            row.slug,
            row.title,
            row.source_key,
            row.native_id,
            row.iri,
            row.location,
            row.key == primary,
            evidence[key if row.key == primary else row.key],
        )
        for row in connection.execute(statement)
    ]
    return tuple(sorted(found, key=lambda each: (not each.is_primary, each.source_key, each.key)))


# ------------------------------------------------------------------------------------------------- history, runs


def select_history(key: str, at: int) -> sa.Select[Any]:
    """The versions of a record up to a number, the newest first."""
    began, ended = tables.publications.alias("began"), tables.publications.alias("ended")
    names = ("id", "valid_from", "valid_to", "changed", "run_id", "title", "content_hash", "summary")
    columns = [_versions.c[name] for name in names]
    return (
        sa.select(*columns, began.c.published_at, ended.c.published_at.label("ended_at"))
        .outerjoin(began, began.c.number == _versions.c.valid_from)
        .outerjoin(ended, sa.and_(ended.c.number == _versions.c.valid_to, ended.c.number <= at))
        .where(_versions.c.key == key, _versions.c.valid_from <= at)
        .order_by(_versions.c.valid_from.desc())
    )


def version(row: Any, at: int) -> Version:
    """A row of :func:`select_history` as a version."""
    ended = row.valid_to is not None and row.valid_to <= at
    return Version(
        row.id,
        row.valid_from,
        row.published_at or row.changed,
        row.valid_to if ended else None,
        row.ended_at if ended else None,
        row.run_id,
        row.title,
        bytes(row.content_hash),
        Summary.from_json(row.summary),
    )


def run(row: Any) -> RunRow:
    """A row of the table of runs."""
    return RunRow(
        id=row.id,
        source_key=row.source_key,
        source_id=row.source_id,
        kind=row.kind,
        state=row.state,
        status=row.status,
        reason_de=row.reason_de,
        reason_en=row.reason_en,
        coverage=row.coverage,
        started=row.started,
        heartbeat=row.heartbeat,
        ended=row.ended,
        based_on=row.based_on,
        published=row.published,
        progress=row.progress,
        counts=orjson.loads(row.counts),
        plan=orjson.loads(row.plan) if row.plan else None,
        report=orjson.loads(row.report) if row.report else None,
        replaced_by=row.replaced_by,
    )


def set_aside(row: Any) -> SetAside:
    """A row of the table of records set aside."""
    return SetAside(
        row.source_key, row.native_id, row.run_id, findings_from_json(row.findings), row.traceback, row.response
    )


# -------------------------------------------------------------------------------------------- summaries


def summaries(engine: sa.Engine, at: int) -> Iterator[tuple[Any, Summary]]:
    """The public datasets at a number, in the order of their keys: ``key``, ``slug``, ``source_key``; and the summary.

    Read in batches, each in a short transaction.
    """
    last = ""
    while True:
        statement = (
            sa.select(_records.c.key, _records.c.slug, _records.c.source_key, _versions.c.summary)
            .join_from(_records, _versions, _versions.c.key == _records.c.key)
            .where(_records.c.kind == "dataset", current(at), ~shadowed(at), _records.c.key > last)
            .order_by(_records.c.key)
            .limit(BATCH)
        )
        with engine.begin() as connection:
            found = connection.execute(statement).all()
        if not found:
            return
        last = found[-1].key
        for row in found:
            yield row, Summary.from_json(row.summary)


# ------------------------------------------------------------------------------------------------- dump


def dump(engine: sa.Engine, at: int, catalog_iri: str) -> Iterator[bytes]:
    """All records at a number as N-Triples with their membership in the catalogue, in the order of their keys.

    Read in batches, each in a short transaction, so that no snapshot is held while bytes are sent.
    """
    last = ""
    subject = iri_to_ntriples(catalog_iri)
    while True:
        statement = (
            sa.select(_versions.c.key, _versions.c.ntriples, _records.c.kind, _records.c.iri)
            .join_from(_versions, _records, _records.c.key == _versions.c.key)
            .where(current(at), ~shadowed(at), _versions.c.key > last)
            .order_by(_versions.c.key)
            .limit(BATCH)
        )
        with engine.begin() as connection:
            found = connection.execute(statement).all()
        if not found:
            return
        last = found[-1].key
        yield b"".join(_dumped(found, subject))


def _dumped(found: Iterable[Any], subject: str) -> Iterator[bytes]:
    for row in found:
        if (member := _MEMBERSHIP.get(row.kind)) is not None:
            yield f"{subject} {iri_to_ntriples(str(member))} {iri_to_ntriples(row.iri)} .\n".encode()
        yield unpacked(row.ntriples)
