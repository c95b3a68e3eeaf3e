"""Well-known binary, plain and as GeoPackages wrap it, to GeoJSON geometries (OGC 06-103r4, 8.2; OGC 12-128r18, 2.1.3)."""

from __future__ import annotations

import struct
from typing import Any

Geometry = dict[str, Any]
MAX_POSITIONS = 1_000_000
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_DEEPEST = 4
_MULTI = {4: "MultiPoint", 5: "MultiLineString", 6: "MultiPolygon"}


def from_geopackage(blob: bytes) -> Geometry | None:
    """The geometry in a GeoPackage's column; none for an empty one, or what is none."""
    if blob[:2] != b"GP" or len(blob) < 8:
        return None
    flags = blob[3]
    envelope = _ENVELOPES.get((flags >> 1) & 7)
    if envelope is None or flags & 0x10:
        return None
    return from_wkb(blob[8 + envelope :])


def from_wkb(content: bytes) -> Geometry | None:
    """The geometry, its heights and measures left out; none for what does not hold together, or is a curve."""
    try:
        return _Reading(content).geometry(0)
    except (struct.error, ValueError, IndexError):
        return None


class _Reading:
    def __init__(self, content: bytes) -> None:
        self._content = content
        self._at = 0
        self._left = MAX_POSITIONS

    def geometry(self, depth: int) -> Geometry | None:
        if depth > _DEEPEST:
            raise ValueError("nested too deeply")
        order = "<" if self._content[self._at] == 1 else ">"
        (code,) = struct.unpack_from(f"{order}I", self._content, self._at + 1)
        self._at += 5
        if code & 0x20000000:  # a reference system of PostGIS
            self._at += 4
        more = (code >> 31 & 1) + (code >> 30 & 1)
        code &= 0xFFFFFFF
        size = 2 + (more or {0: 0, 1: 1, 2: 1, 3: 2}.get(code // 1000, 0))
        kind = code % 1000
        if kind == 1:
            (position,) = self._positions(order, size, 1)
            return {"type": "Point", "coordinates": position} if position[0] == position[0] else None
        if kind == 2:
            return {"type": "LineString", "coordinates": self._line(order, size)}
        if kind == 3:
            return {"type": "Polygon", "coordinates": [self._line(order, size) for _ in range(self._count(order))]}
        parts = [part for _ in range(self._count(order)) if (part := self.geometry(depth + 1)) is not None]
        if kind in _MULTI and all(part["type"] == _MULTI[kind].removeprefix("Multi") for part in parts):
            return {"type": _MULTI[kind], "coordinates": [part["coordinates"] for part in parts]} if parts else None
        if kind == 7:
            return {"type": "GeometryCollection", "geometries": parts} if parts else None
        raise ValueError("a kind of geometry that is not read")

    def _count(self, order: str) -> int:
        (count,) = struct.unpack_from(f"{order}I", self._content, self._at)
        self._at += 4
        if count > len(self._content) - self._at:
            raise ValueError("more parts than bytes")
        return int(count)

    def _line(self, order: str, size: int) -> list[tuple[float, float]]:
        return self._positions(order, size, self._count(order))

    def _positions(self, order: str, size: int, count: int) -> list[tuple[float, float]]:
        self._left -= count
        if self._left < 0:
            raise ValueError("too many positions")
        values = struct.unpack_from(f"{order}{count * size}d", self._content, self._at)
        self._at += 8 * count * size
        return list(zip(values[::size], values[1::size], strict=True))
