"""The demo's context broker (NGSI-v2) and the history behind it (QuantumLeap): values computed from the clock, nothing kept.

The same moment always gives the same values. They are plausible for water, weather and car parks of villages, and nothing
more: Beispieldaten. Three municipalities are its tenants, as region.toml names them.
"""

import json
import math
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

from schemas.german_time import BERLIN

_EVERY = timedelta(minutes=10)
_STEP = timedelta(minutes=30)  # between two values of the history
_STEPS = 48
_MOST_ENTITIES = 1000


class Value(NamedTuple):
    """A measured value, with the code of its unit (UN/CEFACT); empty for what is counted."""

    value: float | int | str
    unit: str = ""


class Station(NamedTuple):
    """Where something is measured: its name, latitude and longitude, and a number that its values depend on."""

    name: str
    latitude: float
    longitude: float
    size: float


class Kind(NamedTuple):
    """A type of entity: how its values at a moment are computed, and its stations by tenant."""

    values: Callable[[Station, datetime], Mapping[str, Value]]
    stations: Mapping[str, tuple[Station, ...]]


def _wave(moment: datetime, hours: float, shift: float = 0.0) -> float:
    """A wave between -1 and 1 that comes again after some hours."""
    return math.sin(2 * math.pi * (moment.timestamp() / 3600 + shift) / hours)


def _chance(station: Station, moment: datetime) -> Random:
    return Random(f"{station.name} {moment.timestamp():.0f}")


def _water(station: Station, moment: datetime) -> Mapping[str, Value]:
    def level(at: datetime) -> float:
        swell = 0.18 * _wave(at, 217, station.size) + 0.07 * _wave(at, 31, station.size)
        return round(station.size * (1 + swell) + _chance(station, at).uniform(-0.4, 0.4), 1)

    now, change = level(moment), level(moment) - level(moment - timedelta(hours=3))
    trend = "steigend" if change > 0.8 else "fallend" if change < -0.8 else "gleichbleibend"
    warmth = 9.6 + 6.5 * _wave(moment, 24 * 365.25, -24 * 110) + 0.6 * _wave(moment, 24, -9) - station.size / 50
    return {
        "waterLevel": Value(now, "CMT"),
        "waterTemperature": Value(round(warmth, 1), "CEL"),
        "trend": Value(trend),
    }


def _weather(station: Station, moment: datetime) -> Mapping[str, Value]:
    chance = _chance(station, moment)
    season, day = _wave(moment, 24 * 365.25, -24 * 110), _wave(moment, 24, -9)
    warmth = 8.6 + 9.5 * season + (2.2 + 1.8 * season) * day - station.size / 150 + chance.uniform(-0.3, 0.3)
    damp = min(98, max(38, 79 - 11 * season - 9 * day + chance.uniform(-3, 3)))
    wet = max(0.0, _wave(moment, 53) + _wave(moment, 19) - 1.2)
    return {
        "temperature": Value(round(warmth, 1), "CEL"),
        "relativeHumidity": Value(round(damp), "P1"),
        "precipitation": Value(round(wet * 2.4, 1), "MMT"),
        "windSpeed": Value(round(2.6 + 1.6 * _wave(moment, 29, station.size) + chance.uniform(0, 1.2), 1), "MTS"),
    }


def _parking(station: Station, moment: datetime) -> Mapping[str, Value]:
    here, places = moment.astimezone(BERLIN), int(station.size)
    hour = here.hour + here.minute / 60
    busy = 0.08 + (0.72 if here.weekday() < 5 else 0.3) * math.exp(-(((hour - 12.5) / 4.2) ** 2))
    taken = round(places * min(1.0, max(0.0, busy + _chance(station, moment).uniform(-0.05, 0.05))))
    return {
        "availableSpotNumber": Value(places - taken),
        "totalSpotNumber": Value(places),
        "status": Value("frei" if places - taken > places * 0.1 else "fast voll"),
    }


# Brooks, villages and car parks are those of the demo's other systems; where the stations stand is invented.
KINDS: Mapping[str, Kind] = {
    "WaterLevelObserved": Kind(
        _water,
        {
            "neuhof": (
                Station("Fliede, Brücke in Neuhof", 50.4531, 9.6189, 42),
                Station("Fliede, Sportplatz Rommerz", 50.4458, 9.5876, 36),
                Station("Kemmete, Dorfborn", 50.4688, 9.6402, 28),
            ),
            "flieden": (
                Station("Fliede, Bahnhof Flieden", 50.4236, 9.5688, 31),
                Station("Fliede, Rückers", 50.3982, 9.5477, 22),
            ),
            "kalbach": (
                Station("Kalbach, Mittelkalbach", 50.4121, 9.6852, 24),
                Station("Kalbach, Niederkalbach", 50.4262, 9.6633, 29),
            ),
        },
    ),
    "WeatherObserved": Kind(
        _weather,
        {
            "flieden": (
                Station("Flieden, Kläranlage", 50.4249, 9.5712, 262),
                Station("Magdlos", 50.4318, 9.5149, 395),
                Station("Rückers", 50.3963, 9.5452, 310),
                Station("Stork", 50.4412, 9.5408, 348),
            ),
        },
    ),
    "OffStreetParking": Kind(
        _parking,
        {
            "neuhof": (
                Station("Bahnhof Nord", 50.4549, 9.6148, 84),
                Station("Bahnhof Süd", 50.4537, 9.6152, 52),
                Station("Schlossplatz", 50.4511, 9.6183, 36),
            ),
        },
    ),
}


