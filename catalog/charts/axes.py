"""Draws axes: grid lines with numbers at the side, times or numbers below, as many as have room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise
from typing import NamedTuple

from catalog.charts import labels, scales
from catalog.charts.day_times import EXACT
from catalog.charts.scales import Scale, TimeScale, TimeUnit
from catalog.charts.sheet import LINE_HEIGHT, Sheet

_GAP = 10.0  # between two labels
# The finest labels for times that are known so exactly (units of schemas.tables.dates).
_FINEST: dict[str, TimeUnit] = {
    "second": "minute",
    EXACT: "minute",
    "day": "day",
    "week": "day",
    "month": "month",
    "quarter": "month",
    "years": "year",
}


class Plot(NamedTuple):
    """The room in which values are drawn."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """From side to side."""
        return self.right - self.left

    def x(self, share: float) -> float:
        """A share of the width, from the left."""
        return self.left + share * self.width

    def y(self, share: float) -> float:
        """A share of the height, from below."""
        return self.bottom - share * (self.bottom - self.top)


def number_labels(scale: Scale, language: str) -> list[str]:
    """The labels of an axis of numbers."""
    return labels.ticks(scale.ticks, scale.digits, language)


def side(sheet: Sheet, plot: Plot, scale: Scale, language: str) -> None:
    """Grid lines with their numbers at the left of a plot; the line of zero, or of the lowest value, is stronger."""
    font = sheet.form.font
    base = 0.0 if scale.low <= 0 <= scale.high else scale.low
    for value, label in zip(scale.ticks, number_labels(scale, language), strict=True):
        y = plot.y(scale.at(value))
        sheet.line(plot.left, y, plot.right, y, "axis" if value == base else "grid")
        sheet.text(plot.left - 6, y + font * 0.35, label, "tick", "end", room=plot.left - 6)


def times_below(low: datetime, high: datetime, exact: str, room: float, font: float, language: str) -> TimeScale:
    """The scale of times whose labels have room beside each other."""
    for most in range(8, 0, -1):
        scale = scales.timed(low, high, most, _FINEST[exact])
        if most == 1 or not _overlap(scale, room, font, language):
            return scale
    return scales.timed(low, high, 1, _FINEST[exact])


def _overlap(scale: TimeScale, room: float, font: float, language: str) -> bool:
    labelled = labels.time_ticks(scale, language)
    for row in (0, 1):
        placed = [
            (room * scale.at(when), words[row]) for when, words in zip(scale.ticks, labelled, strict=True) if words[row]
        ]
        for (x1, before), (x2, after) in pairwise(placed):
            if x2 - x1 < (labels.width(before, font) + labels.width(after, font)) / 2 + _GAP:
                return True
    return False


def below(sheet: Sheet, plot: Plot, scale: TimeScale, language: str) -> None:
    """Ticks and times below a plot, in one or two rows."""
    font = sheet.form.font
    ends = _Ends(sheet.form.width)
    for when, (upper, lower) in zip(scale.ticks, labels.time_ticks(scale, language), strict=True):
        x = plot.x(scale.at(when))
        sheet.line(x, plot.bottom, x, plot.bottom + 4, "axis")
        for row, words in enumerate((upper, lower)):
            if words and ends.free(row, x, labels.width(words, font)):
                sheet.text(x, plot.bottom + 6 + font * (0.9 + LINE_HEIGHT * row), words, "tick", "middle")


def numbers_below(sheet: Sheet, plot: Plot, places: Sequence[float], words: Sequence[str]) -> None:
    """Labels below a plot at shares of its width: every one, or every second … until they have room."""
    font = sheet.form.font
    for every in range(1, max(len(places), 1) + 1):
        ends = _Ends(sheet.form.width)
        chosen = list(zip(places, words, strict=True))[::every]
        if all(ends.free(0, plot.x(share), labels.width(word, font)) for share, word in chosen) or every == len(places):
            for share, word in chosen:
                sheet.line(plot.x(share), plot.bottom, plot.x(share), plot.bottom + 4, "axis")
                sheet.text(plot.x(share), plot.bottom + 6 + font * 0.9, word, "tick", "middle")
            return


class _Ends:
    """Where the labels of each row end; labels are centred, and moved inside the sheet as :meth:`Sheet.text` does."""

    def __init__(self, width: float) -> None:
        self._width = width
        self._ends = [-_GAP, -_GAP]

    def free(self, row: int, centre: float, width: float) -> bool:
        """Takes the room for a label if it is free."""
        centre = min(max(centre, width / 2), self._width - width / 2)
        if centre - width / 2 < self._ends[row] + _GAP and self._ends[row] >= 0:
            return False
        self._ends[row] = centre + width / 2
        return True


def left_of(words: Sequence[str], font: float) -> float:
    """The room that the labels at the side of a plot need."""
    return max((labels.width(word, font) for word in words), default=0.0) + 8
