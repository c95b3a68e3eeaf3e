"""A measured figure: its value, its goal, whether that was reached, and how it stands in a table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of a table. ``runs`` are the values that ``value`` is the median of, if it is one.

    ``goal`` is the least that is wanted, or with ``at_most`` the most; None where there is none.
    """

    what: str
    value: float
    unit: str
    goal: float | None = None
    at_most: bool = False
    runs: tuple[float, ...] = ()
    note: str = ""

    @property
    def missed_by(self) -> float:
        """How far the value stays behind the goal, as a share of it; 0 if it is reached or there is none."""
        if self.goal is None:
            return 0.0
        behind = self.value - self.goal if self.at_most else self.goal - self.value
        return max(behind / self.goal, 0.0)

    @property
    def verdict(self) -> str:
        """Whether the goal is reached, or by how much it is missed."""
        if self.goal is None:
            return ""
        return "reached" if self.missed_by == 0 else f"missed by {self.missed_by:.0%}"

    def cells(self) -> tuple[str, ...]:
        """The figure as the cells of a table's row."""
        goal = "" if self.goal is None else f"{'≤' if self.at_most else '≥'} {_number(self.goal)} {self.unit}"
        runs = f"{_number(min(self.runs))} – {_number(max(self.runs))}" if len(self.runs) > 1 else ""
        return self.what, f"{_number(self.value)} {self.unit}", goal, self.verdict, runs, self.note

    def to_json(self) -> dict[str, Any]:
        """The figure for ``--json``."""
        return {
            "what": self.what,
            "value": self.value,
            "unit": self.unit,
            "goal": self.goal,
            "at_most": self.at_most,
            "missed_by": self.missed_by,
            "runs": self.runs,
            "note": self.note,
        }


HEADS = ("what", "figure", "goal", "", "runs", "note")


def of_runs(
    what: str,
    runs: Sequence[float],
    unit: str,
    goal: float | None = None,
    *,
    at_most: bool = False,
    note: str = "",
) -> Figure:
    """A figure that is the median of several runs."""
    return Figure(what, median(runs), unit, goal, at_most, tuple(runs), note)


def ratio(what: str, ours: Figure, theirs: float, goal: float | None = None, note: str = "") -> Figure:
    """How many times a peer's rate ours is."""
    against = f"{_number(ours.value)} : {_number(theirs)}"
    return Figure(what, ours.value / theirs, "×", goal, note=f"{against}; {note}" if note else against)


def timed(work: Callable[[], T], runs: int = 3) -> tuple[list[float], T]:
    """The seconds of several calls by the wall clock, and what the last one gave."""
    seconds: list[float] = []
    result: Any = None
    for _ in range(runs):
        began = perf_counter()
        result = work()
        seconds.append(perf_counter() - began)
    return seconds, result


def markdown(figures: Iterable[Figure]) -> str:
    """Figures as a table in Markdown."""
    rows = [" | ".join(cells) for cells in (HEADS, ("---",) * len(HEADS), *(figure.cells() for figure in figures))]
    return "".join(f"| {row} |\n" for row in rows)


def plain(figures: Iterable[Figure]) -> str:
    """Figures as a table for a terminal."""
    rows = [HEADS, *(figure.cells() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows)
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:,.1f}" if abs(value) >= 10 else f"{value:,.2f}"
