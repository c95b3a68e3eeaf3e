"""Timetables in GTFS: stops as rows with a place, the ways of the lines as features beside them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from schemas.tables import read_table
from schemas.tables.archives import Archive
from schemas.tables.notes import TableError
from schemas.tables.placemarks import Features, Geometry
from schemas.tables.placement import Feature
from schemas.tables.table import Table

_NEEDED = frozenset(("agency.txt", "stops.txt", "routes.txt", "trips.txt"))
MAX_LINES = 500
_MAX_BYTES = 20_000_000


class Timetable(NamedTuple):
    """The stops with their attributes, and the ways of the lines in degrees."""

    stops: Features
    lines: tuple[Feature, ...]


def is_feed(names: Mapping[str, str]) -> bool:
    """Whether the files of an archive are those of a GTFS feed (GTFS Schedule, Dataset Files)."""
    return names.keys() >= _NEEDED


def read(archive: Archive, names: Mapping[str, str]) -> Timetable:
    """The stops and lines of a feed. Raises `TableError` where there are no readable stops."""
    table = read_table(archive.read(names["stops.txt"], _MAX_BYTES), "stops.csv")
    x, y = _place(table, "stop_lon"), _place(table, "stop_lat")
    geometries = tuple(_point(row[x], row[y]) if x is not None and y is not None else None for row in table.rows)
    stops = Features(
        table.names, table.rows, geometries, table.total_rows, "EPSG:4326", "", table.encoding, table.notes
    )
    try:
        return Timetable(stops, tuple(_lines(archive, names)))
    except TableError:
        return Timetable(stops, ())


def _lines(archive: Archive, names: Mapping[str, str]) -> list[Feature]:
    if "shapes.txt" not in names:
        return []
    routes = _by_shape(archive, names)
    table = read_table(archive.read(names["shapes.txt"], _MAX_BYTES), "shapes.csv")
    places = [_place(table, name) for name in ("shape_id", "shape_pt_sequence", "shape_pt_lon", "shape_pt_lat")]
    if None in places:
        return []
    which, order, x, y = (place for place in places if place is not None)
    points: defaultdict[str, list[tuple[float, float, float]]] = defaultdict(list)
    for row in table.rows:
        number, east, north = _number(row[order]), _number(row[x]), _number(row[y])
        if number is not None and east is not None and north is not None:
            points[row[which]].append((number, east, north))
    return [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[east, north] for _, east, north in sorted(line)]},
            "properties": {"name": routes.get(shape, shape)},
        }
        for shape, line in list(points.items())[:MAX_LINES]
        if len(line) > 1
    ]


def _by_shape(archive: Archive, names: Mapping[str, str]) -> dict[str, str]:
    """The short name of the line of each shape."""
    trips = read_table(archive.read(names["trips.txt"], _MAX_BYTES), "trips.csv")
    routes = read_table(archive.read(names["routes.txt"], _MAX_BYTES), "routes.csv")
    called = _pairs(routes, "route_id", "route_short_name") | {
        key: value for key, value in _pairs(routes, "route_id", "route_long_name").items() if value
    }
    return {shape: called.get(route, route) for shape, route in _pairs(trips, "shape_id", "route_id").items()}


def _pairs(table: Table, key: str, value: str) -> dict[str, str]:
    first, second = _place(table, key), _place(table, value)
    return {row[first]: row[second] for row in table.rows} if first is not None and second is not None else {}


def _place(table: Table, name: str) -> int | None:
    return table.names.index(name) if name in table.names else None


def _point(x: str, y: str) -> Geometry | None:
    east, north = _number(x), _number(y)
    return {"type": "Point", "coordinates": (east, north)} if east is not None and north is not None else None


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
