"""Every table that real servers sent: counts, encoding and delimiter as their README gives them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from schemas.tables import BoundingBox, decode, describe_file, profile, read_table

SAMPLES = Path(os.environ.get("ALLMENDE_SAMPLES", Path(__file__).parents[2].parent / "shared" / "samples"))
FILES = SAMPLES / "files"
pytestmark = [
    pytest.mark.samples,
    pytest.mark.skipif(not FILES.is_dir(), reason="no sample files; set ALLMENDE_SAMPLES to the folder of payloads"),
]

# name: delimiter, lines of the file, columns, encoding, BOM; as in the README. Lines are header and blank rows too.
CSV = {
    "bietigheim_parken.csv": (";", 15, 5, "cp1252", False),
    "reutlingen_behindertenparkplaetze.csv": (";", 45, 3, "utf-8", True),
    "reutlingen_parkflaechen.csv": (",", 115, 5, "utf-8", False),
    "friedrichshafen_parkstreifen.csv": (";", 1698, 13, "utf-8", True),
    "bielefeld_parken.csv": (";", 854, 23, "utf-8", False),
    "giessen_landtagswahl_2013.csv": (";", 78, 49, "utf-8", False),
    "giessen_bundestagswahl_2009.csv": (";", 70, 37, "utf-8", False),
    "muenster_klimadaten.csv": (";", 1491, 7, "utf-8", False),
    "muenster_mobilitaet.csv": (";", 55, 48, "utf-8", False),
    "muenster_ladesaeulen.csv": (";", 167, 26, "utf-8", False),
    "muenster_schulen.csv": (";", 101, 6, "utf-8", False),
    "foggia_pubblicazioni_2024.csv": (";", 439, 7, "utf-8", False),
}
# Two files end each line with a delimiter: the README counts the empty column behind it, we leave it out.
EMPTY_COLUMNS = {"giessen_landtagswahl_2013.csv": 1, "giessen_bundestagswahl_2009.csv": 1}


@pytest.mark.parametrize("name", CSV)
def test_csv(name: str) -> None:
    delimiter, lines, columns, encoding, bom = CSV[name]
    data = (FILES / name).read_bytes()
    table = read_table(data, name)
    assert (table.delimiter, table.encoding, decode(data).bom) == (delimiter, encoding, bom)
    assert len(table.columns) + EMPTY_COLUMNS.get(name, 0) == columns
    assert table.total_rows + table.header_rows + table.blank_rows == lines
    assert (table.ragged_rows, table.skipped, table.complete) == (0, (), True)


def test_every_cell_is_as_delivered() -> None:
    table = read_table((FILES / "muenster_mobilitaet.csv").read_bytes())
    lines = (FILES / "muenster_mobilitaet.csv").read_text("utf-8").splitlines()
    assert [";".join(row) for row in table.rows] == lines[1:]
    assert [column.name for column in table.columns if column.name.startswith("Rad")] == [
        "Rad/100 EW",
        "Rad/Haush.",
        "Rad",
        "Rad (2)",
        "Rad (3)",
        "Rad (4)",
    ]


def test_two_header_rows_below_a_row_of_delimiters() -> None:
    table = read_table((FILES / "giessen_bundestagswahl_2009.csv").read_bytes())
    assert (table.header_row, table.header_rows) == (2, 2)
    assert [column.name for column in table.columns[:5]] == [
        "Nr",
        "Bereich",
        "Wahlb. ohne Sperrv. A1",
        "Wahlb. mit Sperrv. A2",
        "Wahlb. insges. A1+A2",
    ]
    assert table.rows[table.sum_rows[-1]][1] == "Gesamt"
    total = profile(table).columns[4]
    assert (total.type, total.maximum) == ("integer", 1245.0)


def test_nel_in_the_climate_table_does_not_break_its_rows() -> None:
    table = read_table((FILES / "muenster_klimadaten.csv").read_bytes())
    assert any("Leistung ab Jahr…" in row for row in table.rows)
    assert [column.type for column in table.columns[3:6]] == ["text", "date", "number"]


# name: sheet, rows below the header, columns. The README counts formatted empty rows in two of them.
XLSX = {
    "bb_parkhaus.xlsx": ("BB-Parkhaus", 26, 37),
    "keltern_parkplaetze.xlsx": ("MobiData_Keltern", 175, 35),
    "huefner_parkhaeuser.xlsx": ("Daten", 40, 28),
    "mcloud_excel_metadata.xlsx": ("Daten", 3, 32),
}


@pytest.mark.parametrize("name", XLSX)
def test_xlsx(name: str) -> None:
    table = read_table((FILES / name).read_bytes(), name)
    assert (table.sheet, table.total_rows, len(table.columns)) == XLSX[name]
    assert table.header_row == 0


GEOJSON = {
    "jena_parken.geojson": (103, BoundingBox(11.54862, 50.882267, 11.639826, 50.942807)),
    "esslingen_parken.geojson": (250, BoundingBox(9.304591, 48.734174, 9.315763, 48.743085)),
    "muenster_park_and_ride.geojson": (16, BoundingBox(7.52723, 51.8847, 7.65424, 52.0417)),
    "radvis_bw_fahrradabstellanlagen.geojson": (3020, BoundingBox(7.470872, 47.544238, 10.425, 49.754628)),
}


@pytest.mark.parametrize("name", GEOJSON)
def test_geojson(name: str) -> None:
    found = describe_file((FILES / name).read_bytes(), name)
    assert (found.kind, found.rows, found.box) == ("geojson", *GEOJSON[name])


def test_the_others() -> None:
    lakes = describe_file((FILES / "hessen_badeseen_hlug.json").read_bytes(), "hessen_badeseen_hlug.json")
    assert (lakes.kind, lakes.rows) == ("json", 65)
    assert lakes.box is not None
    addresses = describe_file((FILES / "dutch_addresses_shape_28992.zip").read_bytes())
    assert (addresses.kind, addresses.rows, len(addresses.columns)) == ("shp-zip", 2481, 7)
    assert [note.code for note in addresses.notes] == ["crs-unknown"]
    transit = describe_file((FILES / "gtfs_cairns.zip").read_bytes())
    assert (transit.kind, transit.file_type, len(transit.members)) == ("zip", "GTFS", 8)
    sheet = describe_file((FILES / "table.ods").read_bytes(), "table.ods")
    assert (sheet.kind, [note.code for note in sheet.notes]) == ("ods", ["no-table"])


def test_every_sample_of_every_kind_is_described() -> None:
    expected = {".html": "html", ".csv": "csv", ".xlsx": "xlsx", ".ods": "ods", ".zip": "zip"}
    seen = 0
    for path in sorted(SAMPLES.glob("*/*")):
        found = describe_file(path.read_bytes(), path.name)
        seen += 1
        assert found.kind not in ("unknown", "empty"), path.name
        if path.suffix in expected and path.parent.name != "broken":
            assert found.kind.endswith(expected[path.suffix]), path.name
    assert seen >= 100
