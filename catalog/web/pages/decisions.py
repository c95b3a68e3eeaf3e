"""What a steward decides on a page, by the signed link: a run that waits, a record that is no duplicate."""

from __future__ import annotations

from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.entries import Entry
from catalog.web import plans
from catalog.web.negotiation import Refused, existing
from catalog.web.orders import form, order
from catalog.web.templates import Page
from catalog.web.texts import LANGUAGES, SOURCE

_DECISIONS = {"accept": ("--accept",), "relink": ("--relink", "--accept"), "reject": ("--reject",)}


async def decide(request: Request) -> Response:
    """``POST /runs/ID/decision``: accepts, accepts with relink, or rejects. Raises Refused (400, 403, 409, 413)."""
    page, fields = Page(request), await form(request)
    run_id: int = request.path_params["id"]
    if not plans.opens(page.region, run_id, fields.get("key", "")):
        raise _locked()
    decision = _DECISIONS.get(fields.get("decision", ""))
    if decision is None:
        raise Refused(400, "Diese Entscheidung gibt es nicht.", "There is no such decision.")
    await order(page.region, "harvest", *decision, str(run_id))
    return RedirectResponse(page.link(f"/runs/{run_id}"), 303)


async def split(request: Request) -> Response:
    """``POST /dataset/SLUG/split``: says of one of a cluster's other records that it is another dataset."""
    page, fields = Page(request), await form(request)
    entry = existing(page.catalogue.get(request.path_params["slug"], page.at))
    if not isinstance(entry, Entry) or not plans.splits(page.region, entry.key, fields.get("key", "")):
        raise _locked()
    other = fields.get("record", "")
    if other not in {each.key for each in page.catalogue.same(entry.key, page.at)}:
        raise Refused(400, "Der Eintrag gehört nicht dazu.", "The record is not one of them.")
    await order(page.region, "harvest", "--split", other)
    return RedirectResponse(page.link(f"/dataset/{quote(entry.slug)}"), 303)


def _locked() -> Refused:
    return Refused(403, "Das darf nur, wer den Link dazu hat.", "Only whoever has the link may do that.")


def _routes() -> tuple[Route, ...]:
    return tuple(
        Route(f"{'' if language == SOURCE else f'/{language}'}{path}", handler, methods=["POST"])
        for path, handler in (("/runs/{id:int}/decision", decide), ("/dataset/{slug}/split", split))
        for language in LANGUAGES
    )


ROUTES = _routes()
