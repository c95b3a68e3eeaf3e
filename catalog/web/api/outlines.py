"""``/outlines.geojson``: where the region's municipalities lie, as far as its folder says."""

from __future__ import annotations

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.maps.outlines import Outline, outlines
from catalog.web import security
from catalog.web.negotiation import region_of
from catalog.web.templates import short_name
from schemas.tables.geometry import BoundingBox


async def document(request: Request) -> Response:
    """The places as GeoJSON: outlines, and boxes where there is none (``outline`` false)."""
    region = region_of(request)
    found = await run_sync(lambda: outlines(region))
    body = orjson.dumps({"type": "FeatureCollection", "features": [_feature(each) for each in found.places]})
    return Response(body, media_type="application/geo+json", headers={**security.OPEN, "cache-control": "no-cache"})


def _feature(place: Outline) -> dict[str, object]:
    return {
        "type": "Feature",
        "id": place.municipality.id,
        "bbox": list(place.box),
        "properties": {
            "name": place.municipality.name,
            "short": short_name(place.municipality.name),
            "ags": place.municipality.ags,
            "outline": place.geometry is not None,
        },
        "geometry": place.geometry or _rectangle(place.box),
    }


def _rectangle(box: BoundingBox) -> dict[str, object]:
    west, south, east, north = box
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


ROUTES = (Route("/outlines.geojson", document),)
