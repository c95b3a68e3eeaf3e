"""``/feed.atom``: what was published last."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.feeds import atom
from catalog.web import conditional, security
from catalog.web.negotiation import catalogue_of, region_of

CHANGES = 50


@conditional.kept
async def feed(request: Request) -> Response:
    """The last changes."""
    catalogue, at = catalogue_of(request), conditional.number(request)
    published_at = catalogue.published_at(at)
    headers = {**security.OPEN, "cache-control": "no-cache"}
    if published_at:
        headers["last-modified"] = conditional.http_date(published_at)
    body = atom.write(region_of(request), catalogue.changes(at, CHANGES), published_at)
    return Response(body, headers=headers, media_type=f"{atom.MEDIA_TYPE}; charset=utf-8")


ROUTES = (Route("/feed.atom", feed),)
