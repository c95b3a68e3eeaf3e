"""What a steward decides on a page, by the signed link: a run that waits, a record that is no duplicate or is to be shown."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from catalog.reading.entries import Entry, Same
from catalog.web import plans
from catalog.web.negotiation import Refused, existing
from catalog.web.orders import form, locked, order
from catalog.web.templates import Page, routes

_DECISIONS = {"accept": ("--accept",), "relink": ("--relink", "--accept"), "reject": ("--reject",)}


async def decide(request: Request) -> Response:
    """``POST /runs/ID/decision``: accepts, accepts with relink, or rejects. Raises Refused (400, 403, 409, 413)."""
    page, fields = Page(request), await form(request)
    run_id: int = request.path_params["id"]
    if not plans.opens(page.region, run_id, fields.get("key", "")):
        raise locked()
    decision = _DECISIONS.get(fields.get("decision", ""))
    if decision is None:
        raise Refused(400, "Diese Entscheidung gibt es nicht.", "There is no such decision.")
    await order(page.region, "harvest", *decision, str(run_id))
    return RedirectResponse(page.link(f"/runs/{run_id}"), 303)


async def split(request: Request) -> Response:
    """``POST /dataset/SLUG/split``: says of one of a cluster's other records that it is another dataset."""
    page, entry, other = await _cluster(request)
    await order(page.region, "harvest", "--split", other.key)
    return RedirectResponse(page.link(f"/dataset/{quote(entry.slug)}"), 303)


async def prefer(request: Request) -> Response:
    """``POST /dataset/SLUG/primary``: shows one of a cluster's other records in the place of the one that is public.

    Leads to that one's page, by its own signed link: who may decide about a cluster still may.
    """
    page, _, other = await _cluster(request)
    await order(page.region, "harvest", "--primary", other.key)
    address = plans.record_address(page.region, other.slug, other.key)
    return RedirectResponse(page.link(f"/dataset/{quote(other.slug)}?{urlsplit(address).query}"), 303)


async def _cluster(request: Request) -> tuple[Page, Entry, Same]:
    """The public record of a cluster, and the other one that a signed form is about. Raises Refused (400, 403, 404, 410)."""
    page, fields = Page(request), await form(request)
    entry = existing(page.catalogue.get(request.path_params["slug"], page.at))
    if not isinstance(entry, Entry) or not plans.splits(page.region, entry.key, fields.get("key", "")):
        raise locked()
    others = {each.key: each for each in page.catalogue.same(entry.key, page.at)}
    other = others.get(fields.get("record", ""))
    if other is None:
        raise Refused(400, "Der Eintrag gehört nicht dazu.", "The record is not one of them.")
    return page, entry, other


ROUTES = (
    *routes("/runs/{id:int}/decision", decide, methods=("POST",)),
    *routes("/dataset/{slug}/split", split, methods=("POST",)),
    *routes("/dataset/{slug}/primary", prefer, methods=("POST",)),
)
