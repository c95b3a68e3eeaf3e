"""Rows of a table to lines in time: read once, added or averaged where several fall together, and bounded."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any, TypeVar

from catalog.charts import day_times, parts, steps
from catalog.charts.adding import adds_up
from catalog.charts.cells import Reading
from catalog.charts.choosing import MAX_PANELS, Choice, is_indicator
from catalog.charts.figures import Lines, Mark, Rule, Series
from catalog.charts.labels import plain
from catalog.charts.parts import Part
from catalog.charts.steps import Begins, Step
from schemas.tables import Column, dates

MAX_POINTS = 400  # of one series; of each of several half as many
_MAX_GROUPS = 1_000  # names that are counted while reading; what comes after them is only counted together
_LONGEST_TIME = 40
_DIGITS = 8  # of an average
_UNITS = ("second", "day", "week", "month", "quarter", "years")  # of schemas.tables.dates, the finest first
Rows = Iterable[Sequence[str]]
T = TypeVar("T")


class _Gathered:
    """A series while it is read: at each time the sum of its values, and their number where it is not one; and the marks.

    Millions of rows pass here: plain attributes, no object for each row.
    """

    __slots__ = (
        "counts",
        "high",
        "high_text",
        "high_times",
        "high_when",
        "last",
        "last_text",
        "last_when",
        "low",
        "low_text",
        "low_times",
        "low_when",
        "sums",
    )

    def __init__(self, when: datetime, value: float, text: str) -> None:
        self.sums: dict[datetime, float] = {when: value}
        self.counts: dict[datetime, int] = {}
        self.high = self.low = self.last = value
        self.high_when = self.low_when = self.last_when = when
        self.high_text = self.low_text = self.last_text = text
        self.high_times = self.low_times = 1

    def add(self, when: datetime, value: float, text: str) -> None:
        """One more value."""
        if when in self.sums:
            self.sums[when] += value
            self.counts[when] = self.counts.get(when, 1) + 1
        else:
            self.sums[when] = value
        if value >= self.high:
            if value > self.high or when < self.high_when:
                self.high_when, self.high_text = when, text
            self.high_times = self.high_times + 1 if value == self.high else 1
            self.high = value
        if value <= self.low:
            if value < self.low or when < self.low_when:
                self.low_when, self.low_text = when, text
            self.low_times = self.low_times + 1 if value == self.low else 1
            self.low = value
        if when >= self.last_when:
            self.last, self.last_when, self.last_text = value, when, text

    @property
    def marks(self) -> tuple[Mark, Mark, Mark]:
        """The highest, the lowest and the last value."""
        return (
            Mark(self.high_when, self.high, plain(self.high_text, _LONGEST_TIME), self.high_times),
            Mark(self.low_when, self.low, plain(self.low_text, _LONGEST_TIME), self.low_times),
            Mark(self.last_when, self.last, plain(self.last_text, _LONGEST_TIME)),
        )

    def number(self) -> int:
        """How many values were added."""
        return len(self.sums) + sum(count - 1 for count in self.counts.values())


def lines(
    choice: Choice, columns: Sequence[Column], places: Mapping[str, int], rows: Rows, reading: Reading
) -> Lines | None:
    """The lines of a choice; none where no row has a time and a number. ``places`` are those of the columns by name."""
    x = columns[places[choice.x]]
    gathered, used, skipped = _gathered(choice, columns, places, rows, reading)
    if not gathered:
        return None
    by_name = {column.name: column for column in columns}
    rule = _rule(choice, [by_name[name] for name in choice.y], gathered)
    names = _shown(choice, gathered)
    most = MAX_POINTS if len(names) == 1 else MAX_POINTS // 2
    shown = [gathered[name] for name in names]
    step = _step(shown, most)
    begins = Begins(step) if step else None
    first = by_name[choice.y[0]]
    return Lines(
        x=x.name,
        y=choice.y[0] if choice.group else "",
        group=choice.group,
        exact=_exact(x, _parts(choice, columns, places), shown),
        step=step,
        rule=rule,
        shared=bool(choice.group) and not is_indicator(columns[places[choice.group]]),
        series=tuple(_series(name, gathered[name], by_name.get(name, first), rule, begins, most) for name in names),
        rows=used,
        skipped=skipped,
        hidden=len(gathered) - len(names),
        parts=choice.parts,
    )


def _gathered(
    choice: Choice, columns: Sequence[Column], places: Mapping[str, int], rows: Rows, reading: Reading
) -> tuple[dict[str, _Gathered], int, int]:
    """The series by name, and how many rows were used and left out."""
    at, x, more = places[choice.x], columns[places[choice.x]], _parts(choice, columns, places)
    # One cell, or several as a tuple.
    cells_of = itemgetter(at, *(places[part.column.name] for part in more))
    times: Mapping[Any, datetime | None] = reading.moments(x, more) if more else reading.times(x)
    measures = [(name, reading.numbers(columns[places[name]]), places[name]) for name in choice.y]
    if choice.agg == "count":
        measures = measures[:1]
    among = places[choice.group] if choice.group else -1
    names = reading.names(columns[among]) if choice.group else {}
    gathered: dict[str, _Gathered] = {}
    used = skipped = 0
    for row in rows:
        when = times[cells_of(row)]
        group = names[row[among]] if choice.group else ""
        if when is None or (choice.group and not group):
            skipped += 1
            continue
        told = False
        for name, numbers, place in measures:
            value = numbers[row[place]] if choice.agg != "count" else 1.0
            if value is None:
                continue
            told = True
            key = group if choice.group else name
            series = gathered.get(key)
            if series is not None:
                series.add(when, value, row[at])
            elif len(gathered) < _MAX_GROUPS:
                gathered[key] = _Gathered(when, value, row[at])
        used += told
        skipped += not told
    return gathered, used, skipped


def _parts(choice: Choice, columns: Sequence[Column], places: Mapping[str, int]) -> tuple[Part, ...]:
    found = [columns[places[name]] for name in choice.parts]
    return tuple(Part(column, unit) for column in found if (unit := parts.unit_of(column)) is not None)


def _rule(choice: Choice, measures: Sequence[Column], gathered: Mapping[str, _Gathered]) -> Rule:
    if choice.agg == "count":
        return "count"
    if not any(each.counts for each in gathered.values()):
        return "as-is"
    return choice.agg or ("sum" if all(map(adds_up, measures)) else "mean")


def _shown(choice: Choice, gathered: Mapping[str, _Gathered]) -> list[str]:
    """The series to show: as the columns stand; groups with the most values first, then as the file names them."""
    if not choice.group:
        return [name for name in choice.y if name in gathered][:MAX_PANELS]
    most = sorted(gathered, key=lambda name: -gathered[name].number())[:MAX_PANELS]
    return [name for name in gathered if name in most]


def _exact(column: Column, more: Sequence[Part], shown: Sequence[_Gathered]) -> str:
    """The smallest unit of time that a column says: of mixed forms the coarsest, and days where it is midnight always."""
    if more:
        return parts.EXACT[more[-1].unit]
    if day_times.is_of_day(column):
        return day_times.EXACT
    if column.type == "year":
        return "years"
    units = {form.unit for form in dates.formats(column.format)}
    exact = max(units, key=_UNITS.index) if units else "day"
    if exact == "second" and not any(when.hour or when.minute or when.second for each in shown for when in each.sums):
        return "day"
    return exact


def _step(shown: Sequence[_Gathered], most: int) -> Step | None:
    """The smallest step of time that leaves at most ``most`` points to each series; none if they are as few."""
    if max(len(each.sums) for each in shown) <= most:
        return None
    times = [when for each in shown for when in each.sums]
    return steps.finest(min(times), max(times), most)


def _series(name: str, found: _Gathered, column: Column, rule: Rule, begins: Begins | None, most: int) -> Series:
    """A series of at most ``most`` points; what is averaged over a step is what stood at each time, added or not."""
    at_times = found.sums
    if rule == "mean":
        at_times = {when: _rounded(total / found.counts.get(when, 1)) for when, total in at_times.items()}
    values = sorted((when, value) for when, value in at_times.items() if math.isfinite(value))
    # What a sentence says of added or averaged values must be these, not single values of the file.
    marks = found.marks if rule == "as-is" or not values else _marks(values)
    whole = (column.type == "integer" and rule in ("as-is", "sum")) or rule == "count"
    if begins is None:
        return Series(name, "" if rule == "count" else column.unit, whole, _thinned(values, most), *marks)
    by_begin: dict[datetime, list[float]] = {}
    for when, value in values:
        by_begin.setdefault(begins[when], []).append(value)
    if rule == "count":  # so many in a step, not so many at each time of it
        counted = [(begin, math.fsum(of)) for begin, of in by_begin.items()]
        return Series(name, "", True, _thinned(counted, most), *_marks(counted))
    points = [(begin, _rounded(math.fsum(of) / len(of))) for begin, of in by_begin.items()]
    band = [(min(of), max(of)) for of in by_begin.values()]
    return Series(name, column.unit, False, _thinned(points, most), *marks, band=_thinned(band, most))


def _rounded(value: float) -> float:
    """An average without digits that say nothing."""
    return float(f"{value:.{_DIGITS}g}")


def _thinned(values: Sequence[T], most: int) -> tuple[T, ...]:
    """At most so many: every n-th, where even the longest step leaves more."""
    return tuple(values[:: -(-len(values) // most)]) if len(values) > most else tuple(values)


def _marks(values: Sequence[tuple[datetime, float]]) -> tuple[Mark, Mark, Mark]:
    high, low = max(value for _, value in values), min(value for _, value in values)
    at_high = [when for when, value in values if value == high]
    at_low = [when for when, value in values if value == low]
    return (
        Mark(at_high[0], high, times=len(at_high)),
        Mark(at_low[0], low, times=len(at_low)),
        Mark(*values[-1]),
    )
