"""``/quality`` and ``/dataset/SLUG/quality`` for programs: the scores as DQV in Turtle and as JSON; in no feed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import orjson
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.links import book, report
from catalog.quality import dqv, history, reading
from catalog.quality.figures import Figures
from catalog.quality.reading import Scored
from catalog.reading.entries import Entry, Moved
from catalog.web import conditional, security
from catalog.web.negotiation import Refused, catalogue_of, existing, local, region_of
from catalog.web.paging import demanded
from schemas import iris
from schemas.mqa import DIMENSIONS, HIGHEST, most
from schemas.region import Region, publisher_key

SECONDS = 60.0
PAGE = 1000
_LAST_PAGE = 1_000_000


async def of_dataset(request: Request) -> Response:
    """The score of one dataset. Raises Refused (404, 410)."""
    conditional.keep(request, SECONDS)
    catalogue, suffix = catalogue_of(request), _suffix(request)
    slug: str = request.path_params["slug"]
    entry = existing(catalogue.get(slug, conditional.number(request)))
    if isinstance(entry, Moved) or entry.slug != slug:
        status = entry.status if isinstance(entry, Moved) else 301
        return RedirectResponse(local(request, f"/dataset/{quote(entry.slug)}/quality.{suffix}"), status)
    with catalogue.engine.begin() as connection:
        scored = reading.of_record(connection, entry.key) if entry.kind == "dataset" else None
        if scored is None:
            raise Refused(404, "Dafür gibt es (noch) keine Bewertung.", "There is no score for this (yet).")
        if suffix == "json":
            return _json(_told(connection, entry, scored))
    base_url = region_of(request).base_url
    address = f"{base_url}/dataset/{quote(slug)}/quality.ttl"
    measured = ((measurement, scored.computed) for measurement in dqv.of_record(entry.iri, scored, base_url))
    return _turtle(b"".join(dqv.document(address, measured)))


def _told(connection: sa.Connection, entry: Entry, scored: Scored) -> dict[str, Any]:
    days = history.days(connection, history.of_record(entry.key))
    links = book.of_record(connection, entry.key)
    return {
        "iri": entry.iri,
        "slug": entry.slug,
        **told(scored),
        "links": [report.told(link) for link in links.values()],
        "history": [{"day": day.day, "score": day.total} for day in days],
    }


def told(scored: Scored) -> dict[str, Any]:
    """The score of a dataset as JSON."""
    score = scored.score
    return {
        "score": scored.total,
        "highest": HIGHEST,
        "band": score.band,
        "computed": scored.computed,
        "dimensions": {name: {"score": score.points(name), "highest": most(name)} for name in DIMENSIONS},
        "metrics": [
            {
                "metric": outcome.metric.id,
                "iri": outcome.metric.iri,
                "dimension": outcome.metric.dimension,
                "met": outcome.met,
                "points": outcome.points,
                "highest": outcome.metric.points,
                **({"status": outcome.value} if outcome.value is not None else {}),
            }
            for outcome in score.outcomes
        ],
        "distribution": score.best or None,
        "govdata": score.stages._asdict(),
    }


async def of_region(request: Request) -> Response:
    """The figures of the region, its municipalities and sources, and the sum of each dataset, 1,000 on a page."""
    conditional.keep(request, SECONDS)
    catalogue, region = catalogue_of(request), region_of(request)
    page = demanded("page", request.query_params.get("page", "1"), _LAST_PAGE)
    with catalogue.engine.begin() as connection:
        figures = history.latest(connection, region)
        total = reading.count(connection)
        if _suffix(request) == "json":
            return _json(_region_told(connection, region, figures))
        computed = reading.computed(connection)
        places = reading.places(connection, limit=PAGE, offset=(page - 1) * PAGE)
    measured = [
        (measurement, computed)
        for iri, name, own in _subjects(region, figures)
        for measurement in dqv.of_figures(iri, name, own)
        if page == 1
    ]
    measured += [(dqv.of_place(place), place.computed) for place in places]
    address = f"{region.base_url}/quality.ttl"
    links = dqv.page_links(address, total, page, max(-(-total // PAGE), 1))
    return _turtle(b"".join(dqv.document(address, measured, [links, dqv.definitions(region.base_url)])))


def _subjects(region: Region, figures: dict[str, Figures]) -> list[tuple[str, str, Figures]]:
    """What averages are computed on: the catalogue, the municipalities as agents, the sources by their address."""
    found = [(iris.catalog_iri(region.base_url), "region", figures.get(history.REGION, Figures()))]
    for municipality in region.municipalities:
        own = figures.get(history.of_municipality(municipality.id))
        if own is not None:
            iri = iris.mint(region.base_url, "agent", publisher_key(municipality.id))
            found.append((iri, f"municipality-{municipality.id}", own))
    for source in region.sources:
        own = figures.get(history.of_source(source.key))
        if own is not None:
            found.append((f"{region.base_url}/quality#source-{quote(source.id)}", f"source-{quote(source.id)}", own))
    return found


def _region_told(connection: sa.Connection, region: Region, figures: dict[str, Figures]) -> dict[str, Any]:
    def own(scope: str) -> dict[str, Any]:
        return figures.get(scope, Figures()).told()

    return {
        **own(history.REGION),
        "computed": reading.computed(connection) or None,
        "municipalities": [{"id": m.id, **own(history.of_municipality(m.id))} for m in region.municipalities],
        "sources": [
            {"id": s.id, "municipality": s.municipality, **own(history.of_source(s.key))} for s in region.sources
        ],
        "addresses": report.reach(connection)._asdict(),
        "broken": [each.to_json() for each in report.broken(connection, limit=PAGE)],
        "history": [day._asdict() for day in history.days(connection, history.REGION)],
    }


def _suffix(request: Request) -> str:
    return "json" if request.url.path.endswith(".json") else "ttl"


def _turtle(body: bytes) -> Response:
    return Response(body, headers={**security.OPEN, "cache-control": "no-cache"}, media_type=dqv.MEDIA_TYPE)


def _json(document: dict[str, Any]) -> Response:
    headers = {**security.OPEN, "cache-control": "no-cache"}
    return Response(orjson.dumps(document), headers=headers, media_type="application/json")


ROUTES = (
    *(Route(f"/dataset/{{slug}}/quality.{suffix}", of_dataset) for suffix in ("ttl", "json")),
    *(Route(f"/quality.{suffix}", of_region) for suffix in ("ttl", "json")),
)
