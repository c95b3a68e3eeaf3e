"""What a collection of an OGC API, or a record of its catalogue, means: a dataset; or a service, where a record describes one.

Records by OGC API Records - Part 1 (OGC 20-004r1, 7.2), collections by OGC API Common - Part 2 and Features - Part 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harvesters.mapping.account import IGNORED, PATHS, Account, Part, Rule
from harvesters.mapping.field_rules import access_rights, codes, dates, durations, keywords, strings, texts, themes
from harvesters.mapping.native_values import word
from harvesters.mapping.periods import period
from harvesters.mapping.places import boxed, places
from harvesters.ogc.api import ApiEntry, is_template, links, stated_links
from harvesters.ogc.api_agents import enter_contacts, objects
from harvesters.ogc.api_distributions import Terms, enter_links
from harvesters.ogc.api_service import ServiceRecord, stated_terms
from harvesters.ogc.crs import crs_iri
from harvesters.ogc.layer_distributions import degrees_of
from harvesters.reading import (
    DERIVED_ID,
    UNREADABLE_RECORD,
    Context,
    Harvested,
    Native,
    Reading,
    Unusable,
    without_identity,
)
from schemas import iris
from schemas.findings import Finding, Severity
from schemas.kinds import Literal, is_web
from schemas.model import DataService, Dataset, Identifier, PeriodOfTime, Resource, RightsStatement
from schemas.namespaces import ADMS, DCTERMS
from schemas.vocabularies import find_language, find_theme
from schemas.vocabularies.codes import rows

_AGENCY = str(ADMS.schemaAgency)
_SERVICES = ("service", "services", "http://purl.org/dc/dcmitype/service")
_ENDPOINTS = ("service", "item", "enclosure", "data")
_OPEN = ("", "..")


def _external(account: Account, field: str, value: Any) -> Sequence[Identifier]:
    """Identifiers of the same thing elsewhere, each with the scheme that it is of."""
    found = []
    for entry in value if isinstance(value, list) else [value]:
        said = word(entry.get("value") or entry.get("id")) if isinstance(entry, dict) else word(entry)
        scheme = word(entry.get("scheme")) if isinstance(entry, dict) else ""
        if said:
            extra = ((_AGENCY, Literal(scheme)),) if scheme else ()
            found.append(Identifier(notation=(Literal(said),), extra=extra))
        else:
            account.refuse(field, entry)
    return found


def _themes(account: Account, field: str, value: Any) -> Sequence[str]:
    """Concepts of a scheme: one of the EU's themes by its name or address, any other a keyword."""
    found: list[str] = []
    for entry in objects(value):
        scheme = word(entry.get("scheme"))
        for concept in objects(entry.get("concepts")):
            name, address = word(concept.get("id")), word(concept.get("url"))
            label = word(concept.get("title")) or word(concept.get("name")) or name
            tries = [
                each
                for each in (address, name, f"{scheme.rstrip('/')}/{name}" if is_web(scheme) else "", label)
                if each
            ]
            known = next((codes for each in tries if (codes := find_theme(each))), ())
            if known:
                found += [code.iri for code in known]
            elif label and not is_web(label):
                account.add("keyword", [Literal(label, account.language)], field, "kept")
            elif label:
                found += themes(account, field, label)
    if not found and not any(True for _ in objects(value)):
        account.refuse(field, value)
    return found


