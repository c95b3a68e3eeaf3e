"""``/dataset/SLUG/file/N/tiles/Z/X/Y.png?layer=``: squares of the map that a dataset's WMS or WMTS draws; of no other service.

The service's address stands in the catalogue, never in the request. Only squares of the region and its surroundings are
asked for, which are kept for a day.
"""

from __future__ import annotations

import asyncio
import hashlib
import struct
import time
from collections import OrderedDict
from collections.abc import Collection
from datetime import UTC, datetime
from typing import NamedTuple
from weakref import WeakValueDictionary

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.links.book import host_of
from catalog.maps import boxes, tiles
from catalog.maps.kept import Kept
from catalog.maps.outlines import frame
from catalog.maps.proxy import Busy, Proxy, media_type
from catalog.maps.tiles import Tile
from catalog.preview import tile_matrices, tile_services
from catalog.preview.fetching import NotFetched, origin_of
from catalog.preview.layer_names import places_of
from catalog.preview.model import Wanted
from catalog.preview.service_asking import Asking, capabilities
from catalog.preview.service_layers import View, chosen, is_mercator, map_crs, request, titles_of
from catalog.preview.tile_services import Tiled
from catalog.web import previewed, security
from catalog.web.api.tiles import busy
from catalog.web.negotiation import Refused, region_of
from harvesters.ogc.capabilities import Capabilities
from harvesters.ogc.layer_distributions import degrees_of
from schemas.region import Region
from schemas.tables.geometry import BoundingBox

SIZE = 256
_SIZES = frozenset((side, side) for side in tile_matrices.SIDES)
MOST_ZOOM = 20
_DAYS = 1.0
_DESCRIBED_SECONDS = 600.0
_DESCRIBED = 20


class _Described(NamedTuple):
    at: float
    told: Capabilities | Tiled | None


async def tile(request_: Request) -> Response:
    """One square. Raises Refused: 404 outside the region or of what draws no map, 410, 502 where the service gives none, 503."""
    found = previewed.named(request_, "")
    if isinstance(found, Response):
        raise Refused(404, "Diese Kachel gibt es nicht.", "There is no such tile.")
    region = region_of(request_)
    z, x, y = (request_.path_params[name] for name in ("z", "x", "y"))
    named = tiles.named(z, x, y, most=MOST_ZOOM)
    wanted = found.wanted
    if named is None or wanted is None or wanted.service not in ("WMS", "WMTS") or not _near(region, named):
        raise Refused(404, "Diese Kachel gibt es nicht.", "There is no such tile.")

    async def address() -> str | None:
        described = await _described(request_.app, region, wanted)
        if isinstance(described, Tiled):
            return tile_services.address(described, wanted, named, places_of(region))
        return _address(described, wanted, named, places_of(region)) if described is not None else None

    said = "\n".join((wanted.service, wanted.source_key, wanted.address, wanted.layer, wanted.called))
    key = hashlib.blake2b(said.encode(errors="surrogatepass"), digest_size=10).hexdigest()
    name, host = f"{key}/{named.z}/{named.x}/{named.y}", host_of(wanted.address)
    try:
        picture = await _proxy(request_.app, region).picture(name, address, host, origin_of(region, wanted))
    except Busy:
        raise busy() from None
    if picture is None or not _fits(picture):
        raise Refused(502, "Der Kartendienst gibt dieses Bild nicht.", "The map service does not give this picture.")
    headers = {"cache-control": "public, max-age=3600", "content-security-policy": security.SANDBOX}
    return Response(picture, media_type=media_type(picture), headers=headers)


def _near(region: Region, named: Tile) -> bool:
    place = frame(region)
    return place is None or boxes.meets(named.box, boxes.grown(place, tiles.MARGIN))


def _address(described: Capabilities, wanted: Wanted, named: Tile, around: Collection[str]) -> str | None:
    """GetMap for a square of the wanted layer; None where the layer does not reach, or is not called just so.

    Pages name layers as the service does. Were other spellings drawn, each would be fetched and kept for itself.
    """
    try:
        picked = chosen(described.layers, wanted, titles_of(described), around)
    except NotFetched:
        return None
    if wanted.layer and picked.layer.name != wanted.layer:
        return None
    if (crs := map_crs(picked.layer)) is None:
        return None
    stated = degrees_of(picked.layer.box)
    if stated is None or not boxes.meets(BoundingBox(*stated), named.box):
        return None
    edges = named.metres if is_mercator(crs) else tuple(named.box)
    view = View(crs, (edges[0], edges[1], edges[2], edges[3]), SIZE, SIZE)
    return request(described, picked.layer, view, transparent=True)


def _fits(picture: bytes) -> bool:
    """Whether a picture has the size of a tile, where its head says it (PNG): none is larger when unpacked."""
    if not picture.startswith(b"\x89PNG"):
        return media_type(picture) in ("image/jpeg", "image/gif", "image/webp")
    return len(picture) > 24 and struct.unpack_from(">II", picture, 16) in _SIZES


async def _described(app: Starlette, region: Region, wanted: Wanted) -> Capabilities | Tiled | None:
    """The service's description, remembered for a while; None where it gives none."""
    if not hasattr(app.state, "described"):
        app.state.described, app.state.describing = OrderedDict(), WeakValueDictionary()
    known: OrderedDict[tuple[str, str, str], _Described] = app.state.described
    named = wanted.service, wanted.source_key, wanted.address
    describe = tile_services.described if wanted.service == "WMTS" else capabilities
    # The squares of a map are asked for all at once: the first of them asks what the service is.
    lock: asyncio.Lock = app.state.describing.setdefault(named, asyncio.Lock())
    async with lock:
        found = known.get(named)
        if found is None or time.monotonic() - found.at > _DESCRIBED_SECONDS:
            told: Capabilities | Tiled | None
            try:
                told = await describe(Asking(region, wanted, datetime.now(UTC)))
            except NotFetched:
                told = None
            found = known[named] = _Described(time.monotonic(), told)
            while len(known) > _DESCRIBED:
                known.popitem(last=False)
    return found.told


def _proxy(app: Starlette, region: Region) -> Proxy:
    known: Proxy | None = getattr(app.state, "layer_proxy", None)
    if known is None:
        kept = Kept(region.data / "cache" / "layers", region.map.cache_megabytes * 1_000_000, _DAYS)
        known = app.state.layer_proxy = Proxy(region, kept)
    return known


ROUTES = (Route("/dataset/{slug}/file/{number:int}/tiles/{z}/{x}/{y}.png", tile),)
