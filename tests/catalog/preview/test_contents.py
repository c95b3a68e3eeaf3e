"""What is read out of each kind of file: features in degrees, events, records of XML, pictures without secrets, pages."""

from __future__ import annotations

import io
import re
import sqlite3
import struct
import zipfile

import orjson
import pytest
from PIL import Image

from catalog.preview import Preview, contents
from catalog.preview.assembly import Assembled, assembled
from catalog.preview.reasons import TEXTS, Reason


def made(data: bytes, name: str, whole: bool = True, allowed: bool = False) -> Assembled:
    return assembled(contents.read(data, name, whole), Preview("k", "a", "making"), allowed)


def features(assembled_: Assembled) -> list[dict[str, object]]:
    assert assembled_.drawn is not None
    found: list[dict[str, object]] = orjson.loads(assembled_.drawn.geojson)["features"]
    return found


def columns(assembled_: Assembled) -> tuple[str, ...]:
    assert assembled_.preview.table is not None
    return assembled_.preview.table.names


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "."), content)
    return out.getvalue()


KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Radwege</name>
<Folder><name>Süd</name>
<Placemark><name>Weg 1</name><description><![CDATA[<b>schön</b> &amp; flach]]></description>
<ExtendedData><Data name="Länge"><value>3,5</value></Data></ExtendedData>
<LineString><coordinates>9.60,50.40,0 9.61,50.41,0 9.62,50.40,0</coordinates></LineString></Placemark>
<Placemark><name>Platz</name><TimeStamp><when>2024-05-01</when></TimeStamp>
<MultiGeometry><Point><coordinates>9.6,50.4</coordinates></Point><Polygon><outerBoundaryIs><LinearRing>
<coordinates>9.6,50.4 9.7,50.4 9.7,50.5 9.6,50.4</coordinates>
</LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark>
</Folder></Document></kml>""".encode()


@pytest.mark.parametrize(("data", "name", "kind"), [(KML, "a.kml", "kml"), (zipped(doc__kml=KML), "a.kmz", "kmz")])
def test_kml_and_kmz(data: bytes, name: str, kind: str) -> None:
    found = made(data, name)
    assert found.preview.title == "Radwege"
    assert columns(found) == ("name", "description", "Länge", "when")
    assert found.preview.table is not None
    assert found.preview.table.rows[0] == ("Weg 1", "schön & flach", "3,5", "")
    line, mixed = features(found)
    assert line["geometry"] == {"type": "LineString", "coordinates": [[9.6, 50.4], [9.61, 50.41], [9.62, 50.4]]}
    assert line["properties"] == {"name": "Weg 1", "row": 0}
    geometry = mixed["geometry"]
    assert isinstance(geometry, dict)
    assert geometry["type"] == "GeometryCollection"


def test_a_document_that_breaks_off_shows_what_came_before() -> None:
    found = made(KML[: KML.index(b"<MultiGeometry>")], "a.kml", whole=False)
    assert found.preview.table is not None
    assert len(found.preview.table.rows) == 1
    assert "document-cut" in [note.code for note in found.preview.notes]
    cut = made(b'{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"n":1},"geometry":'
               b'{"type":"Point","coordinates":[9.6,50.4]}},{"type":"Feature","prop', "a.geojson", whole=False)  # fmt: skip
    assert len(features(cut)) == 1
    assert "document-cut" in [note.code for note in cut.preview.notes]
    rows = made(b'[{"a":1,"b":2},{"a":3,"b":4},{"a":5,"b"', "a.json", whole=False)
    assert rows.preview.table is not None
    assert rows.preview.table.rows == (("1", "2"), ("3", "4"))


def test_gpx() -> None:
    gpx = (
        b'<gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1"><metadata><name>Runde</name></metadata>'
        b'<wpt lat="50.4" lon="9.6"><name>Start</name><ele>301.5</ele></wpt>'
        b'<trk><name>Tour</name><trkseg><trkpt lat="50.4" lon="9.6"><time>2024-05-01T10:00:00Z</time></trkpt>'
        b'<trkpt lat="50.5" lon="9.7"><time>2024-05-01T11:00:00Z</time></trkpt></trkseg></trk></gpx>'
    )
    found = made(gpx, "tour.gpx")
    assert found.preview.title == "Runde"
    assert [row[:2] for row in found.preview.table.rows] == [("Wegpunkt", "Start"), ("Track", "Tour")]  # type: ignore[union-attr]
    assert [each["geometry"]["type"] for each in features(found)] == ["Point", "LineString"]  # type: ignore[index]


def shapefile(points: list[tuple[float, float]], names: list[str], prj: bytes) -> bytes:
    records = b"".join(
        struct.pack(">2i", number, 10) + struct.pack("<i2d", 1, x, y) for number, (x, y) in enumerate(points, start=1)
    )
    shp = (
        struct.pack(">7i", 9994, 0, 0, 0, 0, 0, 50 + len(records) // 2)
        + struct.pack("<2i8d", 1000, 1, *[0.0] * 8)
        + records
    )
    field = b"NAME".ljust(11, b"\0") + b"C" + b"\0" * 4 + bytes((20, 0)) + b"\0" * 14
    dbf = struct.pack("<4BIHH20x", 3, 124, 1, 1, len(names), 32 + 32 + 1, 21) + field + b"\r"
    dbf += b"".join(b" " + name.encode("cp1252").ljust(20) for name in names)
    return zipped(netz__shp=shp, netz__dbf=dbf, netz__prj=prj)


def test_a_shapefile_in_utm_and_one_of_the_neighbours() -> None:
    utm = b'PROJCS["ETRS_1989_UTM_Zone_32N",GEOGCS["GCS_ETRS_1989"]]'
    found = made(shapefile([(549321.0, 5589123.0)], ["Brücke"], utm), "netz.zip")
    assert found.preview.table is not None
    assert found.preview.table.rows == (("Brücke",),)
    (point,) = features(found)
    assert point["geometry"]["coordinates"] == pytest.approx([9.6942, 50.4511], abs=1e-3)  # type: ignore[index]
    rd = (
        b'PROJCS["Amersfoort_RD_New",GEOGCS["GCS_Amersfoort",DATUM["D_Amersfoort",'
        b'SPHEROID["Bessel_1841",6377397.155,299.1528128]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
        b'PROJECTION["Double_Stereographic"],PARAMETER["False_Easting",155000.0],PARAMETER["False_Northing",463000.0],'
        b'PARAMETER["Central_Meridian",5.38763888888889],PARAMETER["Scale_Factor",0.9999079],'
        b'PARAMETER["Latitude_Of_Origin",52.15616055555555],UNIT["Meter",1.0]]'
    )
    (dutch,) = features(made(shapefile([(155000.0, 463000.0)], ["Amersfoort"], rd), "rd.zip"))
    # The tower of Our Lady in Amersfoort, the origin of the Dutch system (Kadaster).
    assert dutch["geometry"]["coordinates"] == pytest.approx([5.3872, 52.1552], abs=2e-4)  # type: ignore[index]


def geopackage(*layers: str) -> bytes:
    """A GeoPackage with a polygon with a hole, heights included, in UTM, in each of its layers."""
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA application_id = 0x47504B47")
    connection.executescript(
        "CREATE TABLE gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id);"
        "CREATE TABLE gpkg_geometry_columns (table_name, column_name, geometry_type_name, srs_id, z, m);"
        "CREATE TABLE gpkg_spatial_ref_sys (srs_id, organization, organization_coordsys_id);"
        "INSERT INTO gpkg_spatial_ref_sys VALUES (7, 'epsg', 25832);"
    )
    ring = [(0.0, 0.0), (90.0, 0.0), (90.0, 90.0), (0.0, 0.0)]
    rings = b"".join(
        struct.pack("<I", 4) + b"".join(struct.pack("<3d", 549321 + dx / n, 5589123 + dy / n, 1.0) for dx, dy in ring)
        for n in (1, 3)
    )
    blob = b"GP\0\1" + struct.pack("<i", 7) + struct.pack("<BII", 1, 1003, 2) + rings
    for layer in layers:
        connection.execute(f'CREATE TABLE "{layer}" (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT, hektar REAL)')
        connection.execute(f'INSERT INTO "{layer}" VALUES (1, ?, ?, 2.0)', (blob, f"Fläche {layer}"))
        connection.execute(
            "INSERT INTO gpkg_contents VALUES (?, 'features', ?, 0, 0, 1, 1, 7)", (layer, f"Titel {layer}")
        )
        connection.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 'POLYGON', 7, 1, 0)", (layer,))
    connection.commit()
    return connection.serialize()


def test_a_geopackage_shows_its_layers() -> None:
    data = geopackage("wald", "feld")
    found = made(data, "a.gpkg")
    assert found.preview.title == "Titel feld"
    assert found.preview.layers == (("feld", "Titel feld"), ("wald", "Titel wald"))
    assert found.preview.table is not None
    assert found.preview.table.rows == (("1", "Fläche feld", "2"),)
    (area,) = features(found)
    assert [len(ring) for ring in area["geometry"]["coordinates"]] == [4, 4]  # type: ignore[index]
    assert area["geometry"]["coordinates"][0][0] == pytest.approx([9.6942, 50.4511], abs=1e-3)  # type: ignore[index]
    other = assembled(contents.read(data, "a.gpkg", True, None, "wald"), Preview("k", "a", "making"), False)
    assert other.preview.table is not None
    assert other.preview.table.rows[0][1] == "Fläche wald"
    assert made(data[: len(data) // 2], "a.gpkg").preview.reason == Reason("unreadable")


def test_a_timetable_shows_stops_and_the_ways_of_its_lines() -> None:
    feed = zipped(
        agency__txt=b"agency_id,agency_name,agency_url,agency_timezone\n1,A,http://a,Europe/Berlin\n",
        stops__txt=b"stop_id,stop_name,stop_lat,stop_lon\n1,Markt,50.45,9.61\n2,Bahnhof,50.46,9.62\n",
        routes__txt=b"route_id,route_short_name,route_long_name,route_type\n7,44,Neuhof - Fulda,3\n",
        trips__txt=b"route_id,service_id,trip_id,shape_id\n7,1,1,s1\n",
        shapes__txt=b"shape_id,shape_pt_lat,shape_pt_lon,shape_pt_sequence\ns1,50.46,9.62,2\ns1,50.45,9.61,1\n",
    )
    found = made(feed, "gtfs.zip")
    assert columns(found) == ("stop_id", "stop_name", "stop_lat", "stop_lon")
    first, _, line = features(found)
    assert first["properties"] == {"name": "Markt", "row": 0}
    assert line["properties"] == {"name": "Neuhof - Fulda"}
    assert line["geometry"] == {"type": "LineString", "coordinates": [[9.61, 50.45], [9.62, 50.46]]}
    assert "stops.txt" in found.preview.members


def test_a_calendar_is_a_table_of_events() -> None:
    ics = (
        "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Müll Neuhof\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20240201\r\nSUMMARY:Papier\\, blau\r\n"
        "BEGIN:VALARM\r\nDESCRIPTION:nicht das\r\nEND:VALARM\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20240202T0"
        "\r\n 70000\r\nSUMMARY:Bio\r\nLOCATION:Kalbach\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    ).encode()
    found = made(ics, "abfall.ics")
    assert found.preview.title == "Müll Neuhof"
    assert columns(found) == ("Beginn", "Titel", "Ort")
    assert found.preview.table is not None
    assert found.preview.table.rows == (("2024-02-01", "Papier, blau", ""), ("2024-02-02 07:00", "Bio", "Kalbach"))


def test_a_list_in_xml_is_a_table_and_other_xml_is_text() -> None:
    xml = b"<?xml version='1.0'?><liste><kopf/>"
    xml += b"<ort nr='1'><name>A</name><lage><x>1</x></lage></ort><ort nr='2'><name>B</name></ort></liste>"
    found = made(xml, "orte.xml")
    assert columns(found) == ("nr", "name", "lage.x")
    assert found.preview.table is not None
    assert found.preview.table.rows == (("1", "A", "1"), ("2", "B", ""))
    plain = made(b"<?xml version='1.0'?><brief><an>B</an></brief>", "brief.xml").preview
    assert (plain.kind, plain.text_kind) == ("text", "xml")
    assert "<an>B</an>" in plain.text


def test_json_without_a_list_is_shown_indented() -> None:
    preview = made(b'{"ort":{"name":"Neuhof"},"zahl":3}', "a.json").preview
    assert (preview.kind, preview.text_kind) == ("text", "json")
    assert '\n  "ort": {' in preview.text


def test_F75_persons_in_a_text_are_covered() -> None:
    text = b"Fragen an Frau Erika Mustermann oder erika.mustermann@neuhof.example\n"
    preview = made(text, "a.txt").preview
    assert preview.kind == "text"
    assert "ustermann" not in preview.text
    assert "text-masked" in [note.code for note in preview.notes]
    assert "erika.mustermann@" in made(text, "a.txt", allowed=True).preview.text
    headed = made(b"Ort;Frau Erika Mustermann, erika.mustermann@neuhof.example\nNeuhof;3\nFlieden;4\n", "a.csv")
    assert "ustermann" not in str(headed.preview)


def test_F75_a_table_of_nothing_but_persons_is_not_shown() -> None:
    rows = "".join(f"max.muster{n}@post.example;DE02 1203 0000 0000 2020 51\n" for n in range(5))
    preview = made(f"Mail;Konto\n{rows}".encode(), "a.csv").preview
    assert (preview.state, preview.reason and preview.reason.code) == ("none", "personal-data")
    assert {hint.kind for hint in preview.withheld} == {"e-mail", "iban"}
    assert preview.table is None


def test_places_in_columns_are_drawn_and_slips_are_not() -> None:
    rows = "".join(f"Ort {n};50,{400 + n};9,{600 + n}\n" for n in range(30)) + "Fehler;0;0\n"
    found = made(f"Name;Breite;Länge\n{rows}".encode(), "a.csv")
    assert found.preview.geometry is not None
    assert (found.preview.geometry.shown, found.preview.geometry.source) == (30, "columns")
    assert features(found)[3]["properties"] == {"name": "Ort 3", "row": 3}
    wkt = made(
        "Name;GEOM\nA;SRID=25832;POINT (549321 5589123)\n".replace("SRID=25832;", "").encode()
        + b"B;POINT (549421 5589123)\n",
        "a.csv",
    )
    assert features(wkt)[0]["geometry"]["type"] == "Point"  # type: ignore[index]
    gk = made(b"Name;Rechtswert;Hochwert\nA;3549401;5590900\nB;3549501;5590950\n", "a.csv")
    assert gk.preview.geometry is not None
    assert gk.preview.geometry.box.west == pytest.approx(9.694, abs=2e-3)


def test_a_picture_is_redrawn_small_and_without_what_it_hides() -> None:
    out = io.BytesIO()
    picture = Image.new("RGB", (3000, 1500), (10, 200, 30))
    exif = picture.getexif()
    exif[0x010E] = "GEHEIM: Max Muster"
    exif[0x0112] = 6
    picture.save(out, "JPEG", exif=exif)
    found = made(out.getvalue(), "foto.jpg")
    assert found.preview.picture is not None
    # Turned as the camera held it.
    assert (found.preview.picture.width, found.preview.picture.height) == (600, 1200)
    assert found.image is not None
    assert b"GEHEIM" not in found.image
    assert not Image.open(io.BytesIO(found.image)).getexif()
    broken = made(out.getvalue()[:300], "foto.jpg").preview
    assert (broken.state, broken.reason and broken.reason.code) == ("none", "unreadable")


def page(text: str) -> bytes:
    """A PDF of one page with a line of text, as small programs write it."""
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode("latin-1")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer<</Size 6/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % start


def test_the_first_page_of_a_document_is_drawn_unless_it_names_persons() -> None:
    found = made(page("Haushaltsplan 2024"), "plan.pdf")
    assert found.preview.kind == "document"
    assert found.preview.picture is not None
    assert (found.preview.picture.pages, found.preview.picture.height) == (1, 1200)
    assert found.image is not None
    assert len(set(Image.open(io.BytesIO(found.image)).convert("L").tobytes())) > 2  # there is something on it
    named = made(page("Fragen: erika.mustermann@neuhof.example"), "plan.pdf")
    assert (named.preview.state, named.preview.reason) == ("none", Reason("personal-data"))
    assert named.image is None
    assert made(page("Fragen: erika.mustermann@neuhof.example"), "plan.pdf", allowed=True).image


def locked_page() -> bytes:
    """A PDF that opens with a password only (ISO 32000-1, 7.6.3)."""
    locked = page("geheim")
    start = locked.index(b"xref")
    handler = b"<</Filter/Standard/V 1/R 2/O<" + b"11" * 32 + b">/U<" + b"22" * 32 + b">/P -4>>"
    places = [found.start() for found in re.finditer(rb"\d 0 obj", locked[:start])]
    table = b"".join(b"%010d 00000 n \n" % place for place in [*places, start])
    body = locked[:start] + b"6 0 obj" + handler + b"\nendobj\n"
    trailer = b"trailer<</Size 7/Root 1 0 R/Encrypt 6 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF" % len(body)
    return body + b"xref\n0 7\n0000000000 65535 f \n" + table + trailer


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.csv", "empty"),
        (locked_page(), "a.pdf", "encrypted"),
        (bytes(range(256)) * 4, "a.bin", "unknown-format"),
        (zipped(word__document__xml=b"<x/>").replace(b"word.document", b"word/document"), "a.docx", "unknown-format"),
        (zipped(bild__png=b"x", bild2__png=b"y"), "a.zip", "several-files"),
        (b"PK\x03\x04 und dann nichts", "a.xlsx", "unreadable"),
    ],
)
def test_there_is_always_a_reason(data: bytes, name: str, code: str) -> None:
    preview = made(data, name).preview
    assert preview.reason is not None
    assert preview.reason.code == code


@pytest.mark.parametrize("code", TEXTS)
def test_reasons_are_short_sentences_in_both_languages(code: str) -> None:
    reason = Reason(code, {"status": "404", "size": "1234567890"})
    for language in ("de", "en"):
        for text in (reason.text(language), reason.advice(language)):
            assert text.endswith(".")
            assert all(len(sentence.split()) <= 15 for sentence in text.split(". ")), text
    if "{size}" in TEXTS[code][0]:
        assert "1,2 GB" in reason.text("de")
        assert "1.2 GB" in reason.text("en")
