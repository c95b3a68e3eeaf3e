"""Things and Datastreams of a sensor server gathered into groups that are datasets: by what is observed, or by Thing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from harvesters.city.extents import Area, Years
from harvesters.mapping.native_values import word

PROPERTY, THING = "observed_property", "thing"
_MOST = 50
_SENSOR = ("name", "encodingType", "metadata")
_OBSERVED = ("@iot.id", "name", "definition", "description")
_NOT_SAID = frozenset(
    {"", "n/a", "na", "none", "null", "-", "unknown", "unbekannt", "http://example.org", "not_defined"}
)


class Group:
    """One dataset in the making."""

    def __init__(self, key: str, name: str, description: str) -> None:
        self.key, self.name, self.description = key, name, description
        self.definition = ""
        self.ids: dict[Any, None] = {}
        self.observed: dict[str, None] = {}
        self.units: dict[tuple[str, str, str], None] = {}
        self.sensors: dict[tuple[str, str], None] = {}
        self.area, self.years = Area(), Years()

    def add(self, stream: dict[str, Any], locations: Iterable[Any]) -> None:
        """Takes a Datastream, and where its Thing stands."""
        for unit in units_of(stream):
            if len(self.units) < _MOST:
                self.units[unit] = None
        sensor = stream.get("Sensor")
        if isinstance(sensor, dict) and len(self.sensors) < _MOST:
            name, metadata = said(sensor.get("name")), said(sensor.get("metadata"))
            if name or metadata:
                self.sensors[name, metadata if metadata.startswith(("http://", "https://")) else ""] = None
        self.years.add(stream.get("phenomenonTime"))
        self.area.add_geometry(stream.get("observedArea"))
        for location in locations:
            self.area.add_geometry(location)

    def summary(self) -> dict[str, Any]:
        """What the reader takes: the same whatever the order of pages, and whatever was measured since."""
        return {
            "id": self.key,
            "name": self.name,
            "description": self.description,
            "definition": self.definition,
            "ids": sorted(self.ids, key=str)[:_MOST],
            "observed": sorted(self.observed),
            "units": [list(unit) for unit in sorted(self.units)],
            "sensors": [list(sensor) for sensor in sorted(self.sensors)],
            "box": self.area.box,
            "years": self.years.span,
        }


class Groups:
    """All groups of a server. ``by`` is :data:`PROPERTY` or :data:`THING`; ``member`` names a property of Things to group by."""

    def __init__(self, by: str, member: str | None = None) -> None:
        self.by, self.member = by, member
        self.found: dict[str, Group] = {}

    def add_thing(self, thing: dict[str, Any]) -> None:
        """Takes a Thing with what was expanded in it."""
        locations = [each.get("location") for each in _dicts(thing.get("Locations"))]
        for stream in (*_dicts(thing.get("Datastreams")), *_dicts(thing.get("MultiDatastreams"))):
            self.add_stream(stream, thing, locations)

    def add_stream(self, stream: dict[str, Any], thing: dict[str, Any], locations: Iterable[Any]) -> None:
        """Takes a Datastream or MultiDatastream of a Thing."""
        observed = list(observed_in(stream))
        places = list(locations)
        if self.by == THING:
            group = self._of_thing(thing)
            for each in observed:
                if (name := said(each.get("name"))) and len(group.observed) < _MOST:
                    group.observed[name] = None
            group.add(stream, places)
            return
        for each in observed:
            if (group_of := self._of_property(each)) is not None:
                group_of.add(stream, places)

    def _of_property(self, observed: dict[str, Any]) -> Group | None:
        name, definition = said(observed.get("name")), said(observed.get("definition"))
        # Servers hold the same property many times over; what it is says its definition.
        key = definition if definition.startswith(("http://", "https://", "urn:")) else name.casefold()
        if not key:
            return None
        group = self.found.get(key)
        if group is None:
            group = self.found[key] = Group(key, name or definition, said(observed.get("description")))
            group.definition = definition
        elif (name, said(observed.get("description"))) < (group.name, group.description) and name:
            # Of several names the first of the alphabet, so that the order of pages decides nothing.
            group.name, group.description = name, said(observed.get("description"))
        if isinstance(observed.get("@iot.id"), str | int):
            group.ids[observed["@iot.id"]] = None
        return group

    def _of_thing(self, thing: dict[str, Any]) -> Group:
        properties = thing.get("properties")
        value = properties.get(self.member) if self.member and isinstance(properties, dict) else None
        if label := word(value):
            key = f"{self.member}={label}"
            group = self.found.setdefault(key, Group(key, label, ""))
        else:
            key = f"Things({word(thing.get('@iot.id'))})"
            group = self.found.setdefault(key, Group(key, said(thing.get("name")), said(thing.get("description"))))
        if isinstance(thing.get("@iot.id"), str | int):
            group.ids[thing["@iot.id"]] = None
        return group


def said(value: Any) -> str:
    """A text, empty where only something that stands for nothing was entered."""
    text = word(value)
    return "" if text.casefold() in _NOT_SAID else text


def observed_in(stream: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a Datastream observes: one property, of a MultiDatastream several."""
    one = stream.get("ObservedProperty")
    yield from _dicts([one])
    yield from _dicts(stream.get("ObservedProperties"))


def units_of(stream: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Symbol, name and definition of each unit of a Datastream (18-088, 8.2.4) that says anything."""
    for unit in _dicts([stream.get("unitOfMeasurement"), *(_dicts(stream.get("unitOfMeasurements")))]):
        told = (said(unit.get("symbol")), said(unit.get("name")), said(unit.get("definition")))
        if told[0] or told[1]:
            yield told


def slim_thing(thing: dict[str, Any], by: str, member: str | None) -> dict[str, Any]:
    """A Thing as it is kept for replays: what groups are made of; its name only where Things are the groups."""
    left: dict[str, Any] = {"@iot.id": thing.get("@iot.id")}
    if by == THING:
        properties = thing.get("properties")
        left |= {"name": thing.get("name"), "description": thing.get("description")}
        if member and isinstance(properties, dict) and member in properties:
            left["properties"] = {member: properties[member]}
    left["Locations"] = [{"location": each.get("location")} for each in _dicts(thing.get("Locations"))]
    for name in ("Datastreams", "MultiDatastreams"):
        if name in thing:
            left[name] = [slim_stream(each) for each in _dicts(thing[name])]
        if f"{name}@iot.nextLink" in thing:
            left[f"{name}@iot.nextLink"] = thing[f"{name}@iot.nextLink"]
    return left


def slim_stream(stream: dict[str, Any]) -> dict[str, Any]:
    """A Datastream as it is kept for replays."""
    names = ("@iot.id", "phenomenonTime", "observedArea", "unitOfMeasurement", "unitOfMeasurements")
    left = {name: stream[name] for name in names if name in stream}
    for name, wanted in (("Sensor", _SENSOR), ("ObservedProperty", _OBSERVED)):
        if isinstance(inner := stream.get(name), dict):
            left[name] = {key: inner[key] for key in wanted if key in inner}
    several = stream.get("ObservedProperties")
    if isinstance(several, list):
        left["ObservedProperties"] = [{k: each[k] for k in _OBSERVED if k in each} for each in _dicts(several)]
    return left


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
