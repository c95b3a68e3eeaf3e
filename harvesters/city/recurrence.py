"""Days on which a recurring event takes place (RFC 5545, 3.3.10), within bounds that no rule can break (F47).

Days are walked one by one, so that a rule which never comes true costs as little as any other: nothing is expanded
by a library.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple

# Two years; what recurs for longer is told as open.
HORIZON = timedelta(days=731)
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_UNDERSTOOD = frozenset({"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "WKST"})
# They choose a time of day, not a day.
_TIMES = frozenset({"BYHOUR", "BYMINUTE", "BYSECOND"})
_DAYS = {name: number for number, name in enumerate(("MO", "TU", "WE", "TH", "FR", "SA", "SU"))}
_BYDAY = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")


class Rule(NamedTuple):
    """A rule as far as it chooses days. ``is_endless`` where neither COUNT nor UNTIL ends it."""

    frequency: str
    interval: int
    times: int | None
    until: date | None
    weekdays: tuple[tuple[int, int], ...]
    monthdays: tuple[int, ...]
    months: tuple[int, ...]

    @property
    def is_endless(self) -> bool:
        """Whether nothing ends the rule."""
        return self.times is None and self.until is None


def rule_in(parts: Mapping[str, Any]) -> Rule | None:
    """The rule in the parts of a RRULE (lists of values); None for one that goes by hours or seconds or is not understood."""
    named = {name.upper(): list(value) if isinstance(value, list | tuple) else [value] for name, value in parts.items()}
    frequency = str(named.get("FREQ", [""])[0]).upper()
    if frequency not in _FREQUENCIES or named.keys() - _UNDERSTOOD - _TIMES:
        return None
    weekdays = [_BYDAY.fullmatch(str(day).upper()) for day in named.get("BYDAY", [])]
    if not all(weekdays):
        return None
    until = named.get("UNTIL", [None])[0]
    try:
        numbers = {
            name: [int(each) for each in named.get(name, [])] for name in ("INTERVAL", "COUNT", "BYMONTHDAY", "BYMONTH")
        }
    except (TypeError, ValueError):
        return None
    return Rule(
        frequency,
        max(1, numbers["INTERVAL"][0]) if numbers["INTERVAL"] else 1,
        max(1, numbers["COUNT"][0]) if numbers["COUNT"] else None,
        _day(until),
        tuple((int(found[1] or 0), _DAYS[found[2]]) for found in weekdays if found),
        tuple(numbers["BYMONTHDAY"]),
        tuple(numbers["BYMONTH"]),
    )


def _day(value: Any) -> date | None:
    inner = value.date() if hasattr(value, "date") else value
    return inner if isinstance(inner, date) else None


def days_of(rule: Rule, start: date) -> Iterator[date]:
    """The days of a rule from its start on, at most to the horizon."""
    last = min(start + HORIZON, rule.until or date.max) if start <= date.max - HORIZON else start
    day, came = start, 0
    while day <= last:
        # The first day counts even where the rule would not choose it (RFC 5545, 3.8.5.3).
        if day == start or _takes_place(rule, start, day):
            came += 1
            yield day
            if rule.times is not None and came >= rule.times:
                return
        if day == date.max:
            return
        day += timedelta(days=1)


def is_cut(rule: Rule, start: date, last: date) -> bool:
    """Whether a rule that ends reaches beyond the horizon."""
    if rule.until is not None:
        return rule.until > start + HORIZON
    return rule.times is not None and last > start + HORIZON - timedelta(days=7)


def _takes_place(rule: Rule, start: date, day: date) -> bool:
    if rule.months and day.month not in rule.months:
        return False
    months = (day.year - start.year) * 12 + day.month - start.month
    if rule.frequency == "DAILY":
        fits = (day - start).days % rule.interval == 0
        return fits and _in_monthdays(rule, day) and (not rule.weekdays or _in_week(rule, day))
    if rule.frequency == "WEEKLY":
        monday = start - timedelta(days=start.weekday())
        fits = (day - monday).days // 7 % rule.interval == 0
        return fits and (_in_week(rule, day) if rule.weekdays else day.weekday() == start.weekday())
    if rule.frequency == "MONTHLY":
        return months % rule.interval == 0 and _in_month(rule, start, day)
    fits = (day.year - start.year) % rule.interval == 0
    return fits and (bool(rule.months) or day.month == start.month) and _in_month(rule, start, day)


def _in_week(rule: Rule, day: date) -> bool:
    return any(weekday == day.weekday() for _, weekday in rule.weekdays)


def _in_monthdays(rule: Rule, day: date) -> bool:
    length = calendar.monthrange(day.year, day.month)[1]
    return not rule.monthdays or day.day in rule.monthdays or day.day - length - 1 in rule.monthdays


def _in_month(rule: Rule, start: date, day: date) -> bool:
    if not rule.monthdays and not rule.weekdays:
        return day.day == start.day
    length = calendar.monthrange(day.year, day.month)[1]
    ordinals = {0, (day.day - 1) // 7 + 1, -((length - day.day) // 7 + 1)}
    fits = not rule.weekdays or any(weekday == day.weekday() and n in ordinals for n, weekday in rule.weekdays)
    return fits and _in_monthdays(rule, day)
