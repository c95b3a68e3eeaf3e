"""The search page: words, facets with true counts in a stable order, chips, results, what helps where there are none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from catalog.reading import queries
from catalog.reading.entries import SORTS, Query, Results
from catalog.reading.helping import Help, Instead
from catalog.reading.remembered import Remembered
from catalog.web import conditional, maps, past, searches
from catalog.web.pages import facets, hits, search_mistakes, states
from catalog.web.paging import paging
from catalog.web.past_page import PastPage, page_of
from catalog.web.searches import LAST_PAGE, SIZE
from catalog.web.searching import searched
from catalog.web.templates import Page, routes
from catalog.web.texts import later
from schemas.tables.geometry import BoundingBox

_SORTS = {
    "relevance": later("Beste Treffer zuerst"),
    "modified": later("Neueste zuerst"),
    "title": later("Titel von A bis Z"),
}
_PLACE_MAPS = 32
_place_maps: WeakKeyDictionary[Starlette, Remembered] = WeakKeyDictionary()
_TWINS = (("atom", "application/atom+xml"), ("json", "application/json"), ("csv", "text/csv"))


class Offer(NamedTuple):
    """Another search: what it is called, its address, how many datasets it finds."""

    label: str
    address: str
    total: int


class PlaceHint(NamedTuple):
    """A place that the words name: the part or postcode (else nothing), each municipality with the search in its data."""

    part: str
    offers: tuple[Offer, ...]

    @property
    def municipalities(self) -> str:
        """The names of the municipalities."""
        return ", ".join(offer.label for offer in self.offers)


async def datasets(request: Request) -> Response:
    """``/datasets``, also as on a past day (``on=``). Filters that cannot be used are told, and the others hold (400)."""
    asked, mistakes = _read(request)
    wordless = asked.q if not queries.parse(asked.q) else ""
    query = replace(asked, q="") if wordless else asked
    conditional.keep(request, seconds=60)
    page = await page_of(request, query)
    then = page.then if isinstance(page, PastPage) else None
    listed = isinstance(page, PastPage) and not page.catalogue.searched
    today = page.today
    found = await searched(page.catalogue, lambda: page.catalogue.find(query, page.at, today=today))
    last = min(max(-(-found.total // SIZE), 1), LAST_PAGE)
    needs_help = not found.total and bool(searches.filters(query))
    offered = await searched(page.catalogue, lambda: page.catalogue.helped(query, today)) if needs_help else Help()
    return page.render(
        "datasets.html",
        title=page.texts.text("Datensätze"),
        tab=_tab(page, query, last),
        query=query,
        mistakes=search_mistakes.told(page.texts, mistakes, request.query_params),
        status=400 if mistakes else 200,
        wordless=wordless,
        shortened=searches.LONGEST if searches.is_shortened(request.query_params) else 0,
        total=found.total,
        rows=_rows(page, found),
        facets=() if listed else facets.facets(page, query, found.facets, page.catalogue.counts(page.at)),
        chips=tuple(facets.chips(page, query)),
        sorts=tuple((code, page.texts.text(_SORTS[code])) for code in SORTS),
        paging=paging(query.page, last, lambda number: _address(page, replace(query, page=number))),
        places=_places(page, query, found.facets["municipality"]),
        place_map=await _place_map(request, page, query.bbox),
        help=_help(page, query, offered),
        shown_rows=await _shown_rows(page, offered.shown),
        then=then,
        listed=listed,
        here=_address(page, replace(query, on=None, page=1)),
        today=past.today(request).isoformat(),
        trail=(),
        indexed=not searches.pairs(query) and not mistakes,
        alternates=_alternates(page, query),
        feed=page.file("/catalog.ttl", searches.filters(query)),
        twins={suffix: page.file(f"/datasets.{suffix}", searches.filters(query)) for suffix, _ in _TWINS},
    )


def _tab(page: Page, query: Query, last: int) -> list[str]:
    """What is searched, for the tab: of ten searches in a history each has a name."""
    words, number = ", ".join(facets.said(page, query)), min(query.page, last)
    parts = [words, page.texts.plain("Datensätze")]
    if last > 1 and number > 1:
        parts.append(page.texts.plain("Seite {page} von {last}", page=number, last=last))
    return [part for part in parts if part]


def _read(request: Request) -> tuple[Query, tuple[searches.Mistake, ...]]:
    query, mistakes = searches.read(request.query_params)
    if query.on is None or query.on <= past.today(request):
        return query, mistakes
    later_than_now = searches.Mistake(
        "future", "on", query.on.isoformat(), "liegt in der Zukunft", "lies in the future"
    )
    return replace(query, on=None), (*mistakes, later_than_now)


async def _place_map(request: Request, page: Page, chosen: BoundingBox | None) -> maps.MapFigure | None:
    """The map on which a place is chosen. It is the same on most pages, and drawing it takes as long as a search."""
    kept = _place_maps.setdefault(request.app, Remembered(_PLACE_MAPS))
    key = page.language, chosen
    drawn: tuple[maps.MapFigure | None] | None = kept.get(key)
    if drawn is None:
        drawn = (await run_sync(lambda: maps.of_region(page, name="place-map", chosen=chosen)),)
        kept.put(key, drawn)
    return drawn[0]


def _rows(page: Page, found: Results) -> list[hits.Row]:
    # How the sources stand is known of now alone.
    sources = () if isinstance(page, PastPage) or not found.hits else states.sources(page)
    return hits.rows(page, found.hits, sources)


async def _shown_rows(page: Page, shown: Instead | None) -> list[hits.Row]:
    """The first results of what was meant, so that one slip or one word too many costs nobody a click."""
    if shown is None:
        return []
    query = replace(shown.query, size=SIZE)
    return _rows(page, await searched(page.catalogue, lambda: page.catalogue.find(query, page.at, today=page.today)))


def _alternates(page: Page, query: Query) -> list[tuple[str, str, str]]:
    """The search in other forms, for the head of the page."""
    pairs = searches.filters(query)
    names = {"atom": page.texts.text("Diese Suche abonnieren"), "json": "JSON", "csv": "CSV"}
    return [(kind, page.file(f"/datasets.{suffix}", pairs), names[suffix]) for suffix, kind in _TWINS]


def _places(page: Page, query: Query, counted: Sequence[tuple[str, int]]) -> list[PlaceHint]:
    """The places that the words name, with the search in the data of each municipality alone.

    Whatever a municipality publishes meets the words that name it: the facet has the number of that search.
    """
    numbers = dict(counted)
    clauses = queries.understood(query.q, page.catalogue.ground.places)
    hints = []
    for clause in (clause for clause in clauses if not clause.negated):
        rest = queries.written(other for other in clauses if other is not clause)
        for named in clause.named:
            offers = []
            for place in (place for place in named.places if place.id not in query.municipality):
                alone = replace(query, q=rest, municipality=(place.id,), page=1)
                label = facets.label(page, "municipality", place.id)
                offers.append(Offer(label, _address(page, alone), numbers.get(place.id, 0)))
            if offers:
                hints.append(PlaceHint("" if named.what == "municipality" else named.shown, tuple(offers)))
    return hints


def _help(page: Page, query: Query, found: Help) -> dict[str, Any]:
    def offers(several: Iterable[Instead | None]) -> list[Offer]:
        given = (instead for instead in several if instead is not None)
        return [Offer(instead.query.q, _address(page, instead.query), instead.total) for instead in given]

    wish = [("kind", "wish"), ("q", query.q), *(("municipality", id_) for id_ in query.municipality[:1])]
    return {
        "meant": next(iter(offers([found.meant])), None),
        "known": next(iter(offers([found.known])), None),
        "unknown": ", ".join(found.unknown),
        "shown": next(iter(offers([found.shown])), None),
        "unquoted": next(iter(offers([found.unquoted])), None),
        "fewer": offers(found.fewer),
        "parts": offers(found.parts),
        "unfiltered": next(iter(offers([found.unfiltered])), None),
        "elsewhere": [_labelled(page, "municipality", *pair) for pair in found.elsewhere],
        "themes": [_labelled(page, "theme", *pair) for pair in found.themes],
        "wish": page.link("/feedback", wish),
    }


def _labelled(page: Page, facet: str, code: str, instead: Instead) -> Offer:
    return Offer(facets.label(page, facet, code), _address(page, instead.query), instead.total)


def _address(page: Page, query: Query) -> str:
    return page.link("/datasets", searches.pairs(query))


ROUTES = routes("/datasets", datasets)
