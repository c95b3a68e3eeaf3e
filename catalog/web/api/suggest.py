"""``/api/suggest?q=``: what a search text that is being typed may go on as; under ``/en`` for English pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from catalog.reading.suggesting import Suggestions
from catalog.web import conditional, searches, security
from catalog.web.pages import facets
from catalog.web.searching import searched
from catalog.web.templates import Page, routes


async def suggest(request: Request) -> Response:
    """Suggestions for ``q`` with their numbers of datasets and the addresses that they lead to."""
    conditional.keep(request, seconds=600)
    page = Page(request)
    q = request.query_params.get("q", "").lstrip()[: searches.LONGEST]
    found = await searched(page.catalogue, lambda: page.catalogue.suggestions(q, page.today))
    body = orjson.dumps({"q": q, "suggestions": list(_suggestions(page, q, found))})
    return Response(body, headers={**security.OPEN, "cache-control": "no-cache"}, media_type="application/json")


def _suggestions(page: Page, q: str, found: Suggestions) -> Iterator[dict[str, Any]]:
    before = q.rpartition(" ")[0]
    for text, number in found.texts:
        yield _one("text", text, "", number, page.link("/datasets", {"q": text}))
    for id_, number in found.places:
        said = page.texts.plain("Gemeinde")
        pairs = [*([("q", before)] if before else []), ("municipality", id_)]
        name = facets.label(page, "municipality", id_)
        yield _one("place", f"{before} {name}".strip(), said, number, page.link("/datasets", pairs))
    for part in found.parts:
        towns = ", ".join(facets.label(page, "municipality", id_) for id_ in part.municipalities)
        said = page.texts.plain("Ortsteil von {place}", place=towns)
        if part.is_postcode:
            said = page.texts.plain("Postleitzahl von {place}", place=towns)
        yield _one("place", part.text, said, part.total, page.link("/datasets", {"q": part.text}))
    for code, number in found.themes:
        yield _one(
            "theme",
            facets.label(page, "theme", code),
            page.texts.plain("Thema"),
            number,
            page.link("/datasets", {"theme": code}),
        )
    for hit in page.catalogue.hits(found.datasets, page.at):
        yield _one("dataset", hit.summary.title, page.texts.plain("Datensatz"), None, page.link(f"/dataset/{hit.slug}"))


def _one(kind: str, text: str, label: str, number: int | None, address: str) -> dict[str, Any]:
    return {"kind": kind, "text": text, "label": label, "number": number, "address": address}


ROUTES = routes("/api/suggest", suggest)
