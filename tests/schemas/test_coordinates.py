"""Degrees and points as people write them; what only looks like one is none."""

from __future__ import annotations

import struct

import pytest

from schemas.tables import Table, coordinates, read_table
from schemas.tables.types import number_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("50°33'00\"N", 50.55),
        ("N 50° 33' 00,0\"", 50.55),
        ("50° 33.5'", 50.558333),
        ("9°40′30″ O", 9.675),
        ("9°40'W", -9.666667),
        ("50.55°", 50.0),
        ("20 °C", None),
        ("50,55", None),
        ("N 50°N", None),
    ],
)
def test_degrees(text: str, value: float | None) -> None:
    if text == "50.55°":  # decimal degrees have no minutes: the number itself is read elsewhere
        assert coordinates.degrees(text) is None
    else:
        assert coordinates.degrees(text) == (pytest.approx(value, abs=1e-6) if value is not None else None)


@pytest.mark.parametrize(
    "text",
    [
        "50.55, 9.67",
        "50.55,9.67",
        "50,55; 9,67",
        "9.67 50.55",
        "(50.55, 9.67)",
        "N 50.55 E 9.67",
        "50.55° N, 9.67° O",
        "50.55/9.67",
    ],
)
def test_both_coordinates_in_one_cell(text: str) -> None:
    assert coordinates.point(text) == {"type": "Point", "coordinates": [9.67, 50.55]}


@pytest.mark.parametrize(
    "text", ["50, 9", "50,9", "12.5, 9.67", "50.55", "50,55,9,67", "50.55 - 9.67", "1.5.2026", "50.55, 9.67, 3", ""]
)
def test_other_cells_are_no_points(text: str) -> None:
    assert coordinates.point(text) is None


def test_well_known_binary_in_digits() -> None:
    place = struct.pack("<dd", 9.67, 50.55).hex()
    point = {"type": "Point", "coordinates": (9.67, 50.55)}
    assert coordinates.extended_wkb(f"0101000020E6100000{place.upper()}") == (point, "EPSG:4326")
    assert coordinates.extended_wkb(f"0101000000{place}") == (point, "")
    for text in ("0101000000", f"0109000000{place}", "01010000zz" + place, "06631018"):
        assert coordinates.extended_wkb(text) is None


def places(header: str, row: str) -> tuple[list[str], list[float | None]]:
    table: Table = read_table("\n".join([header, *(row.format(n=n) for n in range(10, 16))]).encode())
    cells = zip(table.columns, table.rows[0], strict=True)
    return [column.type for column in table.columns], [number_of(column, cell) for column, cell in cells]


def test_columns_of_coordinates_in_other_writings() -> None:
    assert places("Ort;X;Y", "Sirene {n};32 5480{n};5 6010{n}") == (
        ["text", "easting", "northing"],
        [None, 32548010.0, 5601010.0],
    )
    kinds, numbers = places("Ort;Lat;Lon", "Sirene {n};50°33'{n}\"N;9°40'{n}\"E")
    assert kinds == ["text", "latitude", "longitude"]
    assert numbers[1:] == [pytest.approx(50.552778, abs=1e-6), pytest.approx(9.669444, abs=1e-6)]
    assert places("Name;Telefon", "Amt {n};06655 1234{n}")[0] == ["text", "text"]
