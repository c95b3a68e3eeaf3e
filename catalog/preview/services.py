"""A service as another way to fetch: the first features of a layer as GeoJSON in degrees, or its map as a picture.

WFS 1.0 to 2.0, WMS 1.1.1 and 1.3.0, WMTS 1.0, OGC API Features, layers of an ArcGIS server. What comes back is read by the
worker like any fetched file.
"""

from __future__ import annotations

import asyncio
import hashlib
import mimetypes
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

import orjson
from aiohttp.abc import AbstractResolver
from anyio.to_thread import run_sync

from catalog.links.questions import question
from catalog.preview import feature_layers, tile_services
from catalog.preview.fetching import Fetched, NotFetched
from catalog.preview.model import Source, Wanted
from catalog.preview.reasons import Reason
from catalog.preview.service_asking import DESCRIPTION_BYTES, Asking, capabilities
from catalog.preview.service_layers import Chosen, chosen, collections_of, map_address, named, seen_box, titles_of
from catalog.runs.staging import now_text
from harvesters.mapping.native_values import word
from harvesters.ogc import api
from harvesters.ogc.addresses import asking, parameter
from harvesters.ogc.capabilities import Capabilities, Layer
from harvesters.ogc.crs import crs_iri
from harvesters.ogc.formats import downloads
from harvesters.ogc.service_record import endpoint
from schemas.region import Region
from schemas.syntax import Unreadable
from schemas.tables import Note, TableError
from schemas.tables.geojson import read_features as read_geojson
from schemas.tables.gml import read_features as read_gml
from schemas.tables.notes import note
from schemas.tables.placement import Placed

COUNT = 200
"""How many features are asked for."""
SECONDS = 15.0
"""How long all requests to a service may take together."""
_FEATURES_BYTES = 10_000_000
_DEGREES = "http://www.opengis.net/def/crs/EPSG/0/4326"
_PICTURE_BYTES = 5_000_000


async def from_service(
    region: Region, wanted: Wanted, now: datetime, resolver: AbstractResolver | None = None
) -> Fetched | None:
    """What a WFS, WMS, WMTS or ArcGIS server shows; None for any other address. Raises NotFetched with the reason."""
    if wanted.service == "WCS":
        raise NotFetched(Reason("coverage"))
    shown = _SHOWN.get(wanted.service)
    if shown is None:
        return None
    asked = Asking(region, wanted, now, resolver)
    try:
        async with asyncio.timeout(SECONDS):
            return await shown(asked)
    except TimeoutError:
        raise NotFetched(Reason("deadline")) from None


async def from_api(
    region: Region, wanted: Wanted, got: Fetched, now: datetime, resolver: AbstractResolver | None = None
) -> Fetched | None:
    """What an OGC API Features shows whose landing page, collections or collection was fetched; None for any other file.

    Raises NotFetched with the reason.
    """
    if got.body.lstrip()[:1] != b"{" or len(got.body) > DESCRIPTION_BYTES:
        return None
    try:
        found, _ = api.document(got.body)
    except Unreadable:
        return None
    if "links" not in found or not (api.is_landing(found) or api.collections_in(found) is not None):
        return None
    asked = Asking(region, wanted, now, resolver)
    try:
        async with asyncio.timeout(SECONDS):
            return await _items(asked, found, got.source.final_address)
    except TimeoutError:
        raise NotFetched(Reason("deadline")) from None


async def _features(asked: Asking) -> Fetched:
    described = await capabilities(asked)
    picked = chosen(described.layers, asked.wanted, titles_of(described), asked.places)
    layer = picked.layer
    formats = downloads((*layer.formats, *described.service.formats), ("GEOJSON",))
    attempts: list[tuple[str, Callable[[bytes], Placed]]] = []
    if "GEOJSON" in formats:
        attempts.append((_feature_address(described, layer, formats["GEOJSON"]), read_geojson))
    attempts.append((_feature_address(described, layer, ""), read_gml))
    for address, read in attempts:
        got = await asked.fetch(address, _FEATURES_BYTES)
        try:
            features = await run_sync(read, got.body)
        except TableError:  # an exception report, or GML after all: servers promise what they cannot do
            continue
        return _document(asked, picked, features, address)
    raise NotFetched(Reason("unreadable"))


