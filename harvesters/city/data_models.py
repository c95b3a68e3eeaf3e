"""The types of entities that platforms of towns use (Smart Data Models), with a German name and a theme for each."""

from __future__ import annotations

import re
from typing import NamedTuple


class DataModel(NamedTuple):
    """What a type of entity is called in German, and the EU theme that it belongs to."""

    de: str
    theme: str


# The names of the types are those of smartdatamodels.org; German names and themes are ours.
_MODELS = {
    "AirQualityObserved": DataModel("Luftqualität", "ENVI"),
    "Alert": DataModel("Warnmeldungen", "GOVE"),
    "BikeHireDockingStation": DataModel("Fahrradverleihstationen", "TRAN"),
    "Building": DataModel("Gebäude", "REGI"),
    "CrowdFlowObserved": DataModel("Besucherströme", "REGI"),
    "Device": DataModel("Geräte", "TECH"),
    "DeviceMeasurement": DataModel("Gerätemesswerte", "TECH"),
    "EVChargingStation": DataModel("Ladestationen", "TRAN"),
    "EnergyConsumption": DataModel("Energieverbrauch", "ENER"),
    "Event": DataModel("Veranstaltungen", "EDUC"),
    "FloodMonitoring": DataModel("Hochwasserüberwachung", "ENVI"),
    "GreenspaceRecord": DataModel("Zustand von Grünflächen", "ENVI"),
    "IndoorEnvironmentObserved": DataModel("Raumklima", "ENVI"),
    "ItemFlowObserved": DataModel("Zählstellen", "TRAN"),
    "NoiseLevelObserved": DataModel("Lärmpegel", "ENVI"),
    "OffStreetParking": DataModel("Parkhäuser und Parkplätze", "TRAN"),
    "OnStreetParking": DataModel("Parkflächen an Straßen", "TRAN"),
    "ParkingGroup": DataModel("Gruppen von Stellplätzen", "TRAN"),
    "ParkingSite": DataModel("Parkplätze", "TRAN"),
    "ParkingSpot": DataModel("Stellplätze", "TRAN"),
    "PhotovoltaicDevice": DataModel("Photovoltaikanlagen", "ENER"),
    "PointOfInterest": DataModel("Orte von Interesse", "REGI"),
    "RainFallRadarObserved": DataModel("Niederschlagsradar", "ENVI"),
    "RoadSegment": DataModel("Straßenabschnitte", "TRAN"),
    "SoilMoistureObserved": DataModel("Bodenfeuchte", "ENVI"),
    "Streetlight": DataModel("Straßenleuchten", "ENER"),
    "StreetlightControlCabinet": DataModel("Schaltschränke der Straßenbeleuchtung", "ENER"),
    "StreetlightGroup": DataModel("Gruppen von Straßenleuchten", "ENER"),
    "ThreePhaseAcMeasurement": DataModel("Messwerte der Stromversorgung", "ENER"),
    "TrafficFlowObserved": DataModel("Verkehrsfluss", "TRAN"),
    "TransportStation": DataModel("Haltestellen", "TRAN"),
    "WasteContainer": DataModel("Abfallbehälter", "ENVI"),
    "WasteContainerIsle": DataModel("Wertstoffinseln", "ENVI"),
    "WaterConsumptionObserved": DataModel("Wasserverbrauch", "ENVI"),
    "WaterLevel": DataModel("Wasserstände", "ENVI"),
    "WaterLevelObserved": DataModel("Wasserstände", "ENVI"),
    "WaterObserved": DataModel("Gewässermesswerte", "ENVI"),
    "WaterQualityObserved": DataModel("Wasserqualität", "ENVI"),
    "WeatherAlert": DataModel("Wetterwarnungen", "ENVI"),
    "WeatherForecast": DataModel("Wettervorhersagen", "ENVI"),
    "WeatherObserved": DataModel("Wettermesswerte", "ENVI"),
}
# Types whose entities are people: where they are and since when is no one's business.
_PEOPLE = frozenset({"person", "user", "citizen", "patient", "employee", "customer", "resident", "member", "owner"})
_BEFORE_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[_\s]+")


def short_name(type_name: str) -> str:
    """The name of a type without the address or URN before it: ``https://smartdatamodels.org/x/WaterLevel``."""
    return re.split(r"[/#:]", type_name.rstrip("/#:"))[-1] or type_name


def find_model(type_name: str) -> DataModel | None:
    """The known data model of a type, or None."""
    return _MODELS.get(short_name(type_name))


def in_words(type_name: str) -> str:
    """The name of a type in words: ``WeatherObserved`` gives ``Weather Observed``."""
    return " ".join(part for part in _BEFORE_CAPITAL.split(short_name(type_name)) if part) or type_name


def is_of_people(type_name: str) -> bool:
    """Whether the entities of a type are people."""
    return any(word.lower() in _PEOPLE for word in in_words(type_name).split())
