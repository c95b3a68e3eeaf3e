"""Reaches the assets of a Socrata portal through the Discovery API, or through the metadata API of its domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from scrapy.http import Request

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.portals.paging import Cut, ListSpider, Spot
from harvesters.portals.socrata import Portal, SocrataOptions, filters, portal
from harvesters.reading import Page
from harvesters.spider import Detected, Options
from schemas.loose_json import load_json
from schemas.syntax import Unreadable

# The ways of asking: the Discovery API by the day of change, then by id; the metadata API, which knows no filter.
_CHANGED, _BY_ID, _METADATA = 0, 1, 2
# The Discovery API refuses offset + limit beyond this; then the id of the last asset is where it goes on.
_DEEPEST = 10_000


class SocrataSpider(ListSpider):
    """The catalogue of one domain by pages, deeper by the last id; where it is missing, the domain's metadata."""

    name = "socrata"
    reader = "socrata"
    title = ("Socrata-Portal (Discovery API)", "Socrata portal (Discovery API)")
    options_model: ClassVar[type[Options]] = SocrataOptions
    manners = 3
    key_header = ("X-App-Token", "")

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """Three assets of the catalogue, and three of the domain's metadata."""
        if not url.startswith(("http://", "https://")):
            return ()
        named = portal(url)
        asked = urlencode([*filters(named, SocrataOptions()), ("limit", 3)], quote_via=quote)
        return f"{named.origin}/api/catalog/v1?{asked}", f"{named.origin}/api/views/metadata/v1?limit=3&page=1"

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """An answer of the Discovery API, else of the metadata API."""
        for address, certainty in zip(cls.probes(url), (94, 85), strict=False):
            try:
                found = _cut(load_json(answers[address].body)[0]) if address in answers else None
            except Unreadable:
                continue
            if found is None or not (found.entries or found.total == 0):
                continue
            named = portal(url)
            titles = tuple(word(_asset(entry).get("name")) for entry in found.entries[:3] if isinstance(entry, dict))
            stated = {"categories": list(named.categories), "tags": list(named.tags), "q": named.q}
            options = {key: value for key, value in stated.items() if value}
            return Detected(cls.name, named.origin, found.total, titles, options, certainty)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first page: of what changed last, or of all in the order of ids."""
        self.portal: Portal = portal(self.source.url)
        self.job.changes_only = self.job.since is not None
        yield from super().first()

    def go_to(self, spot: Spot) -> Iterator[Request]:
        """A page; more changes than offsets reach are as good as everything."""
        if spot.manner == _CHANGED and (self.job.since is None or spot.passed + self.options.page_size > _DEEPEST):
            self.tally.begin_again()
            spot = Spot(manner=_BY_ID)
        self.job.changes_only = spot.manner == _CHANGED
        yield from super().go_to(spot)

    def address(self, spot: Spot) -> str | None:
        """A page by offset, and beyond 10,000 by the last id; in the second pass backwards."""
        size = self.options.page_size
        if spot.manner == _METADATA:
            # Neither filters nor another order: nothing to ask where the source wants only a part.
            wanted = [
                name
                for name, _ in filters(self.portal, self.options)
                if name not in ("domains", "search_context", "only")
            ]
            if wanted or spot.second:
                return None
            return f"{self.portal.origin}/api/views/metadata/v1?limit={size}&page={spot.number + 1}"
        asked = [*filters(self.portal, self.options), ("limit", size)]
        if spot.passed + size > _DEEPEST:
            if spot.second or not spot.mark:
                return None
            asked.append(("scroll_id", spot.mark))
        else:
            order = "updatedAt" if spot.manner == _CHANGED else "dataset_id DESC" if spot.second else "dataset_id"
            asked += [("order", order), ("offset", spot.passed)]
        return f"{self.portal.origin}/api/catalog/v1?{urlencode(asked, quote_via=quote)}"

    def cut(self, document: Any, spot: Spot) -> Cut | None:
        """The ``results`` with their ``resultSetSize``, or the bare list of the metadata API."""
        return _cut(document)

    def location(self, entry: dict[str, Any]) -> str | None:
        """The asset's permanent address."""
        place = word(entry.get("permalink")) or word(entry.get("webUri"))
        return place if place.startswith(("http://", "https://")) else None

    def withheld(self, entry: dict[str, Any]) -> str | None:
        """The metadata API also lists what the portal keeps out of its own catalogue."""
        return "hideFromCatalog" if entry.get("hideFromCatalog") is True else None

    def is_old(self, entry: dict[str, Any]) -> bool:
        """Whether an asset's last change lies before what is wanted; one without a date is not old."""
        since = self.job.since
        if since is None or not self.job.changes_only:
            return False
        try:
            changed = datetime.fromisoformat(word(_asset(entry).get("updatedAt")))
        except ValueError:
            return False
        return (changed if changed.tzinfo else changed.replace(tzinfo=UTC)) < since


def _cut(document: Any) -> Cut | None:
    if isinstance(document, list):
        known = all(isinstance(entry, dict) and {"id", "name", "webUri"} <= entry.keys() for entry in document[:1])
        return Cut(document, None, bool(document)) if known else None
    if not isinstance(document, dict) or not isinstance(document.get("results"), list):
        return None
    entries, total = document["results"], document.get("resultSetSize")
    if not isinstance(total, int) or not all(isinstance(e, dict) and "resource" in e for e in entries[:1]):
        return None
    last = entries[-1] if entries and isinstance(entries[-1], dict) else {}
    return Cut(entries, total, None, word(_asset(last).get("id")) or None)


def _asset(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    resource = entry.get("resource")
    return resource if isinstance(resource, dict) else entry
