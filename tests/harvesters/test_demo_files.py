"""The demo's files: all can be read by other programs than ours, and lie where they say."""

import csv
import io
import itertools
import json
import re
import struct
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from defusedxml import ElementTree
from python_calamine import load_workbook

from harvesters.regions import demo_files
from harvesters.regions.demo_systems import Systems
from tests.harvesters.demo_content import (
    DEMO,
    FILES,
    SERVERS,
    address,
    content,
)


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".csv")])
def test_every_csv_decodes_and_is_rectangular(path: str) -> None:
    raw = content(path)
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("cp1252")
    assert "�" not in text
    assert "Ã" not in text
    rows = list(csv.reader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))
    assert len(rows) > 2
    assert {len(row) for row in rows} == {len(rows[0])}
    assert len(set(rows[0])) == len(rows[0])


def test_both_charsets_of_german_offices_are_there() -> None:
    def utf8(path: str) -> bool:
        try:
            content(path).decode("utf-8")
        except UnicodeDecodeError:
            return False
        return True

    assert Counter(utf8(path) for path in FILES if path.endswith(".csv"))[False] == 6


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith((".xlsx", ".ods"))])
def test_every_spreadsheet_opens_with_its_types(path: str) -> None:
    raw = content(path)
    rows = load_workbook(io.BytesIO(raw)).get_sheet_by_index(0).to_python()
    first = 2 if path.endswith(".xlsx") else 0
    assert all(isinstance(cell, str) and cell for cell in rows[first])
    kinds = {type(cell) for row in rows[first + 1 :] for cell in row}
    assert str in kinds
    assert kinds & {int, float, date}
    if path.endswith(".xlsx"):
        book = openpyxl.load_workbook(io.BytesIO(raw))
        assert "Beispieldaten" in str(book.properties.title)
        assert book.worksheets[0]["A1"].value == book.properties.title
        assert [str(area) for area in book.worksheets[0].merged_cells.ranges] == [
            f"A1:{'ABCDEFGHIJ'[len(rows[first]) - 1]}1"
        ]
    else:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            assert archive.infolist()[0].filename == "mimetype"
            assert archive.infolist()[0].compress_type == zipfile.ZIP_STORED
            assert b"Beispieldaten" in archive.read("meta.xml")


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".ics")])
def test_every_calendar_is_well_formed(path: str) -> None:
    raw = content(path)
    assert raw.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    lines = raw.decode().replace("\r\n ", "").split("\r\n")
    count = Counter(line.partition(":")[0].partition(";")[0] for line in lines)
    events = lines.count("BEGIN:VEVENT")
    assert events > 5
    assert (
        count["DTEND"] == count["SUMMARY"] == count["UID"] == count["LOCATION"] == lines.count("END:VEVENT") == events
    )
    assert len({line for line in lines if line.startswith("UID:")}) == events
    assert any(line.startswith("X-WR-CALNAME:") and "Beispieldaten" in line for line in lines)


def test_a_collection_never_falls_on_a_holiday_or_a_weekend() -> None:
    rows = csv.DictReader(
        io.StringIO(content("web-eichenzell/fileadmin/abfall/abfuhrtermine-2027.csv").decode("cp1252")), delimiter=";"
    )
    days = [row["Datum"] for row in rows]
    assert len(days) > 500
    assert not {"01.01.2027", "26.03.2027", "29.03.2027", "17.05.2027", "27.05.2027"} & set(days)
    assert all(day.endswith("2027") for day in days)


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".pdf")])
def test_every_pdf_points_at_its_objects(path: str) -> None:
    raw = content(path)
    start = int(raw.rsplit(b"startxref\n", 1)[1].split()[0])
    table = raw[start:].split(b"\n")
    assert table[0] == b"xref"
    places = [int(line.split()[0]) for line in table[3 : 3 + int(table[1].split()[1]) - 1]]
    for number, place in enumerate(places, 1):
        assert raw[place:].startswith(b"%d 0 obj" % number)
    [length] = re.findall(rb"/Length (\d+) >>\nstream\n", raw)
    stream = raw.split(b"stream\n", 1)[1][: int(length)]
    assert stream.endswith(b"ET")
    assert "Beispieldaten, keine amtlichen Angaben".encode("cp1252") in stream
    assert "Erträge insgesamt".encode("cp1252") in stream


# South-west and north-east corners (longitude, latitude) within which each municipality lies.
BOUNDS = {
    "neuhof": (9.45, 50.42, 9.70, 50.53),
    "flieden": (9.50, 50.37, 9.63, 50.45),
    "kalbach": (9.64, 50.35, 9.78, 50.45),
    "eichenzell": (9.64, 50.42, 9.79, 50.53),
}


