"""Cells as values of JSON: whatever a file holds is told, and nothing comes back as another."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalog.web.api.typed_cells import Value, typed
from schemas.tables.types import Column, ColumnType, boolean_of, is_missing
from schemas.tables.words import AFFIRMATIVE, BOOLEANS


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("boolean", "ja", True),
        ("boolean", " Nein ", False),
        ("boolean", "TRUE", True),
        ("boolean", "nicht vorhanden", False),
        ("boolean", "vielleicht", "vielleicht"),
        ("boolean", "k. A.", None),
        ("integer", "1.234", 1234),
        ("integer", "9007199254740993", "9007199254740993"),
        ("integer", "1" * 30, "1" * 30),
        ("number", "-3,50", -3.5),
        ("year", "2026", 2026),
        ("key", "06631", "06631"),
        ("text", "ja", "ja"),
    ],
)
def test_a_cell_is_what_its_column_s_type_says(kind: ColumnType, cell: str, value: Value) -> None:
    found = typed(Column("x", kind, decimal=","), cell)
    assert (found, type(found)) == (value, type(value))


def test_a_number_that_stands_for_none_is_none() -> None:
    column = Column("x", "number", gap=-999.0)
    assert [typed(column, cell) for cell in ("-999", "-999.0", "-99")] == [None, None, -99.0]


def test_each_pair_has_one_that_says_yes() -> None:
    for pair in BOOLEANS:
        assert sorted(bool(boolean_of(word.upper())) for word in pair) == [False, True], pair
        assert len(pair & AFFIRMATIVE) == 1


KINDS: tuple[ColumnType, ...] = ("boolean", "integer", "number", "year", "latitude", "date", "key", "text")


@given(st.sampled_from(KINDS), st.one_of(st.text(), st.from_regex(r"[-+]?[0-9.,]{1,40}", fullmatch=True)))
@example("integer", "1" * 400)
def test_every_cell_can_be_written(kind: ColumnType, cell: str) -> None:
    value = typed(Column("x", kind, decimal=","), cell)
    assert (value is None) == is_missing(cell)
    if not any("\ud800" <= sign <= "\udfff" for sign in cell):
        assert orjson.loads(orjson.dumps(value)) == value
