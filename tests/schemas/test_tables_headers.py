"""Header row, names and rows of tables as towns lay them out."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.tables import Table, TableError, read_table


def names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def codes(table: Table) -> set[str]:
    return {note.code for note in table.notes}


def test_a_first_row_of_delimiters_and_two_header_rows() -> None:
    table = read_table(
        b";;;;;\n;;Wahlb. ohne Sperrv.;Wahlb. mit Sperrv.;W\xe4hler;\n Nr ;Bereich;A1;A2;B;\n"
        b"101;Stift;870;1.227;621;\n102;Schule;921;188;577;\n;Gesamt;1.791;1.415;1.198;\n"
    )
    assert names(table) == ["Nr", "Bereich", "Wahlb. ohne Sperrv. A1", "Wahlb. mit Sperrv. A2", "Wähler B"]
    assert (table.header_row, table.header_rows, table.total_rows) == (2, 2, 3)
    assert table.skipped == ()
    assert table.sum_rows == (2,)
    assert {"header-joined", "empty-columns", "sum-rows"} <= codes(table)
    assert [column.type for column in table.columns] == ["key", "text", "integer", "integer", "integer"]


def test_group_names_over_repeated_names_are_spread() -> None:
    table = read_table(b";2022;;2023;\nOrt;m;w;m;w\nNeuhof;1;2;3;4\nFlieden;5;6;7;8\n")
    assert names(table) == ["Ort", "2022 m", "2022 w", "2023 m", "2023 w"]


def test_a_row_of_units_below_the_names_is_joined() -> None:
    table = read_table(b"Datum;Pegel;Abfluss\n;[cm];[m3/s]\n01.02.2026;120;4,5\n02.02.2026;118;4,1\n")
    assert names(table) == ["Datum", "Pegel [cm]", "Abfluss [m3/s]"]
    assert [column.unit for column in table.columns] == ["", "cm", "m3/s"]


def test_two_header_rows_of_words_above_numbers() -> None:
    table = read_table("Bezirk;Kandidat A;Kandidat B\nName;Stimmen;Stimmen\nNord;12;15\nSüd;20;31\nOst;7;9\n".encode())
    assert names(table) == ["Bezirk Name", "Kandidat A Stimmen", "Kandidat B Stimmen"]
    assert table.total_rows == 3


def test_a_missing_value_in_the_first_row_is_no_second_header() -> None:
    table = read_table(b"Ort;2022;2023\nNeuhof;k. A.;n/a\nFlieden;5;6\nKalbach;7;8\n")
    assert names(table) == ["Ort", "2022", "2023"]
    assert table.total_rows == 3


def test_duplicate_and_missing_names() -> None:
    table = read_table(b"Rad;Bus;Rad;;Rad (2)\n1;2;3;x;4\n5;6;7;y;8\n")
    assert names(table) == ["Rad", "Bus", "Rad (3)", "Spalte 4", "Rad (2)"]
    assert {"duplicate-names", "unnamed-columns"} <= codes(table)


@pytest.mark.parametrize(
    ("lines", "expected", "types"),
    [
        (
            ["Name;Wert;Wert;;", "A;12;2;3,5;7", "B;3;4;4,5;5"],
            ["Name", "Wert", "Wert (2)", "Spalte 4", "Spalte 5"],
            ["text", "integer", "integer", "number", "integer"],
        ),
        (
            ["Name;;;Wert", "A;17;12;3", "B;3;4;4"],
            ["Name", "Spalte 2", "Spalte 3", "Wert"],
            ["text", "integer", "integer", "integer"],
        ),
        # The first row of values counts 1, 2, 3 as names of classes may.
        (
            ["Name;Wert;Wert;;", "A;1;2;3;4", "B;9;4;4;5"],
            ["Name", "Wert", "Wert (2)", "Spalte 4", "Spalte 5"],
            ["text", "integer", "integer", "integer", "integer"],
        ),
        (
            ["Name;Jahr;;", "A;2019;x;y", "B;2020;z;x"],
            ["Name", "Jahr", "Spalte 3", "Spalte 4"],
            ["text", "year", "text", "text"],
        ),
        (
            ["Ort;2019;2020;;", "Neuhof;123;234;5;6", "Flieden;5;4;3;2"],
            ["Ort", "2019", "2020", "Spalte 4", "Spalte 5"],
            ["text", "integer", "integer", "integer", "integer"],
        ),
        (
            ["Ort;Typ;;", "Neuhof;Bach;d;e", "Flieden;Bach;f;g", "Kalbach;See;h;i"],
            ["Ort", "Typ", "Spalte 3", "Spalte 4"],
            ["text", "text", "text", "text"],
        ),
        (
            ["Name;Ort;Straße;;", "Laden;Neuhof;Am Bach 1;auf;Mo", "Markt;Flieden;Im Ort 2;zu;Di"],
            ["Name", "Ort", "Straße", "Spalte 4", "Spalte 5"],
            ["text", "text", "text", "text", "text"],
        ),
        (
            ["Name;Ort;Lage;;", "Laden;Neuhof;am Bach;12;7", "Markt;Flieden;im Ort;9;8"],
            ["Name", "Ort", "Lage", "Spalte 4", "Spalte 5"],
            ["text", "text", "text", "integer", "integer"],
        ),
    ],
)
@pytest.mark.parametrize("title", [[], ["Verzeichnis"], ["Stand:;01.03.2026"]])
def test_a_row_with_few_names_is_a_header_above_the_values_it_names(
    lines: list[str], expected: list[str], types: list[str], title: list[str]
) -> None:
    width = lines[0].count(";")
    above = [line + ";" * (width - line.count(";")) for line in title]
    table = read_table("\n".join([*above, *lines, ""]).encode())
    assert names(table) == expected
    assert [";".join(row) for row in table.rows] == lines[1:]
    assert [column.type for column in table.columns] == types
    assert "unnamed-columns" in codes(table)


def test_a_title_of_two_cells_is_no_header_above_names_that_are_years() -> None:
    table = read_table(b"Einwohner;Stand 2024;;;\nOrt;2019;2020;2021;2022\nNeuhof;123;345;4;5\nFlieden;5;6;7;8\n")
    assert (names(table), table.skipped) == (["Ort", "2019", "2020", "2021", "2022"], ("Einwohner Stand 2024",))


def test_groups_above_names_of_texts_are_no_header_by_themselves() -> None:
    rows = "".join(f"Herr {n}x;Weg {n};a{n}@example.org;Neuhof\n" for n in range(20))
    table = read_table(f"Person;Anschrift;;\nName;Weg;Mail;Ort\n{rows}".encode())
    assert names(table) == ["Person Name", "Anschrift Weg", "Mail", "Ort"]
    assert table.total_rows == 20


def test_two_header_rows_that_complete_each_other() -> None:
    table = read_table(b"Nr;Name;Adresse;;\n;;Weg;PLZ;Ort\n1;A;Am Bach 1;36119;Neuhof\n2;B;Am Bach 2;36119;Neuhof\n")
    assert names(table) == ["Nr", "Name", "Adresse Weg", "PLZ", "Ort"]
    assert table.total_rows == 2


@pytest.mark.parametrize("data", [b"Ort;Wert;;\nNeuhof;1\nFlieden;3\n", b"Ort;Wert\nNeuhof;1;;;\nFlieden;3;;;\n"])
def test_delimiters_that_only_the_header_or_only_the_rows_end_with_are_no_columns(data: bytes) -> None:
    table = read_table(data)
    assert (names(table), table.rows) == (["Ort", "Wert"], (("Neuhof", "1"), ("Flieden", "3")))
    assert [column.type for column in table.columns] == ["text", "integer"]
    assert {note.de for note in table.notes if note.code == "empty-columns"} != set()
    assert table.ragged_rows == 0


def test_names_lose_their_outer_blanks_and_line_breaks() -> None:
    assert names(read_table(b'Data Atto ;"Nennleistung\r\n [kW]"\n2024-01-03;9\n')) == [
        "Data Atto",
        "Nennleistung [kW]",
    ]


def test_a_table_without_header_is_numbered() -> None:
    table = read_table(b"01.02.2026;118,5;4\n02.02.2026;117,5;5\n03.02.2026;119,0;9\n")
    assert (table.header_row, table.total_rows) == (-1, 3)
    assert names(table) == ["Spalte 1", "Spalte 2", "Spalte 3"]
    assert "no-header" in codes(table)


@pytest.mark.parametrize(
    "header", ["Ort;2019;2020;2021", "Klasse;1;2;3", "Ort;2019;2020;2021*", "Ort;2019;2020 1);2021 2)"]
)
def test_years_and_counts_may_be_names(header: str) -> None:
    table = read_table(f"{header}\nNeuhof;5;6;7\nFlieden;8;9;1\n".encode())
    assert names(table) == header.split(";")


def test_blank_rows_and_trailing_delimiters_are_no_rows() -> None:
    table = read_table(b"a;b;;\n1;2;;\n;;;\n3;4;;\n\n;;;\n")
    assert (names(table), table.rows, table.ragged_rows) == (["a", "b"], (("1", "2"), ("3", "4")), 0)
    assert table.blank_rows == 3


def test_the_separator_line_of_excel_is_obeyed() -> None:
    table = read_table(b"sep=|\r\na|b\r\n1|2\r\n3|4\r\n")
    assert (table.delimiter, names(table), table.total_rows) == ("|", ["a", "b"], 2)


def test_decimal_commas_do_not_make_a_comma_table() -> None:
    table = read_table(b"Jahr;Wert\n2020;1,5\n2021;2,5\n2022;3,5\n2023;4,5\n")
    assert (table.delimiter, names(table)) == (";", ["Jahr", "Wert"])


def test_lists_inside_cells_do_not_win_over_the_delimiter() -> None:
    table = read_table(b"name,tags\nA,x;y\nB,y;z\nC,z;x\n")
    assert (table.delimiter, names(table)) == (",", ["name", "tags"])


def test_a_list_of_one_column_is_a_table_if_its_name_says_so() -> None:
    table = read_table("Straße\nAm Bach\nHauptstraße\n".encode(), "strassen.csv")
    assert (table.delimiter, names(table), table.total_rows) == ("", ["Straße"], 2)


def test_backslash_escapes_of_databases() -> None:
    table = read_table(b'id,text\n1,"a \\"b\\", c"\n2,"d, e"\n3,"f"\n')
    assert table.rows[0] == ("1", 'a "b", c')


def test_cells_of_many_lines_are_read_to_the_end() -> None:
    data = b"Nr;Text\n" + b"".join(b'%d;"%s"\n' % (n, b"eine Zeile\n" * 40) for n in range(300))
    whole = read_table(data)
    assert (whole.total_rows, whole.complete) == (300, True)
    assert whole.rows[-1] == ("299", "eine Zeile\n" * 40)
    head = read_table(data, max_rows=150)
    assert (len(head.rows), head.complete) == (150, False)
    assert 250 < head.total_rows < 350


def test_a_comma_in_all_names_below_a_title_with_delimiters_is_no_delimiter() -> None:
    rows = "".join(f"Muster{letter}, Max;SPD;Mitglied;01.04.2021\n" for letter in "abcdefghijklmno")
    table = read_table(f"Liste der Mitglieder;;;\nName;Fraktion;Funktion;seit\n{rows}".encode())
    assert (table.delimiter, names(table)) == (";", ["Name", "Fraktion", "Funktion", "seit"])
    assert table.total_rows == 15


def test_one_column_of_german_decimals_is_one_column() -> None:
    table = read_table(b"Wert\n4,19\n3,25\n12,5\n-0,75\n", "x.csv")
    assert (table.delimiter, names(table), table.columns[0].type) == ("", ["Wert"], "number")
    assert names(read_table(b"a,b\n4,19\n3,25\n12,5\n", "x.csv")) == ["a", "b"]


def test_lines_that_were_quoted_as_a_whole_are_read_without() -> None:
    lines = ["Name;Ort;Wert", *(f'N{n};Am ""Bach"" {n};{n * 3},5' for n in range(9))]
    table = read_table("\r\n".join(f'"{line}"' for line in lines).encode("cp1252"))
    assert (names(table), table.rows[2]) == (["Name", "Ort", "Wert"], ("N2", 'Am "Bach" 2', "6,5"))
    assert [column.type for column in table.columns] == ["text", "text", "number"]
    assert "lines-quoted" in codes(table)
    for text in ('"Anschrift"\n"Am Bach 3, Neuhof"\n"Im Ort 4, Flieden"\n', '"Name";"Wert"\n"a;b";"2"\n"c";"3"\n'):
        assert "lines-quoted" not in codes(read_table(text.encode(), "x.csv"))


def test_a_quote_inside_a_cell_is_kept() -> None:
    table = read_table(b'Nr;Name;Platz\n1;"Schule "Am Bach"";30\n2;19" Rack;40\n3;"ok";50\n')
    assert table.rows[1] == ("2", '19" Rack', "40")
    assert table.rows[0][0::2] == ("1", "30")
    assert table.total_rows == 3


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"\0\0\0", b" ; ; \n ; ; \n"])
def test_nothing_is_no_table(data: bytes) -> None:
    with pytest.raises(TableError) as caught:
        read_table(data, "x.csv")
    assert caught.value.code == "empty"
    assert caught.value.note.de


def test_web_pages_pdfs_and_prose_are_no_tables() -> None:
    for data, code in (
        (b"<!DOCTYPE html><html><title>Fehler 404</title></html>", "web-page"),
        (b"%PDF-1.7\n1 0 obj\n", "no-table"),
        (b"\x89PNG\r\n\x1a\n....", "no-table"),
    ):
        with pytest.raises(TableError) as caught:
            read_table(data, "tabelle.csv")
        assert caught.value.code == code


# Cells hold a word or nothing: words above columns of numbers are a second header row, and rightly so.
CELL = st.one_of(st.just(""), st.text("abcxyz0123456789 äöß\"'", max_size=8).map(lambda text: f"w{text}"))


@st.composite
def tables(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    """Rows under a header, and the bytes' text in some dialect of the csv module."""
    delimiter = draw(st.sampled_from(";,\t|"))
    width = draw(st.integers(2, 5))
    cell = st.one_of(CELL, CELL.map(lambda text: f"{text}{delimiter}x"), CELL.map(lambda text: f"x{text}\n{text}y"))
    header = [f"Name {chr(65 + index)}" for index in range(width)]
    rows = draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=3, max_size=12))
    buffer = io.StringIO(newline="")
    writer = csv.writer(
        buffer,
        delimiter=delimiter,
        quoting=draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])),
        lineterminator=draw(st.sampled_from(["\n", "\r\n"])),
    )
    writer.writerows([header, *rows])
    return buffer.getvalue(), [header, *rows]


