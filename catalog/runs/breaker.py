"""The circuit breaker of scheduled runs: a source that keeps failing is asked less often, one that asked for rest later."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables

# From so many failed runs in a row on, each further one doubles the pause …
OPENS_AT = 3
# … up to this long; a source that came back is noticed within a week.
LONGEST_PAUSE = timedelta(days=7)
# More failures in a row need not be counted: the pause is at its longest by then.
_LOOKED_AT = 12


class Strain(NamedTuple):
    """How a source has fared: runs in a row that failed, and until when its server asked for rest (UTC), if it did."""

    failures: int = 0
    rest_until: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether the breaker is open: the source runs less often than its schedule says."""
        return self.failures >= OPENS_AT

    def earliest(self, last: datetime, interval: timedelta) -> datetime:
        """Before when no scheduled run begins; takes the start of the last run and the schedule's interval.

        DESIGN 4.2: breaker and back-off bind scheduled runs only; faults F34 and F59.
        """
        moment = last
        if self.is_open:
            doubled = min(self.failures - OPENS_AT + 1, 20)
            # Half an interval less, so that a run that began some minutes late does not lose the time of day it is due.
            moment = last + max(interval, min(interval * 2**doubled, LONGEST_PAUSE)) - interval / 2
        return max(moment, self.rest_until) if self.rest_until else moment


CALM = Strain()


def strains(engine: sa.Engine, source_keys: Sequence[str]) -> dict[str, Strain]:
    """How each of some sources has fared in its last runs; sources that never ran are left out."""
    found = {}
    runs = tables.runs
    with engine.connect() as connection:
        for key in source_keys:
            rows = connection.execute(
                sa.select(runs.c.status, runs.c.ended, runs.c.report)
                .where(runs.c.source_key == key, runs.c.kind == "harvest", runs.c.state == "done")
                .order_by(runs.c.id.desc())
                .limit(_LOOKED_AT)
            ).all()
            if rows:
                found[key] = Strain(_failures([row.status for row in rows]), _rest_until(rows[0].ended, rows[0].report))
    return found


def _failures(statuses: Sequence[str]) -> int:
    for number, status in enumerate(statuses):
        if status != "failed":
            return number
    return len(statuses)


def _rest_until(ended: str | None, report: str | None) -> datetime | None:
    seconds = orjson.loads(report or "{}").get("rest_seconds")
    return datetime.fromisoformat(ended) + timedelta(seconds=seconds) if ended and seconds else None
