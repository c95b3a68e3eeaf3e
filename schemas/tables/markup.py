"""KML, GML and other XML by one bounded walk that refuses a DOCTYPE; the title of a web page (F39, F48)."""

from __future__ import annotations

import html
import math
import re
from datetime import date
from typing import NamedTuple
from xml.parsers import expat

from schemas.tables.geometry import Bounds, Extent
from schemas.tables.notes import Note, note, refusal

MAX_DEPTH = 100
MAX_ELEMENTS = 500_000
_MAX_TEXT = 1_000_000
_KEPT = frozenset(
    (
        "name",
        "coordinates",
        "pos",
        "poslist",
        "lowercorner",
        "uppercorner",
        "when",
        "begin",
        "end",
        "title",
        "description",
    )
)
_FEATURES = frozenset(("placemark", "featuremember", "member"))
_GEOMETRIES = frozenset(
    ("point", "linestring", "polygon", "multigeometry", "multipoint", "multicurve", "multisurface", "curve", "surface")
)
_DATE = re.compile(r"(\d{4})-(\d\d)(?:-(\d\d))?")
_TITLE = re.compile(r"<title[^<>]{0,200}>([^<]{1,1000})</title", re.IGNORECASE)


class Markup(NamedTuple):
    """What an XML document is: its root, title, names of the features' attributes, features, their place and dates."""

    root: str
    title: str
    names: tuple[str, ...]
    features: int
    extent: Extent | None
    dates: tuple[date, date] | None
    notes: tuple[Note, ...]


def read(data: bytes) -> Markup:
    """Walk an XML document. Raises `TableError`: `doctype`, `too-deep`, or `unreadable` for what is not well-formed."""
    walk = _Walk()
    parser = expat.ParserCreate(namespace_separator="\n")
    parser.buffer_text = True
    parser.StartElementHandler = walk.start
    parser.EndElementHandler = walk.end
    parser.CharacterDataHandler = walk.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    cut: tuple[Note, ...] = ()
    try:
        parser.Parse(data, True)
    except _EnoughError:
        cut = (note("elements-cut", count=MAX_ELEMENTS),)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise refusal("unreadable") from error
    extent: Extent | None = None
    if walk.bounds.points and walk.root in ("kml", "featurecollection"):
        # KML is always longitude, latitude in WGS 84 (OGC 12-007r2, 6.1); GML says its CRS in srsName.
        box, notes = walk.bounds.located("EPSG:4326" if walk.root == "kml" else walk.crs)
        extent = Extent(box, tuple(walk.geometries), walk.features, walk.crs, tuple(notes))
    found = (min(walk.dates), max(walk.dates)) if walk.dates else None
    noted = extent.notes if extent else ()
    return Markup(walk.root, walk.title, tuple(walk.names), walk.features, extent, found, (*cut, *noted))


def page_title(text: str) -> str:
    """The title of a web page as one line; empty if it has none."""
    found = _TITLE.search(text[:200_000])
    return " ".join(html.unescape(found.group(1)).split()) if found else ""


def _refuse_doctype(*_: object) -> None:
    raise refusal("doctype")


class _EnoughError(Exception):
    """Raised inside the walk when it has seen MAX_ELEMENTS; the reader ends with what it has."""


class _Walk:
    def __init__(self) -> None:
        self._elements = 0
        self._dimension = 2
        self.root = self.title = self.crs = ""
        self.names: dict[str, None] = {}
        self.geometries: dict[str, None] = {}
        self.features = 0
        self.bounds = Bounds()
        self.dates: list[date] = []
        self._path: list[str] = []
        self._buffer: list[str] = []
        self._length = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition("\n")[2]
        name = tag.casefold()
        if not self._path:
            self.root = name
        parent = self._path[-1] if self._path else ""
        self._path.append(name)
        if len(self._path) > MAX_DEPTH:
            raise refusal("too-deep", depth=MAX_DEPTH)
        self._elements += 1
        if self._elements > MAX_ELEMENTS:
            raise _EnoughError
        if name in _FEATURES or parent == "featuremembers":
            self.features += 1
        if name in _GEOMETRIES:
            self.geometries[tag] = None
        if attributes.get("srsDimension") == "3":
            self._dimension = 3
        if not self.crs:
            self.crs = next((value for key, value in attributes.items() if key.casefold() == "srsname"), "")
        if name in ("data", "simpledata", "simplefield") and len(self.names) < 5_000:
            self.names[attributes.get("name", "")] = None
        self._buffer, self._length = [], 0

    def text(self, text: str) -> None:
        if self._path[-1] in _KEPT and self._length < _MAX_TEXT:
            self._buffer.append(text)
            self._length += len(text)

    def end(self, _: str) -> None:
        name = self._path.pop()
        if not self._buffer:
            return
        text, self._buffer = "".join(self._buffer), []
        parent = self._path[-1] if self._path else ""
        if name == "coordinates":
            self._add_coordinates(text)
        elif name in ("pos", "poslist", "lowercorner", "uppercorner"):
            self._add_positions(text)
        elif name in ("when", "begin", "end"):
            self._add_date(text)
        elif not self.title and self._is_title(name, parent):
            self.title = " ".join(text.split())[:500]
        elif name in ("name", "description") and parent == "placemark":
            self.names.setdefault(name, None)

    def _is_title(self, name: str, parent: str) -> bool:
        if name == "name":
            return parent in ("document", "folder", "kml")
        return name == "title" and len(self._path) <= 2 and self.root != "rdf"

    def _add_coordinates(self, text: str) -> None:
        for position in text.split():
            if self.bounds.full:
                return
            self._add(position.split(",")[:2])

    def _add_positions(self, text: str) -> None:
        values = text.split()
        for index in range(0, len(values) - 1, self._dimension):
            if self.bounds.full:
                return
            self._add(values[index : index + 2])

    def _add(self, pair: list[str]) -> None:
        try:
            x, y = map(float, pair)
        except ValueError:
            x = y = math.nan
        self.bounds.add(x, y)

    def _add_date(self, text: str) -> None:
        found = _DATE.match(text.strip())
        if found and len(self.dates) < 100_000:
            year, month, day = (int(part or 1) for part in found.groups())
            try:
                self.dates.append(date(year, month, day))
            except ValueError:
                return
