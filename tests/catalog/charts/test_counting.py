"""The figures of a chart: all rows, none twice, sums never, extremes of the file, points that can be seen."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import charts
from catalog.charts import Bars, Choice, Figure, Histogram, Lines, Wish
from catalog.charts.cells import Reading
from catalog.charts.choosing import Aggregate
from catalog.charts.steps import Step
from schemas.tables import Column, Profile, Table, dates
from tests.catalog.charts import tables


def made(table: Table, profile: Profile, choice: Choice | None = None) -> Figure:
    chosen = choice or charts.choose(profile.columns, len(table.rows))
    found = charts.figure(chosen, profile.columns, [row for n, row in enumerate(table.rows) if n not in table.sum_rows])
    assert found is not None
    return found


def test_extremes_are_values_of_the_file_also_where_points_are_averages() -> None:
    found = made(*tables.hours())
    assert isinstance(found, Lines)
    assert found.step == Step("week", 1)
    for series in found.series:
        assert 100 <= len(series.points) <= 200
        # What a sentence says is in the picture.
        assert max(high for _, high in series.band) == series.highest.value
        assert min(low for low, _ in series.band) == series.lowest.value
        assert all(low <= value <= high for (_, value), (low, high) in zip(series.points, series.band, strict=True))
    temperature = found.series[0]
    assert temperature.highest.value == 22.0
    assert temperature.lowest.value == -2.0
    assert temperature.highest.value > max(value for _, value in temperature.points)
    assert {when.weekday() for when, _ in temperature.points} == {0}


def test_a_single_line_has_up_to_four_hundred_points() -> None:
    rows = [(datetime(2020, 1, 1) + timedelta(days=n), 2 * n) for n in range(2_000)]
    table, profile = tables.table(["Datum", "Zahl"], [(f"{when:%d.%m.%Y}", n) for when, n in rows])
    found = made(table, profile)
    assert isinstance(found, Lines)
    assert found.step == Step("week", 1)
    (series,) = found.series
    assert 200 < len(series.points) <= 400
    # The average of a whole week of a rising line is its middle.
    when, value = series.points[10]
    assert value == 2 * (when - rows[0][0]).days + 6
    table, profile = tables.table(["Datum", "Zahl"], [(f"{when:%d.%m.%Y}", n) for when, n in rows[:400]])
    found = made(table, profile)
    assert isinstance(found, Lines)
    assert (found.step, len(found.series[0].points), found.series[0].band) == (None, 400, ())


def test_a_month_of_hours_is_drawn_by_two_hours() -> None:
    begin = datetime(2026, 10, 1)
    rows = [(f"{begin + timedelta(hours=n):%d.%m.%Y %H:%M}", 115 if n == 489 else 30 + n % 7) for n in range(744)]
    found = made(*tables.table(["Datum", "Wasserstand_cm"], rows))
    assert isinstance(found, Lines)
    (series,) = found.series
    assert (found.step, len(series.points), found.exact) == (Step("hour", 2), 372, "second")
    assert series.highest[:2] == (begin + timedelta(hours=489), 115.0)
    assert max(high for _, high in series.band) == 115.0
    assert series.points[0] == (begin, 30.5)


def test_values_that_come_often_are_counted() -> None:
    rows = [(f"{n + 1:02d}.08.2026", 0 if n % 3 else 20 - n) for n in range(30)]
    found = made(*tables.table(["Datum", "Niederschlag_mm"], rows))
    assert isinstance(found, Lines)
    (series,) = found.series
    assert (series.highest.value, series.highest.times) == (20.0, 1)
    assert (series.lowest.value, series.lowest.times) == (-7.0, 1)
    dry = [(day, max(amount, 0)) for day, amount in rows]
    found = made(*tables.table(["Datum", "Niederschlag_mm"], dry))
    assert isinstance(found, Lines)
    assert (found.series[0].lowest.value, found.series[0].lowest.times) == (0.0, 23)
    assert found.series[0].lowest.when == datetime(2026, 8, 2)


def test_days_that_a_program_wrote_with_midnight_are_days() -> None:
    rows = [(f"2026-10-{n:02d}T00:00:00", n * n) for n in range(1, 29)]
    found = made(*tables.table(["Datum", "Pegel (cm)"], rows))
    assert isinstance(found, Lines)
    assert found.exact == "day"
    found = made(*tables.table(["Datum", "Pegel (cm)"], [*rows, ("2026-10-29T06:00:00", 1)]))
    assert isinstance(found, Lines)
    assert found.exact == "second"


def test_rows_that_fall_together_are_added_or_averaged() -> None:
    rows = [(2020 + n % 5, 10 * (n // 5 + 1), 10.0 * (n // 5 + 1)) for n in range(10)]
    table, profile = tables.table(["Jahr", "Fahrzeuge", "Anteil (%)"], rows)
    added = made(table, profile, Choice("line", "Jahr", ("Fahrzeuge",)))
    averaged = made(table, profile, Choice("line", "Jahr", ("Anteil (%)",)))
    assert isinstance(added, Lines)
    assert isinstance(averaged, Lines)
    assert (added.rule, [value for _, value in added.series[0].points]) == ("sum", [30.0] * 5)
    assert (averaged.rule, [value for _, value in averaged.series[0].points]) == ("mean", [15.0] * 5)
    # What the sentence says of sums are the sums.
    assert added.series[0].highest.value == 30.0


def test_what_is_there_at_a_moment_is_not_added_over_moments() -> None:
    table, profile = tables.parking()
    wished = charts.wished(profile.columns, profile.rows, Wish("bar", "Parkplatz", ("frei",)))
    assert wished is not None
    found = made(table, profile, wished)
    assert isinstance(found, Bars)
    assert found.rule == "mean"
    assert 50 < dict(found.bars)["Nord"] < 84
    # Of several places at one moment it is.
    found = made(table, profile, Choice("line", "Zeitpunkt", ("frei",)))
    assert isinstance(found, Lines)
    assert found.rule == "sum"
    assert found.series[0].points[0][1] == 84 + 52 + 36 - 9


def test_lengths_are_averaged_and_readers_may_do_otherwise() -> None:
    table, profile = tables.trees()
    usual = Choice("bar", "Baumart", ("Stammumfang_cm",))
    rules: tuple[tuple[Aggregate, str, float], ...] = (
        ("", "mean", 79.8),
        ("mean", "mean", 79.8),
        ("sum", "sum", 7182.0),
        ("count", "count", 90.0),
    )
    for agg, rule, value in rules:
        found = made(table, profile, usual._replace(agg=agg))
        assert isinstance(found, Bars)
        assert (found.rule, round(dict(found.bars)["Linde"], 1)) == (rule, value)
        assert (found.y, found.unit) == (("", "") if agg == "count" else ("Stammumfang_cm", "cm"))


def test_rows_are_counted_in_time_too() -> None:
    rows = [(f"{1 + n % 28:02d}.01.2024", n % 5) for n in range(100)]
    found = made(*tables.table(["Datum", "Betrag (€)"], rows), Choice("line", "Datum", ("Betrag (€)",), agg="count"))
    assert isinstance(found, Lines)
    (series,) = found.series
    assert (found.rule, series.unit, series.whole) == ("count", "", True)
    assert sum(value for _, value in series.points) == 100
    begin = datetime(2024, 1, 1)
    rows = [(f"{begin + timedelta(days=n // 2):%d.%m.%Y}", n % 5) for n in range(1_000)]
    found = made(*tables.table(["Datum", "Betrag (€)"], rows), Choice("line", "Datum", ("Betrag (€)",), agg="count"))
    assert isinstance(found, Lines)
    # Each point counts the rows of its step.
    assert found.step == Step("day", 2)
    assert {value for _, value in found.series[0].points[1:-1]} == {4.0}


def test_bars_are_sorted_and_the_rest_is_counted() -> None:
    table, profile = tables.table(["Ort", "Zahl"], [(f"Ort {n}", n) for n in range(30)])
    found = made(table, profile, Choice("bar", "Ort", ("Zahl",)))
    assert isinstance(found, Bars)
    assert [value for _, value in found.bars] == [float(n) for n in range(29, 9, -1)]
    assert (found.hidden, found.rows, found.rule) == (10, 30, "as-is")


def test_years_keep_their_order() -> None:
    found = made(*tables.inhabitants(), Choice("bar", "Jahr", ("Einwohner",)))
    assert isinstance(found, Bars)
    assert [name for name, _ in found.bars] == [str(year) for year in range(2010, 2025)]


@pytest.mark.parametrize(
    "names",
    [
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "Jan. Feb. Mrz. Apr.",
        "Mo Di Mi Do Fr Sa So",
        "Monday Tuesday Sunday",
        "unter 6|6 bis 17|18 bis unter 65|65 und älter",
        "unter 3 Jahren|3-5 Jahre|6–17 Jahre|100 Jahre und mehr",
        "<10|10-49|50-249|>=250",
        "0 bis 5|65+",
    ],
)
def test_names_with_an_order_of_their_own_keep_it(names: str) -> None:
    ordered = names.split("|") if "|" in names else names.split()
    table, profile = tables.table(["Gruppe", "Zahl"], [(name, (n * 7) % 5) for n, name in enumerate(reversed(ordered))])
    found = made(table, profile, Choice("bar", "Gruppe", ("Zahl",)))
    assert isinstance(found, Bars)
    assert [name for name, _ in found.bars] == ordered


@pytest.mark.parametrize(
    "names", ["Mai Juni Ferien", "Sonntag Feiertag", "12 7 30", "CDU SPD Grüne", "2-Zimmer 1-Zimmer"]
)
def test_other_names_stand_by_their_values(names: str) -> None:
    table, profile = tables.table(["Gruppe", "Zahl"], [(name, n) for n, name in enumerate(names.split())])
    found = made(table, profile, Choice("bar", "Gruppe", ("Zahl",)))
    assert isinstance(found, Bars)
    assert [value for _, value in found.bars] == sorted((value for _, value in found.bars), reverse=True)


def test_rows_are_counted_where_there_is_no_number() -> None:
    found = made(*tables.playgrounds())
    assert isinstance(found, Bars)
    assert (found.rule, found.y, found.bars) == ("count", "", (("Klettern", 20.0), ("Sand", 10.0)))


def test_small_whole_numbers_have_a_column_each() -> None:
    table, profile = tables.table(["Nr", "Kinder"], [(f"{n:03d}", n % 4) for n in range(40)])
    found = made(table, profile, Choice("histogram", "Kinder"))
    assert isinstance(found, Histogram)
    assert found.single
    assert (found.edges, found.counts) == ((0, 1, 2, 3, 4), (10, 10, 10, 10))
    assert (found.mean, found.middle) == (1.5, 1.5)


def test_cells_that_say_nothing_are_counted_and_left_out() -> None:
    rows = [("01.01.2024", "1"), ("02.01.2024", "k. A."), ("irgendwann", "3"), ("04.01.2024", "4"), ("05.01.2024", "5")]
    rows += [(f"{day:02d}.02.2024", str(day)) for day in range(1, 29)]
    table, profile = tables.table(["Datum", "Zahl"], rows)
    found = made(table, profile)
    assert isinstance(found, Lines)
    assert (found.rows, found.skipped) == (31, 2)


def test_six_of_many_groups_are_shown() -> None:
    rows = [(year, f"Ort {n}", 5_000 * n + year) for year in range(2015, 2020) for n in range(9)]
    found = made(*tables.table(["Jahr", "Ort", "Einwohner"], rows))
    assert isinstance(found, Lines)
    assert (len(found.series), found.hidden, found.shared) == (6, 3, True)


def test_different_things_have_scales_of_their_own() -> None:
    table, profile = tables.indicators()
    found = made(table, profile, Choice("line", "Jahr", ("Wert",), "Merkmal"))
    assert isinstance(found, Lines)
    assert not found.shared
    assert charts.mixes(found, profile.columns)


def test_a_chart_of_columns_that_are_not_there_is_none() -> None:
    table, profile = tables.level()
    for choice in (Choice("bar", "Ort"), Choice("line", "Datum", ("x",)), Choice("line", "Datum"), Choice("map")):
        assert charts.figure(choice, profile.columns, table.rows) is None


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"kind": "line"},
        {"kind": "pie"},
        {"kind": "bar", "bars": 3},
        {"choice": 1},
        {"kind": "line", "series": [{}]},
    ],
)
def test_what_lies_in_the_cache_may_be_anything(stored: dict[str, Any]) -> None:
    assert charts.from_json(stored) is None
    assert charts.prepared(stored) is None


@pytest.mark.parametrize(
    "table", [tables.level, tables.hours, tables.inhabitants, tables.budget_by_codes, tables.weights]
)
def test_figures_come_back_from_the_cache_as_they_were(table: Any) -> None:
    found = made(*table())
    assert charts.from_json(orjson.loads(orjson.dumps(found.to_json()))) == found


TIME_TEXTS = st.one_of(
    st.text(alphabet="0123456789.-: TZ+", max_size=20),
    st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda when: f"{when:%d.%m.%Y}"),
    st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda when: f"{when:%d.%m.%Y %H:%M}"),
    st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda when: f"{when:%Y-%m-%d %H:%M:%S}"),
    st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda when: f"{when:%Y-%m-%dT%H:%M}"),
)


@given(TIME_TEXTS, st.sampled_from(["TT.MM.JJJJ", "TT.MM.JJJJ hh:mm", "JJJJ-MM-TT", "JJJJ-MM-TT hh:mm"]))
def test_quickly_read_times_are_those_that_the_patterns_read(text: str, form: str) -> None:
    read = Reading().times(Column("Zeit", "datetime", format=form))[text]
    slow = next((found for each in dates.formats(form) if (found := dates.parse(text, each)) is not None), None)
    assert read == slow


@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=3), min_size=1, max_size=30))
def test_any_cells_can_be_charted(cells: list[list[str]]) -> None:
    _, profile = tables.table(["Datum", "Art", "Zahl"], [("01.01.2024", "a", "1")] * 3)
    for choice in (
        Choice("line", "Datum", ("Zahl",)),
        Choice("line", "Datum", ("Zahl",), "Art"),
        Choice("bar", "Art", ("Zahl",)),
        Choice("bar", "Zahl"),
        Choice("histogram", "Zahl"),
    ):
        found = charts.figure(choice, profile.columns, cells)
        assert found is None or found.rows + found.skipped == len(cells)


def test_a_year_and_a_figure_with_the_sign_of_a_footnote_are_drawn() -> None:
    rows = [
        (f"{year}*" if year == 2024 else year, f"{year % 7 + 3} 1)" if year == 2020 else year % 7 + 3)
        for year in range(2015, 2025)
    ]
    found = made(*tables.table(["Jahr", "Fälle"], rows))
    assert isinstance(found, Lines)
    assert (found.rows, found.skipped, found.series[0].last.when.year) == (10, 0, 2024)
