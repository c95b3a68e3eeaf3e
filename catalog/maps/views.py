"""What a map shows of its features: single ones where they are few, else gatherings that stand for all the others.

Everything that lies in what is seen is counted once, as itself or in a gathering; an answer is bounded whatever there is.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from catalog.maps import boxes, clustering, reducing
from catalog.maps.clustering import Gathering
from catalog.maps.features import Features, Numbers
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import GRS80

_SMALLEST = 8
"""Lines and areas that are smaller are gathered with others first (pixels)."""
_ALIKE = 1.25
"""Lines and areas whose sizes differ by less are about equal."""
_POSITION_BYTES = 22
_DIGITS = 6  # of a degree: a decimetre


class Bounds(NamedTuple):
    """How much a view may hold: so many features and gatherings, and so many bytes of features as GeoJSON."""

    features: int
    size: int


class View(NamedTuple):
    """What is seen: GeoJSON features; gatherings have ``count`` and ``box`` among their properties.

    ``box`` is what was looked at (None: everywhere), ``matched`` counts all features there; ``closer`` says that there is
    more to be seen of a part: points are gathered, or lines are drawn with fewer positions.
    """

    features: list[dict[str, Any]]
    box: BoundingBox | None
    matched: int
    gathered: bool
    closer: bool


def seen(features: Features, chosen: Numbers, box: BoundingBox | None, zoom: float | None, bounds: Bounds) -> View:
    """The view of some features that meet a box, at a zoom of web maps; without one it is told by where they lie.

    With a zoom, the box is grown to whole cells: gatherings do not change when the map is moved. Raises OSError and
    ValueError as :meth:`Features.read`.
    """
    if box is not None and zoom is not None:
        box = clustering.whole_cells(box, zoom)
    found = features.meeting(chosen, box) if box is not None else chosen
    around = features.box(found)
    if around is None:
        return View([], box, 0, gathered=False, closer=False)
    if len(found) <= bounds.features:
        single, loose = found, found[:0]
    else:
        if zoom is None:
            side = clustering.CELL * max(4.0, bounds.features**0.5)
            zoom = clustering.zoom_of(around, side, side)
        single = _largest(features, found, zoom, bounds)
        loose = np.setdiff1d(found, single, assume_unique=True)
    cells = clustering.gathered(features.edges(loose), zoom or 0.0, max(1, bounds.features - len(single)))
    alone = [loose[each.members[0]] for each in cells if len(each.members) == 1]
    several = [each for each in cells if len(each.members) > 1]
    single = np.sort(np.concatenate((single, np.array(alone, dtype=single.dtype))))
    drawn, is_rough = _drawn(features, single, bounds.size)
    shown = [*drawn, *(_gathering(each) for each in several)]
    return View(shown, box, len(found), gathered=bool(several), closer=bool(several) or is_rough)


def _largest(features: Features, found: Numbers, zoom: float, bounds: Bounds) -> Numbers:
    """The largest lines and areas that can be told apart, at most half of what a view may hold.

    Of those that are hardly larger than one that is left out none is drawn: of a thousand equal lots some would stand for
    themselves and their neighbours would not, and nobody could see why.
    """
    shapes = found[features.shapes(found)]
    west, south, east, north = features.edges(shapes)
    metres = np.radians(np.maximum(east - west, (north - south) * 1.5)) * GRS80.axis
    seen_ = metres >= _SMALLEST * clustering.pixel(zoom)
    shapes, metres = shapes[seen_], metres[seen_]
    order, most = np.argsort(-metres, kind="stable"), bounds.features // 2
    chosen = order[:most]
    if len(order) > most:
        chosen = chosen[metres[chosen] >= _ALIKE * metres[order[most]]]
    return shapes[chosen]


def _drawn(features: Features, single: Numbers, most_bytes: int) -> tuple[list[dict[str, Any]], bool]:
    """Single features in so many bytes, and whether lines have fewer positions than are kept.

    Of those that take most the rough drawing is taken first; where all are rough and still too much, they lose more.
    """
    fine, coarse = features.sizes(single, rough=False), features.sizes(single, rough=True)
    gain = fine - coarse
    order = np.argsort(-gain, kind="stable")
    over = int(fine.sum()) - most_bytes
    taken = 0 if over <= 0 else int(np.searchsorted(np.cumsum(gain[order]), over)) + 1
    rough = {int(each) for each in single[order[:taken]][gain[order[:taken]] > 0]}
    drawn = features.read(single, rough)
    left = int(fine.sum() - gain[order[:taken]].sum())
    if left <= most_bytes:
        return drawn, bool(rough)
    positions = sum(1 for each in drawn for _ in boxes.positions(each["geometry"]))
    around = left - positions * _POSITION_BYTES
    fewer = reducing.coarser(drawn, max(4 * len(drawn), (most_bytes - around) // _POSITION_BYTES))
    return drawn, bool(rough) or fewer < positions


def _gathering(found: Gathering) -> dict[str, Any]:
    return {
        "type": "Feature",
        "properties": {"count": len(found.members), "box": [round(edge, _DIGITS) for edge in found.box]},
        "geometry": {
            "type": "Point",
            "coordinates": [round(found.longitude, _DIGITS), round(found.latitude, _DIGITS)],
        },
    }
