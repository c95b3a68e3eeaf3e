"""Column types by 95 % of the values, with a round trip for what only looks like a number (F80)."""

from __future__ import annotations

import re
from datetime import date, datetime
from pathlib import Path
from typing import get_args

import pytest

from schemas.tables import Column, dates, read_table
from schemas.tables import types as column_types
from schemas.tables.kinds import KINDS


def column(name: str, values: list[str], german: bool = True) -> Column:
    return column_types.find_columns([name], [[value] for value in values], german)[0]


def test_F80_codes_sections_dates_and_exponents_stay_text() -> None:
    table = read_table(
        b"AGS;Abschnitt;Datum;Haus\n06631018;1.10;01.02.2026;1E5\n06631005;1.9;02.02.2026;12\n06631007;1.1;03.02.2026;7a\n"
    )
    assert table.rows[0] == ("06631018", "1.10", "01.02.2026", "1E5")
    assert [column.type for column in table.columns] == ["key", "text", "date", "text"]


@pytest.mark.parametrize(
    ("value", "kind"),
    [("06631018", "key"), ("1.10", "text"), ("01.02.2026", "date"), ("1E5", "text"), ("36119", "integer")],
)
def test_F80_each_alone(value: str, kind: str) -> None:
    table = read_table(f"Name;Wert\nNeuhof;{value}\n".encode())
    assert table.rows == (("Neuhof", value),)
    assert table.columns[1].type == kind


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("a", ["", "-", "k. A.", "#NV", "n/a"], "empty"),
        ("barrierefrei", ["ja", "nein", "Ja", ""], "boolean"),
        ("geprüft", ["J", "N", "N"], "boolean"),
        ("stufe", ["N", "N", "N", "N"], "category"),
        ("PLZ", ["36119", "36103", "36148"], "key"),
        ("Hausnummer", ["1", "2", "3"], "key"),
        ("Kennung", ["12345678901234567890", "22345678901234567890"], "key"),
        ("Anzahl", ["1", "2", "30"], "integer"),
        ("Anzahl", ["1.234", "621", "12.345.678"], "integer"),
        ("Wert", ["39,20", "6,60", "1.029,20"], "number"),
        ("Wert", ["-0,5", "−1,5", "7"], "number"),
        ("Anteil", ["12,5 %", "8 %", "100 %"], "number"),
        ("Betrag", ["1 234,50 €", "99,00 €", "12 000 000,00 €"], "number"),
        ("Preis", ["1.99", "2.50", "13.75"], "number"),
        ("Wert", ["1.5e-05", "0.25", "1e-06"], "number"),
        ("Datum", ["01.02.2026", "1.3.2026", "Mo., 02.02.2026"], "date"),
        ("Tag", ["2026-02-01", "2026-12-31"], "date"),
        ("Monat", ["Januar 2026", "März 2026", "Dez. 2026"], "date"),
        ("Quartal", ["2025-Q1", "2025 Q2"], "date"),
        ("Quartal", ["I/2025", "IV/2025"], "date"),
        ("Quartal", ["1. Quartal 2025", "II. Quartal 2025", "3. Vj. 2025"], "date"),
        ("Quartal", ["2025 1. Quartal", "2025, 2. Quartal"], "date"),
        ("Monat", ["2025/01", "2025/12"], "date"),
        ("Zeitraum", ["Jan 26", "Mrz. 26", "Dez '25"], "date"),
        ("Zeitraum", ["Jan-25", "Mrz-25", "Dez-25"], "date"),
        ("Zeitraum", ["Weg 12", "Hof 13"], "text"),
        ("Bezirk", ["1", "2", "3"], "key"),
        ("Fläche", ["49,16 km²", "19,31 km²"], "number"),
        ("Woche", ["KW 01/2025", "KW 2/2025", "KW 53/2026"], "date"),
        ("Woche", ["2025-W01", "2025-W52", "2025/KW3"], "date"),
        ("Woche", ["1. KW 2025", "2. KW 2025"], "date"),
        ("Woche", ["KW 60/2025", "KW 61/2025"], "text"),
        ("MESS_DATUM", ["2026010100", "2026010123"], "datetime"),
        ("Zeitstempel", ["202601011530", "20260101T154500"], "datetime"),
        ("Messzeit", ["01.02.26 08:15", "01.02.26 - 08:30 Uhr"], "datetime"),
        ("pubDate", ["Mon, 01 Jun 2026 10:00:00 +0200", "Tue, 02 Jun 2026 10:00:00 GMT"], "datetime"),
        ("Datum", ["45800", "45801"], "date"),
        ("Messdatum", ["45800.25", "45801"], "datetime"),
        ("Beginn", ["45800", "45801"], "date"),
        ("Stand", ["45800", "45801"], "integer"),  # of a meter
        ("Konto", ["5010000", "5211000"], "key"),
        ("Zählstellennr", ["1", "2"], "key"),
        ("Betrag", ["1.250,00-", "320,50"], "number"),
        ("Saldo", ["(1.234,50)", "998,10"], "number"),
        ("Kosten", ["€ 660.931,00", "EUR 12,50", "-€ 3,00"], "number"),
        ("Preis", ["12,-", "8,50 €", "3,– €"], "number"),
        ("Jahr", ["2022", "2023", "2024*"], "year"),
        ("Fälle", ["12", "13 1)", "14 a)", "15", "16¹", "1.234*", "17", "18", "19"], "integer"),
        ("Punkt", ["1 a)", "2 b)", "3"], "text"),
        ("Haus", ["12a", "13", "14"], "text"),
        ("lfd. Nr.", ["1.", "2.", "3."], "key"),
        ("Wert", ["1.", "2.", "3."], "text"),
        ("Wert", ["3.5060", "4.8116", "5.1999"], "number"),
        ("Monat", ["1.2025", "12/2025"], "date"),
        ("Höhe", ["300 m ü. NN", "301,5 m ü. NHN"], "number"),
        ("Zahl", ["(12)", "(7)", "45"], "text"),  # uncertain figures of official statistics are not negative
        ("Alter", ["10-", "20-"], "text"),
        ("Schuljahr", ["2022/23", "2023/24"], "date"),
        ("Zeit", ["1990", "2002/2003", "2020-12", "2021"], "date"),
        ("Tag", ["20260201", "20260202"], "date"),
        ("Zahl", ["20260201", "20260202"], "integer"),
        ("Messzeit", ["01.02.2026 08:15", "01.02.2026 24:00"], "datetime"),
        ("t", ["2026-02-01T08:15:00Z", "2026-02-01T08:15:00+01:00"], "datetime"),
        ("Timestamp", ["1740651467085", "1740651340359"], "datetime"),
        ("Kapazität", ["1740651467085", "1740651340359"], "integer"),
        ("Jahr", ["2019", "2021"], "year"),
        ("Reihe", ["2019", "2020", "2021", "2022"], "year"),
        ("Plätze", ["2019", "2024"], "integer"),
        ("Link", ["https://example.org/a", "http://example.org/b"], "url"),
        ("geom", ["POINT (9.2 48.5)", "MULTIPOLYGON(((9 48,9 49,10 49,9 48)))", "SRID=25832;POINT(1 2)"], "wkt"),
        ("Art", ["P", "H", "P", "H", "P"], "category"),
        ("Name", ["Neuhof", "Flieden", "Kalbach"], "text"),
        ("Länge", ["5,5", "7,25", "12,0"], "number"),
        ("Datum", ["31.02.2026", "32.01.2026"], "text"),
    ],
)
def test_types(name: str, values: list[str], kind: str) -> None:
    assert column(name, values).type == kind


