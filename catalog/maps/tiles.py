"""The squares of a web map: where each lies, and which of them a region's map has at all."""

from __future__ import annotations

from typing import NamedTuple

from catalog.maps import boxes
from catalog.maps.outlines import frame
from schemas.region import Region
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import from_mercator

MARGIN = 0.5
"""What of the surroundings is shown: this share of the region's sides, on each side."""
_HALF = 20_037_508.342789244  # metres from the middle of the square to its edge


class Tile(NamedTuple):
    """A tile by its zoom level, its column from the west and its row from the north (slippy map, EPSG:3857)."""

    z: int
    x: int
    y: int

    @property
    def metres(self) -> tuple[float, float, float, float]:
        """Its edges in web Mercator metres: west, south, east, north."""
        side = 2 * _HALF / 2**self.z
        west, north = self.x * side - _HALF, _HALF - self.y * side
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


def offered(region: Region, tile: Tile) -> bool:
    """Whether the region's map has a tile: within its zoom levels, and meeting the region's place with its margin."""
    place = frame(region)
    if region.map.tiles is None or place is None or not region.map.min_zoom <= tile.z <= region.map.max_zoom:
        return False
    return boxes.meets(tile.box, boxes.grown(place, MARGIN))


def address(template: str, tile: Tile) -> str:
    """The address of a tile at its source."""
    return template.replace("{z}", str(tile.z)).replace("{x}", str(tile.x)).replace("{y}", str(tile.y))
