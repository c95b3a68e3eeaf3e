"""The answers of OGC SensorThings servers as rows: Things, Datastreams with their newest value, Observations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from catalog.preview.live_cells import NUMBERS, TEXTS, Found, Head, Row, cell_of, clock, inner, moment_of, objects
from harvesters.city import units
from harvesters.mapping.native_values import word
from schemas.tables.jsondata import clean

_STREAM, _PROPERTY, _VALUE, _UNIT = "stream", "property", "value", "unit"
_FROM, _TO = "from", "to"
_HEADS = {
    _STREAM: Head("Messreihe", NUMBERS),
    _PROPERTY: Head("Messgröße", NUMBERS),
    _VALUE: Head("Wert", NUMBERS),
    _UNIT: Head("Einheit", NUMBERS),
    _FROM: Head("Messungen von", TEXTS),
    _TO: Head("Messungen bis", TEXTS),
}
_OF_STREAM = ("unitOfMeasurement", "unitOfMeasurements", "observationType")
_NO_UNIT = frozenset({"", "-", "n/a", "none", "null", "unknown", "unbekannt"})
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


def readings(document: Any, most: int) -> Found | None:
    """The rows of a page of a set; None for any other document."""
    if not isinstance(document, dict) or not isinstance(document.get("value"), list):
        return None
    entries = objects(document["value"])
    first = entries[0] if entries else {}
    if "phenomenonTime" in first and "result" in first:
        rows = [_observed(each) for each in entries[:most]]
    elif any(name in first for name in _OF_STREAM):
        rows = [_stream(each, inner(each, "Thing")) for each in entries[:most]]
    elif "@iot.id" in first and ("Datastreams" in first or "Locations" in first):
        pairs = [(stream, thing) for thing in entries for stream in objects(thing.get("Datastreams")) or [{}]]
        rows = [_stream(stream, thing) for stream, thing in pairs[:most]]
    else:
        return None
    more = bool(word(document.get("@iot.nextLink")) or word(document.get("@nextLink")))
    return Found(_heads(rows), rows, more or len(entries) > most)


def _heads(rows: Sequence[Row]) -> dict[str, Head]:
    """The columns; where all values have one unit, it stands in the head of the values."""
    signs = {row.cells.get(_UNIT, "") for row in rows if row.cells.get(_VALUE)}
    if len(signs) != 1 or not (sign := next(iter(signs))):
        return _HEADS
    label = f"{_HEADS[_VALUE].label} ({sign})"
    return {key: head._replace(label=label) if key == _VALUE else head for key, head in _HEADS.items() if key != _UNIT}


def _stream(stream: dict[str, Any], thing: dict[str, Any]) -> Row:
    """A Datastream with its newest Observation, where that was asked for; else since when and until when it measures."""
    row = _told(stream, thing)
    newest = max(objects(stream.get("Observations")), key=_order, default=None)
    if newest is not None:
        row.cells[_VALUE] = cell_of(newest.get("result"))
        row.seen([moment_of(newest.get("phenomenonTime"))])
    elif span := word(stream.get("phenomenonTime")):
        begin, end = moment_of(span.partition("/")[0]), moment_of(span)
        row.cells |= {_FROM: clock(begin) if begin else "", _TO: clock(end) if end else ""}
        row.seen([end])
    locations = [_geometry(each.get("location")) for each in objects(thing.get("Locations"))]
    row.geometry = next(filter(None, locations), None) or _geometry(stream.get("observedArea"))
    return row


def _order(observation: dict[str, Any]) -> datetime:
    return moment_of(observation.get("phenomenonTime")) or _BEFORE_ALL


def _observed(observation: dict[str, Any]) -> Row:
    stream = inner(observation, "Datastream") or inner(observation, "MultiDatastream")
    row = _told(stream, inner(stream, "Thing"))
    row.cells[_VALUE] = cell_of(observation.get("result"))
    row.seen([moment_of(observation.get("phenomenonTime"))])
    row.geometry = _geometry(inner(observation, "FeatureOfInterest").get("feature"))
    return row


def _told(stream: dict[str, Any], thing: dict[str, Any]) -> Row:
    """What a row says of the series that its value belongs to."""
    own, standing = cell_of(stream.get("name")), cell_of(thing.get("name"))
    measures = [inner(stream, "ObservedProperty"), *objects(stream.get("ObservedProperties"))]
    stated = [inner(stream, "unitOfMeasurement"), *objects(stream.get("unitOfMeasurements"))]
    return Row(
        {
            "": standing or own,
            _STREAM: own if standing and own != standing else "",
            _PROPERTY: ", ".join(filter(None, (cell_of(each.get("name")) for each in measures))),
            _UNIT: ", ".join(filter(None, map(_sign, stated))),
        }
    )


def _sign(unit: dict[str, Any]) -> str:
    said = (word(unit.get("symbol")), word(unit.get("name")))
    return clean(next((units.symbol(each) for each in said if each.casefold() not in _NO_UNIT), ""))


def _geometry(given: Any) -> Any:
    """A geometry, also one in a feature."""
    found = given.get("geometry") if isinstance(given, dict) and given.get("type") == "Feature" else given
    return found if isinstance(found, dict) else None
