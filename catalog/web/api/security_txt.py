"""``/.well-known/security.txt``: whom to tell of a hole in the program or its set-up (RFC 9116)."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from catalog.web import past, security
from catalog.web.negotiation import region_of

PATH = "/.well-known/security.txt"
_DAYS = 180
"""How long what stands there may be believed (days); RFC 9116, 2.5.5 recommends less than a year."""


async def contact(request: Request) -> Response:
    """The region's mailbox, until when that holds, the languages that are read there."""
    region = region_of(request)
    until = datetime.combine(past.today(request) + timedelta(days=_DAYS), time())
    lines = (
        f"Contact: mailto:{region.publisher.email}",
        f"Expires: {until.isoformat()}Z",
        "Preferred-Languages: de, en",
        f"Canonical: {region.base_url}{PATH}",
    )
    return PlainTextResponse("".join(f"{line}\n" for line in lines), headers=security.OPEN)


ROUTES = (Route(PATH, contact, methods=["GET"]),)