def test_the_95_percent_rule() -> None:
    assert column("Wert", ["1,5"] * 95 + ["defekt"] * 5).type == "number"
    assert column("Wert", ["1,5"] * 94 + ["defekt"] * 6).type != "number"


def test_a_point_before_three_digits_is_a_thousand_in_a_german_file() -> None:
    german = column("Einwohner", ["1.234", "621", "870"])
    assert (german.type, german.decimal, column_types.number_of(german, "1.234")) == ("integer", ",", 1234.0)
    english = column("Wert", ["1.234", "1.5", "870"])
    assert (english.type, column_types.number_of(english, "1.234")) == ("number", 1.234)
    assert column_types.number_of(column("Wert", ["1.234", "2.345"], german=False), "1.234") == 1.234
    assert column_types.number_of(column("Wert", ["1,234", "1,234,567"], german=False), "1,234") == 1234.0


def test_the_habit_of_the_file_is_found_beside_coordinates_with_points() -> None:
    rows = "".join(f"Ort {n};50.{n}123;9.{n}123;{n}.{n}{n}{n}\n" for n in range(1, 10))
    table = read_table(f"Ort;lat;lon;Einwohner\n{rows}".encode())
    assert [column.type for column in table.columns[1:]] == ["latitude", "longitude", "integer"]


