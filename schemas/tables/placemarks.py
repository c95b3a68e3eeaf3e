"""Placemarks of KML, points and tracks of GPX: attributes as rows of text, geometries as GeoJSON in the file's coordinates."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from schemas.tables.elements import Element, walk
from schemas.tables.jsondata import Objects, clean
from schemas.tables.notes import Note, note

Geometry = dict[str, Any]
Position = tuple[float, float]
MAX_FEATURES = 100_000
_TAG = re.compile(r"<[^<>]{0,2000}>")
# What a KML placemark says itself, in the order of OGC 12-007r2, 9.1.
_SAID = ("name", "description", "address", "phoneNumber")
_TIMES = ("when", "begin", "end")
# Attributes that programs add to every placemark, in lower case, with the values that say nothing (KML 2.2, 9.1 and 11).
_UNSAID: Mapping[str, frozenset[str]] = {
    **dict.fromkeys(
        (*("name", "description", "snippet", "address", "phonenumber"), *("timestamp", "begin", "end", "icon")),
        frozenset(("",)),
    ),
    "altitudemode": frozenset(("", "clampToGround")),
    **dict.fromkeys(("tessellate", "extrude", "draworder"), frozenset(("", "-1", "0"))),
    "visibility": frozenset(("", "-1", "1")),
}
# GPX 1.1, wptType, rteType, trkType.
_WAYPOINT = ("name", "ele", "time", "desc", "cmt", "type", "sym")


FOLDER = "Ordner"
"""The column of the folders of a KML document, where there are several."""


class Features(NamedTuple):
    """Features of a file: a row and a geometry (or none) each. ``total`` counts those of the file.

    ``crs`` is what the file says of its coordinates, in any spelling; empty where it says nothing. ``definition`` is the
    WKT of the reference system where the file carries it.
    """

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    geometries: tuple[Geometry | None, ...]
    total: int
    crs: str
    title: str
    encoding: str
    notes: tuple[Note, ...]
    definition: str = ""

    def objects(self) -> Objects:
        """The attributes as a list of objects, for `table_of`."""
        return Objects(self.names, self.rows, self.total, self.title, self.encoding, True, None, self.notes)


def gathered(
    records: Iterable[tuple[Mapping[str, str], Geometry | None]],
    total: int,
    *,
    crs: str = "",
    title: str = "",
    notes: Sequence[Note] = (),
) -> Features:
    """Features out of records whose attributes differ; the columns come in the order of their first sight."""
    listed = list(records)
    names = tuple(dict.fromkeys(name for values, _ in listed for name in values))[:5_000]
    rows = tuple(tuple(values.get(name, "") for name in names) for values, _ in listed)
    return Features(names, rows, tuple(g for _, g in listed), max(total, len(rows)), crs, title, "utf-8", tuple(notes))


def read_kml(data: bytes, limit: int = MAX_FEATURES) -> Features:
    """The placemarks of a KML document (OGC 12-007r2). Raises `TableError`: `doctype`, `too-deep`, `unreadable`."""
    found = walk(data, frozenset(("Placemark",)), limit)
    notes = () if found.complete else (note("document-cut", count=len(found.elements)),)
    said = [_placemark(element) for element in found.elements]
    folders = [element.folder for element in found.elements]
    if 1 < len({*filter(None, folders)}) < len(folders) and not any(FOLDER in values for values in said):
        # A map that people drew is sorted by them.
        said = [{**values, FOLDER: folder} for values, folder in zip(said, folders, strict=True)]
    left = _idle(said)
    kept = ({name: text for name, text in values.items() if name not in left} for values in said)
    shapes = map(_kml_geometry, found.elements)
    return gathered(zip(kept, shapes, strict=True), found.total, crs="EPSG:4326", title=found.title, notes=notes)


def _idle(records: Sequence[Mapping[str, str]]) -> frozenset[str]:
    """The attributes that KML has beside a file's own and that say nothing: empty, as set from the start, said elsewhere."""
    names = tuple(dict.fromkeys(name for values in records for name in values))
    left: set[str] = set()
    for name in names:
        nothing = _UNSAID.get(name.casefold())
        if nothing is not None and all(values.get(name, "") in nothing for values in records):
            left.add(name)
    for name in (each for each in _SAID if each in names and each not in left):
        others = [each for each in names if each not in left and each not in _SAID]
        # What a program writes as the placemark's name is one of the attributes, which often is called the same.
        if any(_is_said_by(other, name, records) for other in others):
            left.add(name)
    return frozenset(left)


def _is_said_by(other: str, name: str, records: Sequence[Mapping[str, str]]) -> bool:
    pairs = ((values.get(name, ""), values.get(other, "")) for values in records)
    if other.casefold() == name.casefold():
        return all(own in ("", theirs) for own, theirs in pairs)
    return all(own == theirs for own, theirs in pairs)


def _placemark(element: Element) -> dict[str, str]:
    values = {name: plain(text) for name in _SAID if (text := element.said(name))}
    for name in _TIMES:
        for each in element.all(name):
            values.setdefault(name, each.text)
    for each in element.all("Data"):
        values[each.attributes.get("name") or "?"] = plain(each.said("value"))
    for each in element.all("SimpleData"):
        values[each.attributes.get("name") or "?"] = plain(each.text)
    return values


