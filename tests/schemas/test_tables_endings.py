"""Where a table ends, and header rows of groups, units, days and words alone, as statistics offices lay them out."""

from __future__ import annotations

import pytest

from schemas.tables import Table, read_table

ROWS = "".join(f"0663100{n};Ort {n};{n * 7};{n + 3}\n" for n in range(1, 9))


def codes(table: Table) -> dict[str, str]:
    return {note.code: note.de for note in table.notes}


@pytest.mark.parametrize(
    "notes",
    [
        ["__________", "1) Ergebnisse auf Grundlage des Zensus 2022.", "(C)opyright Statistische Ämter, 2026"],
        ["", "- = nichts vorhanden", ". = Zahlenwert unbekannt oder geheim zu halten", "x = gesperrt"],
        ["", "", "Quelle: Einwohnermeldeamt, eigene Berechnung;;;"],
        ["*) vorläufig;;;"],
        ["Stand: 29.11.2026 / 12:14:05"],
        ["", "Die Zahlen der Ortsteile sind gerundet;;;"],
        ["Angaben der Träger, die in den Jahren zuvor anders gezählt wurden als heute;;;", "", "Ohne Gewähr;;;"],
    ],
)
def test_footnotes_are_no_rows(notes: list[str]) -> None:
    table = read_table(("AGS;Gemeinde;m;w\n" + ROWS + "\n".join(notes) + "\n").encode())
    assert [column.type for column in table.columns] == ["key", "text", "integer", "integer"]
    assert (table.total_rows, table.ragged_rows) == (8, 0)
    told = [note.strip("; ") for note in notes if note.strip("; ")]
    assert list(table.below) == told
    assert str(len(told)) in codes(table)["footnotes"]


@pytest.mark.parametrize(
    "last",
    [
        "06631009;Neuhof;5;",
        "06631009;;;",  # a place of which nothing is known
        "\n06631009;;;",
        "Kreis Fulda;;;\n06631009;Neuhof;5;6",  # a group with a name of its own
        "Summe;;14;9",
    ],
)
def test_rows_with_few_cells_stay(last: str) -> None:
    table = read_table(("AGS;Gemeinde;m;w\n" + ROWS + last + "\n").encode())
    assert table.total_rows == 8 + len([line for line in last.split("\n") if line])
    assert table.below == ()


def test_a_column_of_remarks_that_is_mostly_empty_makes_no_footnotes() -> None:
    lines = [f"* Weg {n};" + ("gesperrt" if n % 4 == 0 else "") for n in range(12)]
    table = read_table(("Straße;Hinweis\n" + "\n".join(lines) + "\n").encode())
    assert (table.total_rows, table.below) == (12, ())


def test_a_further_table_is_told_and_left_out() -> None:
    first = "Tabelle 1\nOrtsteil;Einwohner\n" + "".join(f"Ort {n};{n * 30}\n" for n in range(1, 6))
    for second in (
        "\nTabelle 2: Haushalte\nOrtsteil;Haushalte\nOrt 1;3\nOrt 2;4\n",
        "\n\nStraße;Länge\nWeg 1;3,5\nWeg 2;4,5\n",
    ):
        table = read_table((first + second).encode())
        assert [(column.name, column.type) for column in table.columns] == [
            ("Ortsteil", "text"),
            ("Einwohner", "integer"),
        ]
        assert (table.total_rows, table.below) == (5, ())
        assert str(len([line for line in second.split("\n") if line])) in codes(table)["further-table"]


@pytest.mark.parametrize("between", ["\n", "\nKreis Fulda\n", "\nKreis Fulda;\n\n", "\nOrt 7;k. A.\nOrt 8;17\n"])
def test_a_gap_in_a_table_is_no_end(between: str) -> None:
    rows = "".join(f"Ort {n};{n * 30}\n" for n in range(1, 6))
    table = read_table(f"Ortsteil;Einwohner\n{rows}{between}{rows}".encode())
    assert "further-table" not in codes(table)
    assert table.total_rows == 10 + len([line for line in between.split("\n") if line])


