"""Files as programs leave them: packed, without a header of their kind, with places in odd writings, pages of one table."""

from __future__ import annotations

import gzip
import struct

import pytest

from catalog.preview import contents
from catalog.preview.reasons import Reason
from tests.catalog.preview.test_contents import made, zipped
from tests.schemas import file_bytes

TABLE = "Straße;Länge (m)\r\n".encode() + b"".join(b"Weg %d;%d\r\n" % (n, n * 7) for n in range(1, 40))
LONG = b"".join(b"Weg %d;%d\r\n" % (n, n * n % 997) for n in range(3_000))
PACKED = gzip.compress(TABLE)


@pytest.mark.parametrize(
    ("data", "whole", "kind", "reason", "rows"),
    [
        (PACKED, True, "table", "", 39),
        (
            gzip.compress(TABLE + b"".join(b"Weg %d;%d\r\n" % (n, n * n % 997) for n in range(3_000)))[:9_000],
            False,
            "table",
            "",
            1,
        ),
        (PACKED[:20] + b"x" * 40, True, "none", "unreadable", 0),
        (gzip.compress(b"1;2\n" * 3_000_000), True, "none", "bomb", 0),
        (gzip.compress(PACKED), True, "none", "nested-archive", 0),
        (gzip.compress(zipped(a__csv=TABLE)), True, "none", "nested-archive", 0),
        (gzip.compress(b"%PDF-1.7\n1 0 obj\n"), True, "none", "unknown-format", 0),
    ],
)
def test_what_was_packed_with_gzip(data: bytes, whole: bool, kind: str, reason: str, rows: int) -> None:
    preview = made(data, "wege.csv.gz", whole).preview
    assert (preview.kind, preview.reason.code if preview.reason else "") == (kind, reason)
    if rows:
        assert preview.table is not None
        assert preview.table.names == ("Straße", "Länge (m)")
        assert preview.table.total_rows >= rows
        assert "wege.csv" in {note.code: note.de for note in preview.notes}["unpacked"]


def test_each_shapefile_of_an_archive_can_be_chosen() -> None:
    parts = [
        (name.replace("Wege", stem), content) for stem in ("Wege", "Zonen") for name, content in file_bytes.shapefile()
    ]
    data = file_bytes.zipped(*parts)
    first, second, other = (contents.read(data, "a.zip", True, layer=name) for name in ("", "wege/zonen", "nichts"))
    assert first.layers == (("wege/wege", "Wege"), ("wege/zonen", "Zonen"))
    assert (first.layer, second.layer, other.layer) == ("wege/wege", "wege/zonen", "wege/wege")
    told = [
        each.table and "several-layers" in {note.code for note in each.table.notes} for each in (first, second, other)
    ]
    assert told == [True, False, True]
    assert contents.read(file_bytes.zipped(*file_bytes.shapefile()), "a.zip", True).layers == ()


def test_a_text_that_ends_with_zeros_is_a_text_and_a_binary_workbook_is_none() -> None:
    assert made(TABLE + b"\0" * 5_000, "a.csv").preview.kind == "table"
    workbook = made(zipped(**{"[Content_Types]__xml": b"<x/>", "xl/workbook__bin": b"\0" * 9}), "a.xlsb").preview
    assert workbook.reason == Reason("unknown-format")


WKB = "0101000020E6100000{}"


