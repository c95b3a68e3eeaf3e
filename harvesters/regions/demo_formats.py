"""Writes a small table or text as the file that an office would put on line: XLSX, ODS, ICS, PDF.

Standard library only and free of the clock, so that the same text gives the same file each time.
"""

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from xml.sax.saxutils import escape

_ZIP_TIME = (2026, 11, 2, 6, 30, 0)
_STAMP = "20261102T063000Z"
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(,\d+)?")
_GERMAN_DATE = re.compile(r"(\d\d)\.(\d\d)\.(\d{4})")
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_OOXML = "http://schemas.openxmlformats.org"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"

Row = list[str]


def rows_of(table: bytes) -> list[Row]:
    """Take a semicolon CSV in UTF-8 and give its rows, the header first."""
    return list(csv.reader(io.StringIO(table.decode("utf-8")), delimiter=";"))


def zipped(parts: Sequence[tuple[str, bytes | str]], stored: str = "") -> bytes:
    """Pack the parts under one fixed time; the part named `stored` stays uncompressed, as ODF asks of `mimetype`."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in parts:
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_STORED if name == stored else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return target.getvalue()


def _number(cell: str) -> str | None:
    """Give the number in a cell with a decimal point; None for text, and for keys such as 06631018."""
    return cell.replace(",", ".") if _NUMBER.fullmatch(cell) else None


def _day(cell: str) -> date | None:
    found = _GERMAN_DATE.fullmatch(cell)
    return date(int(found[3]), int(found[2]), int(found[1])) if found else None


# Texts ---------------------------------------------------------------------------------------------------------------


def cp1252(table: bytes) -> bytes:
    """Write a table as Excel on a German Windows saves it: cp1252 and CRLF."""
    return table.decode("utf-8").replace("\n", "\r\n").encode("cp1252")


def international(table: bytes) -> bytes:
    """Write a table as programs like it: commas, decimal points, ISO 8601 dates, UTF-8."""
    target = io.StringIO()
    rows = [[_number(cell) or _iso(cell) for cell in row] for row in rows_of(table)]
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue().encode()


def objects(table: bytes) -> bytes:
    """Write a table as a JSON list with an object for each row."""
    header, *rows = rows_of(table)
    return json.dumps([dict(zip(header, row, strict=True)) for row in rows], ensure_ascii=False, indent=1).encode()


def _iso(cell: str) -> str:
    found = _GERMAN_DATE.match(cell)
    return f"{found[3]}-{found[2]}-{found[1]}{cell[10:].replace(' ', 'T')}" if found else cell


# Spreadsheets --------------------------------------------------------------------------------------------------------

_XLSX_CORE = f"{_OOXML}/package/2006/metadata/core-properties"
_XLSX_KINDS = f"{_OOXML}/officeDocument/2006/relationships"
_XLSX_MAIN = f"{_OOXML}/spreadsheetml/2006/main"
_XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XLSX_PARTS: tuple[tuple[str, str], ...] = (
    (
        "[Content_Types].xml",
        (
            f'<Types xmlns="{_OOXML}/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_XLSX_TYPE}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_XLSX_TYPE}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_XLSX_TYPE}.styles+xml"/>'
            '<Override PartName="/docProps/core.xml"'
            ' ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>'
        ),
    ),
    (
        "_rels/.rels",
        (
            f'<Relationships xmlns="{_OOXML}/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{_XLSX_KINDS}/officeDocument" Target="xl/workbook.xml"/>'
            f'<Relationship Id="r2" Type="{_OOXML}/package/2006/relationships/metadata/core-properties"'
            ' Target="docProps/core.xml"/></Relationships>'
        ),
    ),
    (
        "xl/workbook.xml",
        (
            f'<workbook xmlns="{_XLSX_MAIN}" xmlns:r="{_XLSX_KINDS}"><sheets>'
            '<sheet name="Tabelle1" sheetId="1" r:id="r1"/></sheets></workbook>'
        ),
    ),
    (
        "xl/_rels/workbook.xml.rels",
        (
            f'<Relationships xmlns="{_OOXML}/package/2006/relationships">'
            f'<Relationship Id="r1" Type="{_XLSX_KINDS}/worksheet" Target="worksheets/sheet1.xml"/>'
            f'<Relationship Id="r2" Type="{_XLSX_KINDS}/styles" Target="styles.xml"/></Relationships>'
        ),
    ),
    (
        "xl/styles.xml",
        (
            f'<styleSheet xmlns="{_XLSX_MAIN}">'
            '<fonts count="1"><font><sz val="11"/><name val="Calibri"/></font></fonts>'
            '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
            '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
            '<cellXfs count="2"><xf/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs>'
            '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
        ),
    ),
)


def xlsx(table: bytes, title: str) -> bytes:
    """Write a table as an Excel workbook (ECMA-376) with `title` merged above the header, as offices like it."""
    rows = rows_of(table)
    width = _letter(len(rows[0]))
    lines: list[Row] = [[title], [], *rows]
    body = "".join(
        f'<row r="{r}">{"".join(_xlsx_cell(f"{_letter(c)}{r}", cell) for c, cell in enumerate(line, 1))}</row>'
        for r, line in enumerate(lines, 1)
    )
    sheet = (
        f'<worksheet xmlns="{_XLSX_MAIN}"><dimension ref="A1:{width}{len(lines)}"/><sheetData>{body}</sheetData>'
        f'<mergeCells count="1"><mergeCell ref="A1:{width}1"/></mergeCells></worksheet>'
    )
    core = (
        f'<cp:coreProperties xmlns:cp="{_XLSX_CORE}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>{escape(title)}</dc:title></cp:coreProperties>"
    )
    parts = (*_XLSX_PARTS, ("xl/worksheets/sheet1.xml", sheet), ("docProps/core.xml", core))
    return zipped([(name, _XML + text) for name, text in parts])


def _letter(column: int) -> str:
    return chr(ord("A") + column - 1)


def _xlsx_cell(place: str, cell: str) -> str:
    if (number := _number(cell)) is not None:
        return f'<c r="{place}"><v>{number}</v></c>'
    if (day := _day(cell)) is not None:
        return f'<c r="{place}" s="1"><v>{(day - date(1899, 12, 30)).days}</v></c>'
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'


def ods(table: bytes, title: str) -> bytes:
    """Write a table as an OpenDocument spreadsheet (ODF 1.2), the header in its first row, `title` in its metadata."""
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    body = "".join(
        f"<table:table-row>{''.join(_ods_cell(cell) for cell in row)}</table:table-row>" for row in rows_of(table)
    )
    content = (
        f'<office:document-content xmlns:office="{_OASIS}:office:1.0" xmlns:table="{_OASIS}:table:1.0"'
        f' xmlns:text="{_OASIS}:text:1.0" office:version="1.2"><office:body><office:spreadsheet>'
        f'<table:table table:name="Tabelle1">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    meta = (
        f'<office:document-meta xmlns:office="{_OASIS}:office:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' office:version="1.2"><office:meta><dc:title>{escape(title)}</dc:title></office:meta></office:document-meta>'
    )
    manifest = (
        f'<manifest:manifest xmlns:manifest="{_OASIS}:manifest:1.0" manifest:version="1.2">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
        '<manifest:file-entry manifest:full-path="meta.xml" manifest:media-type="text/xml"/></manifest:manifest>'
    )
    parts = (("content.xml", content), ("meta.xml", meta), ("META-INF/manifest.xml", manifest))
    return zipped([("mimetype", kind), *((name, _XML + text) for name, text in parts)], stored="mimetype")


def _ods_cell(cell: str) -> str:
    shown = f"<text:p>{escape(cell)}</text:p></table:table-cell>"
    if (number := _number(cell)) is not None:
        return f'<table:table-cell office:value-type="float" office:value="{number}">{shown}'
    if (day := _day(cell)) is not None:
        return f'<table:table-cell office:value-type="date" office:date-value="{day.isoformat()}">{shown}'
    return f'<table:table-cell office:value-type="string">{shown}'


# Calendars -----------------------------------------------------------------------------------------------------------

_BERLIN = """BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE"""


def ics(table: bytes, title: str) -> bytes:
    """Write a table as a calendar (RFC 5545).

    Its columns: `Datum` (tt.mm.jjjj), perhaps `Uhrzeit` (hh:mm, Berlin), what it is, where; a row without time takes
    the whole day.
    """
    header, *rows = rows_of(table)
    timed = "Uhrzeit" in header
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Allmende//Beispieldaten//DE", f"X-WR-CALNAME:{_ical(title)}"]
    if timed:
        lines += _BERLIN.split("\n")
    for number, row in enumerate(rows, 1):
        day = _day(row[0])
        if day is None:
            raise ValueError(f"row {number} of {title!r} has no date: {row[0]!r}")
        what, where = (row[2], row[3]) if timed else (row[1], row[2])
        lines += ["BEGIN:VEVENT", f"UID:{number}-{day:%Y%m%d}@example.org", f"DTSTAMP:{_STAMP}"]
        if timed:
            start = datetime.fromisoformat(f"{day.isoformat()}T{row[1]}")
            lines += [
                f"DTSTART;TZID=Europe/Berlin:{start:%Y%m%dT%H%M%S}",
                f"DTEND;TZID=Europe/Berlin:{start + timedelta(hours=2):%Y%m%dT%H%M%S}",
            ]
        else:
            lines += [f"DTSTART;VALUE=DATE:{day:%Y%m%d}", f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}"]
        lines += [f"SUMMARY:{_ical(what)}", f"LOCATION:{_ical(where)}", "END:VEVENT"]
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line.encode()) for line in lines)


def _ical(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: bytes) -> bytes:
    """Break a line after 75 octets (RFC 5545, 3.1), never inside a UTF-8 character."""
    pieces = []
    while len(line) > 75:
        cut = 75
        while line[cut] & 0xC0 == 0x80:
            cut -= 1
        pieces.append(line[:cut])
        line = b" " + line[cut:]
    return b"\r\n".join([*pieces, line, b""])


# Documents -----------------------------------------------------------------------------------------------------------


def pdf(text: bytes, title: str) -> bytes:
    """Write lines of text (UTF-8, at most 54, letters of cp1252) as one A4 page (PDF 1.4) with `title` above them."""
    shown = [b"BT", b"/F1 15 Tf 56 786 Td", b"(" + _pdf(title) + b") Tj", b"/F1 10 Tf 0 -24 Td 13 TL"]
    shown += [b"(" + _pdf(line) + b") Tj T*" for line in text.decode("utf-8").splitlines()]
    page = b"\n".join([*shown, b"ET"])
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (de-DE) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
            b" /Resources << /Font << /F1 5 0 R >> >> >>"
        ),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(page), page),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        b"<< /Title <" + b"\xfe\xff".hex().encode() + title.encode("utf-16-be").hex().encode() + b"> >>",
    ]
    out = io.BytesIO(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    out.seek(0, io.SEEK_END)
    places = []
    for number, content in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, content))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d /Root 1 0 R /Info 6 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, start))
    return out.getvalue()


def _pdf(text: str) -> bytes:
    raw = text.encode("cp1252")
    return raw.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
