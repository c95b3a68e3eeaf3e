"""Reaches the datasets of a portal on piveau (as data.europa.eu) through its hub-search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from scrapy.http import Request
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.portals.paging import MANNER_REFUSED, Cut, ListSpider, Spot
from harvesters.portals.piveau import PiveauOptions, Portal, facets, portal
from harvesters.reading import Page
from harvesters.spider import Detected, Options, request_of
from schemas.loose_json import load_json
from schemas.syntax import Unreadable

_PLACES = 3
_SCROLL, _PAGES = 0, _PLACES


class PiveauSpider(ListSpider):
    """The search for datasets, scrolled through so that no change of the index shifts it; by pages where that fails."""

    name = "piveau"
    reader = "piveau"
    title = ("piveau-Portal (hub-search)", "piveau portal (hub-search)")
    options_model: ClassVar[type[Options]] = PiveauOptions
    # Each place where the interface may lie, by scrolling; then each by pages.
    manners = 2 * _PLACES

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The first three datasets at each place where the interface may lie; an answer that lies there as a file."""
        if not url.startswith(("http://", "https://")):
            return ()
        named = portal(url)
        if named.document:
            return (url,)
        asked: list[tuple[str, Any]] = [("filter", "dataset"), ("limit", 3)]
        if wanted := facets(named, PiveauOptions()):
            asked.append(("facets", wanted))
        return tuple(f"{place}/search?{urlencode(asked, quote_via=quote)}" for place in named.places)

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """The first place that answers as hub-search does."""
        named = portal(url)
        for address in cls.probes(url):
            try:
                found = _cut(load_json(answers[address].body)[0]) if address in answers else None
            except Unreadable:
                continue
            if found is None or not _is_piveau(found.entries):
                continue
            titles = tuple(_title(entry.get("title")) for entry in found.entries[:3] if isinstance(entry, dict))
            options = {"catalog": list(named.catalogs)} if named.catalogs else {}
            place = url if named.document else address.partition("?")[0]
            return Detected(cls.name, place, found.total, titles, options, 93)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first answer of the scrolled search."""
        self.portal: Portal = portal(self.source.url)
        self._again = False
        yield from super().first()

    def address(self, spot: Spot) -> str | None:
        """A page of the search, or what a scroll goes on with; in the second pass by id."""
        place = spot.manner % _PLACES
        if self.portal.document:
            return self.source.url if spot == Spot() else None
        if place >= len(self.portal.places):
            return None
        base = self.portal.places[place]
        if spot.mark:
            return f"{base}/scroll?{urlencode({'scrollId': spot.mark}, quote_via=quote)}"
        asked: list[tuple[str, Any]] = [("filter", "dataset"), ("limit", self.options.page_size)]
        if spot.manner >= _PAGES or spot.number or spot.second:
            asked.append(("page", spot.number))
        else:
            asked.append(("scroll", "true"))
        if spot.second:
            asked.append(("sort", "id+asc"))
        if self.options.q:
            asked.append(("q", self.options.q))
        if wanted := facets(self.portal, self.options):
            asked.append(("facets", wanted))
        return f"{base}/search?{urlencode(asked, quote_via=quote)}"

    def name_of(self, url: str, spot: Spot) -> str:
        """A scroll may go on under one and the same id: its pages are told apart by their number."""
        return f"{url}#page={spot.number}" if spot.mark else url

    def cut(self, document: Any, spot: Spot) -> Cut | None:
        """The ``results`` with their ``count`` and the id of the scroll."""
        found = _cut(document)
        # A file is all there is; what it lacks of the stated number is missing.
        return found._replace(more=False) if found is not None and self.portal.document else found

    def location(self, entry: dict[str, Any]) -> str | None:
        """The dataset's IRI, where it leads to the portal's page."""
        resource = word(entry.get("resource"))
        return resource if resource.startswith(("http://", "https://")) else None

    def unlisted(self, failure: Failure) -> Iterator[Any]:
        """A scroll that broke off is begun again once, by pages (F17)."""
        request = request_of(failure)
        spot: Spot = request.cb_kwargs["spot"]
        if spot.mark and not self._again and self.job.replay is None:
            self._again = True
            self.note(MANNER_REFUSED, f"{request.url}: {failure.value}"[:300])
            self.tally.begin_again()
            yield from self.go_to(Spot(manner=spot.manner + _PAGES))
        else:
            yield from super().unlisted(failure)


def _cut(document: Any) -> Cut | None:
    result = document.get("result") if isinstance(document, dict) else None
    if not isinstance(result, dict) or not isinstance(result.get("results"), list):
        return None
    if document.get("success") is False or not isinstance(result.get("count"), int):
        return None
    return Cut(result["results"], result["count"], mark=word(result.get("scrollId")) or None)


def _is_piveau(entries: list[Any]) -> bool:
    """Whether these are datasets of hub-search: a CKAN answers in the same envelope, but with texts of one language."""
    first = entries[0] if entries else None
    return isinstance(first, dict) and isinstance(first.get("title"), dict) and "resources" not in first


def _title(value: Any) -> str:
    if not isinstance(value, dict):
        return word(value)
    return word(value.get("de")) or word(value.get("en")) or next(filter(None, map(word, value.values())), "")
