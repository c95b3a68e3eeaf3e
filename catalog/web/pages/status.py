"""The state of all sources and the last runs, for everyone to see."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from catalog.quality import history
from catalog.web import formats
from catalog.web.pages import states
from catalog.web.templates import Page, routes
from schemas.mqa import HIGHEST

RUNS = 20


async def status(request: Request) -> Response:
    """``/status``"""
    page = Page(request)
    found = page.catalogue.sources()
    titles = {state.source.key: state.source.title for state in found}
    waiting = [state for state in found if state.last_run and state.last_run.state == "waiting"]
    runs = page.catalogue.runs(limit=RUNS)
    with page.catalogue.engine.begin() as connection:
        quality = history.latest(connection, page.region).get(history.REGION)
    return page.render(
        "status.html",
        title=page.texts.text("Zustand der Quellen"),
        sources=[(state, states.state_of(state.last_run, page.texts)) for state in found],
        disturbed=states.disturbed(found),
        quality=formats.number(quality.average, page.language) if quality is not None and quality.datasets else "",
        highest=HIGHEST,
        waiting=waiting,
        stale=[state for state in found if state.stale],
        records=sum(state.records for state in found),
        set_aside=sum(state.set_aside for state in found),
        number=page.at,
        published=page.catalogue.published_at(page.at),
        runs=[
            (run, titles.get(run.source_key, run.source_id), states.kind_of(run, page.texts), state)
            for run in runs
            for state in [states.state_of(run, page.texts)]
        ],
    )


ROUTES = routes("/status", status)
