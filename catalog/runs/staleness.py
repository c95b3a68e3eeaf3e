"""Sources that deliver nothing for long: since when what is public of them is out of date, and who is told once (F59).

All of it follows from the runs alone, so it is the same whenever and wherever one looks, and an alarm belongs to one
run: the first after which the source counts as out of date. What is public stays public; nothing is withdrawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import NamedTuple

import sqlalchemy as sa

from catalog import tables
from catalog.runs.breaker import OPENS_AT

# A source that fails is out of date from the third run in a row on, but not before so long after it last delivered:
# three hours of maintenance are nothing that a reader must know.
OLD_AFTER = timedelta(days=2)

_runs = tables.runs
# What was asked of the source itself; a replay reads old answers.
_ASKED = _runs.c.kind.in_(("harvest", "accepted"))
_DELIVERED = ("ok", "warnings", "partial")


class Stale(NamedTuple):
    """A source whose public records are out of date: ``since`` when (its last delivery), the run that raised the alarm, and
    when that ended. Times are UTC in ISO 8601.
    """

    since: str
    run: int
    alarmed: str


class _Failed(NamedTuple):
    source_key: str
    id: int
    ended: str


def stale(engine: sa.Engine, source_keys: Sequence[str], before: int | None = None) -> dict[str, Stale]:
    """The sources that are out of date, by key; a source that never delivered has nothing that could be.

    ``before`` is a run: then as it was before that.
    """
    earlier = _runs.c.id < before if before is not None else sa.true()
    ended = sa.and_(_runs.c.source_key.in_(source_keys), _runs.c.state == "done", _ASKED, earlier)
    delivered = sa.and_(ended, _runs.c.status.in_(_DELIVERED))
    # A run that was held or rejected says that the source answers.
    answered = (
        sa.select(_runs.c.source_key, sa.func.max(_runs.c.id).label("id"))
        .where(ended, _runs.c.status != "failed")
        .group_by(_runs.c.source_key)
        .subquery()
    )
    last = sa.select(sa.func.max(_runs.c.id)).where(delivered).group_by(_runs.c.source_key)
    failures = (
        sa.select(_runs.c.source_key, _runs.c.id, _runs.c.ended)
        .join(answered, sa.and_(answered.c.source_key == _runs.c.source_key, _runs.c.id > answered.c.id))
        .where(ended, _runs.c.kind == "harvest")
        .order_by(_runs.c.source_key, _runs.c.id)
    )
    with engine.connect() as connection:
        rows = connection.execute(sa.select(_runs.c.source_key, _runs.c.ended).where(_runs.c.id.in_(last)))
        since = dict(rows.all())
        failed = [_Failed(*row) for row in connection.execute(failures)]
    found = {}
    for key, group in groupby(failed, key=lambda row: row.source_key):
        if (delivery := since.get(key)) and (alarm := _alarm(delivery, list(group))) is not None:
            found[key] = Stale(delivery, alarm.id, alarm.ended)
    return found


def _alarm(delivery: str, failed: Sequence[_Failed]) -> _Failed | None:
    """The run after which a source was out of date; None as long as it is not."""
    old = datetime.fromisoformat(delivery) + OLD_AFTER
    return next((run for run in failed[OPENS_AT - 1 :] if datetime.fromisoformat(run.ended) >= old), None)
