"""Points that are too many for one map, gathered where they lie close: each gathering says how many it stands for.

The cells are those of a grid over the whole earth, as wide as some pixels of a zoom of web maps: a gathering stays the
same when the map is moved, and each cell of a zoom is four of the next.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import GRS80, from_mercator, to_mercator

CELL = 64
"""The side of a cell (pixels)."""
_TILE = 256
_HALF = math.pi * GRS80.axis  # metres from the middle of web Mercator to its edges
_FINEST = 22.0
Floats = npt.NDArray[np.float64]


class Gathering(NamedTuple):
    """Places (of the given ones) that share a cell, the middle of them, and the box around them in degrees."""

    members: npt.NDArray[np.intp]
    longitude: float
    latitude: float
    box: BoundingBox


def zoom_of(box: BoundingBox, width: float, height: float) -> float:
    """The zoom, with a fraction, at which a box in degrees just fits into so many pixels."""
    (left, bottom), (right, top) = to_mercator(box.west, box.south), to_mercator(box.east, box.north)
    metre = min(width / max(right - left, 1e-6), height / max(top - bottom, 1e-6))
    return max(0.0, min(_FINEST, math.log2(metre * 2 * _HALF / _TILE)))


def pixel(zoom: float) -> float:
    """The width of a pixel at a zoom (metres of web Mercator)."""
    return 2 * _HALF / _TILE / 2**zoom


def whole_cells(box: BoundingBox, zoom: float) -> BoundingBox:
    """A box grown to the edges of the cells that it touches: what lies in one of them is gathered as a whole."""
    side = CELL * pixel(zoom)
    (left, bottom), (right, top) = to_mercator(box.west, box.south), to_mercator(box.east, box.north)
    west, south = from_mercator(math.floor(left / side) * side, math.floor(bottom / side) * side)
    east, north = from_mercator(math.ceil(right / side) * side, math.ceil(top / side) * side)
    # Turned there and back, an edge may be off by its last digit.
    return BoundingBox(
        max(-180.0, min(west, box.west)),
        min(south, box.south),
        min(180.0, max(east, box.east)),
        max(north, box.north),
    )


def gathered(edges: tuple[Floats, ...], zoom: float, most: int) -> list[Gathering]:
    """Boxes in degrees (west, south, east, north of each) by the cell that the middle of each lies in.

    Cells grow, each time to twice their side, until there are at most ``most``. Each box is in just one gathering.
    """
    west, south, east, north = edges
    if not len(west):
        return []
    x, y = (west + east) / 2, (south + north) / 2
    side = CELL * pixel(zoom)
    across = np.floor(np.radians(x) * GRS80.axis / side).astype(np.int64)
    up = np.floor(_northing(y) / side).astype(np.int64)
    while True:
        keys = (across << 32) + up
        _, cell, counts = np.unique(keys, return_inverse=True, return_counts=True)
        if len(counts) <= max(1, most):
            break
        # Where even the two halves of the earth are too many, all are one.
        across, up = (across >> 1, up >> 1) if most >= 4 else (across * 0, up * 0)
    order = np.argsort(cell, kind="stable")
    starts = np.concatenate(([0], np.cumsum(counts)[:-1]))
    middles = (np.add.reduceat(each[order], starts) / counts for each in (x, y))
    low = (np.minimum.reduceat(each[order], starts) for each in (west, south))
    high = (np.maximum.reduceat(each[order], starts) for each in (east, north))
    facts = zip(np.split(order, starts[1:]), *(each.tolist() for each in (*middles, *low, *high)), strict=True)
    return [Gathering(members, x, y, BoundingBox(*around)) for members, x, y, *around in facts]


def _northing(latitude: Floats) -> Floats:
    """Web Mercator's northing of latitudes, held within what its square can show, as ``to_mercator`` does."""
    held = np.radians(np.clip(latitude, -85.06, 85.06))
    found: Floats = np.log(np.tan(np.pi / 4 + held / 2)) * GRS80.axis
    return found
