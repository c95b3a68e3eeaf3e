"""A small curve of how a score went: numbers for an SVG without any style of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple

from catalog.quality.history import Day
from schemas.german_time import BERLIN

WIDTH, HEIGHT, EDGE = 600, 140, 6


class Curve(NamedTuple):
    """A stepped line: its points as SVG has them, and the values at its begin, its end, and its least and most."""

    points: str
    first_day: str
    last_day: str
    first: float
    last: float
    least: float
    most: float


def curve(days: Sequence[Day], now: datetime) -> Curve | None:
    """The curve of a history up to the present day; None where there is nothing to compare.

    A score holds until the next day on which it changed, so the line goes in steps.
    """
    counted = [day for day in days if day.datasets]
    if len(counted) < 2:
        return None
    begin = date.fromisoformat(counted[0].day)
    end = max(now.astimezone(BERLIN).date(), date.fromisoformat(counted[-1].day))
    span = max((end - begin).days, 1)
    least, most = min(day.total for day in counted), max(day.total for day in counted)
    room = (most - least) or 1.0

    def x(day: date) -> float:
        return EDGE + (WIDTH - 2 * EDGE) * (day - begin).days / span

    def y(total: float) -> float:
        return HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (total - least) / room

    corners: list[tuple[float, float]] = []
    for day in counted:
        at = x(date.fromisoformat(day.day))
        if corners:
            corners.append((at, corners[-1][1]))
        corners.append((at, y(day.total)))
    corners.append((x(end), corners[-1][1]))
    points = " ".join(f"{across:.1f},{down:.1f}" for across, down in corners)
    return Curve(points, counted[0].day, end.isoformat(), counted[0].total, counted[-1].total, least, most)