@pytest.mark.parametrize(
    "cells",
    [
        [f"50.55{n}, 9.67{n}" for n in range(8)],
        [f"N 50.55{n} E 9.67{n}" for n in range(8)],
        [f"50°33'0{n}\"N;9°40'1{n}\"E" for n in range(8)],
        [WKB.format(struct.pack("<dd", 9.67 + n / 1000, 50.55 + n / 1000).hex()) for n in range(8)],
        [f"32 54800{n};5 60100{n}" for n in range(8)],
        ['"{""type"": ""Point"", ""coordinates"": [9.67' + f"{n}, 50.55{n}]" + '}"' for n in range(8)],
    ],
)
def test_a_table_lies_where_its_cells_say(cells: list[str]) -> None:
    head = "Name;Lage" if ";" not in cells[0] else "Name;lat;lon" if "°" in cells[0] else "Name;X;Y"
    lines = [head, *(f"Bank {'ABCDEFGH'[n]};{cell}" for n, cell in enumerate(cells)), f"Summe{';' * head.count(';')}"]
    preview = made("\n".join(lines).encode(), "a.csv").preview
    assert preview.geometry is not None
    assert (preview.kind, preview.geometry.shown, preview.chart["kind"]) == ("map", 8, "map")
    assert 9.66 < preview.geometry.box.west <= preview.geometry.box.east < 9.69
    assert 50.54 < preview.geometry.box.south <= preview.geometry.box.north < 50.57


def test_words_with_numbers_in_them_make_no_map() -> None:
    for cells in (["50, 9"] * 8, ["12.5, 60.3"] * 8, ["50.55, 9.67", *["am Markt"] * 7]):
        lines = ["Name;Maße", *(f"Bank {n};{cell}" for n, cell in enumerate(cells))]
        assert made("\n".join(lines).encode(), "a.csv").preview.geometry is None


CELLS = "".join(f"<tr><td>{2010 + n}<td align=right>{n},5</td></tr>" for n in range(9))
TABLE_ONLY = f"<html><head><style>td {{x}}</style></head><body><table><tr><th>Jahr<th>Wert &amp; Ort{CELLS}</table></body></html>"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (TABLE_ONLY, "table"),
        (f"<!DOCTYPE html>{TABLE_ONLY}", "table"),
        (TABLE_ONLY.replace("</table>", "</table><script>x()</script>"), "page"),
        (TABLE_ONLY.replace("<body>", "<body><p>" + "Die Seite ist umgezogen. " * 9), "page"),
        (TABLE_ONLY.replace("<body>", "<body><![x"), "page"),
        (TABLE_ONLY.replace("<td>", "<td><a href=x>"), "page"),
        (TABLE_ONLY.replace("<body>", "<body><table><tr><td>"), "page"),
        ("<html><head><title>Fehler</title></head><body><table><tr><td>404<td>Fehler</table></body></html>", "page"),
    ],
)
def test_a_page_of_nothing_but_a_table_is_that_table(text: str, kind: str) -> None:
    preview = made(text.encode(), "werte.xls").preview
    if kind == "page":
        assert preview.reason == Reason("web-page")
    else:
        assert preview.table is not None
        assert preview.profile is not None
        assert [(column.name, column.type) for column in preview.profile.columns] == [
            ("Jahr", "year"),
            ("Wert & Ort", "number"),
        ]
        assert (preview.table.total_rows, "page-table" in {note.code for note in preview.notes}) == (9, True)


def test_a_workbook_in_the_xml_of_excel_2003() -> None:
    def sheet(name: str, *rows: str) -> str:
        return f'<Worksheet ss:Name="{name}"><Table>{"".join(f"<Row>{row}</Row>" for row in rows)}</Table></Worksheet>'

    def cell(text: object, kind: str = "Number", index: str = "") -> str:
        return f'<Cell{index}><Data ss:Type="{kind}">{text}</Data></Cell>'

    head = cell("Tag", "String") + "<Cell/>" + cell("Wert", "String")
    rows = [
        cell(f"2026-01-{n + 1:02d}T00:00:00.000", "DateTime") + cell(n * 1.125, index=' ss:Index="3"') for n in range(9)
    ]
    text = (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook '
        'xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        f"{sheet('A', cell('x', 'String'))}{sheet('B', head, *rows)}</Workbook>"
    )
    preview = made(text.encode(), "werte.xls").preview
    assert preview.table is not None
    assert preview.profile is not None
    assert [(column.name, column.type) for column in preview.profile.columns] == [("Tag", "date"), ("Wert", "number")]
    assert preview.table.rows[1] == ("2026-01-02", "1.125")
    assert preview.profile.columns[1].maximum == 9.0
