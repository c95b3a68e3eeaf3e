"""What the attributes of smart cities' entities are called in German, for the heads of columns that people read.

The names of the attributes are those of smartdatamodels.org; the German ones are ours.
"""

from __future__ import annotations

from harvesters.city.data_models import in_words, short_name

_GERMAN = {
    "address": "Adresse",
    "allowedVehicleType": "Zugelassene Fahrzeuge",
    "atmosphericPressure": "Luftdruck",
    "availableBikeNumber": "Freie Fahrräder",
    "availableSpotNumber": "Freie Plätze",
    "areaServed": "Gebiet",
    "batteryLevel": "Akkustand",
    "category": "Kategorie",
    "CO2": "CO2",
    "currentLevel": "Aktueller Stand",
    "dateCreated": "Angelegt",
    "dateModified": "Geändert",
    "dateLastEmptying": "Zuletzt geleert",
    "description": "Beschreibung",
    "dewPoint": "Taupunkt",
    "fillingLevel": "Füllstand",
    "flowRate": "Durchfluss",
    "freeSlotNumber": "Freie Stellplätze",
    "illuminance": "Beleuchtungsstärke",
    "intensity": "Verkehrsstärke",
    "level": "Stand",
    "measuredDistance": "Abstand",
    "NO2": "NO2",
    "O3": "Ozon",
    "occupancy": "Belegung",
    "occupiedSpotNumber": "Belegte Plätze",
    "PM10": "Feinstaub PM10",
    "PM25": "Feinstaub PM2,5",
    "powerConsumption": "Stromverbrauch",
    "powerState": "Geschaltet",
    "precipitation": "Niederschlag",
    "rainfall": "Niederschlag",
    "relativeHumidity": "Luftfeuchte",
    "snowHeight": "Schneehöhe",
    "soilMoistureVwc": "Bodenfeuchte",
    "soilTemperature": "Bodentemperatur",
    "solarRadiation": "Sonneneinstrahlung",
    "source": "Quelle",
    "status": "Zustand",
    "temperature": "Temperatur",
    "totalSlotNumber": "Stellplätze gesamt",
    "totalSpotNumber": "Plätze gesamt",
    "trend": "Entwicklung",
    "visibility": "Sichtweite",
    "waterFlow": "Durchfluss",
    "waterLevel": "Wasserstand",
    "waterTemperature": "Wassertemperatur",
    "weatherType": "Wetter",
    "windDirection": "Windrichtung",
    "windSpeed": "Windgeschwindigkeit",
}

_LONGEST = 40


def german(name: str, described: str = "") -> str:
    """What an attribute is called: by our list, else as a short text of its source describes it, else its name in words."""
    short = short_name(name)
    if known := _GERMAN.get(short):
        return known
    said = " ".join(described.split()).rstrip(".")
    return said if 0 < len(said) <= _LONGEST else in_words(name).capitalize() if short.isalpha() else short
