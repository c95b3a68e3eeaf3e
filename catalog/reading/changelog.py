"""What changed from one publication to the next, read from the versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog import tables
from catalog.reading.entries import Change
from catalog.store import current, shadowed

_records, _versions = tables.records, tables.versions


class _Span(NamedTuple):
    """Which changes are wanted: after publication ``since`` up to ``at``, at most ``limit``.

    ``beyond`` wants also those of ``since`` whose version has a higher number (None: none of them). ``forward`` gives
    the oldest first.
    """

    since: int
    at: int
    limit: int
    beyond: int | None = None
    forward: bool = False


def changes(
    engine: sa.Engine,
    municipalities: Mapping[str, str],
    at: int,
    limit: int,
    since: int | None,
    sources: Collection[str] | None = None,
) -> tuple[Change, ...]:
    """Datasets created, updated and withdrawn by the publications after ``since`` up to ``at``, the newest first.

    ``sources`` are the keys of those that count; None: all.
    """
    return _found(engine, municipalities, _Span(since or 0, at, limit), sources)


def following(
    engine: sa.Engine,
    municipalities: Mapping[str, str],
    at: int,
    limit: int,
    since: int,
    beyond: int | None = None,
    sources: Collection[str] | None = None,
) -> tuple[Change, ...]:
    """The same, the oldest first: what follows publication ``since``, or in it the version with the number ``beyond``.

    Whoever goes on with the number and version of the last one misses nothing and gets nothing twice, whatever is
    published meanwhile: what a publication did does not change afterwards.
    """
    return _found(engine, municipalities, _Span(since, at, limit, beyond, forward=True), sources)


def _found(
    engine: sa.Engine, municipalities: Mapping[str, str], span: _Span, sources: Collection[str] | None
) -> tuple[Change, ...]:
    if span.limit < 1:
        return ()
    ours = sa.true() if sources is None else _records.c.source_key.in_(sorted(sources))
    with engine.begin() as connection:
        found = connection.execute(_written(span).where(ours)).all()
        if len(found) == span.limit:  # nothing further on can be among those wanted
            last = found[-1].number
            span = span._replace(at=last) if span.forward else span._replace(since=max(span.since, last - 1))
        for statement in (_withdrawn, _stepped_behind, _stepped_forward):
            found = [*found, *connection.execute(statement(span).where(ours))]
    found = sorted(found, key=lambda row: (row.number, row.version_id), reverse=not span.forward)
    return tuple(_change(row, municipalities) for row in found[: span.limit])


def _change(row: Any, municipalities: Mapping[str, str]) -> Change:
    return Change(
        row.number,
        row.published_at or "",
        row.key,
        row.slug,
        row.title,
        municipalities.get(row.source_key, ""),
        row.kind,
        row.iri,
        row.version_id,
    )


def _written(span: _Span) -> sa.Select[Any]:
    before = _versions.alias("before")
    replaced = sa.exists().where(before.c.key == _versions.c.key, before.c.valid_to == _versions.c.valid_from)
    was_public = sa.and_(replaced, ~shadowed(_versions.c.valid_from - 1))
    kind = sa.case((was_public, "updated"), else_="created")
    return _select(_versions.c.valid_from, kind, span).where(~shadowed(_versions.c.valid_from))


def _withdrawn(span: _Span) -> sa.Select[Any]:
    after = _versions.alias("after")
    replaced = sa.exists().where(after.c.key == _versions.c.key, after.c.valid_from == _versions.c.valid_to)
    statement = _select(_versions.c.valid_to, sa.literal("withdrawn"), span)
    # What steps behind another as it ends is told by _stepped_behind: once is enough.
    return statement.where(~replaced, ~shadowed(_versions.c.valid_to - 1), ~shadowed(_versions.c.valid_to))


def _stepped_behind(span: _Span) -> sa.Select[Any]:
    """Datasets that were public and then stood behind the same dataset of another source."""
    shadows = tables.shadows.alias("behind")
    before = shadows.c.valid_from - 1
    statement = _select(shadows.c.valid_from, sa.literal("withdrawn"), span, shadows)
    return statement.where(current(before), ~shadowed(before))


def _stepped_forward(span: _Span) -> sa.Select[Any]:
    """Datasets that stood behind another and are public as they were."""
    shadows = tables.shadows.alias("behind")
    then = shadows.c.valid_to
    statement = _select(then, sa.literal("created"), span, shadows)
    return statement.where(_versions.c.valid_from < then, current(then), ~shadowed(then))


def _select(
    number: sa.Column[Any], kind: sa.ColumnElement[str], span: _Span, shadows: sa.FromClause | None = None
) -> sa.Select[Any]:
    publications = tables.publications
    joined = _versions.join(_records, _records.c.key == _versions.c.key)
    if shadows is not None:
        joined = joined.join(shadows, shadows.c.key == _versions.c.key)
    after = number > span.since
    if span.beyond is not None:
        after = sa.and_(number >= span.since, sa.or_(after, _versions.c.id > span.beyond))
    order = (number, _versions.c.id) if span.forward else (number.desc(), _versions.c.id.desc())
    return (
        sa.select(
            number.label("number"),
            publications.c.published_at,
            _versions.c.id.label("version_id"),
            _versions.c.key,
            _versions.c.title,
            _records.c.slug,
            _records.c.iri,
            _records.c.source_key,
            kind.label("kind"),
        )
        .select_from(joined.outerjoin(publications, publications.c.number == number))
        .where(after, number <= span.at, _records.c.kind == "dataset")
        .order_by(*order)
        .limit(span.limit)
    )
