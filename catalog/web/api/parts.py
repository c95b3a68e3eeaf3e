"""``/municipality/ID/catalog.SUFFIX`` and ``/theme/CODE/catalog.SUFFIX``: the way to that part of the catalogue."""

from __future__ import annotations

from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.feeds import formats
from catalog.web.negotiation import local, region_of, unknown_suffix
from catalog.web.refusing import Refused
from schemas.vocabularies import LISTS


async def municipality(request: Request) -> Response:
    """The datasets of a municipality: 307 to the feed with that filter. Raises Refused (404)."""
    place = request.path_params["id"]
    if region_of(request).municipality(place) is None:
        raise Refused(404, "Diese Gemeinde gehört nicht zur Region.", "This municipality is not part of the region.")
    return _feed(request, "municipality", place)


async def theme(request: Request) -> Response:
    """The datasets of a topic: 307 to the feed with that filter. Raises Refused (404)."""
    code = request.path_params["code"]
    if LISTS["data-theme"].by_code(code) is None:
        raise Refused(404, "Dieses Thema gibt es nicht.", "There is no such topic.")
    return _feed(request, "theme", code)


def _feed(request: Request, name: str, value: str) -> Response:
    suffix = request.path_params["suffix"]
    if suffix not in formats():
        raise unknown_suffix(suffix)
    others = [pair for pair in request.query_params.multi_items() if pair[0] != name]
    return RedirectResponse(local(request, f"/catalog.{suffix}?{urlencode([(name, value), *others])}"), 307)


ROUTES = (
    Route("/municipality/{id}/catalog.{suffix}", municipality, methods=["GET"]),
    Route("/theme/{code}/catalog.{suffix}", theme, methods=["GET"]),
)
