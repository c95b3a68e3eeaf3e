"""``/status.json``: how the catalogue and its sources stand, for programs that watch over it."""

from __future__ import annotations

from typing import Any

import orjson
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog import standing
from catalog.built import built
from catalog.links import report
from catalog.web import conditional, security
from catalog.web.pages import states
from catalog.web.templates import Page


async def status(request: Request) -> Response:
    """What ``allmende status --json`` says, without the reasons of permissions; with addresses, the queue, version and commit."""
    page = Page(request)
    conditional.keep(request, seconds=15)
    return Response(orjson.dumps(await run_sync(_document, page)), media_type="application/json", headers=security.OPEN)


def _document(page: Page) -> dict[str, Any]:
    found = states.sources(page)
    stands, quality = standing.stands(page.catalogue, found, page.now)
    with page.catalogue.engine.begin() as connection:
        reach = report.reach(connection)
        queue = standing.queue(page.region, connection, stands, page.now)
    program = built()
    return {
        "well": bool(found) and not states.disturbed(found),
        "number": page.at,
        "published": page.catalogue.published_at(page.at) or None,
        "datasets": page.catalogue.counts(page.at).datasets,
        "quality": standing.points(quality),
        "addresses": {"good": reach.good, "bad": reach.bad, "unknown": reach.unknown},
        "queue": queue._asdict(),
        "version": program.version,
        "commit": program.commit or None,
        "sources": [standing.row(stand) for stand in stands],
    }


ROUTES = (Route("/status.json", status),)
