"""What any file is, by its content: kinds, titles, layers, periods."""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import BoundingBox, FileDescription, TableError, describe_file, read_table
from schemas.tables.archives import packed
from schemas.tables.documents import read_calendar
from schemas.tables.kinds import KINDS
from tests.schemas.file_bytes import (
    CSV,
    GEOJSON,
    ICS,
    KML,
    compound,
    geopackage,
    ods,
    pdf,
    shapefile,
    xls,
    xlsx,
    zipped,
)


def codes(description: FileDescription) -> list[str]:
    return [note.code for note in description.notes]


def test_csv() -> None:
    found = describe_file(CSV, "pegel.csv")
    assert (found.kind, found.media_type, found.file_type) == ("csv", "text/csv", "CSV")
    assert (found.size, found.sha256) == (len(CSV), hashlib.sha256(CSV).hexdigest())
    assert (found.title, found.rows, found.delimiter, found.header_row) == ("Pegel der Fliede", 2, ";", 1)
    assert found.box == BoundingBox(9.61, 50.45, 9.62, 50.46)
    assert found.period is not None
    assert (found.period.start, found.period.end) == (date(2026, 2, 1), date(2026, 2, 2))
    assert [column.type for column in found.columns] == ["date", "integer", "latitude", "longitude"]


def test_xlsx_has_a_title_but_no_author() -> None:
    found = describe_file(xlsx("Messwerte & mehr"), "werte.xlsx")
    assert (found.kind, found.title, found.rows, found.sheet) == ("xlsx", "Messwerte & mehr", 2, "Sheet")
    assert "Erika" not in repr(found)
    assert [column.type for column in found.columns] == ["date", "number", "datetime", "boolean"]
    assert read_table(xlsx()).rows[0] == ("2026-02-01", "2000", "2026-02-01 08:15:00", "true")


def test_ods_has_a_title_but_no_author() -> None:
    found = describe_file(ods("Haushalt"), "haushalt.ods")
    assert (found.kind, found.title, found.rows) == ("ods", "Haushalt", 2)
    assert "Erika" not in repr(found)
    assert [column.type for column in found.columns] == ["text", "number"]


def test_xls() -> None:
    data = xls((0, 0, "Straße"), (0, 1, "Wert"), (1, 0, "Am Bach"), (1, 1, 2000.0), (2, 0, "Weg"), (2, 1, 1.5))
    found = describe_file(data, "alt.xls")
    assert (found.kind, found.file_type, found.rows, found.sheet) == ("xls", "XLS", 2, "Werte")
    assert read_table(data).rows == (("Am Bach", "2000"), ("Weg", "1.5"))


def test_F45_an_xls_with_far_cells_is_refused_before_it_is_opened() -> None:
    data = xls((0, 0, "a"), (65535, 255, "z"))
    with pytest.raises(TableError) as caught:
        read_table(data)
    assert caught.value.code == "sheet-too-large"


def test_protected_workbooks_say_so() -> None:
    data = compound([("EncryptionInfo", b"\0" * 4096), ("EncryptedPackage", b"\0" * 4096)])
    assert codes(describe_file(data, "geheim.xlsx")) == ["encrypted"]
    with pytest.raises(TableError) as caught:
        read_table(data)
    assert caught.value.code == "encrypted"


@pytest.mark.parametrize("members", [{"content.xml": b"\x9d\xf0" * 900}, {"encrypted-package": b"\x9d\xf0" * 900}])
def test_an_open_document_with_a_password_says_so(members: dict[str, bytes]) -> None:
    entry = b'<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>'
    mimetype = b"application/vnd.oasis.opendocument.spreadsheet"
    data = packed(
        {"mimetype": mimetype, **members, "META-INF/manifest.xml": b"<manifest:manifest>%s</manifest:manifest>" % entry}
    )
    assert codes(describe_file(data, "geheim.ods")) == ["encrypted"]


