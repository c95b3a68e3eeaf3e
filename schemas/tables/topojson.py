"""TopoJSON to GeoJSON: arcs put together again (https://github.com/topojson/topojson-specification, 2.1 and 2.2)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

Json = object
Position = list[float]

_MOST_POSITIONS = 2_000_000


def features(topology: Mapping[str, Json]) -> dict[str, Json] | None:
    """The features of all objects of a topology as a collection; None for what does not hold together."""
    try:
        return _features(topology)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError):
        return None


def _features(topology: Mapping[str, Any]) -> dict[str, Json]:
    reading = _Reading(topology)
    found: list[Json] = []
    for each in topology["objects"].values():
        for geometry in each["geometries"] if each["type"] == "GeometryCollection" else [each]:
            properties = dict(geometry.get("properties") or {})
            if "id" in geometry and "id" not in properties:
                properties = {"id": geometry["id"], **properties}
            found.append({"type": "Feature", "geometry": reading.geometry(geometry), "properties": properties})
    return {"type": "FeatureCollection", "features": found}


class _Reading:
    """The arcs of a topology in its coordinates. Positions are counted, for the same arc may be used any number of times."""

    def __init__(self, topology: Mapping[str, Any]) -> None:
        transform = topology.get("transform")
        self._scale: Sequence[float] = transform["scale"] if transform else (1.0, 1.0)
        self._shift: Sequence[float] = transform["translate"] if transform else (0.0, 0.0)
        self._arcs: list[list[Position]] = []
        for arc in topology["arcs"]:
            steps = [(each[0], each[1]) for each in arc]
            if transform:
                steps = list(accumulate(steps, lambda before, step: (before[0] + step[0], before[1] + step[1])))
            self._arcs.append([self._placed(step) for step in steps])
        self._left = _MOST_POSITIONS

    def geometry(self, given: Mapping[str, Any]) -> dict[str, Json] | None:
        """A geometry as GeoJSON; None for one of no kind."""
        kind, arcs = given.get("type"), given.get("arcs")
        coordinates: Json
        match kind:
            case "Point":
                coordinates = self._placed(given["coordinates"])
            case "MultiPoint":
                coordinates = [self._placed(each) for each in given["coordinates"]]
            case "LineString":
                coordinates = self._line(arcs)
            case "MultiLineString" | "Polygon":
                coordinates = [self._line(each) for each in arcs or ()]
            case "MultiPolygon":
                coordinates = [[self._line(ring) for ring in each] for each in arcs or ()]
            case "GeometryCollection":
                return {"type": kind, "geometries": [self.geometry(each) for each in given["geometries"]]}
            case _:
                return None
        return {"type": kind, "coordinates": coordinates}

    def _placed(self, step: Sequence[float]) -> Position:
        return [step[0] * self._scale[0] + self._shift[0], step[1] * self._scale[1] + self._shift[1]]

    def _line(self, arcs: Any) -> list[Position]:
        """Arcs one after the other; one with a negative number goes backwards."""
        line: list[Position] = []
        for number in arcs:
            arc = self._arcs[number] if number >= 0 else self._arcs[~number][::-1]
            line.extend(arc[1:] if line else arc)
        self._left -= len(line)
        if self._left < 0:
            raise ValueError("too many positions")
        return line
