"""Reaches the bodies of a council's information system and their lists: OParl 1.0 and 1.1."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import orjson
from pydantic import Field
from scrapy.http import Request, Response

from harvesters.answer import Answer
from harvesters.city import oparl_answers as answers_of
from harvesters.city.oparl_answers import Listing, kind_of, said
from harvesters.city.oparl_lists import Parts, slim
from harvesters.mapping.native_values import word
from harvesters.reading import Native, Page
from harvesters.reasons import INCOMPLETE
from harvesters.spider import Detected, HarvestSpider, Options
from schemas.findings import Finding, Severity, declare
from schemas.iris import digest
from schemas.kinds import is_web
from schemas.loose_json import sorted_json
from schemas.syntax import Unreadable

BODY_MISSING = declare(
    "oparl-body-missing",
    "Die Körperschaft „{0}“, die unter „bodies“ steht, hat das System nicht.",
    "The system does not have the body “{0}” that stands under “bodies”.",
    "Geben Sie unter „bodies“ die id oder den Namen der Körperschaft an, wie sie im System stehen.",
    "Give the body's id or name under “bodies” as they stand in the system.",
)
ListName = Literal[
    "paper",
    "meeting",
    "organization",
    "consultation",
    "agendaItem",
    "file",
    "locationList",
    "legislativeTermList",
    "person",
    "membership",
]
_SYSTEM = ("id", "type", "oparlVersion", "license", "body", "name", "contactEmail", "contactName", "website")


class OparlOptions(Options):
    """Which bodies and lists to take, and how to cut the lists into datasets."""

    bodies: tuple[str, ...] = ()
    lists: tuple[ListName, ...] = ("paper", "meeting", "organization")
    per: Literal["list", "year", "term"] = "list"
    fetch_lists: bool = True
    titles: int = Field(default=0, ge=0, le=50)


@dataclass
class Asked:
    """A list of a body that is being paged."""

    body: dict[str, Any]
    name: str
    url: str
    parts: Parts
    came: int = 0
    total: int | None = None
    met: set[str] = field(default_factory=set)


class OparlSpider(HarvestSpider):
    """The system, its bodies, and each of their lists page by page; a list, or a part of it, becomes one native."""

    name = "oparl"
    reader = "oparl"
    title = ("Ratsinformation (OParl)", "Council information (OParl)")
    options_model: ClassVar[type[Options]] = OparlOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The address itself: that of a system, of its bodies or of one body."""
        return (url,) if url.startswith(("http://", "https://")) else ()

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """An object that says it is OParl's."""
        if url not in answers:
            return None
        try:
            document = answers_of.load(answers[url].body)
        except Unreadable:
            return None
        entries = [document] if kind_of(document) else [each for each in document["data"] if kind_of(each)]
        kinds = {kind.name for each in entries if (kind := kind_of(each))}
        if not kinds & {"System", "Body"}:
            return None
        names = tuple(said(each.get("name")) for each in entries if said(each.get("name")))
        bodies = sum(1 for each in entries if (kind := kind_of(each)) and kind.name == "Body")
        return Detected(
            cls.name, url, bodies * len(OparlOptions().lists) or None, names[:3], {}, 95, next(iter(names), "")
        )

    def first(self) -> Iterable[Request | Page]:
        """The system or body."""
        self.system: dict[str, Any] = {}
        self.stated = 0
        self.bodies_met: set[str] = set()
        self.names_met: set[str] = set()
        if self.job.since is not None and self.options.fetch_lists:
            self.job.changes_only = True
        yield self.ask(self.source.url, self.entered)

    def ask(self, url: str, callback: Any, **kwargs: Any) -> Request:
        """A request; the key goes to the source's own origin only."""
        own = urlsplit(url)[:2] == urlsplit(self.source.url)[:2]
        headers = {"Authorization": self.source.api_key} if self.source.api_key and own else {}
        return self.request(url, callback, conditional=False, headers=headers, dont_filter=True, cb_kwargs=kwargs)

    def load(self, response: Response) -> dict[str, Any] | None:
        """The object of an answer; what is none goes into the account."""
        try:
            return answers_of.load(response.body)
        except Unreadable as unreadable:
            self.fail(f"{response.url}: {unreadable.de}", f"{response.url}: {unreadable.en}")
            return None

    def entered(self, response: Response) -> Iterator[Any]:
        """The first answer: a system leads to its bodies, bodies to their lists."""
        document = self.load(response)
        if document is None:
            return
        kind = kind_of(document)
        if kind is not None and kind.name == "System":
            self.system = {name: document[name] for name in _SYSTEM if name in document}
            yield self.page(response, [], kept_body=orjson.dumps(self.system))
            bodies = document.get("body")
            for url in bodies if isinstance(bodies, list) else [bodies]:
                if isinstance(url, str) and is_web(url):
                    yield self.ask(url, self.bodies)
                else:
                    self.fail(f"{response.url}: „body“ ist keine Adresse", f"{response.url}: “body” is no address")
        else:
            yield from self.take_bodies(response, document)

    def bodies(self, response: Response) -> Iterator[Any]:
        """A page of bodies, or one of them."""
        document = self.load(response)
        if document is not None:
            yield from self.take_bodies(response, document)

    def take_bodies(self, response: Response, document: dict[str, Any]) -> Iterator[Any]:
        """Each body's lists, then the next page of bodies."""
        listing = answers_of.listing_of(document, response.url)
        entries = listing.objects if listing else [document]
        bodies = [each for each in entries if (kind := kind_of(each)) and kind.name == "Body"]
        if not bodies and not (listing and not entries):
            self.fail(f"{response.url}: keine Körperschaft (Body)", f"{response.url}: no body")
            return
        natives, deleted, requests = self.begin(bodies)
        yield self.page(response, natives, deleted_ids=deleted)
        yield from requests
        following = listing.next_page if listing else None
        if following is None:
            yield from self.bodies_known()
        elif following in self.bodies_met:
            self.fail(f"{following}: die Seiten laufen im Kreis", f"{following}: the pages run in a circle", INCOMPLETE)
        else:
            self.bodies_met.add(following)
            yield self.ask(following, self.bodies)

    def bodies_known(self) -> Iterator[Any]:
        """After the last body: those that the source's file names but the system does not have are findings."""
        for name in self.options.bodies:
            if name not in self.names_met:
                self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, BODY_MISSING, (name,)))
        yield from ()

    def begin(self, bodies: list[dict[str, Any]]) -> tuple[list[Native], list[str], list[Request]]:
        """What follows from bodies: natives where lists are not fetched, ids of what is deleted, first requests."""
        natives: list[Native] = []
        deleted: list[str] = []
        requests: list[Request] = []
        for body in bodies:
            identity, name = word(body.get("id")), said(body.get("name"))
            self.names_met |= {identity, name}
            if self.options.bodies and not {identity, name} & set(self.options.bodies):
                continue
            if body.get("deleted") is True:
                deleted += [f"{identity}#{each}" for each in self.options.lists]
                continue
            for each in self.options.lists:
                url = word(body.get(each))
                if not is_web(url):
                    continue
                asked = Asked(body, each, url, self.parts(body, each))
                if not self.options.fetch_lists or each in answers_of.OF_PEOPLE:
                    # A list of people is told of, never fetched.
                    natives += self.natives(asked)
                else:
                    requests.append(self.first_page(asked))
        return natives, deleted, requests

    def parts(self, body: dict[str, Any], name: str) -> Parts:
        """The parts of a list in the making."""
        terms = body.get("legislativeTerm")
        known = [each for each in terms if isinstance(each, dict)] if isinstance(terms, list) else []
        per = self.options.per if self.options.fetch_lists and name not in answers_of.OF_PEOPLE else "list"
        return Parts(name, per, known, self.options.titles)

    def first_page(self, asked: Asked) -> Request:
        """The first page of a list; where changes suffice, first whether there are any."""
        asked.met.add(asked.url)
        since = self.job.since
        if since is None or word(asked.body.get("modified")) >= since.strftime("%Y-%m-%dT%H:%M:%SZ"):
            return self.ask(asked.url, self.listed, asked=asked)
        return self.ask(answers_of.since_address(asked.url, since), self.changed, asked=asked)

    def changed(self, response: Response, asked: Asked) -> Iterator[Any]:
        """What has changed in a list, deletions among it: nothing leaves its datasets as they are, else it is read whole."""
        document = self.load(response)
        listing = answers_of.listing_of(document, response.url) if document is not None else None
        if listing is None:
            self.no_list(response.url, document)
            return
        yield self.page(response, [], kept_body=self.kept(asked, listing))
        if listing.came or listing.next_page:
            yield self.ask(asked.url, self.listed, asked=asked)

    def listed(self, response: Response, asked: Asked) -> Iterator[Any]:
        """A page of a list, then the next; with the last one the list is whole."""
        document = self.load(response)
        listing = answers_of.listing_of(document, response.url) if document is not None else None
        if listing is None:
            self.no_list(response.url, document)
            return
        content = digest(sorted_json(document.get("data") if document else None) or response.body)
        if listing.came and content in asked.met:
            self.circle(response.url)
            return
        asked.met.add(content)
        asked.came += listing.came
        asked.total = listing.total if listing.total is not None else asked.total
        for entry in listing.objects:
            asked.parts.add(entry)
        kept = self.kept(asked, listing)
        if listing.next_page is None:
            if asked.total is not None and asked.came < asked.total:
                self.fail(
                    f"{asked.url}: nur {asked.came} von {asked.total} Objekten kamen an",
                    f"{asked.url}: only {asked.came} of {asked.total} objects came",
                    INCOMPLETE,
                )
            yield self.page(response, self.natives(asked), kept_body=kept)
            return
        yield self.page(response, [], kept_body=kept)
        if listing.next_page in asked.met:
            self.circle(listing.next_page)
        else:
            asked.met.add(listing.next_page)
            yield self.ask(listing.next_page, self.listed, asked=asked)

    def circle(self, url: str) -> None:
        """A page that came before: the list is given up (F11, F12)."""
        self.fail(
            f"{url}: die Seiten wiederholen sich; die Liste wurde nicht übernommen",
            f"{url}: the pages repeat; the list was not taken",
            INCOMPLETE,
        )

    def no_list(self, url: str, document: dict[str, Any] | None) -> None:
        """An object where a list should be; what is not even that has been told already."""
        if document is not None:
            self.fail(f"{url}: keine Liste („data“ fehlt)", f"{url}: no list (“data” is missing)")

    def kept(self, asked: Asked, listing: Listing) -> bytes:
        """A page as it is kept for replays, without people."""
        objects = [slim(each, asked.name, self.options.titles) for each in listing.objects]
        padding = [""] * (listing.came - len(objects))
        pagination = {"totalElements": listing.total}
        return orjson.dumps(
            {"data": [*objects, *padding], "pagination": pagination, "links": {"next": listing.next_page}}
        )

    def natives(self, asked: Asked) -> list[Native]:
        """A list, or its parts, as the reader takes them."""
        names = [each for each in self.options.lists if is_web(word(asked.body.get(each)))]
        made = []
        for key, part in sorted(asked.parts.found.items()):
            data = {
                "system": self.system,
                "body": asked.body,
                "list": asked.name,
                "url": asked.url,
                "lists": names,
                "per": self.options.per if asked.parts.is_split else "list",
                "part": key,
                **part.summary(),
            }
            made.append(Native(data, sorted_json(data), word(asked.body.get("web")) or None))
        self.stated += len(made)
        self.job.stated_total = None if self.job.changes_only else self.stated
        return made