def test_a_header_that_is_repeated_on_each_page_is_no_row() -> None:
    rows = "".join(f"Ort {n};{n * 30}\n" for n in range(1, 6))
    table = read_table(f"Ortsteil;Einwohner\n{rows}Ortsteil;Einwohner\n{rows}Ortsteil;Einwohner\n{rows}".encode())
    assert [column.type for column in table.columns] == ["category", "integer"]
    assert table.total_rows == 15
    assert "2" in codes(table)["header-repeated"]
    parts = read_table(f"Ortsteil;Einwohner\n{rows}\nOrtsteil;Einwohner\n{rows}\n\nOrtsteil;Einwohner\n{rows}".encode())
    assert (parts.total_rows, "further-table" in codes(parts)) == (15, False)


@pytest.mark.parametrize(
    ("header", "names"),
    [
        (["AGS;Gemeinde;Fälle;Fälle", ";;2023;2024"], ["AGS", "Gemeinde", "Fälle 2023", "Fälle 2024"]),
        (["AGS;Gemeinde;Fälle;", ";;2023;2024"], ["AGS", "Gemeinde", "Fälle 2023", "Fälle 2024"]),
        (["AGS;Gemeinde;Regen;Wind", ";;mm;m/s"], ["AGS", "Gemeinde", "Regen [mm]", "Wind [m/s]"]),
        (["AGS;Gemeinde;Frauen;Männer", ";;Anzahl;Anzahl"], ["AGS", "Gemeinde", "Frauen Anzahl", "Männer Anzahl"]),
        (["AGS;Gemeinde;05.01.2026;12.01.2026"], ["AGS", "Gemeinde", "05.01.2026", "12.01.2026"]),
    ],
)
def test_header_rows_of_groups_units_and_days(header: list[str], names: list[str]) -> None:
    table = read_table(("\n".join(header) + "\n" + ROWS).encode())
    assert [column.name for column in table.columns] == names
    assert (table.total_rows, table.header_row) == (8, len(header) - 1)


def test_units_below_the_names_are_units() -> None:
    rows = "".join(f"{n:02d}.04.2026;{n},5;{n}\n" for n in range(1, 9))
    table = read_table(f"Datum;Temperatur;Regen\n;°C;mm\n{rows}".encode())
    assert [column.unit for column in table.columns] == ["", "°C", "mm"]


def test_days_as_values_are_no_names() -> None:
    rows = "".join(f"Weg {n};{n:02d}.01.2026;{n + 7:02d}.01.2026\n" for n in range(1, 9))
    table = read_table(rows.encode())
    assert (table.header_row, table.total_rows) == (-1, 8)


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ("Verein;;Ort;;Sportart", ["Verein", "Spalte 2", "Ort", "Spalte 4", "Sportart"]),
        ("Name;Adresse;;;", ["Name", "Adresse", "Spalte 3", "Spalte 4", "Spalte 5"]),
        ("Mitglied im Verband;;;;", None),  # a title, for all that can be told
    ],
)
def test_texts_that_are_all_different_below_words_that_columns_are_called_by(
    header: str, names: list[str] | None
) -> None:
    lines = ["Adler;e. V.;Neuhof;West;Turnen", "Borussia;g. e. V.;Flieden;Ost;Ski", "Concordia;–;Kalbach;Süd;Tanz"]
    table = read_table("\n".join([header, *lines, ""]).encode())
    if names:
        assert [column.name for column in table.columns] == names
        assert table.total_rows == 3
    else:
        assert table.header_row != 0


def test_a_row_whose_name_ends_with_all_of_them_sums_up_unless_most_do() -> None:
    rows = "".join(f"Ort {n};{n * 30}\n" for n in range(1, 6))
    assert read_table(f"Ortsteil;Fälle\n{rows}LK Fulda gesamt;450\n".encode()).sum_rows == (5,)
    assert read_table(f"Ortsteil;Fälle\n{rows}Stadt (insgesamt);450\n".encode()).sum_rows == (5,)
    every = "".join(f"Ort {n} gesamt;{n * 30}\n" for n in range(1, 6))
    assert read_table(f"Ortsteil;Fälle\n{every}".encode()).sum_rows == ()
