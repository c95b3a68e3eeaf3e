"""The municipalities, and the page of each (web.md 1.5): what it publishes, how fresh, compared with neighbours, whom to ask."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from anyio.to_thread import run_sync
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from catalog import formats
from catalog.feedback.offices import office
from catalog.gaps.coverage import Coverage, Published
from catalog.quality import history
from catalog.quality.figures import Figures
from catalog.reading.entries import Query
from catalog.repair.proposing import MOST_NEIGHBOURS
from catalog.web import conditional, maps
from catalog.web.negotiation import Refused
from catalog.web.pages import hits, labels, news, scores, states
from catalog.web.pages.ages import ages
from catalog.web.pages.gaps import called, covered
from catalog.web.pages.theme import topics
from catalog.web.searching import searched
from catalog.web.templates import Page, routes
from schemas.mqa import HIGHEST
from schemas.region import Municipality

SHOWN, NEWS, COMPARED, LOSSES = 20, 5, 6, 4


class Place(NamedTuple):
    """A municipality in the list of all: how much it publishes, when its sources were last read, how many fail."""

    place: Municipality
    number: int
    checked: str
    disturbed: int


class Compared(NamedTuple):
    """An entry of the Musterdatenkatalog with the datasets that are it: the municipality's own, and those of neighbours."""

    name: str
    own: Published | None
    others: tuple[tuple[str, Published], ...]


class Loss(NamedTuple):
    """What many descriptions lack: the metric, in words, and of how many datasets."""

    metric: str
    word: Markup
    datasets: int


async def municipalities(request: Request) -> Response:
    """``/municipalities``"""
    page = Page(request)
    conditional.keep(request, seconds=60)
    counts, sources = page.catalogue.counts(page.at), states.sources(page)
    places = [
        Place(
            place,
            counts.municipalities.get(place.id, 0),
            states.checked(sources, place.id),
            states.disturbed(tuple(state for state in sources if state.source.municipality == place.id)),
        )
        for place in page.region.municipalities
    ]
    return page.render("municipalities.html", title=page.texts.text("Gemeinden"), places=places)


async def municipality(request: Request) -> Response:
    """``/municipality/ID``. Raises Refused (404)."""
    page = Page(request)
    place = page.place(request.path_params["id"])
    if place is None:
        raise Refused(404, "Diese Gemeinde gehört nicht zur Region.", "This municipality is not part of the region.")
    conditional.keep(request, seconds=60)
    query = Query(municipality=(place.id,), sort="modified", size=SHOWN)
    found = await searched(page.catalogue, lambda: page.catalogue.find(query, page.at, today=page.today))
    sources = tuple(state for state in states.sources(page) if state.source.municipality == place.id)
    filtered = {"municipality": place.id}
    values: dict[str, Any] = {
        "place": place,
        "total": found.total,
        "rows": hits.rows(page, found.hits, sources),
        "topics": topics(page, dict(found.facets["theme"])),
        "formats": [(code, labels.format_name(code, page.language), n) for code, n in found.facets["format"]],
        "ages": tuple(ages(page, dict(found.facets["age"]), found.total)),
        "news": [
            news.told(page, change, page.age(change.published_at))
            for change in page.catalogue.changes(page.at, NEWS, municipality=place.id)
        ],
        "checked": states.checked(sources, place.id),
        "sources": [(state, states.state_of(state.last_run, page.texts)) for state in sources],
        "office": office(page.region, None, place, page.language),
        "all_datasets": page.link("/datasets", filtered),
        "feeds": [(suffix, page.file(f"/catalog.{suffix}", filtered)) for suffix in ("ttl", "rdf", "jsonld", "nt")],
        **await _compared(request, page, place),
        **await run_sync(_quality, page, place),
        "map": await run_sync(maps.of_region, page, place.id),
    }
    return page.render(
        "municipality.html",
        title=place.name,
        anchors=tuple(_anchors(page, values)),
        trail=[(page.link("/municipalities"), page.texts.text("Gemeinden"))],
        alternates=[
            ("text/turtle", page.public(f"/catalog.ttl?municipality={place.id}", "de"), f"{place.name}: DCAT-AP.de")
        ],
        **values,
    )


def _anchors(page: Page, shown: Mapping[str, Any]) -> Iterator[tuple[str, Markup]]:
    _ = page.texts.text
    sections = (
        ("topics", _("Themen"), shown["topics"]),
        ("datasets", _("Datensätze"), True),
        ("ages", _("Wie frisch sind die Daten?"), shown["ages"]),
        ("news", _("Neu und geändert"), shown["news"]),
        ("neighbours", _("Im Vergleich mit den Nachbarn"), True),
        ("where", _("Wo die Gemeinde liegt"), shown["map"]),
        ("findings", _("Was noch besser wird"), True),
        ("sources", _("Quellen"), True),
        ("contact", _("Kontakt"), True),
        ("machines", _("Für Programme"), True),
    )
    yield from ((anchor, name) for anchor, name, there in sections if there)


async def _compared(request: Request, page: Page, place: Municipality) -> dict[str, Any]:
    """What neighbours publish too, and what they have and this one lacks; in large regions only the page of gaps tells."""
    if page.catalogue.counts(page.at).datasets > MOST_NEIGHBOURS:
        return {"shared": (), "lacking": ()}
    found = await covered(request, page.at)
    return {
        "shared": tuple(_entries(page, [each for each in found if place.id in each.have], place))[:COMPARED],
        "lacking": tuple(_entries(page, [each for each in found if place.id not in each.have], place))[:COMPARED],
    }


def _entries(page: Page, covers: Sequence[Coverage], place: Municipality) -> Iterator[Compared]:
    for each in covers:
        others = tuple(
            (where.name, some[0])
            for id, some in each.have.items()
            if id != place.id and (where := page.place(id)) is not None
        )
        if others:
            yield Compared(called(each.entry, page.language), next(iter(each.have.get(place.id, ())), None), others)


def _quality(page: Page, place: Municipality) -> dict[str, Any]:
    """The score of a municipality's descriptions, and what would raise it most."""
    with page.catalogue.engine.begin() as connection:
        figures = history.latest(connection, page.region).get(history.of_municipality(place.id), Figures())
    return {
        "points": formats.number(round(figures.average, 1), page.language) if figures.datasets else "",
        "highest": HIGHEST,
        "band": scores.band(figures.band, page.texts) if figures.datasets else None,
        "losses": [
            Loss(cause.metric.id, scores.lacks(cause.metric, page.texts), cause.datasets)
            for cause in figures.causes[:LOSSES]
        ]
        if figures.datasets
        else [],
    }


ROUTES = (*routes("/municipalities", municipalities), *routes("/municipality/{id}", municipality))
