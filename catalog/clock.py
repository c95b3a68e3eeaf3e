"""When a source is due: its schedule in Europe/Berlin against its last run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zlib import crc32

from croniter import croniter

from catalog.runs.breaker import CALM, LONGEST_PAUSE, Strain
from schemas.german_time import BERLIN
from schemas.region import HarvestSource

# Clocks are put right by minutes, or by the hours between zones.
_FARTHEST_JUMP = timedelta(hours=14)
_INSTANT = timedelta(microseconds=1)


def cron_line(source: HarvestSource) -> str | None:
    """The source's schedule as a cron line; None for ``manual``.

    The words are spread by the source's key, so that not all sources run in the same minute: daily and weekly ones
    between 2 and 5 in the morning.
    """
    spread = crc32(source.key.encode())
    minute, hour = spread % 60, 2 + spread // 60 % 3
    words = {
        "hourly": f"{minute} * * * *",
        "daily": f"{minute} {hour} * * *",
        "weekly": f"{minute} {hour} * * {spread // 180 % 7}",
        "manual": None,
    }
    return words.get(source.schedule, source.schedule)


def next_run(source: HarvestSource, last: datetime | None, now: datetime, strain: Strain = CALM) -> datetime | None:
    """When the source runs next, in UTC; at once if it never ran, None if only by hand.

    Takes the start of its last run, and how its last runs fared: after several failures it waits longer. A clock that
    jumped back neither doubles a run (the last one lies ahead of now) nor loses one: a last run that lies further ahead
    than such a jump can be was started by a wrong clock (F56).
    """
    line = cron_line(source)
    if line is None:
        return None
    if last is None or last - now > _FARTHEST_JUMP:
        return now
    begun = min(last, now)
    following = _following(line, begun)
    earliest = strain.earliest(begun, following - begun)
    # A clock that was wrong must not keep a source waiting for longer than any pause can be.
    if following < earliest <= now + LONGEST_PAUSE + _FARTHEST_JUMP:
        following = _following(line, earliest - _INSTANT)
    return following.astimezone(now.tzinfo)


def _following(line: str, start: datetime) -> datetime:
    """The next time of a line after a start. Where the clocks go back, an hour that is named comes once, as in cron(8)."""
    times = croniter(line, start.astimezone(BERLIN))
    hourly = "*" in line.split()[1]
    while True:
        found: datetime = times.get_next(datetime)
        if hourly or not found.astimezone(UTC).astimezone(BERLIN).fold:
            return found


def due(source: HarvestSource, last: datetime | None, now: datetime, strain: Strain = CALM) -> bool:
    """Whether the source is to run now."""
    following = next_run(source, last, now, strain)
    return following is not None and following <= now
