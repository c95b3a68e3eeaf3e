"""Reaches the datasets of a udata portal (as data.gouv.fr) through its API, version 1 or 2."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from scrapy.http import Request, Response

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.portals.paging import Cut, ListSpider, Spot
from harvesters.portals.udata import Portal, UdataOptions, filters, is_id, portal
from harvesters.reading import Native, Page
from harvesters.spider import Detected, Options
from schemas.loose_json import load_json, sorted_json
from schemas.syntax import Unreadable

# Version 1 gives each dataset with its resources; version 2 only names the list of them.
_VERSIONS = ("1", "2")
_RESOURCES = 100


class UdataSpider(ListSpider):
    """The list of datasets by pages; where version 1 is missing, version 2 and the resources of each dataset."""

    name = "udata"
    reader = "udata"
    title = ("udata-Portal", "udata portal")
    options_model: ClassVar[type[Options]] = UdataOptions
    manners = len(_VERSIONS)
    key_header = ("X-API-KEY", "")

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The first three datasets in both versions."""
        if not url.startswith(("http://", "https://")):
            return ()
        root = portal(url).root
        return tuple(f"{root}/api/{version}/datasets/?page=1&page_size=3" for version in _VERSIONS)

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A page of datasets as udata writes it."""
        for address in cls.probes(url):
            try:
                found = _cut(load_json(answers[address].body)[0]) if address in answers else None
            except Unreadable:
                continue
            if found is None:
                continue
            named = portal(url)
            titles = tuple(word(entry.get("title")) for entry in found.entries[:3] if isinstance(entry, dict))
            stated = {"organization": named.organization, "tags": list(named.tags)}
            options = {key: value for key, value in stated.items() if value}
            return Detected(cls.name, named.root, found.total, titles, options, 92)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first page; before it the id of an organisation that is given by name."""
        self.portal: Portal = portal(self.source.url)
        self.organization: str = self.options.organization or self.portal.organization
        self._waiting: list[Request] = []
        if self.organization and not is_id(self.organization):
            url = f"{self.portal.root}/api/1/organizations/{quote(self.organization, safe='')}/"
            yield self.ask(url, self.named)
        else:
            yield from super().first()

    def named(self, response: Response) -> Iterator[Any]:
        """The organisation whose datasets are wanted."""
        try:
            document, _ = load_json(response.body)
        except Unreadable as unreadable:
            self.fail_at(response.url, unreadable.de, unreadable.en)
            return
        self.organization = word(document.get("id")) if isinstance(document, dict) else ""
        if not is_id(self.organization):
            self.fail_at(response.url, "die Organisation hat keine Kennung", "the organisation has no id")
            return
        # Kept without datasets, so that a replay finds the organisation again.
        yield self.page(response, ())
        yield from super().first()

    def address(self, spot: Spot) -> str | None:
        """A page of the list in the order of creation, in the second pass backwards."""
        asked: list[tuple[str, Any]] = [("page", spot.number + 1), ("page_size", self.options.page_size)]
        asked.append(("sort", "-created" if spot.second else "created"))
        asked += filters(self.portal, self.options, self.organization)
        version = _VERSIONS[spot.manner]
        return f"{self.portal.root}/api/{version}/datasets/?{urlencode(asked, quote_via=quote)}"

    def cut(self, document: Any, spot: Spot) -> Cut | None:
        """The list ``data`` with its ``total`` and whether a next page is named."""
        return _cut(document)

    def location(self, entry: dict[str, Any]) -> str | None:
        """The dataset's page as the portal names it."""
        page = word(entry.get("page"))
        return page if page.startswith(("http://", "https://")) else None

    def gone(self, entry: dict[str, Any]) -> str | None:
        """A dataset with a date of deletion."""
        return word(entry.get("id")) or None if entry.get("deleted") else None

    def withheld(self, entry: dict[str, Any]) -> str | None:
        """Private and archived datasets come where a key is given."""
        return "private" if entry.get("private") is True else "archived" if entry.get("archived") else None

    def listed(self, response: Response, spot: Spot) -> Iterator[Any]:
        """A page of the list, then the resources of its datasets, then the next page."""
        for found in super().listed(response, spot):
            yield found
            if isinstance(found, Page):
                yield from self._waiting
                self._waiting.clear()

    def taken(self, entry: dict[str, Any], fingerprint: bytes) -> Native | None:
        """A dataset with its resources; version 2 has them in a list of their own."""
        rest, identity = entry.get("resources"), word(entry.get("id"))
        if isinstance(rest, dict) and rest.get("rel") == "subsection" and identity and rest.get("total") != 0:
            self._waiting.append(self._resources({**entry, "resources": []}, 1))
            return None
        if isinstance(rest, dict) and rest.get("rel") == "subsection":
            return super().taken({**entry, "resources": []}, fingerprint)
        return super().taken(entry, fingerprint)

    def _resources(self, entry: dict[str, Any], number: int) -> Request:
        identity = quote(word(entry["id"]), safe="")
        url = f"{self.portal.root}/api/2/datasets/{identity}/resources/?page={number}&page_size={_RESOURCES}"
        return self.ask(url, self.listed_resources, cb_kwargs={"entry": entry, "number": number})

    def listed_resources(self, response: Response, entry: dict[str, Any], number: int) -> Iterator[Any]:
        """A page of a dataset's resources; the dataset comes with the last of them."""
        try:
            document, _ = load_json(response.body)
        except Unreadable as unreadable:
            self.fail_at(response.url, unreadable.de, unreadable.en)
            return
        came = document.get("data") if isinstance(document, dict) else None
        if not isinstance(came, list) or (came and came[0] in entry["resources"]):
            self.fail_at(response.url, "keine Seite von Ressourcen", "no page of resources")
            return
        whole = {**entry, "resources": [*entry["resources"], *came]}
        if came and document.get("next_page"):
            yield self.page(response, ())
            yield self._resources(whole, number + 1)
        else:
            yield self.page(response, [Native(whole, sorted_json(whole), self.location(whole))])


def _cut(document: Any) -> Cut | None:
    if not isinstance(document, dict) or not isinstance(document.get("data"), list) or "page_size" not in document:
        return None
    entries, total = document["data"], document.get("total")
    if not all(isinstance(entry, dict) and "slug" in entry for entry in entries[:1]):
        return None
    return Cut(entries, total if isinstance(total, int) else None, bool(document.get("next_page")))
