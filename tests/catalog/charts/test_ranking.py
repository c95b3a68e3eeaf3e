"""Which of several charts stands for a topic: fresh before old, times before names before spans, more points before fewer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from catalog import charts
from catalog.charts import Bars, Figure, Lines
from catalog.charts.ranking import BEST, ENOUGH_POINTS, RECENT, Rank, rank
from tests.catalog.charts import tables

TODAY = date(2026, 11, 29)


def figure(*lines: str) -> Figure:
    """The chart that a table has by itself."""
    table, profile = tables.table(lines[0].split(";"), [line.split(";") for line in lines[1:]])
    made = charts.prepared(charts.prepare(table, profile))
    assert made is not None
    assert made.figure is not None
    return made.figure


def course(number: int, last: date = TODAY) -> Figure:
    days = [last - timedelta(days=number - 1 - day) for day in range(number)]
    return figure("Datum;Pegel (cm)", *(f"{day:%d.%m.%Y};{20 + place % 7}" for place, day in enumerate(days)))


BARS = figure("Ort;Einwohner", "Neuhof;10800", "Flieden;8500", "Kalbach;6300", "Eichenzell;11200")
SPANS = figure("Gewicht (kg)", *(str(value) for value in (1, 4, 6, 9, 11, 14, 15, 15, 18, 23, 27, 41)))


def test_a_course_of_time_is_as_old_as_its_last_value() -> None:
    assert rank(course(5), None, TODAY) == Rank(True, 2, 5)
    assert rank(course(5, TODAY - RECENT), None, TODAY) == Rank(True, 2, 5)
    assert rank(course(5, TODAY - RECENT - timedelta(days=1)), TODAY, TODAY) == Rank(False, 2, 5)
    assert rank(course(60, TODAY + timedelta(days=90)), None, TODAY) == BEST == Rank(True, 2, ENOUGH_POINTS)


def test_other_charts_are_as_old_as_the_last_change_of_the_data() -> None:
    assert rank(BARS, TODAY, TODAY) == Rank(True, 1, 4)
    assert rank(BARS, TODAY - RECENT - timedelta(days=1), TODAY) == rank(BARS, None, TODAY) == Rank(False, 1, 4)


def test_fresh_before_times_before_points() -> None:
    spans = rank(SPANS, TODAY, TODAY)
    ranked = [rank(course(90, date(2020, 1, 1)), TODAY, TODAY), spans, rank(BARS, TODAY, TODAY)]
    ranked += [rank(course(4), None, TODAY), rank(course(90), None, TODAY)]
    assert None not in ranked
    assert ranked == sorted(ranked, key=lambda each: each or Rank(False, 0, 0))
    assert len(set(ranked)) == len(ranked)


def test_what_is_flat_is_no_picture_of_a_topic() -> None:
    flat = course(40)
    assert isinstance(flat, Lines)
    (series,) = flat.series
    same = series._replace(highest=series.lowest)
    assert rank(replace(flat, series=(same,)), TODAY, TODAY) is None
    assert rank(replace(flat, series=(same, series)), TODAY, TODAY) is not None
    assert rank(figure("Ort;Einwohner", "Neuhof;5", "Flieden;5", "Kalbach;5", "Hosenfeld;6"), TODAY, TODAY) is not None
    bars = figure("Ort;Einwohner", "Neuhof;5", "Flieden;5", "Kalbach;6")
    assert isinstance(bars, Bars)
    assert rank(replace(bars, bars=tuple((name, 5.0) for name, _ in bars.bars)), TODAY, TODAY) is None


def test_two_bars_are_no_picture_of_a_topic() -> None:
    assert rank(figure("Ort;Einwohner", "Neuhof;10800", "Flieden;8500"), TODAY, TODAY) is None
