"""Invents the demo's longer tables (collection dates, water levels, rain, parking, energy, trees) from fixed seeds.

Each function gives a semicolon CSV in UTF-8 with German dates and decimal commas. The numbers are plausible and
nothing more: Beispieldaten.
"""

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

# Rough centres of real villages (latitude, longitude), good enough to scatter invented things around them.
VILLAGES: dict[str, dict[str, tuple[float, float]]] = {
    "neuhof": {
        "Neuhof": (50.452, 9.617),
        "Dorfborn": (50.470, 9.638),
        "Giesel": (50.507, 9.597),
        "Hattenhof": (50.459, 9.664),
        "Hauswurz": (50.465, 9.481),
        "Kauppen": (50.461, 9.540),
        "Rommerz": (50.443, 9.580),
        "Tiefengruben": (50.473, 9.608),
    },
    "flieden": {
        "Flieden": (50.423, 9.567),
        "Buchenrod": (50.416, 9.532),
        "Höf und Haid": (50.437, 9.560),
        "Magdlos": (50.432, 9.515),
        "Rückers": (50.396, 9.545),
        "Schweben": (50.405, 9.600),
        "Stork": (50.441, 9.541),
        "Struth": (50.407, 9.567),
    },
    "kalbach": {
        "Mittelkalbach": (50.411, 9.684),
        "Eichenried": (50.430, 9.700),
        "Heubach": (50.371, 9.733),
        "Niederkalbach": (50.427, 9.661),
        "Oberkalbach": (50.381, 9.706),
        "Uttrichshausen": (50.391, 9.743),
        "Veitsteinbach": (50.386, 9.658),
    },
    "eichenzell": {
        "Eichenzell": (50.495, 9.698),
        "Büchenberg": (50.452, 9.706),
        "Döllbach": (50.449, 9.731),
        "Kerzell": (50.480, 9.661),
        "Löschenrod": (50.502, 9.673),
        "Lütter": (50.467, 9.753),
        "Melters": (50.459, 9.738),
        "Rönshausen": (50.474, 9.727),
        "Rothemann": (50.462, 9.690),
        "Welkers": (50.489, 9.717),
        "Zillbach": (50.438, 9.712),
    },
}

# Public holidays of 2027 in Hesse that may fall on a working day: the lorries come a day later.
_HOLIDAYS = {
    date(2027, month, day)
    for month, day in ((1, 1), (3, 26), (3, 29), (5, 1), (5, 6), (5, 17), (5, 27), (10, 3), (12, 25), (12, 26))
}


class Bin(NamedTuple):
    """A kind of waste: its name, the weeks between two collections and the first week of the year."""

    name: str
    every: int
    first: int


_BINS = (Bin("Restmüll", 4, 0), Bin("Biotonne", 2, 1), Bin("Papiertonne", 4, 2), Bin("Gelber Sack", 4, 3))


class Tree(NamedTuple):
    """A species as the tree register names it, with the height in metres that it rarely exceeds in a village."""

    name: str
    botanical: str
    height: int


_TREES = (
    Tree("Winterlinde", "Tilia cordata", 22),
    Tree("Sommerlinde", "Tilia platyphyllos", 25),
    Tree("Spitzahorn", "Acer platanoides", 20),
    Tree("Stieleiche", "Quercus robur", 24),
    Tree("Hainbuche", "Carpinus betulus", 16),
    Tree("Vogelbeere", "Sorbus aucuparia", 10),
    Tree("Apfelbaum", "Malus domestica", 7),
    Tree("Rosskastanie", "Aesculus hippocastanum", 20),
)


