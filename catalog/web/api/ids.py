"""The minted IRIs: ``/id/KIND/KEY`` leads to the document about what it names."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.reading.entries import Moved
from catalog.web import conditional
from catalog.web.negotiation import Refused, catalogue_of, existing, local
from schemas import iris

# What these name stands in the document of the dataset they belong to.
_PARTS = ("distribution", "record")


@conditional.kept
async def thing(request: Request) -> Response:
    """``/id/KIND/KEY``: 303 to the document, 410 with the last title for a withdrawn record."""
    kind, key = request.path_params["kind"], request.path_params["key"]
    if kind not in iris.KINDS:
        raise Refused(404, "Diese Adresse gibt es nicht.", "There is nothing at this address.")
    entry = existing(catalogue_of(request).get(f"/id/{kind}/{key}", conditional.number(request)))
    if isinstance(entry, Moved) and not entry.permanent:  # it stands behind the same dataset of another source
        return RedirectResponse(local(request, f"/dataset/{quote(entry.slug)}"), 303)
    if isinstance(entry, Moved):  # only slugs have aliases
        raise Refused(404, "Diese Adresse gibt es nicht.", "There is nothing at this address.")
    if kind not in _PARTS and entry.kind != kind:
        raise Refused(404, "Diese Adresse gibt es nicht.", "There is nothing at this address.")
    return RedirectResponse(local(request, f"/{entry.kind}/{quote(entry.slug)}"), 303)


async def catalog(request: Request) -> Response:
    """``/id/catalog``"""
    return RedirectResponse(local(request, "/catalog"), 303)


ROUTES = (Route("/id/catalog", catalog), Route("/id/{kind}/{key}", thing))