def test_geojson_and_json() -> None:
    found = describe_file(GEOJSON, "spielplatz.json")
    assert (found.kind, found.title, found.rows, found.box) == (
        "geojson",
        "Spielplätze",
        1,
        BoundingBox(9.61, 50.45, 9.61, 50.45),
    )
    assert [column.name for column in found.columns] == ["name"]
    plain = describe_file(b'{"lots":[{"name":"A","free":5},{"name":"B","free":7}],"version":1}')
    assert (plain.kind, plain.rows, [column.type for column in plain.columns]) == ("json", 2, ["text", "integer"])
    lines = describe_file(b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n')
    assert (lines.kind, lines.rows) == ("json", 2)
    assert describe_file(b'{"id":"x","location":{"type":"Point","coordinates":[9.6,50.4]}}').kind == "json"
    assert codes(describe_file(b'[{"a": 1}, {"a":')) == ["unreadable"]


def test_kml_and_kmz() -> None:
    for data, kind in ((KML, "kml"), (zipped(("doc.kml", KML), ("files/x.png", b"\x89PNG")), "kmz")):
        found = describe_file(data)
        assert (found.kind, found.title, found.rows) == (kind, "Radwege", 1)
        assert found.box == BoundingBox(9.6, 50.4, 9.7, 50.5)
        assert [column.name for column in found.columns] == ["name", "Belag"]
        assert found.period is not None
        assert found.period.start == date(2026, 2, 1)


@pytest.mark.parametrize(
    ("prj", "box", "noted"),
    [
        ('GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984"]]', BoundingBox(9.5, 50.3, 9.7, 50.5), []),
        ("", BoundingBox(9.5, 50.3, 9.7, 50.5), []),
        ('PROJCS["DHDN_3_Degree_Gauss_Zone_3",GEOGCS["GCS_DHDN"]]', None, ["crs-unknown"]),
    ],
)
def test_zipped_shapefile(prj: str, box: BoundingBox | None, noted: list[str]) -> None:
    found = describe_file(zipped(*shapefile(prj)), "wege.zip")
    assert (found.kind, found.file_type, found.media_type, found.rows) == ("shp-zip", "SHP", "application/zip", 7)
    assert [(column.name, column.type) for column in found.columns] == [
        ("STRASSE", "text"),
        ("LÄNGE", "number"),
        ("ANZAHL", "integer"),
        ("STAND", "date"),
    ]
    assert (found.box, codes(found)) == (box, noted)


def test_two_shapefiles_in_one_archive_are_said() -> None:
    first = shapefile()
    second = tuple((name.replace("Wege", "Xyz"), content) for name, content in first)
    assert codes(describe_file(zipped(*first, *second))) == ["several-layers"]


def test_geopackage() -> None:
    found = describe_file(geopackage(), "wege.gpkg")
    assert (found.kind, found.file_type, found.title, found.rows) == ("gpkg", "GPKG", "Wanderwege", 3)
    assert [(column.name, column.type) for column in found.columns] == [
        ("fid", "integer"),
        ("name", "text"),
        ("laenge", "number"),
        ("stand", "date"),
    ]
    assert found.box is not None
    assert 9.5 < found.box.west < found.box.east < 9.8
    assert codes(describe_file(geopackage(3))) == ["several-layers"]


def test_a_database_that_computes_for_ever_is_stopped() -> None:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
        database.executescript(f"CREATE VIEW gpkg_contents AS {endless};")
        data = database.serialize()
    assert codes(describe_file(data)) == ["unreadable"]


@pytest.mark.parametrize(
    ("info", "title"),
    [
        (b"/Title (Satzung \\(Neufassung\\) \\334ber Geb\\374hren)", "Satzung (Neufassung) Über Gebühren"),
        (b"/Title <FEFF00530074007200610073007300650020006E>", "Strasse n"),
        (b"/Title (\xfe\xff\0G\0r\0\xf6\0\xdf\0e)", "Größe"),
        (b"/Title (Microsoft Word - Haushalt_2026.docx)", "Haushalt_2026"),
        (b"/Subject (x)", ""),
    ],
)
def test_pdf_title_is_that_of_the_document_and_never_the_author(info: bytes, title: str) -> None:
    found = describe_file(pdf(info), "satzung.pdf")
    assert (found.kind, found.title) == ("pdf", title)
    assert "Erika" not in repr(found)


def test_pdf_title_in_xmp_and_in_a_protected_file() -> None:
    xmp = b"<dc:title><rdf:Alt><rdf:li xml:lang='x-default'>Plan &amp; Karte</rdf:li></rdf:Alt></dc:title>"
    assert describe_file(pdf(b"/Subject (x)") + xmp).title == "Plan & Karte"
    assert describe_file(pdf(b"/Title (Qx3)", b"/Encrypt 9 0 R ")).title == ""


@pytest.mark.parametrize("since", ["16010101T000000", "19700329T020000"])
def test_a_calendar_speaks_of_its_events_and_not_of_the_change_to_summer_time(since: str) -> None:
    """Outlook begins its time zones in 1601, Thunderbird in 1970."""
    lines = f"""BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:DAYLIGHT
DTSTART:{since}
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3;UNTIL=20371231T000000Z
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;VALUE=DATE:20261128
DTEND;VALUE=DATE:20261130
BEGIN:VALARM
TRIGGER;VALUE=DATE-TIME:20200101T000000Z
DTSTART:20200101T000000Z
END:VALARM
RRULE:FREQ=WEEKLY;UNTIL=20261220T000000Z
END:VEVENT
BEGIN:VEVENT
DTSTART:20261201T190000
DTEND:20261201T210000
END:VEVENT
END:VCALENDAR
"""
    found = read_calendar(lines.replace("\n", "\r\n"))
    assert (found.events, found.dates) == (2, (date(2026, 11, 28), date(2026, 12, 20)))
    (start, end) = read_calendar(lines.replace("RRULE:FREQ=WEEKLY;UNTIL=20261220T000000Z\n", "")).dates or (None, None)
    assert (start, end) == (date(2026, 11, 28), date(2026, 12, 1))
    alone = lines.replace("DTSTART:20261201T190000\nDTEND:20261201T210000\n", "").replace("RRULE:FREQ=WEEKLY", "X:")
    assert read_calendar(alone).dates == (date(2026, 11, 28), date(2026, 11, 29)), "the end of whole days is not theirs"


def test_calendar_is_not_expanded() -> None:
    found = describe_file(ICS, "abfuhr.ics")
    assert (found.kind, found.file_type, found.title, found.rows) == ("ics", "ICS", "Abfuhr Neuhof", 2)
    assert found.period is not None
    assert (found.period.start, found.period.end) == (date(2026, 1, 7), date(2026, 12, 30))


@pytest.mark.parametrize(
    "data",
    [
        b"<!DOCTYPE html>\n<html><head><title>Nicht gefunden &amp; weg</title></head></html>",
        b"\xef\xbb\xbf  <html lang=de><title>Nicht gefunden &amp; weg</title>",
        b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML" "x"><html><title>Nicht gefunden &amp; weg</title>',
        b"<table><tr><td>1;2;3</td></tr></table><title>Nicht gefunden &amp; weg</title>",
    ],
)
def test_a_web_page_delivered_as_csv(data: bytes) -> None:
    found = describe_file(data, "daten.csv")
    assert (found.kind, found.title) == ("html", "Nicht gefunden & weg")
    assert found.notes[0].de == "Das ist eine Web-Seite, keine Tabelle."
    assert codes(found) == ["web-page", "wrong-extension"]


@pytest.mark.parametrize(
    ("data", "kind", "file_type"),
    [
        (b"", "empty", ""),
        (b"\0\x01\x02\x03\x04\x05\x06\x07" * 100, "unknown", ""),
        (b"\x89PNG\r\n\x1a\n", "png", "PNG"),
        (b"\xff\xd8\xff\xe0", "jpeg", "JPEG"),
        (b"<?xml version='1.0'?><rdf:RDF xmlns:rdf='x'/>", "xml", "XML"),
        (b"Sehr geehrte Damen und Herren,\nanbei die Liste.\n\nMit freundlichen Gr\xfc\xdfen\n", "text", "TXT"),
        (
            b"# Katalog; Stand: heute\n@prefix dcat: <http://www.w3.org/ns/dcat#> .\n<a> a dcat:Dataset ;\n",
            "turtle",
            "RDF_TURTLE",
        ),
        (b"SQLite format 3\0" + b"\0" * 100, "unknown", ""),
        (zipped(("word/document.xml", b"<w/>"), ("[Content_Types].xml", b"<t/>")), "docx", "DOCX"),
        (zipped(("mimetype", b"application/vnd.oasis.opendocument.text")), "odt", "ODT"),
        (zipped(("a.csv", b"a;b\n1;2\n"), ("b.csv", b"a;b\n1;2\n")), "zip", "ZIP"),
        (
            zipped(*((name, b"x,y\n1,2\n") for name in ("agency.txt", "stops.txt", "routes.txt", "trips.txt"))),
            "zip",
            "GTFS",
        ),
        (compound([("WordDocument", b"\0" * 4096)]), "doc", "DOC"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * 600, "unknown", ""),
    ],
)
def test_other_kinds(data: bytes, kind: str, file_type: str) -> None:
    found = describe_file(data)
    assert (found.kind, found.file_type) == (kind, file_type)
    assert found.media_type == KINDS[kind].media_type


def test_the_only_table_in_an_archive_describes_it() -> None:
    found = describe_file(zipped(("daten/pegel.csv", CSV), ("LIESMICH.txt", b"Hinweise")), "pegel.zip")
    assert (found.kind, found.file_type, found.rows, found.title) == ("zip", "ZIP", 2, "Pegel der Fliede")
    assert found.members == ("daten/pegel.csv", "LIESMICH.txt")
    assert codes(found)[0] == "archive-inner"


def test_content_beats_the_name() -> None:
    found = describe_file(xlsx(), "tabelle.csv")
    assert (found.kind, codes(found)) == ("xlsx", ["wrong-extension"])
    assert "xlsx" in found.notes[0].de.casefold()
    assert codes(describe_file(CSV, "pegel.unbekannt")) == codes(describe_file(CSV))


SEEDS = [
    CSV,
    GEOJSON,
    KML,
    ICS,
    xlsx(),
    ods(),
    xls((0, 0, "a"), (0, 1, "b"), (1, 0, "c"), (1, 1, 2.0)),
    geopackage(),
    pdf(b"/Title (x)"),
]
SEEDS += [zipped(*shapefile('PROJCS["ETRS_1989_UTM_Zone_32N"]')), zipped(("doc.kml", KML)), zipped(("a.csv", CSV))]


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A good file, cut off and with some bytes changed."""
    data = bytearray(draw(st.sampled_from(SEEDS)))
    for _ in range(draw(st.integers(0, 6))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data[: draw(st.integers(0, len(data)))] if draw(st.booleans()) else data)


@settings(deadline=None, max_examples=200)
@given(damaged(), st.sampled_from(["", "x.csv", "x.xlsx", "x.zip", "x"]))
def test_damaged_files_are_described_and_raise_nothing(data: bytes, name: str) -> None:
    found = describe_file(data, name)
    assert found.kind in KINDS
    assert found.size == len(data)


@settings(deadline=None, max_examples=200)
@given(
    st.binary(max_size=500),
    st.sampled_from(
        [b"", b"PK\x03\x04", b"%PDF-1.4 ", b"{", b"<", b"SQLite format 3\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"]
    ),
)
def test_any_bytes_are_described(data: bytes, magic: bytes) -> None:
    assert describe_file(magic + data).kind in KINDS
