"""What was published, changed and withdrawn, day by day, for the region or one municipality."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog import formats
from catalog.reading.entries import Change
from catalog.web import conditional, paging
from catalog.web.negotiation import Refused
from catalog.web.templates import Page, routes, short_name
from catalog.web.texts import later

PAGE, LAST_PAGE = 50, 40
KINDS = {"created": later("neu"), "updated": later("geändert"), "withdrawn": later("zurückgezogen")}


class News(NamedTuple):
    """One change in words. ``address`` is empty where there is nothing to see any more; ``history`` tells what changed.

    ``said`` is the time as it is shown.
    """

    title: str
    address: str
    history: str
    kind: Markup
    place: str
    time: str
    said: str


class Day(NamedTuple):
    """The changes of one day in Berlin, the newest first."""

    day: str
    news: tuple[News, ...]


async def news(request: Request) -> Response:
    """``/news?municipality=ID&page=N``. Raises Refused (404)."""
    page = Page(request)
    wanted = request.query_params.get("municipality", "")
    place = page.place(wanted) if wanted else None
    if wanted and place is None:
        raise Refused(404, "Diese Gemeinde gehört nicht zur Region.", "This municipality is not part of the region.")
    conditional.keep(request, seconds=60)
    number = paging.asked(request.query_params.get("page", "1"), LAST_PAGE)
    found = page.catalogue.changes(page.at, number * PAGE + 1, municipality=wanted)
    shown = found[(number - 1) * PAGE : number * PAGE]
    filtered = {"municipality": wanted} if wanted else {}
    title = page.texts.text("Neu und geändert in {place}", place=short_name(place.name)) if place else None
    return page.render(
        "news.html",
        title=title or page.texts.text("Neu und geändert"),
        place=place,
        days=tuple(by_day(page, shown)),
        number=number,
        first=page.link("/news", filtered),
        newer=page.link("/news", {**filtered, **({"page": str(number - 1)} if number > 2 else {})})
        if number > 1 and shown
        else "",
        older=page.link("/news", {**filtered, "page": str(number + 1)})
        if len(found) > number * PAGE and number < LAST_PAGE
        else "",
        atom=page.file("/feed.atom", filtered),
        json=page.file("/feed.json", filtered),
        changes=page.file("/changes", filtered),
        trail=[(page.link("/datasets"), page.texts.text("Daten"))],
        indexed=number == 1,
    )


def by_day(page: Page, changes: Iterable[Change]) -> Iterator[Day]:
    """Changes in words, day by day."""
    for day, some in groupby(changes, lambda change: _day(change.published_at)):
        yield Day(day, tuple(told(page, change, _clock(page, change.published_at)) for change in some))


def told(page: Page, change: Change, said: str) -> News:
    """One change in words; takes its time as it is to be shown."""
    place = page.place(change.municipality)
    gone = change.kind == "withdrawn"
    history = page.link(f"/dataset/{change.slug}/history")
    return News(
        change.title or change.slug,
        "" if gone else page.link(f"/dataset/{change.slug}"),
        history if change.kind != "created" else "",
        page.texts.text(KINDS[change.kind]),
        short_name(place.name) if place else "",
        change.published_at,
        said,
    )


def _day(published_at: str) -> str:
    moment = formats.moment(published_at)
    return moment.date().isoformat() if moment else ""


def _clock(page: Page, published_at: str) -> str:
    moment = formats.moment(published_at)
    return page.texts.plain("{time} Uhr", time=moment.strftime("%H:%M")) if moment else ""


ROUTES = routes("/news", news)
