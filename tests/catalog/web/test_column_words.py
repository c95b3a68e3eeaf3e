"""Ends of columns are as exact as the file writes them, and all rows are called all rows."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from catalog.preview import Preview
from catalog.web.pages import column_words, file_table
from catalog.web.templates import Page
from catalog.web.texts import texts
from schemas.tables import profile, read_table


def page(language: str = "de") -> Page:
    return cast(Page, SimpleNamespace(language=language, texts=texts(language)))


def ends(text: str, language: str = "de") -> tuple[str, str]:
    """The ends of the first column of a table."""
    preview: Any = SimpleNamespace(
        profile=SimpleNamespace(columns=profile(read_table(text.encode(), "x.csv")).columns), chart=None
    )
    row = column_words.columns(page(language), cast(Preview, preview))[0]
    return row.lowest, row.highest


def table(*cells: str) -> str:
    return "Wann;Zahl\n" + "".join(f"{cell};{n}\n" for n, cell in enumerate(cells))


@pytest.mark.parametrize(
    ("cells", "german", "english"),
    [
        (("01/2025", "02/2025", "12/2025"), ("Januar 2025", "Dezember 2025"), ("January 2025", "December 2025")),
        (("2025-01", "2025-02", "2025-12"), ("Januar 2025", "Dezember 2025"), ("January 2025", "December 2025")),
        (
            ("01.02.2025", "03.02.2025", "07.02.2025"),
            ("1. Februar 2025", "7. Februar 2025"),
            ("1 February 2025", "7 February 2025"),
        ),
    ],
)
def test_ends_of_months_are_months_and_those_of_days_are_days(
    cells: tuple[str, ...], german: tuple[str, str], english: tuple[str, str]
) -> None:
    assert ends(table(*cells)) == german
    assert ends(table(*cells), "en") == english


@pytest.mark.parametrize(
    ("shown", "total", "counted", "german", "english"),
    [
        (9, 9, "all", "Sie sehen alle 9 Zeilen.", "You see all 9 rows."),
        (1, 1, "all", "Sie sehen die einzige Zeile.", "You see the only row."),
        (10, 1_008, "all", "Sie sehen 10 von 1.008 Zeilen.", "You see 10 of 1,008 rows."),
        (9, 9, "least", "Sie sehen 9 von mindestens 9 Zeilen.", "You see 9 of at least 9 rows."),
    ],
)
def test_who_sees_all_rows_is_told_so(shown: int, total: int, counted: str, german: str, english: str) -> None:
    assert str(file_table.part_shown(page(), shown, total, counted)) == german
    assert str(file_table.part_shown(page("en"), shown, total, counted)) == english
