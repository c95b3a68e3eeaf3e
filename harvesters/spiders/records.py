"""Reaches the collections of an OGC API (Features, EDR, Coverages, Maps, Tiles) and the records of its catalogues."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.mapping.native_values import word
from harvesters.ogc import api as ogc
from harvesters.ogc import api_detection
from harvesters.ogc.api import Api, ApiEntry, Link
from harvesters.ogc.api_natives import absolute_links, cut, digest, is_record, shown
from harvesters.reading import UNREADABLE_RECORD, Native, Page
from harvesters.reasons import FAILURE, INCOMPLETE, LIMIT, rule_of
from harvesters.spider import Detected, HarvestSpider, Options, request_of
from schemas.findings import Finding, Severity, declare
from schemas.loose_json import JSON_REPAIRED, sorted_json
from schemas.syntax import Unreadable

PART_MISSING = declare(
    "ogcapi-part-missing",
    "Die Schnittstelle nennt {0}, dort kam aber keine brauchbare Antwort ({1}).",
    "The API links to {0}, but no usable answer came from there ({1}).",
    "Lassen Sie den Betreiber der Schnittstelle die Verweise der Startseite prüfen.",
    "Have the operator of the API check the links of its landing page.",
    "OGC 19-072, landing page",
)
NO_COLLECTION_WANTED = declare(
    "collections-option-matches-nothing",
    "Auf „{0}“ passt keine Sammlung der Schnittstelle.",
    "No collection of the API matches “{0}”.",
    "Berichtigen Sie [records] collections; die Namen stehen unter /collections als id.",
    "Correct [records] collections; the names stand under /collections as id.",
)

ACCEPT = "application/geo+json, application/json;q=0.9, application/vnd.oai.openapi+json;version=3.0;q=0.8, */*;q=0.1"


class RecordsOptions(Options):
    """The table ``[records]`` of a source file."""

    collections: tuple[str, ...] = ()
    """Ids of collections, with ``*`` for any signs; none means all."""

    limit: int = Field(default=100, ge=1, le=10_000)
    """Records asked for in one request."""

    q: str = ""
    """Words that records must hold."""

    filter: str = ""
    """A condition on records in CQL2 text, for interfaces that know it."""

    bbox: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees: records whose place touches it."""


@dataclass(slots=True)
class _Walk:
    """The way through the items of one catalogue: what was visited, what came, how many there are said to be."""

    collection: str
    api: Api
    visited: set[str] = field(default_factory=set)
    contents: set[bytes] = field(default_factory=set)
    ids: set[str] = field(default_factory=set)
    unusable: int = 0
    stated: int | None = None


