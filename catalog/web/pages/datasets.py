"""The search page: words, facets with true counts in a stable order, chips to take filters back, results, paging."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from markupsafe import Markup
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from catalog.reading.entries import AGES, SORTS, Counts, Query
from catalog.web import conditional
from catalog.web.pages import hits, states
from catalog.web.templates import Page, routes, short_name
from catalog.web.texts import later

FACETS = ("municipality", "theme", "format", "license", "age")
SIZE = 20
LAST_PAGE = 500
LONGEST = 200
_NAMES = {
    "municipality": later("Gemeinde"),
    "theme": later("Thema"),
    "format": later("Format"),
    "license": later("Lizenz"),
    "age": later("Aktualität"),
}
_AGES = {
    "today": later("heute geändert"),
    "week": later("in den letzten 7 Tagen"),
    "month": later("in den letzten 30 Tagen"),
    "year": later("in den letzten 12 Monaten"),
    "older": later("älter als 12 Monate"),
}
_SORTS = {
    "relevance": later("Beste Treffer zuerst"),
    "modified": later("Neueste zuerst"),
    "title": later("Titel von A bis Z"),
}


class Value(NamedTuple):
    """One value of a facet. A value without hits stays where it is, but cannot be chosen."""

    code: str
    label: str
    number: int
    chosen: bool

    @property
    def usable(self) -> bool:
        """Whether it can be ticked or unticked."""
        return self.chosen or self.number > 0


class Facet(NamedTuple):
    """A group of checkboxes."""

    name: str
    title: Markup
    values: tuple[Value, ...]

    @property
    def chosen(self) -> int:
        """How many are ticked."""
        return sum(value.chosen for value in self.values)


class Chip(NamedTuple):
    """A filter in force, with the address of the search without it."""

    facet: Markup
    label: str
    address: str


class Paging(NamedTuple):
    """Where in the results we are: addresses of pages, None for a gap."""

    page: int
    last: int
    links: tuple[tuple[int, str] | None, ...]
    before: str
    after: str


async def datasets(request: Request) -> Response:
    """``/datasets``"""
    conditional.keep(request, seconds=60)
    page = Page(request)
    query = asked(request.query_params)
    found = page.catalogue.find(query, page.at, today=page.now.date())
    sources = states.sources(page)
    last = min(max(-(-found.total // SIZE), 1), LAST_PAGE)
    title = page.texts.text("Datensätze")
    return page.render(
        "datasets.html",
        title=title,
        query=query,
        total=found.total,
        rows=hits.rows(page, found.hits, sources),
        facets=facets(page, query, found.facets, page.catalogue.counts(page.at)),
        chips=tuple(_chips(page, query)),
        sorts=[(code, page.texts.text(_SORTS[code])) for code in SORTS],
        paging=_paging(page, query, last),
        trail=(),
        indexed=not (query.q or _pairs(query)),
        feed=page.file("/catalog.ttl", _pairs(replace(query, sort="relevance", page=1))),
    )


def asked(parameters: QueryParams) -> Query:
    """The search that an address asks for. Whatever it says is a search: unknown values find nothing."""
    chosen = {name: tuple(dict.fromkeys(_values(parameters, name))) for name in FACETS}
    sort = parameters.get("sort", "")
    number = parameters.get("page", "1")
    return Query(
        q=" ".join(parameters.get("q", "").split())[:LONGEST],
        municipality=chosen["municipality"],
        theme=chosen["theme"],
        format=chosen["format"],
        license=chosen["license"],
        age=chosen["age"],
        sort=sort if sort in SORTS else SORTS[0],
        page=min(max(int(number), 1), LAST_PAGE) if number.isdecimal() and len(number) < 9 else 1,
        size=SIZE,
    )


def _values(parameters: QueryParams, name: str) -> Iterator[str]:
    yield from (value[:LONGEST] for value in parameters.getlist(name)[:50] if value)


def _pairs(query: Query) -> list[tuple[str, str]]:
    """The parameters of a search's address; what is as usual is left out."""
    pairs = [("q", query.q)] if query.q else []
    pairs += [(name, value) for name in FACETS for value in getattr(query, name)]
    if query.sort != SORTS[0]:
        pairs.append(("sort", query.sort))
    if query.page > 1:
        pairs.append(("page", str(query.page)))
    return pairs


def facets(
    page: Page, query: Query, counted: Mapping[str, Iterable[tuple[str, int]]], all_counts: Counts
) -> tuple[Facet, ...]:
    """The groups of checkboxes. Which values there are, and in what order, depends on the whole catalogue only."""
    known = {
        "municipality": tuple(municipality.id for municipality in page.region.municipalities),
        "theme": _by_label(page, "data-theme", all_counts.themes),
        "format": tuple(sorted(all_counts.formats, key=lambda code: (-all_counts.formats[code], code))),
        "license": _by_label(page, "license", all_counts.licenses),
        "age": AGES,
    }
    return tuple(
        Facet(name, page.texts.text(_NAMES[name]), tuple(_facet_values(page, query, name, known[name], counted)))
        for name in FACETS
    )


def _facet_values(
    page: Page, query: Query, name: str, known: Iterable[str], counted: Mapping[str, Iterable[tuple[str, int]]]
) -> Iterator[Value]:
    counts = dict(counted.get(name, ()))
    chosen: tuple[str, ...] = getattr(query, name)
    for code in dict.fromkeys((*known, *chosen)):
        yield Value(code, label(page, name, code), counts.get(code, 0), code in chosen)


def _by_label(page: Page, list_name: str, counts: Mapping[str, int]) -> tuple[str, ...]:
    return tuple(sorted(counts, key=lambda code: hits.code_label(list_name, code, page.language).casefold()))


def label(page: Page, facet: str, code: str) -> str:
    """A value of a facet in words; a value that we do not know is shown as it was asked for."""
    if facet == "municipality":
        place = page.place(code)
        return short_name(place.name) if place else code
    if facet == "age":
        return page.texts.text(_AGES[code]) if code in _AGES else code
    lists = {"theme": "data-theme", "license": "license"}
    return hits.code_label(lists[facet], code, page.language) if facet in lists else code


def _chips(page: Page, query: Query) -> Iterator[Chip]:
    fresh = replace(query, page=1)
    if query.q:
        without = page.link("/datasets", _pairs(replace(fresh, q="")))
        yield Chip(page.texts.text("Suche"), query.q, without)
    for name in FACETS:
        for code in getattr(query, name):
            left = tuple(other for other in getattr(query, name) if other != code)
            address = page.link("/datasets", _pairs(replace(fresh, **_only(name, left))))
            yield Chip(page.texts.text(_NAMES[name]), label(page, name, code), address)


def _only(name: str, values: tuple[str, ...]) -> dict[str, Any]:
    return {name: values}


def _paging(page: Page, query: Query, last: int) -> Paging:
    def address(number: int) -> str:
        return page.link("/datasets", _pairs(replace(query, page=number)))

    here = query.page
    near = sorted({1, last, *range(max(here - 2, 1), min(here + 2, last) + 1)})
    links: list[tuple[int, str] | None] = []
    for before, number in zip((0, *near), near, strict=False):
        if number - before > 1:
            links.append(None)
        links.append((number, address(number)))
    return Paging(
        here,
        last,
        tuple(links),
        address(min(here - 1, last)) if here > 1 else "",
        address(here + 1) if here < last else "",
    )


ROUTES = routes("/datasets", datasets)
