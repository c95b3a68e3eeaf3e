"""The home page: search, municipalities, topics, what is new, and how reliable all of it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.reading.entries import Change, SourceState
from catalog.web.pages import states
from catalog.web.templates import Page, routes
from catalog.web.texts import LANGUAGES, SOURCE
from schemas.vocabularies import LISTS

NEWS = 5


class Topic(NamedTuple):
    """A theme with its number of datasets."""

    code: str
    label: str
    number: int


async def home(request: Request) -> Response:
    """``/``"""
    page = Page(request)
    counts = page.catalogue.counts(page.at)
    sources = states.sources(page)
    return page.render(
        "home.html",
        title=page.texts.text("Offene Daten aus der Region {region}", region=page.region.title),
        counts=counts,
        topics=topics(page, dict(counts.themes)),
        news=_news(page),
        trust=tuple(_trust(page, counts.datasets, sources)),
    )


def _trust(page: Page, datasets: int, sources: tuple[SourceState, ...]) -> Iterator[Markup]:
    """How much there is, how fresh it is, and whether all sources answer."""
    texts = page.texts
    yield texts.plural("{n} Datensatz", "{n} Datensätze", datasets)
    checked, disturbed = states.last_checked(sources), states.disturbed(sources)
    if checked:
        yield texts.text("zuletzt geprüft {age}", age=page.age(checked))
    if disturbed:
        yield texts.plural("{n} Quelle gestört", "{n} Quellen gestört", disturbed)
    elif checked:
        yield texts.text("alle Quellen antworten")


def topics(page: Page, counts: dict[str, int]) -> list[Topic]:
    """The themes that have datasets, those with most first."""
    codes = [code for code in LISTS["data-theme"] if counts.get(code.code)]
    found = [Topic(c.code, (c.de if page.language == "de" else c.en) or c.code, counts[c.code]) for c in codes]
    return sorted(found, key=lambda topic: (-topic.number, topic.label))


def _news(page: Page) -> list[Change]:
    """The last changes, each dataset once, without those that are no longer public."""
    last: dict[str, Change] = {}
    for change in page.catalogue.changes(page.at, limit=NEWS * 10):
        last.setdefault(change.key, change)
    return [change for change in last.values() if change.kind != "withdrawn"][:NEWS]


ROUTES = (*routes("/", home), *(Route(f"/{language}/", home) for language in LANGUAGES if language != SOURCE))
