"""The topics, and the page of each: what it is about, its best chart, its datasets, who publishes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog.charts.ranking import BEST, Rank, rank
from catalog.preview import Preview
from catalog.preview.keeping import Keeping, key_of
from catalog.reading.entries import Entry, Hit, Query
from catalog.reading.numbered_files import in_order
from catalog.web import conditional, past, sanitising
from catalog.web.negotiation import Refused
from catalog.web.pages import charted, hits, languages, pinned, states
from catalog.web.pages.charted import Shown
from catalog.web.pages.theme_words import ABOUT
from catalog.web.searching import searched
from catalog.web.templates import Page, routes
from schemas.model import Dataset
from schemas.vocabularies import LISTS

SHOWN = 20
_LOOKED_AT, _FILES = 20, 2  # datasets whose previews are looked at, and files of each


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
    query = Query(theme=(code.code,), sort="modified", size=SHOWN)
    found = await searched(page.catalogue, lambda: page.catalogue.find(query, page.at, today=page.today))
    counts = page.catalogue.counts(page.at).themes
    topic = _topic(page, code.code, found.total)
    return page.render(
        "theme.html",
        title=topic.label,
        topic=topic,
        rows=hits.rows(page, found.hits, states.sources(page)),
        places=[(place, number) for id, number in found.facets["municipality"] if number and (place := page.place(id))],
        charted=await run_sync(best_chart, page, found.hits),
        others=[each for each in topics(page, counts) if each.code != code.code],
        all_datasets=page.link("/datasets", filtered),
        filtered=filtered,
        feeds=[(suffix, page.file(f"/catalog.{suffix}", filtered)) for suffix in ("ttl", "rdf", "jsonld", "nt")],
        trail=[(page.link("/themes"), page.texts.text("Themen"))],
        alternates=[
            ("text/turtle", page.public(f"/catalog.ttl?theme={code.code}", "de"), f"{topic.label}: DCAT-AP.de")
        ],
    )


def best_chart(page: Page, found: Sequence[Hit]) -> Charted | None:
    """Of the charts of some datasets that lie ready, the one that stands best for their topic; nothing is made for it.

    The rule is that of :mod:`catalog.charts.ranking`; of two alike, the one of the dataset that comes first. A file of
    which columns are withheld for the sake of persons is passed over.
    """
    today = past.today(page.request)
    best: tuple[Rank, Hit, int, Preview] | None = None
    for hit, number, ready in _ready(page, found[:_LOOKED_AT]):
        drawn = pinned.unasked(page.region, ready, today)
        ranked = rank(drawn.figure, _day(hit.summary.modified), today) if drawn and drawn.figure else None
        if ranked is not None and (best is None or ranked > best[0]):
            best = ranked, hit, number, ready
            if ranked == BEST:
                break
    if best is None:
        return None
    _, hit, number, ready = best
    chart = charted.shown(page, ready, _language(page, hit, number), "best")
    return Charted(hit.slug, hit.summary.title, chart) if chart else None


def _language(page: Page, hit: Hit, number: int) -> str:
    """The language of the words of a dataset's file, by its number."""
    entry = page.catalogue.get(hit.slug, page.at)
    record = entry.record() if isinstance(entry, Entry) else None
    if not isinstance(entry, Entry) or not isinstance(record, Dataset):
        return page.region.language
    described = in_order(entry.summary, record)
    return languages.of_data(page.region, record, described[number - 1] if number <= len(described) else None)


def _ready(page: Page, found: Iterable[Hit]) -> Iterator[tuple[Hit, int, Preview]]:
    """The previews of the first files of some datasets that lie ready, with the numbers of the files."""
    kept = Keeping(page.region)
    for hit in found:
        for number, file in enumerate(hit.summary.files[:_FILES], 1):
            key = key_of(hits.wish_for(page, hit, file))
            # Most have none, or no table: their first bytes say so.
            if not sanitising.is_link(file[2]) or kept.shown(key) not in ("table", "map") or kept.withholds(key):
                continue
            preview = kept.get(key)
            if preview is not None and preview.ready:
                yield hit, number, preview


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


ROUTES = (*routes("/themes", themes), *routes("/theme/{code}", theme))
