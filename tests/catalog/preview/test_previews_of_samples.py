"""Every file that real servers sent has a correct preview: encoding, delimiter, header row, column types, chart, features."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import orjson
import pytest

from catalog.preview import Preview, contents
from catalog.preview.assembly import Assembled, assembled
from harvesters.persons import private_lists
from schemas.tables import profile
from schemas.tables.types import find_columns

pytestmark = pytest.mark.samples


class Expected(NamedTuple):
    """What a file's preview says. ``header`` counts records from 0; ``types`` are those of the columns, in short."""

    encoding: str
    delimiter: str
    header: int
    rows: int
    types: str
    chart: str
    features: int = 0


# b boolean, c category, d date, D datetime, e empty, E easting, i integer, k key, l latitude, L longitude, n number,
# N northing, t text, u url, w wkt. The types were compared with the files by eye.
SHORT = {
    "boolean": "b",
    "category": "c",
    "date": "d",
    "datetime": "D",
    "easting": "E",
    "empty": "e",
    "integer": "i",
    "key": "k",
    "latitude": "l",
    "longitude": "L",
    "northing": "N",
    "number": "n",
    "text": "t",
    "url": "u",
    "wkt": "w",
    "year": "y",
}
EXPECTED = {
    "files/bb_parkhaus.xlsx": Expected("", "", 0, 26, "kttccLluteicbbbibbtbttttttuetitceeeeb", "map", 26),
    "files/bielefeld_parken.csv": Expected("utf-8", ";", 0, 853, "wttctinnbctccubbtccticc", "map", 853),
    "files/bietigheim_parken.csv": Expected("cp1252", ";", 0, 14, "tciiD", "bar", 0),
    "files/dutch_addresses_shape_28992.zip": Expected("utf-8", "", -1, 2481, "tticctt", "map", 2481),
    "files/esslingen_parken.geojson": Expected("utf-8", "", -1, 250, "kciccctcccdn", "map", 244),
    "files/foggia_pubblicazioni_2024.csv": Expected("utf-8", ";", 0, 438, "kddddii", "histogram", 0),
    "files/friedrichshafen_parkstreifen.csv": Expected("utf-8", ";", 0, 1697, "keccctctcccwn", "map", 1697),
    "files/giessen_bundestagswahl_2009.csv": Expected(
        "utf-8", ";", 2, 67, "ktiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii", "histogram", 0
    ),
    "files/giessen_landtagswahl_2013.csv": Expected(
        "utf-8", ";", 2, 75, "ktiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiiii", "histogram", 0
    ),
    "files/gtfs_cairns.zip": Expected("utf-8", "", -1, 416, "ketenneeie", "map", 470),
    "files/hessen_badeseen_hlug.json": Expected("utf-8", "", -1, 65, "tulLtDDtctttttinnnctctttt", "map", 65),
    "files/huefner_parkhaeuser.xlsx": Expected("", "", 0, 40, "ktccLltciiiiibbbebctcttteetc", "map", 39),
    "files/jena_parken.geojson": Expected("utf-8", "", -1, 103, "kkctt", "map", 103),
    "files/keltern_parkplaetze.xlsx": Expected("", "", 0, 175, "ttccLlccdteiccccccccLliieecibbcckii", "map", 175),
    "files/mcloud_excel_metadata.xlsx": Expected("", "", 0, 3, "ttttttuutuueeeeecttttttitutuueet", "table", 0),
    "files/muenster_klimadaten.csv": Expected("utf-8", ";", 0, 1490, "ccitdnc", "table", 0),
    "files/muenster_ladesaeulen.csv": Expected("utf-8", ";", 0, 166, "tttckccclLdncicntcntcitcie", "map", 166),
    "files/muenster_mobilitaet.csv": Expected(
        "utf-8", ";", 0, 54, "ktnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnniiiiiiiiiiiiiii", "histogram", 0
    ),
    "files/muenster_park_and_ride.geojson": Expected("utf-8", "", -1, 16, "tkt", "map", 16),
    "files/muenster_schulen.csv": Expected("utf-8", ";", 0, 100, "ENktuc", "map", 100),
    "files/radvis_bw_fahrradabstellanlagen.geojson": Expected(
        "utf-8", "", -1, 3020, "kttccciiicctcbiiittc", "map", 3020
    ),
    "files/reutlingen_behindertenparkplaetze.csv": Expected("utf-8", ";", 0, 44, "ktw", "map", 44),
    "files/reutlingen_parkflaechen.csv": Expected("utf-8", ",", 0, 114, "kticw", "map", 114),
    "geo/wfs_hamburg_parkhaeuser_featurecollection.xml": Expected(
        "utf-8", "", -1, 125, "ktcttticbccttiiciiicD", "map", 124
    ),
    "geo/wfs_karlsruhe_parkhaeuser.json": Expected(
        "utf-8", "", -1, 90, "kcttiicccucccccccnttkcctttuttkcctcutDD", "map", 90
    ),
}


