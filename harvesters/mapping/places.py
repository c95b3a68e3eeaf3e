"""Places from what sources write: GeoJSON, a bounding box, WKT, an IRI, a name."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from harvesters.mapping.account import Account, Parts
from harvesters.mapping.field_rules import addresses, texts
from harvesters.mapping.native_values import parsed, word, written
from schemas.findings import Severity, declare
from schemas.kinds import Literal, is_web
from schemas.model import Location, Resource
from schemas.tables.geometry import Bounds, add_wkt

AXES_SWAPPED = declare(
    "coordinates-swapped",
    "Die Koordinaten {0} liegen nur dann in Deutschland, wenn Länge und Breite vertauscht werden.",
    "The coordinates {0} lie in Germany only if longitude and latitude are swapped.",
    "Geben Sie an der Quelle erst die Länge, dann die Breite an.",
    "Give longitude first and latitude second at the source.",
    "RFC 7946 section 3.1.1; faults F48",
)

GEOJSON = "https://www.iana.org/assignments/media-types/application/vnd.geo+json"
WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_GEOMETRIES = frozenset(
    {
        *("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"),
        *("GeometryCollection", "Feature", "FeatureCollection"),
    }
)
# A longer geometry is no hint but the data themselves; its bounding box is kept (F48).
_GEOSPARQL = "http://www.opengis.net/ont/geosparql#"
_AS_WKT, _AS_GEOJSON = f"{_GEOSPARQL}asWKT", f"{_GEOSPARQL}asGeoJSON"
_HAS_GEOMETRY = f"{_GEOSPARQL}hasGeometry"
_LONGEST_GEOMETRY = 20_000
_WKT = re.compile(r"(?:POINT|(?:MULTI)?POLYGON|(?:MULTI)?LINESTRING|MULTIPOINT|GEOMETRYCOLLECTION)\s*Z?\s*\(", re.I)
_BOX = re.compile(r"(-?\d+(?:\.\d+)?)[,;\s]\s*(-?\d+(?:\.\d+)?)[,;\s]\s*(-?\d+(?:\.\d+)?)[,;\s]\s*(-?\d+(?:\.\d+)?)")
Box = tuple[float, float, float, float]
R = TypeVar("R", bound=Resource)


def places(account: Account, field: str, value: Any) -> Sequence[str | Location]:
    """Places from GeoJSON (an object, or written into a string), ``west,south,east,north``, WKT, an IRI, a name."""
    return tuple(shaped(place) if isinstance(place, Location) else place for place in _stated(account, field, value))


def shaped(place: Location) -> Location:
    """A place with its exact geometry as a node of GeoSPARQL, beside the box or point that every receiver reads.

    Not as locn:geometry: the shapes of DCAT-AP 3 want a node there, and at a node ckanext-dcat, with which GovData
    harvests, gives up the whole feed. A text of well-known text without a box or point gets one.
    """
    if not place.geometry:
        return place
    exact = tuple((_HAS_GEOMETRY, _node(value) if isinstance(value, Literal) else value) for value in place.geometry)
    rough = place if place.bbox or place.centroid else _rough(place.geometry)
    return replace(place, geometry=(), bbox=rough.bbox, centroid=rough.centroid, extra=(*place.extra, *exact))


def geometries_apart(record: R) -> R:
    """A record of an RDF source: geometries of its places that are nodes stand under geo:hasGeometry, texts stay."""
    stated = getattr(record, "spatial", ())
    if not any(isinstance(value, Location) and _nodes(value) for value in stated):
        return record
    apart = tuple(_apart(value) if isinstance(value, Location) else value for value in stated)
    changed: dict[str, Any] = {"spatial": apart}
    return replace(record, **changed)


def _apart(place: Location) -> Location:
    nodes = _nodes(place)
    literals = tuple(value for value in place.geometry if isinstance(value, Literal))
    return replace(place, geometry=literals, extra=(*place.extra, *((_HAS_GEOMETRY, node) for node in nodes)))


def _nodes(place: Location) -> list[str | Resource]:
    return [value for value in place.geometry if not isinstance(value, Literal)]


def _rough(geometry: Iterable[Any]) -> Location:
    bounds = Bounds()
    for value in geometry:
        if isinstance(value, Literal) and value.datatype == WKT:
            add_wkt(bounds, value.text)
    box, _ = bounds.located("EPSG:4326")
    if box is None or not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        return Location()
    return _outline((box.west, box.south, box.east, box.north))


def _outline(box: Box) -> Location:
    """A box as such, or as a point if it is one."""
    if box[0] == box[2] and box[1] == box[3]:
        return Location(centroid=(Literal(f"POINT({_number(box[0])} {_number(box[1])})", None, WKT),))
    return Location(bbox=(Literal(_polygon(box), None, WKT),))


def _node(literal: Literal) -> Resource:
    said = _AS_GEOJSON if literal.datatype == GEOJSON else _AS_WKT
    return Resource(types=(f"{_GEOSPARQL}Geometry",), extra=((said, literal),))


def _stated(account: Account, field: str, value: Any) -> Sequence[str | Location]:
    """Places from GeoJSON (an object, or written into a string), ``west,south,east,north``, WKT, an IRI, a name."""
    if isinstance(value, list):
        return [place for entry in value for place in places(account, field, entry)]
    if isinstance(value, dict):
        return _geojson(account, field, value, written(value))
    text = word(value)
    if text[:1] in ("{", "["):
        inner = parsed(text)
        if isinstance(inner, dict):
            return _geojson(account, field, inner, text)
        return _stated(account, field, inner) if isinstance(inner, list) else account.refuse(field, value)
    if is_web(text):
        return addresses(account, field, text)
    if match := _BOX.fullmatch(text):
        return boxed(account, field, (float(match[1]), float(match[2]), float(match[3]), float(match[4])))
    if _WKT.match(text):
        return (Location(geometry=(Literal(text, None, WKT),)),)
    return (Location(pref_label=(Literal(text, account.language),)),) if text else account.refuse(field, value)


def box_of(west: float, south: float, east: float, north: float) -> Location:
    """A place from west, south, east, north in degrees, of which it is known that they are so."""
    return Location(bbox=(Literal(_polygon((west, south, east, north)), None, WKT),))


def boxed(account: Account, field: str, box: Box) -> Sequence[Location]:
    """A place from west, south, east, north in degrees."""
    if not _on_earth(account, box):
        return account.refuse(field, ",".join(map(_number, box)), "spatial")
    return (Location(bbox=(Literal(_polygon(box), None, WKT),)),)


def _geojson(account: Account, field: str, geometry: dict[str, Any], text: str) -> Sequence[Location]:
    box = _bounds(geometry) if word(geometry.get("type")) in _GEOMETRIES else None
    if box is None or not _on_earth(account, box):
        return account.refuse(field, text)
    literal = (Literal(text, None, GEOJSON),) if len(text) <= _LONGEST_GEOMETRY else ()
    return (replace(_outline(box), geometry=literal),)


def _bounds(geometry: Any) -> Box | None:
    west = south = math.inf
    east = north = -math.inf
    stack = [geometry]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            stack.extend(node[key] for key in ("coordinates", "geometries", "geometry", "features") if key in node)
        elif not isinstance(node, list):
            return None
        elif len(node) >= 2 and isinstance(node[0], int | float) and isinstance(node[1], int | float):
            west, east = min(west, node[0]), max(east, node[0])
            south, north = min(south, node[1]), max(north, node[1])
        else:
            stack.extend(node)
    return (west, south, east, north) if west <= east else None


def _on_earth(account: Account, box: Box) -> bool:
    west, south, east, north = box
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        return False
    if not _in_germany(box) and _in_germany((south, west, north, east)):
        shown = ", ".join(map(_number, box))
        account.remark(Severity.WARNING, account.paths.get("spatial"), AXES_SWAPPED, shown)
    return True


def _in_germany(box: Box) -> bool:
    west, south, east, north = box
    return 5.8 <= west <= east <= 15.1 and 47.2 <= south <= north <= 55.1


def _polygon(box: Box) -> str:
    west, south, east, north = map(_number, box)
    return f"POLYGON(({west} {north},{east} {north},{east} {south},{west} {south},{west} {north}))"


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def enter_box(account: Account, parts: Parts) -> None:
    """Enters the place whose edges stand in fields of their own: ``west south east north``, in degrees."""
    account.attribute = "spatial"
    match = _BOX.fullmatch(",".join(word(parts.get(key, ("", ""))[1]) for key in ("west", "south", "east", "north")))
    field = next(iter(parts.values()))[0]
    if match is None:
        for each, value in parts.values():
            account.refuse(each, value)
    elif found := boxed(account, field, (float(match[1]), float(match[2]), float(match[3]), float(match[4]))):
        account.add("spatial", found, field, "parse")


def enter_place(account: Account, parts: Parts) -> None:
    """Enters the place that several fields describe (``uri geom bbox centroid text``).

    ``text`` names the geometry stated beside it where there is one without a name.
    """
    account.attribute = "spatial"
    if "uri" in parts and (named := addresses(account, *parts["uri"])):
        account.add("spatial", named, parts["uri"][0], "copy")
    shape, box, centre = (
        next((place for place in _stated(account, *parts[key]) if isinstance(place, Location)), Location())
        if key in parts
        else Location()
        for key in ("geom", "bbox", "centroid")
    )
    place = Location(
        geometry=shape.geometry,
        bbox=box.bbox or _literals(box.geometry) or shape.bbox,
        centroid=centre.centroid or _literals(centre.geometry) or shape.centroid,
        pref_label=tuple(texts(account, *parts["text"])) if "text" in parts else (),
    )
    if place != Location():
        account.add("spatial", [shaped(place)], next(iter(parts.values()))[0], "parse")


def _literals(values: Iterable[Any]) -> tuple[Literal, ...]:
    return tuple(value for value in values if isinstance(value, Literal))
