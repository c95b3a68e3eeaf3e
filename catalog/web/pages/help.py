"""How to search, look, take along and ask, in short."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.web import conditional
from catalog.web.templates import Page, routes


@conditional.kept
async def help_page(request: Request) -> Response:
    """``/help``"""
    page = Page(request)
    return page.render("help.html", title=page.texts.text("Hilfe"))


ROUTES = routes("/help", help_page)
