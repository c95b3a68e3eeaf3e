"""Rows of a table to the figures of a chart: read, added or averaged where several fall together, and bounded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from catalog.charts import scales
from catalog.charts.cells import Reading
from catalog.charts.choosing import MAX_BARS, MAX_PANELS, Choice, adds_up, is_indicator
from catalog.charts.figures import Bars, Bucket, Figure, Histogram, Lines, Mark, Rule, Series
from catalog.charts.labels import plain
from schemas.tables import Column, dates

MAX_POINTS = 400  # of one series; of each of several half as many
_MAX_GROUPS = 1_000  # names that are counted while reading; what comes after them is only counted together
_BINS = 12
_SINGLE_VALUES = 12
_LONGEST_TIME = 40
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


def figure(choice: Choice, columns: Sequence[Column], rows: Rows, reading: Reading | None = None) -> Figure | None:
    """The figures of a chosen chart; none where the rows have nothing to show.

    ``columns`` are those of ``rows`` in their order and have all that the choice names; rows that sum up others must have
    been left out. Cells that say no number or time are counted and left out. ``reading`` is handed in where several figures
    are made of one table.
    """
    reading = reading or Reading()
    places = {column.name: place for place, column in enumerate(columns)}
    if any(name not in places for name in (choice.x, *choice.y, *filter(None, (choice.group,)))):
        return None
    if choice.kind == "line" and choice.y:
        return _lines(choice, columns, places, rows, reading)
    if choice.kind == "bar":
        return _bars(choice, columns, places, rows, reading)
    if choice.kind == "histogram":
        return _histogram(columns[places[choice.x]], places[choice.x], rows, reading)
    return None


def _exact(column: Column) -> str:
    """The smallest unit of time that a column says: of mixed forms the coarsest."""
    if column.type == "year":
        return "years"
    units = {form.unit for form in dates.formats(column.format)}
    return max(units, key=_UNITS.index) if units else "day"


# ---------------------------------------------------------------------------------------------------------- lines


class _Gathered:
    """A series while it is read: at each time the sum of its values, and their number where it is not one; and the marks.

    Millions of rows pass here: plain attributes, no object for each row.
    """

    __slots__ = (
        "counts",
        "high",
        "high_text",
        "high_when",
        "last",
        "last_text",
        "last_when",
        "low",
        "low_text",
        "low_when",
        "sums",
    )

    def __init__(self, when: datetime, value: float, text: str) -> None:
        self.sums: dict[datetime, float] = {when: value}
        self.counts: dict[datetime, int] = {}
        self.high = self.low = self.last = value
        self.high_when = self.low_when = self.last_when = when
        self.high_text = self.low_text = self.last_text = text

    def add(self, when: datetime, value: float, text: str) -> None:
        """One more value."""
        if when in self.sums:
            self.sums[when] += value
            self.counts[when] = self.counts.get(when, 1) + 1
        else:
            self.sums[when] = value
        if value > self.high:
            self.high, self.high_when, self.high_text = value, when, text
        elif value < self.low:
            self.low, self.low_when, self.low_text = value, when, text
        if when >= self.last_when:
            self.last, self.last_when, self.last_text = value, when, text

    @property
    def marks(self) -> tuple[Mark, Mark, Mark]:
        """The highest, the lowest and the last value."""
        return (
            Mark(self.high_when, self.high, plain(self.high_text, _LONGEST_TIME)),
            Mark(self.low_when, self.low, plain(self.low_text, _LONGEST_TIME)),
            Mark(self.last_when, self.last, plain(self.last_text, _LONGEST_TIME)),
        )

    def number(self) -> int:
        """How many values were added."""
        return len(self.sums) + sum(count - 1 for count in self.counts.values())


def _lines(
    choice: Choice, columns: Sequence[Column], places: Mapping[str, int], rows: Rows, reading: Reading
) -> Lines | None:
    x = columns[places[choice.x]]
    gathered, used, skipped = _gathered(choice, columns, places, rows, reading)
    if not gathered:
        return None
    several = any(each.counts for each in gathered.values())
    first = columns[places[choice.y[0]]]
    rule: Rule = ("sum" if adds_up(first) else "mean") if several else "as-is"
    names = _shown(choice, gathered)
    most = MAX_POINTS if len(names) == 1 else MAX_POINTS // 2
    bucket = _bucket([gathered[name] for name in names], most)
    by_name = {column.name: column for column in columns}
    begins = _Begins(bucket)
    series = tuple(_series(name, gathered[name], by_name.get(name, first), rule, begins, most) for name in names)
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


def _gathered(
    choice: Choice, columns: Sequence[Column], places: Mapping[str, int], rows: Rows, reading: Reading
) -> tuple[dict[str, _Gathered], int, int]:
    """The series by name, and how many rows were used and left out."""
    at, times = places[choice.x], reading.times(columns[places[choice.x]])
    measures = [(name, reading.numbers(columns[places[name]]), places[name]) for name in choice.y]
    among = places[choice.group] if choice.group else -1
    names = reading.names(columns[among]) if choice.group else {}
    gathered: dict[str, _Gathered] = {}
    used = skipped = 0
    for row in rows:
        when = times[row[at]]
        group = names[row[among]] if choice.group else ""
        if when is None or (choice.group and not group):
            skipped += 1
            continue
        told = False
        for name, numbers, place in measures:
            value = numbers[row[place]]
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


def _shown(choice: Choice, gathered: Mapping[str, _Gathered]) -> list[str]:
    """The series to show: as the columns stand; groups with the most values first, then as the file names them."""
    if not choice.group:
        return [name for name in choice.y if name in gathered][:MAX_PANELS]
    most = sorted(gathered, key=lambda name: -gathered[name].number())[:MAX_PANELS]
    return [name for name in gathered if name in most]


def _bucket(shown: Sequence[_Gathered], most: int) -> Bucket:
    """The smallest span of time that leaves at most ``most`` points to each series; none if they are as few."""
    if max(len(each.sums) for each in shown) <= most:
        return ""
    times = [when for each in shown for when in each.sums]
    seconds = (max(times) - min(times)).total_seconds()
    return next((name for name, size in _SECONDS if seconds / size <= most - 2), "year")


class _Begins(dict[datetime, datetime]):
    """The begin of the span that a time falls into, reckoned once for all series; weeks begin on Monday."""

    def __init__(self, bucket: Bucket) -> None:
        super().__init__()
        self.bucket = bucket

    def __missing__(self, when: datetime) -> datetime:
        begin = self[when] = self._begin(when)
        return begin

    def _begin(self, when: datetime) -> datetime:
        if self.bucket == "hour":
            return datetime(when.year, when.month, when.day, when.hour)
        if self.bucket == "day":
            return datetime(when.year, when.month, when.day)
        if self.bucket == "week":
            day = datetime(when.year, when.month, when.day)
            return day - timedelta(days=min(day.weekday(), (day - datetime.min).days))
        if self.bucket == "month":
            return datetime(when.year, when.month, 1)
        if self.bucket == "quarter":
            return datetime(when.year, 3 * ((when.month - 1) // 3) + 1, 1)
        return datetime(when.year, 1, 1)


def _series(name: str, found: _Gathered, column: Column, rule: Rule, begins: _Begins, most: int) -> Series:
    """A series of at most ``most`` points; what is averaged over a span is what stood at each time, added or not."""
    summed = found.sums
    if rule == "mean":
        summed = {when: total / found.counts.get(when, 1) for when, total in summed.items()}
    if begins.bucket:
        spans: dict[datetime, list[float]] = {}
        for when, value in summed.items():
            spans.setdefault(begins[when], []).append(value)
        summed = {when: math.fsum(values) / len(values) for when, values in spans.items()}
    points = sorted((when, value) for when, value in summed.items() if math.isfinite(value))
    if len(points) > most:  # more years than that: every n-th is enough
        points = points[:: -(-len(points) // most)]
    whole = column.type == "integer" and not begins.bucket and rule != "mean"
    return Series(name, column.unit, whole, tuple(points), *found.marks)


def _marked_by_points(series: Series) -> Series:
    if not series.points:
        return series
    high = max(series.points, key=lambda point: point[1])
    low = min(series.points, key=lambda point: point[1])
    return series._replace(highest=Mark(*high), lowest=Mark(*low), last=Mark(*series.points[-1]))


# ----------------------------------------------------------------------------------------------------------- bars


def _bars(
    choice: Choice, columns: Sequence[Column], places: Mapping[str, int], rows: Rows, reading: Reading
) -> Bars | None:
    x, at = columns[places[choice.x]], places[choice.x]
    measure = columns[places[choice.y[0]]] if choice.y else None
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
        rule = "sum" if adds_up(measure) else "mean"
    values = {name: total / count if rule == "mean" else total for name, (total, count) in sums.items()}
    ordered = sorted(((n, v) for n, v in values.items() if math.isfinite(v)), key=lambda bar: -bar[1])
    kept = ordered[:MAX_BARS]
    if x.type in ("year", "date", "datetime"):
        times = reading.times(x)
        kept.sort(key=lambda bar: times[bar[0]] or datetime.max)
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
