"""Reaches the Things and Datastreams of an OGC SensorThings server (FROST and others)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Literal

from pydantic import Field
from scrapy.http import Request, Response

from harvesters.answer import Answer
from harvesters.city import sensor_answers as answers_of
from harvesters.city.extents import Years
from harvesters.city.sensor_answers import Listing
from harvesters.city.sensor_groups import PROPERTY, Groups, slim_stream, slim_thing
from harvesters.mapping.native_values import word
from harvesters.reading import Native, Page
from harvesters.reasons import INCOMPLETE
from harvesters.spider import Detected, HarvestSpider, Options
from schemas.findings import Finding, Severity, declare
from schemas.iris import digest
from schemas.loose_json import sorted_json
from schemas.syntax import Unreadable

LINKS_ELSEWHERE = declare(
    "sensorthings-links-elsewhere",
    "Der Server verweist für weitere Seiten auf eine andere Adresse ({0}); es wurde unter der eigenen weitergelesen.",
    "The server names another address for further pages ({0}); reading went on under its own.",
    "Lassen Sie den Betreiber die öffentliche Adresse einstellen (FROST: serviceRootUrl).",
    "Have the operator set the public address (FROST: serviceRootUrl).",
    "faults F31, F72",
)


class SensorThingsOptions(Options):
    """What becomes one dataset, and how many Things are asked for at once."""

    group: Literal["observed_property", "thing"] = PROPERTY  # type: ignore[assignment]
    thing_property: str | None = Field(default=None, min_length=1, max_length=100)
    top: int = Field(default=100, ge=1, le=1000)


class SensorThingsSpider(HarvestSpider):
    """The root, then all Things page by page, also the further pages inside of them; the groups come with the last page."""

    name = "sensorthings"
    reader = "sensorthings"
    title = ("OGC SensorThings (FROST)", "OGC SensorThings (FROST)")
    options_model: ClassVar[type[Options]] = SensorThingsOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The root, also where it lies below the address; or the file."""
        if not url.startswith(("http://", "https://")):
            return ()
        if _is_document(url):
            return (url,)
        root = answers_of.root_of(url)
        return (root,) if root.endswith(("/v1.0", "/v1.1")) else (root, f"{root}/v1.1")

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A root with Things and Datastreams, or a saved page."""
        for address in cls.probes(url):
            if address not in answers:
                continue
            body = answers[address].body
            try:
                if not _is_document(url):
                    answers_of.root_in(body)
                    return Detected(cls.name, address, None, (), {}, 90)
                entries = answers_of.listing_in(body).entries
            except Unreadable:
                continue
            if answers_of.kind_of(entries) and any("@iot.id" in each for each in entries):
                return Detected(cls.name, url, None, (), {}, 80)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The root, or the file."""
        self.groups = Groups(self.options.group, self.options.thing_property)
        self.root = answers_of.root_of(self.source.url)
        self.formats: tuple[str, ...] = ()
        self.waiting: list[tuple[str, dict[str, Any] | None]] = []
        self.met: set[str] = set()
        self.things = 0
        self.total: int | None = None
        if _is_document(self.source.url):
            yield self.request(self.source.url, self.documented)
        else:
            yield self.ask(self.root, self.rooted)

    def ask(self, url: str, callback: Any, **kwargs: Any) -> Request:
        """A request for what may have changed at any time."""
        headers = {"Authorization": self.source.api_key} if self.source.api_key else {}
        return self.request(url, callback, conditional=False, headers=headers, dont_filter=True, cb_kwargs=kwargs)

    def rooted(self, response: Response) -> Iterator[Any]:
        """The root says which formats there are; then the Things."""
        try:
            found = answers_of.root_in(response.body)
        except Unreadable as unreadable:
            self.fail_at(response.url, unreadable)
            return
        self.formats = found.formats
        yield self.page(response, [])
        url = answers_of.things_address(self.root, self.options.top, "MultiDatastreams" in found.sets)
        self.met.add(url)
        yield self.ask(url, self.listed, thing=None)

    def listed(self, response: Response, thing: dict[str, Any] | None) -> Iterator[Any]:
        """A page of Things, or of further Datastreams of one of them; then the next that waits."""
        try:
            found = answers_of.listing_in(response.body)
        except Unreadable as unreadable:
            self.fail_at(response.url, unreadable)
            return
        fresh = self.is_fresh(response, found)
        if fresh:
            self.take(response, found, thing)
        slim = [
            slim_thing(each, self.groups.by, self.groups.member) if thing is None else slim_stream(each)
            for each in found.entries
        ]
        kept = answers_of.kept(slim, found.total, found.next_link)
        if self.waiting:
            yield self.page(response, [], kept_body=kept)
            url, inner = self.waiting.pop(0)
            yield self.ask(url, self.listed, thing=inner)
            return
        if self.total is not None and self.things < self.total:
            self.fail(
                f"{self.root}: nur {self.things} von {self.total} Things kamen an",
                f"{self.root}: only {self.things} of {self.total} Things came",
                INCOMPLETE,
            )
        yield self.page(response, self.natives(), kept_body=kept)

    def is_fresh(self, response: Response, found: Listing) -> bool:
        """Whether a page is not one that came before; a chain that runs in circles ends the paging (F11, F12)."""
        content = digest(sorted_json(found.entries) or response.body)
        if found.entries and content in self.met:
            self.fail(
                f"{response.url}: die Seite gleicht einer früheren; das Blättern wurde beendet",
                f"{response.url}: the page equals an earlier one; paging was ended",
                INCOMPLETE,
            )
            return False
        self.met.add(content)
        return True

    def take(self, response: Response, found: Listing, thing: dict[str, Any] | None) -> None:
        """Takes a page's entries, and notes which pages follow from it."""
        if thing is not None:
            locations = [each.get("location") for each in thing.get("Locations") or [] if isinstance(each, dict)]
            for stream in found.entries:
                self.groups.add_stream(stream, thing, locations)
            self.follow(response.url, found.next_link, thing)
            return
        self.total = found.total if self.total is None else self.total
        self.things += len(found.entries)
        for each in found.entries:
            self.groups.add_thing(each)
            for name in ("Datastreams", "MultiDatastreams"):
                if link := word(each.get(f"{name}@iot.nextLink")):
                    bare = {key: value for key, value in each.items() if key not in ("Datastreams", "MultiDatastreams")}
                    self.follow(response.url, link, bare)
        self.follow(response.url, found.next_link, None)

    def follow(self, url: str, link: str | None, thing: dict[str, Any] | None) -> None:
        """Puts a next page into the queue, below the root that was asked; one that was met already ends the chain."""
        if not link:
            return
        address = answers_of.rebased(link, url, self.root)
        noted = any(finding.rule == LINKS_ELSEWHERE for finding in self.job.findings)
        if not link.startswith(self.root) and "://" in link and not noted:
            told = (link.split("?")[0][:200],)
            self.job.findings.append(Finding(Severity.INFO, self.root, None, LINKS_ELSEWHERE, told))
        if not address.startswith(self.root + "/"):
            self.fail(
                f"{url}: die nächste Seite liegt auf einem fremden Server ({address[:200]})",
                f"{url}: the next page lies on a foreign server ({address[:200]})",
            )
        elif address in self.met:
            self.fail(f"{address}: die Seiten laufen im Kreis", f"{address}: the pages run in a circle", INCOMPLETE)
        else:
            self.met.add(address)
            self.waiting.append((address, thing))

    def natives(self, document: str | None = None) -> list[Native]:
        """The groups, as the reader takes them."""
        found = [group.summary() for _, group in sorted(self.groups.found.items())]
        self.job.stated_total = len(found)
        where = {"document": document} if document else {"root": self.root, "formats": list(self.formats)}
        served = {"group": self.groups.by, "datasets": [each["id"] for each in found], **where}
        natives = [{**each, **served, "member": self.groups.member} for each in found]
        return [Native(data, sorted_json(data)) for data in natives]

    def documented(self, response: Response) -> Iterator[Any]:
        """A saved page: its Things or Datastreams in groups, or its Observations as one dataset."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        try:
            found = answers_of.listing_in(response.body)
        except Unreadable as unreadable:
            self.fail_at(response.url, unreadable)
            return
        kind = answers_of.kind_of(found.entries)
        if kind == "observations":
            yield self.page(response, [_observations(response.url, found)])
        elif kind:
            for each in found.entries:
                if kind == "things":
                    self.groups.add_thing(each)
                else:
                    thing = each.get("Thing")
                    self.groups.add_stream(each, thing if isinstance(thing, dict) else {}, ())
            yield self.page(response, self.natives(response.url))
        else:
            self.fail(
                f"{response.url}: weder Things noch Datastreams noch Observations",
                f"{response.url}: neither Things nor Datastreams nor Observations",
            )

    def fail_at(self, url: str, unreadable: Unreadable) -> None:
        """A failure with its address."""
        self.fail(f"{url}: {unreadable.de}", f"{url}: {unreadable.en}")


def _observations(url: str, found: Listing) -> Native:
    """A saved page of Observations: of which Datastream it is says the link to the next page, else nothing does."""
    years = Years()
    for each in found.entries:
        years.add(each.get("phenomenonTime"))
    link = found.next_link or word(found.entries[0].get("Datastream@iot.navigationLink"))
    root = answers_of.root_of(link) if link else ""
    path = link.removeprefix(root).partition("?")[0].strip("/") if root else ""
    identity = path if path.endswith("Observations") else "Observations"
    data = {"id": identity, "group": "observations", "document": url, "years": years.span, "datasets": [identity]}
    return Native(data, sorted_json(data))


def _is_document(url: str) -> bool:
    return url.partition("?")[0].lower().endswith((".json", ".geojson"))
