"""Rows that were kept are filtered, sorted and paged as people mean it, within a bounded time."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.preview import Filter, Selection
from catalog.preview.kept_rows import MAX_COLUMNS, MAX_PAGE, Rows, fold, write_file
from catalog.preview.model import Comparison
from schemas.tables import Table, read_table

CSV = """Ort;Einwohner;Stand;Messung;Anmerkung
Öchsen;1.234,5;31.12.2023;01.02.2024 08:00;x
Neuhof;900,0;01.01.2024;01.02.2024 23:30;Straße
flieden;k. A.;15.06.2022;03.02.2024 00:00;
Kalbach;-5,5;30.06.2024;n/a;%_'
Ochsenfurt;1000,0;;02.02.2024 12:00;"; DROP TABLE cells"
Eichenzell;7,0;29.02.2024;01.02.2024 00:00;strasse
Summe;2136,0;;;
"""


@pytest.fixture(scope="module")
def table() -> Table:
    return read_table(CSV.encode())


@pytest.fixture
def rows(table: Table, tmp_path: Path) -> Iterator[Rows]:
    kept = write_file(tmp_path / "rows.db", table)
    with Rows.opened(tmp_path / "rows.db", table, kept) as opened:
        yield opened


def places(rows: Rows, *filters: Filter, **others: object) -> list[str]:
    page = rows.page(Selection(filters, **others))  # type: ignore[arg-type]
    assert page.found == len(page.rows)
    return [row[0] for row in page.rows]


def test_the_table_is_typed_as_the_tests_below_need_it(table: Table) -> None:
    assert [column.type for column in table.columns] == ["text", "number", "date", "datetime", "text"]
    assert table.sum_rows == (6,)


@pytest.mark.parametrize(
    ("column", "comparison", "value", "expected"),
    [
        ("Ort", "is", "NEUHOF", ["Neuhof"]),
        ("Ort", "is", " öchsen ", ["Öchsen"]),
        ("Ort", "contains", "ochsen", ["Öchsen", "Ochsenfurt"]),
        ("Anmerkung", "contains", "STRASSE", ["Neuhof", "Eichenzell"]),
        ("Anmerkung", "contains", "%_", ["Kalbach"]),
        ("Anmerkung", "contains", "'", ["Kalbach"]),
        ("Anmerkung", "is", "; drop table cells", ["Ochsenfurt"]),
        ("Einwohner", "is", "1234,5", ["Öchsen"]),
        ("Einwohner", "is", "1234.5", ["Öchsen"]),  # it can mean nothing else
        ("Einwohner", "from", "1.000", ["Öchsen", "Ochsenfurt", "Summe"]),
        ("Einwohner", "to", "0", ["Kalbach"]),
        ("Einwohner", "empty", "", ["flieden"]),
        ("Einwohner", "is", "viele", []),
        ("Stand", "from", "2024-01-01", ["Neuhof", "Kalbach", "Eichenzell"]),
        ("Stand", "from", "01.01.2024", ["Neuhof", "Kalbach", "Eichenzell"]),
        ("Stand", "is", "2024", ["Neuhof", "Kalbach", "Eichenzell"]),
        ("Stand", "to", "2023", ["Öchsen", "flieden"]),
        ("Stand", "filled", "", ["Öchsen", "Neuhof", "flieden", "Kalbach", "Eichenzell"]),
        ("Messung", "is", "01.02.2024", ["Öchsen", "Neuhof", "Eichenzell"]),
        ("Messung", "to", "01.02.2024", ["Öchsen", "Neuhof", "Eichenzell"]),
        ("Messung", "from", "2024-02-02", ["flieden", "Ochsenfurt"]),
        ("Messung", "from", "bald", []),
        ("Ort", "from", "o", ["Öchsen", "Ochsenfurt", "Summe"]),
        ("gibt es nicht", "is", "x", ["Öchsen", "Neuhof", "flieden", "Kalbach", "Ochsenfurt", "Eichenzell", "Summe"]),
    ],
)
def test_filters(rows: Rows, column: str, comparison: Comparison, value: str, expected: list[str]) -> None:
    assert places(rows, Filter(column, comparison, value)) == expected


def test_all_filters_hold(rows: Rows) -> None:
    both = Filter("Einwohner", "from", "100"), Filter("Ort", "contains", "o")
    assert places(rows, *both) == ["Öchsen", "Neuhof", "Ochsenfurt"]


@pytest.mark.parametrize(
    ("sort", "descending", "expected"),
    [
        ("Ort", False, ["Eichenzell", "flieden", "Kalbach", "Neuhof", "Öchsen", "Ochsenfurt", "Summe"]),
        ("Einwohner", False, ["Kalbach", "Eichenzell", "Neuhof", "Ochsenfurt", "Öchsen", "Summe", "flieden"]),
        ("Einwohner", True, ["Summe", "Öchsen", "Ochsenfurt", "Neuhof", "Eichenzell", "Kalbach", "flieden"]),
        ("Stand", False, ["flieden", "Öchsen", "Neuhof", "Eichenzell", "Kalbach", "Ochsenfurt", "Summe"]),
    ],
)
def test_sorted_by_what_is_meant_with_what_is_missing_at_the_end(
    rows: Rows, sort: str, descending: bool, expected: list[str]
) -> None:
    assert places(rows, sort=sort, descending=descending) == expected


def test_pages_number_the_rows_of_the_file(rows: Rows) -> None:
    page = rows.page(Selection(sort="Ort", page=2, size=3))
    assert (page.numbers, page.found, page.searched, page.whole) == ((2, 1, 5), 7, 7, True)
    assert rows.page(Selection(page=10**9, size=-4)).rows == ()
    assert len(rows.page(Selection(size=10**9)).rows) == 7 <= MAX_PAGE


def test_cells_leave_out_rows_that_sum_up_others(rows: Rows) -> None:
    cells = rows.cells(["Einwohner", "Ort"], (), 3)
    assert (cells.rows[0], len(cells.rows), cells.found) == (("1.234,5", "Öchsen"), 3, 6)


def test_a_question_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    table = read_table(b"a;b\n" + b"".join(b"%d;x%d\n" % (n, n) for n in range(30_000)))
    kept = write_file(tmp_path / "rows.db", table)
    with Rows.opened(tmp_path / "rows.db", table, kept) as opened:
        late = opened.page(Selection((Filter("b", "contains", "x"),)), seconds=-1.0)
        assert (late.late, late.rows) == (True, ())
        assert opened.cells(["a"], (), 10, seconds=-1.0).late
        for wish in (Selection((Filter("b", "contains", "x"),)), Selection(sort="b")):
            with pytest.raises(sqlite3.OperationalError):
                next(opened.every(wish, seconds=-1.0))
            assert sum(1 for _ in opened.every(wish)) == 30_000
        assert opened.page(Selection((Filter("b", "is", "x29999"),))).found == 1


def test_a_table_of_very_many_columns_keeps_the_first(tmp_path: Path) -> None:
    header = ";".join(f"c{n}" for n in range(1_500))
    table = read_table(
        f"{header}\n{';'.join('1' for _ in range(1_500))}\n{';'.join('2' for _ in range(1_500))}\n".encode()
    )
    kept = write_file(tmp_path / "rows.db", table)
    with Rows.opened(tmp_path / "rows.db", table, kept) as opened:
        page = opened.page(Selection((Filter("c1400", "is", "2"),), sort="c0", descending=True))
        assert (len(page.rows[0]), page.rows[0][0]) == (MAX_COLUMNS, "2")


def test_threads_take_turns_at_all_rows(tmp_path: Path) -> None:
    table = read_table(b"a;b\n" + b"".join(b"%d;x%d\n" % (n, n) for n in range(3_000)))
    kept = write_file(tmp_path / "rows.db", table)
    wish = Selection((Filter("b", "contains", "x"),), sort="a", descending=True)

    def begun(path: Path | None) -> Generator[tuple[str, ...]]:
        with Rows.opened(path, table, kept) as opened:
            yield from opened.every(wish)

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as other:
        for path in (tmp_path / "rows.db", None):
            rows = begun(path)
            seen = [thread.submit(next, rows).result() for _ in range(1_000) for thread in (one, other)]
            assert seen == [(str(n), f"x{n}") for n in range(2_999, 999, -1)]
            one.submit(rows.close).result()


@given(st.text(max_size=30), st.text(max_size=10), st.sampled_from(["is", "contains", "from", "to", "empty", "filled"]))
def test_no_value_breaks_a_question(column: str, value: str, comparison: Comparison) -> None:
    table = read_table(CSV.encode())
    with Rows.opened(None, table, 0) as opened:
        for name in (column, *table.names):
            opened.page(Selection((Filter(name, comparison, value),), sort=name))


def test_folding_is_that_of_german_lists() -> None:
    assert sorted(["Zoo", "ähnlich", "Ast", "Äther", "Straße", "Strasse"], key=fold) == [
        "ähnlich",
        "Ast",
        "Äther",
        "Straße",
        "Strasse",
        "Zoo",
    ]
    assert fold(" GROSS ") == fold("groß") == "gross"
