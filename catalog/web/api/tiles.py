"""``/tiles/Z/X/Y.png``: the base map of the region and its surroundings, fetched once and kept; no reader asks its source."""

from __future__ import annotations

import hashlib

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.maps import tiles
from catalog.maps.kept import Kept
from catalog.maps.proxy import Busy, Proxy, media_type
from catalog.web.negotiation import Refused, region_of
from schemas.region import Region

_KEPT_BY_READERS = 86_400


async def tile(request: Request) -> Response:
    """One tile. Raises Refused: 404 outside the region or its zoom levels, 502 where its source gives none, 503 if slow."""
    region = region_of(request)
    named = tiles.named(*(request.path_params[name] for name in ("z", "x", "y")))
    template = region.map.tiles
    if named is None or template is None or not tiles.offered(region, named):
        raise Refused(
            404, "Diese Kachel gehört nicht zur Karte der Region.", "This tile is not part of the region's map."
        )

    async def address() -> str | None:
        return tiles.address(template, named)

    source = hashlib.blake2b(template.encode(), digest_size=6).hexdigest()
    name = f"{source}/{named.z}/{named.x}/{named.y}"
    try:
        picture = await proxy(request.app, region).picture(name, address, "", template)
    except Busy:
        raise busy() from None
    if picture is None:
        raise Refused(502, "Die Quelle der Karte antwortet nicht.", "The source of the map does not answer.")
    headers = {"cache-control": f"public, max-age={_KEPT_BY_READERS}"}
    return Response(picture, media_type=media_type(picture), headers=headers)


def busy() -> Refused:
    """The answer where a source gives its pictures too slowly."""
    de, en = "Die Quelle der Karte ist gerade langsam.", "The source of the map is slow at the moment."
    return Refused(503, de, en, {"retry-after": "10"})


def proxy(app: Starlette, region: Region) -> Proxy:
    """The application's proxy for pictures of maps."""
    known: Proxy | None = getattr(app.state, "map_proxy", None)
    if known is None:
        settings = region.map
        kept = Kept(region.data / "cache" / "tiles", settings.cache_megabytes * 1_000_000, settings.cache_days)
        known = app.state.map_proxy = Proxy(region, kept)
    return known


ROUTES = (Route("/tiles/{z}/{x}/{y}.png", tile),)
