"""Puts the parts of the web together: routes, layers, templates, the answers that are none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Match
from starlette.types import Scope

from catalog.search import Catalogue
from catalog.web import security
from catalog.web.conditional import Conditional
from catalog.web.cors import Cors
from catalog.web.negotiation import HTML, Offer, Refused, html_offer, local, preferred, region_of
from catalog.web.pages.errors import error
from catalog.web.refusing import Way
from catalog.web.routing import routes
from catalog.web.security import Security
from catalog.web.texts import LANGUAGES
from schemas.region import Region

_TEXTS = {
    404: ("Diese Adresse gibt es nicht.", "There is nothing at this address."),
    405: ("Diese Adresse kann man so nicht aufrufen.", "This address cannot be called like that."),
    414: ("Die Adresse ist zu lang.", "The address is too long."),
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
        middleware=[
            Middleware(Conditional, catalogue=opened),
            Middleware(Security, too_long=too_long),
            Middleware(Cors, routes=routes()),
        ],
        exception_handlers={HTTPException: refused, Exception: failed},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # it would lead to whatever host the request names (F72): refused() does it
    app.state.region = region
    app.state.catalogue = opened
    return app


async def refused(request: Request, raised: Exception) -> Response:
    """The answer to a request that an endpoint refused."""
    assert isinstance(raised, HTTPException)
    if isinstance(raised, Refused):
        de, en, ways = raised.de, raised.en, raised.ways
    else:
        if raised.status_code == 404 and (address := _without_slash(request)):
            return RedirectResponse(address, 308)
        de, en = _TEXTS.get(raised.status_code, (raised.detail, raised.detail))
        ways = ()
    response = _in_words(request, raised.status_code, de, en, ways)
    for name, value in (raised.headers or {}).items():
        response.headers[name] = value
    return response


def _without_slash(request: Request) -> str:
    """The address without the slash at its end where there is a page at it, on our own path (F72); else empty."""
    path: str = request.scope["path"]
    bare = path.rstrip("/")
    if bare == path or not bare or bare.startswith("//") or request.method not in ("GET", "HEAD"):
        return ""
    scope = {**request.scope, "path": bare}
    if not any(route.matches(scope)[0] == Match.FULL for route in request.app.routes):
        return ""
    query = f"?{request.url.query}" if request.url.query else ""
    return local(request, quote(bare)) + query


def too_long(scope: Scope) -> Response:
    """The answer to an address that is too long. It does not repeat it: its page is that of the short one before it."""
    language = next((f"/{code}" for code in LANGUAGES if scope["path"].startswith(f"/{code}/")), "/")
    response = _in_words(Request({**scope, "path": language, "query_string": b""}), 414, *_TEXTS[414])
    response.headers.update(security.OPEN)  # it is given outside the layer that opens refusals
    return response


async def failed(request: Request, _: Exception) -> Response:
    """The answer to a request that broke the program. It is given outside the layers, so it brings their headers."""
    response = _in_words(request, 500, *_TEXTS[500])
    response.headers.update(security.HEADERS)
    return response


def _in_words(request: Request, status: int, de: str, en: str, ways: Sequence[Way] = ()) -> Response:
    """A page where the client prefers one, else plain text, with the addresses to go on from."""
    if preferred(request.headers.get("accept", ""), (_PLAIN, html_offer())) != HTML:
        lines = (de, en, *(f"{region_of(request).base_url}{way.path}" for way in ways))
        return PlainTextResponse("".join(f"{line}\n" for line in lines), status)
    return error(request, status, de, en, ways)
