"""Reaches the datasets of an Opendatasoft (Huwise) portal through its Explore API, version 2.1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from scrapy.http import Request, Response
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.portals.opendatasoft import API, Portal, portal, titles
from harvesters.portals.opendatasoft_options import OpendatasoftOptions, query
from harvesters.portals.paging import MANNER_REFUSED, Cut, ListSpider, Spot
from harvesters.reading import Page
from harvesters.spider import Detected, Options, request_of
from schemas.loose_json import load_json
from schemas.syntax import Unreadable

# The interface refuses offset + limit beyond this, and refers to the export of the catalogue.
_DEEPEST = 10_000
# The dates by which changes are asked for, the surest first; a portal may not know the newer of them.
_DATES: tuple[tuple[str, ...], ...] = (("modified", "metadata_processed"), ("modified",), ())


class OpendatasoftSpider(ListSpider):
    """The list of datasets by pages of 100; beyond 10,000 the export of the whole catalogue in one answer."""

    name = "opendatasoft"
    reader = "opendatasoft"
    title = ("Opendatasoft-Portal (Explore API 2.1)", "Opendatasoft portal (Explore API 2.1)")
    options_model: ClassVar[type[Options]] = OpendatasoftOptions
    manners = len(_DATES)
    key_header = ("Authorization", "Apikey ")

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The first three datasets."""
        return (_first_three(portal(url)),) if url.startswith(("http://", "https://")) else ()

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """An answer of the Explore API."""
        for address in cls.probes(url):
            try:
                found = _cut(load_json(answers[address].body)[0]) if address in answers else None
            except Unreadable:
                continue
            if found is None:
                continue
            named = portal(url)
            stated = {"refine": list(named.refine), "exclude": list(named.exclude)}
            options = {key: value for key, value in stated.items() if value}
            return Detected(cls.name, named.root, found.total, titles(found.entries), options, 92)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first page, of all datasets or of those that changed."""
        self.portal = portal(self.source.url)
        self._exported = False
        self.job.changes_only = self.job.since is not None
        yield from super().first()

    def address(self, spot: Spot) -> str | None:
        """The list by id, in the second pass backwards; a full crawl has only one way of asking."""
        if spot.manner and self.job.since is None:
            return None
        order = "dataset_id desc" if spot.second else "dataset_id asc"
        limit = min(self.options.page_size, _DEEPEST - spot.passed)
        if limit <= 0:
            return None
        asked = [("order_by", order), ("limit", limit), ("offset", spot.passed), *self._filters(spot)]
        return f"{self.portal.root}{API}/datasets?{urlencode(asked, quote_via=quote)}"

    def _filters(self, spot: Spot) -> list[Any]:
        return query(self.portal, self.options, self.job.since, _DATES[spot.manner])

    def cut(self, document: Any, spot: Spot) -> Cut | None:
        """The list ``results`` with its ``total_count``, or the bare list of an export."""
        return _cut(document)

    def location(self, entry: dict[str, Any]) -> str | None:
        """The dataset's page in the explorer."""
        identity = word(entry.get("dataset_id"))
        return self.portal.page(identity) if identity else None

    def withheld(self, entry: dict[str, Any]) -> str | None:
        """Datasets that only signed-in people see come where a key is given."""
        said = word(entry.get("visibility")).casefold()
        return (
            f"visibility: {said}"
            if said not in ("", "domain", "public") or entry.get("is_restricted") is True
            else None
        )

    def listed(self, response: Response, spot: Spot) -> Iterator[Any]:
        """A page of the list; a list that is too long for pages is asked for as an export."""
        if spot.manner == len(_DATES) - 1:
            self.job.changes_only = False
        found = self.found(response, spot)
        if isinstance(found, Cut) and (found.total or 0) > _DEEPEST and not self._exported:
            self._exported = True
            filters = urlencode(self._filters(spot), quote_via=quote)
            url = f"{self.portal.root}{API}/exports/json" + (f"?{filters}" if filters else "")
            again = spot._replace(mark="export")
            kwargs: dict[str, Any] = {"cb_kwargs": {"spot": again, "first": response}, "errback": self.unexported}
            yield self.ask(url, self.exported, **kwargs)
            return
        yield from super().listed(response, spot)

    def exported(self, response: Response, spot: Spot, first: Response) -> Iterator[Any]:
        """The whole catalogue in one answer; if it is none, as much as pages give."""
        found = self.found(response, spot)
        if isinstance(found, Cut) and found.entries:
            before = self.found(first, spot)
            stated = before.total if isinstance(before, Cut) else None
            page = self.page_of(response, found.entries, spot)
            if page is not None:
                # Without datasets of its own, kept so that a replay finds the way to the export.
                yield self.page(first, ())
                yield page
                self.job.stated_total = None if self.job.changes_only else stated
                yield from self.end(spot._replace(second=True), stated)
            return
        said = found if not isinstance(found, Cut) else ("der Export ist leer", "the export is empty")
        yield from self._by_pages(response.url, said[1], spot, first)

    def unexported(self, failure: Failure) -> Iterator[Any]:
        """An export that did not come: as much as pages give."""
        request = request_of(failure)
        yield from self._by_pages(request.url, str(failure.value), **request.cb_kwargs)

    def _by_pages(self, url: str, said: str, spot: Spot, first: Response) -> Iterator[Any]:
        self.note(MANNER_REFUSED, f"{url}: {said}"[:300])
        yield from super().listed(first, spot._replace(mark=""))

    def end(self, spot: Spot, total: int | None) -> Iterator[Any]:
        """A list that pages do not reach to its end has a gap, not a second pass."""
        yield from super().end(spot._replace(second=True) if (total or 0) > _DEEPEST else spot, total)

    def go_to(self, spot: Spot) -> Iterator[Request]:
        """The next page, as far as pages reach."""
        if self.address(spot) is None and spot.passed:
            yield from self.end(spot, next(reversed(self.tally.totals), None))
        else:
            yield from super().go_to(spot)


def _first_three(named: Portal) -> str:
    pairs = [("limit", 3), *query(named, OpendatasoftOptions(), None, ())]
    return f"{named.root}{API}/datasets?{urlencode(pairs, quote_via=quote)}"


def _cut(document: Any) -> Cut | None:
    if isinstance(document, list):
        entries, total = document, None
    elif isinstance(document, dict) and isinstance(document.get("results"), list):
        entries, total = document["results"], document.get("total_count")
        if not isinstance(total, int):
            return None
    else:
        return None
    plausible = all(isinstance(entry, dict) and "dataset_id" in entry for entry in entries[:1])
    return Cut(entries, total) if plausible and (entries or total is not None) else None
