"""Points that are too many for one map, gathered where they lie close: each gathering says how many it stands for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from catalog.maps import boxes
from schemas.tables.geometry import BoundingBox

MOST = 2_000


def within(features: Sequence[Mapping[str, Any]], box: BoundingBox) -> list[Mapping[str, Any]]:
    """The features that meet a box."""
    found = []
    for feature in features:
        own = boxes.of_geometry(feature.get("geometry"))
        if own is not None and boxes.meets(own, box):
            found.append(feature)
    return found


def gathered(features: Sequence[Mapping[str, Any]], most: int = MOST) -> list[Mapping[str, Any]]:
    """At most about so many features: of more, points in one cell of a grid become one with ``count`` and ``box``.

    Lines and areas stay; where they alone are too many, the smallest are gathered by their middle as well.
    """
    if len(features) <= most:
        return list(features)
    box = boxes.of_features(features)
    if box is None:
        return []
    sized = [(boxes.of_geometry(each.get("geometry")), each) for each in features]
    shapes = [(own, each) for own, each in sized if own is not None and each["geometry"]["type"] != "Point"]
    shapes.sort(key=lambda pair: (pair[0].east - pair[0].west) * (pair[0].north - pair[0].south), reverse=True)
    kept = [each for _, each in shapes[: most // 2]]
    ids = set(map(id, kept))
    loose = [(own, each) for own, each in sized if own is not None and id(each) not in ids]
    return [*kept, *_cells(loose, box, most - len(kept))]


def _cells(
    loose: Sequence[tuple[BoundingBox, Mapping[str, Any]]], box: BoundingBox, most: int
) -> list[Mapping[str, Any]]:
    # Wider than high, as screens are; no more cells than features are wanted.
    columns = max(1, math.isqrt(most))
    rows = max(1, most // columns)
    cells: dict[tuple[int, int], list[tuple[BoundingBox, Mapping[str, Any]]]] = {}
    for own, each in loose:
        x, y = (own.west + own.east) / 2, (own.south + own.north) / 2
        column = min(columns - 1, int((x - box.west) / ((box.east - box.west) or 1) * columns))
        row = min(rows - 1, int((y - box.south) / ((box.north - box.south) or 1) * rows))
        cells.setdefault((column, row), []).append((own, each))
    return [cell[0][1] if len(cell) == 1 else _gathering(cell) for cell in cells.values()]


def _gathering(cell: Sequence[tuple[BoundingBox, Mapping[str, Any]]]) -> Mapping[str, Any]:
    middles = [((own.west + own.east) / 2, (own.south + own.north) / 2) for own, _ in cell]
    x = sum(middle[0] for middle in middles) / len(cell)
    y = sum(middle[1] for middle in middles) / len(cell)
    around = boxes.around([own for own, _ in cell])
    return {
        "type": "Feature",
        "properties": {"count": len(cell), "box": list(around or ())},
        "geometry": {"type": "Point", "coordinates": [round(x, 6), round(y, 6)]},
    }
