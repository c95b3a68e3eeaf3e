"""Draws figures as SVG: lines, bars, histograms, each for a desk and for a phone, and small ones without words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import chain, pairwise
from math import inf
from statistics import median
from typing import NamedTuple

from markupsafe import Markup

from catalog.charts import axes, labels, scales
from catalog.charts.axes import Plot
from catalog.charts.figures import Bars, Figure, Histogram, Lines, Series
from catalog.charts.naming import named
from catalog.charts.sheet import FORMS, LINE_HEIGHT, Form, Sheet

_FEW = 40  # up to so many points each has a dot
_GAP_FACTOR = 4.0  # where times are so many usual steps apart, nobody measured: the line is broken
_ENOUGH_STEPS = 5  # to know which step is usual
_BETWEEN = 28.0  # small charts side by side
Place = tuple[float, float]
SMALL = Form("small", 120.0, 10.0)


class Captions(NamedTuple):
    """What is written to a chart beside its names and numbers: the head of an axis that counts.

    ``spoken`` is the language of the names in the figure, empty where it is the page's.
    """

    counted: str = ""
    spoken: str = ""


def draw(figure: Figure, captions: Captions, language: str, name: str) -> Markup:
    """A chart in both sizes, of which CSS shows one. What it is called and says stands in NAME-title and NAME-said."""
    drawn = [_drawn(figure, form, captions, language, name) for form in FORMS]
    return Markup("").join(drawn)


def _drawn(figure: Figure, form: Form, captions: Captions, language: str, name: str) -> Markup:
    sheet = Sheet(form)
    if isinstance(figure, Lines):
        height = _lines(sheet, figure, language, captions)
    elif isinstance(figure, Bars):
        height = _bars(sheet, figure, language, captions.spoken)
    else:
        height = _histogram(sheet, figure, captions, language)
    return sheet.svg(height, name)


# ---------------------------------------------------------------------------------------------------------- lines


def _lines(sheet: Sheet, figure: Lines, language: str, captions: Captions) -> float:
    """Small charts in one or two columns, all over the same span of time; gives the height."""
    times = [when for series in figure.series for when, _ in series.points]
    low, high = min(times, default=datetime(2000, 1, 1)), max(times, default=datetime(2000, 1, 1))
    several = len(figure.series) > 1
    in_row = 2 if several and not sheet.form.is_narrow else 1
    width = (sheet.form.width - _BETWEEN * (in_row - 1)) / in_row
    height = 200.0 if several else (230.0 if sheet.form.is_narrow else 300.0)
    values = [value for series in figure.series for value in _heights(series)]
    for place, series in enumerate(figure.series):
        left, top = (place % in_row) * (width + _BETWEEN), (place // in_row) * height
        own = values if figure.shared else list(_heights(series))
        room = Plot(left, top, left + width, top + height)
        counts = figure.rule == "count" and not figure.group
        title = captions.counted if counts else series.name if figure.shared else named(series.name, series.unit)
        lang = "" if counts else captions.spoken
        sheet.text(room.left, room.top + sheet.form.font, title, "head", room=room.right - room.left, lang=lang)
        _panel(sheet, figure, series, own, (low, high), room, language)
    return height * -(-len(figure.series) // in_row)


def _panel(
    sheet: Sheet,
    figure: Lines,
    series: Series,
    values: Sequence[float],
    span: tuple[datetime, datetime],
    room: Plot,
    language: str,
) -> None:
    """One series below its name: its own scale at the side, the shared time below."""
    font = sheet.form.font
    low, high = min(values, default=0.0), max(values, default=1.0)
    # Zero belongs to the picture where it is near: a line that only wavers should not look like a fall.
    near_zero = low >= 0 and low <= 0.5 * high
    scale = scales.linear(low, high, 4 if len(figure.series) > 1 else 5, series.whole, zero=near_zero)
    side = axes.left_of(axes.number_labels(scale, language), font)
    bottom = room.bottom - font * (1 + LINE_HEIGHT) - 10
    # Between name and plot stands the highest value.
    plot = Plot(room.left + side, room.top + 2 * font * LINE_HEIGHT + 8, room.right - 12, bottom)
    axes.side(sheet, plot, scale, language)
    time = axes.times_below(*span, figure.exact, plot.width, font, language)
    axes.below(sheet, plot, time, language)
    placed = [(when, value, plot.x(time.at(when)), plot.y(scale.at(value))) for when, value in series.points]
    runs = _runs([(when, x, y) for when, _, x, y in placed])
    if series.band:
        edges = [(plot.y(scale.at(low)), plot.y(scale.at(high))) for low, high in series.band]
        sheet.path(_bands(runs, edges), "band")
    sheet.path([run for run in runs if len(run) > 1], "line")
    lonely = {run[0] for run in runs if len(run) == 1}
    for when, value, x, y in placed:
        if len(placed) <= _FEW or (x, y) in lonely:
            words = f"{labels.moment(when, figure.exact, language)}: {labels.value(value, language)}"
            sheet.dot(x, y, 3, "dot", words)
    if len(placed) > 1 and series.highest.value > series.lowest.value:
        x, y = plot.x(time.at(_place_of_highest(series))), plot.y(scale.at(series.highest.value))
        sheet.dot(x, y, 4.5, "peak")
        words = labels.value(series.highest.value, language)
        half = labels.width(words, font, bold=True) / 2
        # Neither over the numbers at the side nor over the next chart.
        sheet.text(max(plot.left + half, min(x, room.right - half)), y - 8, words, "value", "middle")


def _heights(series: Series) -> Iterator[float]:
    """All values that a series is drawn with."""
    yield from (value for _, value in series.points)
    yield from chain.from_iterable(series.band)


def _place_of_highest(series: Series) -> datetime:
    """Where the highest value stands: at the point of its step, where points stand for steps."""
    highest = (
        when for (when, _), (_, high) in zip(series.points, series.band, strict=False) if high == series.highest.value
    )
    return next(highest, series.highest.when)


def _bands(runs: Sequence[Sequence[Place]], edges: Sequence[tuple[float, float]]) -> list[list[Place]]:
    """The outline of each run from its lowest to its highest values."""
    begun = 0
    outlines = []
    for run in runs:
        own = edges[begun : begun + len(run)]
        begun += len(run)
        upper = [(x, high) for (x, _), (_, high) in zip(run, own, strict=True)]
        lower = [(x, low) for (x, _), (low, _) in zip(run, own, strict=True)]
        outlines.append([*upper, *reversed(lower), upper[0]])
    return outlines


def _runs(points: Sequence[tuple[datetime, float, float]]) -> list[list[Place]]:
    """The points in runs without a gap in time."""
    steps = [(after[0] - before[0]).total_seconds() for before, after in pairwise(points)]
    longest = median(steps) * _GAP_FACTOR if len(steps) >= _ENOUGH_STEPS else inf
    runs: list[list[Place]] = []
    for place, (_, x, y) in enumerate(points):
        if place == 0 or steps[place - 1] > longest:
            runs.append([])
        runs[-1].append((x, y))
    return runs


# ----------------------------------------------------------------------------------------------------------- bars


def _bars(sheet: Sheet, figure: Bars, language: str, spoken: str) -> float:
    """A bar for each name with its value at its end; on a phone the name stands above its bar."""
    font, narrow = sheet.form.font, sheet.form.is_narrow
    words = [labels.value(value, language) for _, value in figure.bars]
    low, high = min(0.0, *(v for _, v in figure.bars)), max(0.0, *(v for _, v in figure.bars))
    told = max(labels.width(word, font, bold=True) for word in words) + 8
    name_room = 0.0 if narrow else min(max(labels.width(name, font) for name, _ in figure.bars), sheet.form.width * 0.4)
    left = (0.0 if narrow else name_room + 10) + (told if low < 0 else 0.0)
    plot = Plot(left, 0, sheet.form.width - (told if high > 0 else 4), 0)
    scale = scales.Scale(low, high, (), 0)
    row = font * (1 + LINE_HEIGHT) + 14 if narrow else 28.0
    thick = 16.0
    zero = plot.x(scale.at(0.0)) if high > low else plot.left
    for place, ((name, value), word) in enumerate(zip(figure.bars, words, strict=True)):
        top = place * row + (font * LINE_HEIGHT + 3 if narrow else (row - thick) / 2)
        end = plot.x(scale.at(value)) if high > low else plot.left
        if narrow:
            sheet.text(0, place * row + font, name, "name", lang=spoken)
        else:
            sheet.text(name_room, top + thick / 2 + font * 0.35, name, "name", "end", room=name_room, lang=spoken)
        sheet.rect(min(zero, end), top, abs(end - zero), thick, "bar")
        base = top + thick / 2 + font * 0.35
        if value >= 0:
            sheet.text(end + 6, base, word, "value")
        else:
            sheet.text(end - 6, base, word, "value", "end")
    height = row * len(figure.bars) + 4
    sheet.line(zero, 0, zero, height, "axis")
    return height


# ------------------------------------------------------------------------------------------------------ histogram


def _histogram(sheet: Sheet, figure: Histogram, captions: Captions, language: str) -> float:
    """A column for each span of values; the spans' edges below, the number of rows at the side."""
    font = sheet.form.font
    height = 230.0 if sheet.form.is_narrow else 280.0
    scale = scales.linear(0, max(figure.counts), 4, whole=True)
    side = axes.left_of(axes.number_labels(scale, language), font)
    plot = Plot(side, font * LINE_HEIGHT + 12, sheet.form.width - 12, height - 2 * font * LINE_HEIGHT - 12)
    sheet.text(0, font, captions.counted, "head")
    axes.side(sheet, plot, scale, language)
    wide = plot.width / len(figure.counts)
    for place, count in enumerate(figure.counts):
        top = plot.y(scale.at(count))
        sheet.rect(plot.left + place * wide + 1, top, wide - 2, plot.bottom - top, "bar")
    shares = [(place + 0.5 if figure.single else place) / len(figure.counts) for place in range(len(figure.edges))]
    words = labels.ticks(figure.edges, figure.digits, language)
    if figure.single:
        shares, words = shares[:-1], words[:-1]
    axes.numbers_below(sheet, plot, shares, words)
    sheet.text(plot.x(0.5), height - 4, named(figure.x, figure.unit), "head", "middle", lang=captions.spoken)
    return height


# ---------------------------------------------------------------------------------------------------------- small


def small(figure: Histogram | Series) -> Markup:
    """A small picture without words, beside the figures that it shows: a histogram's columns or a series' course."""
    sheet, height = Sheet(SMALL), 28.0
    if isinstance(figure, Histogram):
        wide, most = SMALL.width / len(figure.counts), max(figure.counts)
        for place, count in enumerate(figure.counts):
            tall = (height - 1) * count / most if most else 0.0
            sheet.rect(place * wide + 0.5, height - tall, wide - 1, tall, "bar")
        return sheet.bare(height)
    times, values = [when for when, _ in figure.points], [value for _, value in figure.points]
    time = scales.TimeScale(min(times), max(times), (), "day")
    scale = scales.Scale(min(values), max(values), (), 0)
    course = [
        (when, 2 + (SMALL.width - 4) * time.at(when), height - 3 - (height - 6) * scale.at(value))
        for when, value in figure.points
    ]
    sheet.path([run for run in _runs(course) if len(run) > 1], "line")
    sheet.dot(course[-1][1], course[-1][2], 2, "dot")
    return sheet.bare(height)
