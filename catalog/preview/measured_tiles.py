"""A still picture of a layer whose tiles lie in UTM: which tiles, and how their pixels come to lie in web Mercator."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from catalog.preview.pictures import Warp
from catalog.preview.service_layers import WIDEST, View, seen
from catalog.preview.tile_matrices import Matrix
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import from_mercator

_MERCATOR = "EPSG:3857"
_PARTS = 8  # of a picture's width and height: within one of them, straight lines stay straight


class Squares(NamedTuple):
    """Tiles of a matrix, row by row: column and row of each; and how the picture of them is turned."""

    matrix: Matrix
    places: tuple[tuple[tuple[int, int], ...], ...]
    warp: Warp


def over(box: BoundingBox, crs: str, matrices: Sequence[Matrix], across: int) -> Squares | None:
    """The tiles of a box (degrees, within what web Mercator shows) in the finest matrix that has few enough of them.

    None where no matrix reaches, or has at most ``across`` in a row and a column.
    """
    import pyproj  # 0.15 s that most layers do without

    view = seen(_MERCATOR, box, WIDEST)
    turn = pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    lines = [[turn.transform(*from_mercator(*place)) for place in line] for line in _net(view)]
    east, north = ([place[axis] for line in lines for place in line] for axis in (0, 1))
    if not all(map(math.isfinite, (*east, *north))):
        return None
    for matrix in matrices:
        wide, high = matrix.pixel * matrix.width, matrix.pixel * matrix.height
        columns = _within(min(east) - matrix.left, max(east) - matrix.left, wide, matrix.columns)
        rows = _within(matrix.top - max(north), matrix.top - min(north), high, matrix.rows)
        if columns and rows and max(len(columns), len(rows)) <= across:
            left, top = matrix.left + columns.start * wide, matrix.top - rows.start * high
            pixels = [[((x - left) / matrix.pixel, (top - y) / matrix.pixel) for x, y in line] for line in lines]
            places = tuple(tuple((column, row) for column in columns) for row in rows)
            return Squares(matrix, places, Warp(view.width, view.height, tuple(_mesh(view, pixels))))
    return None


def _net(view: View) -> Iterator[list[tuple[float, float]]]:
    """Positions in web Mercator, evenly over a view, line by line from the north-west."""
    left, bottom, right, top = view.edges
    for down in range(_PARTS + 1):
        y = top + (bottom - top) * down / _PARTS
        yield [(left + (right - left) * across / _PARTS, y) for across in range(_PARTS + 1)]


def _within(first: float, last: float, side: float, many: int) -> range:
    """The numbers of the tiles that a span from the corner of a matrix meets, of as many as there are."""
    return range(max(0, math.floor(first / side)), min(many - 1, math.floor(last / side)) + 1)


def _mesh(
    view: View, pixels: Sequence[Sequence[tuple[float, float]]]
) -> Iterator[tuple[tuple[int, int, int, int], tuple[float, ...]]]:
    """Each part of a picture with the corners of what is seen in it: north-west, south-west, south-east, north-east."""
    across = [round(view.width * part / _PARTS) for part in range(_PARTS + 1)]
    down = [round(view.height * part / _PARTS) for part in range(_PARTS + 1)]
    for row in range(_PARTS):
        for column in range(_PARTS):
            corners = (
                *pixels[row][column],
                *pixels[row + 1][column],
                *pixels[row + 1][column + 1],
                *pixels[row][column + 1],
            )
            yield (across[column], down[row], across[column + 1], down[row + 1]), corners
