"""Axes: round numbers and round dates between two ends, and where a value lies between them."""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

TimeUnit = Literal["minute", "hour", "day", "month", "year"]

_STEPS = (1, 2, 2.5, 5, 10)
# What one may step by in time, the finest first: the unit of the labels, and how many of them a step is.
_TIME_STEPS: tuple[tuple[TimeUnit, int, float], ...] = (
    *(("minute", n, 60.0 * n) for n in (1, 2, 5, 10, 15, 30)),
    *(("hour", n, 3600.0 * n) for n in (1, 2, 3, 6, 12)),
    *(("day", n, 86_400.0 * n) for n in (1, 2, 7, 14)),
    *(("month", n, 2_629_800.0 * n) for n in (1, 2, 3, 6)),
    *(("year", n, 31_557_600.0 * n) for n in (1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)),
)
_MONDAY = datetime(1, 1, 1)  # the first day of the calendar was one
_FINEST: dict[str, int] = {
    unit: next(place for place, step in enumerate(_TIME_STEPS) if step[0] == unit)
    for unit in ("minute", "hour", "day", "month", "year")
}


class Scale(NamedTuple):
    """An axis of numbers from ``low`` to ``high`` with its ticks, in rising order, all within the two.

    ``digits`` are the decimals that tell the ticks apart.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    digits: int

    def at(self, value: float) -> float:
        """Where a value lies: 0 at the low end, 1 at the high one."""
        # Halves first: the distance of two finite numbers may be infinite.
        span = self.high / 2 - self.low / 2
        if span <= 0:
            return 0.5
        return min(max((value / 2 - self.low / 2) / span, 0.0), 1.0)


class TimeScale(NamedTuple):
    """An axis of times with its ticks in the unit in which they are labelled."""

    low: datetime
    high: datetime
    ticks: tuple[datetime, ...]
    unit: TimeUnit

    def at(self, value: datetime) -> float:
        """Where a time lies: 0 at the low end, 1 at the high one."""
        span = (self.high - self.low).total_seconds()
        return (value - self.low).total_seconds() / span if span > 0 else 0.5


def linear(low: float, high: float, most: int = 5, whole: bool = False, zero: bool = False) -> Scale:
    """An axis that holds two finite numbers, its ends and ticks at round numbers.

    ``most`` bounds the number of intervals; ``whole``: only whole numbers are labelled; ``zero``: begins or ends at 0.
    """
    low, high = min(low, high), max(low, high)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high - low <= abs(high) * 1e-12:  # one value only, as far as a number can tell
        room = abs(high) * 0.1 or 1.0
        low, high = max(low - room, -sys.float_info.max), min(high + room, sys.float_info.max)
        if whole:
            low, high = float(math.floor(low)), float(math.ceil(high))
    step = _step(low, high, most, whole)
    if not math.isfinite(step) or step <= 0 or max(abs(low), abs(high)) / step > 1e12:
        return _bare(low, high)
    first = math.floor(low / step + 1e-9)
    last = max(math.ceil(high / step - 1e-9), first + 1)
    digits = _digits(step)
    ticks = tuple(_times(number, step, digits) for number in range(first, last + 1))
    if not all(map(math.isfinite, ticks)):
        return _bare(low, high)
    return Scale(min(ticks[0], low), max(ticks[-1], high), ticks, digits)


def _bare(low: float, high: float) -> Scale:
    """An axis of numbers beyond all reckoning: its ends are its ticks, told with all decimals that there are."""
    return Scale(low, high, (low, high), 0 if high / 2 - low / 2 >= 1 else 300)


def _step(low: float, high: float, most: int, whole: bool) -> float:
    raw = high / most - low / most
    if not 0 < raw < math.inf:
        return 0.0
    power = math.floor(math.log10(raw))
    if not -300 < power < 300:
        return 0.0
    step = next(step for step in _STEPS if step * 10.0**power >= raw * (1 - 1e-9)) * 10.0**power
    if whole and step < 1:
        return 1.0
    return 5.0 if whole and step == 2.5 else step


def _digits(step: float) -> int:
    """How many decimals tell multiples of a step apart."""
    for digits in range(300):
        if abs(round(step, digits) - step) <= step * 1e-9:
            return digits
    return 0


def _times(number: int, step: float, digits: int) -> float:
    """A multiple of a step, without the noise of binary fractions: 0.3 and not 0.30000000000000004."""
    return round(number * step, digits) + 0.0  # no negative zero


def timed(low: datetime, high: datetime, most: int = 6, finest: TimeUnit = "minute") -> TimeScale:
    """An axis that holds two times; ticks at full hours, days, Mondays, months, years: at most ``most``, if any fits.

    ``finest`` is the smallest unit that the data know: a series of years has no months to label.
    """
    low, high = min(low, high), max(low, high)
    seconds = (high - low).total_seconds()
    steps = _TIME_STEPS[_FINEST[finest] :]
    for unit, count, size in steps:
        if seconds / size > most:
            continue
        ticks = tuple(_ticks(low, high, unit, count))
        if len(ticks) <= most:
            return TimeScale(low, high, ticks or (low,), unit)
    unit, count, _ = steps[-1]
    return TimeScale(low, high, tuple(_ticks(low, high, unit, count))[:most] or (low,), unit)


def _ticks(low: datetime, high: datetime, unit: TimeUnit, count: int) -> Iterator[datetime]:
    moment = _floor(low, unit, count)
    for _ in range(10_000):
        if moment > high:
            return
        if moment >= low:
            yield moment
        following = _next(moment, unit, count)
        if following is None:
            return
        moment = following


def _floor(moment: datetime, unit: TimeUnit, count: int) -> datetime:
    """The last round time at or before a moment."""
    if unit == "year":
        return datetime(max(moment.year - moment.year % count, 1), 1, 1)
    if unit == "month":
        return datetime(moment.year, moment.month - (moment.month - 1) % count, 1)
    day = datetime(moment.year, moment.month, moment.day)
    if unit == "day":
        return day - timedelta(days=(day - _MONDAY).days % count)
    if unit == "hour":
        return day + timedelta(hours=moment.hour - moment.hour % count)
    return day + timedelta(hours=moment.hour, minutes=moment.minute - moment.minute % count)


def _next(moment: datetime, unit: TimeUnit, count: int) -> datetime | None:
    try:
        if unit == "year":
            return datetime(moment.year - moment.year % count + count, 1, 1)
        if unit == "month":
            month = moment.month - 1 + count
            return datetime(moment.year + month // 12, month % 12 + 1, 1)
        return (
            moment
            + {
                "day": timedelta(days=count),
                "hour": timedelta(hours=count),
                "minute": timedelta(minutes=count),
            }[unit]
        )
    except (ValueError, OverflowError):  # the calendar ends with the year 9999
        return None
