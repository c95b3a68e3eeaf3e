"""``/dataset/SLUG.json``: a dataset with its files as ``/datasets.json`` has it, for programs that do not read RDF."""

from __future__ import annotations

from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.reading.entries import Moved
from catalog.web import conditional, gone, past, security
from catalog.web.api.search import told
from catalog.web.negotiation import catalogue_of, document_links, local, region_of, unknown_suffix


async def dataset(request: Request) -> Response:
    """The dataset; ``on=DAY`` as it was at the end of that day. Raises Refused (400, 404, 410); 301 for another name of it."""
    conditional.keep(request)
    slug: str = request.path_params["slug"]
    catalogue, at, then = catalogue_of(request), past.number(request), past.wanted(request)
    day = f"?on={then.text}" if then else ""
    entry = gone.existing(request, catalogue.get(slug, at))
    if isinstance(entry, Moved) or entry.slug != slug:
        status = entry.status if isinstance(entry, Moved) else 301
        return RedirectResponse(local(request, f"/dataset/{quote(entry.slug)}.json{day}"), status)
    found = catalogue.hits((entry.key,), at) if entry.kind == "dataset" else ()
    if not found:
        raise unknown_suffix("json")
    region = region_of(request)
    headers = {
        **security.OPEN,
        "cache-control": "no-cache",
        "last-modified": conditional.http_date(entry.changed),
        "link": document_links(request, "dataset", slug),
        **past.headers(request),
    }
    body = told(region, found[0], f"{region.base_url}/dataset/{quote(slug)}{day}")
    return Response(orjson.dumps(body, option=orjson.OPT_INDENT_2), headers=headers, media_type="application/json")


ROUTES = (Route("/dataset/{slug}.json", dataset, methods=["GET"]),)
