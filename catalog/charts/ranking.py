"""Which of several charts stands best for a topic: fresh figures first, then a course of time, then one with more to see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from catalog.charts.figures import Figure, Histogram, Lines

RECENT = timedelta(days=400)
"""Figures of the last year count as fresh; those of a whole year come a month late."""
FEWEST_POINTS = 3
ENOUGH_POINTS = 30
"""More points than these make a chart no better."""


class Rank(NamedTuple):
    """How well a chart stands for a topic: the greater, the better. ``form`` is 2 for times, 1 for names, 0 for spans."""

    recent: bool
    form: int
    points: int


BEST = Rank(True, 2, ENOUGH_POINTS)
"""Nothing ranks above it: whoever has found it need not look on."""


def rank(figure: Figure, changed: date | None, today: date) -> Rank | None:
    """The rank of a chart; none where it has less than FEWEST_POINTS or all are alike, which a sentence tells as well.

    A chart of times is as old as its last value, any other as the last change of its data (None: not known, so old).
    """
    if isinstance(figure, Lines):
        changed = max(series.last.when.date() for series in figure.series)
        form, points = 2, max(len(series.points) for series in figure.series)
    elif isinstance(figure, Histogram):
        form, points = 0, len(figure.counts)
    else:
        form, points = 1, len(figure.bars)
    if points < FEWEST_POINTS or _is_flat(figure):
        return None
    return Rank(changed is not None and changed >= today - RECENT, form, min(points, ENOUGH_POINTS))


def _is_flat(figure: Figure) -> bool:
    """Whether no line rises or falls, or all bars are as long as each other."""
    if isinstance(figure, Lines):
        return all(series.lowest.value == series.highest.value for series in figure.series)
    values = figure.counts if isinstance(figure, Histogram) else [value for _, value in figure.bars]
    return len(set(values)) == 1