def preview_of(path: Path) -> Assembled:
    found = contents.read(path.read_bytes(), path.name, whole=True)
    return assembled(found, Preview("key", "https://example.org/file", "making"), allowed=True)


@pytest.mark.parametrize("name", EXPECTED)
def test_preview_of_a_real_file(name: str, samples: Path) -> None:
    expected = EXPECTED[name]
    made = preview_of(samples / name)
    preview = made.preview
    assert preview.state == "ready"
    assert preview.table is not None
    assert preview.profile is not None
    table = preview.table
    # Whatever a column is called: none is of private persons; nor are its first rows alone, of which less is known.
    assert private_lists.listed(table, preview.profile) == ((), False)
    for count in (1, 2):
        few = replace(
            table, columns=find_columns(table.names, table.rows[:count], True), rows=table.rows[:count], sum_rows=()
        )
        assert private_lists.listed(few, profile(few)) == ((), False)
    assert (
        Expected(
            table.encoding,
            table.delimiter,
            table.header_row,
            table.total_rows,
            "".join(SHORT[column.type] for column in preview.profile.columns),
            preview.chart["kind"],
            preview.geometry.shown if preview.geometry else 0,
        )
        == expected
    )
    assert preview.kind == ("map" if expected.features else "table")
    if made.drawn is not None:
        features = orjson.loads(made.drawn.geojson)["features"]
        assert len(features) == expected.features
        for feature in features:
            # Each feature of the table finds its row.
            assert feature["properties"].get("row", 0) < table.total_rows


def test_every_file_has_its_line(samples: Path) -> None:
    tables = {f"files/{path.name}" for path in (samples / "files").iterdir()}
    tables |= {f"geo/{path.name}" for path in (samples / "geo").iterdir() if "parkhaeuser" in path.name}
    assert tables - set(EXPECTED) == {"files/table.ods"}


def test_a_sheet_without_a_table_says_so(samples: Path) -> None:
    made = preview_of(samples / "files" / "table.ods")
    assert (made.preview.state, made.preview.reason and made.preview.reason.code) == ("none", "no-table")


def test_features_lie_where_they_belong(samples: Path) -> None:
    places = {
        "files/dutch_addresses_shape_28992.zip": (5.6, 52.0, 5.9, 52.2),  # Rijksdriehoek, by PROJ
        "files/muenster_schulen.csv": (7.47, 51.84, 7.78, 52.06),  # Gauß-Krüger in X and Y
        "files/esslingen_parken.geojson": (9.3, 48.7, 9.4, 48.8),  # UTM, not named
        "files/gtfs_cairns.zip": (145.6, -17.2, 145.8, -16.7),
        "geo/wfs_hamburg_parkhaeuser_featurecollection.xml": (9.5, 53.1, 10.8, 53.9),
    }
    for name, (west, south, east, north) in places.items():
        geometry = preview_of(samples / name).preview.geometry
        assert geometry is not None, name
        assert west <= geometry.box.west <= geometry.box.east <= east, name
        assert south <= geometry.box.south <= geometry.box.north <= north, name


def test_every_other_payload_has_a_preview_or_a_reason(samples: Path) -> None:
    seen = 0
    for path in sorted(samples.glob("*/*")):
        if path.is_file():
            seen += 1
            preview = preview_of(path).preview
            assert preview.state == "ready" or preview.reason is not None, path.name
    assert seen > 100


def test_persons_of_a_real_service_are_withheld(samples: Path) -> None:
    path = samples / "geo" / "wfs_karlsruhe_parkhaeuser.json"
    found = contents.read(path.read_bytes(), path.name, whole=True)
    preview = assembled(found, Preview("key", "a", "making"), allowed=False).preview
    assert preview.table is not None
    assert {hint.column for hint in preview.withheld} >= {"parkhaus_telefon", "betreiber_email"}
    assert not {hint.column for hint in preview.withheld} & set(preview.table.names)
    assert "column-withheld" in [note.code for note in preview.notes]
