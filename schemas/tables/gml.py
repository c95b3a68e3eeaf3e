"""Features out of GML as GeoJSON in degrees: GML 2.1, 3.1 and 3.2 with simple features, as Web Feature Services send them.

Sources: OGC 02-069 (GML 2.1.2), 03-105r1 (3.1.1), 07-036 (3.2.1), and 10-100r3, levels SF-0 and SF-1. Arcs and other
curved segments are drawn through the positions that they name.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, NamedTuple

from lxml import etree

from schemas.syntax import Unreadable
from schemas.tables.geometry import crs_code, guess
from schemas.tables.markup import MAX_DEPTH
from schemas.tables.notes import Note, note, refusal
from schemas.tables.placement import Feature, Placed
from schemas.tables.positions import DEGREES, to_degrees
from schemas.xml_tree import local_name, plain_xml, text_of

Position = tuple[float, float]
MAX_FEATURES = 100_000
MAX_NAMES = 500
_MAX_TEXT = 10_000
_DIGITS = 7  # of a degree: a centimetre
_MEMBERS = frozenset(("featureMember", "member", "featureMembers"))
_COLLECTIONS = frozenset(("FeatureCollection", "SimpleFeatureCollection", "Tuple"))
_BLANKS = re.compile(r"[\s,]+")
_ID = ("{http://www.opengis.net/gml/3.2}id", "{http://www.opengis.net/gml}id", "fid")
_HREF = "{http://www.w3.org/1999/xlink}href"


def read_features(data: bytes, crs: str = "", limit: int = MAX_FEATURES) -> Placed:
    """The features of a GML document, at most ``limit``; ``crs`` holds where the document names none.

    A feature without a geometry, or with one in an unknown reference system, keeps its properties. Raises `TableError`
    (`unreadable`) for what is not well-formed, has a DOCTYPE, or is nested too deeply.
    """
    try:
        encoded, _ = plain_xml(data, "GML", MAX_DEPTH)
    except Unreadable as error:
        raise refusal("unreadable") from error
    reading = _Reading(crs, limit)
    try:
        for _, element in etree.iterparse(
            BytesIO(encoded), events=("end",), resolve_entities=False, no_network=True, load_dtd=False, huge_tree=True
        ):
            parent = element.getparent()
            if parent is not None and local_name(parent) in _MEMBERS:
                reading.add(element)
                element.clear()
            elif parent is None:
                reading.end(element)
    except etree.XMLSyntaxError as error:
        raise refusal("unreadable") from error
    return reading.result()


class _Drawn(NamedTuple):
    """A geometry before it is turned: its kind, nested positions, and its reference system as written."""

    kind: str
    coordinates: Any
    srs: str


class _Reading:
    def __init__(self, crs: str, limit: int) -> None:
        self._crs = crs
        self._limit = limit
        self._found: list[tuple[dict[str, str], _Drawn | None]] = []
        self._total = 0
        self._said = -1
        self._unknown: dict[str, int] = {}
        self._notes: list[Note] = []

    def add(self, element: etree._Element) -> None:
        if local_name(element) in _COLLECTIONS or not local_name(element):
            return
        self._total += 1
        if len(self._found) < self._limit:
            self._found.append(_feature(element))

    def end(self, root: etree._Element) -> None:
        for name in ("numberMatched", "numberOfFeatures"):
            stated = root.get(name) or ""
            if stated.isascii() and stated.isdigit() and len(stated) < 10:
                self._said = max(self._said, int(stated))

    def result(self) -> Placed:
        turn = self._turn_for_unnamed()
        features = tuple(self._whole(properties, drawn, turn) for properties, drawn in self._found)
        for code, count in self._unknown.items():
            self._notes.append(note("crs-unknown", crs=code or "?", count=count))
        used = next((drawn.srs for _, drawn in self._found if drawn and drawn.srs), self._crs)
        return Placed(features, max(self._total, self._said), crs_code(used), tuple(self._notes))

    def _turn_for_unnamed(self) -> str:
        """The reference system of geometries that name none: what the caller says, else what their numbers fit."""
        if self._crs:
            return self._crs
        unnamed = [position for _, drawn in self._found if drawn and not drawn.srs for position in _each(drawn)]
        code = guess(unnamed) if unnamed else ""
        if code and code not in DEGREES:
            self._notes.append(note("crs-assumed", crs=code))
        return code

    def _whole(self, properties: dict[str, str], drawn: _Drawn | None, unnamed: str) -> Feature:
        geometry: dict[str, Any] | None = None
        if drawn is not None:
            turn = _turn(drawn.srs or unnamed)
            if turn is None:
                code = crs_code(drawn.srs) or drawn.srs[:60]
                self._unknown[code] = self._unknown.get(code, 0) + 1
            else:
                geometry = _geojson(drawn, turn)
        return {"type": "Feature", "geometry": geometry, "properties": properties}


def _turn(srs: str) -> Callable[[float, float], Position] | None:
    code = crs_code(srs)
    turn = to_degrees(code)
    # Only the long names promise the order of the axes that EPSG gives: latitude first (OGC 05-096r1, annex).
    if turn is not None and code in DEGREES and "CRS84" not in code and re.match(r"urn:|https?://.*/def/", srs):
        return lambda first, second: turn(second, first)
    return turn


def _feature(element: etree._Element) -> tuple[dict[str, str], _Drawn | None]:
    properties: dict[str, str] = {}
    drawn: _Drawn | None = None
    for child in element:
        name = local_name(child)
        if not name or name == "boundedBy":
            continue
        shape = next((inner for inner in child if local_name(inner) in _SHAPES), None)
        if shape is not None:
            drawn = drawn or _draw(shape)
        else:
            _say(properties, name, child, 0)
    if not properties and (named := next((value for key in _ID if (value := element.get(key))), "")):
        properties["id"] = named
    return properties, drawn


def _say(properties: dict[str, str], name: str, element: etree._Element, depth: int) -> None:
    """A property as text; one with elements in it as a property for each of these, their names joined by dots."""
    if len(properties) >= MAX_NAMES:
        return
    inner = [each for each in element if local_name(each)]
    if inner and depth < 4:
        for each in inner:
            # An object between a property and its own properties says only its class.
            shown = name if local_name(each)[:1].isupper() else f"{name}.{local_name(each)}"
            _say(properties, shown, each, depth + 1)
        return
    text = " ".join(text_of(element).split())[:_MAX_TEXT] or (element.get(_HREF) or "")[:_MAX_TEXT]
    if name in properties:
        text = f"{properties[name]}; {text}"[:_MAX_TEXT] if text else properties[name]
    properties[name] = text


def _draw(element: etree._Element) -> _Drawn | None:
    name = local_name(element)
    made = _SHAPES[name](element)
    return _Drawn(made[0], made[1], _inherited(element, "srsName")) if made is not None else None


_Made = tuple[str, Any] | None


def _inherited(element: etree._Element, attribute: str) -> str:
    """An attribute of an element, of what is inside it, or of what it is inside of, whichever names it first."""
    for each in (element, *element.iterancestors()):
        if found := each.get(attribute):
            return found
    return next((found for each in element.iter(etree.Element) if (found := each.get(attribute))), "")


def _positions(element: etree._Element) -> list[Position]:
    """All positions inside an element, in order: pos, posList, coordinates or coord."""
    found: list[Position] = []
    for each in element.iter(etree.Element):
        name = local_name(each)
        if name in ("pos", "posList"):
            stated = each.get("srsDimension") or each.get("dimension") or _inherited(each, "srsDimension")
            found.extend(_pairs((each.text or "").split(), 3 if stated == "3" else 2, name == "pos"))
        elif name == "coordinates":
            found.extend(_tuples(each))
        elif name == "coord":
            values = [text_of(inner) for inner in each if local_name(inner) in ("X", "Y")]
            found.extend(_pairs(values, 2, True))
    return found


def _pairs(values: list[str], dimension: int, single: bool) -> Iterator[Position]:
    step = max(2, len(values)) if single else dimension
    for index in range(0, len(values) - 1, step):
        if (position := _position(values[index], values[index + 1])) is not None:
            yield position


def _tuples(element: etree._Element) -> Iterator[Position]:
    """GML 2: tuples of numbers; their signs may be others than comma and blank."""
    decimal, comma, blank = element.get("decimal") or ".", element.get("cs") or ",", element.get("ts") or " "
    text = element.text or ""
    for piece in text.split() if blank.isspace() else text.split(blank):
        values = [each.replace(decimal, ".") for each in piece.split(comma)]
        if len(values) > 1 and (position := _position(values[0], values[1])) is not None:
            yield position


def _position(first: str, second: str) -> Position | None:
    try:
        x, y = float(first), float(second)
    except ValueError:
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def _point(element: etree._Element) -> _Made:
    found = _positions(element)
    return ("Point", found[0]) if found else None


def _line(element: etree._Element) -> _Made:
    found = _positions(element)
    return ("LineString", found) if len(found) > 1 else None


def _polygon(element: etree._Element) -> _Made:
    outer, inner = [], []
    for each in element:
        name = local_name(each)
        ring = _positions(each)
        if len(ring) < 3:
            continue
        ring = ring if ring[0] == ring[-1] else [*ring, ring[0]]
        if name in ("exterior", "outerBoundaryIs"):
            outer.append(ring)
        elif name in ("interior", "innerBoundaryIs"):
            inner.append(ring)
    return ("Polygon", [outer[0], *inner]) if outer else None


def _many(kind: str, *wanted: str) -> Callable[[etree._Element], _Made]:
    def made(element: etree._Element) -> _Made:
        parts: list[Any] = []
        for each in element.iterdescendants(*(f"{{*}}{name}" for name in wanted)):
            part = _SHAPES.get(local_name(each), _polygon)(each)
            if part is None:
                continue
            parts.extend(part[1] if part[0] == kind else [part[1]])
        if len(parts) == 1 and not local_name(element).startswith("Multi"):
            return kind.removeprefix("Multi"), parts[0]
        return (kind, parts) if parts else None

    return made


def _collection(element: etree._Element) -> _Made:
    parts = [
        made for each in element.iterdescendants(*_SIMPLE) if (made := _SHAPES[local_name(each)](each)) is not None
    ]
    return ("GeometryCollection", parts) if parts else None


_SHAPES: dict[str, Callable[[etree._Element], _Made]] = {
    "Point": _point,
    "LineString": _line,
    "LinearRing": _line,
    "Curve": _line,
    "OrientableCurve": _line,
    "CompositeCurve": _line,
    "Polygon": _polygon,
    "Surface": _many("MultiPolygon", "PolygonPatch", "Triangle", "Rectangle"),
    "PolyhedralSurface": _many("MultiPolygon", "PolygonPatch"),
    "CompositeSurface": _many("MultiPolygon", "Polygon", "PolygonPatch"),
    "MultiPoint": _many("MultiPoint", "Point"),
    "MultiLineString": _many("MultiLineString", "LineString"),
    "MultiCurve": _many("MultiLineString", "LineString", "Curve"),
    "MultiPolygon": _many("MultiPolygon", "Polygon"),
    "MultiSurface": _many("MultiPolygon", "Polygon", "PolygonPatch"),
    "MultiGeometry": _collection,
}
_SIMPLE = ("{*}Point", "{*}LineString", "{*}Curve", "{*}Polygon", "{*}Surface")


def _each(drawn: _Drawn) -> Iterator[Position]:
    """Some positions of a geometry: enough to tell in which system it is."""
    waiting = [drawn.coordinates]
    for _ in range(1_000):
        if not waiting:
            return
        current = waiting.pop()
        if isinstance(current, tuple) and current and isinstance(current[0], float):
            yield current
        elif isinstance(current, (list, tuple)):
            waiting.extend(each for each in current[:50] if not isinstance(each, str))


def _geojson(drawn: _Drawn, turn: Callable[[float, float], Position]) -> dict[str, Any]:
    if drawn.kind == "GeometryCollection":
        parts = [_geojson(_Drawn(kind, inner, drawn.srs), turn) for kind, inner in drawn.coordinates]
        return {"type": drawn.kind, "geometries": parts}
    return {"type": drawn.kind, "coordinates": _turned(drawn.coordinates, turn)}


def _turned(value: Any, turn: Callable[[float, float], Position]) -> Any:
    if isinstance(value, tuple):
        longitude, latitude = turn(*value)
        return [round(longitude, _DIGITS), round(latitude, _DIGITS)]
    return [_turned(each, turn) for each in value]
