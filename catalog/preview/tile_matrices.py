"""Matrix sets of a WMTS (OGC 07-057r7): which are zooms of a web map, which lie in a system that German offices measure in."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from catalog.maps import tiles
from catalog.preview.service_layers import is_mercator
from harvesters.ogc.crs import crs_iri
from harvesters.ogc.elements import Element, children, text

SIDES = (256, 512)
"""The sides of tiles that web maps show (pixels)."""
MOST_ZOOM = 22
_WEB_SCALE_SET = "GoogleMapsCompatible"  # 07-057r7, annex E.4
_PIXEL = 0.000_28  # metres, of a scale of 1:1 (07-057r7, 6.1)
_MOST, _LEAST_SCALE, _MOST_SIDE = 1e10, 1.0, 4096
# UTM, whose first axis leads east: which comes first in a corner is no question.
_UTM = frozenset(f"http://www.opengis.net/def/crs/EPSG/0/{code}" for code in (25831, 25832, 25833, 32631, 32632, 32633))


class Zooms(NamedTuple):
    """The matrices of a set that are zooms of a web map, by zoom, and how many pixels wide and high their tiles are."""

    matrices: Mapping[int, str]
    side: int


class Matrix(NamedTuple):
    """A matrix by its name: its north-west corner and the size of a pixel in metres, the sides of a tile, how many."""

    name: str
    left: float
    top: float
    pixel: float
    width: int
    height: int
    columns: int
    rows: int


def zooms(matrix_set: Element) -> Zooms:
    """The zooms of a set: in web Mercator, of squares that are counted from the north-west corner of the world.

    A zoom is told by the ground that a tile covers: a tile of 512 pixels at a zoom covers what one of 256 does.
    """
    by_side: dict[int, dict[int, str]] = defaultdict(dict)
    if _is_web(matrix_set):
        for each in _matrices(matrix_set):
            zoom = math.log2(2 * tiles.HALF / (each.pixel * each.width))
            # Some write the corner with the axes in the other order; one of them is negative, so it can be told.
            corner = (each.top, each.left) if each.left > 0 > each.top else (each.left, each.top)
            begins = abs(corner[0] + tiles.HALF) < 1 and abs(corner[1] - tiles.HALF) < 1
            is_square = each.width == each.height and each.width in SIDES
            if begins and is_square and abs(zoom - round(zoom)) < 0.001 and 0 <= round(zoom) <= MOST_ZOOM:
                by_side[each.width].setdefault(round(zoom), each.name)
    side = max(by_side, key=lambda each: (len(by_side[each]), -each), default=SIDES[0])
    return Zooms(by_side[side], side)


def measured(matrix_set: Element) -> tuple[str, tuple[Matrix, ...]]:
    """The system of a set in UTM, and its matrices from the finest; empty for other sets."""
    system = crs_iri(text(matrix_set, "SupportedCRS")) or ""
    if system not in _UTM:
        return "", ()
    found = sorted(_matrices(matrix_set), key=lambda each: each.pixel)
    return f"EPSG:{system.rpartition('/')[2]}", tuple(found)


def _is_web(matrix_set: Element) -> bool:
    known = text(matrix_set, "WellKnownScaleSet").rpartition(":")[2]
    return is_mercator(text(matrix_set, "SupportedCRS")) or known == _WEB_SCALE_SET


def _matrices(matrix_set: Element) -> Iterator[Matrix]:
    for each in children(matrix_set, "TileMatrix"):
        numbers = _numbers(
            *text(each, "TopLeftCorner").split(),
            *(text(each, name) for name in ("ScaleDenominator", "TileWidth", "TileHeight")),
        )
        many = _numbers(*(text(each, name) or "1" for name in ("MatrixWidth", "MatrixHeight")))
        if len(numbers) != 5 or len(many) != 2:
            continue
        left, top, scale, width, height = numbers
        # What no map has (a pixel of a micrometre, a tile of a million pixels) is not reckoned with.
        if max(map(abs, (left, top, *many))) > _MOST or not _LEAST_SCALE <= scale <= _MOST:
            continue
        if 1 <= width <= _MOST_SIDE and 1 <= height <= _MOST_SIDE:
            name = text(each, "Identifier")
            yield Matrix(name, left, top, scale * _PIXEL, int(width), int(height), int(many[0]), int(many[1]))


def _numbers(*said: str) -> list[float]:
    try:
        found = [float(each) for each in said]
    except ValueError:
        return []
    return found if all(map(math.isfinite, found)) else []
