"""When a rule of repetition (RFC 5545, 3.3.10) comes true within a span, by dateutil: bounded in number and in time."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import chain
from typing import NamedTuple

from dateutil.rrule import rrulestr

from catalog.preview.calendar_events import Moment, moment_of

_TIMES = ("BYHOUR", "BYMINUTE", "BYSECOND")
_DAYS = ("FREQ", "WKST", "BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS")
_ENDS = ("COUNT", "UNTIL", "INTERVAL")
# How far a rule goes on with each step; months and years differ in length.
_PERIODS = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}
# What takes place more often than that is no date that anybody keeps, and would hide all others.
_OFTENEST = timedelta(minutes=15)
_WHOLE_DAYS = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_NUMBER = re.compile(r"\d{1,6}", re.ASCII)


class Times(NamedTuple):
    """Times on the clocks of the start's zone, in order; ``more`` is from when on there may be others, None if these are all."""

    walls: tuple[datetime, ...]
    more: datetime | None


class Rule(NamedTuple):
    """A rule in parts. ``choosing`` is what dateutil is asked, ``period`` how far a step goes where that is fixed.

    It comes true ``most`` times at most, and not after ``until``.
    """

    choosing: str
    period: timedelta | None
    most: int | None
    until: Moment | None


def parts_of(text: str) -> dict[str, str]:
    """The parts of a rule as its text states them, by their names, in capitals; of a part that stands twice the last."""
    parts: dict[str, str] = {}
    for part in text.strip().strip(";").upper().split(";"):
        name, _, value = part.partition("=")
        parts[name.strip()] = value.strip()
    return parts


def rule_of(text: str, start: Moment) -> Rule:
    """The rule that a text states for what begins then.

    Raises ValueError where it states none, or parts that are not known, or one that comes true every few seconds or minutes.
    """
    parts = parts_of(text)
    frequency = parts.get("FREQ", "")
    if parts.keys() - {*_TIMES, *_DAYS, *_ENDS} or (start.zone is None and frequency not in _WHOLE_DAYS):
        raise ValueError("a rule that is not understood")
    interval = number(parts.get("INTERVAL", "1"))
    period = interval * _PERIODS[frequency] if frequency in _PERIODS else None
    if period is not None and period < _OFTENEST:
        raise ValueError("a rule that comes true all the time")
    until = moment_of(parts["UNTIL"]) if "UNTIL" in parts else None
    if "UNTIL" in parts and until is None:
        raise ValueError("no moment")
    if until is not None and until.zone is not None and not parts["UNTIL"].endswith("Z"):
        until = until._replace(zone=start.zone or until.zone)
    choosing = (*_DAYS, *(_TIMES if start.zone is not None else ()))  # a whole day has no hour
    stated = [f"{name}={parts[name]}" for name in choosing if name in parts]
    return Rule(
        ";".join((*stated, f"INTERVAL={interval}")),
        period,
        number(parts["COUNT"]) if "COUNT" in parts else None,
        until,
    )


def times(rule: Rule, start: Moment, first: datetime, last: datetime, most: int) -> Times:
    """The times of a rule from first to last, at most so many. The start is one, whether or not the rule chooses it.

    Takes as long as the rule demands, for ever if it never comes true: to be called within a bound of time. Raises
    whatever dateutil raises for a rule that cannot be.
    """
    begin = start.wall
    if rule.most is None and rule.period is not None and first > begin:
        # What came long before is passed over, in whole steps.
        begin += (first - begin) // rule.period * rule.period
    is_over = _end(rule, start)
    chosen = (wall for wall in rrulestr(rule.choosing, dtstart=begin) if wall > start.wall)
    found: list[datetime] = []
    for place, wall in enumerate(chain((start.wall,), chosen), start=1):
        if is_over(wall):
            break
        if wall > last or len(found) == most:
            return Times(tuple(found), wall)
        if wall >= first:
            found.append(wall)
        if place == rule.most:
            break
    return Times(tuple(found), None)


def _end(rule: Rule, start: Moment) -> Callable[[datetime], bool]:
    """Whether a time lies after the last that a rule allows: by days where either is one, else by the moment (3.3.10)."""
    until = rule.until
    if until is None:
        return lambda wall: False
    if until.zone is None:
        return lambda wall: wall.date() > until.wall.date()
    return lambda wall: start._replace(wall=wall).instant > until.instant


def number(text: str) -> int:
    """A number of times, at least one. Raises ValueError for what is none."""
    if not _NUMBER.fullmatch(text) or not int(text):
        raise ValueError("no number of times")
    return int(text)
