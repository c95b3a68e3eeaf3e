"""``/robots.txt``: what may be read: all but the desk, and what has no end or makes us fetch files (RFC 9309)."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from catalog.web import security
from catalog.web.negotiation import region_of

# Each search has further searches, each file's page a preview that is made for it; datasets lead to all there is.
_DISALLOWED = (
    "/desk",
    *(f"{language}{path}" for language in ("", "/en") for path in ("/datasets?", "/dataset/*/file/")),
)


async def robots(request: Request) -> Response:
    """The rules, and where the site map is."""
    base = region_of(request).base_url
    rules = "".join(f"Disallow: {path}\n" for path in _DISALLOWED)
    return PlainTextResponse(f"User-agent: *\n{rules}\nSitemap: {base}/sitemap.xml\n", headers=security.OPEN)


ROUTES = (Route("/robots.txt", robots),)
