"""The catalogue and its records in the feed formats: ``/catalog``, ``/dataset/SLUG.ttl`` and the like."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import NoReturn
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from catalog.feeds import formats
from catalog.feeds.envelope import View, around_page
from catalog.reading.entries import Entry, FeedPage, Query
from catalog.search import PAGE, Catalogue
from catalog.web import conditional, past, searches
from catalog.web.negotiation import (
    HTML,
    KINDS,
    Refused,
    answer,
    catalogue_of,
    chosen,
    document,
    html_offer,
    links,
    local,
    machine_offers,
    negotiated,
    ready_form,
    region_of,
    unknown_suffix,
)
from catalog.web.past import Wanted
from catalog.web.past_page import catalogue_then
from catalog.web.searching import searched
from schemas.namespaces import DCTERMS
from schemas.region import Region, publisher_key
from schemas.vocabularies import find_language

_NUMBER = re.compile(r"[0-9]{1,9}")
_HIGHEST = 10**9


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client asks of the catalogue feed: its filters (those of ``/datasets``), where in it, and of which day.

    ``then`` is the past day, or None for now.
    """

    query: Query
    filters: tuple[tuple[str, str], ...]
    page: int
    after: int
    then: Wanted | None = None

    @classmethod
    def of(cls, request: Request) -> Wish:
        """The wish in a query string. Raises Refused (400)."""
        query = searches.asked(request.query_params)
        given = request.query_params
        page, after = _whole("page", given.get("page", "1")), _whole("after", given.get("after", "0"))
        if page < 1:
            _refuse_number("page", given["page"])
        filters = tuple(searches.filters(replace(query, on=None)))
        return cls(query, filters, page, after, past.wanted(request))

    def address(self, base: str, **more: int) -> str:
        """The address of a page of this feed."""
        pairs = [*self.filters, *([("on", self.then.text)] if self.then else []), *more.items()]
        return f"{base}?{urlencode(pairs)}"


def _whole(name: str, text: str) -> int:
    if _NUMBER.fullmatch(text):
        return int(text)
    return _HIGHEST if text.isascii() and text.isdigit() else _refuse_number(name, text)


def _refuse_number(name: str, text: str) -> NoReturn:
    raise Refused(
        400,
        f"{name}={text[:40]} ist keine Seitenzahl: erlaubt sind ganze Zahlen ab {1 if name == 'page' else 0}.",
        f"{name}={text[:40]} is no page number: whole numbers from {1 if name == 'page' else 0} are allowed.",
    )


async def catalog(request: Request) -> Response:
    """``/catalog``: the form that the client likes best; people are led to the search page."""
    suffix = chosen(request, (*machine_offers(), html_offer()))
    if suffix == HTML:
        query = f"?{request.url.query}" if request.url.query else ""
        response: Response = RedirectResponse(local(request, "/datasets") + query, 303)
    else:
        response = await _feed(request, suffix)
    response.headers["vary"] = "Accept"
    return response


async def catalog_in(request: Request) -> Response:
    """``/catalog.SUFFIX``"""
    return await _feed(request, request.path_params["suffix"])


async def _feed(request: Request, suffix: str) -> Response:
    if suffix not in formats():
        raise unknown_suffix(suffix)
    wish = Wish.of(request)
    region, catalogue, at = region_of(request), catalogue_of(request), past.number(request)
    base = f"{region.base_url}/catalog.{suffix}"
    if wish.filters:
        if wish.then is not None:
            catalogue = await _of_past(catalogue, at)
        today = wish.then.day if wish.then else past.today(request)
        page = await searched(
            catalogue, partial(catalogue.selection, wish.query, wish.after, at, forms=ready_form(suffix), today=today)
        )
        if wish.page > 1:
            page = _beyond(wish, page)
        view = _filtered_view(base, wish, page)
    else:
        page = catalogue.page(wish.page, at, forms=ready_form(suffix))
        view = _view(base, wish, page)
    if page.number == at and (wish.then or not wish.query.age):
        # An index that is behind, the age of data, and which files show a map change without a publication.
        conditional.keep(request, conditional.MAPS_SECONDS if wish.query.map else None)
    entries = [*page.entries, *page.companions]
    published_at = catalogue.published_at(at)
    envelope = around_page(region, published_at, entries, view)
    link = _links(region.base_url, suffix, view)
    changed = "" if wish.query.map else published_at
    return answer(request, suffix, entries, envelope, changed=changed, link=link, named=_language(region))


async def _of_past(catalogue: Catalogue, at: int) -> Catalogue:
    """The catalogue of a past number with its search. Raises Refused (400) where that is too large."""
    found = await catalogue_then(catalogue, at)
    if not found.searched:
        raise past.too_large()
    return found


def _language(region: Region) -> bytes:
    """What the catalogue itself names; the rest of it is described in the envelope."""
    language = find_language(region.language)
    return f"<#> <{DCTERMS.language}> <{language.iri}> .\n".encode() if language else b""


def _beyond(wish: Wish, first: FeedPage) -> FeedPage:
    """A page of a filtered feed that is asked for by its number: there is none but the first, or it is beyond the last."""
    if (wish.page - 1) * PAGE >= first.total:
        return first._replace(entries=(), companions=(), after=None)
    raise Refused(
        400,
        "Gefilterte Feeds werden mit after= geblättert: folgen Sie hydra:next der ersten Seite.",
        "Filtered feeds are paged by after=: follow hydra:next of the first page.",
    )


def _view(base: str, wish: Wish, page: FeedPage) -> View:
    last = max(page.last_page, 1)
    return View(
        address=wish.address(base, page=wish.page),
        first=wish.address(base, page=1),
        previous=wish.address(base, page=min(wish.page - 1, last)) if wish.page > 1 else None,
        next=wish.address(base, page=wish.page + 1) if wish.page < last else None,
        last=wish.address(base, page=last),
        total=page.total,
        page_size=PAGE,
    )


def _filtered_view(base: str, wish: Wish, page: FeedPage) -> View:
    def address(after: int) -> str:
        return wish.address(base, **({"after": after} if after else {}))

    here = address(wish.after)
    return View(
        address=here if wish.page == 1 else f"{here}&page={wish.page}",
        first=address(0),
        previous=None,
        next=address(page.after) if page.after is not None else None,
        last=here if page.after is None and wish.page == 1 else None,
        total=page.total,
        page_size=PAGE,
    )


def _links(base_url: str, suffix: str, view: View) -> str:
    own = f"{base_url}/catalog.{suffix}"
    others = [
        (view.address.replace(own, f"{base_url}/catalog.{other}", 1), "alternate", form.MEDIA_TYPE)
        for other, form in formats().items()
        if other != suffix
    ]
    neighbours = [(address, name, "") for name, address in (("next", view.next), ("prev", view.previous)) if address]
    return links([(view.address, "canonical", ""), *others, *neighbours])


def _document(kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def in_suffix(request: Request) -> Response:
        return document(request, request.path_params["slug"], request.path_params["suffix"], kind)

    return in_suffix


def _negotiated(kind: str) -> Callable[[Request], Awaitable[Response]]:
    async def at_slug(request: Request) -> Response:
        return await negotiated(request, kind=kind)

    return at_slug


async def agent(request: Request) -> Response:
    """``/agent/SLUG``: people are led to the page of the municipality that an agent is."""
    entry = catalogue_of(request).get(request.path_params["slug"], conditional.number(request))
    key = entry.key if isinstance(entry, Entry) else None
    place = next((m for m in region_of(request).municipalities if publisher_key(m.id) == key), None)

    async def page(_: Request) -> Response:
        return RedirectResponse(local(request, f"/municipality/{place.id if place else ''}"), 303)

    return await negotiated(request, html=page if place else None, kind="agent")


ROUTES = (
    Route("/catalog", catalog),
    Route("/catalog.{suffix}", catalog_in),
    *(Route(f"/{kind}/{{slug}}.{{suffix}}", _document(kind)) for kind in KINDS),
    # A page at the same path takes these over (catalog.web.routing).
    *(Route(f"/{kind}/{{slug}}", agent if kind == "agent" else _negotiated(kind)) for kind in KINDS),
)