def _table(header: str, rows: Iterable[Sequence[object]]) -> bytes:
    lines = [header, *(";".join(str(cell) for cell in row) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _comma(number: float, places: int = 1) -> str:
    return f"{number:.{places}f}".replace(".", ",")


def waste(municipality: str) -> bytes:
    """Collection dates of 2027 for each village: each has its weekday, holidays move a collection to the next day."""
    rows = []
    for turn, village in enumerate(VILLAGES[municipality]):
        monday = date(2027, 1, 4)
        for kind in _BINS:
            first = monday + timedelta(days=turn % 5, weeks=(kind.first + turn) % kind.every)
            for number in range(0, 52, kind.every):
                day = first + timedelta(weeks=number)
                day += timedelta(days=1 if day in _HOLIDAYS else 0)
                if day.year == 2027:
                    rows.append((day, kind.name, village))
    return _table("Datum;Abfallart;Ortsteil", ((f"{day:%d.%m.%Y}", kind, place) for day, kind, place in sorted(rows)))


def water_level(gauge: str, base: int) -> bytes:
    """Hourly levels of October 2026 in whole cm: a brook around `base` that rises twice after rain and falls slowly."""
    random = Random(f"Pegel {gauge}")
    rises = [(random.randint(120, 220), random.randint(35, 60)), (random.randint(480, 600), random.randint(70, 110))]
    start = datetime(2026, 10, 1)
    rows = []
    for hour in range(31 * 24):
        level = base + 2 * math.sin(hour / 90) + random.uniform(-1, 1)
        for peak, height in rises:
            level += height * math.exp(-((hour - peak) ** 2) / 40 if hour < peak else -(hour - peak) / 30)
        rows.append((f"{start + timedelta(hours=hour):%d.%m.%Y %H:%M}", round(level)))
    return _table("Datum;Wasserstand_cm", rows)


def rain(places: Sequence[str]) -> bytes:
    """Daily sums in mm for each gauge from August to October 2026; two days of heavy rain in August."""
    random = Random(f"Regen {places}")
    first = date(2026, 8, 1)
    rows = []
    for number in range(92):
        day = first + timedelta(days=number)
        wet = random.random() < 0.38
        amount = random.expovariate(1 / 5) if wet else 0.0
        amount += {11: 38.0, 12: 21.0}.get(number, 0.0)
        rows += [(f"{day:%d.%m.%Y}", place, _comma(amount * random.uniform(0.8, 1.2))) for place in places]
    return _table("Datum;Messstelle;Niederschlag_mm", rows)


def parking(places: dict[str, int]) -> bytes:
    """Hourly occupancy from 1 to 14 November 2026 of car parks with their capacities: full by day, empty at night."""
    random = Random(f"Parken {sorted(places)}")
    start = datetime(2026, 11, 1)
    rows = []
    for hour in range(14 * 24):
        now = start + timedelta(hours=hour)
        share = 0.08 + (0.75 if now.weekday() < 5 else 0.4) * math.exp(-(((now.hour - 12.5) / 4.5) ** 2))
        for place, capacity in places.items():
            taken = min(capacity, max(0, round(capacity * share * random.uniform(0.85, 1.15))))
            rows.append((f"{now:%d.%m.%Y %H:%M}", place, capacity, taken, capacity - taken))
    return _table("Zeitpunkt;Parkplatz;Stellplätze;belegt;frei", rows)


def street_light(municipality: str) -> bytes:
    """Monthly use of the street lights in kWh for each village, 2024 and 2025: dark winters, LED from July 2025 on."""
    random = Random(f"Licht {municipality}")
    rows = []
    for village in VILLAGES[municipality]:
        lamps = random.randint(60, 240)
        for month in range(24):
            year, number = 2024 + month // 12, month % 12 + 1
            night = 12 + 4 * math.cos((number - 0.6) / 6 * math.pi)
            watts = 28 if (year, number) >= (2025, 7) else 62
            use = lamps * watts * night * 30.4 / 1000 * random.uniform(0.97, 1.03)
            rows.append((f"{year}-{number:02}", village, lamps, _comma(use)))
    return _table("Monat;Ortsteil;Leuchten;Verbrauch_kWh", rows)


def heating(buildings: dict[str, int]) -> bytes:
    """Monthly heat of public buildings in kWh from their yearly use, 2025."""
    random = Random(f"Heizung {sorted(buildings)}")
    shares = (0.17, 0.15, 0.13, 0.08, 0.04, 0.02, 0.02, 0.02, 0.03, 0.08, 0.12, 0.14)
    rows = [
        (f"{month:02}/2025", building, _comma(year * share * random.uniform(0.94, 1.06)))
        for building, year in buildings.items()
        for month, share in enumerate(shares, 1)
    ]
    return _table("Monat;Gebäude;Wärme_kWh", rows)


def trees(municipality: str, count: int) -> bytes:
    """A register of `count` trees around the villages: species, year, girth in cm, height in m, place (WGS 84)."""
    random = Random(f"Baum {municipality}")
    villages = list(VILLAGES[municipality].items())
    rows = []
    for number in range(1, count + 1):
        village, (latitude, longitude) = random.choice(villages)
        tree = random.choice(_TREES)
        year = random.randint(1905, 2024)
        grown = 1 - math.exp(-(2026 - year) / 35)
        place = (latitude + random.uniform(-0.004, 0.004), longitude + random.uniform(-0.006, 0.006))
        rows.append(
            (
                f"{municipality[:2].upper()}-{number:04}",
                tree.name,
                tree.botanical,
                year,
                round(12 + 230 * grown * random.uniform(0.7, 1.1)),
                _comma(1.5 + tree.height * grown * random.uniform(0.75, 1.0)),
                village,
                _comma(place[0], 5),
                _comma(place[1], 5),
            )
        )
    return _table("Baumnummer;Baumart;botanisch;Pflanzjahr;Stammumfang_cm;Höhe_m;Ortsteil;Breite;Länge", rows)
