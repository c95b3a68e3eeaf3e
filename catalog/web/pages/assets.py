"""Styles, scripts, fonts and images of the pages, from memory; their address changes with their content."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.web import conditional, favicon, static
from catalog.web.negotiation import Refused


async def asset(request: Request) -> Response:
    """``/assets/NAME``; packed with Brotli or gzip, whichever the client takes. Raises Refused (404)."""
    name = request.path_params["name"]
    if name not in static.paths():
        raise Refused(404, "Diese Datei gibt es nicht.", "There is no such file.")
    return _answer(request, static.file(name))


async def icon(request: Request) -> Response:
    """``/favicon.ico``: the sign of the pages for whoever asks without having read one."""
    return _answer(request, favicon.icon())


def _answer(request: Request, found: static.File) -> Response:
    # While workers of two releases answer, one may be asked for the other's version: that must not stay for a year.
    named = request.query_params.get("v") == found.version
    kept = "public, max-age=31536000, immutable" if named else "no-cache"
    headers = {"cache-control": kept, "etag": f'"{found.version}"', "vary": "Accept-Encoding"}
    taken = request.headers.get("accept-encoding", "").encode("latin-1")
    coding = next((name for name in found.packed if conditional.accepts(taken, name)), None)
    if coding is None:
        return Response(found.content, media_type=found.media_type, headers=headers)
    headers |= {"content-encoding": coding, "etag": f'"{found.version}-{coding}"'}
    return Response(found.packed[coding], media_type=found.media_type, headers=headers)


ROUTES = (Route("/assets/{name:path}", asset), Route("/favicon.ico", icon))