class Told(NamedTuple):
    """What the broker says: a document, with which status, of how many entries in all (None where that is not told)."""

    document: Any
    status: int = 200
    total: int | None = None

    @property
    def body(self) -> bytes:
        """The document as JSON."""
        return json.dumps(self.document, ensure_ascii=False).encode()


def answer(path: str, query: str, tenant: str, now: datetime) -> Told | None:
    """Take a path below the broker, a query and the tenant of the headers; give what is said at a moment, None for no path."""
    asked = {name: values[0] for name, values in parse_qs(query).items()}
    if path == "v2/types":
        known = [name for name, kind in KINDS.items() if tenant in kind.stations]
        return Told([_described(name, tenant, now) for name in known], total=len(known))
    if path == "v2/entities":
        return _entities(asked, tenant, now)
    if (name := unquote(path).removeprefix("history/v2/types/")) in KINDS:
        series = [_series(name, each, now) for each in KINDS[name].stations.get(tenant, ())]
        return Told({"entityType": name, "entities": series})
    return None


def _entities(asked: Mapping[str, str], tenant: str, now: datetime) -> Told:
    limit, offset = asked.get("limit", "20"), asked.get("offset", "0")
    if not (limit.isdecimal() and offset.isdecimal() and 0 < int(limit) <= _MOST_ENTITIES):
        return Told({"error": "BadRequest", "description": "Bad pagination limit"}, 400)
    named = asked["type"].split(",") if "type" in asked else list(KINDS)
    found = [
        _entity(name, each, now) for name in named if name in KINDS for each in KINDS[name].stations.get(tenant, ())
    ]
    shown = found[int(offset) : int(offset) + int(limit)]
    return Told([*map(_short, shown)] if "keyValues" in asked.get("options", "") else shown, total=len(found))


def _described(name: str, tenant: str, now: datetime) -> dict[str, Any]:
    stations = KINDS[name].stations[tenant]
    first = _entity(name, stations[0], now)
    attributes = {key: {"types": [value["type"]]} for key, value in first.items() if isinstance(value, dict)}
    return {"type": name, "attrs": attributes, "count": len(stations)}


def _measured(station: Station, now: datetime) -> datetime:
    """When a station measured last: every ten minutes, each at another minute."""
    shift = timedelta(minutes=Random(station.name).randrange(5))
    since = (now - shift).timestamp() // _EVERY.total_seconds() * _EVERY.total_seconds()
    return datetime.fromtimestamp(since, UTC) + shift


def _iso(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _identifier(name: str, station: Station) -> str:
    return f"urn:ngsi-ld:{name}:{station.name.replace(', ', '-').replace(' ', '-')}"


def _entity(name: str, station: Station, now: datetime) -> dict[str, Any]:
    """An entity in the normalised form of NGSI-v2."""
    moment = _measured(station, now)
    place = {"type": "Point", "coordinates": [station.longitude, station.latitude]}
    return {
        "id": _identifier(name, station),
        "type": name,
        "name": _attribute("Text", station.name),
        **dict(_values(KINDS[name].values(station, moment), moment)),
        "dateObserved": _attribute("DateTime", _iso(moment)),
        "location": _attribute("geo:json", place),
        "source": _attribute("Text", "Beispieldaten"),
    }


def _values(values: Mapping[str, Value], moment: datetime) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, (value, unit) in values.items():
        said = {"unitCode": {"type": "Text", "value": unit}} if unit else {}
        measured = {"timestamp": {"type": "DateTime", "value": _iso(moment)}}
        yield name, _attribute("Text" if isinstance(value, str) else "Number", value, {**said, **measured})


def _attribute(kind: str, value: Any, metadata: Mapping[str, Any] | None = None) -> dict[str, Any]:
    return {"type": kind, "value": value, "metadata": dict(metadata or {})}


def _short(entity: dict[str, Any]) -> dict[str, Any]:
    return {key: value["value"] if isinstance(value, dict) else value for key, value in entity.items()}


def _series(name: str, station: Station, now: datetime) -> dict[str, Any]:
    """The values of the last day, the oldest first, as a QuantumLeap gives them."""
    last = _measured(station, now)
    moments = [last - _STEP * number for number in reversed(range(_STEPS))]
    rows = [KINDS[name].values(station, moment) for moment in moments]
    numbers = [key for key, each in rows[-1].items() if not isinstance(each.value, str)]
    return {
        "entityId": _identifier(name, station),
        "index": [_iso(moment) for moment in moments],
        "attributes": [{"attrName": key, "values": [row[key].value for row in rows]} for key in numbers],
    }