def bounds_of(path: str) -> tuple[float, float, float, float]:
    return next(corners for name, corners in BOUNDS.items() if name in path.partition("/")[0])


def flat(places: Any) -> list[tuple[float, float]]:
    return [(places[0], places[1])] if isinstance(places[0], float) else [p for part in places for p in flat(part)]


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".geojson")])
def test_every_map_lies_in_its_municipality(path: str) -> None:
    collection = json.loads(content(path))
    assert "Beispieldaten" in collection["name"]
    west, south, east, north = bounds_of(path)
    for feature in collection["features"]:
        for x, y in flat(feature["geometry"]["coordinates"]):
            assert west < x < east
            assert south < y < north
        if feature["geometry"]["type"] == "Polygon":
            ring = feature["geometry"]["coordinates"][0]
            assert ring[0] == ring[-1]
            assert turn(ring) > 0, "RFC 7946, 3.1.6: outer rings turn to the left"


def turn(ring: list[list[float]]) -> float:
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in itertools.pairwise(ring))


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".kml")])
def test_every_kml_holds_all_features_of_its_source(path: str) -> None:
    root = ElementTree.fromstring(content(path))
    space = "{http://www.opengis.net/kml/2.2}"
    marks = list(root.iter(f"{space}Placemark"))
    features = json.loads((SERVERS / demo_files.FILES[path].source).read_bytes())["features"]
    assert len(marks) == len(features)
    assert "Beispieldaten" in str(root.findtext(f"{space}Document/{space}name"))
    west, south, east, north = bounds_of(path)
    for places in root.iter(f"{space}coordinates"):
        for place in str(places.text).split():
            x, y = (float(part) for part in place.split(","))
            assert west < x < east
            assert south < y < north


@pytest.mark.parametrize("path", [path for path in FILES if path.endswith(".zip")])
def test_every_shapefile_is_consistent(path: str) -> None:
    features = json.loads((SERVERS / demo_files.FILES[path].source).read_bytes())["features"]
    with zipfile.ZipFile(io.BytesIO(content(path))) as archive:
        parts = {Path(name).suffix: archive.read(name) for name in archive.namelist()}
    assert set(parts) == {".shp", ".shx", ".dbf", ".prj", ".cpg"}
    shp, shx, dbf = parts[".shp"], parts[".shx"], parts[".dbf"]
    for part in (shp, shx):
        code, words = struct.unpack(">i20xi", part[:28])
        assert (code, words * 2) == (9994, len(part))
    assert (len(shx) - 100) // 8 == len(features)
    kind = struct.unpack("<i", shp[32:36])[0]
    for number, feature in enumerate(features, 1):
        place, words = struct.unpack(">2i", shx[92 + 8 * number : 100 + 8 * number])
        head = struct.unpack(">2i", shp[place * 2 : place * 2 + 8])
        shape = shp[place * 2 + 8 : place * 2 + 8 + words * 2]
        assert head == (number, words)
        assert struct.unpack("<i", shape[:4])[0] == kind == {"Point": 1, "Polygon": 5}[feature["geometry"]["type"]]
        if kind == 5:
            points = struct.unpack(f"<{(len(shape) - 48) // 8}d", shape[48:])
            ring = [[x, y] for x, y in zip(points[::2], points[1::2], strict=True)]
            assert ring == feature["geometry"]["coordinates"][0][::-1]
            assert turn(ring) < 0
    rows, head_size, row_size = struct.unpack("<IHH", dbf[4:12])
    assert (rows, len(dbf)) == (len(features), head_size + rows * row_size + 1)
    columns = [dbf[at : at + 11].rstrip(b"\0").decode() for at in range(32, head_size - 1, 32)]
    assert columns == [name[:10] for name in features[0]["properties"]]
    first = dbf[head_size + 1 : head_size + row_size].decode()
    assert all(str(value) in first for value in features[0]["properties"].values())


def test_the_same_folder_gives_the_same_files() -> None:
    other = Systems(DEMO)
    assert all(other.answer(address(path)).body == content(path) for path in FILES)


def test_levels_are_plausible() -> None:
    for path, first in (
        ("ckan-neuhof/files/pegel-fliede-neuhof.csv", "01.10.2026 00:00"),
        ("dcat-flieden/files/pegel.csv", "2026-10-01T00:00"),
    ):
        header, *rows = [re.split("[;,]", line) for line in content(path).decode().splitlines()]
        assert header == ["Datum", "Wasserstand_cm"]
        assert rows[0][0] == first
        assert len(rows) == 31 * 24
        assert all(10 < int(level) < 250 for _, level in rows)
