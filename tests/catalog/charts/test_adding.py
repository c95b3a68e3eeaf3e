"""What may be added up: amounts always, what is there at a moment only then, lengths, levels and rates never."""

from __future__ import annotations

import pytest

from catalog.charts.adding import Additive, additive
from schemas.tables import profile, read_table


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "always") for name in ("Betrag (€)", "Erträge_EUR", "Verbrauch_kWh", "Menge (t)", "Anzahl Stimmen")),
        *((name, "always") for name in ("Wasserverbrauch in m³", "Unfälle", "Geburten", "Fördermittel (€)")),
        *((name, "at-once") for name in ("Einwohner", "frei", "belegt", "Stellplätze", "Fläche_m2", "Anzahl", "Kfz")),
        *((name, "never") for name in ("Stammumfang_cm", "Höhe_m", "Wasserstand_cm", "Temperatur (°C)", "Anteil in %")),
        *((name, "never") for name in ("Preis (€)", "Kaufpreis_EUR", "Preis_EUR_m2", "Einwohner je km²", "Miete (€)")),
        *((name, "never") for name in ("Wahlbeteiligungsquote", "Durchschnittsalter", "Niederschlag_mm", "Leistung_W")),
        # Nobody can tell.
        *((name, "never") for name in ("Wert", "x1", "CDU")),
    ],
)
def test_unit_and_name_tell(name: str, kind: Additive) -> None:
    content = f"Ort;{name}\n" + "".join(f"Ort {n};{n * 13 % 89},5\n" for n in range(20))
    column = profile(read_table(content.encode(), "tabelle.csv")).columns[1]
    assert column.name == name
    assert additive(column) == kind
