"""Places in feeds: GeoRSS Simple and GML, the W3C's points. All give latitude first.

https://docs.ogc.org/cs/17-002r1/17-002r1.html
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree

from harvesters.mapping.account import Account
from harvesters.mapping.places import WKT, boxed, shaped
from schemas.kinds import Literal
from schemas.model import Location
from schemas.xml_tree import local_name, text_of

_NUMBER = re.compile(r"[-+]?\d{1,9}(?:\.\d{1,20})?")
_SEPARATOR = re.compile(r"[\s,;]+")
_MOST_NUMBERS = 20_000


def numbers(text: str) -> list[float]:
    """The numbers of a list; none if something in it is no number, or there are too many (F48)."""
    pieces = [piece for piece in _SEPARATOR.split(text[: _MOST_NUMBERS * 24].strip()) if piece]
    if len(pieces) > _MOST_NUMBERS or not all(_NUMBER.fullmatch(piece) for piece in pieces):
        return []
    return [float(piece) for piece in pieces]


def gml(element: etree._Element) -> tuple[str, str] | None:
    """What a ``georss:where`` holds, as the name of the simple form and its numbers."""
    for shape in element.iter():
        name = local_name(shape)
        if name == "Envelope":
            corners = [text_of(each) for each in shape if local_name(each) in ("lowerCorner", "upperCorner")]
            return ("box", " ".join(corners)) if len(corners) == 2 else None
        if name in ("Polygon", "LineString", "Point"):
            found = [text_of(each) for each in shape.iter() if local_name(each) in ("posList", "pos")]
            if name == "Polygon":
                rings = [each for each in shape.iter() if local_name(each) in ("exterior", "outerBoundaryIs")]
                found = (
                    [text_of(each) for each in rings[0].iter() if local_name(each) in ("posList", "pos")]
                    if rings
                    else found
                )
            return ({"Polygon": "polygon", "LineString": "line", "Point": "point"}[name], " ".join(found))
    return None


def boxes(account: Account, field: str, value: Any) -> Sequence[Location]:
    """A place from ``south west north east``."""
    found = numbers(value)
    if len(found) != 4:
        return account.refuse(field, value, "spatial")
    south, west, north, east = found
    return boxed(account, field, (west, south, east, north))


def points(account: Account, field: str, value: Any) -> Sequence[Location]:
    """A place from ``latitude longitude``."""
    found = numbers(value)
    if len(found) != 2 or not (-90 <= found[0] <= 90 and -180 <= found[1] <= 180):
        return account.refuse(field, value, "spatial")
    return (Location(centroid=(Literal(f"POINT({_pair(found)})", None, WKT),)),)


def polygons(account: Account, field: str, value: Any) -> Sequence[Location]:
    """A place from the corners of a polygon; one that is an upright rectangle is a box."""
    found = numbers(value)
    pairs = list(zip(found[::2], found[1::2], strict=False))
    if len(found) % 2 or len(pairs) < 3:
        return account.refuse(field, value, "spatial")
    if pairs[0] != pairs[-1]:
        pairs.append(pairs[0])
    place = _bounded(account, field, pairs)
    rectangle = (
        len(pairs) == 5 and len(set(pairs)) == 4 and all(len({pair[axis] for pair in pairs}) == 2 for axis in (0, 1))
    )
    if not place or rectangle:
        return place
    corners = ",".join(_pair(pair) for pair in pairs)
    return (shaped(Location(bbox=place[0].bbox, geometry=(Literal(f"POLYGON(({corners}))", None, WKT),))),)


def lines(account: Account, field: str, value: Any) -> Sequence[Location]:
    """The box around a line."""
    found = numbers(value)
    if len(found) % 2 or len(found) < 4:
        return account.refuse(field, value, "spatial")
    return _bounded(account, field, list(zip(found[::2], found[1::2], strict=True)))


def _bounded(account: Account, field: str, pairs: Sequence[tuple[float, float]]) -> Sequence[Location]:
    latitudes, longitudes = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    return boxed(account, field, (min(longitudes), min(latitudes), max(longitudes), max(latitudes)))


def _pair(pair: Sequence[float]) -> str:
    return f"{_short(pair[1])} {_short(pair[0])}"


def _short(number: float) -> str:
    return str(int(number)) if number == int(number) else repr(number)
