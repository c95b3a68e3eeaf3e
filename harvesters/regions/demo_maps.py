"""Writes a GeoJSON map as the other two files that an office would put on line: KML and a zipped shapefile."""

import json
import struct
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from harvesters.regions.demo_formats import zipped

Point = tuple[float, float]
Value = str | int | float

_SHAPE_KINDS = {"Point": 1, "LineString": 3, "Polygon": 5}
# The projection file of EPSG:4326 as Esri writes it.
_WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)


class Feature(NamedTuple):
    """One thing on the map: its properties and its geometry of one part, longitude first."""

    properties: dict[str, Value]
    kind: str
    points: tuple[Point, ...]


def features_of(geojson: bytes) -> list[Feature]:
    """Take a FeatureCollection (RFC 7946) of points, lines or polygons without holes and give its features."""
    return [
        Feature(feature["properties"], feature["geometry"]["type"], _points(**feature["geometry"]))
        for feature in json.loads(geojson)["features"]
    ]


def _points(type: str, coordinates: Any) -> tuple[Point, ...]:
    if type == "Point":
        return ((coordinates[0], coordinates[1]),)
    return tuple((x, y) for x, y in (coordinates if type == "LineString" else coordinates[0]))


def kml(geojson: bytes, title: str) -> bytes:
    """Write the map as KML 2.2; a placemark's name is the feature's first property."""
    marks = "".join(_placemark(feature) for feature in features_of(geojson))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
        f"<name>{escape(title)}</name>{marks}</Document></kml>\n"
    ).encode()


def _placemark(feature: Feature) -> str:
    data = "".join(
        f'<Data name="{escape(name)}"><value>{escape(str(value))}</value></Data>'
        for name, value in feature.properties.items()
    )
    places = f"<coordinates>{' '.join(f'{x},{y}' for x, y in feature.points)}</coordinates>"
    shape = {
        "Point": f"<Point>{places}</Point>",
        "LineString": f"<LineString>{places}</LineString>",
        "Polygon": f"<Polygon><outerBoundaryIs><LinearRing>{places}</LinearRing></outerBoundaryIs></Polygon>",
    }[feature.kind]
    name = escape(str(next(iter(feature.properties.values()))))
    return f"<Placemark><name>{name}</name><ExtendedData>{data}</ExtendedData>{shape}</Placemark>"


def shapefile(geojson: bytes, name: str) -> bytes:
    """Write the map as a ZIP with name.shp, .shx, .dbf, .prj and .cpg (ESRI Shapefile Technical Description, 1998)."""
    features = features_of(geojson)
    shapes = [_shape(feature) for feature in features]
    kind = _SHAPE_KINDS[features[0].kind]
    bounds = _bounds([point for feature in features for point in feature.points])
    body, index, place = b"", b"", 50  # places and lengths count 16-bit words; the head has 50
    for number, shape in enumerate(shapes, 1):
        head = struct.pack(">2i", number, len(shape) // 2)
        body += head + shape
        index += struct.pack(">2i", place, len(shape) // 2)
        place += (len(head) + len(shape)) // 2
    parts = (
        (f"{name}.shp", _shape_head(kind, bounds, len(body)) + body),
        (f"{name}.shx", _shape_head(kind, bounds, len(index)) + index),
        (f"{name}.dbf", _dbase(features)),
        (f"{name}.prj", _WGS84),
        (f"{name}.cpg", "UTF-8"),
    )
    return zipped(parts)


def _bounds(points: list[Point]) -> tuple[float, float, float, float]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)


def _shape_head(kind: int, bounds: tuple[float, float, float, float], size: int) -> bytes:
    return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, (100 + size) // 2) + struct.pack(
        "<2i8d", 1000, kind, *bounds, *[0.0] * 4
    )


def _shape(feature: Feature) -> bytes:
    kind, points = _SHAPE_KINDS[feature.kind], list(feature.points)
    if feature.kind == "Point":
        return struct.pack("<i2d", kind, *points[0])
    if feature.kind == "Polygon":
        points.reverse()  # GeoJSON turns its outer ring to the left, a shapefile to the right
    flat = [value for point in points for value in point]
    return struct.pack(f"<i4d3i{len(flat)}d", kind, *_bounds(points), 1, len(points), 0, *flat)


def _dbase(features: list[Feature]) -> bytes:
    """Write the properties as a dBASE III table: numbers as N, all else as C, names cut to ten octets."""
    columns = list(features[0].properties)
    numeric = {c: all(isinstance(f.properties[c], int | float) for f in features) for c in columns}
    cells = [[str(feature.properties[c]).encode() for c in columns] for feature in features]
    widths = [max(len(row[i]) for row in cells) for i in range(len(columns))]
    fields = b"".join(
        struct.pack(
            "<11sc4x2B14x",
            column.encode("ascii", "replace")[:10],
            b"N" if numeric[column] else b"C",
            width,
            max((len(row[i].partition(b".")[2]) for row in cells), default=0) if numeric[column] else 0,
        )
        for i, (column, width) in enumerate(zip(columns, widths, strict=True))
    )
    head = struct.pack("<4BIHH20x", 3, 126, 11, 2, len(features), 32 + len(fields) + 1, 1 + sum(widths))
    lines = b"".join(
        b" "
        + b"".join(
            cell.rjust(width) if numeric[column] else cell.ljust(width)
            for cell, width, column in zip(row, widths, columns, strict=True)
        )
        for row in cells
    )
    return head + fields + b"\r" + lines + b"\x1a"
