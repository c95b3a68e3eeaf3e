"""Tables in the manner of small municipalities, to be charted."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from schemas.tables import Profile, Table, profile, read_table


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> tuple[Table, Profile]:
    """A table as it comes out of a CSV file with semicolons and decimal commas, and its profile."""
    lines = [";".join(head), *(";".join(_cell(value) for value in row) for row in rows)]
    read = read_table(("\n".join(lines) + "\n").encode(), "tabelle.csv")
    return read, profile(read)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".replace(".", ",")
    return f"{value:%d.%m.%Y}" if isinstance(value, date) and not isinstance(value, datetime) else str(value)


def days(number: int, begin: date = date(2024, 1, 1)) -> list[date]:
    return [begin + timedelta(days=day) for day in range(number)]


def level() -> tuple[Table, Profile]:
    """A water level: 300 days, its highest value on 3 February."""
    values = [40 + 30 * math.sin(day / 40) for day in range(300)]
    values[33] = 74.9
    return table(["Datum", "Pegel (cm)"], zip(days(300), values, strict=True))


def hours() -> tuple[Table, Profile]:
    """Two measured values, each hour of two years."""
    begin = datetime(2022, 1, 1)
    moments = [begin + timedelta(hours=hour) for hour in range(17_520)]
    return table(
        ["Zeit", "Temperatur (°C)", "Niederschlag (mm)"],
        [(f"{m:%Y-%m-%d %H:%M}", 10 - 12 * math.cos(n / 8760 * 6.28), n % 7 / 10) for n, m in enumerate(moments)],
    )


def visitors() -> tuple[Table, Profile]:
    """The visitors of a bath by the hour, most of them at noon and one hour later."""
    rows = [(f"{hour:02d}:00", 40 + 10 * min(hour, 25 - hour)) for hour in range(24)]
    return table(["Uhrzeit", "Besucher"], rows)


def inhabitants() -> tuple[Table, Profile]:
    """The inhabitants of four municipalities, each year."""
    places = (("Neuhof", 10_800, 20), ("Flieden", 8_500, -15), ("Kalbach", 6_300, 5), ("Eichenzell", 11_200, 90))
    rows = [(year, name, n + (year - 2010) * more) for year in range(2010, 2025) for name, n, more in places]
    return table(["Jahr", "Ort", "Einwohner"], rows)


def budget() -> tuple[Table, Profile]:
    """A budget with gains and losses, and the row that sums them up."""
    rows = [
        ("Innere Verwaltung", "-2345678"),
        ("Schulträgeraufgaben, Kinder-, Jugend- und Familienhilfe", "-4123456,78"),
        ("Allgemeine Finanzwirtschaft", "7654321"),
        ("Kultur", "-123456"),
        ("Summe", "1061730,22"),
    ]
    return table(["Produktbereich", "Ergebnis (€)"], rows)


def weights() -> tuple[Table, Profile]:
    """Four hundred numbers without a name."""
    return table(["Nr", "Gewicht (kg)"], [(f"{n:04d}", 70 + 30 * math.sin(n * 1.7) * math.cos(n)) for n in range(400)])


def playgrounds() -> tuple[Table, Profile]:
    """Things of a few kinds, without any number."""
    rows = [(f"Spielplatz Nummer {n} am Weg {n * 7}", "Klettern" if n % 3 else "Sand") for n in range(30)]
    return table(["Name", "Art"], rows)


def indicators() -> tuple[Table, Profile]:
    """Values of different things in one column, in several places."""
    rows = [
        (year, place, what, unit, n + year % 10)
        for year in range(2015, 2024)
        for place in ("Nord", "Süd")
        for what, unit, n in (("Regen", "mm", 700), ("Sonne", "h", 1600), ("Wind", "m/s", 3))
    ]
    return table(["Jahr", "Raum", "Merkmal", "Einheit", "Wert"], rows)


def garages() -> tuple[Table, Profile]:
    """Places with coordinates and a number."""
    rows = [(f"Parkhaus {n}", f"50,{400 + n * 7}", f"9,{600 + n * 3}", 100 + n * 11) for n in range(30)]
    return table(["Name", "Breite", "Länge", "Plätze"], rows)


def sensors() -> tuple[Table, Profile]:
    """Readings of two fixed sensors: the places recur, the times do not."""
    rows = [
        (f"{day:%d.%m.%Y}", name, lat, lon, float(10 + n % 9))
        for n, day in enumerate(days(60))
        for name, lat, lon in (("A", "50,45", "9,62"), ("B", "50,47", "9,66"))
    ]
    return table(["Datum", "Station", "Breite", "Länge", "Messwert"], rows)


def inspections() -> tuple[Table, Profile]:
    """Things with names of their own, each with a day and a number: no series."""
    rows = [(f"Brücke {n} über den Bach", day, 1 + n % 4) for n, day in enumerate(days(15))]
    return table(["Bauwerk", "Datum", "Note"], rows)


def parking() -> tuple[Table, Profile]:
    """Car parks, hour by hour: their spaces stay, what is occupied and free goes up and down."""
    begin = datetime(2026, 11, 1)
    rows = [
        (f"{begin + timedelta(hours=hour):%d.%m.%Y %H:%M}", name, spaces, taken, spaces - taken)
        for hour in range(240)
        for number, (name, spaces) in enumerate((("Nord", 84), ("Süd", 52), ("Schloss", 36)))
        for taken in (3 + (hour * (7 + number)) % 29,)
    ]
    return table(["Zeitpunkt", "Parkplatz", "Stellplätze", "belegt", "frei"], rows)


def street_light() -> tuple[Table, Profile]:
    """Lamps of places, which stay, and the electricity of each month."""
    rows = [
        (f"{year}-{month:02d}", place, lamps, float(lamps * (30 - month) + year % 7))
        for year in (2024, 2025)
        for month in range(1, 13)
        for place, lamps in (("Neuhof", 172), ("Giesel", 113), ("Hauswurz", 237))
    ]
    return table(["Monat", "Ortsteil", "Leuchten", "Verbrauch_kWh"], rows)


def budget_by_codes() -> tuple[Table, Profile]:
    """A budget whose areas have a key and a name."""
    rows = [(f"{n:02d}", f"Bereich {'ABCDEFGHIJ'[n]}", 1000 * n * n, 900 * n) for n in range(10)]
    return table(["Produktbereich", "Bezeichnung", "Erträge_EUR", "Aufwendungen_EUR"], rows)


def trees() -> tuple[Table, Profile]:
    """A register of trees: kinds that come several times, and lengths."""
    kinds = ("Linde", "Ahorn", "Linde", "Eiche", "Linde", "Ahorn", "Buche")
    rows = [(f"N-{n:04d}", kinds[n % 7], 1950 + n % 50, 40 + n % 91, 5.5 + n % 11) for n in range(210)]
    return table(["Baumnummer", "Baumart", "Pflanzjahr", "Stammumfang_cm", "Höhe_m"], rows)


def districts() -> tuple[Table, Profile]:
    """Inhabitants of districts in three years, one column each."""
    names = ("Flieden", "Rückers", "Magdlos", "Stork", "Höf")
    rows = [(name, 900 - 100 * n, 910 - 101 * n, 920 - 99 * n, 50 + n) for n, name in enumerate(names)]
    return table(["Ortsteil", "Einwohner_2024", "Einwohner_2026", "Einwohner_2025", "davon_ab_65"], rows)