@settings(deadline=None, max_examples=300)
@given(tables())
def test_a_table_written_in_any_dialect_reads_back_equal(written: tuple[str, list[list[str]]]) -> None:
    text, (header, *rows) = written
    table = read_table(text.encode(), "x.csv")
    assert names(table) == header
    assert table.rows == tuple(tuple(row) for row in rows if any(cell.strip() for cell in row))
    assert table.ragged_rows == 0


@st.composite
def sparsely_named(draw: st.DrawFn) -> tuple[list[str], list[list[str]], int]:
    """Names of which any but the first two may be missing, rows of a word and numbers, and empty columns at the end."""
    width = draw(st.integers(3, 7))
    some = [draw(st.sampled_from(["", "Wert", "Zahl", f"Spalte {index + 1}"])) for index in range(2, width)]
    number = st.integers(3000, 99_999).map(str)  # neither years nor a count
    rows = draw(st.lists(st.lists(number, min_size=width - 1, max_size=width - 1), min_size=2, max_size=9))
    return ["Ort", "Wert", *some], [[f"O{index}rt", *row] for index, row in enumerate(rows)], draw(st.integers(0, 4))


@settings(deadline=None, max_examples=300)
@given(sparsely_named(), st.sampled_from([0, 1, 2]))
def test_columns_without_names_cost_neither_names_nor_types(
    written: tuple[list[str], list[list[str]], int], ending: int
) -> None:
    header, rows, empty = written
    head, tail = {0: (empty, empty), 1: (empty, 0), 2: (0, empty)}[ending]
    lines = [";".join([*header, *[""] * head]), *(";".join([*row, *[""] * tail]) for row in rows)]
    table = read_table("\n".join(lines).encode(), "x.csv")
    assert [list(row) for row in table.rows] == rows
    assert names(table)[:2] == ["Ort", "Wert"]
    assert len(set(names(table))) == len(header)
    for number, (given_name, name) in enumerate(zip(header, names(table), strict=True), start=1):
        assert name.startswith(given_name or f"Spalte {number}")
    assert [column.type for column in table.columns[1:]] == ["integer"] * (len(header) - 1)
    assert ("empty-columns" in codes(table)) == (empty > 0)


@settings(deadline=None, max_examples=300)
@given(st.one_of(st.binary(max_size=300), st.text('a1;,|\t"\n\\ .', max_size=200).map(str.encode)))
def test_any_bytes_give_a_table_or_the_documented_error(data: bytes) -> None:
    try:
        table = read_table(data, "x.csv", max_rows=5)
    except TableError as error:
        found = error.note
        assert all(found), found
        return
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert len(set(names(table))) == len(table.columns)
    assert len(table.rows) <= 5
