"""Every part that pages are made of, with made-up contents: to look at, and for the tests of accessibility."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.web import conditional
from catalog.web.templates import Page, routes
from schemas.municipality import ACCENTS


@conditional.kept
async def components(request: Request) -> Response:
    """``/components``, which search engines leave out. Its contents are German in every language."""
    return Page(request).render("components.html", title="Bausteine der Seiten", indexed=False, accents=ACCENTS)


ROUTES = routes("/components", components)
