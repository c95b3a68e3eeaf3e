"""Reaches a data.json: the one file in which ArcGIS Hub, DKAN and Socrata list their datasets (DCAT-US 1.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.reading import UNREADABLE_RECORD, Native, Page
from harvesters.reasons import Reason, answered, joined
from harvesters.spider import Detected, HarvestSpider, request_of
from schemas.findings import Finding, Severity
from schemas.loose_json import JSON_REPAIRED, load_json, sorted_json
from schemas.syntax import Unreadable, excerpt

# Where the file lies: by DCAT-US at the site's root, in ArcGIS Hub under its feeds.
_PLACES = ("/data.json", "/api/feed/dcat-us/1.1.json")


class Listing(NamedTuple):
    """What a data.json holds: its entries, and whether its JSON had to be repaired."""

    entries: list[Any]
    repaired: bool


def candidates(url: str) -> tuple[str, ...]:
    """The addresses at which a data.json may lie: the address itself if it names a file, else those of the site's root."""
    parts = urlsplit(url)
    last = parts.path.rpartition("/")[2].lower()
    if last.endswith((".json", ".jsonld")) or "dcat-us" in parts.path:
        return (url,)
    root = f"{parts.scheme}://{parts.netloc}"
    places = [f"{root}{place}" for place in _PLACES]
    # A portal below a path of its own keeps the file there.
    below = [f"{root}{parts.path.rstrip('/')}{_PLACES[0]}"] if parts.path.strip("/") else []
    return tuple(dict.fromkeys([*below, *places]))


def listing(body: bytes) -> Listing:
    """The entries of a data.json: an object with ``dataset``, or a bare list as before version 1.1.

    Raises Unreadable for anything else (F01, F03, F21).
    """
    document, repaired = load_json(body)
    entries = document.get("dataset") if isinstance(document, dict) else document
    objects = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries[:1])
    if not isinstance(entries, list) or not objects or (isinstance(document, list) and not _plausible(entries)):
        shown = excerpt(body[:1000].decode("utf-8", "replace"))
        raise Unreadable(
            f"JSON, aber keine data.json: es fehlt die Liste „dataset“; die Antwort beginnt mit: {shown}",
            f"JSON, but no data.json: the list “dataset” is missing; the answer begins with: {shown}",
        )
    return Listing(entries, repaired)


def _plausible(entries: list[Any]) -> bool:
    return bool(entries) and "title" in entries[0] and bool({"identifier", "accessLevel"} & entries[0].keys())


class DataJsonSpider(HarvestSpider):
    """A single file: fetched whole, with validators, and cut into its entries."""

    name = "datajson"
    reader = "dcatus"
    title = ("data.json (DCAT-US)", "data.json (DCAT-US)")

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The places where the file may lie."""
        return candidates(url) if url.startswith(("http://", "https://")) else ()

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """The first place that holds a data.json."""
        for address in cls.probes(url):
            if address not in answers:
                continue
            try:
                entries = listing(answers[address].body).entries
            except Unreadable:
                continue
            titles = tuple(word(entry.get("title")) for entry in entries[:3] if isinstance(entry, dict))
            return Detected(cls.name, address, len(entries), titles, {}, 80)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first place to look."""
        self._reasons: list[Reason] = []
        yield self.look(candidates(self.source.url))

    def look(self, places: tuple[str, ...]) -> Request:
        """A request to the first of the places left."""
        headers = {"Authorization": self.source.api_key} if self.source.api_key else {}
        kwargs: dict[str, Any] = {"cb_kwargs": {"places": places}, "errback": self.missing, "headers": headers}
        return self.request(places[0], self.listed, dont_filter=True, **kwargs)

    def listed(self, response: Response, places: tuple[str, ...]) -> Iterator[Any]:
        """The file as one page; what is no data.json leads to the next place."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        try:
            found = listing(response.body)
        except Unreadable as unreadable:
            yield from self.elsewhere(places, Reason(unreadable.de, unreadable.en))
            return
        if found.repaired:
            self.job.findings.append(Finding(Severity.WARNING, response.url, None, JSON_REPAIRED))
        natives: list[Native] = []
        unusable: list[Finding] = []
        for number, entry in enumerate(found.entries):
            fingerprint = sorted_json(entry)
            if isinstance(entry, dict) and fingerprint:
                natives.append(Native(entry, fingerprint, _location(entry)))
            else:
                reason = f"dataset[{number}]: {type(entry).__name__ if fingerprint else 'nested too deeply'}"
                unusable.append(Finding(Severity.VIOLATION, response.url, None, UNREADABLE_RECORD, (reason,)))
        self.job.stated_total = len(found.entries)
        yield self.page(response, natives, unusable)

    def missing(self, failure: Failure) -> Iterator[Any]:
        """Nothing at a place: the next; a server that does not answer at all has no other place."""
        error, request = failure.value, request_of(failure)
        places: tuple[str, ...] = request.cb_kwargs["places"]
        if isinstance(error, HttpError) and error.response.status in (400, 404, 405, 410):
            yield from self.elsewhere(places, answered(error.response.status))
        elif self.job.replay is not None and len(places) > 1:
            yield self.look(places[1:])
        else:
            self.failed(failure)

    def elsewhere(self, places: tuple[str, ...], said: Reason) -> Iterator[Any]:
        """The next place, or the end with all reasons."""
        self._reasons.append(said.at(places[0]))
        if len(places) > 1:
            yield self.look(places[1:])
        else:
            self.job.failures.append(joined(self._reasons))


def _location(entry: dict[str, Any]) -> str | None:
    page = word(entry.get("landingPage"))
    return page if page.startswith(("http://", "https://")) else None