def test_places() -> None:
    def kinds(header: str, *rows: str) -> list[str]:
        table = read_table("\n".join((header, *rows)).encode())
        return [column.type for column in table.columns]

    assert kinds("Breitengrad;Längengrad", "50,4512;9,6123", "50,4611;9,6201") == ["latitude", "longitude"]
    assert kinds("x;y", "9.61;50.45", "9.62;50.46") == ["longitude", "latitude"]
    assert kinds("Rechtswert;Hochwert", "549321;5589123", "549322,5;5589124") == ["easting", "northing"]
    assert kinds("Ost;Nord", "32549321;5589123", "32549322;5589124") == ["easting", "northing"]
    assert kinds("X;Y", "3549321;5589123", "3549322;5589124") == ["easting", "northing"]  # Gauß-Krüger
    assert kinds("Länge;Breite", "5,5;2,5", "6,0;2,5") == ["number", "number"]  # of a parking lot
    lying = ["integer", "integer", "latitude", "longitude"]
    assert kinds("Breite_m;Länge (m);Lat;Lon", "8;14;50.45;9.61", "50;15;50.46;9.62") == lying  # of a bridge
    assert kinds("Breite;Länge;Breitengrad;Längengrad", "50;14;50,45;9,61", "48;9;50,46;9,62")[2:] == lying[2:]
    assert "latitude" not in kinds("Breite;Länge;lat;lon", "50;14;50.45;9.61", "48;9;50.46;9.62")[:2]
    assert kinds("lat;lon", "9.61;50.45", "9.62;50.46") == ["longitude", "latitude"]  # swapped names: the values decide


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("Pegel (cm)", "cm"),
        ("Nennleistung [kWh]", "kWh"),
        ("Anteil in %", "%"),
        ("Kosten in Tsd. €", "Tsd. €"),
        ("Durchschnittsalter (Jahre)", "Jahre"),
        ("Schall dB(A) (dB(A))", "dB(A)"),
        ("LAmax dB(A)", "dB(A)"),
        ("Grundwasserstand (m ü. NHN)", "m ü. NHN"),
        ("Name (alt)", ""),
        ("Einwohner (2023)", ""),
        ("in Betrieb", ""),
    ],
)
def test_units(name: str, unit: str) -> None:
    assert column_types.find_unit(name) == unit


def test_units_behind_values() -> None:
    assert column("Höhe", ["2,00 m", "1,85 m"]).unit == "m"
    assert column("Anteil", ["12,5 %", "8 %"]).unit == "%"


def test_units_behind_underscores_are_for_numbers_only() -> None:
    assert column("Laenge_km", ["1,5", "2,5"]).unit == "km"
    assert column("Preis_EUR_m2", ["150", "170"]).unit == "EUR/m2"
    assert column("Haus_A", ["rot", "blau"]).unit == ""
    assert column("Stromverbrauch kWh", ["150", "170"]).unit == "kWh"
    assert column("Größe m²", ["150", "170"]).unit == "m²"
    assert [column(name, ["1", "7"]).unit for name in ("Füllung KW", "Wert MW", "Temperatur min", "Block A")] == [
        ""
    ] * 4


@pytest.mark.parametrize(
    ("values", "first"),
    [
        (["1.250,00-", "320,50"], -1250.0),
        (["(1.234,50)", "998,10"], -1234.5),
        (["-€ 3,00", "€ 2,50"], -3.0),
        (["12,-", "8,50 €"], 12.0),
    ],
)
def test_amounts_as_bookkeepers_write_them(values: list[str], first: float) -> None:
    assert column_types.number_of(column("Betrag", values), values[0]) == first


@pytest.mark.parametrize(
    ("name", "value", "begin", "end"),
    [
        ("Woche", "KW 01/2025", datetime(2024, 12, 30), date(2025, 1, 5)),
        ("Quartal", "IV/2025", datetime(2025, 10, 1), date(2025, 12, 31)),
        ("MESS_DATUM", "2026010124", datetime(2026, 1, 2), date(2026, 1, 2)),
        ("Datum", "45800", datetime(2025, 5, 23), date(2025, 5, 23)),
        ("Messdatum", "45800.25", datetime(2025, 5, 23, 6), date(2025, 5, 23)),
    ],
)
def test_what_a_time_covers(name: str, value: str, begin: datetime, end: date) -> None:
    found = [span for form in dates.formats(column(name, [value]).format) if (span := dates.span(value, form))]
    assert found == [(begin, end)]


def test_the_page_on_tables_names_every_type_and_kind() -> None:
    page = (Path(__file__).parents[2] / "docs" / "tables.md").read_text("utf-8")
    for kind in get_args(column_types.ColumnType):
        assert f"`{kind}`" in page
    listed = page.rpartition("## Kinds of files")[2]
    assert set(KINDS) <= set(re.findall(r"[\w-]+", listed))


@pytest.mark.parametrize(
    ("values", "gap"),
    [
        (["120", "118", "-777", "121"], -777.0),
        (["1,5", "-2,5", "-99,9", "0,5", "-99,9"], -99.9),
        (["-3.1", "-999.0", "1.0", "  -999", "2.5"], -999.0),
        (["5", "-99", "7", "8"], None),  # may be a balance
        (["5", "-99", "7", "8", "-99"], -99.0),
        (["-400", "-999", "7", "8"], None),
        (["-999", "-777", "7", "8", "9"], None),
        (["999", "7", "8", "9"], None),
        (["-999", "-999", "3"], None),
    ],
)
def test_numbers_that_stand_for_no_value(values: list[str], gap: float | None) -> None:
    found = column("W", values)
    assert found.gap == gap
    if gap is not None:
        assert [column_types.number_of(found, value) for value in values].count(None) == sum(
            "9" in v or "77" in v for v in values
        )
