"""Layers of an ArcGIS server (FeatureServer, MapServer): how the first features are asked for and read (GeoServices REST 1.0).

``…/FeatureServer`` describes its layers, ``…/FeatureServer/0`` one of them, and ``…/0/query`` gives its features: as GeoJSON
where the server knows it, else as the JSON of its own, whose geometries are written anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit, urlunsplit

from harvesters.mapping.native_values import word
from harvesters.ogc.addresses import asking
from harvesters.ogc.capabilities import Layer
from schemas.tables import esrijson, jsondata
from schemas.tables.geojson import of_document, read_features
from schemas.tables.notes import refusal
from schemas.tables.placement import Placed

_PLACE = re.compile(r"(?P<server>.*/(?:Feature|Map)Server)(?:/(?P<layer>\d{1,6}))?", re.IGNORECASE)
_KINDS = ("Feature Layer", "Table")


class Offered(NamedTuple):
    """The layers of a server, or the one that an address is of: ``at`` is the server, ``titles`` what it is called."""

    at: str
    layers: tuple[Layer, ...]
    titles: tuple[str, ...]
    geojson: bool


def offered(description: Mapping[str, Any], address: str) -> Offered:
    """The layers with features that a description is of or lists, and whether the server knows GeoJSON."""
    parts = urlsplit(address)
    place = _PLACE.match(parts.path)
    if place is None:
        return Offered("", (), (), False)
    server = urlunsplit((parts.scheme, parts.netloc, place["server"], "", ""))
    usable: list[Mapping[str, Any]]
    if place["layer"] is not None:
        usable = [{**description, "id": int(place["layer"])}] if description.get("type") in _KINDS else []
    else:
        listed = [each for key in ("layers", "tables") for each in _objects(description.get(key))]
        # A group holds layers, and none of its own; older servers do not say what a layer is.
        usable = [each for each in listed if each.get("type", _KINDS[0]) in _KINDS and not each.get("subLayerIds")]
    found = {str(each["id"]): word(each.get("name")) for each in usable if isinstance(each.get("id"), int)}
    about = description.get("documentInfo")
    titles = (word(about.get("Title")) if isinstance(about, dict) else "", unquote(place["server"]).split("/")[-2])
    # Who does not say what it can, can do GeoJSON since version 10.4.
    formats = word(description.get("supportedQueryFormats")).lower()
    layers = tuple(Layer(name, title, ()) for name, title in found.items())
    return Offered(server, layers, titles, not formats or "geojson" in formats)


def features_address(found: Offered, layer: Layer, count: int, geojson: bool) -> str:
    """The question for the first features of a layer with all their values, in degrees."""
    parameters = {"where": "1=1", "outFields": "*", "outSR": "4326", "resultRecordCount": str(count)}
    return asking(f"{found.at}/{layer.name}/query", **parameters, f="geojson" if geojson else "json")


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
    return of_document(esrijson.collection(answer)), more


def _objects(found: Any) -> list[Mapping[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []
