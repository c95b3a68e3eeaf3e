"""Geometries drawn with fewer positions, and features thinned evenly in space, until they fit into a size."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from catalog.maps import boxes

Feature = Mapping[str, Any]
Line = Sequence[Sequence[float]]
MOST_BYTES = 12_000_000
"""Most bytes that the lines and areas of a map are kept in, as GeoJSON."""
MOST_FEATURES = 100_000
_DIGITS = 6  # of a degree: a decimetre
_BYTES = 22  # of a position in JSON
_FINEST = 4_000  # a part of the whole extent: less than a pixel of a large screen
_ROUNDS = 5
_MOST_POSITIONS = 200_000  # more are halved, thirded … before anything is measured: some two seconds
_ROUGH_POSITIONS = 90_000  # of all lines and areas together, where the whole map is seen
_ROUGH = 8  # positions: with fewer, a geometry is not worth being kept twice


class Reduced(NamedTuple):
    """Features that fit, whether lines of theirs have fewer positions than before, and how many features are left out.

    ``positions`` counts those of all features. ``rough`` has, by their places among the features, those with a geometry that
    is drawn more roughly still: as finely as the whole map can show it.
    """

    features: tuple[dict[str, Any], ...]
    simplified: bool
    left_out: int
    positions: int
    rough: Mapping[int, dict[str, Any]]


def reduced(features: Iterable[Feature], most_bytes: int = MOST_BYTES, most: int = MOST_FEATURES) -> Reduced:
    """GeoJSON features in degrees, at most so many, whose lines and areas take about so many bytes as JSON.

    Lines and areas lose positions, beginning with those that nobody sees. Of features that are too many, those that lie
    closest to others are left out; features without a geometry are left out as well. Takes time in proportion to the
    positions.
    """
    drawn = [dict(each) for each in features if each.get("geometry")]
    stated = len(drawn)
    thinner = [_rounded(each) for each in _thinned(drawn, most)]
    shapes = [each for each in thinner if each["geometry"]["type"] != "Point"]
    before = sum(_count(each["geometry"]) for each in shapes)
    after = coarser(shapes, max(1_000, most_bytes // _BYTES))
    positions = after + len(thinner) - len(shapes)
    return Reduced(tuple(thinner), after < before, stated - len(thinner), positions, _rough(thinner))


def _rough(features: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    found = {
        place: dict(each)
        for place, each in enumerate(features)
        if each["geometry"]["type"] != "Point" and _count(each["geometry"]) > _ROUGH
    }
    box = boxes.of_features(features) if found else None
    if box is None:
        return {}
    unseen = max(box.east - box.west, box.north - box.south, 1e-6) / _FINEST
    listed = list(found.values())
    if sum(_count(each["geometry"]) for each in listed) <= _MOST_POSITIONS:
        for each in listed:
            each["geometry"] = _drawn(each["geometry"], unseen)
    coarser(listed, _ROUGH_POSITIONS)
    return found


def simplified(geometry: Mapping[str, Any], most: int) -> dict[str, Any]:
    """A geometry with about so many positions at most; every line keeps its ends, every area at least a triangle."""
    feature: dict[str, Any] = _rounded({"type": "Feature", "properties": {}, "geometry": geometry})
    coarser([feature], most)
    found: dict[str, Any] = feature["geometry"]
    return found


def coarser(features: list[dict[str, Any]], most: int) -> int:
    """Makes features fit into about so many positions, by raising what counts as unseen; gives how many there are then.

    The features get new geometries; none is lost, and each keeps the least that its kind needs.
    """
    count = sum(_count(each["geometry"]) for each in features)
    if count > max(most, _MOST_POSITIONS):
        count = _stridden(features, -(-count // max(most, _MOST_POSITIONS)))
    box = boxes.of_features(features) if count > most else None
    if box is None:
        return count
    tolerance = max(box.east - box.west, box.north - box.south, 1e-6) / _FINEST
    least = sum(_least(each["geometry"]) for each in features)
    for _ in range(_ROUNDS):
        for feature in features:
            feature["geometry"] = _drawn(feature["geometry"], tolerance)
        count = sum(_count(each["geometry"]) for each in features)
        if count <= max(most, least):
            break
        tolerance *= max(2.0, min(8.0, count / most))
    step = -(-count // most)
    # Lines that cross their whole place again and again are only thinned.
    return _stridden(features, step) if step > 1 else count


def _stridden(features: list[dict[str, Any]], step: int) -> int:
    for feature in features:
        feature["geometry"] = _strided(feature["geometry"], step)
    return sum(_count(each["geometry"]) for each in features)


def _strided(geometry: Mapping[str, Any], step: int) -> dict[str, Any]:
    if geometry["type"] == "GeometryCollection":
        return {"type": geometry["type"], "geometries": [_strided(each, step) for each in geometry["geometries"]]}
    return {"type": geometry["type"], "coordinates": _every(geometry["coordinates"], step)}


def _every(value: Any, step: int) -> Any:
    if not value or not isinstance(value[0], list | tuple):
        return value
    if isinstance(value[0][0], list | tuple):
        return [_every(each, step) for each in value]
    return [*value[:-1:step], value[-1]] if len(value) > 4 * step else value


def _drawn(geometry: Mapping[str, Any], tolerance: float) -> dict[str, Any]:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [_drawn(each, tolerance) for each in geometry["geometries"]]}
    coordinates = geometry["coordinates"]
    if kind == "LineString":
        coordinates = _line(coordinates, tolerance)
    elif kind == "MultiLineString":
        coordinates = [_line(each, tolerance) for each in coordinates]
    elif kind == "Polygon":
        coordinates = _area(coordinates, tolerance)
    elif kind == "MultiPolygon":
        areas = [_area(each, tolerance) for each in coordinates]
        # Islets that would be smaller than what is seen go, but never the last part.
        coordinates = [each for each in areas if _extent(each[0]) >= tolerance] or areas[:1]
    return {"type": kind, "coordinates": coordinates}


def _area(rings: Sequence[Line], tolerance: float) -> list[Line]:
    outer, *holes = rings
    return [_ring(outer, tolerance), *(_ring(each, tolerance) for each in holes if _extent(each) >= tolerance)]


def _ring(ring: Line, tolerance: float) -> Line:
    if len(ring) <= 4:
        return ring
    # A closed line has no ends that are far apart: it is halved at the position farthest from its first.
    middle = max(range(len(ring)), key=lambda n: _distance(ring[0], ring[n]))
    found = [*_line(ring[: middle + 1], tolerance)[:-1], *_line(ring[middle:], tolerance)]
    if len(found) >= 4:
        return found
    third = len(ring) // 3
    return [ring[0], ring[third], ring[2 * third], ring[0]]


def _line(line: Line, tolerance: float) -> Line:
    """The line with the fewest positions that a straight edge finds in one go, none farther off than the tolerance.

    From each position kept, the directions that pass close enough to all that follow are a sector that only narrows
    (Zhao and Saalfeld 1997, sleeve-fitting); the last position before it closes is kept. Ends stay.
    """
    if len(line) <= 2:
        return line
    kept = [line[0]]
    anchor, last = line[0], line[0]
    middle = half = farthest = 0.0
    open_ = True
    for position in line[1:]:
        across, up = position[0] - anchor[0], position[1] - anchor[1]
        distance = math.hypot(across, up)
        if distance > tolerance:
            direction = math.atan2(up, across)
            width = math.asin(tolerance / distance)
            off = math.remainder(direction - middle, math.tau)
            if open_:
                middle, half, open_ = direction, width, False
            elif abs(off) > half or distance < farthest - tolerance:
                anchor = last
                kept.append(anchor)
                across, up = position[0] - anchor[0], position[1] - anchor[1]
                distance = math.hypot(across, up)
                farthest, open_ = 0.0, distance <= tolerance
                if not open_:
                    middle, half = math.atan2(up, across), math.asin(tolerance / distance)
            else:
                low, high = max(-half, off - width), min(half, off + width)
                middle, half = middle + (low + high) / 2, (high - low) / 2
            farthest = max(farthest, distance)
        last = position
    kept.append(line[-1])
    return kept


def _distance(one: Sequence[float], other: Sequence[float]) -> float:
    return math.hypot(one[0] - other[0], one[1] - other[1])


def _extent(ring: Line) -> float:
    across, up = [each[0] for each in ring], [each[1] for each in ring]
    return max(max(across) - min(across), max(up) - min(up))


def _thinned(features: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """At most so many features: of those in one cell of a grid, the first ones; in the order in which they came."""
    if len(features) <= most:
        return features
    box = boxes.of_features(features)
    if box is None:
        return features[:most]
    side = max(1, math.isqrt(most))
    cells: dict[tuple[int, int], list[int]] = {}
    for n, feature in enumerate(features):
        x, y = next(boxes.positions(feature["geometry"]), (box.west, box.south))
        across = int((x - box.west) / ((box.east - box.west) or 1) * side)
        up = int((y - box.south) / ((box.north - box.south) or 1) * side)
        cells.setdefault((across, up), []).append(n)
    kept: list[int] = []
    for turn in range(max(map(len, cells.values()))):
        layer = [cell[turn] for cell in cells.values() if len(cell) > turn]
        kept.extend(layer[: most - len(kept)])
        if len(kept) >= most:
            break
    return [features[n] for n in sorted(kept)]


def _count(geometry: Mapping[str, Any]) -> int:
    if geometry["type"] == "GeometryCollection":
        return sum(_count(each) for each in geometry["geometries"])
    return _nested_count(geometry["coordinates"])


def _least(geometry: Mapping[str, Any]) -> int:
    """The positions that a geometry has at least, however roughly it is drawn."""
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return sum(_least(each) for each in geometry["geometries"])
    if kind == "MultiLineString":
        return 2 * len(geometry["coordinates"])
    return {"LineString": 2, "Polygon": 4, "MultiPolygon": 4}.get(kind) or _count(geometry)


def _nested_count(value: Any) -> int:
    if not value or not isinstance(value[0], list | tuple):
        return 1
    return sum(_nested_count(each) for each in value)


def _rounded(feature: Feature) -> dict[str, Any]:
    return {**feature, "geometry": _rounded_geometry(feature["geometry"])}


def _rounded_geometry(geometry: Mapping[str, Any]) -> dict[str, Any]:
    if geometry["type"] == "GeometryCollection":
        return {"type": geometry["type"], "geometries": [_rounded_geometry(each) for each in geometry["geometries"]]}
    return {"type": geometry["type"], "coordinates": _rounded_positions(geometry["coordinates"])}


def _rounded_positions(value: Any) -> Any:
    if value and not isinstance(value[0], list | tuple):
        return [round(value[0], _DIGITS), round(value[1], _DIGITS)]
    return [_rounded_positions(each) for each in value]
