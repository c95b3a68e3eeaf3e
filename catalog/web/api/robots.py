"""``/robots.txt``: everything may be read but the stewards' desk (RFC 9309)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from catalog.web.negotiation import region_of


async def robots(request: Request) -> Response:
    """The rules, and where the site map is."""
    base = region_of(request).base_url
    return PlainTextResponse(f"User-agent: *\nDisallow: /desk\n\nSitemap: {base}/sitemap.xml\n")


ROUTES = (Route("/robots.txt", robots),)
