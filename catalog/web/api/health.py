"""``/healthz`` and ``/readyz``: whether the process lives, and whether it can answer from the store."""

from __future__ import annotations

import sqlite3

import orjson
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from catalog.web import security
from catalog.web.negotiation import catalogue_of

_FRESH = {**security.OPEN, "cache-control": "no-store"}


async def alive(_: Request) -> Response:
    """The process answers; nothing else is asked."""
    return PlainTextResponse("ok\n", headers=_FRESH)


async def ready(request: Request) -> Response:
    """The store answers: 200 with the published number, else 503."""
    try:
        state, status = {"status": "ready", "number": catalogue_of(request).number()}, 200
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError):
        state, status = {"status": "unavailable"}, 503
    return Response(orjson.dumps(state), status, headers=_FRESH, media_type="application/json")


ROUTES = (Route("/healthz", alive), Route("/readyz", ready))
