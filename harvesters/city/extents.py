"""How far data reach in space and time, gathered value by value in constant memory."""

from __future__ import annotations

import math
import re
from typing import Any

# Outwards to about 100 metres: a record does not change because a sensor's position trembles, and shows no one's door.
_STEPS = 1000
_YEAR = re.compile(r"(\d{4})-(?:0[1-9]|1[0-2])-[0-3]\d")
_FIRST_YEAR, _LAST_YEAR = 1900, 2100
# No hint of a place has more; what follows is left out, so that no geometry costs more than this (F48).
_MOST_NODES = 100_000
Box = tuple[float, float, float, float]


class Area:
    """The bounding box of all positions that were added: west, south, east, north in degrees (WGS 84)."""

    __slots__ = ("east", "north", "south", "west")

    def __init__(self) -> None:
        self.west = self.south = math.inf
        self.east = self.north = -math.inf

    def add(self, longitude: Any, latitude: Any) -> None:
        """A position; what is none on earth is passed over (F48)."""
        if not (_is_number(longitude) and _is_number(latitude)):
            return
        if -180 <= longitude <= 180 and -90 <= latitude <= 90:
            self.west, self.east = min(self.west, longitude), max(self.east, longitude)
            self.south, self.north = min(self.south, latitude), max(self.north, latitude)

    def add_geometry(self, geometry: Any) -> None:
        """A GeoJSON geometry, feature or collection."""
        stack, seen = [geometry], 0
        while stack and seen < _MOST_NODES:
            node = stack.pop()
            seen += 1
            if isinstance(node, dict):
                stack += [node[key] for key in ("coordinates", "geometries", "geometry", "features") if key in node]
            elif isinstance(node, list):
                if len(node) >= 2 and _is_number(node[0]) and _is_number(node[1]):
                    self.add(node[0], node[1])
                else:
                    stack += node

    @property
    def box(self) -> Box | None:
        """The box, rounded outwards to a thousandth of a degree; None if nothing was added."""
        if self.west > self.east:
            return None
        return (
            math.floor(self.west * _STEPS) / _STEPS,
            math.floor(self.south * _STEPS) / _STEPS,
            math.ceil(self.east * _STEPS) / _STEPS,
            math.ceil(self.north * _STEPS) / _STEPS,
        )


class Years:
    """The first and last year of all times that were added.

    Years and no days: the newest measurement is another one at each look, and is no change of the record.
    """

    __slots__ = ("first", "last")

    def __init__(self) -> None:
        self.first, self.last = _LAST_YEAR + 1, 0

    def add(self, value: Any) -> None:
        """A time or an interval in ISO 8601; anything else is passed over, also years that no sensor saw (F82)."""
        if not isinstance(value, str) or len(value) > 200:
            return
        for match in _YEAR.finditer(value):
            year = int(match[1])
            if _FIRST_YEAR <= year <= _LAST_YEAR:
                self.first, self.last = min(self.first, year), max(self.last, year)

    @property
    def span(self) -> tuple[str, str] | None:
        """First and last year; None if nothing was added."""
        return (str(self.first), str(self.last)) if self.last else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
