"""Degrees as people write them: 50°33'12"N, N 50.55; and both coordinates of a point in one cell."""

from __future__ import annotations

import re
from typing import Literal

from schemas.tables.wkb import Geometry, from_wkb

_DEGREES = re.compile(
    r"""(?P<before>[NSEWO])?\s?(?P<d>\d{1,3})\s?°\s?(?:(?P<m>[0-5]?\d(?:[.,]\d{1,10})?)\s?['′´’]\s?)?"""
    r"""(?:(?P<s>[0-5]?\d(?:[.,]\d{1,10})?)\s?(?:["″”]|''|′′)\s?)?(?P<after>[NSEWO])?""",
    re.IGNORECASE,
)
_NUMBER = r"\d{1,2}(?:[.,]\d{1,18})?"
# A decimal comma needs another sign between the two.
_PAIR = re.compile(
    rf"\(?\s?(?:N\s?)?(?P<x>{_NUMBER})\s?°?\s?N?\s?(?:[;/|]\s?|,\s|\s{{1,3}}|,(?=\d+\.))\s?(?:[EO]\s?)?"
    rf"(?P<y>{_NUMBER})\s?°?\s?[EO]?\s?\)?",
    re.IGNORECASE,
)
_HEX = re.compile(r"(?:0[01])(?:[0-9A-Fa-f]{2}){8,}")
_SOUTH, _NORTH, _WEST, _EAST = 47.0, 56.0, 5.0, 16.0  # of Germany
_LONGEST = 60


def degrees(text: str) -> float | None:
    """The degrees, minutes and seconds that a text says; None if it says none."""
    found = _DEGREES.fullmatch(text.strip()) if len(text) < _LONGEST and "°" in text else None
    if found is None or (found["before"] and found["after"]):
        return None
    whole, minutes, seconds = (float((found[name] or "0").replace(",", ".")) for name in ("d", "m", "s"))
    value = whole + minutes / 60 + seconds / 3600
    side = (found["before"] or found["after"] or "").upper()
    return -value if side in ("S", "W") else value


def point(text: str) -> Geometry | None:
    """The point in Germany whose latitude and longitude a text says, in either order; None if it says none."""
    found = _PAIR.fullmatch(text.strip()) if len(text) < _LONGEST else None
    if found is None:
        return None
    one, other = (float(found[name].replace(",", ".")) for name in ("x", "y"))
    if _WEST <= one <= _EAST and _SOUTH <= other <= _NORTH:
        one, other = other, one
    inside = _SOUTH <= one <= _NORTH and _WEST <= other <= _EAST
    # Two whole numbers are two numbers.
    exact = any(sign in found[name] for name in ("x", "y") for sign in ".,")
    return {"type": "Point", "coordinates": [other, one]} if inside and exact else None


def extended_wkb(text: str) -> tuple[Geometry, str] | None:
    """The geometry of well-known binary in hexadecimal digits, and the code of its reference system, as PostGIS exports it.

    The code is empty where none is stated; None for what is no such text.
    """
    if not _HEX.fullmatch(text):
        return None
    content = bytes.fromhex(text)
    geometry = from_wkb(content)
    if geometry is None:
        return None
    order: Literal["little", "big"] = "little" if content[0] else "big"
    is_stated = int.from_bytes(content[1:5], order) & 0x20000000
    return geometry, f"EPSG:{int.from_bytes(content[5:9], order)}" if is_stated else ""
