"""The minted IRIs: ``/id/KIND/KEY`` leads to the document about what it names; a distribution's to the page of its file."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.reading import numbered_files
from catalog.reading.entries import Entry, Moved
from catalog.web import conditional, file_addresses
from catalog.web.negotiation import (
    HTML,
    Refused,
    catalogue_of,
    existing,
    html_offer,
    local,
    machine_offers,
    preferred,
    region_of,
)
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
    if kind == "distribution":
        return _file(request, entry, key)
    return RedirectResponse(local(request, f"/{entry.kind}/{quote(entry.slug)}"), 303)


def _file(request: Request, entry: Entry, key: str) -> Response:
    """A distribution: for people the page of the file, for programs the document of its dataset, which describes it.

    Browsers say that they want HTML; who says nothing is a program.
    """
    accept = ",".join(request.headers.getlist("accept"))
    is_person = "html" in accept and preferred(accept, (html_offer(), *machine_offers())) == HTML
    number = numbered_files.number_of(entry, f"{region_of(request).base_url}/id/distribution/{key}")
    found = file_addresses.path(entry.slug, number) if number and is_person else f"/dataset/{quote(entry.slug)}"
    return RedirectResponse(local(request, found), 303, {"vary": "Accept"})


async def catalog(request: Request) -> Response:
    """``/id/catalog``"""
    return RedirectResponse(local(request, "/catalog"), 303)


ROUTES = (Route("/id/catalog", catalog), Route("/id/{kind}/{key}", thing))
