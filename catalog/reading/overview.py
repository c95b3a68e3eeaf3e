"""The catalogue in figures: how many datasets of what, and how each source stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.index import Found
from catalog.reading import rows
from catalog.reading.entries import Counts, RunRow, SourceState
from catalog.reading.summary import Summary
from catalog.runs import staleness
from catalog.runs.run_book import DECISIONS
from catalog.store import current, shadowed
from schemas.region import HarvestSource

_records, _versions, _runs = tables.records, tables.versions, tables.runs
_GOOD = ("ok", "warnings")
_FIELDS = Summary._fields


class Figures(NamedTuple):
    """A source's current records, and the findings on them."""

    records: int = 0
    violations: int = 0
    warnings: int = 0


def last_position(engine: sa.Engine, at: int) -> int:
    """The highest position ever published up to a number; 0 if there is none."""
    ever = sa.exists().where(_versions.c.key == _records.c.key, _versions.c.valid_from <= at)
    highest = (
        sa.select(_records.c.position)
        .where(_records.c.position.is_not(None), ever)
        .order_by(_records.c.position.desc())
        .limit(1)
    )
    with engine.begin() as connection:
        return connection.scalar(highest) or 0


def counted(sources: Mapping[str, Sequence[str]], found: Found) -> Counts:
    """The counts out of what the index found for the empty query."""
    facets = {facet: dict(values) for facet, values in found.facets.items()}
    by_municipality = {municipality: facets["municipality"].get(municipality, 0) for municipality in sources}
    return Counts(
        found.total,
        MappingProxyType(by_municipality),
        MappingProxyType(facets["theme"]),
        MappingProxyType(facets["format"]),
        MappingProxyType(facets["license"]),
    )


def counts(engine: sa.Engine, sources: Mapping[str, Sequence[str]], at: int) -> Counts:
    """How many datasets there are; ``sources`` are the source keys of each municipality. Reads every summary."""
    statement = (
        sa.select(_records.c.source_key, _versions.c.summary)
        .join_from(_versions, _records, _records.c.key == _versions.c.key)
        .where(_records.c.kind == "dataset", current(at), ~shadowed(at))
    )
    by_source: Counter[str] = Counter()
    by_code: tuple[Counter[str], ...] = (Counter(), Counter(), Counter())
    places = [_FIELDS.index(name) for name in ("themes", "formats", "licenses")]
    with engine.connect().execution_options(yield_per=2000) as connection:
        for source_key, summary in connection.execute(statement):
            by_source[source_key] += 1
            fields: list[Any] = orjson.loads(summary)
            for counter, place in zip(by_code, places, strict=True):
                counter.update(fields[place])
    return Counts(
        by_source.total(),
        MappingProxyType({m: sum(by_source[key] for key in keys) for m, keys in sources.items()}),
        *(MappingProxyType(dict(counter.most_common())) for counter in by_code),
    )


def runs(connection: sa.Connection, source_key: str | None, limit: int) -> tuple[RunRow, ...]:
    """The last runs, of one source or of all, the newest first."""
    statement = sa.select(_runs).order_by(_runs.c.id.desc()).limit(max(limit, 0))
    if source_key is not None:
        statement = statement.where(_runs.c.source_key == source_key)
    return tuple(rows.run(row) for row in connection.execute(statement))


def sources(
    engine: sa.Engine, configured: Sequence[HarvestSource], figures: Mapping[str, Figures]
) -> tuple[SourceState, ...]:
    """How each configured source stands, with the figures of :func:`figures`."""
    keys = [source.key for source in configured]
    with engine.begin() as connection:
        # What a steward decides about records says nothing of the source; an undo takes a run of it back.
        last = _last_runs(connection, keys, _runs.c.kind.not_in(tuple(set(DECISIONS) - {"undo"})))
        good = _last_runs(connection, keys, sa.and_(_runs.c.status.in_(_GOOD), _runs.c.kind.not_in(DECISIONS)))
        aside = _count_by_source(connection, tables.set_aside, sa.true())
        absent = _count_by_source(connection, tables.presence, tables.presence.c.absent_since.is_not(None))
    stale = staleness.stale(engine, keys)
    states = []
    for source in configured:
        own = figures.get(source.key, Figures())
        states.append(
            SourceState(
                source=source,
                last_run=last.get(source.key),
                last_good=good.get(source.key),
                records=own.records,
                absent=absent.get(source.key, 0),
                set_aside=aside.get(source.key, 0),
                violations=own.violations,
                warnings=own.warnings,
                stale=stale.get(source.key),
            )
        )
    return tuple(states)


def last_end(engine: sa.Engine) -> str:
    """When the last run ended: findings may change with a run that publishes nothing."""
    with engine.begin() as connection:
        return connection.scalar(sa.select(sa.func.max(_runs.c.ended))) or ""


def figures(engine: sa.Engine, at: int) -> Mapping[str, Figures]:
    """The figures of each source at a number. Reads every summary."""

    def total(field: str) -> sa.ColumnElement[int]:
        place = _FIELDS.index(field)
        if engine.dialect.name == "sqlite":
            value: sa.ColumnElement[Any] = sa.func.json_extract(_versions.c.summary, f"$[{place}]")
        else:
            value = sa.cast(_versions.c.summary, sa.JSON)[place].as_string()
        return sa.func.coalesce(sa.func.sum(sa.cast(value, sa.Integer)), 0).label(field)

    statement = (
        sa.select(_records.c.source_key, sa.func.count(), total("violations"), total("warnings"))
        .select_from(_records.join(_versions, _versions.c.key == _records.c.key))
        .where(_records.c.position.is_not(None), current(at))
        .group_by(_records.c.source_key)
    )
    with engine.begin() as connection:
        return {row[0]: Figures(*map(int, row[1:])) for row in connection.execute(statement)}


def _last_runs(connection: sa.Connection, keys: Sequence[str], condition: sa.ColumnElement[bool]) -> dict[str, RunRow]:
    newest = (
        sa.select(sa.func.max(_runs.c.id)).where(_runs.c.source_key.in_(keys), condition).group_by(_runs.c.source_key)
    )
    return {row.source_key: rows.run(row) for row in connection.execute(sa.select(_runs).where(_runs.c.id.in_(newest)))}


def _count_by_source(connection: sa.Connection, table: sa.Table, condition: sa.ColumnElement[bool]) -> dict[str, int]:
    statement = sa.select(table.c.source_key, sa.func.count()).where(condition).group_by(table.c.source_key)
    return dict(connection.execute(statement).all())
