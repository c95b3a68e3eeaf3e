"""Features with a place: GeoJSON geometries brought into degrees, held to their form, in any order of axes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.tables.geometry import crs_code, guess
from schemas.tables.notes import Note, note
from schemas.tables.positions import DEGREES, Turn, to_degrees

Feature = dict[str, Any]
_DIGITS = 7  # of a degree: a centimetre
_ENOUGH = 2_000
# How many lists stand around the positions of a geometry, and how few positions make one.
_FORMS = {
    "Point": (0, 1),
    "MultiPoint": (1, 1),
    "LineString": (1, 2),
    "MultiLineString": (2, 2),
    "Polygon": (2, 4),
    "MultiPolygon": (3, 4),
}


class Placed(NamedTuple):
    """Features in degrees (WGS 84), how many there are in all (more than these where only a part was read), the CRS found."""

    features: tuple[Feature, ...]
    total: int
    crs: str
    notes: tuple[Note, ...]


def placed(features: Sequence[Mapping[str, Any]], crs: str = "", total: int | None = None) -> Placed:
    """Features with their geometries in degrees.

    Takes GeoJSON features in the reference system ``crs``, as written; empty: told by the size of the numbers. What is no
    geometry, or lies in an unknown system, becomes None, and the properties stay.
    """
    notes: list[Note] = []
    code = crs_code(crs) if crs else guess([*some_positions([each.get("geometry") for each in features])])
    if not crs and code and code not in DEGREES:
        notes.append(note("crs-assumed", crs=code))
    turn = to_degrees(code)
    found: list[Feature] = []
    unknown = broken = 0
    for each in features:
        stated = each.get("geometry")
        geometry = turned(stated, turn) if turn is not None else None
        if stated is not None and turn is None:
            unknown += 1
        elif stated is not None and geometry is None:
            broken += 1
        properties = each.get("properties")
        found.append(
            {
                "type": "Feature",
                "geometry": geometry,
                "properties": properties if isinstance(properties, dict) else {},
            }
        )
    if unknown:
        notes.append(note("crs-unknown", crs=code or crs[:60] or "?"))
    if broken:
        notes.append(note("coordinates-invalid", count=broken))
    return Placed(tuple(found), len(found) if total is None else max(total, len(found)), code, tuple(notes))


def some_positions(geometries: Sequence[Any]) -> Iterator[tuple[float, float]]:
    """Some positions of GeoJSON geometries as they stand: enough to tell in which reference system they are."""
    waiting: list[Any] = list(reversed(geometries[:_ENOUGH]))
    for _ in range(10 * _ENOUGH):
        if not waiting:
            return
        current = waiting.pop()
        if isinstance(current, dict):
            waiting.extend(value for key in ("coordinates", "geometries") if (value := current.get(key)) is not None)
        elif isinstance(current, list | tuple):
            if len(current) > 1 and _is_number(current[0]) and _is_number(current[1]):
                yield float(current[0]), float(current[1])
            else:
                waiting.extend(current[:20])


def turned(geometry: Any, turn: Turn, depth: int = 4) -> dict[str, Any] | None:
    """A GeoJSON geometry in degrees without heights; None for what is none, or lies nowhere on earth (RFC 7946, 3.1)."""
    if not isinstance(geometry, dict) or depth == 0:
        return None
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        inner = geometry.get("geometries")
        parts = [part for each in inner if (part := turned(each, turn, depth - 1))] if isinstance(inner, list) else []
        return {"type": kind, "geometries": parts} if parts else None
    form = _FORMS.get(kind) if isinstance(kind, str) else None
    if form is None:
        return None
    coordinates = _nested(geometry.get("coordinates"), turn, *form)
    return {"type": kind, "coordinates": coordinates} if coordinates else None


def _nested(value: Any, turn: Turn, depth: int, least: int) -> list[Any] | None:
    """Positions with so many lists around them; parts that are none are left out, None if nothing is left."""
    if depth == 0:
        return _position(value, turn)
    if not isinstance(value, list | tuple):
        return None
    found = [part for each in value if (part := _nested(each, turn, depth - 1, least)) is not None]
    return found if len(found) >= (least if depth == 1 else 1) else None


def _position(value: Any, turn: Callable[[float, float], tuple[float, float]]) -> list[float] | None:
    if not isinstance(value, list | tuple) or len(value) < 2 or not (_is_number(value[0]) and _is_number(value[1])):
        return None
    longitude, latitude = turn(float(value[0]), float(value[1]))
    if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
        return None
    return [round(longitude, _DIGITS), round(latitude, _DIGITS)]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e15 and math.isfinite(value)
