"""Of a sheet with more rows than are wanted only the begin is laid out, and what was left is counted (F45, F46, promise 5)."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tables import TableError, read_table
from schemas.tables.headers import _unique
from schemas.tables.notes import Note
from schemas.tables.workbooks import walk_xlsx
from tests.schemas.test_tables_faults import SHEET, workbook

HEAD = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Name</t></is></c><c r="B1" t="inlineStr"><is><t>Wert</t></is></c></row>'
)


def rows(count: int, first: int = 2) -> str:
    return "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>Ort {n}</t></is></c><c r="B{n}"><v>{n}</v></c></row>'
        for n in range(first, first + count)
    )


def sheet(count: int) -> bytes:
    return SHEET.format(HEAD + rows(count)).encode()


def codes(notes: tuple[Note, ...]) -> set[str]:
    return {note.code for note in notes}


@pytest.mark.parametrize("count", [49, 50, 51, 149, 150, 1000])
def test_as_many_rows_as_were_wanted_and_the_number_of_all(count: int) -> None:
    table = read_table(workbook(sheet(count)), "x.xlsx", 50)
    whole = read_table(workbook(sheet(count)), "x.xlsx")
    assert table.rows == whole.rows[:50]
    assert table.names == whole.names == ("Name", "Wert")
    assert (table.total_rows, table.complete) == (count, count <= 50)
    assert ("rows-cut" in codes(table.notes)) is (count > 50)
    assert whole.complete


def test_empty_rows_are_not_counted() -> None:
    empty = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(2, 2000))
    table = read_table(workbook(SHEET.format(HEAD + empty + rows(60, 2000)).encode()), "x.xlsx", 50)
    assert (len(table.rows), table.total_rows, table.rows[0]) == (50, 60, ("Ort 2000", "2000"))


def test_elements_with_a_prefix_are_cut_alike() -> None:
    plain = sheet(1000).decode()
    with_prefix = plain.replace("<", "<x:").replace("<x:/", "</x:").replace("xmlns=", "xmlns:x=")
    assert (
        read_table(workbook(with_prefix.encode()), "x.xlsx", 50).rows
        == read_table(workbook(plain.encode()), "x.xlsx", 50).rows
    )


def test_a_sheet_in_another_encoding_is_not_cut_in_the_middle_of_a_character() -> None:
    content = ('<?xml version="1.0" encoding="UTF-16"?>' + sheet(500).decode()).encode("utf-16")
    (span,) = walk_xlsx({"xl/worksheets/sheet1.xml": content}, 50).values()
    assert (span.cells, span.begin, span.left) == (2 * 501, None, 0)


def test_F45_far_cell_behind_the_rows_that_are_wanted_is_never_laid_out() -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    with pytest.raises(TableError) as refused:
        read_table(workbook(SHEET.format(HEAD + rows(20) + far).encode()), "x.xlsx", 50)
    assert refused.value.note.code == "sheet-too-large"
    table = read_table(workbook(SHEET.format(HEAD + rows(1000) + far).encode()), "x.xlsx", 50)
    assert (len(table.rows), table.total_rows) == (50, 1001)


@pytest.mark.parametrize("where", [5, 900])
def test_formulas_without_a_result_are_still_told(where: int) -> None:
    cells = rows(1000).replace(f"<v>{where}</v>", "<f>A1*2</f>")
    table = read_table(workbook(SHEET.format(HEAD + cells).encode()), "x.xlsx", 2000)
    assert "formula-without-value" in codes(table.notes)


def _one_by_one(names: list[str]) -> tuple[str, ...]:
    """What the numbering of equal names means: the first number that is free."""
    counted = Counter(name for name in names if name)
    taken: list[str] = []
    for number, name in enumerate(names, start=1):
        base = name or f"Spalte {number}"
        candidate, copy = base, 2
        while candidate in taken or (candidate != base and candidate in counted):
            candidate, copy = f"{base} ({copy})", copy + 1
        taken.append(candidate)
    return tuple(taken)


@given(st.lists(st.sampled_from(["", "a", "a (2)", "a (3)", "b", "Spalte 2", "Spalte 3"]), max_size=12))
def test_F46_equal_names_are_numbered_as_they_would_be_one_by_one(names: list[str]) -> None:
    assert _unique(names, []) == _one_by_one(names)
