"""Scripts on other sites (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol): what they may ask, and may read.

Answers for programs say for themselves that they are open (:data:`catalog.web.security.OPEN`). This layer answers what
browsers ask before (preflights), and opens the answers that are none: redirects, refusals. Without it a script that is
led from an identifier to its dataset, or told to come again later, would only learn that the network failed. Pages stay
closed, and addresses that take a form are left out altogether. Nobody is known here: there are no credentials to allow.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalog.web import security

_READING = ("GET", "HEAD")
# What reading takes beyond what browsers send without asking.
_REQUEST_HEADERS = (
    *("Accept", "Accept-Language", "Cache-Control", "If-Modified-Since", "If-None-Match", "If-Range"),
    *("Pragma", "Range", "User-Agent", "X-Requested-With"),
)
_SECONDS = 86_400  # how long a browser need not ask again; they take less as they like
_ALLOWED = {"allow": ", ".join((*_READING, "OPTIONS"))}
_PREFLIGHT = {
    **_ALLOWED,
    "access-control-allow-origin": "*",
    "access-control-allow-methods": ", ".join(_READING),
    "access-control-allow-headers": ", ".join(_REQUEST_HEADERS),
    "access-control-max-age": str(_SECONDS),
}
_RAW = tuple((name.encode(), value.encode()) for name, value in security.OPEN.items())
_ORIGIN = _RAW[0][0]


class Cors:
    """The layer. Takes the application and its routes."""

    def __init__(self, app: ASGIApp, routes: Sequence[BaseRoute]) -> None:
        self.app = app
        self.routes = routes
        self.others = tuple(route for route in routes if not _only_reads(route))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] == "http" and scope["method"] in _READING:
            await self.app(scope, receive, self._opening(scope, send))
        elif scope["type"] == "http" and scope["method"] == "OPTIONS" and self._is_read(scope):
            asked = {name for name, _ in scope["headers"]}
            preflight = {b"origin", b"access-control-request-method"} <= asked
            await Response(status_code=204, headers=_PREFLIGHT if preflight else _ALLOWED)(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _opening(self, scope: Scope, send: Send) -> Send:
        async def opened(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] >= 300:
                headers = message["headers"]
                if all(name != _ORIGIN for name, _ in headers) and not _led_to(self.others, scope):
                    message = {**message, "headers": [*headers, *_RAW]}
            await send(message)

        return opened

    def _is_read(self, scope: Scope) -> bool:
        """Whether there is something to read at an address that takes nothing else."""
        return not _led_to(self.others, scope) and _led_to(self.routes, scope)


def _only_reads(route: BaseRoute) -> bool:
    return isinstance(route, Route) and route.methods is not None and set(route.methods) <= {*_READING}


def _led_to(routes: Sequence[BaseRoute], scope: Scope) -> bool:
    return any(route.matches(scope)[0] != Match.NONE for route in routes)
