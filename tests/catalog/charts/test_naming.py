"""Columns and units as people write them."""

from __future__ import annotations

import pytest

from catalog.charts import named, readable, sign
from schemas.tables import profile, read_table


@pytest.mark.parametrize(
    ("name", "said", "bare"),
    [
        ("Wasserstand_cm", "Wasserstand (cm)", "Wasserstand"),
        ("Fläche_m2", "Fläche (m²)", "Fläche"),
        ("Erträge_EUR", "Erträge (€)", "Erträge"),
        ("Preis_EUR_m2", "Preis (€/m²)", "Preis"),
        ("Pegel (cm)", "Pegel (cm)", "Pegel"),
        ("Verbrauch [kWh]", "Verbrauch (kWh)", "Verbrauch"),
        ("Anteil 65+ in Prozent", "Anteil 65+ (%)", "Anteil 65+"),
        ("davon_unter_18", "davon unter 18", "davon unter 18"),
        ("m2", "m²", "m²"),
        ("EUR", "€", "€"),
        ("Baum", "Baum", "Baum"),
        ("Laenge_km", "Länge (km)", "Länge"),
        ("Gewerbeflaeche_m2", "Gewerbefläche (m²)", "Gewerbefläche"),
        ("freie_stellplaetze", "freie stellplätze", "freie stellplätze"),
        ("GEBUEHR_EUR", "GEBÜHR (€)", "GEBÜHR"),
        ("neue Quellen der Steuer", "neue Quellen der Steuer", "neue Quellen der Steuer"),
    ],
)
def test_units_stand_in_brackets_and_underscores_are_blanks(name: str, said: str, bare: str) -> None:
    content = f"Ort;{name}\n" + "".join(f"Ort {n};{n * 13 % 89},5\n" for n in range(20))
    column = profile(read_table(content.encode(), "tabelle.csv")).columns[1]
    assert (named(column.name, column.unit), readable(column.name, column.unit)) == (said, bare)


def test_units_have_their_usual_signs() -> None:
    assert [sign(unit) for unit in ("EUR", "eur/m2", "qm", "KWH", "Prozent", "m3/s", "°C", "Furlong", "")] == [
        *("€", "€/m²", "m²", "kWh", "%", "m³/s", "°C", "Furlong", ""),
    ]


def test_a_unit_in_the_values_stands_behind_the_name() -> None:
    assert named("Auslastung", "%") == "Auslastung (%)"
    assert named("Baum", "m") == "Baum (m)"  # the end of a word is no unit
