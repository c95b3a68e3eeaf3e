"""``/status.atom``: an entry for each source that is out of date, once and not at each run that fails (F59)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.feeds import alarms, atom
from catalog.runs import staleness
from catalog.web import conditional, security
from catalog.web.negotiation import catalogue_of, region_of


async def feed(request: Request) -> Response:
    """The sources that are out of date now."""
    conditional.keep(request, seconds=60)
    region, catalogue = region_of(request), catalogue_of(request)
    stale = staleness.stale(catalogue.engine, [source.key for source in region.sources])
    headers = {**security.OPEN, "cache-control": "no-cache"}
    body = alarms.write(region, stale, catalogue.published_at(conditional.number(request)))
    return Response(body, headers=headers, media_type=f"{atom.MEDIA_TYPE}; charset=utf-8")


ROUTES = (Route("/status.atom", feed),)
