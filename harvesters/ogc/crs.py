"""Names of coordinate reference systems, in any of the ways in which OGC standards write them, as IRIs."""

from __future__ import annotations

import re

_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
_CRS84H = "http://www.opengis.net/def/crs/OGC/0/CRS84h"
_EPSG_NAME = re.compile(
    r"(?:urn:(?:x-)?ogc:def:crs:epsg:[\d.:]*:|https?://www\.opengis\.net/def/crs/epsg/[\d.]+/"
    r"|https?://www\.opengis\.net/gml/srs/epsg\.xml#|epsg:{1,2}|\[epsg:)(\d{4,5})\]?",
    re.IGNORECASE,
)
_CRS84_NAME = re.compile(
    r"(?:crs:84|ogc:crs84|urn:(?:x-)?ogc:def:crs:ogc:[\d.]*:(?:crs)?84|urn:ogc:def:crs:ogc:2:84"
    r"|https?://www\.opengis\.net/def/crs/ogc/[\d.]+/crs84)",
    re.IGNORECASE,
)
_CRS84H_NAME = re.compile(r"https?://www\.opengis\.net/def/crs/ogc/[\d.]+/crs84h", re.IGNORECASE)
# Codes in the range that EPSG gives to systems; 900913 and 102100 are other people's names for 3857.
_FIRST, _LAST = 2000, 32_766
_OLD = {"900913": "3857", "102100": "3857", "102113": "3857"}
_GEOGRAPHIC = frozenset({f"{_EPSG}4326", f"{_EPSG}4258"})


def crs_iri(name: str) -> str | None:
    """The IRI of a reference system: EPSG's or CRS84's; None for another or an unknown one (``AUTO2:42001``)."""
    name = name.strip()
    if _CRS84H_NAME.fullmatch(name):
        return _CRS84H
    if crs84(name):
        return _CRS84
    match = _EPSG_NAME.fullmatch(name)
    if match is None:
        old = _OLD.get(re.split("[:/#]", name)[-1])
        return f"{_EPSG}{old}" if old else None
    return f"{_EPSG}{match[1]}" if _FIRST <= int(match[1]) <= _LAST else None


def crs84(name: str) -> bool:
    """Whether a name means WGS84 with longitude first."""
    return _CRS84_NAME.fullmatch(name.strip()) is not None


def is_geographic(name: str) -> bool:
    """Whether a name means WGS84 or ETRS89 in degrees by EPSG, with latitude first."""
    return crs_iri(name) in _GEOGRAPHIC
