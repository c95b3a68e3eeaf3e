"""Where a dataset lies, and whether it can be seen on a map or delivers live values: read from its N-Triples."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from rdflib import Namespace, URIRef

from schemas.namespaces import DCAT, DCTERMS, LOCN
from schemas.tables.geometry import BoundingBox, Bounds

MAP, LIVE, HVD = "map", "live", "hvd"
TRAITS = (MAP, LIVE, HVD)
_MAP_FORMATS = frozenset(
    {
        *("GEOJSON", "KML", "KMZ", "SHP", "GML", "GPX", "GPKG", "GTFS", "TOPOJSON", "FGB"),
        *("MAP_SRVC", "MAP_PRVW", "WFS_SRVC", "WMS_SRVC", "WMTS_SRVC"),
    }
)


def _objects(properties: Iterable[URIRef], thing: bytes) -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """For each property its IRI, by which a record without it is told at once, and a pattern of its objects."""
    iris = [f"<{iri}> ".encode() for iri in properties]
    return tuple((iri, re.compile(re.escape(iri) + thing)) for iri in iris)


_TEXT = rb'"((?:[^"\\]|\\.)*)"'
_GEO = Namespace("http://www.opengis.net/ont/geosparql#")
_BOX = _objects([DCAT.bbox], _TEXT)
_POINT = _objects([DCAT.centroid], _TEXT)
_SHAPE = _objects([LOCN.geometry, _GEO.asWKT, _GEO.asGeoJSON], _TEXT)
_SAID = _objects([DCTERMS.conformsTo, DCTERMS.format, DCAT.mediaType], b"<([^>]*)>")
# Interfaces whose answers are the values of now: OGC SensorThings, NGSI and its history (QuantumLeap), GTFS Realtime,
# GBFS, SIRI, DATEX II, OCPI.
_LIVE = re.compile(
    rb"opengis\.net/(?:doc|spec|def)/[^ ]*sensorthings|ngsi|/cim/001|gtfs(?:\.org/|[-_./ ]?)(?:rt\b|real)|gbfs|\bsiri\b"
    rb"|datex|ocpi|quantumleap",
    re.I,
)
_SERVICE_OF_FEATURES = re.compile(rb"opengis\.net/spec/ogcapi-(?:features|maps|tiles)", re.I)
_CRS = re.compile(r"^<http://www\.opengis\.net/def/crs/([A-Za-z]+)/[\d.]+/(\w+)>\s*|^SRID=(\d+);\s*", re.I)
_PAIR = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)(?:\s+|\s*,\s*)(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)")
_WKT_PAIR = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s+(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)")
_LONGEST = 20_000


class Seen(NamedTuple):
    """What a record's N-Triples say: its box (None: unknown), and its traits (map, live) as far as they show there."""

    extent: BoundingBox | None
    traits: tuple[str, ...]

    def with_map(self) -> Seen:
        """The same where a file's preview has shown a map."""
        return self if MAP in self.traits else self._replace(traits=(MAP, *self.traits))


def seen(ntriples: bytes, formats: Iterable[str], hvd: bool) -> Seen:
    """What a dataset is found by beside its words. ``formats`` are codes of its files.

    A map can be shown of a file or service with geometries; of other formats only the file's preview
    tells it (catalog.reading.indexed). A point, outline or box of the record itself says where the
    data lie, and is found by a place; no page draws it.
    """
    shapes, points, said = _found(_SHAPE, ntriples), _found(_POINT, ntriples), _found(_SAID, ntriples)
    traits = []
    if not _MAP_FORMATS.isdisjoint(formats) or any(map(_SERVICE_OF_FEATURES.search, said)):
        traits.append(MAP)
    if any(map(_LIVE.search, said)):
        traits.append(LIVE)
    if hvd:
        traits.append(HVD)
    return Seen(_extent(_found(_BOX, ntriples) or shapes or points), tuple(traits))


def tells_live(said: Iterable[str]) -> bool:
    """Whether the standards, formats or media types of a file say that its answers are the values of now."""
    return any(_LIVE.search(each.encode("utf-8", "replace")) for each in said)


def _found(properties: Iterable[tuple[bytes, re.Pattern[bytes]]], ntriples: bytes) -> list[bytes]:
    return [value for iri, pattern in properties if iri in ntriples for value in pattern.findall(ntriples)]


def _extent(literals: list[bytes]) -> BoundingBox | None:
    found = [box for literal in dict.fromkeys(literals) if (box := _box(literal)) is not None]
    if not found:
        return None
    wests, souths, easts, norths = zip(*found, strict=True)
    return BoundingBox(min(wests), min(souths), max(easts), max(norths))


def _box(literal: bytes) -> BoundingBox | None:
    text = literal[:_LONGEST].decode("utf-8", "replace")
    crs = ""
    if (named := _CRS.match(text)) is not None:
        authority, code, srid = named.groups()
        crs = f"EPSG:{srid}" if srid else "" if authority.upper() == "OGC" else f"{authority}:{code}"
        text = text[named.end() :]
    pairs = (_PAIR if "[" in text else _WKT_PAIR).findall(text)
    bounds = Bounds()
    for x, y in pairs:
        if bounds.full:
            break
        bounds.add(float(x), float(y))
    box = bounds.located(crs)[0] if pairs else None
    if box is None or not (-180 <= box.west <= box.east <= 180 and -90 <= box.south <= box.north <= 90):
        return None
    return BoundingBox(box.west, box.south, box.east, box.north)