def _feature_address(described: Capabilities, layer: Layer, output: str) -> str:
    """GetFeature for the first features; in degrees where the server says that it can, else as it likes."""
    version = described.service.version
    two = version >= "2"
    parameters = {"SERVICE": "WFS", "VERSION": version, "REQUEST": "GetFeature"}
    parameters["TYPENAMES" if two else "TYPENAME"] = layer.name
    parameters["COUNT" if two else "MAXFEATURES"] = str(COUNT)
    if output:
        parameters["OUTPUTFORMAT"] = output
    degrees = next((each for each in layer.crs if crs_iri(each) == _DEGREES), None)
    if output or degrees is not None:
        # GeoJSON knows the short name only, in which servers give longitude first.
        parameters["SRSNAME"] = "EPSG:4326" if output else degrees or ""
    return asking(endpoint(described.service, described.url, "GetFeature"), **parameters)


async def _items(asked: Asking, found: dict[str, Any], at: str) -> Fetched:
    """From whichever document of the API to the first items of a collection."""
    titles: tuple[str, ...] = ()
    if api.is_landing(found):
        titles = (word(found.get("title")),)
        link = api.link(api.links(found, at), "data", "collections")
        if link is None:
            raise NotFetched(Reason("no-layer"))
        found, at = await _described(asked, link.href)
    offered = collections_of(found, at)
    own = api.place(asked.wanted.address).collection
    if own in offered.items and not asked.wanted.layer:
        picked = chosen([each for each in offered.layers if each.name == own], asked.wanted)
    else:
        picked = chosen(offered.layers, asked.wanted, titles, asked.places)
    address = api.with_query(offered.items[picked.layer.name], limit=str(COUNT))
    got = await asked.fetch(address, _FEATURES_BYTES)
    try:
        features = await run_sync(read_geojson, got.body)
    except TableError as error:
        raise NotFetched(Reason("unreadable"), got.source.status) from error
    return _document(asked, picked, features, address)


async def _feature_layer(asked: Asking) -> Fetched:
    described, _ = await _described(asked, question(asked.wanted.address, asked.wanted.service).url)
    offered = feature_layers.offered(described, asked.wanted.address)
    picked = chosen(offered.layers, asked.wanted, offered.titles, asked.places)
    for geojson in (True, False) if offered.geojson else (False,):
        address = feature_layers.features_address(offered, picked.layer, COUNT, geojson)
        got = await asked.fetch(address, _FEATURES_BYTES)
        try:
            features, more = await run_sync(feature_layers.read, got.body, geojson)
        except TableError:  # an error, with status 200
            continue
        return _document(asked, picked, features, address, more)
    raise NotFetched(Reason("unreadable"))


async def _described(asked: Asking, address: str) -> tuple[dict[str, Any], str]:
    got = await asked.fetch(address, DESCRIPTION_BYTES)
    try:
        return api.document(got.body)[0], got.source.final_address
    except Unreadable as error:
        raise NotFetched(Reason("no-service"), got.source.status) from error


async def _picture(asked: Asking) -> Fetched:
    described = await capabilities(asked)
    picked = chosen(described.layers, asked.wanted, titles_of(described), asked.places)
    address = map_address(described, picked.layer, asked.region)
    if address is None:
        raise NotFetched(Reason("no-layer"))
    got = await asked.fetch(address, _PICTURE_BYTES)
    if got.body.lstrip()[:1] == b"<":  # an exception report instead of the map
        raise NotFetched(Reason("no-layer"), got.source.status)
    # Its address ends in the name of a program, which is none of a picture.
    ending = mimetypes.guess_extension(parameter(address, "format")) or ""
    source = got.source._replace(name=named(picked.layer.name, ending))
    return replace(got, source=source, layers=picked.layers, layer=picked.layer.name, extent=seen_box(address))


def _document(asked: Asking, picked: Chosen, features: Placed, address: str, more: bool = False) -> Fetched:
    title = picked.layer.title or picked.layer.name
    document = {"type": "FeatureCollection", "name": title, "features": features.features[:COUNT]}
    body = orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS)
    notes: Sequence[Note] = features.notes
    count = min(len(features.features), COUNT)
    if features.total > count:
        notes = [*notes, note("rows-cut", count=count, total=features.total)]
    elif more or count == COUNT:  # services that look no further say nothing of the rest
        notes = [*notes, note("features-cut", count=count)]
    at = now_text(asked.now)
    source = Source(
        named(picked.layer.name, ".geojson"),
        address,
        "",
        "application/geo+json",
        "",
        200,
        len(body),
        len(body),
        features.total <= count < COUNT and not more,
        hashlib.sha256(body).hexdigest(),
        "",
        "",
        at,
        at,
    )
    return Fetched(body, source, None, tuple(notes), picked.layers, picked.layer.name)


_SHOWN: Mapping[str, Callable[[Asking], Awaitable[Fetched]]] = {
    "ArcGIS": _feature_layer,
    "WFS": _features,
    "WMS": _picture,
    "WMTS": tile_services.picture,
}
