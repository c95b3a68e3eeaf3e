"""Reaches the types of entities in a context broker: FIWARE NGSI-v2 and ETSI NGSI-LD, tenant by tenant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from pydantic import Field
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.city import brokers
from harvesters.city.brokers import LD, V2, Tenant
from harvesters.city.entity_types import EntityType, without_values
from harvesters.reading import Native, Page
from harvesters.reasons import INCOMPLETE, Reason, answered
from harvesters.spider import Detected, HarvestSpider, Options, request_of
from schemas.findings import Finding, Severity, declare
from schemas.iris import digest
from schemas.loose_json import sorted_json
from schemas.syntax import Unreadable

TYPE_MISSING = declare(
    "ngsi-type-missing",
    "Den Typ {0}, der unter „types“ steht, kennt der Kontextbroker nicht (Mandant: {1}).",
    "The context broker does not know the type {0} that stands under “types” (tenant: {1}).",
    "Prüfen Sie die Schreibweise in der Datei der Quelle, oder streichen Sie den Typ.",
    "Check the spelling in the source's file, or remove the type.",
)
# Some brokers refuse a page of a thousand.
_SMALLER_PAGE = 100


class NgsiOptions(Options):
    """Which tenants and types to take, how to ask for them, and what is said of all of them."""

    tenants: tuple[Tenant, ...] = ()
    remark: str = Field(default="", max_length=1000)
    types: tuple[str, ...] = ()
    version: Literal["auto", "v2", "ld"] = "auto"
    link_context: str | None = Field(default=None, pattern=r"^https?://[^\s<>\"]+$")
    history: str | None = Field(default=None, pattern=r"^https?://\S+$")
    key_header: str = Field(default="X-Auth-Token", pattern=r"^[A-Za-z0-9-]{1,60}$")
    limit: int = Field(default=1000, ge=1, le=1000)


@dataclass
class Asked:
    """What is being asked of a tenant: the version, its types, and how far one of them has been paged."""

    tenant: Tenant
    version: str
    names: tuple[str, ...] = ()
    limit: int = 1000
    offset: int = 0
    count: int = 0
    gathered: EntityType = field(default_factory=lambda: EntityType(""))
    seen: set[str] = field(default_factory=set)

    @property
    def sign(self) -> str:
        """What tells a tenant's requests from those of others at the same address."""
        service, path = self.tenant.service, self.tenant.path
        return f"#tenant={service}{path}" if service or path else ""


