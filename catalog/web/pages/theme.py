"""The topics, and the page of each: what it is about, its newest chart, its datasets, who publishes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog import preview as previews
from catalog.reading.entries import Hit, Query
from catalog.web import conditional, sanitising
from catalog.web.negotiation import Refused
from catalog.web.pages import charted, hits, states
from catalog.web.pages.charted import Shown
from catalog.web.pages.theme_words import ABOUT
from catalog.web.templates import Page, routes
from schemas.vocabularies import LISTS

SHOWN = 20
_CHARTS_LOOKED_FOR = 6  # datasets whose previews are looked at


class Topic(NamedTuple):
    """A theme with its number of datasets, and what it is about."""

    code: str
    label: str
    number: int
    about: tuple[Markup, ...]


class Charted(NamedTuple):
    """A chart with the dataset that it is of."""

    slug: str
    title: str
    chart: Shown


def topics(page: Page, counts: Mapping[str, int]) -> list[Topic]:
    """The themes that have datasets, those with most first."""
    found = [_topic(page, code.code, counts[code.code]) for code in LISTS["data-theme"] if counts.get(code.code)]
    return sorted(found, key=lambda topic: (-topic.number, topic.label))


def _topic(page: Page, code: str, number: int) -> Topic:
    about = tuple(page.texts.text(sentence) for sentence in ABOUT.get(code, ()))
    return Topic(code, hits.code_label("data-theme", code, page.language), number, about)


async def themes(request: Request) -> Response:
    """``/themes``: all topics with true counts; those without data are named too."""
    page = Page(request)
    conditional.keep(request, seconds=60)
    counts = page.catalogue.counts(page.at).themes
    found = topics(page, counts)
    empty = [_topic(page, code.code, 0) for code in LISTS["data-theme"] if not counts.get(code.code)]
    return page.render("themes.html", title=page.texts.text("Themen"), topics=found, empty=empty)


async def theme(request: Request) -> Response:
    """``/theme/CODE``. Raises Refused (404)."""
    page = Page(request)
    code = LISTS["data-theme"].by_code(request.path_params["code"])
    if code is None:
        raise Refused(404, "Dieses Thema gibt es nicht.", "There is no such topic.")
    conditional.keep(request, seconds=60)
    filtered = {"theme": code.code}
    found = page.catalogue.find(Query(theme=(code.code,), sort="modified", size=SHOWN), page.at, today=page.now.date())
    counts = page.catalogue.counts(page.at).themes
    topic = _topic(page, code.code, found.total)
    return page.render(
        "theme.html",
        title=topic.label,
        topic=topic,
        rows=hits.rows(page, found.hits, states.sources(page)),
        places=[(place, number) for id, number in found.facets["municipality"] if number and (place := page.place(id))],
        charted=await run_sync(first_chart, page, found.hits),
        others=[each for each in topics(page, counts) if each.code != code.code],
        all_datasets=page.link("/datasets", filtered),
        filtered=filtered,
        feeds=[(suffix, page.file(f"/catalog.{suffix}", filtered)) for suffix in ("ttl", "rdf", "jsonld", "nt")],
        trail=[(page.link("/themes"), page.texts.text("Themen"))],
        alternates=[
            ("text/turtle", page.public(f"/catalog.ttl?theme={code.code}", "de"), f"{topic.label}: DCAT-AP.de")
        ],
    )


def first_chart(page: Page, found: Sequence[Hit]) -> Charted | None:
    """The chart of the first of some datasets that has one ready; nothing is made for it."""
    for hit in found[:_CHARTS_LOOKED_FOR]:
        for _, file_format, address, _ in hit.summary.files[:2]:
            if sanitising.is_link(address):
                ready = previews.peek(page.region, previews.wanted(page.region, hit.source_key, address, file_format))
                chart = charted.shown(page, ready, "first") if ready is not None and ready.ready else None
                if chart is not None:
                    return Charted(hit.slug, hit.summary.title, chart)
    return None


ROUTES = (*routes("/themes", themes), *routes("/theme/{code}", theme))
