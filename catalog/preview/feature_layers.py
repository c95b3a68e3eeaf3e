"""Layers of an ArcGIS server (FeatureServer, MapServer): how the first features are asked for and read (GeoServices REST 1.0).

``…/FeatureServer`` describes its layers, ``…/FeatureServer/0`` one of them, and ``…/0/query`` gives its features: as GeoJSON
where the server knows it, else as the JSON of its own, whose geometries are written anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from catalog.preview.model import Wanted
from harvesters.mapping.native_values import word
from harvesters.ogc.addresses import asking
from harvesters.ogc.capabilities import Layer
from schemas.tables import jsondata
from schemas.tables.geojson import of_document, read_features
from schemas.tables.notes import refusal
from schemas.tables.placement import Placed
from schemas.tables.shapefiles import polygons_of

_PLACE = re.compile(r"(?P<server>.*/(?:Feature|Map)Server)(?:/(?P<layer>\d{1,6}))?", re.IGNORECASE)
_KINDS = ("Feature Layer", "Table")


class FeatureLayer(NamedTuple):
    """The layer that is shown, the address of its features, whether these come as GeoJSON, and all that can be chosen."""

    layer: Layer
    address: str
    geojson: bool
    layers: tuple[tuple[str, str], ...]


def feature_layer(description: Mapping[str, Any], wanted: Wanted, most: int) -> FeatureLayer | None:
    """The layer that a description is of, or of those it lists the one that is wanted, else the first; None: there is none.

    A layer that was asked for and is not there is not replaced by another one. ``most`` is how many can be chosen.
    """
    parts = urlsplit(wanted.address)
    place = _PLACE.match(parts.path)
    if place is None:
        return None
    server = urlunsplit((parts.scheme, parts.netloc, place["server"], "", ""))
    if place["layer"] is not None:
        if description.get("type") not in _KINDS:
            return None
        name, title, layers = place["layer"], word(description.get("name")), {}
    else:
        listed = [each for key in ("layers", "tables") for each in _objects(description.get(key))]
        # A group holds layers, and none of its own; older servers do not say what a layer is.
        usable = [each for each in listed if each.get("type", _KINDS[0]) in _KINDS and not each.get("subLayerIds")]
        layers = {str(each.get("id")): word(each.get("name")) for each in usable if isinstance(each.get("id"), int)}
        asked = wanted.layer or next((n for n, title in layers.items() if title and title == wanted.called), "")
        name = asked or next(iter(layers), "")
        if name not in layers:
            return None
        title = layers[name]
    # Who does not say what it can, can do GeoJSON since version 10.4.
    formats = word(description.get("supportedQueryFormats")).lower()
    offered = tuple((each, layers[each] or each) for each in list(layers)[:most])
    address = f"{server}/{name}/query"
    return FeatureLayer(
        Layer(name, title, ()), address, not formats or "geojson" in formats, offered if len(offered) > 1 else ()
    )


def features_address(shown: FeatureLayer, count: int, geojson: bool) -> str:
    """The question for the first features with all their values, in degrees."""
    parameters = {"where": "1=1", "outFields": "*", "outSR": "4326", "resultRecordCount": str(count)}
    return asking(shown.address, **parameters, f="geojson" if geojson else "json")


def read(body: bytes, geojson: bool) -> tuple[Placed, bool]:
    """The features of an answer, and whether the server has more. Raises TableError for an error or any other document."""
    answer = jsondata.load(body).document
    if not isinstance(answer, dict) or not isinstance(answer.get("features"), list):
        raise refusal("unreadable")
    more = any(
        isinstance(each, dict) and each.get("exceededTransferLimit") is True
        for each in (answer, answer.get("properties"))
    )
    if geojson:
        return read_features(body), more
    features = [_feature(each) for each in _objects(answer["features"])]
    return of_document({"type": "FeatureCollection", "features": features}), more


def _feature(found: Mapping[str, Any]) -> dict[str, Any]:
    properties = found.get("attributes")
    return {
        "type": "Feature",
        "properties": properties if isinstance(properties, dict) else {},
        "geometry": _geometry(found.get("geometry")),
    }


def _geometry(shape: Any) -> dict[str, Any] | None:
    """A geometry of GeoServices REST (Geometry Objects) as GeoJSON; None for what is none."""
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


def _objects(found: Any) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
