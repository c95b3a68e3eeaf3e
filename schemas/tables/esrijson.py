"""Feature sets as ArcGIS writes them (GeoServices REST, Geometry Objects) to GeoJSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.tables.rings import polygons_of

_WEB_MERCATOR = 102100  # as Esri numbers EPSG:3857


def is_set(document: Any) -> bool:
    """Whether a JSON document is a feature set."""
    return isinstance(document, dict) and isinstance(document.get("features"), list) and "geometryType" in document


def collection(document: Mapping[str, Any]) -> dict[str, Any]:
    """The features of a set as a collection with its reference system as a ``crs``; degrees where it names none."""
    given = document.get("features")
    entries = [entry for entry in given if isinstance(entry, dict)] if isinstance(given, list) else []
    system = document.get("spatialReference")
    code = (system.get("latestWkid") or system.get("wkid")) if isinstance(system, dict) else None
    found: dict[str, Any] = {"type": "FeatureCollection", "features": [_feature(entry) for entry in entries]}
    if isinstance(code, int):
        found["crs"] = {"type": "name", "properties": {"name": f"EPSG:{3857 if code == _WEB_MERCATOR else code}"}}
    return found


def _feature(entry: Mapping[str, Any]) -> dict[str, Any]:
    properties = entry.get("attributes")
    return {
        "type": "Feature",
        "properties": properties if isinstance(properties, dict) else {},
        "geometry": _geometry(entry.get("geometry")),
    }


def _geometry(shape: Any) -> dict[str, Any] | None:
    """A geometry as GeoJSON; None for what is none."""
    if not isinstance(shape, dict):
        return None
    try:
        if "x" in shape:
            return {"type": "Point", "coordinates": [float(shape["x"]), float(shape["y"])]}
        if "points" in shape:
            return {"type": "MultiPoint", "coordinates": _positions(shape["points"])}
        if "paths" in shape:
            return {"type": "MultiLineString", "coordinates": [_positions(path) for path in shape["paths"]]}
        if "rings" in shape:
            return {"type": "MultiPolygon", "coordinates": polygons_of([_positions(ring) for ring in shape["rings"]])}
    except (KeyError, TypeError, ValueError, IndexError):
        return None
    return None


def _positions(points: Any) -> list[tuple[float, float]]:
    return [(float(point[0]), float(point[1])) for point in points]
