"""Whether all is well: sources, runs, addresses, the age of the data, for everyone to see (web.md 1.11)."""

from __future__ import annotations

from itertools import islice
from typing import Any

from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import Response

from catalog import formats, standing
from catalog.built import built
from catalog.links import report
from catalog.preview.keeping import Keeping
from catalog.reading.entries import Query
from catalog.web import accessibility, conditional, run_words
from catalog.web.pages import states
from catalog.web.pages.ages import ages
from catalog.web.templates import Page, routes
from schemas.mqa import HIGHEST

RUNS = 20
PERSONAL = 50  # so many files with data of persons are counted


async def status(request: Request) -> Response:
    """``/status``"""
    page = Page(request)
    conditional.keep(request, seconds=15)
    return await run_sync(_show, page)


def _show(page: Page) -> Response:
    found, stated = states.sources(page), accessibility.report()
    stands, quality = standing.stands(page.catalogue, found, page.now)
    sizes = page.catalogue.find(Query(size=0), page.at, today=page.today)
    with page.catalogue.engine.begin() as connection:
        reach = report.reach(connection)
        queue = standing.queue(page.region, connection, stands, page.now)
    return page.render(
        "status.html",
        title=page.texts.text("Zustand der Quellen"),
        sources=[(state, states.state_of(state.last_run, page.texts)) for state in found],
        following={each.state.source.id: run_words.next_run(each.following, page.now, page.texts) for each in stands},
        disturbed=states.disturbed(found),
        remarked=states.remarked(found),
        quality=formats.number(quality.average, page.language) if quality.datasets else "",
        highest=HIGHEST,
        waiting=[state for state in found if state.last_run and state.last_run.state == "waiting"],
        running=[state for state in found if state.last_run and state.last_run.state == "running"],
        stale=[state for state in found if state.stale],
        records=sum(state.records for state in found),
        set_aside=sum(state.set_aside for state in found),
        number=page.at,
        published=page.catalogue.published_at(page.at),
        reach=reach,
        personal=sum(1 for _ in islice(Keeping(page.region).withheld(), PERSONAL)),
        total=sizes.total,
        ages=tuple(ages(page, dict(sizes.facets["age"]), sizes.total)),
        queue=queue,
        old_statement=stated.day if accessibility.is_old(stated, page.today) else "",
        program=built(),
        runs=_runs(page, {state.source.key: state.source.title for state in found}),
    )


def _runs(page: Page, titles: dict[str, str]) -> list[tuple[Any, ...]]:
    """The last runs, each with its source, kind and state in words."""
    return [
        (run, titles.get(run.source_key, run.source_id), states.kind_of(run, page.texts), state)
        for run in page.catalogue.runs(limit=RUNS)
        for state in [states.state_of(run, page.texts)]
    ]


ROUTES = routes("/status", status)
