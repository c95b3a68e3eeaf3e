"""What a chart shows: its figures, bounded, and their form as JSON; no drawing, no words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple

from catalog.charts.steps import STEPS, Step

# How several values at one place became one: they stood as they are, were added, were averaged, were counted.
Rule = Literal["as-is", "sum", "mean", "count"]


class Mark(NamedTuple):
    """A value of a series that a sentence speaks of, and when it was first; ``text`` is the time as the file writes it.

    ``times`` counts how often the series has that value.
    """

    when: datetime
    value: float
    text: str = ""
    times: int = 1


class Series(NamedTuple):
    """Values in time, in their order. ``highest``, ``lowest`` and ``last`` are values of the file, not averages of them.

    Where each point stands for a step of time, ``band`` has the lowest and the highest value of each; else it is empty.
    """

    name: str
    unit: str
    whole: bool
    points: tuple[tuple[datetime, float], ...]
    highest: Mark
    lowest: Mark
    last: Mark
    band: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """Series in time, one small chart each. ``shared``: all have one scale, because they are one number by a category.

    ``exact`` is the smallest unit of time that the file knows (:mod:`schemas.tables.dates`), ``step`` the span that each
    point stands for where there were too many, none where each stands for itself. ``parts`` are columns that say more of the
    time than ``x`` does. ``rows`` were used, ``skipped`` had no
    time or no number, ``hidden`` series are not shown.
    """

    x: str
    y: str
    group: str
    exact: str
    step: Step | None
    rule: Rule
    shared: bool
    series: tuple[Series, ...]
    rows: int
    skipped: int
    hidden: int
    parts: tuple[str, ...] = ()

    kind = "line"

    def to_json(self) -> dict[str, Any]:
        """The figures for the cache."""
        return {
            "kind": self.kind,
            **{name: getattr(self, name) for name in _LINES},
            "parts": list(self.parts),
            "step": list(self.step) if self.step else None,
            "series": [
                {
                    **{name: getattr(series, name) for name in ("name", "unit", "whole")},
                    "points": [[_iso(when), value] for when, value in series.points],
                    "band": [list(ends) for ends in series.band],
                    **{
                        name: [_iso(mark.when), mark.value, mark.text, mark.times]
                        for name, mark in zip(_MARKS, (series.highest, series.lowest, series.last), strict=True)
                    },
                }
                for series in self.series
            ],
        }


@dataclass(frozen=True, slots=True)
class Bars:
    """A number for each of some names, the highest first unless the names have an order of their own (years, months, ages).

    ``y`` is empty where rows are counted; ``about`` is another column that says what the names are of; ``hidden`` names are
    not shown, those with the lowest values.
    """

    x: str
    y: str
    unit: str
    whole: bool
    rule: Rule
    bars: tuple[tuple[str, float], ...]
    rows: int
    skipped: int
    hidden: int
    about: str = ""

    kind = "bar"

    def to_json(self) -> dict[str, Any]:
        """The figures for the cache."""
        return {
            "kind": self.kind,
            **{name: getattr(self, name) for name in _BARS},
            "bars": [list(bar) for bar in self.bars],
        }


@dataclass(frozen=True, slots=True)
class Histogram:
    """How often values of a number occur, by equal spans: ``edges`` are one more than ``counts``.

    A value on an edge counts in the span above it, on the last edge in the last one. ``single``: each span is one whole
    number, its lower edge.
    """

    x: str
    unit: str
    whole: bool
    single: bool
    digits: int
    edges: tuple[float, ...]
    counts: tuple[int, ...]
    mean: float
    middle: float
    rows: int
    skipped: int

    kind = "histogram"

    def to_json(self) -> dict[str, Any]:
        """The figures for the cache."""
        return {
            "kind": self.kind,
            **{name: getattr(self, name) for name in _HISTOGRAM},
            "edges": list(self.edges),
            "counts": list(self.counts),
        }


Figure = Lines | Bars | Histogram
_LINES = ("x", "y", "group", "exact", "rule", "shared", "rows", "skipped", "hidden")
_BARS = ("x", "y", "unit", "whole", "rule", "rows", "skipped", "hidden", "about")
_HISTOGRAM = ("x", "unit", "whole", "single", "digits", "mean", "middle", "rows", "skipped")
_MARKS = ("highest", "lowest", "last")


def from_json(stored: Mapping[str, Any]) -> Figure | None:
    """Figures out of the cache; none where there are none, or an older form of them."""
    try:
        match stored.get("kind"):
            case "line":
                values = {name: stored[name] for name in _LINES}
                return Lines(
                    **values,
                    step=_step(stored["step"]),
                    series=tuple(map(_series, stored["series"])),
                    parts=tuple(stored["parts"]),
                )
            case "bar":
                values = {name: stored[name] for name in _BARS}
                return Bars(**values, bars=tuple((str(name), float(value)) for name, value in stored["bars"]))
            case "histogram":
                values = {name: stored[name] for name in _HISTOGRAM}
                return Histogram(**values, edges=tuple(stored["edges"]), counts=tuple(stored["counts"]))
    except (KeyError, TypeError, ValueError):
        return None
    return None


def _step(stored: Any) -> Step | None:
    """A step out of the cache. Raises ValueError for one that is none of ours."""
    if stored is None:
        return None
    return STEPS[STEPS.index(Step(stored[0], stored[1]))]


def _iso(when: datetime) -> str:
    text = when.isoformat()
    return text.removesuffix("T00:00:00")


def _series(stored: Mapping[str, Any]) -> Series:
    highest, lowest, last = (Mark(datetime.fromisoformat(when), *rest) for when, *rest in (stored[m] for m in _MARKS))
    points = tuple((datetime.fromisoformat(when), float(value)) for when, value in stored["points"])
    band = tuple((float(low), float(high)) for low, high in stored["band"])
    return Series(stored["name"], stored["unit"], stored["whole"], points, highest, lowest, last, band)
