"""Who runs the pages, as the law wants it said."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.web import conditional
from catalog.web.templates import Page, routes


@conditional.kept
async def imprint(request: Request) -> Response:
    """``/imprint``, from ``[region] publisher`` and ``[region.imprint]`` (§ 5 DDG)."""
    page = Page(request)
    return page.render("imprint.html", title=page.texts.text("Impressum"), told=page.region.imprint)


ROUTES = routes("/imprint", imprint)
