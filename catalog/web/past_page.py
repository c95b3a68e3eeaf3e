"""The frame of a page that reads the catalogue of a past day."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from functools import cached_property

from anyio.to_thread import run_sync
from starlette.requests import Request

from catalog.past import PastCatalogue, catalogue_at
from catalog.reading.entries import Query
from catalog.search import Catalogue
from catalog.web import past, searches
from catalog.web.past import Wanted
from catalog.web.refusing import Refused
from catalog.web.templates import Page

_MOST_WAITING = 4
_waiting = 0


class PastPage(Page):
    """A page whose catalogue, number and time are those of a past day."""

    def __init__(self, request: Request, then: Wanted, catalogue: PastCatalogue) -> None:
        super().__init__(request)
        self.then = then
        self._catalogue = catalogue

    @property
    def catalogue(self) -> PastCatalogue:
        """The catalogue of that day."""
        return self._catalogue

    @property
    def at(self) -> int:
        """The publication number that was public at the end of that day."""
        return self.then.number

    @cached_property
    def now(self) -> datetime:
        """Noon of that day: ages count from there."""
        return datetime.combine(self.then.day, time(12), UTC)


async def page_of(request: Request, query: Query) -> Page:
    """The frame for a search: of now, or of the day that it asks for. Raises Refused (400).

    In a state that is too large to be searched only the list of everything can be had.
    """
    then = past.wanted(request) if query.on else None
    if then is None:
        return Page(request)
    catalogue = await catalogue_then(request.app.state.catalogue, then.number)
    if not catalogue.searched and searches.filters(replace(query, on=None)):
        raise past.too_large()
    return PastPage(request, then, catalogue)


async def catalogue_then(catalogue: Catalogue, number: int) -> PastCatalogue:
    """The catalogue as it was at a number. Raises Refused (503) where too many wait for others already.

    Each takes a thread for as long as its index, and those before it, take to be made; the threads are everybody's.
    """
    global _waiting
    if _waiting >= _MOST_WAITING:
        raise Refused(
            503,
            "Gerade werden andere vergangene Tage vorbereitet. Bitte versuchen Sie es gleich noch einmal.",
            "Other past days are being prepared. Please try again in a moment.",
            {"retry-after": "10"},
        )
    _waiting += 1
    try:
        return await run_sync(catalogue_at, catalogue, number)
    finally:
        _waiting -= 1
