"""The chart is chosen by the data (web.md 4, step 8), and a reader may choose another one that the columns can make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from catalog import charts
from catalog.charts import Choice, Wish
from catalog.charts.adding import adds_up
from schemas.tables import Profile, Table, TableError, profile, read_table
from tests.catalog.charts import tables

Made = Callable[[], tuple[Table, Profile]]


@pytest.mark.parametrize(
    ("made", "choice"),
    [
        (tables.level, Choice("line", "Datum", ("Pegel (cm)",))),
        (tables.hours, Choice("line", "Zeit", ("Temperatur (°C)", "Niederschlag (mm)"))),
        (tables.visitors, Choice("line", "Uhrzeit", ("Besucher",))),
        (tables.inhabitants, Choice("line", "Jahr", ("Einwohner",), "Ort")),
        (tables.budget, Choice("bar", "Produktbereich", ("Ergebnis (€)",))),
        (tables.weights, Choice("histogram", "Gewicht (kg)")),
        (tables.playgrounds, Choice("bar", "Art")),
        (tables.garages, Choice("map")),
        (tables.sensors, Choice("line", "Datum", ("Messwert",), "Station")),
        (tables.inspections, Choice("bar", "Bauwerk", ("Note",))),
        (tables.indicators, Choice("table")),
    ],
)
def test_the_data_choose(made: Made, choice: Choice) -> None:
    table, figures = made()
    kept = charts.prepared(charts.prepare(table, figures))
    assert kept is not None
    assert kept.choice == choice
    assert (kept.figure is None) == (choice.kind in ("map", "table"))


def test_a_file_with_features_is_a_map() -> None:
    table, figures = tables.budget()
    assert charts.prepare(table, figures, has_map=True)["kind"] == "map"


def test_names_of_bars_stand_in_most_rows_and_are_short() -> None:
    head = ["Schlüssel", "Meldung", "Betreiber", "stop_lat", "Ladepunkte"]
    keys, message = ("A" * 120, "B" * 120), "Der Betrieb ruht bis auf Weiteres wegen hoher Wasserstände. "
    rows = [
        (keys[n % 2] if n < 10 else "", message * 2 + str(n % 3), f"Werk {n % 3}", 16.5 + n / 100, 2 + n % 5)
        for n in range(40)
    ]
    _, figures = tables.table(head, rows)
    assert charts.choose(figures.columns, figures.rows) == Choice("bar", "Betreiber", ("Ladepunkte",))


@pytest.mark.parametrize(
    ("made", "titles", "choice"),
    [
        # A flat line says nothing, whatever the title.
        (tables.parking, (), Choice("line", "Zeitpunkt", ("belegt",), "Parkplatz")),
        (tables.parking, ("Belegung der Parkplätze",), Choice("line", "Zeitpunkt", ("belegt",), "Parkplatz")),
        (tables.parking, ("Freie Stellplätze",), Choice("line", "Zeitpunkt", ("frei",), "Parkplatz")),
        (
            tables.street_light,
            ("Stromverbrauch der Straßenbeleuchtung",),
            Choice("line", "Monat", ("Verbrauch_kWh",), "Ortsteil"),
        ),
        (tables.street_light, ("Zahl der Leuchten",), Choice("line", "Monat", ("Verbrauch_kWh",), "Ortsteil")),
        (
            tables.budget_by_codes,
            (),
            Choice("bar", "Bezeichnung", ("Erträge_EUR",), about="Produktbereich"),
        ),
        (
            tables.budget_by_codes,
            ("Aufwendungen der Gemeinde", "CSV"),
            Choice("bar", "Bezeichnung", ("Aufwendungen_EUR",), about="Produktbereich"),
        ),
        # Trees are counted unless the title speaks of their girth.
        (tables.trees, ("Baumkataster Neuhof",), Choice("bar", "Baumart")),
        (tables.trees, ("Umfang der Stämme", "stammumfang"), Choice("bar", "Baumart", ("Stammumfang_cm",))),
        (tables.districts, ("Einwohner nach Ortsteilen",), Choice("bar", "Ortsteil", ("Einwohner_2026",))),
        (tables.districts, ("Einwohner 2025",), Choice("bar", "Ortsteil", ("Einwohner_2025",))),
    ],
)
def test_what_the_title_speaks_of_is_drawn(made: Made, titles: tuple[str, ...], choice: Choice) -> None:
    table, figures = made()
    kept = charts.prepared(charts.prepare(table, figures, titles=titles))
    assert kept is not None
    assert kept.choice == choice
    assert kept.figure is not None


def test_a_reader_goes_on_from_what_the_title_speaks_of() -> None:
    table, figures = tables.parking()
    kept = charts.prepared(charts.prepare(table, figures, titles=("Freie Stellplätze",)))
    assert kept is not None
    assert kept.known.fixed == {"Stellplätze"}
    wished = charts.wished(figures.columns, figures.rows, Wish("line"), known=kept.known)
    assert wished == Choice("line", "Zeitpunkt", ("frei",), "Parkplatz")
    wished = charts.wished(figures.columns, figures.rows, Wish("line", y=("Stellplätze",)), known=kept.known)
    assert wished == Choice("line", "Zeitpunkt", ("Stellplätze",), "Parkplatz")


def test_room_for_something_comes_after_what_happens_there() -> None:
    rows = [(f"Parkplatz {name}", 50 + n, 7 * n % 13) for n, name in enumerate("ABCDEFGH")]
    table, figures = tables.table(["Name", "Stellplätze", "belegt"], rows)
    for titles, measure in (
        ((), "belegt"),
        (("Belegung der Parkplätze",), "belegt"),
        (("Stellplätze am Bahnhof",), "Stellplätze"),
    ):
        assert charts.prepare(table, figures, titles=titles)["figure"]["y"] == measure


def test_a_sum_comes_before_its_parts_and_the_year_of_the_title_before_others() -> None:
    rows = [(f"Ort {name}", 10 * n, 6 * n, 4 * n) for n, name in enumerate("ABCDEFGH", 3)]
    for head, titles, measure in (
        (["Ort", "Männer", "weiblich", "gesamt"], (), "gesamt"),
        (["Posten", "Ergebnis 2024", "Ansatz 2025", "Ansatz 2026"], ("Ergebnishaushalt 2026",), "Ansatz 2026"),
        (["Posten", "Ergebnis 2024", "Ansatz 2025", "Ansatz 2026"], ("Ergebnishaushalt 2030",), "Ergebnis 2024"),
    ):
        table, figures = tables.table(head, rows)
        assert charts.prepare(table, figures, titles=titles)["figure"]["y"] == measure


def test_ages_from_the_first_to_the_last_are_no_measure() -> None:
    rows = [*((str(age), age * 7 % 31) for age in range(100)), ("100 und älter", 7)]
    table, figures = tables.table(["Alter", "Frauen"], rows)
    assert charts.prepare(table, figures)["choice"]["x"] == "Frauen"


def test_the_number_of_a_row_is_no_thing_with_a_name() -> None:
    days = [f"{n + 1:02d}.05.2026" for n in range(25)]
    for head, rows, kind in (
        (["_id", "Jahr", "Betrag"], [(n, 1990 + n, n * 7 % 31) for n in range(25)], "line"),
        (["id", "Zeit", "Wert"], [(n, f"{days[n // 2]} 0{n % 2}:15", n * 7 % 31) for n in range(25)], "line"),
        # The same day comes twice: rows are things.
        (["ID", "Datum", "Schaden"], [(n, days[n // 2], n * 7 % 31) for n in range(25)], "histogram"),
        (["Bauwerk", "Datum", "Note"], [(f"B{n}", days[n], n * 7 % 31) for n in range(25)], "histogram"),
    ):
        table, figures = tables.table(head, rows)
        assert charts.prepare(table, figures)["kind"] == kind, head


@pytest.mark.parametrize(
    ("head", "labels", "label"),
    [
        (("Nr", "Spielplatz"), [(str(n + 1), f"Am {'ABCDEFGHIJ'[n]}-Weg") for n in range(10)], "Spielplatz"),
        (("Nummer", "Gebiet"), [(f"G{n + 1}", f"Gewerbepark {'ABCDEFGHIJ'[n]}") for n in range(10)], "Gebiet"),
        (("Wahlbezirk", "Name"), [(f"{n + 1:03d}", f"Ort {'ABCDEFGHIJ'[n]}") for n in range(10)], "Name"),
        # Two that are called alike are still names.
        (("Nr", "Name"), [(f"{n + 1:03d}", f"Weg {'ABCDEFGHII'[n]}") for n in range(10)], "Name"),
        (("Art_Code", "Art_Label"), [("GESM" * (n + 1), f"Art {'ABCDEFGHIJ'[n]}") for n in range(10)], "Art_Label"),
        # Who has nothing but numbers goes by them.
        (("Nummer", "Status"), [(str(n + 1), "frei" if n % 3 else "verkauft") for n in range(10)], "Nummer"),
    ],
)
def test_names_stand_at_bars_before_codes(head: tuple[str, str], labels: list[tuple[str, str]], label: str) -> None:
    rows = [(code, name, 300 + 37 * n) for n, (code, name) in enumerate(labels)]
    _, figures = tables.table([*head, "Fläche_m2"], rows)
    choice = charts.choose(figures.columns, figures.rows)
    assert (choice.kind, choice.x, choice.y) == ("bar", label, ("Fläche_m2",))


def test_hours_and_prices_are_no_categories_to_count() -> None:
    rows = [(f"{n + 1:02d}.03.2026", f"Sitzung {n}", "19:30" if n % 4 else "19:00", "8,00") for n in range(12)]
    _, figures = tables.table(["Datum", "Titel", "Uhrzeit", "Eintritt"], rows)
    assert charts.choose(figures.columns, figures.rows) == Choice("table")


KINDS = {
    "bietigheim_parken.csv": "bar",
    "foggia_pubblicazioni_2024.csv": "histogram",
    "giessen_bundestagswahl_2009.csv": "histogram",
    "giessen_landtagswahl_2013.csv": "histogram",
    "mcloud_excel_metadata.xlsx": "table",
    "muenster_klimadaten.csv": "table",
    "muenster_mobilitaet.csv": "histogram",
}


def test_charts_of_real_files(samples: Path) -> None:
    found = {}
    for file in sorted((samples / "files").iterdir()):
        if file.suffix not in (".csv", ".xlsx"):
            continue
        try:
            table = read_table(file.read_bytes(), file.name)
        except TableError:
            continue
        found[file.name] = charts.prepare(table, profile(table))["kind"]
    assert {name: kind for name, kind in found.items() if kind != "map"} == KINDS


@pytest.mark.parametrize(
    ("made", "wish", "choice"),
    [
        (tables.level, Wish("histogram"), Choice("histogram", "Pegel (cm)")),
        (tables.level, Wish(x="Datum"), Choice("line", "Datum", ("Pegel (cm)",))),
        (tables.hours, Wish(y=("Niederschlag (mm)",)), Choice("line", "Zeit", ("Niederschlag (mm)",))),
        (tables.hours, Wish("line", "Zeit", ("Regen",)), None),
        # Inhabitants of fifteen years are no sum.
        (tables.inhabitants, Wish("bar", "Ort"), Choice("bar", "Ort", ("Einwohner",), agg="mean")),
        (tables.inhabitants, Wish("bar", "Ort", agg="sum"), Choice("bar", "Ort", ("Einwohner",), agg="sum")),
        (tables.inhabitants, Wish("bar", "Ort", agg="count"), Choice("bar", "Ort", agg="count")),
        (tables.inhabitants, Wish(agg="count"), Choice("bar", "Ort", agg="count")),
        (tables.inhabitants, Wish(agg="mean"), Choice("line", "Jahr", ("Einwohner",), "Ort", "mean")),
        (tables.inhabitants, Wish(agg="most"), None),
        (tables.parking, Wish("bar", "Parkplatz", ("frei",)), Choice("bar", "Parkplatz", ("frei",), agg="mean")),
        (tables.street_light, Wish("bar", "Ortsteil"), Choice("bar", "Ortsteil", ("Verbrauch_kWh",))),
        (tables.trees, Wish("bar", "Baumart"), Choice("bar", "Baumart", ("Stammumfang_cm",))),
        (tables.inhabitants, Wish("bar", "Jahr", ("Einwohner",)), Choice("bar", "Jahr", ("Einwohner",))),
        (tables.inhabitants, Wish(x="Einwohner"), Choice("histogram", "Einwohner")),
        (tables.playgrounds, Wish("line"), None),
        (tables.playgrounds, Wish("histogram"), None),
        (tables.playgrounds, Wish("bar", "Name"), Choice("bar", "Name")),
        (tables.weights, Wish("pie"), None),
        (tables.weights, Wish("bar", "<script>"), None),
        (tables.garages, Wish("bar"), Choice("bar", "Name", ("Plätze",))),
        (tables.garages, Wish("bar", "Name"), Choice("bar", "Name", ("Plätze",))),
        (tables.indicators, Wish("line"), Choice("line", "Jahr", ("Wert",), "Merkmal")),
    ],
)
def test_readers_choose(made: Made, wish: Wish, choice: Choice | None) -> None:
    _, figures = made()
    assert charts.wished(figures.columns, figures.rows, wish) == choice


def test_what_cannot_be_added_is_averaged() -> None:
    units = ("Anteil in %", "Temperatur (°C)", "Pegel (cm)", "Dichte (EW/km²)", "Preis (€)", "Wahlbeteiligungsquote")
    counts = ("Einwohner", "Betrag (€)", "Fahrzeuge", "Menge (t)")
    _, figures = tables.table([*units, *counts], [[1.5 + n + m for m in range(10)] for n in range(5)])
    for column in figures.columns:
        assert adds_up(column) == (column.name in counts), column.name


def test_what_is_possible_is_offered() -> None:
    _, figures = tables.inhabitants()
    offered = charts.options(figures.columns, figures.rows)
    assert offered.kinds == ("line", "bar", "histogram")
    assert offered.times == ("Jahr",)
    assert offered.numbers == ("Einwohner",)
    _, figures = tables.playgrounds()
    assert charts.options(figures.columns, figures.rows).kinds == ("bar",)