def _extent(account: Account, field: str, value: Any) -> Sequence[Resource | str]:
    """The first box of an extent, which is that of the whole; with heights it has six numbers (OGC 17-069r4, 7.13)."""
    if not isinstance(value, dict):
        return account.refuse(field, value)
    spatial, temporal = value.get("spatial"), value.get("temporal")
    if isinstance(temporal, dict):
        account.attribute = "temporal"
        intervals = temporal.get("interval")
        if spans := _spans(account, f"{field}.temporal", intervals[:1] if isinstance(intervals, list) else intervals):
            account.add("temporal", spans, f"{field}.temporal", "parse")
    account.attribute = "spatial"
    boxes = spatial.get("bbox") if isinstance(spatial, dict) else None
    if not isinstance(boxes, list) or not boxes:
        return ()
    first = boxes[0] if isinstance(boxes[0], list) else boxes
    system = word(spatial.get("crs")) if isinstance(spatial, dict) else ""
    edges = [word(edge) for edge in (first if len(first) == 4 else (*first[:2], *first[3:5]))]
    numbers = degrees_of(edges)
    if numbers is None or len(first) not in (4, 6) or (system and (crs_iri(system) or "").find("CRS84") < 0):
        return account.refuse(f"{field}.spatial", spatial)
    return boxed(account, f"{field}.spatial", numbers)


def _spans(account: Account, field: str, value: Any) -> Sequence[PeriodOfTime]:
    found: list[PeriodOfTime] = []
    for each in value if isinstance(value, list) else []:
        if isinstance(each, list) and len(each) == 2:
            begin, end = (word(edge) if edge is not None else "" for edge in each)
            found += period(account, (field, begin), (field, end), each)
        elif each is not None:
            account.refuse(field, each, "temporal")
    return found


def _time(account: Account, field: str, value: Any) -> Sequence[PeriodOfTime]:
    """The time of a record: a date, a timestamp or an interval, and how fine it is (OGC 20-004r1, 7.2.5)."""
    if not isinstance(value, dict):
        return _spans(account, field, [value] if isinstance(value, list) else []) or account.refuse(field, value)
    if step := word(value.get("resolution")):
        account.attribute = "temporal_resolution"
        if fine := durations(account, f"{field}.resolution", step):
            account.add("temporal_resolution", fine, f"{field}.resolution", "copy")
        account.attribute = "temporal"
    if isinstance(interval := value.get("interval"), list):
        return _spans(account, field, [interval] if not isinstance(next(iter(interval), None), list) else interval)
    moment = word(value.get("date")) or word(value.get("timestamp"))
    return period(account, (field, moment), (field, moment), value) if moment not in _OPEN else ()


def _systems(account: Account, field: str, value: Any) -> Sequence[str]:
    """Reference systems; a pointer to the list of the whole document is none of the collection's own."""
    found: list[str] = []
    for each in value if isinstance(value, list) else [value]:
        if iri := crs_iri(word(each)):
            found.append(iri)
        elif not word(each).startswith("#"):
            account.leave(field, each)
    return list(dict.fromkeys(found))


def _language(account: Account, field: str, value: Any) -> Sequence[str]:
    found: list[str] = []
    for entry in value if isinstance(value, list) else [value]:
        said = entry.get("code") or entry.get("language") or entry.get("name") if isinstance(entry, dict) else entry
        found += codes(find_language)(account, field, said)  # type: ignore[arg-type]
    return found


FIELDS: dict[str, Rule | Part] = {
    "type": IGNORED,
    "conformsTo": IGNORED,
    "itemType": IGNORED,
    "links": IGNORED,
    "linkTemplates": IGNORED,
    "id": Rule("identifier", strings),
    "title": Rule("title", texts),
    "name": Rule("title", texts, rank=1),
    "description": Rule("description", texts),
    "keywords": Rule("keyword", keywords),
    "themes": Rule("theme", _themes, how="lookup"),
    "language": Rule("language", _language, how="lookup"),
    "resourceLanguages": Rule("language", _language, how="lookup"),
    "externalIds": Rule("other_identifier", _external),
    "externalId": Rule("other_identifier", _external),
    "created": Rule("issued", dates),
    "updated": Rule("modified", dates),
    "time": Rule("temporal", _time, how="parse"),
    "geometry": Rule("spatial", places, how="parse"),
    "bbox": Rule("spatial", places, rank=1, how="parse"),
    "extent": Rule("spatial", _extent, how="parse"),
    "crs": Rule("conforms_to", _systems, how="parse"),
    "storageCrs": Rule("conforms_to", _systems, how="parse"),
    "accessRights": Rule("access_rights", access_rights, how="lookup"),
    "version": Rule("version", strings),
    "contacts": Part("", "contacts"),
    "providers": Part("", "providers"),
    "license": Part("", "license"),
    "rights": Part("", "rights"),
    "attribution": Part("", "attribution"),
    "formats": Part("", "formats"),
    "data_queries": Part("", "data_queries"),
}


