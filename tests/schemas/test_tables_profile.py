"""Figures of a table: statistics, period, place, hints on persons' data."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

import pytest

from schemas.tables import BoundingBox, Profile, profile, read_table
from schemas.tables.persons import find_hints


def figures(text: str) -> Profile:
    return profile(read_table(text.encode(), "x.csv"))


def test_statistics_of_a_number_column() -> None:
    found = figures("Ort;Pegel (cm)\nA;1.120,5\nB;80\nC;k. A.\nD;80\nE;100,5\n").columns[1]
    assert (found.type, found.unit, found.decimal) == ("number", "cm", ",")
    assert (found.count, found.missing, found.distinct) == (5, 1, 3)
    assert (found.minimum, found.maximum) == (80.0, 1120.5)
    assert found.mean == pytest.approx(345.25)
    assert found.top[0] == ("80", 2)
    assert found.samples == ("1.120,5", "80", "100,5")


def test_statistics_of_dates_are_iso_dates() -> None:
    found = figures("Datum;Wert\n01.12.2025;1\n28.02.2026;2\n03.01.2026;5\n")
    assert (found.columns[0].minimum, found.columns[0].maximum) == ("2025-12-01", "2026-02-28")
    assert found.period is not None
    assert found.period == (date(2025, 12, 1), date(2026, 2, 28), ("Datum",))


def test_duplicate_rows_are_counted() -> None:
    assert figures("a;b\n1;2\n1;2\n3;4\n1;2\n").duplicate_rows == 2


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Jahr;n\n2019;4\n2021;7\n", date(2019, 1, 1), date(2021, 12, 31)),
        ("Monat;n\n2025-01;4\n2025-02;7\n", date(2025, 1, 1), date(2025, 2, 28)),
        ("Quartal;n\n2025-Q1;4\n2025-Q3;7\n", date(2025, 1, 1), date(2025, 9, 30)),
        ("Schuljahr;n\n2022/23;4\n2023/24;7\n", date(2022, 1, 1), date(2024, 12, 31)),
        ("Zeit;n\n1990;4\n2002/2003;7\n2020-12;3\n", date(1990, 1, 1), date(2020, 12, 31)),
        ("Ort;2019;2020;2021\nNeuhof;4;5;6\nFlieden;7;8;9\n", date(2019, 1, 1), date(2021, 12, 31)),
        ("Ort;Einwohner_2024;Einwohner (2026)\nA;4;5\nB;7;8\n", date(2024, 1, 1), date(2026, 12, 31)),
        ("Datum;Baujahr\n01.02.2026;1890\n02.02.2026;1955\n", date(2026, 2, 1), date(2026, 2, 2)),
        ("Datum;n\n01.01.1900;1\n01.02.2026;2\n31.12.2026;3\n", date(2026, 2, 1), date(2026, 12, 31)),
    ],
    ids=[
        "years",
        "months",
        "quarters",
        "school years",
        "mixed",
        "years as names",
        "years in names",
        "biography left out",
        "sentinel",
    ],
)
def test_period(text: str, start: date, end: date) -> None:
    found = figures(text).period
    assert found is not None
    assert (found.start, found.end) == (start, end)


def test_no_period_without_times() -> None:
    assert figures("Name;Baujahr\nAlte Schule;1890\nRathaus;1955\n").period is None


def test_place_from_degrees_ignores_zeros() -> None:
    rows = "".join(f"H{n};50,4{n:02d};9,6{n:02d}\n" for n in range(40))
    found = figures(f"Name;Breitengrad;Längengrad\n{rows}H40;0;0\n")
    assert found.box == BoundingBox(9.6, 50.4, 9.639, 50.439)


def test_place_from_utm_metres() -> None:
    for easting in ("681721,524", "32681721,524"):
        found = figures(f"Name;Ostwert;Nordwert\nA;{easting};5645057,655\nB;{easting};5645057,655\n")
        assert found.box == BoundingBox(11.585954, 50.928492, 11.585954, 50.928492)


def test_place_from_wkt() -> None:
    found = figures("Name;geom\nA;POINT (9.6 50.4)\nB;LINESTRING (9.5 50.3, 9.7 50.5)\nC;POINT EMPTY\n")
    assert found.box == BoundingBox(9.5, 50.3, 9.7, 50.5)
    projected = figures("Name;geom\nA;SRID=25832;POINT (681721.524 5645057.655)\n".replace("SRID=25832;", ""))
    assert projected.box == BoundingBox(11.585954, 50.928492, 11.585954, 50.928492)
    assert [note.code for note in projected.notes] == ["crs-assumed"]


def test_personal_data_is_hinted_and_not_shown() -> None:
    found = figures(
        "Verein;Ansprechpartner;Telefon;Konto\n"
        "TSV;erika.muster@example.org;0661 123456;DE02120300000000202051\n"
        "SV;rathaus@example.org;+49 661 98765;DE02120300000000202052\n"
    )
    assert {(hint.column, hint.kind, hint.cells) for hint in found.personal} == {
        ("Ansprechpartner", "e-mail", 1),
        ("Telefon", "telephone", 2),
        ("Konto", "iban", 1),  # the other one fails its check digits
    }
    assert all(column.top == () and column.samples == () for column in found.columns[1:])
    assert found.columns[0].samples == ("TSV", "SV")
    assert "erika" not in "".join(note.de + note.en for note in found.notes)


def test_F75_personal_data_is_hinted_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["schemas.tables.profile"], "MAX_CELLS", 1_000)  # the name is the function's
    rows = [f"Verein {n};;{n};https://verein{n}.example.org;{n + 0.5}" for n in range(6_000)]
    rows[5_500] = "Verein 5500;erika.muster@example.org;5500;max.muster@example.org;rosa.muster@example.org"
    long = "x" * 3_000
    rows[200] = f"{long} ida.muster@example.org;;200;https://verein.example.org/@ort;5"
    found = figures("Verein;Mail;Nummer;Web;Wert\n" + "\n".join(rows) + "\n")
    assert found.profiled_rows == 200
    assert [column.type for column in found.columns] == ["text", "empty", "key", "url", "number"]
    assert [(hint.column, hint.kind, hint.cells) for hint in found.personal] == [
        ("Verein", "e-mail", 1),
        ("Mail", "e-mail", 1),
        ("Web", "e-mail", 1),
        ("Wert", "e-mail", 1),
    ]
    assert not found.columns[0].top
    assert not found.columns[0].samples


def test_codes_and_dates_are_no_telephone_numbers() -> None:
    for value in ("06631018", "066310018018", "01.02.2026", "0123456789", "2026-02-01", "DE-36119"):
        assert find_hints("Wert", {value: 1}) == []
    assert find_hints("Telefon", {"0661123456": 1})[0].kind == "telephone"


def test_a_very_wide_table_is_profiled_in_part_and_says_so() -> None:
    header = ";".join(f"Wert {number}" for number in range(600))
    found = figures(f"{header}\n" + "\n".join(";".join(["1"] * 600) for _ in range(3)))
    assert found.columns[499].mean == 1
    assert found.columns[500].mean is None
    assert "profile-columns-cut" in [note.code for note in found.notes]


def test_pandas_is_not_imported_before_it_is_needed() -> None:
    code = "import sys, schemas.tables as t; t.read_table(b'a;b\\n1;2\\n'); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_numbers_that_stand_for_none_are_missing_and_it_is_said() -> None:
    found = figures(
        "Zeit;W (cm)\n" + "".join(f"{n:02d}.01.2026;{-777 if n % 4 == 0 else 100 + n}\n" for n in range(1, 13))
    )
    level = found.columns[1]
    assert (level.gap, level.minimum, level.maximum, level.missing, level.distinct) == (-777.0, 101.0, 111.0, 3, 9)
    assert [note.de for note in found.notes if note.code == "gap-values"] == [
        "Spalte „W (cm)“: -777 steht für fehlende Werte und wird nicht mitgerechnet. Zellen: 3."
    ]
