"""Where things lie: bounding boxes from coordinates in degrees, and the axis check against Germany (F48)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from schemas.tables.notes import Note, note
from schemas.tables.positions import DEGREES, GAUSS_KRUEGER, UTM, WGS84, from_mercator, from_utm, to_degrees

MAX_POINTS = 500_000
_CODE = re.compile(r"(EPSG|OGC)[:/]{1,2}(?:[\w.]{0,10}[:/]{1,2})?(CRS84|\d{4,6})", re.IGNORECASE)
_ESRI = re.compile(r"(?:srs/epsg\.xml#|EPSG[_ ]?)(\d{4,6})", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{0,30})?|\.\d{1,30})(?:[eE][+-]?\d{1,3})?")

# Germany with some margin: 5-16 degrees east, 47-56 north (web.md section 4).
_EAST, _NORTH = (5.0, 16.0), (47.0, 56.0)


class BoundingBox(NamedTuple):
    """A box in degrees (WGS 84)."""

    west: float
    south: float
    east: float
    north: float


class Extent(NamedTuple):
    """Where a file's features lie: the box in degrees if it can be told, kinds of geometry, features, the CRS as found."""

    box: BoundingBox | None
    kinds: tuple[str, ...]
    features: int
    crs: str
    notes: tuple[Note, ...]


class Bounds:
    """A box that grows by points in the units of the file, up to MAX_POINTS; what is no number is counted, not used.

    Beside it grows the box of those points that can lie in Germany: where nearly all do, the others are slips.
    """

    def __init__(self) -> None:
        self._all = [math.inf, math.inf, -math.inf, -math.inf]
        self._german = [math.inf, math.inf, -math.inf, -math.inf]
        self.points = 0
        self.german_points = 0
        self.invalid = 0

    @property
    def full(self) -> bool:
        """Whether enough points were seen."""
        return self.points >= MAX_POINTS

    def add(self, x: float, y: float) -> None:
        """Let the box hold one more point."""
        self.points += 1
        if not (math.isfinite(x) and math.isfinite(y)):
            self.invalid += 1
            return
        _grow(self._all, x, y)
        if _german(x, y):
            self.german_points += 1
            _grow(self._german, x, y)

    def add_box(self, west: float, south: float, east: float, north: float) -> None:
        """Let the box hold another box."""
        self.add(west, south)
        self.add(east, north)

    def located(self, crs: str = "") -> tuple[BoundingBox | None, list[Note]]:
        """The box in degrees and what was noticed on the way; `crs` is what the file says, in any spelling."""
        notes: list[Note] = []
        if self.invalid:
            notes.append(note("coordinates-invalid", count=self.invalid))
        if self.full:
            notes.append(note("coordinates-cut", count=MAX_POINTS))
        low_x, low_y, high_x, high_y = self._all
        if low_x > high_x:
            return None, notes
        slips = self.points - self.invalid - self.german_points
        if 0 < slips <= 0.05 * self.points:
            low_x, low_y, high_x, high_y = self._german
            notes.append(note("coordinates-outside", count=slips))
        corners = [(x, y) for x in (low_x, high_x) for y in (low_y, high_y)]
        code = crs_code(crs)
        if not crs:
            code = guess(corners)
            if code and code != WGS84:
                notes.append(note("crs-assumed", crs=code))
        if code in DEGREES:
            degrees = corners
        elif code in UTM:
            degrees = _from_utm(corners, UTM[code], notes)
        elif code == "EPSG:3857":
            degrees = [from_mercator(x, y) for x, y in corners]
        elif code in GAUSS_KRUEGER and (turn := to_degrees(code)) is not None:
            degrees = [turn(x, y) for x, y in corners]
        else:
            notes.append(note("crs-unknown", crs=code or crs[:60] or "?"))
            return None, notes
        return _boxed(degrees, notes), notes


def _grow(box: list[float], x: float, y: float) -> None:
    if x < box[0]:
        box[0] = x
    if y < box[1]:
        box[1] = y
    if x > box[2]:
        box[2] = x
    if y > box[3]:
        box[3] = y


def _german(x: float, y: float) -> bool:
    """Whether a point can lie in Germany in degrees or metres, whatever the order of its axes."""
    low, high = (x, y) if x < y else (y, x)
    if high < 180:
        return _EAST[0] <= low <= _EAST[1] and _NORTH[0] <= high <= _NORTH[1]
    if high > 10_000_000:
        return 5_200_000 <= low <= 6_150_000 and 31_000_000 <= high <= 34_000_000
    # The easting of UTM, or that of Gauß-Krüger with its zone in front.
    return (250_000 <= low <= 950_000 or 2_270_000 <= low <= 5_730_000) and 5_200_000 <= high <= 6_150_000


