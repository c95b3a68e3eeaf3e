"""The formats that OGC services offer, in their many spellings, as the file types in which people look for data."""

from __future__ import annotations

import re
from collections.abc import Iterable

from schemas.vocabularies import find_file_type

# What WFS servers write beside media types: GeoServer, ArcGIS, deegree, MapServer, QGIS.
_SPELLINGS = tuple(
    (re.compile(pattern, re.IGNORECASE), code)
    for pattern, code in (
        (
            r"(?:application/)?(?:vnd\.geo\+|geo\+?)?json(?:;.*)?|geojson|application/json;\s*(?:subtype|type)=geojson",
            "GEOJSON",
        ),
        (r"(?:text|application)/(?:gml\+)?xml;\s*(?:subtype=\"?gml/?|version=)[\d./a-z]*\"?|gml[\d.]*|text/xml", "GML"),
        (r"(?:application/gml\+xml|text/gml)(?:;.*)?", "GML"),
        (r"csv|text/csv(?:;.*)?", "CSV"),
        (r"shape-?zip|shapefile|shape|application/(?:x-)?(?:zipped-)?shp|application/zip;\s*subtype=\"?shape.*", "SHP"),
        (r"geopackage|gpkg|application/(?:x-)?(?:gpkg|geopackage\+(?:vnd\.)?sqlite3?)", "GPKG"),
        (r"kml|application/vnd\.google-earth\.kml[+ ]xml", "KML"),
        (r"excel2007|xlsx|application/vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet", "XLSX"),
        (r"image/tiff(?:;.*)?|geotiff|image/geotiff", "GEOTIFF"),
        (r"(?:application/)?(?:x-)?netcdf[34]?(?:;.*)?", "NETCDF"),
    )
)
FEATURES = ("GEOJSON", "CSV", "GML", "GPKG", "SHP", "KML", "XLSX")
COVERAGES = ("GEOTIFF", "NETCDF")
_VERSION = re.compile(r"(\d)[./]?(\d)?")


def file_type(written: str) -> str | None:
    """The code of the EU's file type that a service means by a format; None for others and for packed ones (``+ZIP``)."""
    said = written.strip()
    for pattern, code in _SPELLINGS:
        if pattern.fullmatch(said):
            return code
    if "+" in said and "/" not in said:
        return None
    known = find_file_type(said)
    return known.code if known is not None else None


def downloads(offered: Iterable[str], wanted: tuple[str, ...]) -> dict[str, str]:
    """The file types among ``wanted`` that are offered, each with the spelling to ask for; of several GMLs the latest."""
    found: dict[str, str] = {}
    for written in offered:
        code = file_type(written)
        if code not in wanted:
            continue
        if code not in found or (code == "GML" and _edition(written) > _edition(found[code])):
            found[code] = written
    return {code: found[code] for code in wanted if code in found}


def _edition(written: str) -> tuple[int, int]:
    match = _VERSION.search(written)
    return (int(match[1]), int(match[2] or 0)) if match else (0, 0)
