"""Small files of each kind as bytes, for tests of what a file is."""

from __future__ import annotations

import contextlib
import io
import sqlite3
import struct
import zipfile
from datetime import date, datetime

import openpyxl

CSV = "Pegel der Fliede\nDatum;Pegel (cm);lat;lon\n01.02.2026;120;50,45;9,61\n02.02.2026;118;50,46;9,62\n".encode(
    "cp1252"
)
GEOJSON = (
    b'{"type":"FeatureCollection","name":"Spielpl\xc3\xa4tze","features":[{"type":"Feature","properties":{"name":"A"},'
    b'"geometry":{"type":"Point","coordinates":[9.61,50.45]}}]}'
)
KML = (
    b'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>Radwege</name>'
    b"<Placemark><name>R1</name><ExtendedData><Data name='Belag'><value>Asphalt</value></Data></ExtendedData>"
    b"<TimeStamp><when>2026-02-01</when></TimeStamp><LineString><coordinates>9.6,50.4,0 9.7,50.5,0</coordinates></LineString>"
    b"</Placemark></Document></kml>"
)
ICS = (
    "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Abfuhr Neuhof\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20260107\r\nSUMMARY:Restm\r\n"
    " üll\r\nRRULE:FREQ=WEEKLY;UNTIL=20261230T000000Z\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nDTSTART:20260114T060000Z\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
).encode()


def zipped(*members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A ZIP of files by their names; ``method`` is how they are packed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return buffer.getvalue()


def xlsx(title: str = "") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Datum", "Wert", "Zeit", "Ja"), (date(2026, 2, 1), 2000, datetime(2026, 2, 1, 8, 15), True)):
        sheet.append(row)
    sheet.append((date(2026, 2, 2), 1.5, datetime(2026, 2, 2, 8, 15), False))
    book.properties.title = title
    book.properties.creator = "Erika Muster"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def ods(title: str = "") -> bytes:
    def cell(text: str) -> str:
        return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'

    rows = "".join(
        f"<table:table-row>{''.join(map(cell, row))}</table:table-row>"
        for row in (("Ort", "Wert"), ("Neuhof", "1,5"), ("Flieden", "2,5"))
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:table="{space}:table:1.0" '
        f'xmlns:text="{space}:text:1.0"><office:body><office:spreadsheet><table:table table:name="Tabelle1">{rows}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    meta = f"<office:document-meta><dc:title>{title}</dc:title><dc:creator>Erika Muster</dc:creator></office:document-meta>"
    return zipped(
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        ),
        ("content.xml", content.encode()),
        ("meta.xml", meta.encode()),
    )


def xls(*cells: tuple[int, int, str | float]) -> bytes:
    """A workbook of the old kind (BIFF8 in a compound file) with one sheet."""

    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0x0DBB, 0x07CC, 0, 0x06))

    sheet = begin(0x10)
    for row, column, value in cells:
        place = struct.pack("<HHH", row, column, 0)
        if isinstance(value, str):
            sheet += record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
        else:
            sheet += record(0x0203, place + struct.pack("<d", value))
    sheet += record(0x000A, b"")
    codepage = record(0x0042, struct.pack("<H", 1200))
    head = begin(0x05) + codepage
    bound = record(0x0085, struct.pack("<IBBBB", len(head) + 4 + 8 + 5 + 4, 0, 0, 5, 0) + b"Werte")
    stream = (head + bound + record(0x000A, b"") + sheet).ljust(4096, b"\0")
    return compound([("Workbook", stream)])


def compound(streams: list[tuple[str, bytes]]) -> bytes:
    """A compound file (MS-CFB): sector 0 holds the allocation table, sector 1 the directory, then the streams."""
    allocation, body, position = [0xFFFFFFFD, 0xFFFFFFFE], b"", 2
    entries = [("Root Entry", 5, 0xFFFFFFFE, 0)]
    for name, content in streams:
        sectors = -(-len(content) // 512)
        allocation += [*range(position + 1, position + sectors), 0xFFFFFFFE]
        entries.append((name, 2, position, len(content)))
        body += content.ljust(sectors * 512, b"\0")
        position += sectors
    directory = b""
    for number, (name, kind, start, size) in enumerate(entries):
        encoded = name.encode("utf-16-le") + b"\0\0"
        child = 1 if kind == 5 and len(entries) > 1 else 0xFFFFFFFF
        right = number + 1 if kind == 2 and number + 1 < len(entries) else 0xFFFFFFFF
        directory += encoded.ljust(64, b"\0") + struct.pack("<HBBIII", len(encoded), kind, 1, 0xFFFFFFFF, right, child)
        directory += b"\0" * 36 + struct.pack("<III", start, size, 0)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 6
    header += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", 0, *[0xFFFFFFFF] * 108)
    return (
        header
        + struct.pack("<128I", *allocation, *[0xFFFFFFFF] * (128 - len(allocation)))
        + directory.ljust(512, b"\0")
        + body
    )


def shapefile(prj: str = "", code_page: bytes = b"\x57") -> tuple[tuple[str, bytes], ...]:
    head = struct.pack(">i20xi", 9994, 50) + struct.pack("<ii4d", 1000, 1, 9.5, 50.3, 9.7, 50.5)
    fields = (("STRASSE", "C", 40, 0), ("L\u00c4NGE", "N", 10, 2), ("ANZAHL", "N", 5, 0), ("STAND", "D", 8, 0))
    described = b"".join(
        name.encode("cp1252").ljust(11, b"\0") + letter.encode() + b"\0" * 4 + bytes((length, decimals)) + b"\0" * 14
        for name, letter, length, decimals in fields
    )
    dbf = struct.pack("<BBBBIHH", 3, 126, 2, 1, 7, 32 + len(described) + 1, 64) + b"\0" * 17 + code_page + b"\0" * 2
    return (
        ("wege/Wege.shp", head.ljust(100, b"\0")),
        ("wege/Wege.shx", head.ljust(100, b"\0") + b"\0" * 8 * 7),
        ("wege/Wege.dbf", dbf + described + b"\r"),
        *((("wege/Wege.prj", prj.encode()),) if prj else ()),
    )


def geopackage(layers: int = 1) -> bytes:
    with contextlib.closing(sqlite3.connect(":memory:")) as database:
        database.executescript(
            "PRAGMA application_id=1196444487;"
            "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT, identifier TEXT, description TEXT, last_change TEXT,"
            " min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);"
            "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, geometry_type_name TEXT);"
            "CREATE TABLE wege (fid INTEGER PRIMARY KEY, geom BLOB, name TEXT(40), laenge DOUBLE, stand DATE);"
            "INSERT INTO wege (name) VALUES ('a'), ('b'), ('c');"
            "INSERT INTO gpkg_geometry_columns VALUES ('wege', 'geom', 'LINESTRING');"
        )
        for number in range(layers):
            name = "wege" if number == 0 else f"x{number}"
            database.execute(
                "INSERT INTO gpkg_contents VALUES (?, 'features', 'Wanderwege', '', '', 540000, 5580000, 550000, 5590000, 25832)",
                (name,),
            )
        database.commit()
        return database.serialize()


def pdf(info: bytes, extra: bytes = b"") -> bytes:
    return (
        b"%PDF-1.4\n1 0 obj\n<< /Title (Lesezeichen) >>\nendobj\n7 0 obj\n<< "
        + info
        + b" /Author (Erika Muster) >>\nendobj\n"
        b"trailer\n<< /Root 1 0 R /Info 7 0 R " + extra + b">>\n%%EOF\n"
    )
