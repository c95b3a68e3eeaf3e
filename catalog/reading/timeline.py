"""The history of one record, page by page: its versions, and whatever else made it come, go or stand behind another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.corrections import kept
from catalog.reading.rows import published_at
from schemas.corrections import Correction

PAGE = 20
# Of what befalls a record between two of its versions so much is told.
_EVENTS = 200
# What one publication did, the consequence before its reason, as in the newest first.
_ORDER = ("withdrawn", "parted", "forward", "joined", "behind", "corrected", "relinked", "preferred", "split")
_records, _versions, _runs, _shadows = tables.records, tables.versions, tables.runs, tables.shadows
_publications, _corrections = tables.publications, tables.corrections


class Record(NamedTuple):
    """Whose history it is."""

    key: str
    slug: str
    kind: str
    iri: str
    source_key: str


class KeptVersion(NamedTuple):
    """A version; ``place`` counts from 1, the oldest. ``ended_at`` is empty as long as it is the last word."""

    place: int
    valid_from: int
    published_at: str
    valid_to: int | None
    ended_at: str
    title: str
    content_hash: bytes
    packed: bytes  # zstd of the canonical N-Triples


class Cause(NamedTuple):
    """The run that made a publication. ``undoes`` is the run that it took back; ``undone_by`` the one that took it back."""

    run: int
    kind: str
    source_id: str
    undoes: int | None = None
    undone_by: int | None = None


class Other(NamedTuple):
    """Another record that an event is about."""

    slug: str
    title: str


class Event(NamedTuple):
    """What one publication did to the record.

    ``kind`` is created, updated, returned or withdrawn; behind, forward (it stood behind another, and no longer);
    joined, parted (another one stood behind it); split, preferred, relinked (a steward's decision); corrected.
    ``version`` is the one that began, or ended when withdrawn; ``set`` and ``lifted`` are corrections.
    """

    kind: str
    number: int
    published_at: str
    cause: Cause | None
    version: KeptVersion | None = None
    other: Other | None = None
    set: tuple[Correction, ...] = ()
    lifted: tuple[Correction, ...] = ()


class Timeline(NamedTuple):
    """One page of a history, the newest first; ``pages`` of ``PAGE`` versions each. ``versions`` are those of this page
    and the one before its oldest, by their place. ``last`` is the newest of all."""

    total: int
    page: int
    pages: int
    events: tuple[Event, ...]
    versions: Mapping[int, KeptVersion]
    first_published: str
    last: KeptVersion


def find(connection: sa.Connection, slug: str) -> Record | str | None:
    """The record of a SLUG, the SLUG that it has by now where this is a former one, or None."""
    columns = [_records.c[name] for name in Record._fields]
    row = connection.execute(sa.select(*columns).where(_records.c.slug == slug)).first()
    if row is not None:
        return Record(*row)
    alias = sa.select(_records.c.slug).join(tables.aliases, tables.aliases.c.key == _records.c.key)
    found: str | None = connection.scalar(alias.where(tables.aliases.c.slug == slug))
    return found


def count(connection: sa.Connection, key: str, at: int) -> int:
    """How many versions a record has up to a number."""
    which = sa.and_(_versions.c.key == key, _versions.c.valid_from <= at)
    return connection.scalar(sa.select(sa.func.count()).select_from(_versions).where(which)) or 0


def version(connection: sa.Connection, key: str, at: int, place: int) -> KeptVersion | None:
    """One version by its place, or None."""
    total = count(connection, key, at)
    if not 1 <= place <= total:
        return None
    return _read(connection, key, at, total, total - place, 1)[0]


def newest(connection: sa.Connection, key: str, number: int) -> KeptVersion | None:
    """The newest version up to a number, whether it was still public then or not; None if there was none yet."""
    total = count(connection, key, number)
    return _read(connection, key, number, total, 0, 1)[0] if total else None


def read(connection: sa.Connection, record: Record, at: int, page: int) -> Timeline | None:
    """A page of a record's history up to a number; None if it was never public or has no such page."""
    total = count(connection, record.key, at)
    pages = -(-total // PAGE)
    if not 1 <= page <= pages:
        return None
    start = (page - 1) * PAGE
    newer = _read(connection, record.key, at, total, start - 1, 1) if start else []
    shown = _read(connection, record.key, at, total, start, PAGE + 1)
    versions = shown[:PAGE]
    low = versions[-1].valid_from if page < pages else 0
    high = newer[0].valid_from if newer else at + 1
    events = [*_of_versions(versions, newer, shown[PAGE:]), *_of_cluster(connection, record, low, high, at)]
    events += _of_decisions(connection, record, low, high)
    events = _with_corrections(connection, record, low, high, events)
    told = _caused(connection, sorted(events, key=_place), at)
    oldest = _read(connection, record.key, at, total, total - 1, 1)[0]
    last = newer[0] if start == 1 else _read(connection, record.key, at, total, 0, 1)[0]
    by_place = {each.place: each for each in shown}
    return Timeline(total, page, pages, tuple(told), by_place, oldest.published_at, last)


def _place(event: Event) -> tuple[int, int]:
    return -event.number, _ORDER.index(event.kind) if event.kind in _ORDER else len(_ORDER)


def _read(connection: sa.Connection, key: str, at: int, total: int, offset: int, limit: int) -> list[KeptVersion]:
    """Versions from the newest on."""
    began, ended = _publications.alias("began"), _publications.alias("ended")
    columns = [_versions.c[name] for name in ("valid_from", "valid_to", "changed", "title", "content_hash", "ntriples")]
    statement = (
        sa.select(*columns, began.c.published_at, ended.c.published_at.label("ended_at"))
        .outerjoin(began, began.c.number == _versions.c.valid_from)
        .outerjoin(ended, sa.and_(ended.c.number == _versions.c.valid_to, ended.c.number <= at))
        .where(_versions.c.key == key, _versions.c.valid_from <= at)
        .order_by(_versions.c.valid_from.desc(), _versions.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [
        KeptVersion(
            total - offset - number,
            row.valid_from,
            row.published_at or row.changed,
            row.valid_to if row.valid_to is not None and row.valid_to <= at else None,
            row.ended_at or "",
            row.title,
            bytes(row.content_hash),
            bytes(row.ntriples),
        )
        for number, row in enumerate(connection.execute(statement))
    ]


def _of_versions(
    versions: Sequence[KeptVersion], newer: Sequence[KeptVersion], older: Sequence[KeptVersion]
) -> Iterable[Event]:
    following = newer[0] if newer else None
    for each, before in zip(versions, (*versions[1:], *(older or (None,))), strict=False):
        if each.valid_to is not None and (following is None or following.valid_from != each.valid_to):
            yield Event("withdrawn", each.valid_to, each.ended_at, None, each)
        kind = "created" if before is None else "updated" if before.valid_to == each.valid_from else "returned"
        yield Event(kind, each.valid_from, each.published_at, None, each)
        following = each


def _of_cluster(connection: sa.Connection, record: Record, low: int, high: int, at: int) -> list[Event]:
    """Where the record stepped behind another of its cluster, or another behind it, and where that ended."""
    own = sa.or_(_shadows.c.key == record.key, _shadows.c.primary_key == record.key)
    within = sa.or_(_within(_shadows.c.valid_from, low, high), _within(_shadows.c.valid_to, low, high))
    statement = sa.select(_shadows).where(own, within).order_by(_shadows.c.id.desc()).limit(_EVENTS)
    found = connection.execute(statement).all()
    others = {row.primary_key if row.key == record.key else row.key for row in found}
    names = _names(connection, others, at)
    began = {(row.key, row.primary_key, row.valid_from) for row in found}
    ended = {(row.key, row.primary_key, row.valid_to) for row in found}
    events = []
    for row in found:
        behind = row.key == record.key
        other = names.get(row.primary_key if behind else row.key)
        pair = (row.key, row.primary_key)
        # One row follows another where only the evidence has changed.
        if low <= row.valid_from < high and (*pair, row.valid_from) not in ended:
            events.append(Event("behind" if behind else "joined", row.valid_from, "", None, other=other))
        if row.valid_to is not None and low <= row.valid_to < high and (*pair, row.valid_to) not in began:
            events.append(Event("forward" if behind else "parted", row.valid_to, "", None, other=other))
    return events


def _of_decisions(connection: sa.Connection, record: Record, low: int, high: int) -> list[Event]:
    """What stewards said about the record: it is another dataset, it is to be shown, it goes on under another id."""
    splits, preferred, relinks = tables.splits, tables.preferred, tables.relinks
    apart = sa.or_(splits.c.one == record.key, splits.c.other == record.key)
    events = [
        Event("split", number, "", None)
        for number in connection.scalars(
            sa.select(splits.c.valid_from).where(apart, _within(splits.c.valid_from, low, high)).limit(_EVENTS)
        )
    ]
    chosen = sa.and_(preferred.c.key == record.key, _within(preferred.c.valid_from, low, high))
    events += [
        Event("preferred", number, "", None)
        for number in connection.scalars(sa.select(preferred.c.valid_from).where(chosen).limit(_EVENTS))
    ]
    made = sa.select(_publications.c.number).join(relinks, relinks.c.run_id == _publications.c.run_id)
    which = sa.and_(relinks.c.key == record.key, _within(_publications.c.number, low, high))
    return events + [
        Event("relinked", number, "", None) for number in connection.scalars(made.where(which).limit(_EVENTS))
    ]


def _with_corrections(
    connection: sa.Connection, record: Record, low: int, high: int, events: Sequence[Event]
) -> list[Event]:
    """The events with the corrections that were made or lifted with them; those that changed nothing on their own."""
    within = sa.or_(_within(_corrections.c.valid_from, low, high), _within(_corrections.c.valid_to, low, high))
    statement = sa.select(_corrections).where(_corrections.c.key == record.key, within)
    made: dict[int, list[Correction]] = {}
    over: dict[int, list[Correction]] = {}
    for row in connection.execute(statement.order_by(_corrections.c.id).limit(_EVENTS)):
        if low <= row.valid_from < high:
            made.setdefault(row.valid_from, []).append(kept.correction(row))
        if row.valid_to is not None and low <= row.valid_to < high:
            over.setdefault(row.valid_to, []).append(kept.correction(row))
    told = []
    for event in events:
        if event.version is not None and event.kind != "withdrawn":
            event = event._replace(set=tuple(made.pop(event.number, ())), lifted=tuple(over.pop(event.number, ())))
        told.append(event)
    alone = [
        Event("corrected", number, "", None, set=tuple(made.get(number, ())), lifted=tuple(over.get(number, ())))
        for number in sorted({*made, *over})
    ]
    return [*told, *alone]


def _within(column: sa.Column[Any], low: int, high: int) -> sa.ColumnElement[bool]:
    return sa.and_(column >= low, column < high)


def _names(connection: sa.Connection, keys: Iterable[str], at: int) -> dict[str, Other]:
    """What some records are called, as far as they have been public."""
    found: dict[str, Other] = {}
    for key in keys:
        statement = (
            sa.select(_records.c.slug, _versions.c.title)
            .join_from(_records, _versions, _versions.c.key == _records.c.key)
            .where(_records.c.key == key, _versions.c.valid_from <= at)
            .order_by(_versions.c.valid_from.desc())
            .limit(1)
        )
        if (row := connection.execute(statement).first()) is not None:
            found[key] = Other(*row)
    return found


def cause(connection: sa.Connection, number: int, at: int) -> Cause | None:
    """The run that made a publication, as it is known at a number; None where none did."""
    return _caused(connection, [Event("withdrawn", number, "-", None)], at)[0].cause


def _caused(connection: sa.Connection, events: Sequence[Event], at: int) -> list[Event]:
    """The events with their times and the runs that made them."""
    numbers = {event.number for event in events}
    undoes = sa.case((_runs.c.kind == "undo", _runs.c.report), else_=None)
    columns = (_publications.c.number, _publications.c.published_at, _runs.c.id, _runs.c.kind, _runs.c.source_id)
    statement = (
        sa.select(*columns, undoes.label("undoes"))
        .join_from(_publications, _runs, _runs.c.id == _publications.c.run_id)
        .where(_publications.c.number.in_(numbers))
    )
    known = {row.number: row for row in connection.execute(statement)}
    undone = _undone(connection, {row.id for row in known.values()}, at)
    told = []
    for event in events:
        row = known.get(event.number)
        cause = Cause(row.id, row.kind, row.source_id, _undoes(row.undoes), undone.get(row.id)) if row else None
        then = event.published_at or (row.published_at if row else published_at(connection, event.number))
        told.append(event._replace(published_at=then, cause=cause))
    return told


def _undone(connection: sa.Connection, runs: set[int], at: int) -> dict[int, int]:
    """Of some runs those that were taken back, each with the run that did; not where that was taken back in its turn."""
    if not runs:
        return {}
    which = sa.and_(_runs.c.kind == "undo", _runs.c.published.is_not(None), _runs.c.published <= at)
    statement = sa.select(_runs.c.id, _runs.c.report).where(which, _runs.c.id > min(runs)).order_by(_runs.c.id.desc())
    undone: dict[int, int] = {}
    for run, report in connection.execute(statement.limit(1000)):
        taken_back = _undoes(report)
        if taken_back is not None and run not in undone:
            undone.setdefault(taken_back, run)
    return undone


def _undoes(report: str | None) -> int | None:
    found = orjson.loads(report).get("undone") if report else None
    return found if isinstance(found, int) else None
