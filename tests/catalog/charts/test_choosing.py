"""The chart is chosen by the data (web.md 4, step 8), and a reader may choose another one that the columns can make."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from catalog import charts
from catalog.charts import Choice, Wish
from schemas.tables import Profile, Table, TableError, profile, read_table
from tests.catalog.charts import tables

Made = Callable[[], tuple[Table, Profile]]


@pytest.mark.parametrize(
    ("made", "choice"),
    [
        (tables.level, Choice("line", "Datum", ("Pegel (cm)",))),
        (tables.hours, Choice("line", "Zeit", ("Temperatur (°C)", "Niederschlag (mm)"))),
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
        (tables.inhabitants, Wish("bar", "Ort"), Choice("bar", "Ort", ("Einwohner",))),
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
        assert charts.choosing.adds_up(column) == (column.name in counts), column.name


def test_what_is_possible_is_offered() -> None:
    _, figures = tables.inhabitants()
    offered = charts.options(figures.columns, figures.rows)
    assert offered.kinds == ("line", "bar", "histogram")
    assert offered.times == ("Jahr",)
    assert offered.numbers == ("Einwohner",)
    _, figures = tables.playgrounds()
    assert charts.options(figures.columns, figures.rows).kinds == ("bar",)