def native_id(native: Native, context: Context) -> str | None:
    """The entry's identifier; None where only reading can tell."""
    return native.data.native_id or None if isinstance(native.data, ApiEntry) else None


def read(native: Native, context: Context) -> Reading:
    """The dataset, or service, that an entry describes. Raises Unusable."""
    data = native.data
    if not isinstance(data, ApiEntry) or not isinstance(data.entry, Mapping):
        reason = f"{type(data).__name__} instead of an entry of an OGC API"
        raise Unusable(Finding(Severity.VIOLATION, context.source.url, None, UNREADABLE_RECORD, (reason,)))
    return _Entry(native, data, context).reading()


class _Entry:
    """An entry being read: its fields, what comes with it, its terms."""

    def __init__(self, native: Native, data: ApiEntry, context: Context) -> None:
        self.native = native
        self.data = data
        properties = data.entry.get("properties")
        self.properties: Mapping[str, Any] = properties if isinstance(properties, dict) else {}
        self.is_service = word(self.properties.get("type")).lower() in _SERVICES
        self.links = links(data.entry)
        self.account = Account(context, native.location or context.source.url, self.record_class)
        self.identity = data.native_id or self._derived()
        account = self.account
        account.focus = account.mint("service" if self.is_service else "dataset", self.identity)
        if is_web(data.native_id) and (own := account.own_iri("id", data.native_id)):
            account.focus = own
        if not data.native_id:
            account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)

    @property
    def record_class(self) -> type[Dataset | DataService]:
        """The class of the record."""
        return DataService if self.is_service else Dataset

    def _derived(self) -> str:
        title = word(self.properties.get("title")) or word(self.data.entry.get("title"))
        address = next((link.href for link in self.links if link.rel in ("self", "canonical", "alternate")), "")
        if not title:
            raise without_identity(self.native.location or self.data.api.url)
        return iris.digest(f"{address}\x1f{title}".encode("utf-8", "ignore"))

    def reading(self) -> Reading:
        """The record with all that comes with it."""
        account, data = self.account, self.data
        self._speak()
        fields = [(name, name, value) for name, value in data.entry.items() if name != "properties"]
        fields += [(name, f"properties.{name}", value) for name, value in self.properties.items()]
        account.take(fields, FIELDS)
        if "title" not in account.values and data.kind == "collection":
            account.add("title", [Literal(word(data.entry.get("id")))], "id", "default")
        companions: list[Resource] = []
        for name in ("contacts", "providers"):
            if name in account.plain:
                companions += enter_contacts(account, *account.plain[name])
        service = self._service() if data.kind == "collection" else None
        terms = self._terms(service)
        if service is not None:
            companions += self._from_service(service)
        self._queries(service)
        # A link's address stands in the entry, so that templates are left with it.
        enter_links(account, self.links, terms, self.identity, data.kind, service.iri if service else None)
        self._others()
        return Reading(
            native_id=self.identity,
            record=self._record(terms),
            trace=tuple(account.trace),
            leftovers=tuple(account.leftovers),
            findings=tuple(account.findings),
            companions=tuple(companions),
            source_record=self.native.location,
        )

    def _speak(self) -> None:
        """A record says in which language its texts are; else it is the source's."""
        stated = self.properties.get("language")
        said = word(stated.get("code")) if isinstance(stated, dict) else word(stated)
        code = find_language(said) if said else None
        tag = next(
            (row["iso"].split()[0] for row in rows("language") if code and row["code"] == code.code and row["iso"]), ""
        )
        if tag:
            self.account.language = tag
            self.account.origin = (self.account.origin[0], self.account.origin[1], tag)

    def _service(self) -> ServiceRecord:
        served = tuple(self.account.mint("dataset", each) for each in self.data.api.served)
        return ServiceRecord(self.account, self.data.api, served)

    def _from_service(self, service: ServiceRecord) -> list[Resource]:
        """What a collection has from its API, where it says nothing itself."""
        account = self.account
        found: list[Resource] = [service.record]
        if service.publisher is not None and service.publisher.iri:
            found.append(service.publisher)
            if "publisher" not in account.values:
                account.add("publisher", [service.publisher.iri], "info.contact", "copy")
        if service.contact and "contact_point" not in account.values:
            account.add("contact_point", service.contact, "info.contact", "copy")
        return found

    def _terms(self, service: ServiceRecord | None) -> Terms:
        account = self.account
        offers = [account.plain["license"]] if "license" in account.plain else []
        offers += [(f"links.{each.rel}", each.href) for each in self.links if each.rel == "license"]
        attribution = account.plain.get("attribution", ("", ""))
        said = stated_terms(account, offers, attribution[1], "")
        if service is not None and not offers:
            said = Terms(service.terms.license, service.terms.rights, said.attribution or service.terms.attribution)
        if "rights" in account.plain:
            account.attribute = "rights"
            labels = tuple(texts(account, *account.plain["rights"]))
            said = said._replace(rights=(*said.rights, *((RightsStatement(label=labels),) if labels else ())))
        return said

    def _queries(self, service: ServiceRecord | None) -> None:
        """The queries of OGC API EDR as links: each is a way to ask for parts of the data."""
        if "data_queries" not in self.account.plain:
            return
        field, value = self.account.plain["data_queries"]
        for name, query in value.items() if isinstance(value, dict) else ():
            said = query.get("link") if isinstance(query, dict) else None
            if isinstance(said, dict):
                entry = {"links": [{**said, "rel": "items", "title": said.get("title") or name}]}
                self.links += links(entry, self.data.api.url)
            else:
                self.account.leave(f"{field}.{name}", query)

    def _others(self) -> None:
        """Links that lead nowhere by themselves; formats beside the links, which say nothing about which link they are of."""
        usable = links(self.data.entry, self.data.api.url)
        for number, link in enumerate(stated_links(self.data.entry)):
            if is_template(link):
                self.account.leave(f"links[{number}]", link)
            elif not any(each.said is link for each in usable):
                self.account.refuse(f"links[{number}]", link.get("href", link), "distribution")
        if "formats" in self.account.plain:
            self.account.leave(*self.account.plain["formats"])

    def _record(self, terms: Terms) -> Harvested:
        account = self.account
        if not self.is_service:
            if not account.values.get("distribution"):
                account.extra += [(str(DCTERMS.license), value) for value in terms.license]
            return Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples())
        ends = [each.href for each in self.links if each.rel in _ENDPOINTS]
        described = [each.href for each in self.links if each.rel in ("service-desc", "describedby")]
        account.values |= {
            "license": [*terms.license],
            "rights": [*terms.rights],
            "license_attribution": [*terms.attribution],
            "endpoint_url": [*ends[:1]],
            "endpoint_description": [*described[:1]],
        }
        # The forms of a service are its endpoint; what else only a dataset has an attribute for stays beside.
        account.values.pop("distribution", None)
        foreign = [name for name in account.values if name not in DataService.__dataclass_fields__]
        extra = [(PATHS[Dataset][name], value) for name in foreign for value in account.values.pop(name)]
        return DataService(iri=account.focus, extra=(*account.extra, *extra), **account.tuples())
