"""Times of the day without a date, as towns write them, and what is none."""

from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import charts
from catalog.charts import Choice, Wish, day_times
from catalog.charts.figures import Bars
from tests.catalog.charts import drawn, tables

SPELLINGS = ("%H:%M", "%H:%M:%S", "%H:%M Uhr", "%H.%M Uhr", "%H:%M-23:59", "%H:%M – 23:59 Uhr", "%H:%M bis 24:00 Uhr")


@given(st.times(), st.sampled_from(SPELLINGS))
def test_every_time_is_read_as_it_was_written(time: object, spelling: str) -> None:
    read = day_times.parse(f"{time:{spelling}}")
    assert read is not None
    assert day_times.holds(read)
    assert f"{read:{spelling}}" == f"{time:{spelling}}"


@given(st.text("0123456789:. -Uhr", max_size=12))
def test_any_text_is_a_time_of_the_day_or_none(text: str) -> None:
    read = day_times.parse(text)
    assert read is None or day_times.holds(read)


@pytest.mark.parametrize(
    "text", ["", "25:00", "24:01", "7:5", "8.30", "12", "1:2:3", "07:30 Montag", "01.02.2026 07:30"]
)
def test_what_is_no_time_of_the_day(text: str) -> None:
    assert day_times.parse(text) is None


def test_the_end_of_the_day_is_no_beginning() -> None:
    end = day_times.parse("24:00")
    assert end is not None
    assert (end, day_times.written(end)) == (datetime(1, 1, 2), "24:00")


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_axis_shows_hours_and_no_date(language: str) -> None:
    table, figures = tables.visitors()
    kept = charts.prepared(charts.prepare(table, figures))
    assert kept is not None
    assert kept.figure is not None
    for drawing in drawn.drawings(kept.figure, language):
        ticks = [box.words for box in drawn.texts(drawing) if box.kind == "tick"]
        hours = [words for words in ticks if ":" in words]
        assert hours[:2] in (["00:00", "06:00"], ["00:00", "03:00"], ["00:00", "12:00"])
        assert all(words.isdigit() for words in ticks if words not in hours)


def test_a_time_beside_its_date_is_a_part_of_it() -> None:
    rows = [(day, f"{hour:02d}:00", hour) for day in tables.days(9) for hour in (6, 12, 18)]
    _, figures = tables.table(["Datum", "Uhrzeit", "Temperatur"], rows)
    assert charts.choose(figures.columns, figures.rows).x == "Datum"


def test_times_of_several_places_are_a_line_each() -> None:
    rows = [(f"{hour:02d}:00", name, hour * n) for hour in range(24) for n, name in enumerate(("Nord", "Süd"), 1)]
    _, figures = tables.table(["Stunde", "Zählstelle", "Fahrzeuge"], rows)
    assert charts.choose(figures.columns, figures.rows) == Choice("line", "Stunde", ("Fahrzeuge",), "Zählstelle")


def test_readers_may_have_bars_all_the_same() -> None:
    table, figures = tables.visitors()
    wished = charts.wished(figures.columns, figures.rows, Wish("bar", "Uhrzeit", ("Besucher",)))
    assert wished is not None
    assert (wished.kind, wished.x) == ("bar", "Uhrzeit")
    drawn_ = charts.figure(wished, figures.columns, table.rows)
    assert isinstance(drawn_, Bars)
    assert [name for name, _ in drawn_.bars] == sorted(
        name for name, _ in drawn_.bars
    )  # as the day goes, not by height
    assert [value for _, value in drawn_.bars] != sorted((value for _, value in drawn_.bars), reverse=True)


def test_departures_of_lines_are_no_course() -> None:
    rows = [(f"Halt {n}", f"{6 + n // 4:02d}:{n % 4 * 15:02d}", 500 + n % 5) for n in range(40)]
    _, figures = tables.table(["Haltestelle", "Abfahrt", "Linie"], rows)
    assert charts.choose(figures.columns, figures.rows).kind != "line"


@pytest.mark.parametrize(("name", "kind"), [("Uhrzeit", "line"), ("Stunde", "line"), ("Tag", "bar"), ("Alter", "bar")])
def test_two_numbers_are_hours_where_the_column_says_so(name: str, kind: str) -> None:
    table, figures = tables.table([name, "Besuche"], [(f"{n:02d}-{n + 1:02d}", 40 + n * n % 17) for n in range(6, 16)])
    assert charts.prepare(table, figures)["kind"] == kind
