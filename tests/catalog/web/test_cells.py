"""Cells on German pages: numbers and dates as people write them here, nothing rounded, nothing else touched."""

from __future__ import annotations

import re
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.web import cell_words
from schemas.tables import Column
from schemas.tables.types import ColumnType

TABLE = (
    ("number", ".", "20.7", "20,7"),
    ("number", ".", "-0.50 %", "-0,50 %"),
    ("number", ".", "1,234.50", "1.234,50"),
    ("integer", ".", "12,345", "12.345"),
    ("integer", ".", "2051", "2051"),
    ("number", ",", "1.234,5", "1.234,5"),
    ("number", ",", "1.234", "1.234"),
    ("number", ".", "1.2.3", "1.2.3"),
    ("number", ".", "n/a", "n/a"),
    ("number", ".", "", ""),
    ("latitude", ".", "50.41284", "50.41284"),
    ("key", ".", "1.10", "1.10"),
    ("text", ".", "20.7", "20.7"),
    ("year", ".", "2026", "2026"),
    ("date", ".", "2026-12-06", "06.12.2026"),
    ("datetime", ".", "2026-10-01T00:00", "01.10.2026 00:00"),
    ("datetime", ".", "2026-10-01 07:15:00", "01.10.2026 07:15"),
    ("datetime", ".", "2026-10-01T07:15:09", "01.10.2026 07:15:09"),
    ("datetime", ".", "2026-10-01T07:15:09.25", "2026-10-01T07:15:09.25"),
    ("datetime", ".", "2026-10-01T07:15:00Z", "2026-10-01T07:15:00Z"),
    ("datetime", ".", "2026-10-31T23:00:00+01:00", "31.10.2026 23:00"),
    ("datetime", ".", "2026-07-31T23:00:09+02:00", "31.07.2026 23:00:09"),
    ("datetime", ".", "2026-07-31T23:00:00+01:00", "2026-07-31T23:00:00+01:00"),
    ("datetime", ".", "2026-02-31T23:00:00+01:00", "2026-02-31T23:00:00+01:00"),
    ("datetime", ".", "9999-12-31T23:59:59-23:59", "9999-12-31T23:59:59-23:59"),
    ("date", ".", "06.12.2026", "06.12.2026"),
    ("date", ".", "2026-12", "2026-12"),
)


@pytest.mark.parametrize(("kind", "decimal", "cell", "shown"), TABLE)
def test_a_cell_as_it_is_read_here(kind: ColumnType, decimal: str, cell: str, shown: str) -> None:
    column = Column("c", kind, decimal=decimal)
    assert cell_words.shown(column, cell, "de") == shown
    # Pages in other languages leave cells as they are, but for the T that programs write between day and clock.
    assert cell_words.shown(column, cell, "en") == (re.sub("(?<=-\\d\\d)T", " ", cell) if kind == "datetime" else cell)


def test_a_day_that_a_spreadsheet_counts_is_told_as_a_day() -> None:
    day, moment = Column("Datum", "date", format="Tageszahl"), Column("t", "datetime", format="Tageszahl mit Uhrzeit")
    assert [cell_words.shown(day, "45800", language) for language in ("de", "en")] == ["23.05.2025", "2025-05-23"]
    assert cell_words.shown(moment, "45800.25", "de") == "23.05.2025 06:00"
    assert cell_words.shown(day, "k. A.", "de") == "k. A."


@given(st.decimals(allow_nan=False, allow_infinity=False, places=3), st.booleans())
def test_no_digit_of_a_number_is_lost(number: object, grouped: bool) -> None:
    cell = f"{number:,f}" if grouped else f"{number:f}"
    shown = cell_words.shown(Column("c", "number"), cell, "de")
    assert shown.replace(".", "").replace(",", ".") == cell.replace(",", "")


@given(st.datetimes(min_value=datetime(1000, 1, 1)))
def test_no_part_of_a_time_is_lost(when: datetime) -> None:
    cell = when.isoformat()
    shown = cell_words.shown(Column("c", "datetime"), cell, "de")
    assert shown == cell or datetime.strptime(shown, f"%d.%m.%Y %H:%M{':%S' if shown.count(':') > 1 else ''}") == when


@given(st.text(), st.sampled_from(("number", "integer", "date", "datetime", "text")))
def test_what_is_no_plain_number_or_date_stays(cell: str, kind: ColumnType) -> None:
    shown = cell_words.shown(Column("c", kind), cell, "de")
    assert shown.strip() == cell.strip() or re.search(r"\d", cell)
