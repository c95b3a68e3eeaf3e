"""Puts the parts of the web together: routes, layers, templates, the answers that are none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from catalog.search import Catalogue
from catalog.web import security
from catalog.web.conditional import Conditional
from catalog.web.negotiation import HTML, Offer, Refused, html_offer, preferred
from catalog.web.pages.errors import error
from catalog.web.refusing import Way
from catalog.web.routing import routes
from catalog.web.security import Security
from schemas.region import Region

_TEXTS = {
    404: ("Diese Adresse gibt es nicht.", "There is nothing at this address."),
    405: ("Diese Adresse kann man so nicht aufrufen.", "This address cannot be called like that."),
    500: ("Hier ist etwas schiefgegangen. Der Fehler wurde vermerkt.", "Something went wrong. It has been noted."),
}
_PLAIN = Offer("txt", ("text/plain",))


def create_app(region: Region, catalogue: Catalogue | None = None) -> Starlette:
    """The catalogue's web application. Opens the region's catalogue unless it is given one, and then closes it too."""
    own = catalogue is None
    opened = Catalogue(region) if catalogue is None else catalogue

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        if own:
            opened.close()

    app = Starlette(
        routes=routes(),
        middleware=[Middleware(Conditional, catalogue=opened), Middleware(Security)],
        exception_handlers={HTTPException: refused, Exception: failed},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would lead to whatever host the request names (F72)
    app.state.region = region
    app.state.catalogue = opened
    return app


async def refused(request: Request, raised: Exception) -> Response:
    """The answer to a request that an endpoint refused."""
    assert isinstance(raised, HTTPException)
    if isinstance(raised, Refused):
        de, en, ways = raised.de, raised.en, raised.ways
    else:
        de, en = _TEXTS.get(raised.status_code, (raised.detail, raised.detail))
        ways = ()
    response = _in_words(request, raised.status_code, de, en, ways)
    for name, value in (raised.headers or {}).items():
        response.headers[name] = value
    return response


async def failed(request: Request, _: Exception) -> Response:
    """The answer to a request that broke the program. It is given outside the layers, so it brings their headers."""
    response = _in_words(request, 500, *_TEXTS[500])
    response.headers.update(security.HEADERS)
    return response


def _in_words(request: Request, status: int, de: str, en: str, ways: Sequence[Way] = ()) -> Response:
    """A page where the client prefers one, else plain text."""
    if preferred(request.headers.get("accept", ""), (_PLAIN, html_offer())) != HTML:
        return PlainTextResponse(f"{de}\n{en}\n", status)
    return error(request, status, de, en, ways)