def crs_code(text: str) -> str:
    """`EPSG:25832` from any spelling of a CRS: URN, URL, short form, the name in a .prj; empty if it says none."""
    if found := _CODE.search(text):
        return f"{found.group(1).upper()}:{found.group(2).upper()}"
    if found := _ESRI.search(text):
        return f"EPSG:{found.group(1)}"
    name = text.replace("_", " ").casefold()
    for zone in ("31", "32", "33"):
        if re.search(rf"utm ?(?:zone ?)?{zone}(?: ?n)?\b", name):
            return f"EPSG:258{zone}" if "etrs" in name else f"EPSG:326{zone}"
    if "projcs" in name or "projcrs" in name:
        return ""
    if "gcs wgs 1984" in name or "wgs 84" in name or "gcs etrs 1989" in name:
        return WGS84
    return ""


def guess(corners: Sequence[tuple[float, float]]) -> str:
    """The reference system that positions without one are in, by their size; empty where none fits all of them."""
    if all(-180 <= x <= 180 and -90 <= y <= 90 for x, y in corners):
        return WGS84
    if all(-90 <= x <= 90 and -180 <= y <= 180 for x, y in corners):
        return WGS84  # latitude first
    for zone in (32, 33):
        prefix = zone * 1_000_000
        for first, second in ((0, 1), (1, 0)):
            eastings = [corner[first] for corner in corners]
            northings = [corner[second] for corner in corners]
            if not all(5_200_000 <= value <= 6_150_000 for value in northings):
                continue
            if all(prefix + 250_000 <= value <= prefix + 950_000 for value in eastings):
                return "EPSG:4647" if zone == 32 else "EPSG:5650"
            if zone == 32 and all(250_000 <= value <= 950_000 for value in eastings):
                return "EPSG:25832"
            for code, strip in GAUSS_KRUEGER.items():
                if all(abs(value - (strip * 1_000_000 + 500_000)) <= 230_000 for value in eastings):
                    return code
    return ""


def _from_utm(corners: list[tuple[float, float]], zone: int, notes: list[Note]) -> list[tuple[float, float]]:
    if all(y < 4_000_000 < x < 10_000_000 for x, y in corners):
        corners = [(y, x) for x, y in corners]
        notes.append(note("axes-swapped"))
    return [from_utm(x % 1_000_000 if x > 10_000_000 else x, y, zone) for x, y in corners]


def _boxed(degrees: list[tuple[float, float]], notes: list[Note]) -> BoundingBox | None:
    longitudes, latitudes = [x for x, _ in degrees], [y for _, y in degrees]
    if not _within(longitudes, latitudes) and _within(latitudes, longitudes):
        longitudes, latitudes = latitudes, longitudes
        notes.append(note("axes-swapped"))
    box = BoundingBox(*(round(v, 6) for v in (min(longitudes), min(latitudes), max(longitudes), max(latitudes))))
    if not (box.west >= -180 and box.east <= 180 and box.south >= -90 and box.north <= 90):
        notes.append(note("crs-unknown", crs="?"))
        return None
    if not _within([box.west, box.east], [box.south, box.north]):
        notes.append(note("outside-germany"))
    return box


def _within(longitudes: Iterable[float], latitudes: Iterable[float]) -> bool:
    return all(_EAST[0] <= x <= _EAST[1] for x in longitudes) and all(_NORTH[0] <= y <= _NORTH[1] for y in latitudes)


def add_wkt(bounds: Bounds, text: str) -> str:
    """Let a box hold all points of a WKT geometry; gives the CRS that it names (`SRID=25832;…`) or nothing."""
    for piece in _pieces(text.rpartition(";")[2]):
        if bounds.full:
            break
        found = _NUMBER.findall(piece[:200])
        if len(found) >= 2:
            bounds.add(float(found[0]), float(found[1]))
    return crs_of_wkt(text)


def crs_of_wkt(text: str) -> str:
    """The CRS that a WKT geometry names (`SRID=25832;…`), or nothing."""
    code = text[:40].rpartition(";")[0].strip().upper().removeprefix("SRID=")
    return f"EPSG:{code}" if code.isascii() and code.isdigit() else ""


def _pieces(text: str) -> Iterator[str]:
    start = 0
    while start < len(text):
        end = text.find(",", start)
        end = len(text) if end < 0 else end
        piece = text[start:end]
        yield piece[piece.rfind("(") + 1 :]
        start = end + 1
