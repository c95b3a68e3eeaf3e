"""Tables of dates to come: by which column, until when, and whether counting their rows tells anything."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from catalog import charts
from catalog.charts import Choice, Known, coming
from schemas.tables import Column
from tests.catalog.charts import tables

TODAY = date(2026, 11, 29)


def columns(*names: str, last: date = TODAY) -> tuple[Column, ...]:
    """The columns of a table whose named columns hold dates up to one, beside a kind of waste."""
    days = tables.days(20, last - timedelta(days=19))
    _, profile = tables.table(
        ["Abfallart", *names], [(("Bio", "Papier")[n % 2], *(day for _ in names)) for n, day in enumerate(days)]
    )
    return profile.columns


@pytest.mark.parametrize(
    ("names", "begin", "end"),
    [
        (("Datum",), "Datum", ""),
        (("Abfuhrtermin",), "Abfuhrtermin", ""),
        (("bis", "von"), "von", "bis"),
        (("Beginn", "Ende"), "Beginn", "Ende"),
        (("Prüfung", "Pflanzung"), "", ""),
        (("geändert",), "", ""),
    ],
)
def test_when_something_is_stands_in_a_column_that_is_called_so(names: tuple[str, ...], begin: str, end: str) -> None:
    found = columns(*names)
    assert getattr(coming.begin(found), "name", "") == begin
    assert getattr(coming.end(found), "name", "") == end


def test_an_end_that_is_not_always_known_is_none() -> None:
    rows = [(day, day if n else "") for n, day in enumerate(tables.days(12))]
    _, profile = tables.table(["Beginn", "Ende"], rows)
    assert coming.end(profile.columns) is None


def test_counting_says_less_than_dates_to_come() -> None:
    rows = [(day, ("Bio", "Bio", "Papier")[n % 3]) for n, day in enumerate(tables.days(30, TODAY))]
    table, profile = tables.table(["Datum", "Abfallart"], rows)
    counted = charts.figure(Choice("bar", "Abfallart"), profile.columns, table.rows)
    assert counted is not None
    assert coming.only_counts(counted, profile.columns, TODAY)
    assert coming.only_counts(counted, profile.columns, TODAY + timedelta(days=29))
    assert not coming.only_counts(counted, profile.columns, TODAY + timedelta(days=30))
    # What repeats is still to come, though the day that its row names is over.
    assert coming.only_counts(counted, profile.columns, TODAY + timedelta(days=30), repeats=True)


@pytest.mark.parametrize(
    ("title", "passed"),
    [("Abfallkalender 2027", True), ("Abfall", True), ("Termine nach Abfallart", True), ("Abfallarten 2027", False)],
)
def test_what_the_title_speaks_of_is_counted_all_the_same(title: str, passed: bool) -> None:
    rows = [(day, ("Bio", "Bio", "Papier")[n % 3]) for n, day in enumerate(tables.days(30, TODAY))]
    table, profile = tables.table(["Datum", "Abfallart"], rows)
    made = charts.prepared(charts.prepare(table, profile, titles=(title,)))
    assert made is not None
    assert made.figure is not None
    assert made.choice == Choice("bar", "Abfallart")
    assert coming.only_counts(made.figure, profile.columns, TODAY, made.known) is passed


def test_a_number_of_the_table_is_no_count() -> None:
    table, profile = tables.table(["Ort", "Datum", "Plätze"], [(f"Ort {n}", TODAY, 20 + n) for n in range(9)])
    shown = charts.figure(Choice("bar", "Ort", ("Plätze",)), profile.columns, table.rows)
    assert shown is not None
    assert not coming.only_counts(shown, profile.columns, TODAY, Known())
