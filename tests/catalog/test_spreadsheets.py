"""F61: no cell that we write is taken for a formula, and numbers stay numbers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.spreadsheets import plain_cell

DANGEROUS = (
    "=1+1",
    '=HYPERLINK("https://evil.example","x")',
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1+1",
    "\u00a0=1",
    "＝1+1",
    "-1-1",
    "+49 661 12345",
    "-",
    "+",
    "-1e5e5",
)


@pytest.mark.parametrize("cell", DANGEROUS)
def test_F61_formulas_become_text(cell: str) -> None:
    assert plain_cell(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-5", "+5", "-1.234,5", "-1,234.5", "-0,5 %", "-12 €", "-1e-5", "+3,0", "-100000"])
def test_F61_numbers_stay_numbers(cell: str) -> None:
    assert plain_cell(cell) == cell


@pytest.mark.parametrize("cell", ["", "Neuhof", "a=b", "1-2", "'=1", "01234", "12 km", "3.11.2026"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    assert plain_cell(cell) == cell


@given(st.text(alphabet="=+-@\t\r\n 1a,.%€", max_size=12))
def test_what_is_left_begins_like_a_formula_only_if_it_is_a_number(cell: str) -> None:
    written = plain_cell(cell)
    begin = written.lstrip(" \u00a0")
    if begin[:1] in ("=", "@", "\t", "\r", "\n"):
        raise AssertionError(written)
    if begin[:1] in ("+", "-"):
        assert begin[1:2].isdigit()
        assert "+" not in begin[1:].replace("e+", "")