class NgsiSpider(HarvestSpider):
    """The types of each tenant, then the entities of each type, page by page; a type becomes one native."""

    name = "ngsi"
    reader = "ngsi"
    title = ("Kontextbroker (FIWARE NGSI-v2, NGSI-LD)", "Context broker (FIWARE NGSI-v2, NGSI-LD)")
    options_model: ClassVar[type[Options]] = NgsiOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The lists of types of both versions, or the file."""
        if not url.startswith(("http://", "https://")):
            return ()
        place = brokers.place(url)
        if place.is_document:
            return (url,)
        versions = (place.version,) if place.version else (V2, LD)
        return tuple(brokers.types_address(place.base, version, 1000) for version in versions)

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A list of types that only a broker gives, or a file of entities that no other standard claims."""
        place = brokers.place(url)
        for address in cls.probes(url):
            if address not in answers:
                continue
            body = answers[address].body
            try:
                if place.is_document:
                    entities = brokers.entities_in(body, {}).entities
                    if not entities or not all(brokers.is_entity(each) for each in entities):
                        continue
                    if any(brokers.is_foreign(each) for each in entities):
                        continue
                    names = tuple(dict.fromkeys(name for each in entities for name in brokers.types_of(each)))
                else:
                    version = LD if brokers.ROOTS[LD] in address else V2
                    if not brokers.is_type_list(body, version, answers[address].headers):
                        continue
                    names = brokers.types_in(body, version).names
            except Unreadable:
                continue
            if place.is_document:
                return Detected(cls.name, url, len(names), names[:3], {}, 75)
            options = {"version": version, **({"types": list(place.types)} if place.types else {})}
            return Detected(cls.name, place.base, len(names), names[:3], options, 85 if names else 60)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The types of each tenant, or the file."""
        place = self.place = brokers.place(self.source.url)
        self.stated = 0
        if place.is_document:
            yield self.request(self.source.url, self.documented)
            return
        chosen = self.options.version if self.options.version != "auto" else place.version
        for tenant in self.options.tenants or (Tenant(),):
            yield self.ask_types(Asked(tenant, chosen or V2, limit=self.options.limit), sure=chosen is not None)

    def ask(self, url: str, callback: Any, asked: Asked, errback: Any, **kwargs: Any) -> Request:
        """A request with the tenant's headers; its answer is kept under address and tenant."""
        wanted = brokers.headers(asked.version, asked.tenant.service, asked.tenant.path, self.options.link_context)
        if self.source.api_key:
            wanted[self.options.key_header] = self.source.api_key
        return self.request(
            url,
            callback,
            conditional=False,
            asked_as=url + asked.sign,
            headers=wanted,
            errback=errback,
            dont_filter=True,
            cb_kwargs={"asked": asked, **kwargs},
        )

    def ask_types(self, asked: Asked, sure: bool) -> Request:
        """The list of a tenant's types; ``sure`` says that the version need not be found out."""
        url = brokers.types_address(self.place.base, asked.version, asked.limit, asked.offset)
        return self.ask(url, self.typed, asked, self.no_types, sure=sure)

    def typed(self, response: Response, asked: Asked, sure: bool) -> Iterator[Any]:
        """A list of types, then the entities of each of them."""
        try:
            found = brokers.types_in(response.body, asked.version)
        except Unreadable as unreadable:
            yield from self.other_version(response.url, asked, sure, Reason(unreadable.de, unreadable.en))
            return
        fresh = tuple(name for name in found.names if name not in asked.names)
        asked.names += fresh
        yield self.page(response, [])
        if asked.version == V2 and fresh and found.came >= asked.limit:
            asked.offset += found.came
            yield self.ask_types(asked, True)
            return
        yield from self.types_known(asked)

    def no_types(self, failure: Failure) -> Iterator[Any]:
        """No list of types: the other version, or the types that the source's file names."""
        request = request_of(failure)
        asked, sure = request.cb_kwargs["asked"], request.cb_kwargs["sure"]
        refused = isinstance(failure.value, HttpError) and failure.value.response.status in (400, 403, 404, 405, 501)
        replayed = self.job.replay is not None and isinstance(failure.value, IgnoreRequest)
        if not (refused or replayed):
            self.failed(failure)
            return
        status = failure.value.response.status if isinstance(failure.value, HttpError) else 0
        yield from self.other_version(request.url, asked, sure, answered(status))

    def other_version(self, url: str, asked: Asked, sure: bool, said: Reason) -> Iterator[Any]:
        """NGSI-LD where NGSI-v2 does not answer; without a list of types those that are named; else the reason."""
        if not sure and asked.version == V2:
            yield self.ask_types(Asked(asked.tenant, LD, limit=asked.limit), True)
        elif named := self.options.types or self.place.types:
            asked.names = tuple(named)
            yield from self.types_known(asked)
        else:
            self.job.failures.append(said.at(f"{url}{asked.sign}"))

    def types_known(self, asked: Asked) -> Iterator[Any]:
        """The first page of each type that is wanted."""
        if wanted := self.options.types or self.place.types:
            for name in wanted:
                if name not in asked.names:
                    told = (name, asked.tenant.service or "–")
                    self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, TYPE_MISSING, told))
            asked.names = tuple(name for name in asked.names if name in wanted)
        self.stated += len(asked.names)
        self.job.stated_total = self.stated
        for name in asked.names:
            yield self.ask_entities(
                Asked(asked.tenant, asked.version, asked.names, asked.limit, gathered=EntityType(name))
            )

    def ask_entities(self, asked: Asked) -> Request:
        """A page of the entities of a type."""
        url = brokers.entities_address(self.place.base, asked.version, asked.gathered.name, asked.limit, asked.offset)
        return self.ask(url, self.listed, asked, self.no_entities)

    def no_entities(self, failure: Failure) -> Iterator[Any]:
        """A smaller page where a broker refuses a large one; else the type has failed, and the run is partial."""
        request = request_of(failure)
        asked: Asked = request.cb_kwargs["asked"]
        refused = isinstance(failure.value, HttpError) and failure.value.response.status in (400, 403, 413)
        replayed = self.job.replay is not None and isinstance(failure.value, IgnoreRequest)
        if (refused or replayed) and not asked.offset and asked.limit > _SMALLER_PAGE:
            asked.limit = _SMALLER_PAGE
            yield self.ask_entities(asked)
        else:
            self.failed(failure)

    def listed(self, response: Response, asked: Asked) -> Iterator[Any]:
        """A page of entities, then the next; after the last the type is whole."""
        place = f"{response.url}{asked.sign}"
        headers = {name.decode().lower(): values[-1].decode("latin-1") for name, values in response.headers.items()}
        try:
            found = brokers.entities_in(response.body, headers)
        except Unreadable as unreadable:
            self.fail(f"{place}: {unreadable.de}", f"{place}: {unreadable.en}")
            return
        entities = [each for each in found.entities if isinstance(each, dict)]
        content = digest(response.body)
        if entities and content in asked.seen:
            self.fail(
                f"{place}: die Seite gleicht einer früheren; der Broker blättert nicht weiter",
                f"{place}: the page equals an earlier one; the broker does not page on",
                INCOMPLETE,
            )
            return
        asked.seen.add(content)
        for entity in entities:
            asked.gathered.add(entity)
        slim = brokers.kept([without_values(each) for each in entities], found.total, asked.offset)
        reached = asked.offset + len(found.entities)
        more = reached < found.total if found.total is not None else len(found.entities) >= asked.limit
        if more and found.entities:
            yield self.page(response, [], kept_body=slim)
            asked.offset = reached
            yield self.ask_entities(asked)
        elif more:
            self.fail(
                f"{place}: nur {reached} von {found.total} Entitäten kamen an",
                f"{place}: only {reached} of {found.total} entities came",
                INCOMPLETE,
            )
        else:
            asked.count = reached
            yield self.page(response, [self.native(asked)], kept_body=slim)

    def native(self, asked: Asked) -> Native:
        """A type of entities of a tenant, as the reader takes it."""
        history = self.options.history
        data = {
            "type": asked.gathered.name,
            "version": asked.version,
            "broker": self.place.base,
            "service": asked.tenant.service,
            "path": asked.tenant.path,
            "municipality": asked.tenant.municipality,
            "types": sorted(asked.names),
            "context": self.options.link_context if asked.version == LD else None,
            "history": history.rstrip("/") if history else None,
            "whole": asked.count <= brokers.MOST,
            **self.remarked(),
            **asked.gathered.summary(),
        }
        return Native(data, sorted_json(data))

    def remarked(self) -> dict[str, str]:
        """What the source's file says of all that the broker holds."""
        return {"remark": self.options.remark} if self.options.remark else {}

    def documented(self, response: Response) -> Iterator[Any]:
        """A saved answer: its entities, type by type."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        try:
            entities = brokers.entities_in(response.body, {}).entities
        except Unreadable as unreadable:
            self.fail(f"{response.url}: {unreadable.de}", f"{response.url}: {unreadable.en}")
            return
        if not entities or not any(brokers.is_entity(each) for each in entities):
            self.fail(f"{response.url}: keine Entitäten", f"{response.url}: no entities")
            return
        version = LD if b"ngsi-ld" in response.body[:100_000] or b"@context" in response.body else V2
        gathered: dict[str, EntityType] = {}
        for entity in entities:
            for name in brokers.types_of(entity) if brokers.is_entity(entity) else ():
                gathered.setdefault(name, EntityType(name)).add(entity)
        wanted = [name for name in gathered if name in self.options.types or not self.options.types]
        tenant = (self.options.tenants or (Tenant(),))[0]
        self.job.stated_total = len(wanted)
        natives = []
        for name in wanted:
            data = {
                "type": name,
                "version": version,
                "service": tenant.service,
                "path": tenant.path,
                "municipality": tenant.municipality,
                "document": response.url,
                **self.remarked(),
                **gathered[name].summary(),
            }
            natives.append(Native(data, sorted_json(data)))
        slim = brokers.kept([without_values(each) for each in entities if brokers.is_entity(each)], None)
        yield self.page(response, natives, kept_body=slim)
