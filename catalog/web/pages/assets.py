"""The stylesheet and the icon, from memory; their address changes with their content."""

from __future__ import annotations

from functools import cache

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.web.negotiation import Refused
from catalog.web.templates import ASSETS

_MEDIA_TYPES = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


async def asset(request: Request) -> Response:
    """``/assets/NAME``. Raises Refused (404)."""
    found = _assets().get(request.path_params["name"])
    if found is None:
        raise Refused(404, "Diese Datei gibt es nicht.", "There is no such file.")
    content, media_type = found
    kept = "public, max-age=31536000, immutable" if "v" in request.query_params else "no-cache"
    return Response(content, media_type=media_type, headers={"cache-control": kept})


@cache
def _assets() -> dict[str, tuple[bytes, str]]:
    return {
        file.name: (file.read_bytes(), _MEDIA_TYPES[file.suffix])
        for file in ASSETS.iterdir()
        if file.suffix in _MEDIA_TYPES
    }


ROUTES = (Route("/assets/{name}", asset),)
