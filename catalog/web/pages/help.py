"""How to search, look, take along and ask, in short."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.web import conditional
from catalog.web.pages.examples import examples
from catalog.web.templates import Page, routes

_KEPT = 600.0  # seconds: the index may be behind the publication number


async def help_page(request: Request) -> Response:
    """``/help``"""
    conditional.keep(request, _KEPT)
    page = Page(request)
    return page.render("help.html", title=page.texts.text("Hilfe"), examples=await examples(page))


ROUTES = routes("/help", help_page)
