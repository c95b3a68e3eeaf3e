"""How the score went: one row for each day on which it changed, for records, sources, municipalities and the region."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog import database, tables
from catalog.links import book
from catalog.quality.figures import Figures
from catalog.quality.score import Score
from catalog.runs.staging import now_text
from schemas.german_time import BERLIN
from schemas.region import Region

REGION = "region"
_history, _quality = tables.quality_history, tables.quality


class Day(NamedTuple):
    """The figures of one day: true until the next one that there is. ``total`` is the average over the datasets."""

    day: str
    datasets: int
    total: float


def of_source(source_key: str) -> str:
    """The scope of a source."""
    return f"source/{source_key}"


def of_municipality(municipality_id: str) -> str:
    """The scope of a municipality."""
    return f"municipality/{municipality_id}"


def of_record(key: str) -> str:
    """The scope of a record."""
    return f"record/{key}"


def scopes(region: Region) -> list[str]:
    """The scopes of the region, its municipalities and its sources."""
    municipalities = [of_municipality(municipality.id) for municipality in region.municipalities]
    return [REGION, *municipalities, *(of_source(source.key) for source in region.sources)]


def today(now: datetime) -> str:
    """The day in Berlin, as history names it."""
    return now.astimezone(BERLIN).date().isoformat()


def keep_records(connection: sa.Connection, scored: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Keeps the scores of records that changed, rows of the table of scores."""
    found = [
        {
            "scope": of_record(row["key"]),
            "day": today(now),
            "datasets": 1,
            "total": float(row["total"]),
            "figures": row["outcomes"],
            "computed": now_text(now),
        }
        for row in scored
    ]
    _put(connection, found)


def keep_totals(region: Region, engine: sa.Engine, now: datetime) -> None:
    """Counts all scores together and keeps the figures of each scope that is another than before."""
    present = _scopes(region, _by_source(engine))
    with database.writing(engine).begin() as connection:
        before = _latest(connection, {*scopes(region), *present})
        for scope in before.keys() - present.keys():
            if before[scope].datasets:  # all its datasets went
                present[scope] = Figures()
        found = [
            {
                "scope": scope,
                "day": today(now),
                "datasets": figures.datasets,
                "total": figures.average,
                "figures": figures.to_json(),
                "computed": now_text(now),
            }
            for scope, figures in present.items()
            if scope not in before or before[scope].to_json() != figures.to_json()
        ]
        _put(connection, found)


def _by_source(engine: sa.Engine) -> dict[str, Figures]:
    found: dict[str, Figures] = {}
    statement = sa.select(_quality.c.source_key, _quality.c.total, _quality.c.outcomes)
    with engine.connect().execution_options(yield_per=2000) as connection:
        for source_key, total, outcomes in connection.execute(statement):
            found.setdefault(source_key, Figures()).add(Score.from_json(outcomes), total)
    return found


def _scopes(region: Region, by_source: Mapping[str, Figures]) -> dict[str, Figures]:
    municipalities = {source.key: source.municipality for source in region.sources}
    found: dict[str, Figures] = {REGION: Figures()}
    for source_key, figures in by_source.items():
        found[of_source(source_key)] = figures
        found[REGION] += figures
        if (municipality := municipalities.get(source_key)) is not None:
            scope = of_municipality(municipality)
            found[scope] = found.get(scope, Figures()) + figures
    return found


def _put(connection: sa.Connection, found: Sequence[Mapping[str, Any]]) -> None:
    if found:
        fresh = book.insert(connection, _history)
        kept = {column: fresh.excluded[column] for column in found[0] if column not in ("scope", "day")}
        connection.execute(fresh.on_conflict_do_update(index_elements=["scope", "day"], set_=kept), list(found))


# ------------------------------------------------------------------------------------------------- reading


def latest(connection: sa.Connection, region: Region) -> dict[str, Figures]:
    """The present figures of the region, its municipalities and sources, by their scope."""
    return _latest(connection, scopes(region))


def _latest(connection: sa.Connection, of: Collection[str]) -> dict[str, Figures]:
    found = {}
    for row in connection.execute(_newest(of, sa.true(), _history)):
        found[row.scope] = Figures.from_json(row.datasets, row.figures)
    return found


def _newest(of: Collection[str], until: sa.ColumnElement[bool], *columns: Any) -> sa.Select[Any]:
    """The last row of each scope up to a day."""
    # By name, not by what they are not: the rows of all records are many.
    newest = (
        sa.select(_history.c.scope, sa.func.max(_history.c.day).label("day"))
        .where(_history.c.scope.in_(sorted(of)), until)
        .group_by(_history.c.scope)
        .subquery()
    )
    same = sa.and_(newest.c.scope == _history.c.scope, newest.c.day == _history.c.day)
    return sa.select(*columns).select_from(_history.join(newest, same))


def days(connection: sa.Connection, scope: str, limit: int = 400) -> list[Day]:
    """The days on which the figures of a scope changed, the oldest first."""
    statement = (
        sa.select(_history.c.day, _history.c.datasets, _history.c.total)
        .where(_history.c.scope == scope)
        .order_by(_history.c.day.desc())
        .limit(limit)
    )
    return [Day(*row) for row in reversed(connection.execute(statement).all())]


def before(connection: sa.Connection, region: Region, day: str) -> dict[str, Day]:
    """How the region, its municipalities and sources stood on a day, by their scope."""
    columns = (_history.c.scope, _history.c.day, _history.c.datasets, _history.c.total)
    statement = _newest(scopes(region), _history.c.day <= day, *columns)
    return {scope: Day(*rest) for scope, *rest in connection.execute(statement)}
