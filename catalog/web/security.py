"""What every answer carries for the reader's safety, and what a request may not exceed (web.md 3, faults.md 3)."""

from __future__ import annotations

from collections.abc import Callable

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas.limits import Limits

CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "media-src 'self'; connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SANDBOX = "default-src 'none'; sandbox"
HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
}
# Anybody's page may read the feeds; nothing of them depends on who asks.
OPEN = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": (
        "ETag, Last-Modified, Link, Retry-After, Content-Disposition, Content-Range, Accept-Ranges, Memento-Datetime"
    ),
    "cross-origin-resource-policy": "cross-origin",
}
QUERY_BYTES = Limits().query_bytes
PATH_BYTES = 2000
_RAW = tuple((name.encode(), value.encode()) for name, value in HEADERS.items())


class Security:
    """The layer that adds the headers where an answer has none of its own, and refuses what is too long (F71).

    ``too_long`` makes the answer to such a request.
    """

    def __init__(self, app: ASGIApp, too_long: Callable[[Scope], Response]) -> None:
        self.app = app
        self.too_long = too_long

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"]
                stated = {name for name, _ in headers}
                message = {**message, "headers": [*headers, *(header for header in _RAW if header[0] not in stated)]}
            await send(message)

        if len(scope["query_string"]) > QUERY_BYTES or len(scope["path"].encode()) > PATH_BYTES:
            await self.too_long(scope)(scope, receive, secured)
            return
        await self.app(scope, receive, secured)
