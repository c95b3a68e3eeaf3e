"""How many rows a file has of which only the beginning was read: an estimate by its size, else at least so many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from catalog.preview.counting import counted, rounded
from catalog.preview.model import Source
from schemas.tables import Table, read_table

TABLE = read_table(b"a;b\n" + b"1;2\n" * 463, "x.csv")


def source(size: int | None, read: int, whole: bool = False) -> Source:
    return Source("x.csv", "", "csv", "", "", 200, size, read, whole, "", "", "", "", "")


def told(table: Table) -> list[str]:
    return [each.de for each in table.notes if each.code.startswith("rows-cut")]


def test_the_rest_is_told_by_the_size_of_the_file() -> None:
    found = counted(TABLE, source(64_700, 50_000))
    assert (found.total_rows, found.counted, found.complete) == (599, "about", False)
    assert told(found) == ["Gelesen wurden die ersten 463 von etwa 599 Zeilen."]
    large = counted(replace(TABLE, total_rows=463_991, counted="about"), source(64_700_000, 50_000_000))
    assert large.total_rows == 600_000, "what is estimated is not told to the last digit"


@pytest.mark.parametrize("size", [None, 40_000])
def test_without_a_size_there_are_at_least_those_that_were_read(size: int | None) -> None:
    found = counted(TABLE, source(size, 50_000))
    assert (found.total_rows, found.counted, found.complete) == (463, "least", False)
    assert told(found) == []
    more = counted(replace(TABLE, total_rows=470), source(size, 50_000))
    assert told(more) == ["Gelesen wurden die ersten 463 von mindestens 470 Zeilen."]


def test_the_rows_of_a_whole_file_are_counted() -> None:
    assert counted(TABLE, source(1_852, 1_852, whole=True)) == TABLE
    assert counted(TABLE, None) == TABLE
    assert (TABLE.total_rows, TABLE.counted) == (463, "all")
    head = read_table(b"a;b\n" + b"1;2\n" * 80_000, "x.csv", max_rows=100)
    assert head.counted == "about"


@pytest.mark.parametrize(("number", "expected"), [(0, 0), (7.4, 7), (999, 999), (1234, 1230), (600_395.2, 600_000)])
def test_an_estimate_has_three_digits(number: float, expected: int) -> None:
    assert rounded(number) == expected
