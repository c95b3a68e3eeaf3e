"""The squares of a web map: where each lies, and which of them a region's map has at all."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from catalog.maps import boxes
from catalog.maps.outlines import frame
from schemas.region import Region
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import from_mercator, to_mercator

MARGIN = 0.5
"""What of the surroundings is shown: this share of the region's sides, on each side."""
HALF = 20_037_508.342789244
"""How far the edge of the square that is the world lies from its middle (metres)."""


class Tile(NamedTuple):
    """A tile by its zoom level, its column from the west and its row from the north (slippy map, EPSG:3857)."""

    z: int
    x: int
    y: int

    @property
    def metres(self) -> tuple[float, float, float, float]:
        """Its edges in web Mercator metres: west, south, east, north."""
        side = 2 * HALF / 2**self.z
        west, north = self.x * side - HALF, HALF - self.y * side
        return west, north - side, west + side, north

    @property
    def box(self) -> BoundingBox:
        """Its edges in degrees."""
        west, south, east, north = self.metres
        return BoundingBox(*from_mercator(west, south), *from_mercator(east, north))


def named(z: str, x: str, y: str, most: int = 22) -> Tile | None:
    """The tile that three texts name; None if there is none of that name, or of a higher zoom than ``most``."""
    if not all(part.isascii() and part.isdigit() and len(part) < 9 for part in (z, x, y)):
        return None
    tile = Tile(int(z), int(x), int(y))
    return tile if tile.z <= most and max(tile.x, tile.y) < 2**tile.z else None


def over(box: BoundingBox, zooms: Collection[int], across: int) -> list[list[Tile]]:
    """The tiles of a box, row by row, in the highest of the zooms at which it has at most so many across and down.

    Where even the lowest has more, those in its middle.
    """
    found: list[list[Tile]] = []
    for zoom in sorted(zooms):
        (left, top), (right, bottom) = _place(box.west, box.north, zoom), _place(box.east, box.south, zoom)
        if found and max(right - left, bottom - top) >= across:
            break
        columns, rows = _middle(left, right, across), _middle(top, bottom, across)
        found = [[Tile(zoom, x, y) for x in columns] for y in rows]
    return found


def _place(longitude: float, latitude: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that a position lies in; beyond the edges of the square the next one."""
    x, y = to_mercator(longitude, max(-85.0, min(85.0, latitude)))
    most = 2**zoom - 1
    side = 2 * HALF / 2**zoom
    return min(max(int((x + HALF) // side), 0), most), min(max(int((HALF - y) // side), 0), most)


def _middle(first: int, last: int, most: int) -> range:
    begin = max(first, (first + last - most + 1) // 2)
    return range(begin, min(last, begin + most - 1) + 1)


def offered(region: Region, tile: Tile) -> bool:
    """Whether the region's map has a tile: within its zoom levels, and meeting the region's place with its margin."""
    place = frame(region)
    if region.map.tiles is None or place is None or not region.map.min_zoom <= tile.z <= region.map.max_zoom:
        return False
    return boxes.meets(tile.box, boxes.grown(place, MARGIN))


def address(template: str, tile: Tile) -> str:
    """The address of a tile at its source."""
    return template.replace("{z}", str(tile.z)).replace("{x}", str(tile.x)).replace("{y}", str(tile.y))
