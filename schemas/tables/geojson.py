"""The features of GeoJSON in degrees: a collection, a feature or a bare geometry, also in the reference system of a ``crs``."""

from __future__ import annotations

from typing import Any

from schemas.tables import jsondata
from schemas.tables.notes import refusal
from schemas.tables.placement import Placed, placed


def read_features(data: bytes) -> Placed:
    """The features of a GeoJSON document (RFC 7946, and its forerunner of 2008 with ``crs``).

    Raises `TableError`: `unreadable` for what is no GeoJSON, `too-deep`, `archive-too-large` beyond 100 MB.
    """
    document = jsondata.load(data).document
    if not isinstance(document, dict) or not jsondata.is_geojson(document):
        raise refusal("unreadable")
    return of_document(document)


def of_document(document: dict[str, Any]) -> Placed:
    """The features of a document that is known to be GeoJSON."""
    features = [*jsondata.each_feature(document)]
    if document.get("type") not in ("FeatureCollection", "Feature"):
        features = [{"type": "Feature", "properties": {}, "geometry": document}]
    stated = document.get("numberMatched", document.get("totalFeatures"))
    total = stated if isinstance(stated, int) and not isinstance(stated, bool) and stated >= 0 else None
    return placed(features, jsondata.stated_crs(document), total)
