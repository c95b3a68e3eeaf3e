"""What these pages are and how to use them, in easy language."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.web import conditional
from catalog.web.pages.examples import subject
from catalog.web.templates import Page, routes

_KEPT = 600.0  # seconds: the index may be behind the publication number


async def easy_language(request: Request) -> Response:
    """``/easy-language``: content, way about and accessibility (HVBIT § 3(3), BITV 2.0 annex 2)."""
    conditional.keep(request, _KEPT)
    page = Page(request)
    return page.render("easy_language.html", title=page.texts.text("Leichte Sprache"), example=await subject(page))


ROUTES = routes("/easy-language", easy_language)
