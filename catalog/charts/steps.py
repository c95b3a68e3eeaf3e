"""Spans of time that one point of a line stands for, from a minute to a thousand years, and where each begins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Unit = Literal["minute", "hour", "day", "week", "month", "quarter", "year"]

_SECONDS: Mapping[Unit, float] = {
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86_400.0,
    "week": 604_800.0,
    "month": 2_629_800.0,
    "quarter": 7_889_400.0,
    "year": 31_557_600.0,
}
_COUNTS: Mapping[Unit, tuple[int, ...]] = {
    "minute": (1, 2, 5, 10, 15, 30),
    "hour": (1, 2, 3, 4, 6, 8, 12),
    "day": (1, 2),
    "week": (1, 2),
    "month": (1,),
    "quarter": (1,),
    "year": (1, 2, 5, 10, 20, 50, 100),
}


class Step(NamedTuple):
    """A span of ``number`` units."""

    unit: Unit
    number: int

    @property
    def seconds(self) -> float:
        """How long it is, on average."""
        return _SECONDS[self.unit] * self.number


STEPS: tuple[Step, ...] = tuple(Step(unit, count) for unit, counts in _COUNTS.items() for count in counts)
"""The finest first."""


def finest(low: datetime, high: datetime, most: int) -> Step:
    """The finest step of which at most ``most`` cover all from one time to another."""
    seconds = (high - low).total_seconds()
    # A span may begin before the first time and end after the last one.
    return next((step for step in STEPS if seconds / step.seconds <= most - 2), STEPS[-1])


class Begins(dict[datetime, datetime]):
    """The begin of the step that a time falls into, reckoned once for all series; weeks begin on Monday."""

    def __init__(self, step: Step) -> None:
        super().__init__()
        self.step = step

    def __missing__(self, when: datetime) -> datetime:
        begin = self[when] = self._begin(when)
        return begin

    def _begin(self, when: datetime) -> datetime:
        unit, number = self.step
        day = datetime(when.year, when.month, when.day)
        match unit:
            case "minute":
                return day + timedelta(hours=when.hour, minutes=when.minute - when.minute % number)
            case "hour":
                return day + timedelta(hours=when.hour - when.hour % number)
            case "day" | "week":
                size = number * (7 if unit == "week" else 1)
                # The first day of the calendar was a Monday.
                return day - timedelta(days=(day - datetime.min).days % size)
            case "month":
                return datetime(when.year, when.month, 1)
            case "quarter":
                return datetime(when.year, 3 * ((when.month - 1) // 3) + 1, 1)
        return datetime(max(when.year - when.year % number, 1), 1, 1)
