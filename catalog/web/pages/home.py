"""The home page: search, municipalities, three doors, topics, what is new, and how reliable all of it is (web.md 1.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from catalog.reading.entries import YES, Change, Counts, Query, SourceState
from catalog.web import conditional
from catalog.web.pages import news, states
from catalog.web.pages.news import News
from catalog.web.pages.theme import topics
from catalog.web.templates import Page, routes
from catalog.web.texts import LANGUAGES, SOURCE

NEWS, TOPICS = 5, 6


class Door(NamedTuple):
    """One of the three ways in. ``address`` is empty where there is nothing behind it yet; ``said`` says so."""

    name: Markup
    said: Markup
    address: str


async def home(request: Request) -> Response:
    """``/``"""
    page = Page(request)
    conditional.keep(request, seconds=30)
    counts = page.catalogue.counts(page.at)
    sources = states.sources(page)
    return page.render(
        "home.html",
        title=page.texts.text("Offene Daten aus der Region {region}", region=page.region.title),
        counts=counts,
        doors=tuple(_doors(page, counts)),
        topics=topics(page, counts.themes)[:TOPICS],
        news=_news(page),
        trust=tuple(_trust(page, counts.datasets, sources)),
    )


def _doors(page: Page, counts: Counts) -> Iterator[Door]:
    """Data, the state of things, services. A door leads where there is a page, else to what there is of it already."""
    _ = page.texts.text
    said = page.texts.plural("{n} Datensatz aus allen Gemeinden", "{n} Datensätze aus allen Gemeinden", counts.datasets)
    yield Door(_("Daten finden"), said, page.link("/datasets"))
    if page.exists("/dashboard"):
        yield Door(_("Lage jetzt"), _("Messwerte, Termine und Hinweise auf einen Blick"), page.link("/dashboard"))
    else:
        live = page.catalogue.count(Query(live=(YES,)), page.today)
        if live:
            found = page.texts.plural("{n} Datensatz mit Live-Werten", "{n} Datensätze mit Live-Werten", live)
            yield Door(_("Lage jetzt"), found, page.link("/datasets", {"live": YES}))
        else:
            yield Door(_("Lage jetzt"), _("Noch liefert keine Gemeinde Live-Werte."), "")
    if page.exists("/services"):
        yield Door(_("Dienste online"), _("Anträge und Termine Ihrer Gemeinde"), page.link("/services"))
    else:
        yield Door(
            _("Dienste online"),
            _("Diese Seite entsteht noch. Bis dahin: die Seiten der Gemeinden"),
            page.link("/municipalities"),
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


def _news(page: Page) -> list[News]:
    """The last changes, each dataset once, without those that are no longer public."""
    last: dict[str, Change] = {}
    for change in page.catalogue.changes(page.at, limit=NEWS * 10):
        last.setdefault(change.key, change)
    shown = [change for change in last.values() if change.kind != "withdrawn"][:NEWS]
    return [news.told(page, change, page.age(change.published_at)) for change in shown]


ROUTES = (*routes("/", home), *(Route(f"/{language}/", home) for language in LANGUAGES if language != SOURCE))
