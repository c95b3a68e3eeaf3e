"""The six files of municipal habits that the preview engine was designed by (design: web.md section 4)."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest

from schemas.tables import Table, profile, read_table


def types(table: Table) -> dict[str, str]:
    return {column.name: column.type for column in table.columns}


def codes(table: Table) -> list[str]:
    return [note.code for note in table.notes]


def test_1_cp1252_semicolon_decimal_comma_three_title_lines_and_a_total() -> None:
    lines = [
        "Einwohner der Gemeinde nach Ortsteilen",
        "Stand: 31.12.2024",
        "Quelle: Melderegister; ohne Gewähr",
        "Ortsteil;Einwohner;Fläche (km²);Dichte;Stand",
        "Neuhof;4.512;23,45;192,4;31.12.2024",
        "Dorfborn;812;6,10;133,1;31.12.2024",
        "Hattenhof;1.033;7,80;132,4;31.12.2024",
        "Rommerz;1.640;12,25;133,9;31.12.2024",
        "Summe;7.997;49,60;161,2;31.12.2024",
    ]
    table = read_table("\r\n".join(lines).encode("cp1252"))
    assert (table.encoding, table.delimiter, table.header_row) == ("cp1252", ";", 3)
    assert table.skipped[0] == "Einwohner der Gemeinde nach Ortsteilen"
    assert len(table.skipped) == 3
    assert types(table) == {
        "Ortsteil": "text",
        "Einwohner": "integer",
        "Fläche (km²)": "number",
        "Dichte": "number",
        "Stand": "date",
    }
    assert table.columns[2].unit == "km²"
    assert table.rows[0] == ("Neuhof", "4.512", "23,45", "192,4", "31.12.2024")
    assert table.sum_rows == (4,)
    figures = profile(table)
    assert (figures.columns[1].minimum, figures.columns[1].maximum) == (812, 4512)  # the total does not count
    assert figures.columns[1].mean == pytest.approx((4512 + 812 + 1033 + 1640) / 4)
    assert figures.period is not None
    assert figures.period.end == date(2024, 12, 31)


def test_2_utf8_bom_line_breaks_in_cells_ragged_rows_formulas_and_scripts() -> None:
    data = (
        "\ufeffName,Anschrift,Bemerkung,Plätze\n"
        '"Kita ""Sonnenschein""","Hauptstr. 1\n36119 Neuhof","=HYPERLINK(""http://example.org"")",45\n'
        '"Kita Regenbogen","Schulweg 2\r\n36119 Neuhof, Dorfborn","<script>alert(1)</script>",60\n'
        "Kita Wald,Am Forst 3,@SUM(A1)\n"
        'Kita Feld,"Feldweg 4","+49 661 000000",20,zu viel\n'
        "Kita Bach,Bachweg 5,-,30\n"
    )
    table = read_table(data.encode())
    assert (table.delimiter, table.header_row, table.encoding) == (",", 0, "utf-8")
    assert table.ragged_rows == 2
    assert "ragged-rows" in codes(table)
    assert table.rows[0] == (
        'Kita "Sonnenschein"',
        "Hauptstr. 1\n36119 Neuhof",
        '=HYPERLINK("http://example.org")',
        "45",
    )
    assert table.rows[1][1:3] == ("Schulweg 2\r\n36119 Neuhof, Dorfborn", "<script>alert(1)</script>")
    assert table.rows[2] == ("Kita Wald", "Am Forst 3", "@SUM(A1)", "")
    assert table.rows[3] == ("Kita Feld", "Feldweg 4", "+49 661 000000", "20")
    assert types(table)["Plätze"] == "integer"


def test_3_unicode_text_of_excel() -> None:
    text = "Straße\tZählung\tDatum\r\n" + "".join(
        f"Größe {number}\t{number * 1000}\t{number:02d}.03.2025\r\n" for number in range(1, 20)
    )
    table = read_table(b"\xff\xfe" + text.encode("utf-16-le"))
    assert (table.encoding, table.delimiter, table.total_rows) == ("utf-16-le", "\t", 19)
    assert types(table) == {"Straße": "text", "Zählung": "integer", "Datum": "date"}
    assert table.rows[-1] == ("Größe 19", "19000", "19.03.2025")


def test_4_a_long_clean_file_gives_its_head_and_an_estimate() -> None:
    body = "".join(f"{number},Pegel {number % 7},{number % 400}.5,n/a\n" for number in range(60_000))
    data = b"id,station,level,remark\n" + body.encode()
    head = read_table(data, max_rows=1000)
    assert (len(head.rows), head.complete) == (1000, False)
    assert abs(head.total_rows - 60_000) <= 1
    assert "rows-cut" in codes(head)
    assert [column.type for column in head.columns] == ["key", "category", "number", "empty"]
    assert head.columns[3].missing == 1000
    whole = read_table(data)
    assert (whole.total_rows, whole.complete, len(whole.rows)) == (60_000, True, 60_000)
    assert whole.rows[:1000] == head.rows


def test_5_one_foreign_line_pipes_leading_zeros_and_an_open_quote() -> None:
    lines = [b"AGS|PLZ|Ort|Einwohner|Bemerkung"]
    for number in range(40):
        lines.append(
            f"066310{number:02d}|0{1000 + number}|Fließ {number}|{1 + number % 9}.{100 + number}|ohne".encode()
        )
    lines[11] = b"06631099|01099|M\xfchlbach|1.234|ohne"
    lines[21] = b'06631018|36119|"Neuhof|9.876|Anf\xc3\xbchrung'
    table = read_table(b"\n".join(lines))
    assert (table.delimiter, table.total_rows, table.encoding) == ("|", 40, "utf-8")
    assert codes(table).count("repaired-lines") == 1
    assert codes(table).count("broken-quotes") == 1
    assert table.rows[10][2] == "Mühlbach"
    assert table.rows[20] == ("06631018", "36119", "Neuhof", "9.876", "Anführung")
    assert table.ragged_rows == 0
    found = types(table)
    assert (found["AGS"], found["PLZ"], found["Einwohner"]) == ("key", "key", "integer")
    assert profile(table).columns[3].maximum == 9876


def test_6_workbook_with_hint_sheet_title_row_empty_column_and_formula() -> None:
    book = openpyxl.Workbook()
    hints = book.active
    assert hints is not None
    hints.title = "Hinweise"
    hints["A1"] = "Bitte beachten Sie die Erläuterungen."
    sheet = book.create_sheet("Haushalt")
    sheet.append(["Haushaltsplan 2025"])
    sheet.append([])
    sheet.append(["Produkt", None, "Ansatz (€)", "Beschluss", "Anteil"])
    for number in range(1, 13):
        sheet.append([f"Produkt {number}", None, 2000 * number, date(2025, number, 1), 0.5 * number])
    sheet.append(["Gesamt", None, "=SUM(C4:C15)", None, None])
    buffer = io.BytesIO()
    book.save(buffer)
    table = read_table(buffer.getvalue())
    assert (table.sheet, table.header_row, table.skipped) == ("Haushalt", 2, ("Haushaltsplan 2025",))
    assert {"sheet-chosen", "empty-columns", "formula-without-value"} <= set(codes(table))
    assert types(table) == {"Produkt": "text", "Ansatz (€)": "integer", "Beschluss": "date", "Anteil": "number"}
    assert table.rows[0] == ("Produkt 1", "2000", "2025-01-01", "0.5")
    assert table.columns[1].unit == "€"
    assert profile(table).columns[1].maximum == 24_000
