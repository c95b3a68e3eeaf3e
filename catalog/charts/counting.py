"""Rows of a table to the figures of a chart: read, added or averaged where several fall together, and bounded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from statistics import median

from catalog.charts import scales
from catalog.charts.choosing import MAX_BARS, MAX_PANELS, Choice, adds_up, is_indicator
from catalog.charts.figures import Bars, Bucket, Figure, Histogram, Lines, Mark, Rule, Series
from catalog.charts.labels import plain
from schemas.tables import Column, dates
from schemas.tables.types import is_missing, number_of

MAX_POINTS = 400  # of one series; of each of several half as many
_MAX_GROUPS = 1_000  # names that are counted while reading; what comes after them is only counted together
_BINS = 12
_SINGLE_VALUES = 12
_LONGEST_NAME = 120
_SECONDS: tuple[tuple[Bucket, float], ...] = (
    ("hour", 3600.0),
    ("day", 86_400.0),
    ("week", 604_800.0),
    ("month", 2_629_800.0),
    ("quarter", 7_889_400.0),
    ("year", 31_557_600.0),
)
_UNITS = ("second", "day", "month", "quarter", "years")  # of schemas.tables.dates, the finest first
Rows = Iterable[Sequence[str]]


def figure(choice: Choice, columns: Sequence[Column], rows: Rows) -> Figure | None:
    """The figures of a chosen chart; none where the rows have nothing to show.

    ``columns`` are those of ``rows`` in their order and have all that the choice names; rows that sum up others must have
    been left out. Cells that say no number or time are counted and left out.
    """
    places = {column.name: place for place, column in enumerate(columns)}
    if any(name not in places for name in (choice.x, *choice.y, *filter(None, (choice.group,)))):
        return None
    if choice.kind == "line" and choice.y:
        return _lines(choice, columns, places, rows)
    if choice.kind == "bar":
        return _bars(choice, columns, places, rows)
    if choice.kind == "histogram":
        return _histogram(columns[places[choice.x]], places[choice.x], rows)
    return None


def _numbers(column: Column) -> Callable[[str], float | None]:
    known: dict[str, float | None] = {}

    def read(cell: str) -> float | None:
        if cell not in known:
            value = None if is_missing(cell) else number_of(column, cell)
            known[cell] = value if value is not None and math.isfinite(value) else None
        return known[cell]

    return read


def _times(column: Column) -> Callable[[str], datetime | None]:
    known: dict[str, datetime | None] = {}
    forms = dates.formats(column.format)

    def first(cell: str) -> datetime | None:
        if is_missing(cell):
            return None
        if column.type == "year":
            digits = cell.strip()
            return datetime(int(digits), 1, 1) if digits.isdecimal() and 0 < int(digits[:5]) <= 9999 else None
        return next((found for form in forms if (found := dates.parse(cell, form)) is not None), None)

    def read(cell: str) -> datetime | None:
        if cell not in known:
            known[cell] = first(cell[:200])
        return known[cell]

    return read


def _exact(column: Column) -> str:
    """The smallest unit of time that a column says: of mixed forms the coarsest."""
    if column.type == "year":
        return "years"
    units = {form.unit for form in dates.formats(column.format)}
    return max(units, key=_UNITS.index) if units else "day"


# ---------------------------------------------------------------------------------------------------------- lines


@dataclass(slots=True)
class _Gathered:
    """A series while it is read: at each time the sum and the number of values, and the marks."""

    sums: dict[datetime, list[float]] = field(default_factory=dict)
    highest: Mark | None = None
    lowest: Mark | None = None
    last: Mark | None = None

    def add(self, when: datetime, value: float, text: str) -> None:
        entry = self.sums.setdefault(when, [0.0, 0])
        entry[0] += value
        entry[1] += 1
        if self.highest is None or value > self.highest.value:
            self.highest = Mark(when, value, text)
        if self.lowest is None or value < self.lowest.value:
            self.lowest = Mark(when, value, text)
        if self.last is None or when >= self.last.when:
            self.last = Mark(when, value, text)


def _lines(choice: Choice, columns: Sequence[Column], places: Mapping[str, int], rows: Rows) -> Lines | None:
    x = columns[places[choice.x]]
    time, at = _times(x), places[choice.x]
    measures = [(name, _numbers(columns[places[name]]), places[name]) for name in choice.y]
    gathered: dict[str, _Gathered] = {}
    used = skipped = 0
    for row in rows:
        when = time(row[at])
        group = plain(row[places[choice.group]], _LONGEST_NAME) if choice.group else ""
        values = [(name, read(row[place])) for name, read, place in measures]
        if when is None or (choice.group and not group) or all(value is None for _, value in values):
            skipped += 1
            continue
        used += 1
        for name, value in values:
            key = group if choice.group else name
            if value is not None and (key in gathered or len(gathered) < _MAX_GROUPS):
                gathered.setdefault(key, _Gathered()).add(when, value, plain(row[at], 40))
    if not gathered:
        return None
    several = any(count > 1 for each in gathered.values() for _, count in each.sums.values())
    first = columns[places[choice.y[0]]]
    rule: Rule = ("sum" if adds_up(first) else "mean") if several else "as-is"
    names = _shown(choice, gathered)
    most = MAX_POINTS if len(names) == 1 else MAX_POINTS // 2
    bucket = _bucket([gathered[name] for name in names], most)
    by_name = {column.name: column for column in columns}
    series = tuple(_series(name, gathered[name], by_name.get(name, first), rule, bucket, most) for name in names)
    if rule != "as-is":  # what a sentence says of added values must be the sums
        series = tuple(map(_marked_by_points, series))
    return Lines(
        x=x.name,
        y=choice.y[0] if choice.group else "",
        group=choice.group,
        exact=_exact(x),
        bucket=bucket,
        rule=rule,
        shared=bool(choice.group) and not is_indicator(columns[places[choice.group]]),
        series=series,
        rows=used,
        skipped=skipped,
        hidden=len(gathered) - len(names),
    )


def _shown(choice: Choice, gathered: Mapping[str, _Gathered]) -> list[str]:
    """The series to show: as the columns stand; groups with the most values first, then as the file names them."""
    if not choice.group:
        return [name for name in choice.y if name in gathered][:MAX_PANELS]
    most = sorted(gathered, key=lambda name: -sum(count for _, count in gathered[name].sums.values()))[:MAX_PANELS]
    return [name for name in gathered if name in most]


def _bucket(shown: Sequence[_Gathered], most: int) -> Bucket:
    """The smallest span of time that leaves at most ``most`` points to each series; none if they are as few."""
    if max(len(each.sums) for each in shown) <= most:
        return ""
    times = [when for each in shown for when in each.sums]
    seconds = (max(times) - min(times)).total_seconds()
    return next((name for name, size in _SECONDS if seconds / size <= most - 2), "year")


def _begin(when: datetime, bucket: Bucket) -> datetime:
    """The begin of the span that a time falls into; weeks begin on Monday."""
    if bucket == "hour":
        return when.replace(minute=0, second=0, microsecond=0)
    day = datetime(when.year, when.month, when.day)
    if bucket == "day":
        return day
    if bucket == "week":
        return day - timedelta(days=min(day.weekday(), (day - datetime.min).days))
    if bucket == "month":
        return day.replace(day=1)
    if bucket == "quarter":
        return datetime(when.year, 3 * ((when.month - 1) // 3) + 1, 1)
    return datetime(when.year, 1, 1)


def _series(name: str, found: _Gathered, column: Column, rule: Rule, bucket: Bucket, most: int) -> Series:
    """A series of at most ``most`` points; what is averaged over a span is what stood at each time, added or not."""
    summed = {when: total if rule == "sum" else total / count for when, (total, count) in found.sums.items()}
    if bucket:
        spans: dict[datetime, list[float]] = {}
        for when, value in summed.items():
            spans.setdefault(_begin(when, bucket), []).append(value)
        summed = {when: math.fsum(values) / len(values) for when, values in spans.items()}
    points = sorted((when, value) for when, value in summed.items() if math.isfinite(value))
    if len(points) > most:  # more years than that: every n-th is enough
        points = points[:: -(-len(points) // most)]
    # A series is made with its first value.
    assert found.highest is not None
    assert found.lowest is not None
    assert found.last is not None
    whole = column.type == "integer" and not bucket and rule != "mean"
    return Series(name, column.unit, whole, tuple(points), found.highest, found.lowest, found.last)


def _marked_by_points(series: Series) -> Series:
    if not series.points:
        return series
    high = max(series.points, key=lambda point: point[1])
    low = min(series.points, key=lambda point: point[1])
    return series._replace(highest=Mark(*high), lowest=Mark(*low), last=Mark(*series.points[-1]))


# ----------------------------------------------------------------------------------------------------------- bars


def _bars(choice: Choice, columns: Sequence[Column], places: Mapping[str, int], rows: Rows) -> Bars | None:
    x, at = columns[places[choice.x]], places[choice.x]
    measure = columns[places[choice.y[0]]] if choice.y else None
    read = _numbers(measure) if measure else None
    sums: dict[str, list[float]] = {}
    used = skipped = 0
    for row in rows:
        name = "" if is_missing(row[at]) else plain(row[at], _LONGEST_NAME)
        value = read(row[places[choice.y[0]]]) if read else 1.0
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
        rule = "sum" if adds_up(measure) else "mean"
    values = {name: total / count if rule == "mean" else total for name, (total, count) in sums.items()}
    ordered = sorted(((n, v) for n, v in values.items() if math.isfinite(v)), key=lambda bar: -bar[1])
    kept = ordered[:MAX_BARS]
    if x.type in ("year", "date", "datetime"):
        time = _times(x)
        kept.sort(key=lambda bar: time(bar[0]) or datetime.max)
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
    )


# ------------------------------------------------------------------------------------------------------ histogram


def _histogram(column: Column, place: int, rows: Rows) -> Histogram | None:
    read = _numbers(column)
    counted: Counter[float] = Counter()
    skipped = 0
    for row in rows:
        value = read(row[place])
        if value is None:
            skipped += 1
        else:
            counted[value] += 1
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
