"""A map as SVG without any ground: outlines, features, a scale and degrees; coloured by classes, so that pages decide."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from catalog.maps import boxes
from catalog.maps.outlines import Outline
from schemas.tables.geometry import BoundingBox
from schemas.tables.positions import GRS80, to_mercator

WIDTHS = (("wide", 720), ("narrow", 340))
"""The two drawings of a map by the class that shows them: one drawing would have unreadable letters on a phone."""
_MARGIN = 12
_DOT = 5
_STEPS = (1.0, 2.0, 5.0)
_LETTER = 7.6  # the mean width of a letter at 14 pixels, for what fits
_LINE = 16  # a line of letters of 14 pixels
_HEIGHTS = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)  # of what is seen of a place, the middle first
_ABOVE_SCALE = 38  # from the lower edge to a line of letters that lies over the bar and its length


@dataclass(frozen=True)
class Words:
    """How lengths and degrees are written on a map."""

    decimal: str = ","
    compass: tuple[str, str, str, str] = ("O", "N", "W", "S")  # of east, north, west, south
    thousands: str = "."


@dataclass
class Ground:
    """What a map shows: features as GeoJSON in degrees, places, the box that is seen, and a picture with its own box.

    Features are those of each drawing, by its class in WIDTHS: on a narrow one more are gathered.
    """

    box: BoundingBox
    features: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    places: Sequence[Outline] = ()
    chosen: BoundingBox | None = None
    picture: tuple[str, BoundingBox] | None = None
    labels: Mapping[str, str] = field(default_factory=dict)  # of places, by the municipality's id
    about: str = ""  # the id of the place that the map is about, where it is about one


class _Sheet(NamedTuple):
    """How degrees become pixels of one drawing."""

    width: float
    height: float
    left: float
    top: float
    scale: float

    def at(self, longitude: float, latitude: float) -> tuple[float, float]:
        x, y = to_mercator(longitude, latitude)
        return (x - self.left) * self.scale, (self.top - y) * self.scale


def drawings(ground: Ground, words: Words, name: str) -> Markup:
    """The drawings of a map, one for each of WIDTHS.

    What it is called and shows stands in the elements NAME-title and NAME-said of the page: there a word can say which
    language it is of, which in the text of an SVG's own title none can.
    """
    return Markup("\n").join(_drawing(ground, words, escape(name), kind, width) for kind, width in WIDTHS)


def _drawing(ground: Ground, words: Words, name: str, kind: str, width: int) -> Markup:
    sheet = _sheet(ground.box, width)
    parts = [
        (
            f'<svg class="map-drawing {kind}" viewBox="0 0 {width} {sheet.height:g}" role="img" '
            f'aria-labelledby="{name}-title" aria-describedby="{name}-said">'
        ),
        *_picture(sheet, ground.picture),
        *(() if ground.places else _degrees(sheet, ground.box, words)),
        *_places(sheet, ground),
        *_features(sheet, ground.features.get(kind, ()), words.thousands),
        *_chosen(sheet, ground.chosen),
        *_scale(sheet, ground.box, words),
        "</svg>",
    ]
    return Markup("".join(parts))


def _sheet(box: BoundingBox, width: int) -> _Sheet:
    left, bottom = to_mercator(box.west, box.south)
    right, top = to_mercator(box.east, box.north)
    across, up = max(right - left, 1e-6), max(top - bottom, 1e-6)
    height = max(0.45 * width, min(highest(width), width * up / across))
    scale = min((width - 2 * _MARGIN) / across, (height - 2 * _MARGIN) / up)
    # What the frame has more than the box lies evenly on both sides.
    return _Sheet(
        width,
        round(height),
        (left + right - width / scale) / 2,
        (bottom + top + round(height) / scale) / 2,
        scale,
    )


def highest(width: float) -> float:
    """How high a drawing of a width is at most (pixels)."""
    return 1.1 * width


def _picture(sheet: _Sheet, picture: tuple[str, BoundingBox] | None) -> Iterator[str]:
    if picture is not None:
        address, box = picture
        (left, bottom), (right, top) = sheet.at(box.west, box.south), sheet.at(box.east, box.north)
        size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
        yield f'<image href="{escape(address)}" x="{left:.1f}" y="{top:.1f}" {size} preserveAspectRatio="none"/>'


def _places(sheet: _Sheet, ground: Ground) -> Iterator[str]:
    if not ground.places:
        return
    yield f'<g class="map-places{" over" if ground.picture else ""}">'
    # The place that the map is about comes last: its edge lies over those of its neighbours.
    for place in sorted(ground.places, key=lambda each: each.municipality.id == ground.about):
        rough = "" if place.geometry is not None else "rough"
        own = "own" if place.municipality.id == ground.about else ""
        kind = f' class="{" ".join(filter(None, (rough, own)))}"' if rough or own else ""
        path = _box_path(sheet, place.box) if place.geometry is None else _path(sheet, place.geometry)
        yield f'<path{kind} d="{path}"/>'
    for place in ground.places:
        if label := ground.labels.get(place.municipality.id):
            yield from _label(sheet, ground.box, place, label)
    yield "</g>"


def _label(sheet: _Sheet, seen: BoundingBox, place: Outline, label: str) -> Iterator[str]:
    """The name of a place where most of it is seen from left to right; none where too little is seen."""
    lines = _lines(sheet, place)
    ys = [y for line in lines for _, y in line]
    top, bottom = max(min(ys), _LINE), min(max(ys), sheet.height - 8)
    if bottom < top:
        return
    half, bar = len(label) * _LETTER / 2, _MARGIN + _bar(sheet, seen)[1] + 4
    spans = []
    for part in _HEIGHTS:
        y = top + (bottom - top) * part
        # Beside the bar of the scale, or above it.
        start = bar if y > sheet.height - _ABOVE_SCALE else 4
        spans += [
            (right - left, y, (left + right) / 2)
            for left, right in ((max(left, start), min(right, sheet.width - 4)) for left, right in _across(lines, y))
        ]
    width, y, x = max(spans, default=(0.0, 0.0, 0.0), key=lambda span: span[0])
    whole = min(ys) >= 0 and max(ys) <= sheet.height and all(0 <= x <= sheet.width for line in lines for x, _ in line)
    if width >= 2 * half or (whole and spans):  # a name that lies half over its neighbour misleads
        x = max(half + 4, min(sheet.width - half - 4, x))
        yield f'<text x="{x:.0f}" y="{y:.0f}">{escape(label)}</text>'


def _across(lines: Sequence[Sequence[tuple[float, float]]], y: float) -> Iterator[tuple[float, float]]:
    """Where a horizontal line lies inside closed lines, from left to right."""
    meets = sorted(
        x + (y - above) * (other - x) / (below - above)
        for line in lines
        for (x, above), (other, below) in pairwise(line)
        if (above > y) != (below > y)
    )
    return zip(meets[::2], meets[1::2], strict=False)


def _lines(sheet: _Sheet, place: Outline) -> list[list[tuple[float, float]]]:
    """The rings of an outline in pixels; of the box where there is none."""
    if place.geometry is None:
        west, south, east, north = place.box
        rings = [[(west, south), (east, south), (east, north), (west, north), (west, south)]]
    else:
        areas = place.geometry["coordinates"]
        rings = [ring for area in (areas if "Multi" in place.geometry["type"] else [areas]) for ring in area]
    return [[sheet.at(*position[:2]) for position in ring] for ring in rings]


def _features(sheet: _Sheet, features: Sequence[Mapping[str, Any]], thousands: str) -> Iterator[str]:
    yield '<g class="map-features">'
    labels: list[str] = []  # on top of all circles: where these touch, no number is covered
    # Areas lie under lines, and these under points, whatever their order in the file.
    for kind in ("Polygon", "LineString", "Point"):
        for feature in features:
            for geometry in _single(feature["geometry"]):
                if geometry["type"].removeprefix("Multi") != kind:
                    continue
                if kind == "Point":
                    for longitude, latitude in boxes.positions(geometry):
                        x, y = sheet.at(longitude, latitude)
                        circle, label = _dot(x, y, feature["properties"].get("count", 0), thousands)
                        if mark := feature["properties"].get("mark"):
                            label = _mark(sheet, x, y, mark)
                        labels.append(label)
                        yield circle
                else:
                    yield f'<path class="{"area" if kind == "Polygon" else "line"}" d="{_path(sheet, geometry)}"/>'
    yield from labels
    yield "</g>"


def _dot(x: float, y: float, count: int, thousands: str) -> tuple[str, str]:
    """A point without a label; of a gathering a larger one with the number that it stands for."""
    if not count:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_DOT}"/>', ""
    label = f"{count:,}".replace(",", thousands)
    radius = max(_DOT + 3 * math.log10(count), 3.4 * len(label) + 4)
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>',
        f'<text x="{x:.1f}" y="{y + 4:.1f}">{label}</text>',
    )


def _mark(sheet: _Sheet, x: float, y: float, mark: str) -> str:
    """What stands beside a point: on its right, or on its left where there is no room."""
    turned = x + _DOT + 4 + len(mark) * _LETTER > sheet.width
    kind, at = ("end", x - _DOT - 4) if turned else ("side", x + _DOT + 4)
    return f'<text class="mark {kind}" x="{at:.1f}" y="{y + 5:.1f}">{escape(mark)}</text>'


def _single(geometry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if geometry["type"] == "GeometryCollection":
        for each in geometry["geometries"]:
            yield from _single(each)
    else:
        yield geometry


def _chosen(sheet: _Sheet, box: BoundingBox | None) -> Iterator[str]:
    if box is not None:
        yield f'<path class="map-chosen" d="{_box_path(sheet, box)}"/>'


def _box_path(sheet: _Sheet, box: BoundingBox) -> str:
    (left, bottom), (right, top) = sheet.at(box.west, box.south), sheet.at(box.east, box.north)
    return f"M{left:.1f} {top:.1f}H{right:.1f}V{bottom:.1f}H{left:.1f}Z"


def _path(sheet: _Sheet, geometry: Mapping[str, Any]) -> str:
    depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}[geometry["type"]]
    lines = geometry["coordinates"] if depth else [geometry["coordinates"]]
    if depth == 2:
        lines = [ring for area in lines for ring in area]
    ending = "Z" if "Polygon" in geometry["type"] else ""
    return "".join(
        "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in (sheet.at(*position[:2]) for position in line)) + ending
        for line in lines
    )


def _scale(sheet: _Sheet, box: BoundingBox, words: Words) -> Iterator[str]:
    """A bar of a round length, about a quarter of the width; true at the middle of the map."""
    length, pixels = _bar(sheet, box)
    y = sheet.height - 10
    yield (
        f'<g class="map-scale"><path d="M{_MARGIN} {y - 5:g}v5h{pixels:.1f}v-5"/>'
        f'<text x="{_MARGIN + pixels / 2:.1f}" y="{y - 8:g}">{escape(_length(length, words.decimal))}</text></g>'
    )


def _bar(sheet: _Sheet, box: BoundingBox) -> tuple[float, float]:
    """The length of the bar in metres and in pixels."""
    metre = sheet.scale / math.cos(math.radians((box.south + box.north) / 2))
    length = _round_down(sheet.width / 4 / metre)
    return length, length * metre


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(max(value, 1e-9)))
    return max(step * power for step in _STEPS if step * power <= value * 1.000001)


def _length(metres: float, decimal: str) -> str:
    if metres >= 1000:
        return f"{metres / 1000:g} km".replace(".", decimal)
    return f"{metres:g} m".replace(".", decimal)


def _degrees(sheet: _Sheet, box: BoundingBox, words: Words) -> Iterator[str]:
    """Lines of round degrees with their names, three or four each way: a place where no outline tells it."""
    yield '<g class="map-degrees">'
    east, north, west, south = words.compass
    for value in _ticks(box.west, box.east):
        x, _ = sheet.at(value, box.south)
        if 0 < x < sheet.width:
            yield f'<path d="M{x:.1f} 0V{sheet.height:g}"/>'
            label = _degree(value, east, west, words.decimal)
            yield f'<text x="{max(30, min(sheet.width - 30, x)):.1f}" y="14">{escape(label)}</text>'
    for value in _ticks(box.south, box.north):
        _, y = sheet.at(box.west, value)
        if 24 < y < sheet.height - 30:
            yield f'<path d="M0 {y:.1f}H{sheet.width:g}"/>'
            yield f'<text class="side" x="4" y="{y - 3:.1f}">{escape(_degree(value, north, south, words.decimal))}</text>'
    yield "</g>"


def _ticks(low: float, high: float) -> Iterator[float]:
    step = _round_down(max((high - low) / 2, 1e-6))
    first = math.ceil(low / step)
    for n in range(5):
        if (first + n) * step <= high:
            yield (first + n) * step


def _degree(value: float, positive: str, negative: str, decimal: str) -> str:
    return f"{abs(round(value, 6)):g}° {positive if value >= 0 else negative}".replace(".", decimal)


def length_of(box: BoundingBox) -> float:
    """How many metres a box is wide, at its middle."""
    return math.radians(box.east - box.west) * GRS80.axis * math.cos(math.radians((box.south + box.north) / 2))
