"""Boxes in degrees: around features, grown, meeting, as a sentence's four numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from schemas.tables.geometry import BoundingBox

Position = tuple[float, float]
# A single point has no extent: some 200 metres around it are shown.
_LEAST = 0.002
_NUMBER = (int, float)


def around(boxes: Iterable[BoundingBox]) -> BoundingBox | None:
    """The box around boxes; None around none."""
    found = list(boxes)
    if not found:
        return None
    west, south, east, north = zip(*found, strict=True)
    return BoundingBox(min(west), min(south), max(east), max(north))


def of_features(features: Iterable[Mapping[str, Any]]) -> BoundingBox | None:
    """The box around all positions of GeoJSON features; None where none has any."""
    return _of_positions(each for feature in features for each in positions(feature.get("geometry")))


def of_geometry(geometry: Mapping[str, Any] | None) -> BoundingBox | None:
    """The box around a GeoJSON geometry."""
    return _of_positions(positions(geometry))


def _of_positions(found: Iterable[Position]) -> BoundingBox | None:
    west = south = math.inf
    east = north = -math.inf
    for x, y in found:
        west, east = min(west, x), max(east, x)
        south, north = min(south, y), max(north, y)
    return BoundingBox(west, south, east, north) if west <= east else None


def positions(geometry: Mapping[str, Any] | None) -> Iterator[Position]:
    """All positions of a GeoJSON geometry, longitude and latitude; what is none is passed over."""
    waiting: list[Any] = [geometry]
    while waiting:
        current = waiting.pop()
        if isinstance(current, dict):
            waiting.extend(value for key in ("coordinates", "geometries") if (value := current.get(key)) is not None)
        elif isinstance(current, list):
            if _is_position(current):
                yield from _on_earth(current)
            elif current and _is_position(current[0]):  # a line: its positions need not wait one by one
                for each in current:
                    if _is_position(each):
                        yield from _on_earth(each)
            else:
                waiting.extend(reversed(current))


def _is_position(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) > 1 and isinstance(value[0], _NUMBER) and isinstance(value[1], _NUMBER)
    )


def _on_earth(position: Sequence[float]) -> tuple[Position, ...]:
    x, y = float(position[0]), float(position[1])
    return ((x, y),) if -180 <= x <= 180 and -90 <= y <= 90 else ()


def grown(box: BoundingBox, share: float) -> BoundingBox:
    """A box with a margin of a share of its sides, and never without extent; within what web Mercator can show."""
    across = max((box.east - box.west) * share, _LEAST if box.east - box.west < _LEAST else 0.0)
    up = max((box.north - box.south) * share, _LEAST if box.north - box.south < _LEAST else 0.0)
    return BoundingBox(
        max(-180.0, box.west - across),
        max(-85.0, box.south - up),
        min(180.0, box.east + across),
        min(85.0, box.north + up),
    )


def meets(one: BoundingBox, other: BoundingBox) -> bool:
    """Whether two boxes have a point in common."""
    return one.west <= other.east and other.west <= one.east and one.south <= other.north and other.south <= one.north


def written(box: BoundingBox, digits: int = 5) -> str:
    """A box as addresses have it: west, south, east, north between commas."""
    return ",".join(f"{edge:.{digits}f}".rstrip("0").rstrip(".") for edge in box)
