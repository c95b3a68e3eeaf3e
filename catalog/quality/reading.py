"""Reads scores: of one record, the present figures of all scopes, and which datasets do not meet a metric."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import sqlalchemy as sa

from catalog import tables
from catalog.quality.score import FLAGS_AT, Score
from schemas.mqa import METRICS, Metric

_quality, _records, _versions = tables.quality, tables.records, tables.versions


class Scored(NamedTuple):
    """The score of a dataset, and when it was computed (UTC, ISO 8601)."""

    key: str
    total: int
    score: Score
    computed: str


class Place(NamedTuple):
    """A dataset with its sum, for lists: the slug of its page, its IRI, its title."""

    key: str
    slug: str
    iri: str
    title: str
    source_key: str
    total: int
    computed: str


def of_record(connection: sa.Connection, key: str) -> Scored | None:
    """The score of a dataset by its KEY; None where it has none (yet)."""
    row = connection.execute(sa.select(_quality).where(_quality.c.key == key)).first()
    return Scored(row.key, row.total, Score.from_json(row.outcomes), row.computed) if row is not None else None


def of_records(connection: sa.Connection, keys: Sequence[str]) -> dict[str, Scored]:
    """The scores of some datasets by their KEY."""
    rows = connection.execute(sa.select(_quality).where(_quality.c.key.in_(keys)))
    return {row.key: Scored(row.key, row.total, Score.from_json(row.outcomes), row.computed) for row in rows}


def without(metric: Metric) -> sa.ColumnElement[bool]:
    """The condition that a dataset does not meet a metric."""
    return sa.func.substr(_quality.c.outcomes, FLAGS_AT + METRICS.index(metric), 1).in_(("0", "x"))


def places(
    connection: sa.Connection,
    metric: Metric | None = None,
    source_keys: Sequence[str] | None = None,
    *,
    limit: int,
    offset: int = 0,
) -> list[Place]:
    """Datasets with their sums, the lowest first; only those that do not meet a metric, or of some sources."""
    statement = (
        sa.select(
            *(_quality.c.key, _records.c.slug, _records.c.iri, _versions.c.title, _quality.c.source_key),
            *(_quality.c.total, _quality.c.computed),
        )
        .join(_records, _records.c.key == _quality.c.key)
        .join(_versions, _versions.c.id == _quality.c.version_id)
        .order_by(_quality.c.total, _quality.c.key)
        .limit(limit)
        .offset(offset)
    )
    if metric is not None:
        statement = statement.where(without(metric))
    if source_keys is not None:
        statement = statement.where(_quality.c.source_key.in_(source_keys))
    return [Place(*row) for row in connection.execute(statement)]


def count(connection: sa.Connection) -> int:
    """How many datasets have a score."""
    return connection.scalar(sa.select(sa.func.count()).select_from(_quality)) or 0


def computed(connection: sa.Connection) -> str:
    """When a score was last computed; empty before the first."""
    return connection.scalar(sa.select(sa.func.max(_quality.c.computed))) or ""
