"""Which publication number was public at the end of a day, and when there was something to read for the first time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from catalog import tables
from schemas.german_time import BERLIN

_publications = tables.publications


class Then(NamedTuple):
    """What was public at the end of a day: the number, and when that was published (UTC, ISO 8601)."""

    number: int
    published_at: str


def today(now: datetime | None = None) -> date:
    """The day that it is in Europe/Berlin, at a time with a zone or now: what "today" means here wherever it is said."""
    return (now or datetime.now(UTC)).astimezone(BERLIN).date()


def at_end_of(connection: sa.Connection, day: date, newest: int) -> Then | None:
    """What was public at the end of a day in Europe/Berlin, up to the number ``newest``; None if nothing was yet."""
    midnight = datetime.combine(day + timedelta(days=1), time(), BERLIN).astimezone(UTC)
    before = sa.and_(
        _publications.c.published_at < midnight.strftime("%Y-%m-%dT%H:%M:%SZ"), _publications.c.number <= newest
    )
    columns = (_publications.c.number, _publications.c.published_at)
    row = connection.execute(sa.select(*columns).where(before).order_by(_publications.c.number.desc()).limit(1)).first()
    return Then(int(row[0]), str(row[1])) if row else None


def first(connection: sa.Connection) -> str:
    """When something was published for the first time (UTC, ISO 8601); empty if nothing ever was."""
    columns = sa.select(_publications.c.published_at).order_by(_publications.c.number).limit(1)
    return connection.scalar(columns) or ""