def plain(text: str) -> str:
    """Text out of the HTML that descriptions hold, in one line."""
    if "<" in text:
        text = _TAG.sub(" ", text)
    return " ".join(clean(html.unescape(text)).split())


def _kml_geometry(element: Element) -> Geometry | None:
    shapes = [
        made for child in element.children if (make := _KML.get(child.name)) and (made := make(child)) is not None
    ]
    return joined(shapes)


def joined(shapes: Sequence[Geometry]) -> Geometry | None:
    """Several geometries as one: a Multi… of one kind, else a collection; none of none."""
    if len(shapes) < 2:
        return shapes[0] if shapes else None
    kinds = {shape["type"] for shape in shapes}
    if len(kinds) == 1 and kinds <= {"Point", "LineString", "Polygon"}:
        return {"type": f"Multi{kinds.pop()}", "coordinates": [shape["coordinates"] for shape in shapes]}
    return {"type": "GeometryCollection", "geometries": list(shapes)}


def _tuples(text: str) -> list[Position]:
    found: list[Position] = []
    for piece in text.split():
        parts = piece.split(",")
        if len(parts) >= 2 and (position := _position(parts[0], parts[1])) is not None:
            found.append(position)
    return found


def _position(x: str | None, y: str | None) -> Position | None:
    try:
        position = float(x or "nan"), float(y or "nan")
    except ValueError:
        return None
    return position if all(map(math.isfinite, position)) else None


def _point(element: Element) -> Geometry | None:
    found = _tuples(_coordinates(element))
    return {"type": "Point", "coordinates": found[0]} if found else None


def _line(element: Element) -> Geometry | None:
    found = _tuples(_coordinates(element))
    return {"type": "LineString", "coordinates": found} if len(found) > 1 else None


def _polygon(element: Element) -> Geometry | None:
    rings = [
        ring
        for side in ("outerBoundaryIs", "innerBoundaryIs")
        for boundary in element.children
        if boundary.name == side
        for each in boundary.children
        if each.name == "LinearRing" and len(ring := _tuples(_coordinates(each))) > 3
    ]
    return {"type": "Polygon", "coordinates": rings} if rings else None


def _several(element: Element) -> Geometry | None:
    return _kml_geometry(element)


def _track(element: Element) -> Geometry | None:
    """A gx:Track: positions as ``longitude latitude altitude`` (KML reference of extensions)."""
    found = [
        position
        for each in element.children
        if each.name == "coord"
        and len(parts := each.text.split()) >= 2
        and (position := _position(parts[0], parts[1])) is not None
    ]
    return {"type": "LineString", "coordinates": found} if len(found) > 1 else None


def _coordinates(element: Element) -> str:
    found = element.child("coordinates")
    return found.text if found is not None else ""


_KML: dict[str, Callable[[Element], Geometry | None]] = {
    "Point": _point,
    "LineString": _line,
    "LinearRing": _line,
    "Polygon": _polygon,
    "MultiGeometry": _several,
    "MultiTrack": _several,
    "Track": _track,
}


def read_gpx(data: bytes, limit: int = MAX_FEATURES) -> Features:
    """Way points, routes and tracks of a GPX document (GPX 1.0 and 1.1). Raises `TableError` as `read_kml`."""
    found = walk(data, frozenset(("wpt", "rte", "trk")), limit)
    notes = () if found.complete else (note("document-cut", count=len(found.elements)),)
    records = ((_gpx_values(element), _gpx_geometry(element)) for element in found.elements)
    return gathered(records, found.total, crs="EPSG:4326", title=found.title, notes=notes)


def _gpx_values(element: Element) -> dict[str, str]:
    kinds = {"wpt": "Wegpunkt", "rte": "Route", "trk": "Track"}
    values = {"Art": kinds[element.name]}
    values |= {name: plain(text) for name in _WAYPOINT if (text := element.said(name))}
    if element.name != "wpt":
        points = [each for name in ("trkpt", "rtept") for each in element.all(name)]
        values["Punkte"] = str(len(points))
        times = [said for each in (points[:1] + points[-1:]) if (said := each.said("time"))]
        if times:
            values |= {"Beginn": times[0], "Ende": times[-1]}
    return values


def _gpx_geometry(element: Element) -> Geometry | None:
    if element.name == "wpt":
        position = _gpx_position(element)
        return {"type": "Point", "coordinates": position} if position else None
    parts = [element] if element.name == "rte" else [each for each in element.children if each.name == "trkseg"]
    lines: list[Geometry] = []
    for part in parts:
        points = (each for each in part.children if each.name in ("trkpt", "rtept"))
        positions = [position for each in points if (position := _gpx_position(each)) is not None]
        if len(positions) > 1:
            lines.append({"type": "LineString", "coordinates": positions})
    return joined(lines)


def _gpx_position(element: Element) -> Position | None:
    return _position(element.attributes.get("lon"), element.attributes.get("lat"))
