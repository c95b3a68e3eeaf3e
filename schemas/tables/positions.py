"""Single positions of any usual reference system to degrees of WGS 84, longitude first: UTM, Gauß-Krüger, web Mercator."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

Turn = Callable[[float, float], tuple[float, float]]
"""Takes the two numbers of a position as they stand in the file; gives longitude and latitude in degrees."""


class Ellipsoid(NamedTuple):
    """A figure of the earth: half the larger axis in metres, and the flattening."""

    axis: float
    flattening: float


GRS80 = Ellipsoid(6_378_137.0, 1 / 298.257222101)
BESSEL = Ellipsoid(6_377_397.155, 1 / 299.1528128)
WGS84 = "EPSG:4326"
# Whatever calls itself one of these is degrees of the same ellipsoid for our purpose (differences under a metre).
DEGREES = frozenset(("EPSG:4326", "EPSG:4258", "OGC:CRS84", "EPSG:4979", "EPSG:4937"))
UTM = {
    **{f"EPSG:258{zone}": zone for zone in (31, 32, 33)},
    **{f"EPSG:326{zone}": zone for zone in (31, 32, 33)},
    "EPSG:4647": 32,  # ETRS89 / UTM zone 32N with the zone before the easting
    "EPSG:5650": 33,
    "EPSG:5649": 31,
}
GAUSS_KRUEGER = {f"EPSG:3146{zone + 4}": zone for zone in (2, 3, 4, 5)}
MERCATOR = frozenset(("EPSG:3857", "EPSG:900913", "EPSG:102100"))
_NORTHINGS = (5_200_000.0, 6_150_000.0)  # of Germany, in every one of these systems
# DHDN to ETRS89 for all of Germany, EPSG 1777 (position vector): metres, arc seconds, parts per million; good to 3 m.
_SHIFT, _TURN, _SCALE = (598.1, 73.7, 418.2), (0.202, 0.045, -2.455), 6.7


def to_degrees(code: str) -> Turn | None:
    """How positions of a reference system (``EPSG:25832``) become degrees; None for one that is not known here.

    Degrees whose first number can only be a latitude in Germany are turned round, metres with the northing first too:
    files and services disagree about the order of the axes, whatever the standards say (F48).
    """
    if code in DEGREES:
        return _degrees
    if code in UTM:
        return partial(_metres, partial(_utm, UTM[code]))
    if code in GAUSS_KRUEGER:
        return partial(_metres, partial(_gauss_krueger, GAUSS_KRUEGER[code]))
    if code in MERCATOR:
        return from_mercator
    return None


def from_utm(easting: float, northing: float, zone: int = 32) -> tuple[float, float]:
    """Longitude and latitude in degrees of a point in UTM metres, north of the equator, on GRS 80."""
    return transverse_mercator(easting - 500_000.0, northing, 6 * zone - 183, 0.9996, GRS80)


def from_mercator(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude in degrees of a point in web Mercator metres (EPSG:3857)."""
    y = max(-30_000_000.0, min(30_000_000.0, y))
    return math.degrees(x / GRS80.axis), math.degrees(2 * math.atan(math.exp(y / GRS80.axis)) - math.pi / 2)


def to_mercator(longitude: float, latitude: float) -> tuple[float, float]:
    """A point in web Mercator metres (EPSG:3857) of degrees; latitudes are held within what its square can show."""
    latitude = max(-85.06, min(85.06, latitude))
    return (
        math.radians(longitude) * GRS80.axis,
        math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2)) * GRS80.axis,
    )


