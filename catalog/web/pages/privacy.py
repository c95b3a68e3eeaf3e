"""What this program learns of its readers, and what it does not."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.feedback.admission import PER_NETWORK
from catalog.web import conditional
from catalog.web.templates import Page, routes


@conditional.kept
async def privacy(request: Request) -> Response:
    """``/privacy`` (GDPR Art. 13): what holds for every region, and from ``[region.imprint]`` what holds for this one."""
    page = Page(request)
    return page.render(
        "privacy.html",
        title=page.texts.text("Datenschutz"),
        told=page.region.imprint,
        keep_days=page.region.feedback.keep_days,
        letters=PER_NETWORK,
    )


ROUTES = routes("/privacy", privacy)
