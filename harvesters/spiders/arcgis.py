"""Reaches the items of an ArcGIS Hub site through its search (in the manner of OGC API), or the older API version 3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from scrapy.http import Request

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.portals.arcgis import Portal, portal
from harvesters.portals.arcgis_options import ArcgisOptions, filter_of
from harvesters.portals.paging import Cut, ListSpider, Spot
from harvesters.reading import Page
from harvesters.spider import Detected, Options
from schemas.loose_json import load_json
from schemas.syntax import Unreadable

# The ways of asking: the search for what changed, the search for all, API version 3.
_CHANGED, _SEARCH, _VERSION_3 = 0, 1, 2
# Asked at an address that is no site of its own, version 3 answers for all sites of the world.
_ALL_SITES = 100_000


class ArcgisSpider(ListSpider):
    """The collection of datasets by pages; where the search is missing, the datasets of version 3."""

    name = "arcgis"
    reader = "arcgis"
    title = ("ArcGIS Hub", "ArcGIS Hub")
    options_model: ClassVar[type[Options]] = ArcgisOptions
    manners = 3

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The first three datasets of the search, and of version 3."""
        if not url.startswith(("http://", "https://")):
            return ()
        origin = portal(url).origin
        search = f"{origin}/api/search/v1/collections/dataset/items?limit=3&startindex=1"
        return search, f"{origin}/api/v3/datasets?page%5Bnumber%5D=1&page%5Bsize%5D=3"

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """An answer of the Hub's search, else of version 3."""
        for address, certainty in zip(cls.probes(url), (94, 84), strict=False):
            try:
                found = _cut(load_json(answers[address].body)[0]) if address in answers else None
            except Unreadable:
                continue
            if found is None or (certainty < 90 and not found.entries):
                continue
            named = portal(url)
            titles = tuple(_title(entry) for entry in found.entries[:3] if isinstance(entry, dict))
            options = {"q": named.q} if named.q else {}
            return Detected(cls.name, named.origin, found.total, titles, options, certainty)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first page, of all items or of those that changed."""
        self.portal: Portal = portal(self.source.url)
        yield from super().first()

    def go_to(self, spot: Spot) -> Iterator[Request]:
        """A page; without a moment to compare with, the search for changes is that for all."""
        manner = _SEARCH if spot.manner == _CHANGED and self.job.since is None else spot.manner
        self.job.changes_only = manner == _CHANGED
        yield from super().go_to(spot._replace(manner=manner))

    def address(self, spot: Spot) -> str | None:
        """A page of the search in the order of creation, in the second pass backwards; or of version 3."""
        options, size = self.options, self.options.page_size
        words = options.q or self.portal.q
        if spot.manner == _VERSION_3:
            if spot.second or options.filter or options.collection != "dataset":
                return None
            asked: list[tuple[str, Any]] = [("page[number]", spot.number + 1), ("page[size]", size)]
            for field, values in (("type", options.types), ("tags", options.tags)):
                asked += [(f"filter[{field}]", f"any({','.join(values)})")] if values else []
            asked += [("q", words)] if words else []
            return f"{self.portal.origin}/api/v3/datasets?{urlencode(asked, quote_via=quote)}"
        asked = [("limit", size), ("startindex", spot.passed + 1)]
        asked.append(("sortBy", "-properties.created" if spot.second else "properties.created"))
        if wanted := filter_of(options, self.job.since if spot.manner == _CHANGED else None):
            asked.append(("filter", wanted))
        asked += [("q", words)] if words else []
        collection = quote(options.collection, safe="")
        url = f"{self.portal.origin}/api/search/v1/collections/{collection}/items"
        return f"{url}?{urlencode(asked, quote_via=quote)}"

    def cut(self, document: Any, spot: Spot) -> Cut | None:
        """The features of a search, or the data of version 3."""
        return _cut(document)

    def location(self, entry: dict[str, Any]) -> str | None:
        """The item's page on the site."""
        identity = word(entry.get("id"))
        return f"{self.portal.origin}/datasets/{quote(identity, safe='')}" if identity else None

    def withheld(self, entry: dict[str, Any]) -> str | None:
        """Items that are shared with an organisation only."""
        access = word(_properties(entry).get("access")).casefold()
        return f"access: {access}" if access in ("private", "shared", "org") else None


def _cut(document: Any) -> Cut | None:
    if not isinstance(document, dict):
        return None
    if document.get("type") == "FeatureCollection" and isinstance(document.get("features"), list):
        total, links = document.get("numberMatched"), document.get("links")
        if not isinstance(total, int) or not all(_is_item(entry) for entry in document["features"][:1]):
            return None
        rels = {word(link.get("rel")) for link in links if isinstance(link, dict)} if isinstance(links, list) else set()
        return Cut(document["features"], total, "next" in rels if rels else None)
    entries, meta = document.get("data"), document.get("meta")
    if not isinstance(entries, list) or not isinstance(meta, dict):
        return None
    if not all(isinstance(entry, dict) and isinstance(entry.get("attributes"), dict) for entry in entries[:1]):
        return None
    stats = meta.get("stats")
    given = meta.get("total", stats.get("totalCount") if isinstance(stats, dict) else None)
    total = given if isinstance(given, int) else None
    if total is not None and total >= _ALL_SITES:
        return None
    return Cut(entries, total, None if total is not None else bool(entries))


def _is_item(entry: Any) -> bool:
    """Whether a feature is an item of ArcGIS: other interfaces of OGC API give features as well."""
    if not isinstance(entry, dict) or not isinstance(entry.get("properties"), dict):
        return False
    known = set(entry["properties"])
    return {"owner", "type"} <= known or {"title", "type", "access"} <= known


def _properties(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    given = entry.get("properties") or entry.get("attributes")
    return given if isinstance(given, dict) else {}


def _title(entry: Mapping[str, Any]) -> str:
    said = _properties(entry)
    return word(said.get("title")) or word(said.get("name"))
