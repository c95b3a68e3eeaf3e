"""Rows of a table to the figures of a chart: read, added or averaged where several fall together, and bounded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import median

from catalog.charts import courses, day_times, scales, sequences
from catalog.charts.adding import adds_up
from catalog.charts.bars import MAX_BARS
from catalog.charts.cells import Reading
from catalog.charts.choosing import Choice
from catalog.charts.courses import Rows
from catalog.charts.figures import Bars, Figure, Histogram, Rule
from schemas.tables import Column

_BINS = 12
_SINGLE_VALUES = 12


def figure(choice: Choice, columns: Sequence[Column], rows: Rows, reading: Reading | None = None) -> Figure | None:
    """The figures of a chosen chart; none where the rows have nothing to show.

    ``columns`` are those of ``rows`` in their order and have all that the choice names; rows that sum up others must have
    been left out. Cells that say no number or time are counted and left out. ``reading`` is handed in where several figures
    are made of one table.
    """
    reading = reading or Reading()
    places = {column.name: place for place, column in enumerate(columns)}
    if any(name not in places for name in (choice.x, *choice.y, *choice.parts, *filter(None, (choice.group,)))):
        return None
    if choice.kind == "line" and choice.y:
        return courses.lines(choice, columns, places, rows, reading)
    if choice.kind == "bar":
        return _bars(choice, columns, places, rows, reading)
    if choice.kind == "histogram":
        return _histogram(columns[places[choice.x]], places[choice.x], rows, reading)
    return None


# ----------------------------------------------------------------------------------------------------------- bars


def _bars(
    choice: Choice, columns: Sequence[Column], places: Mapping[str, int], rows: Rows, reading: Reading
) -> Bars | None:
    x, at = columns[places[choice.x]], places[choice.x]
    measure = columns[places[choice.y[0]]] if choice.y and choice.agg != "count" else None
    names = reading.names(x)
    numbers, of = (reading.numbers(measure), places[measure.name]) if measure else (None, 0)
    sums: dict[str, list[float]] = {}
    used = skipped = 0
    for row in rows:
        name = names[row[at]]
        value = numbers[row[of]] if numbers is not None else 1.0
        if not name or value is None:
            skipped += 1
            continue
        used += 1
        entry = sums.setdefault(name, [0.0, 0])
        entry[0] += value
        entry[1] += 1
    if not sums:
        return None
    rule: Rule = "count" if measure is None else "as-is"
    if measure is not None and any(count > 1 for _, count in sums.values()):
        rule = choice.agg or ("sum" if adds_up(measure) else "mean")
    values = {name: total / count if rule == "mean" else total for name, (total, count) in sums.items()}
    ordered = sorted(((n, v) for n, v in values.items() if math.isfinite(v)), key=lambda bar: -bar[1])
    kept = ordered[:MAX_BARS]
    if x.type in ("year", "date", "datetime"):
        times = reading.times(x)
        kept.sort(key=lambda bar: times[bar[0]] or datetime.max)
    elif day_times.is_of_day(x):
        kept.sort(key=lambda bar: day_times.parse(bar[0]) or datetime.max)
    elif sequence := sequences.places([name for name, _ in kept]):
        kept.sort(key=lambda bar: sequence[bar[0]])
    return Bars(
        x=x.name,
        y=measure.name if measure else "",
        unit=measure.unit if measure else "",
        whole=rule == "count" or (measure is not None and measure.type == "integer" and rule != "mean"),
        rule=rule,
        bars=tuple(kept),
        rows=used,
        skipped=skipped,
        hidden=len(ordered) - len(kept),
        about=choice.about,
    )


# ------------------------------------------------------------------------------------------------------ histogram


def _histogram(column: Column, place: int, rows: Rows, reading: Reading) -> Histogram | None:
    numbers = reading.numbers(column)
    counted: Counter[float] = Counter()
    skipped = 0
    for cell, count in Counter(row[place] for row in rows).items():
        value = numbers[cell]
        if value is None:
            skipped += count
        else:
            counted[value] += count
    if not counted:
        return None
    number = sum(counted.values())
    low, high = min(counted), max(counted)
    whole = column.type == "integer"
    single = whole and high - low < _SINGLE_VALUES
    if single:
        edges = tuple(low + step for step in range(int(high - low) + 2))
        digits = 0
    else:
        scale = scales.linear(low, high, _BINS, whole)
        edges, digits = scale.ticks if len(scale.ticks) > 1 else (scale.low, scale.high), scale.digits
    counts = [0] * (len(edges) - 1)
    for value, count in counted.items():
        counts[_span(edges, value)] += count
    return Histogram(
        x=column.name,
        unit=column.unit,
        whole=whole,
        single=single,
        digits=digits,
        edges=edges,
        counts=tuple(counts),
        mean=math.fsum(value / number * count for value, count in counted.items()),
        middle=_middle(counted, number),
        rows=number,
        skipped=skipped,
    )


def _span(edges: Sequence[float], value: float) -> int:
    return next((place for place in range(len(edges) - 2, -1, -1) if edges[place] <= value), 0)


def _middle(counted: Mapping[float, int], number: int) -> float:
    """The median."""
    seen, half = 0, number / 2
    ordered = sorted(counted)
    for place, value in enumerate(ordered):
        seen += counted[value]
        if seen > half:
            return value
        if seen == half:
            return median((value, ordered[place + 1]))
    return ordered[-1]
