"""The page of a municipality: what it publishes, by topic and format, from which sources, and its own feed."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.reading.entries import Query
from catalog.web import conditional
from catalog.web.negotiation import Refused
from catalog.web.pages import hits, states
from catalog.web.pages.home import topics
from catalog.web.templates import Page, routes

SHOWN = 20


async def municipality(request: Request) -> Response:
    """``/municipality/ID``. Raises Refused (404)."""
    page = Page(request)
    place = page.place(request.path_params["id"])
    if place is None:
        raise Refused(404, "Diese Gemeinde gehört nicht zur Region.", "This municipality is not part of the region.")
    conditional.keep(request, seconds=60)
    found = page.catalogue.find(
        Query(municipality=(place.id,), sort="modified", size=SHOWN), page.at, today=page.now.date()
    )
    sources = tuple(state for state in states.sources(page) if state.source.municipality == place.id)
    filtered = {"municipality": place.id}
    return page.render(
        "municipality.html",
        title=place.name,
        place=place,
        total=found.total,
        rows=hits.rows(page, found.hits, sources),
        topics=topics(page, dict(found.facets["theme"])),
        formats=found.facets["format"],
        sources=[(state, states.state_of(state.last_run, page.texts)) for state in sources],
        all_datasets=page.link("/datasets", filtered),
        feeds=[(suffix, page.file(f"/catalog.{suffix}", filtered)) for suffix in ("ttl", "rdf", "jsonld", "nt")],
        trail=[(page.link("/datasets"), page.texts.text("Daten"))],
        alternates=[
            ("text/turtle", page.public(f"/catalog.ttl?municipality={place.id}", "de"), f"{place.name}: DCAT-AP.de")
        ],
    )


ROUTES = routes("/municipality/{id}", municipality)
