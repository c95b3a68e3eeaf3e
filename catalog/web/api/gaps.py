"""``/gaps.json`` and ``/gaps/template.csv|json``: the gaps of the region for programs, and templates to fill in."""

from __future__ import annotations

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.gaps import report, templates
from catalog.gaps.report import Template
from catalog.web import conditional, security
from catalog.web.negotiation import Refused, catalogue_of, region_of
from catalog.web.pages.gaps import covered


async def document(request: Request) -> Response:
    """Who publishes what, the gaps with their templates, and the duties; ``municipality=ID`` for one. Raises Refused (404)."""
    municipality = request.query_params.get("municipality", "")
    if municipality and region_of(request).municipality(municipality) is None:
        raise _unknown()
    conditional.keep(request)
    at = conditional.number(request)
    found, catalogue = await covered(request, at), catalogue_of(request)
    made = await run_sync(lambda: report.document(catalogue, at, found, municipality))
    return Response(orjson.dumps(made), media_type="application/json", headers=security.OPEN)


async def table(request: Request) -> Response:
    """The row of a ``metadaten.csv`` for an entry and a municipality. Raises Refused (404)."""
    made = await _template(request)
    headers = {
        "content-disposition": 'attachment; filename="metadaten.csv"',
        "content-security-policy": security.SANDBOX,
    }
    return Response(templates.sheet([made.row]), media_type="text/csv; charset=utf-8", headers=headers)


async def row(request: Request) -> Response:
    """The same as JSON, with the record that it was made from. Raises Refused (404)."""
    made = await _template(request)
    return Response(orjson.dumps(made.to_json()), media_type="application/json", headers=security.OPEN)


async def _template(request: Request) -> Template:
    """The template that a request names. Raises Refused (404)."""
    catalogue, at = catalogue_of(request), conditional.number(request)
    taker = region_of(request).municipality(request.query_params.get("municipality", ""))
    if taker is None:
        raise _unknown()
    code = request.query_params.get("entry", "")
    each = next((one for one in await covered(request, at) if one.entry.code == code), None)
    made = await run_sync(lambda: report.template(catalogue, at, each, taker)) if each else None
    if made is None:
        raise Refused(
            404,
            "Diesen Eintrag veröffentlicht keine andere Gemeinde der Region.",
            "No other municipality of the region publishes this entry.",
        )
    conditional.keep(request)
    return made


def _unknown() -> Refused:
    return Refused(404, "Diese Gemeinde gehört nicht zur Region.", "This municipality is not part of the region.")


ROUTES = (
    Route("/gaps.json", document),
    Route("/gaps/template.csv", table),
    Route("/gaps/template.json", row),
)
