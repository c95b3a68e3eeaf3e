"""``/shapes/PROFILE.ttl``: what is asked of a record, as a SHACL graph that anyone can check with."""

from __future__ import annotations

from functools import lru_cache

import anyio.to_thread
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.web import conditional, security
from catalog.web.negotiation import Refused, region_of
from schemas.profiles import PROFILES
from schemas.shapes import write


@lru_cache(maxsize=2 * len(PROFILES))
def _written(profile: str, address: str) -> bytes:
    return write(profile, address).encode()


@conditional.kept
async def shapes(request: Request) -> Response:
    """The shapes of a profile in Turtle. Raises Refused (404)."""
    profile: str = request.path_params["profile"]
    if profile not in PROFILES:
        known = ", ".join(PROFILES)
        de = f"Dieses Profil gibt es nicht; es gibt: {known}."
        raise Refused(404, de, f"There is no such profile; there are: {known}.")
    address = f"{region_of(request).base_url}/shapes/{profile}.ttl"
    body = await anyio.to_thread.run_sync(_written, profile, address)
    return Response(body, headers=security.OPEN, media_type="text/turtle")


ROUTES = (Route("/shapes/{profile}.ttl", shapes),)