class RecordsSpider(HarvestSpider):
    """From the landing page to conformance, description and collections; catalogues are gone through by ``next`` links."""

    name = "records"
    reader = "ogcrecords"
    title = ("OGC API (Records, Features und weitere)", "OGC API (Records, Features and others)")
    options_model: ClassVar[type[Options]] = RecordsOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The landing page in JSON, and the collections below it."""
        return api_detection.probes(url)

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """The collections, if they are those of an API; a landing page or a page of records that the address is itself."""
        return api_detection.detect(cls.name, url, answers)

    def first(self) -> Iterable[Request | Page]:
        """The landing page, or the file that the address is."""
        self._held: list[Response] = []
        self._seen_collections: set[str] = set()
        self._pages = 0
        self._natives: list[dict[str, Any]] = []
        self._catalogues: list[tuple[dict[str, Any], str]] = []
        place = ogc.place(self.source.url)
        self.patterns = (place.collection,) if place.collection else self.options.collections
        is_file = urlsplit(self.source.url).path.lower().endswith((".json", ".geojson"))
        yield self.ask(self.source.url if is_file else place.landing, self.arrived)

    def ask(self, url: str, callback: Any, *, part: bool = False, **kwargs: Any) -> Request:
        """A request for JSON; a ``part`` may be missing without an end of the run."""
        headers = {"Accept": ACCEPT}
        if self.source.api_key and urlsplit(url)[:2] == urlsplit(self.source.url)[:2]:
            headers["Authorization"] = self.source.api_key
        errback = self.part_missing if part else self.refused
        # What comes next stands in the document, so that an answer 304 would end the walk.
        return self.request(
            url, callback, conditional=False, dont_filter=True, headers=headers, errback=errback, cb_kwargs=kwargs
        )

    def arrived(self, response: Response, again: bool = False) -> Iterator[Any]:
        """The first document: a landing page, collections, records; HTML leads to the same address with ``f=json``."""
        found = self._read(response, quiet=not again)
        if found is None:
            if not again:
                yield self.ask(ogc.with_query(response.url, f="json"), self.arrived, again=True)
            return
        if (entries := ogc.records_in(found)) is not None:
            if entries and not any(isinstance(each, dict) and is_record(each) for each in entries):
                self.fail(
                    f"{response.url}: GeoJSON mit Daten, keine Metadaten: kein Objekt hat id, type und title",
                    f"{response.url}: GeoJSON with data, no metadata: no feature has id, type and title",
                )
                return
            yield from self._records(response, found, entries, _Walk("", Api(self.source.url)))
        elif ogc.collections_in(found) is not None and not ogc.is_landing(found):
            self._api = Api(response.url)
            yield from self.collected(response)
        elif ogc.is_landing(found):
            self._held.append(response)
            self._api = Api(response.url, {**found, "links": absolute_links(found, response.url)})
            following = ogc.link(ogc.links(found, response.url), "conformance")
            if following is not None:
                yield self.ask(following.href, self.conformed, part=True)
            else:
                yield from self._description()
        else:
            self._no_document(response, found)

    def conformed(self, response: Response) -> Iterator[Any]:
        """What the API says it can do."""
        found = self._read(response, part=True)
        if found is not None:
            self._held.append(response)
            stated = found.get("conformsTo")
            classes = tuple(each for each in stated if isinstance(each, str)) if isinstance(stated, list) else ()
            self._api = replace(self._api, conforms_to=classes)
        yield from self._description()

    def described(self, response: Response) -> Iterator[Any]:
        """The API's description: contact and terms stand there only."""
        found = self._read(response, part=True)
        if found is not None:
            self._held.append(response)
            info = found.get("info")
            self._api = replace(self._api, info=info if isinstance(info, dict) else {})
        yield self._collections()

    def collected(self, response: Response) -> Iterator[Any]:
        """A page of collections: each is a dataset, or a catalogue whose records are."""
        found = self._read(response)
        entries = ogc.collections_in(found) if found is not None else None
        if found is None or entries is None:
            if found is not None:
                self._no_document(response, found)
            return
        self._held.append(response)
        unusable = 0
        for entry in entries:
            if not isinstance(entry, dict) or not word(entry.get("id")):
                unusable += 1
            elif ogc.is_wanted(entry, self.patterns):
                own = {**entry, "links": absolute_links(entry, response.url)}
                if ogc.holds_records(entry):
                    self._catalogues.append((own, response.url))
                else:
                    self._natives.append(own)
        for _ in range(unusable):
            self.job.findings.append(
                Finding(Severity.WARNING, response.url, None, UNREADABLE_RECORD, ("a collection without an id",))
            )
        following = self._next(ogc.links(found, response.url), response.url, self._seen_collections)
        if following is not None:
            yield self.ask(following, self.collected)
            return
        yield from self._deliver()

    def _deliver(self) -> Iterator[Any]:
        """The pages so far, the last with the natives of all collections; then the catalogues."""
        served = tuple(dict.fromkeys(ogc.collection_id(word(entry["id"])) for entry in self._natives))
        self._api = replace(self._api, served=served)
        whole = digest(self._api)
        natives = []
        for entry in self._natives:
            if fingerprint := sorted_json(entry):
                data = ApiEntry(ogc.collection_id(word(entry["id"])), "collection", entry, self._api)
                natives.append(Native(data, fingerprint + whole, shown(ogc.links(entry))))
        for response in self._held[:-1]:
            yield self.page(response, [])
        yield self.page(self._held[-1], natives)
        if not self._natives and not self._catalogues and self.patterns:
            wanted = ", ".join(self.patterns)
            self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, NO_COLLECTION_WANTED, (wanted,)))
        self.job.stated_total = len(natives)
        for entry, base in self._catalogues:
            yield self._items(entry, base)

    def _items(self, entry: dict[str, Any], base: str) -> Request:
        """The first page of a catalogue's records, with what the options and the time of the last run ask for."""
        name = word(entry.get("id"))
        items = ogc.link(ogc.links(entry), "items")
        address = (
            items.href if items else f"{base.partition('?')[0].partition('/collections')[0]}/collections/{name}/items"
        )
        options = self.options
        asked = {"limit": str(options.limit), "q": options.q}
        if options.bbox is not None:
            asked["bbox"] = ",".join(f"{edge:g}" for edge in options.bbox)
        conditions = [f"({options.filter})"] if options.filter else []
        if self.job.since is not None and self._api.filters:
            # "datetime" asks for what the data are about, not for when a record was changed.
            conditions.append(f"updated >= TIMESTAMP('{self.job.since:%Y-%m-%dT%H:%M:%SZ}')")
            self.job.changes_only = True
        if conditions:
            asked |= {"filter": " AND ".join(conditions), "filter-lang": "cql2-text"}
        walk = _Walk(name, self._api)
        url = ogc.with_query(address, **asked)
        walk.visited.add(url)
        return self.ask(url, self.listed, walk=walk)

    def listed(self, response: Response, walk: _Walk) -> Iterator[Any]:
        """A page of records, and the request for the next."""
        found = self._read(response)
        entries = ogc.records_in(found) if found is not None else None
        if found is None or entries is None:
            if found is not None:
                self._no_document(response, found)
            return
        yield from self._records(response, found, entries, walk)

    def _records(self, response: Response, found: dict[str, Any], entries: list[Any], walk: _Walk) -> Iterator[Any]:
        natives, unusable = cut(response.url, entries, walk.api)
        content = blake2b(b"".join(sorted(native.fingerprint for native in natives)), digest_size=16).digest()
        if natives and content in walk.contents:
            self._stop(
                response.url,
                "die Seite wiederholt die Datensätze einer früheren",
                "the page repeats an earlier one's records",
                INCOMPLETE,
            )
            return
        walk.contents.add(content)
        # One without an id gets one by the reader.
        new = [each for each in natives if not each.data.native_id or each.data.native_id not in walk.ids]
        walk.ids |= {native.data.native_id or native.fingerprint.hex() for native in new}
        walk.unusable += len(unusable)
        if (stated := ogc.total(found)) is not None:
            self.job.stated_total = (self.job.stated_total or 0) + stated - (walk.stated or 0)
            walk.stated = stated
        yield self.page(response, new, unusable)
        following = self._next(ogc.links(found, response.url), response.url, walk.visited) if entries else None
        if following is not None:
            yield self.ask(following, self.listed, walk=walk)
        elif walk.stated is not None and len(walk.ids) + walk.unusable < walk.stated:
            came = len(walk.ids) + walk.unusable
            self._stop(
                response.url,
                f"{came} von {walk.stated} genannten Datensätzen kamen",
                f"{came} of {walk.stated} stated records came",
                INCOMPLETE,
            )

    def _next(self, found: Sequence[Link], url: str, visited: set[str]) -> str | None:
        """The next page's address; one that was visited, or one beyond the budget, ends the walk (F11 to F13)."""
        following = next((each.href for each in found if each.rel == "next"), None)
        if following is None:
            return None
        self._pages += 1
        pages = self.source.limits.pages
        if following in visited or following == url:
            self._stop(
                url,
                f"die nächste Seite {following} wurde schon abgerufen",
                f"the next page {following} was fetched before",
                INCOMPLETE,
            )
        elif self._pages >= pages:
            self._stop(
                url, f"das Budget von {pages} Seiten ist erschöpft", f"the budget of {pages} pages is spent", LIMIT
            )
        elif self.job.records >= self.source.limits.records:
            most = self.source.limits.records
            self._stop(
                url,
                f"das Budget von {most} Datensätzen ist erschöpft",
                f"the budget of {most} records is spent",
                LIMIT,
            )
        else:
            visited.add(following)
            return following
        return None

    def _description(self) -> Iterator[Request]:
        following = ogc.description_link(ogc.links(self._api.landing))
        if following is not None:
            yield self.ask(following.href, self.described, part=True)
        else:
            yield self._collections()

    def _collections(self) -> Request:
        following = ogc.link(ogc.links(self._api.landing), "data", "collections")
        address = following.href if following else f"{self._api.url.partition('?')[0].rstrip('/')}/collections"
        self._seen_collections.add(address)
        return self.ask(address, self.collected)

    def _read(self, response: Response, part: bool = False, quiet: bool = False) -> dict[str, Any] | None:
        try:
            found, repaired = ogc.document(response.body)
        except Unreadable as unreadable:
            if part:
                self._missing(response.url, unreadable.en)
            elif not quiet:
                self.fail(f"{response.url}: {unreadable.de}", f"{response.url}: {unreadable.en}")
            return None
        if repaired:
            self.job.findings.append(Finding(Severity.WARNING, response.url, None, JSON_REPAIRED))
        return found

    def _no_document(self, response: Response, found: Mapping[str, Any]) -> None:
        keys = ", ".join(sorted(str(key) for key in found)[:8])
        self.fail(
            f"{response.url}: kein Dokument einer OGC API; die Felder sind: {keys}",
            f"{response.url}: no document of an OGC API; its fields are: {keys}",
        )

    def _stop(self, url: str, de: str, en: str, rule: str = FAILURE) -> None:
        self.fail(f"{url}: Abruf beendet, {de}", f"{url}: fetching ended, {en}", rule)

    def _missing(self, url: str, reason: str) -> None:
        self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, PART_MISSING, (url, reason)))

    def refused(self, failure: Failure) -> Iterator[Any]:
        """A request that brought nothing, with what the API says about it."""
        error = failure.value
        if isinstance(error, HttpError):
            try:
                ogc.document(error.response.body)
            except Unreadable as unreadable:
                url, status = error.response.url, error.response.status
                self.fail(
                    f"{url}: Status {status}, {unreadable.de}",
                    f"{url}: status {status}, {unreadable.en}",
                    rule_of(status),
                )
                return
        self.failed(failure)
        yield from ()

    def part_missing(self, failure: Failure) -> Iterator[Any]:
        """Conformance or description did not come: the run goes on without."""
        error, request = failure.value, request_of(failure)
        if not (self.job.replay is not None and isinstance(error, IgnoreRequest)):
            status = f"status {error.response.status}" if isinstance(error, HttpError) else type(error).__name__
            self._missing(request.url, status)
        if request.callback == self.conformed:
            yield from self._description()
        else:
            yield self._collections()
