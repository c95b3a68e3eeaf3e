"""Well-known text of a geometry (OGC Simple Features) to GeoJSON, as CKAN keeps it."""

from __future__ import annotations

import re
from typing import Any

_TOKEN = re.compile(r"\s*([(),]|[A-Za-z]+|[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)")
_SRID = re.compile(r"SRID=\d+;", re.I)
# How deep the lists of coordinates are, in both forms.
_TYPES = {
    "POINT": ("Point", 1),
    "MULTIPOINT": ("MultiPoint", 1),
    "LINESTRING": ("LineString", 1),
    "POLYGON": ("Polygon", 2),
    "MULTILINESTRING": ("MultiLineString", 2),
    "MULTIPOLYGON": ("MultiPolygon", 3),
}


def geojson_of(text: str) -> dict[str, Any] | None:
    """The geometry as GeoJSON; None if the text is no geometry that CKAN would understand (a CRS before it is not)."""
    tokens = _tokens(_without_srid(text))
    if len(tokens) < 2 or tokens[0].upper() not in _TYPES:
        return None
    name, depth = _TYPES[tokens[0].upper()]
    try:
        found, end = _list(tokens, 1, depth)
    except (ValueError, IndexError):
        return None
    if end != len(tokens):
        return None
    return {"type": name, "coordinates": found[0] if name == "Point" else found}


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if match is None:
            return []
        found.append(match[1])
        at = match.end()
    return found


def _list(tokens: list[str], at: int, depth: int) -> tuple[list[Any], int]:
    """What stands in brackets from a token on, and where it ends. Raises ValueError or IndexError."""
    if tokens[at] != "(":
        raise ValueError(tokens[at])
    found: list[Any] = []
    while True:
        if depth > 1:
            entry, at = _list(tokens, at + 1, depth - 1)
        else:
            bracketed = tokens[at + 1] == "("  # MULTIPOINT ((1 2), (3 4))
            entry, at = _position(tokens, at + 2 if bracketed else at + 1)
            if bracketed:
                if tokens[at] != ")":
                    raise ValueError(tokens[at])
                at += 1
        found.append(entry)
        if tokens[at] == ")":
            return found, at + 1
        if tokens[at] != ",":
            raise ValueError(tokens[at])


def _position(tokens: list[str], at: int) -> tuple[list[float], int]:
    found = []
    while tokens[at] not in "(),":
        found.append(float(tokens[at]))
        at += 1
    if len(found) < 2:
        raise ValueError("a position has two numbers")
    return found, at


def _without_srid(text: str) -> str:
    text = text.strip()
    named = _SRID.match(text)
    return text[named.end() :] if named else text
