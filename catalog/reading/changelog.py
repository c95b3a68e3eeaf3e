"""What changed from one publication to the next, read from the versions."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import sqlalchemy as sa

from catalog import tables
from catalog.reading.entries import Change
from catalog.store import current, shadowed

_records, _versions = tables.records, tables.versions


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
    if limit < 1:
        return ()
    since = 0 if since is None else since
    ours = sa.true() if sources is None else _records.c.source_key.in_(sorted(sources))
    with engine.begin() as connection:
        written = connection.execute(_written(since, at, limit).where(ours)).all()
        if len(written) == limit:  # nothing older can be among the newest
            since = max(since, written[-1].number - 1)
        others = [
            row
            for statement in (_withdrawn, _stepped_behind, _stepped_forward)
            for row in connection.execute(statement(since, at, limit).where(ours))
        ]
    newest = sorted([*written, *others], key=lambda row: (-row.number, -row.version_id))[:limit]
    return tuple(_change(row, municipalities) for row in newest)


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
    )


def _written(since: int, at: int, limit: int) -> sa.Select[Any]:
    before = _versions.alias("before")
    replaced = sa.exists().where(before.c.key == _versions.c.key, before.c.valid_to == _versions.c.valid_from)
    was_public = sa.and_(replaced, ~shadowed(_versions.c.valid_from - 1))
    kind = sa.case((was_public, "updated"), else_="created")
    return _select(_versions.c.valid_from, kind, since, at, limit).where(~shadowed(_versions.c.valid_from))


def _withdrawn(since: int, at: int, limit: int) -> sa.Select[Any]:
    after = _versions.alias("after")
    replaced = sa.exists().where(after.c.key == _versions.c.key, after.c.valid_from == _versions.c.valid_to)
    statement = _select(_versions.c.valid_to, sa.literal("withdrawn"), since, at, limit)
    return statement.where(~replaced, ~shadowed(_versions.c.valid_to - 1))


def _stepped_behind(since: int, at: int, limit: int) -> sa.Select[Any]:
    """Datasets that were public and then stood behind the same dataset of another source."""
    shadows = tables.shadows.alias("behind")
    before = shadows.c.valid_from - 1
    statement = _select(shadows.c.valid_from, sa.literal("withdrawn"), since, at, limit, shadows)
    return statement.where(current(before), ~shadowed(before))


def _stepped_forward(since: int, at: int, limit: int) -> sa.Select[Any]:
    """Datasets that stood behind another and are public as they were."""
    shadows = tables.shadows.alias("behind")
    then = shadows.c.valid_to
    statement = _select(then, sa.literal("created"), since, at, limit, shadows)
    return statement.where(_versions.c.valid_from < then, current(then), ~shadowed(then))


def _select(
    number: sa.Column[Any],
    kind: sa.ColumnElement[str],
    since: int,
    at: int,
    limit: int,
    shadows: sa.FromClause | None = None,
) -> sa.Select[Any]:
    publications = tables.publications
    joined = _versions.join(_records, _records.c.key == _versions.c.key)
    if shadows is not None:
        joined = joined.join(shadows, shadows.c.key == _versions.c.key)
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
        .where(number > since, number <= at, _records.c.kind == "dataset")
        .order_by(number.desc(), _versions.c.id.desc())
        .limit(limit)
    )
