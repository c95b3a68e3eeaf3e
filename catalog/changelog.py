"""What changed from one publication to the next, read from the versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from catalog import tables
from catalog.entries import Change

_records, _versions = tables.records, tables.versions


def changes(
    engine: sa.Engine, municipalities: Mapping[str, str], at: int, limit: int, since: int | None
) -> tuple[Change, ...]:
    """Datasets created, updated and withdrawn by the publications after ``since`` up to ``at``, the newest first."""
    if limit < 1:
        return ()
    since = 0 if since is None else since
    with engine.begin() as connection:
        written = connection.execute(_written(since, at, limit)).all()
        if len(written) == limit:  # nothing older can be among the newest
            since = max(since, written[-1].number - 1)
        ended = connection.execute(_withdrawn(since, at, limit)).all()
    newest = sorted([*written, *ended], key=lambda row: (-row.number, -row.version_id))[:limit]
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
    return _select(_versions.c.valid_from, sa.case((replaced, "updated"), else_="created"), since, at, limit)


def _withdrawn(since: int, at: int, limit: int) -> sa.Select[Any]:
    after = _versions.alias("after")
    replaced = sa.exists().where(after.c.key == _versions.c.key, after.c.valid_from == _versions.c.valid_to)
    return _select(_versions.c.valid_to, sa.literal("withdrawn"), since, at, limit).where(~replaced)


def _select(number: sa.Column[Any], kind: sa.ColumnElement[str], since: int, at: int, limit: int) -> sa.Select[Any]:
    publications = tables.publications
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
        .join_from(_versions, _records, _records.c.key == _versions.c.key)
        .outerjoin(publications, publications.c.number == number)
        .where(number > since, number <= at, _records.c.kind == "dataset")
        .order_by(number.desc(), _versions.c.id.desc())
        .limit(limit)
    )
