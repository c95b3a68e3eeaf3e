"""Deterministic records of the size and shape that German municipal portals have: some fifty statements each."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

_SUBJECTS = (
    "Straßenbäume Spielplätze Haushaltsplan Bebauungsplan Schulen Kindergärten Abfallkalender Trinkwasser Radwege "
    "Bushaltestellen Fahrplan Parkplätze Ladesäulen Friedhöfe Feuerwehr Einwohnerzahl Wahlergebnisse Hausnummern "
    "Gewerbeflächen Denkmäler Hochwasserschutz Luftqualität Lärmkarte Verkehrszählung Energieverbrauch Solarkataster"
)
SUBJECTS = _SUBJECTS.split()
HEADS = ("Standorte der", "Verzeichnis der", "Statistik zu", "Geodaten der", "Entwicklung der", "Messwerte der")
PLACES = ("Neuhof", "Flieden", "Kalbach", "Eichenzell")
_WORDS = (
    "der die das und in von zu mit für auf ist Daten Gemeinde Landkreis Angaben jährlich aktualisiert enthält Stand "
    "Quelle Amt Verwaltung Erhebung Merkmale Koordinaten Adresse Fläche Anzahl Jahr Monat Grundlage Bereich öffentlich "
    "Ortsteil Lage Nutzung Bestand Ergebnis Auswertung Maßnahme Förderung"
)
WORDS = _WORDS.split()
FORMATS = ("CSV", "JSON", "GeoJSON", "PDF", "XLSX", "WMS", "WFS", "SHP", "XML", "KML")
LICENSES = ("dl-de/by-2-0", "dl-de/zero-2-0", "cc-by/4.0", "cc-zero")
GROUPS = ("umwelt", "verkehr", "bildung", "wirtschaft", "soziales", "gesundheit")
_NAMESPACE = uuid.UUID("6d5f5b3e-0000-4000-8000-000000000000")


def packages(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """CKAN packages; the same count and seed give the same ones."""
    chance = random.Random(seed)
    first = date(2015, 1, 1)
    for number in range(count):
        identifier = str(uuid.uuid5(_NAMESPACE, str(number)))
        subject, place = chance.choice(SUBJECTS), chance.choice(PLACES)
        year = 2010 + chance.randrange(16)
        issued = first + timedelta(days=chance.randrange(3800))
        changed = issued + timedelta(days=chance.randrange(400))
        words = chance.choices(WORDS, k=60)
        yield {
            "id": identifier,
            "name": f"datensatz-{number}",
            "title": f"{chance.choice(HEADS)} {subject} {place} {year}",
            "notes": f"{subject} in {place}: {' '.join(words)}.",
            "license_id": chance.choice(LICENSES),
            "maintainer": "Ordnungsamt",
            "maintainer_email": f"daten@{place.lower()}.example.org",
            "metadata_created": f"{issued}T08:00:00.000000",
            "metadata_modified": f"{changed}T08:00:00.000000",
            "organization": {"id": f"org-{place}", "name": place.lower(), "title": f"Gemeinde {place}"},
            "groups": [{"name": name} for name in sorted(chance.sample(GROUPS, chance.choice((1, 1, 2))))],
            "tags": [{"name": word} for word in sorted({subject, place, *chance.choices(SUBJECTS, k=3)})],
            "extras": [
                {"key": "temporal_start", "value": f"{year}-01-01"},
                {"key": "temporal_end", "value": f"{year}-12-31"},
                {"key": "frequency", "value": chance.choice(("jährlich", "monatlich", "täglich"))},
                {"key": "spatial_uri", "value": "http://dcat-ap.de/def/politicalGeocoding/regionalKey/066310018018"},
            ],
            "resources": [
                {
                    "id": f"{identifier}-{k}",
                    "name": f"{subject} {place} ({form})",
                    "format": form,
                    "url": f"https://daten.example.org/files/{identifier}/{k}.{form.lower()}",
                    "size": chance.randrange(500, 9_000_000),
                    "last_modified": f"{issued}T08:00:00",
                }
                for k, form in enumerate(chance.sample(FORMATS, 2))
            ],
        }
