"""What a title speaks of, by stems and parts of compounds; what it says first weighs most."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from catalog.charts.topics import spoken
from schemas.tables import Column


def order(titles: Sequence[str], *names: str) -> list[str]:
    """The columns that are met, the best first."""
    found = spoken(titles, [Column(name, "integer") for name in names])
    return sorted(found, key=lambda name: -found[name])


@pytest.mark.parametrize(
    ("title", "names", "met"),
    [
        ("Belegung der Parkplätze", ("Stellplätze", "belegt", "frei"), ["belegt", "Stellplätze"]),
        ("Stromverbrauch der Straßenbeleuchtung", ("Leuchten", "Verbrauch_kWh"), ["Verbrauch_kWh"]),
        ("Wasserstände der Fliede", ("Nullpunkt_m_NHN", "Wasserstand_cm"), ["Wasserstand_cm"]),
        ("Freie Gewerbeflächen", ("Preis", "Flaeche_m2"), ["Flaeche_m2"]),
        ("Ansatz 2025", ("Ansatz_2024", "Ansatz_2025"), ["Ansatz_2025", "Ansatz_2024"]),
        ("Daten für die Region", ("für", "die", "Wert"), []),
        ("", ("Wert",), []),
    ],
)
def test_titles_meet_columns(title: str, names: tuple[str, ...], met: list[str]) -> None:
    assert order((title,), *names) == met


def test_the_best_of_several_titles_counts() -> None:
    found = spoken(("Zahlen der Gemeinde", "Einwohner und Haushalte"), [Column("Haushalte", "integer")])
    assert found == spoken(("Einwohner und Haushalte",), [Column("Haushalte", "integer")])