def transverse_mercator(
    east: float, north: float, meridian: float, scale: float, ellipsoid: Ellipsoid
) -> tuple[float, float]:
    """Longitude and latitude in degrees of metres east of a meridian and north of the equator.

    Krüger's series in the third flattening to the fourth order (Karney 2011, equations 9 to 11 and 36): better than a
    millimetre anywhere in a zone. Points far outside the zone give a place far away, never an error.
    """
    n = ellipsoid.flattening / (2 - ellipsoid.flattening)
    radius = ellipsoid.axis / (1 + n) * (1 + n**2 / 4 + n**4 / 64)
    beta = (
        n / 2 - 2 * n**2 / 3 + 37 * n**3 / 96 - n**4 / 360,
        n**2 / 48 + n**3 / 15 - 437 * n**4 / 1440,
        17 * n**3 / 480 - 37 * n**4 / 840,
        4397 * n**4 / 161280,
    )
    delta = (
        2 * n - 2 * n**2 / 3 - 2 * n**3 + 116 * n**4 / 45,
        7 * n**2 / 3 - 8 * n**3 / 5 - 227 * n**4 / 45,
        56 * n**3 / 15 - 136 * n**4 / 35,
        4279 * n**4 / 630,
    )
    xi = north / (scale * radius)
    eta = max(-3.0, min(3.0, east / (scale * radius)))
    xi_, eta_ = xi, eta
    for j, b in enumerate(beta, start=1):
        xi_ -= b * math.sin(2 * j * xi) * math.cosh(2 * j * eta)
        eta_ -= b * math.cos(2 * j * xi) * math.sinh(2 * j * eta)
    eta_ = max(-20.0, min(20.0, eta_))
    chi = math.asin(math.sin(xi_) / math.cosh(eta_))
    latitude = chi + sum(d * math.sin(2 * j * chi) for j, d in enumerate(delta, start=1))
    longitude = math.atan2(math.sinh(eta_), math.cos(xi_))
    return meridian + math.degrees(longitude), math.degrees(latitude)


def _degrees(first: float, second: float) -> tuple[float, float]:
    return (second, first) if 47 <= first <= 56 and 5 <= second <= 16 else (first, second)


def _metres(turn: Turn, first: float, second: float) -> tuple[float, float]:
    if _NORTHINGS[0] <= first <= _NORTHINGS[1] and not _NORTHINGS[0] <= second <= _NORTHINGS[1]:
        first, second = second, first
    return turn(first, second)


def _utm(zone: int, easting: float, northing: float) -> tuple[float, float]:
    return from_utm(easting % 1_000_000 if easting > 10_000_000 else easting, northing, zone)


def _gauss_krueger(zone: int, easting: float, northing: float) -> tuple[float, float]:
    """DHDN in three-degree strips on Bessel's ellipsoid; the number of the strip stands before the easting."""
    longitude, latitude = transverse_mercator(easting % 1_000_000 - 500_000.0, northing, 3.0 * zone, 1.0, BESSEL)
    return _shifted(longitude, latitude)


def _shifted(longitude: float, latitude: float) -> tuple[float, float]:
    """DHDN degrees to WGS 84, by seven parameters in three dimensions."""
    east, north = math.radians(longitude), math.radians(latitude)
    square = BESSEL.flattening * (2 - BESSEL.flattening)
    normal = BESSEL.axis / math.sqrt(1 - square * math.sin(north) ** 2)
    x, y = normal * math.cos(north) * math.cos(east), normal * math.cos(north) * math.sin(east)
    z = normal * (1 - square) * math.sin(north)
    rx, ry, rz = (math.radians(seconds / 3600) for seconds in _TURN)
    factor = 1 + _SCALE / 1_000_000
    x, y, z = (
        _SHIFT[0] + factor * (x - rz * y + ry * z),
        _SHIFT[1] + factor * (rz * x + y - rx * z),
        _SHIFT[2] + factor * (-ry * x + rx * y + z),
    )
    square = GRS80.flattening * (2 - GRS80.flattening)
    across = math.hypot(x, y)
    latitude_ = math.atan2(z, across * (1 - square))
    for _ in range(4):
        normal = GRS80.axis / math.sqrt(1 - square * math.sin(latitude_) ** 2)
        latitude_ = math.atan2(z + square * normal * math.sin(latitude_), across)
    return math.degrees(math.atan2(y, x)), math.degrees(latitude_)
