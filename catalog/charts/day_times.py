"""Times of the day without a date, 07:30, 7.30 Uhr, 08:00-09:00: a course over the day (web.md 4, step 8).

They are kept as times of one day, :data:`DAY`, which no file has, so that axes and steps are those of all other times.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from schemas.tables import Column
from schemas.tables.words import TIMES, words

DAY = datetime.min
"""The day whose times stand for those of any day: the first of the calendar."""

EXACT = "time"
"""How exactly they are known, beside the units of :mod:`schemas.tables.dates`."""

_TIME = r"(?P<h>[01]?\d|2[0-4])(?::(?P<m>[0-5]\d)(?::(?P<s>[0-5]\d))?|\.(?P<mm>[0-5]\d)(?=.*\bUhr)|(?=\s?Uhr))"
_WRITTEN = re.compile(
    rf"\s*'?{_TIME}\s?(?:Uhr)?(?:\s?(?:-|–|bis)\s?(?:[01]?\d|2[0-4])(?:[:.][0-5]\d(?::[0-5]\d)?)?\s?(?:Uhr)?)?'?\s*",
    re.IGNORECASE,
)
# 06-07 in a column of hours.
_HOURS = re.compile(r"\s*(?P<h>[01]?\d|2[0-3])\s?(?:-|–|bis)\s?(?P<end>[01]?\d|2[0-4])\s*")
_CALLED = frozenset(("stunde", "hour", "tageszeit", "zeitfenster", "uhrzeit", "uhr", "zeit"))
_LONGEST = 30
_NAMES = TIMES | frozenset(("stunde", "hour", "tageszeit", "zeitfenster", "ankunft", "abfahrt", "uhr"))


def is_of_day(column: Column) -> bool:
    """Whether a column of texts holds times of the day: by its name, and by the values of it that are known."""
    if column.type not in ("text", "category") or not words(column.name) & _NAMES:
        return False
    known = [*(value for value, _ in column.top), *column.samples]
    if not known or not all(parse(value) is not None for value in known):
        return False
    # Without minutes it may be any two numbers.
    return bool(words(column.name) & _CALLED) or all(_WRITTEN.fullmatch(value) for value in known)


def parse(cell: str) -> datetime | None:
    """The time of the day that a cell says, of a span its begin; 24:00 is the end of the day. None if it says none."""
    found = _WRITTEN.fullmatch(cell) if len(cell) <= _LONGEST else None
    if found is None:
        hours_ = _HOURS.fullmatch(cell) if len(cell) <= _LONGEST else None
        is_span = hours_ is not None and int(hours_["h"]) < int(hours_["end"])
        return DAY + timedelta(hours=int(hours_["h"])) if hours_ and is_span else None
    hours, minutes, seconds = int(found["h"]), int(found["m"] or found["mm"] or 0), int(found["s"] or 0)
    since = timedelta(hours=hours, minutes=minutes, seconds=seconds)
    return DAY + since if since <= timedelta(days=1) else None


def holds(when: datetime) -> bool:
    """Whether a time is one of the day without a date."""
    return when - DAY <= timedelta(days=1)


def written(when: datetime) -> str:
    """A time of the day: 07:30, and 24:00 at its end."""
    return "24:00" if when.day > DAY.day else f"{when:%H:%M}"
