"""Hostile and broken files end in a note or the documented error, within bounds (F45, F46, F48, F49)."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from schemas.tables import BoundingBox, TableError, describe_file, read_table
from schemas.tables.archives import MAX_MEMBERS, Archive
from schemas.tables.geometry import MAX_POINTS
from schemas.tables.jsondata import read as read_json
from schemas.tables.kinds import find_kind
from schemas.tables.positions import from_utm
from schemas.tables.table import MAX_BYTES
from tests.schemas.file_bytes import zipped

SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)

ROOT = Path(__file__).parents[2]


def workbook(sheet: bytes | None = None, extra: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """A workbook with one sheet, its XML replaced, and further members put in."""
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["Name", "Wert"])
    book.active.append(["A", 5])
    book.save(buffer)
    members = []
    with zipfile.ZipFile(buffer) as archive:
        for name in archive.namelist():
            content = archive.read(name)
            if sheet is not None and name == "xl/worksheets/sheet1.xml":
                content = sheet
            members.append((name, content))
    return zipped(*members, *extra)


def refused(data: bytes, name: str = "x.xlsx") -> str:
    """The code with which a table is refused; the description must carry the same note."""
    with pytest.raises(TableError) as caught:
        read_table(data, name)
    assert caught.value.code in [note.code for note in describe_file(data, name).notes]
    return caught.value.code


def nested() -> bytes:
    inner = zipped(("0.bin", b"\0" * 900_000))
    return zipped(*((f"{number}.zip", inner) for number in range(16)))


def overlapping() -> bytes:
    """Two entries of the directory that lead to the same bytes."""
    data = bytearray(zipped(("a.csv", b"a;b\n1;2\n" * 50), ("b.csv", b"a;b\n1;2\n" * 50), method=zipfile.ZIP_STORED))
    second = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, second + 42, 0)
    return bytes(data)


def lying() -> bytes:
    """A member that unpacks to more than its directory says."""
    data = bytearray(zipped(("big.csv", b"1;2\n" * 2_000_000)))
    entry = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, entry + 24, 1_000)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(zipped(("a.csv", b"a;b\n1;2\n")))
    data[data.rfind(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (nested, "archive-nested"),
        (overlapping, "archive-overlap"),
        (encrypted, "encrypted"),
        (lambda: zipped(("a.csv", b"0" * 20_000_000)), "archive-ratio"),
        (lambda: zipped(*((f"{n}.csv", b"1") for n in range(MAX_MEMBERS + 1))), "archive-members"),
        (lambda: zipped(("../../etc/cron.d/x", b"a;b\n1;2\n")), "archive-path"),
        (lambda: zipped(("/etc/passwd", b"a;b\n1;2\n")), "archive-path"),
        (lambda: zipped(("C:\\x.csv", b"a;b\n1;2\n")), "archive-path"),
        (zipped, "empty"),
    ],
    ids=["42.zip", "overlap", "encrypted", "ratio", "members", "slip", "absolute", "drive", "no-members"],
)
def test_F45_archives_are_refused(make: Callable[[], bytes], code: str) -> None:
    data = make()
    started = time.process_time()
    assert code in [note.code for note in describe_file(data, "x.zip").notes]
    with pytest.raises(TableError) as caught:
        read_table(data, "x.zip")
    assert caught.value.code == code
    assert time.process_time() - started < 2


def test_F45_a_directory_that_declares_too_much_is_refused() -> None:
    data = bytearray(zipped(*((f"{n}.csv", b"x" * 100) for n in range(3)), method=zipfile.ZIP_STORED))
    at = data.find(b"PK\x01\x02")
    while at >= 0:
        struct.pack_into("<I", data, at + 24, 90_000_000)
        struct.pack_into("<I", data, at + 20, 2_000_000)
        at = data.find(b"PK\x01\x02", at + 1)
    with pytest.raises(TableError) as caught:
        Archive(bytes(data))
    assert caught.value.code == "archive-too-large"


def test_F45_a_member_never_yields_more_than_it_declares() -> None:
    with pytest.raises(TableError) as caught:
        Archive(lying()).read("big.csv")
    assert caught.value.code == "unreadable"


def test_F45_a_workbook_with_two_far_cells_does_not_take_the_process_along() -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    assert refused(workbook(SHEET.format(cells).encode())) == "sheet-too-large"


@pytest.mark.parametrize(
    "cells",
    [
        '<row r="1048576"><c r="xfd1048576"><v>2</v></c></row><row><c r="A1"><v>1</v></c></row>',
        "<row r='1048576'>" + "<c><v>1</v></c>" * 3000 + "</row><row r='1'><c><v>1</v></c></row>",
        '<row r="1"><c r="A1"><v>1</v></c></row><row r="&#49;048576"><c r="&#88;FD1048576"><v>2</v></c></row>',
    ],
    ids=["small letters", "no references", "character references"],
)
def test_F45_far_cells_are_seen_however_they_are_written(cells: str) -> None:
    assert refused(workbook(SHEET.format(cells).encode())) == "sheet-too-large"
    assert refused(workbook(SHEET.format(cells).encode("utf-16"))) in ("sheet-too-large", "unreadable")


def test_F45_far_cells_in_a_sheet_under_another_name() -> None:
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    assert refused(workbook(extra=(("xl/hidden.xml", SHEET.format(cells).encode()),))) == "sheet-too-large"


def test_F45_formatted_but_empty_cells_far_below_are_no_reason_to_refuse() -> None:
    cells = '<row r="1"><c r="A1"><v>7.5</v></c><c r="B1"><v>2.5</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    assert read_table(workbook(SHEET.format(cells).encode())).rows == (("7.5", "2.5"),)


def test_F45_an_entity_in_a_sheet_is_refused() -> None:
    xml = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + SHEET.format("")
    assert refused(workbook(xml.encode())) == "doctype"
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    assert refused(workbook(f'<!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]><x>&l8;</x>'.encode())) == "doctype"


def test_F45_an_open_document_with_a_million_repeated_rows() -> None:
    table = (
        '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
        'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
        'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
        '<table:table table:name="T"><table:table-row table:number-rows-repeated="1048576">'
        '<table:table-cell office:value-type="string" table:number-columns-repeated="16384"><text:p>x</text:p>'
        "</table:table-cell></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"
    )
    manifest = b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
    data = zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", manifest),
        ("content.xml", table.encode()),
    )
    assert refused(data, "x.ods") == "sheet-too-large"


def test_F45_a_workbook_of_repeated_strings_is_bounded_in_time_and_memory() -> None:
    rows = "".join(
        f'<row r="{n}"><c r="A{n}" t="inlineStr"><is><t>{"x" * 200}</t></is></c></row>' for n in range(1, 200_001)
    )
    data = workbook(SHEET.format(rows).encode())
    code = (
        "import sys,schemas.tables as t\n"
        "from tests.memory import peak_kilobytes\n"
        "d=t.describe_file(sys.stdin.buffer.read(),'x.xlsx')\n"
        "print(d.kind, peak_kilobytes() < 500_000)"
    )
    done = subprocess.run([sys.executable, "-c", code], input=data, capture_output=True, check=True, cwd=ROOT)
    assert done.stdout.split() == [b"xlsx", b"True"]


def test_F46_quotes_that_never_close_cost_their_line_only() -> None:
    lines = ["a;b;c", *(f"{n};x;{n},5" for n in range(500))]
    lines[100] = '99;"offen;1,5'
    lines[300] = '299;"auch offen;2,5'
    table = read_table("\n".join(lines).encode())
    assert (table.total_rows, table.ragged_rows) == (500, 0)
    assert table.rows[99] == ("99", "offen", "1,5")
    assert "broken-quotes" in [note.code for note in table.notes]


def test_F46_a_quote_that_swallows_lines_until_the_next_quote() -> None:
    lines = ["a;b;c", *(f"{n};x;{n}" for n in range(50))]
    lines[10] = '9;"offen;1'
    lines[20] = '19;y;"zu"'
    table = read_table("\n".join(lines).encode())
    assert (table.total_rows, table.ragged_rows) == (50, 0)
    assert table.rows[9] == ("9", "offen", "1")
    assert table.rows[19] == ("19", "y", "zu")


@pytest.mark.parametrize(
    "data",
    [
        b"a;" * 30_000_000,
        b"a" * 50_000_000,
        b'"' * 20_000_000,
        b'a;b\n1;"x\n' + b"1;2\n" * 1_000_000,
        b"a;b\n" + b'1;"x\n' * 500_000,
        "\n".join(";".join(["7"] * 5000) for _ in range(200)).encode(),
    ],
    ids=["60 MB line of cells", "50 MB cell", "quotes only", "one open quote", "all quotes open", "5,000 columns"],
)
def test_F46_large_and_broken_text_is_bounded(data: bytes) -> None:
    started = time.process_time()
    description = describe_file(data, "x.csv")
    assert time.process_time() - started < 20  # a bound against running away, not a figure of speed
    assert description.kind == "csv"
    assert description.notes
    assert len(description.columns) <= 5000


def test_F46_more_than_5000_columns_are_cut_and_said() -> None:
    data = "\n".join(";".join(f"{row}x{n}" for n in range(5100)) for row in range(3)).encode()
    table = read_table(data)
    assert len(table.columns) == 5000
    assert "columns-cut" in [note.code for note in table.notes]


def test_F46_text_beyond_20_MB_is_cut_at_a_line_and_said() -> None:
    data = b"id;text\n" + b"".join(b"%d;%s\n" % (n, b"x" * 200) for n in range(120_000))
    assert len(data) > MAX_BYTES
    table = read_table(data)
    assert {"text-cut", "rows-cut"} <= {note.code for note in table.notes}
    assert not table.complete
    assert abs(table.total_rows - 120_000) < 50
    assert table.rows[-1][1] == "x" * 200


def geojson(*positions: tuple[float, float], crs: str = "") -> bytes:
    features = [
        {"type": "Feature", "properties": {"n": n}, "geometry": {"type": "Point", "coordinates": position}}
        for n, position in enumerate(positions)
    ]
    document: dict[str, object] = {"type": "FeatureCollection", "features": features}
    if crs:
        document["crs"] = {"type": "name", "properties": {"name": crs}}
    return json.dumps(document).encode()


def described(data: bytes) -> tuple[BoundingBox | None, list[str]]:
    description = describe_file(data, "x.geojson")
    assert description.kind == "geojson"
    return description.box, [note.code for note in description.notes]


def test_F48_utm_metres_named_or_not() -> None:
    box = BoundingBox(11.585954, 50.928492, 11.585954, 50.928492)
    point = (681721.5236, 5645057.6553)
    assert described(geojson(point, crs="urn:ogc:def:crs:EPSG::25832")) == (box, [])
    assert described(geojson(point)) == (box, ["crs-assumed"])
    assert described(geojson((32_000_000 + point[0], point[1]), crs="EPSG:4647")) == (box, [])


def test_F48_swapped_axes_are_swapped_back() -> None:
    box, codes = described(geojson((50.45, 9.61), (50.46, 9.62)))
    assert box == BoundingBox(9.61, 50.45, 9.62, 50.46)
    assert codes == ["axes-swapped"]
    box, codes = described(geojson((5645057.6553, 681721.5236), crs="EPSG:25832"))
    assert box == BoundingBox(11.585954, 50.928492, 11.585954, 50.928492)
    assert codes == ["axes-swapped"]


def test_F48_nan_is_counted_and_left_out() -> None:
    data = geojson((9.61, 50.45), (float("nan"), 50.0), (9.62, 50.46))
    box, codes = described(data)
    assert box == BoundingBox(9.61, 50.45, 9.62, 50.46)
    assert {"number-invalid", "coordinates-invalid"} <= set(codes)


def test_F48_a_slip_does_not_stretch_the_box() -> None:
    points = [(9.6 + n / 1000, 50.4) for n in range(50)]
    box, codes = described(geojson(*points, (0.0, 0.0)))
    assert box == BoundingBox(9.6, 50.4, 9.649, 50.4)
    assert codes == ["coordinates-outside"]
    box, codes = described(geojson((-3.7, 40.4), (2.3, 48.8)))
    assert codes == ["outside-germany"]


def test_F48_many_vertices_are_capped() -> None:
    ring = ",".join(f"[9.{n % 1000:03d},50.4]" for n in range(MAX_POINTS + 5000))
    data = f'{{"type":"Feature","properties":{{}},"geometry":{{"type":"Polygon","coordinates":[[{ring}]]}}}}'.encode()
    box, codes = described(data)
    assert box is not None
    assert "coordinates-cut" in codes


def test_F48_an_unknown_reference_system_gives_no_place() -> None:
    box, codes = described(geojson((549321.0, 189123.0), crs="EPSG:27700"))
    assert (box, codes) == (None, ["crs-unknown"])


def test_F48_gauss_krueger_is_turned_into_degrees() -> None:
    box, codes = described(geojson((3549321.0, 5589123.0), crs="EPSG:31467"))
    assert (box, codes) == (BoundingBox(9.693177, 50.435893, 9.693177, 50.435893), [])


GML = (
    '<?xml version="1.0"?><wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" '
    'xmlns:gml="http://www.opengis.net/gml/3.2"><gml:boundedBy><gml:Envelope srsName="{crs}">{corners}</gml:Envelope>'
    "</gml:boundedBy><wfs:member><a><gml:pos>{pos}</gml:pos></a></wfs:member></wfs:FeatureCollection>"
)


@pytest.mark.parametrize(
    ("crs", "pos", "codes"),
    [
        ("urn:ogc:def:crs:EPSG::4326", "50.45 9.61", ["axes-swapped"]),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", "9.61 50.45", []),
        ("urn:ogc:def:crs:EPSG::25832", "543307.3512 5588843.4715", []),
    ],
)
def test_F48_gml(crs: str, pos: str, codes: list[str]) -> None:
    description = describe_file(GML.format(crs=crs, pos=pos, corners="").encode())
    assert (description.kind, description.file_type, description.rows) == ("gml", "GML", 1)
    assert description.box is not None
    assert description.box.west == pytest.approx(9.61, abs=1e-4)
    assert description.box.south == pytest.approx(50.45, abs=1e-4)
    assert [note.code for note in description.notes] == codes


def test_F48_xml_with_doctype_is_refused_and_a_million_elements_are_cut() -> None:
    evil = (
        '<!DOCTYPE kml [<!ENTITY e SYSTEM "file:///etc/passwd">]><kml xmlns="http://www.opengis.net/kml/2.2">&e;</kml>'
    )
    assert [note.code for note in describe_file(evil.encode()).notes] == ["doctype"]
    many = b'<kml xmlns="http://www.opengis.net/kml/2.2">' + b"<Placemark/>" * 600_000 + b"</kml>"
    description = describe_file(many)
    assert (description.kind, [note.code for note in description.notes]) == ("kml", ["elements-cut"])
    deep = b"<a>" * 200 + b"</a>" * 200
    assert [note.code for note in describe_file(b"<?xml version='1.0'?>" + deep).notes] == ["too-deep"]


@pytest.mark.parametrize("depth", [101, 900, 2_000, 100_000])
def test_json_depth_is_limited(depth: int) -> None:
    for data in (
        b"[" * depth + b"]" * depth,
        b'{"a":' * depth + b"1" + b"}" * depth,
        b"[NaN," * depth + b"1" + b"]" * depth,
    ):
        with pytest.raises(TableError) as caught:
            read_json(data)
        assert caught.value.code == "too-deep"


def test_json_numbers_and_keys_are_limited() -> None:
    assert [note.code for note in describe_file(b'[{"a":' + b"9" * 1_000_000 + b"}]").notes] == ["unreadable"]
    table = read_table(b'[{"a":NaN,"b":1},{"a":Infinity,"b":2},{"a":1.5,"b":3}]')
    assert table.rows == (("", "1"), ("", "2"), ("1.5", "3"))
    assert "number-invalid" in [note.code for note in table.notes]
    assert read_table(b'[{"a":1,"a":2}]').rows == (("2",),)
    assert read_table(b'[{"a":"x\\ud800y\\u0000z"}]').rows == (("xyz",),)


@pytest.mark.parametrize(
    "piece", ["<!--", "<!-- -->", "<?x ", "<!DOCTYPE ", "<table ", '{"', "[", '"', "0", ".", "(POINT ", "a@", "+49 "]
)
def test_F49_patterns_stay_linear(piece: str) -> None:
    text = (piece * 50_000)[:50_000]
    started = time.process_time()
    find_kind(text.encode())
    describe_file(f"Name;Telefon;E-Mail\n{text};{text};{text}\n1;2;3\n".encode(), "x.csv")
    describe_file(text.encode(), "x.csv")
    assert time.process_time() - started < 3


def test_points_far_outside_a_zone_give_a_place_and_no_error() -> None:
    for easting, northing in ((1e9, 1e9), (-1e300, 1e300), (0.0, 0.0), (1e12, -1e12)):
        longitude, latitude = from_utm(easting, northing)
        assert -360 <= longitude <= 360
        assert -360 <= latitude <= 360


@pytest.mark.parametrize(
    ("zone", "easting", "northing", "longitude", "latitude"),
    [
        # Computed with PROJ 9 (EPSG:25831, 25832, 25833 to EPSG:4258).
        (32, 500000.0, 5538630.702744345, 9.0, 50.0),
        (32, 681721.5236099467, 5645057.655347267, 11.585954365582065, 50.9284916672617),
        (33, 392086.524491058, 5820154.399582651, 13.4095, 52.5208),
        (31, 717168.2502378752, 5628771.962596548, 6.08, 50.77),
    ],
)
def test_utm_against_known_points(
    zone: int, easting: float, northing: float, longitude: float, latitude: float
) -> None:
    found = from_utm(easting, northing, zone)
    assert found[0] == pytest.approx(longitude, abs=1e-8)
    assert found[1] == pytest.approx(latitude, abs=1e-8)


def test_damage_found_by_fuzzing_stays_described() -> None:
    nameless = bytearray(zipped(("a.csv", b"a;b\n1;2\n")))
    nameless[nameless.rfind(b"a.csv")] = 0
    assert describe_file(bytes(nameless)).kind == "zip"
    assert [note.code for note in describe_file(b'<?xml version="1.0" encoding="aTF-8"?><kml xmlns="x"/>').notes] == [
        "unreadable"
    ]
    broken = bytearray(zipped(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet" * 3)))
    broken[45] ^= 0xFF
    assert describe_file(bytes(broken)).kind == "zip"
