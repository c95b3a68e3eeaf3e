"""What a record of Dublin Core terms means: csw:Record of a catalogue service, oai_dc of a harvesting protocol."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harvesters.iso.codes import HVD_BASE, TOPIC_BASE, TOPICS
from harvesters.iso.distributions import Terms, Whole, enter_links
from harvesters.iso.elements import Element, all_text, children, name, namespace, tag_of, text
from harvesters.iso.links import Link
from harvesters.iso.parties import creator_agents
from harvesters.iso.services import service_of
from harvesters.mapping import license_terms
from harvesters.mapping.account import Account, Rule, Take
from harvesters.mapping.agents import publisher
from harvesters.mapping.field_rules import access_rights, addresses, codes, dates, provenances, standards, themes
from harvesters.mapping.periods import periods
from harvesters.mapping.places import enter_box, places
from harvesters.reading import DERIVED_ID, Context, Harvested, Reading, without_identity
from schemas import iris
from schemas.classes import HVD_LEGISLATION
from schemas.findings import Severity
from schemas.kinds import Literal, date, is_web
from schemas.model import Dataset, Resource, RightsStatement
from schemas.namespaces import DCTERMS, GEODCATAP
from schemas.vocabularies import find_language, find_theme

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_DOI = re.compile(r"(?:doi:\s*)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
_NUMBERS = re.compile(r"-?\d+(?:\.\d+)?")
_BOX = re.compile(r"(north|south|east|west)(?:limit|bound\w*)?\s*[=:]?\s*(-?\d+(?:\.\d+)?)", re.IGNORECASE)
_PERIOD = re.compile(r"(?:start|end|name|scheme)\s*=", re.IGNORECASE)
_PERIOD_PART = re.compile(r"(start|end)\s*=\s*([^;]*)", re.IGNORECASE)
# Codes that tell of no licence: that there are further restrictions (ISO 19115), or who may see it (OpenAIRE).
_CODE_OF_RIGHTS = re.compile(
    r"info:eu-repo/semantics/|(?:copyright|patent\w*|trademark|license|intellectualPropertyRights|restricted"
    r"|otherRestrictions|unrestricted|unclassified)$"
)
_EPSG = re.compile(r"(?:urn:ogc:def:crs:)?EPSG:(?:[\d.]*:)?(\d{4,6})", re.IGNORECASE)
# The words of dc:type that name a service.
_SERVICES = frozenset({"service", "http://purl.org/dc/dcmitype/service"})
_languages = codes(find_language)
# dc:format of a catalogue that tells of the metadata, not of the data.
_NO_FORMAT = frozenset({"", "-", "text/html"})

Field = tuple[str, str, Element]


def identifier_of(element: Element) -> str | None:
    """The record's identifier: the first dc:identifier, one that is no address before those that are."""
    stated = [text(child) for child in children(element) if name(child) == "identifier"]
    given = [each for each in stated if each]
    return next((each for each in given if not is_web(each)), given[0] if given else None)


def read(element: Element, context: Context, location: str | None = None, stated_id: str | None = None) -> Reading:
    """The dataset or service that a record describes; ``stated_id`` is its name in the protocol. Raises Unusable."""
    fields = [(name(child), f"{_prefix(child)}:{name(child)}", child) for child in children(element)]
    titles = [text(child) for what, _, child in fields if what == "title" and text(child)]
    identity = stated_id or identifier_of(element)
    if not identity and not titles:
        raise without_identity(location or context.source.url)
    derived = not identity
    identity = identity or iris.digest("\x1f".join([*titles, *_addresses(fields)]).encode("utf-8", "ignore"))
    is_service = any(what == "type" and text(child).casefold() in _SERVICES for what, _, child in fields)
    account = Account(context, "", Dataset)
    account.focus = account.mint("service" if is_service else "dataset", identity)
    if derived:
        account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)
    _take(account, fields)
    links = _links(fields, account.language)
    terms = _terms(account, fields)
    companions = _agents(account, fields)
    formats = [(place, text(e)) for what, place, e in fields if what == "format" and text(e) not in _NO_FORMAT]
    if is_service:
        record: Harvested = service_of(account, links, terms)
    else:
        companions += enter_links(account, links, Whole(identity, terms, formats))
        record = Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples())
    return Reading(
        native_id=identity,
        record=record,
        trace=tuple(account.trace),
        leftovers=tuple(account.leftovers),
        findings=tuple(account.findings),
        companions=tuple(companions),
        source_record=location,
    )


def _prefix(element: Element) -> str:
    return element.prefix or ("dct" if namespace(element).endswith("/terms/") else "dc")


def _addresses(fields: Sequence[Field]) -> list[str]:
    return [said for _, _, child in fields if is_web(said := text(child))]


def _take(account: Account, fields: Sequence[Field]) -> None:
    """The elements that mean something by themselves, in their order."""
    modified = {text(element) for what, _, element in fields if what == "modified"}
    for what, place, element in fields:
        said = text(element)
        if what in ("BoundingBox", "WGS84BoundingBox"):
            _enter_bounds(account, place, element, what == "WGS84BoundingBox")
        elif not said:
            if (left := all_text(element)) and what not in _ELSEWHERE:
                account.leave(place, left)
        elif what in _LITERALS:
            literal = Literal(said, tag_of(element.get(_XML_LANG) or "") or account.language)
            account.add(_LITERALS[what], [literal], place, "copy")
        elif what == "alternative":
            account.extra.append((str(DCTERMS.alternative), Literal(said, account.language)))
        elif what == "identifier":
            _enter_identifier(account, place, said)
        elif what == "subject":
            _enter_subject(account, place, said, "TopicCategory" in (element.get("scheme") or ""))
        elif what == "language":
            _apply(account, "language", _languages, place, said)
        elif what == "date" and said in modified:
            continue  # catalogues give the date of the last change under both names
        elif what in _DATES:
            _enter_date(account, what, place, said)
        elif what == "coverage" or what in ("spatial", "temporal"):
            _enter_coverage(account, what, place, said)
        elif what in ("relation", "isPartOf", "source", "hasPart", "isReferencedBy", "isVersionOf"):
            _enter_relation(account, what, place, said)
        elif what == "accessRights":
            _apply(account, "access_rights", access_rights, place, said)
        elif what == "conformsTo":
            _apply(account, "conforms_to", standards, place, said)
        elif what == "provenance" or what == "lineage":
            _apply(account, "provenance", provenances, place, said)
        elif what not in _ELSEWHERE:
            account.leave(place, said)


_LITERALS = {"title": "title", "description": "description", "abstract": "description"}
_DATES = frozenset({"date", "modified", "issued", "created", "available", "dateSubmitted"})
_ELSEWHERE = frozenset(
    {
        *("creator", "publisher", "contributor", "rights", "license", "rightsHolder", "type", "format"),
        "URI",
        "references",
    }
)


def _apply(account: Account, attribute: str, take: Take, place: str, said: str) -> None:
    account.apply(Rule(attribute, take), place, said)


def _enter_identifier(account: Account, place: str, said: str) -> None:
    account.add("identifier", [Literal(said)], place, "copy")
    if match := _DOI.fullmatch(said):
        account.add("landing_page", [f"https://doi.org/{match[1]}"], place, "derived")


def _enter_subject(account: Account, place: str, said: str, is_topic: bool) -> None:
    if is_topic and said in TOPICS:
        account.extra.append((str(GEODCATAP.topicCategory), TOPIC_BASE + said))
    if said.startswith(HVD_BASE):
        account.add("hvd_category", [said], place, "copy")
        account.add("applicable_legislation", [HVD_LEGISLATION], place, "derived")
    elif find_theme(said):
        _apply(account, "theme", themes, place, said)
        if not is_web(said) and not is_topic:
            account.add("keyword", [Literal(said, account.language)], place, "copy")
    elif is_web(said):
        account.extra += [(str(DCTERMS.subject), address) for address in addresses(account, place, said)]
    elif not is_topic:
        account.add("keyword", [Literal(said, account.language)], place, "copy")


def _enter_date(account: Account, what: str, place: str, said: str) -> None:
    if what in ("created", "available", "dateSubmitted"):
        found = date(said)
        if found is None:
            account.refuse(place, said, "issued")
        else:
            account.extra.append((str(DCTERMS[what]), found))
        return
    attribute = "modified" if what == "modified" else "issued"
    if attribute in account.values:
        account.leave(place, said)
    else:
        _apply(account, attribute, dates, place, said)


def _enter_coverage(account: Account, what: str, place: str, said: str) -> None:
    if what == "spatial" and (system := _EPSG.fullmatch(said)):
        account.add("conforms_to", [f"http://www.opengis.net/def/crs/EPSG/0/{system[1]}"], place, "lookup")
        return
    bounds = {match[1].lower(): match[2] for match in _BOX.finditer(said)}
    if len(bounds) == 4:
        enter_box(account, {edge: (place, value) for edge, value in bounds.items()})
    elif _PERIOD.match(said):
        parts = {key.lower(): value.strip() for key, value in _PERIOD_PART.findall(said)}
        stated = f"{parts.get('start', '')}/{parts.get('end', '')}"
        _apply(account, "temporal", periods, place, stated)
    elif what == "temporal" or (what == "coverage" and date(said.partition("/")[0])):
        _apply(account, "temporal", periods, place, said)
    else:
        _apply(account, "spatial", places, place, said)


def _enter_relation(account: Account, what: str, place: str, said: str) -> None:
    if not is_web(said):
        account.leave(place, said)
        return
    attribute = {"isReferencedBy": "is_referenced_by", "isVersionOf": "is_version_of"}.get(what, "relation")
    _apply(account, attribute, addresses, place, said)


def _enter_bounds(account: Account, place: str, element: Element, longitude_first: bool) -> None:
    """ows:BoundingBox: with the register's EPSG:4326 latitude stands first (OGC 07-092r3), with WGS 84 longitude."""
    corners = [_NUMBERS.findall(text(child)) for child in children(element) if name(child).endswith("Corner")]
    if len(corners) != 2 or any(len(corner) != 2 for corner in corners):
        account.attribute = "spatial"
        account.refuse(place, all_text(element))
        return
    (a, b), (c, d) = corners
    crs = (element.get("crs") or "").lower()
    swap = not longitude_first and "epsg" in crs and ("urn" in crs or "/def/crs" in crs)
    west, south, east, north = (b, a, d, c) if swap else (a, b, c, d)
    enter_box(account, {"west": (place, west), "south": (place, south), "east": (place, east), "north": (place, north)})


def _links(fields: Sequence[Field], language: str) -> list[Link]:
    """Addresses in dct:references (scheme), dc:URI (protocol), dc:identifier, dc:source and dc:relation."""
    found: list[Link] = []
    for what, place, element in fields:
        said = text(element)
        if what not in ("references", "URI", "identifier") or not is_web(said):
            continue
        protocol = element.get("protocol") or element.get("scheme") or ""
        title = (element.get("name") or element.get("description") or "").strip()
        link = Link(said, place, protocol, title=(Literal(title, language),) if title else ())
        # GeoNetwork gives pictures of the data among the links.
        found.append(link._replace(function="browseGraphic") if "thumbnail" in f"{protocol}{title}".lower() else link)
    return list({link.url: link for link in reversed(found)}.values())[::-1]


def _terms(account: Account, fields: Sequence[Field]) -> Terms:
    offers = [
        (place, text(element)) for what, place, element in fields if what in ("rights", "license") and text(element)
    ]
    public = [offer for offer in offers if _CODE_OF_RIGHTS.match(offer[1])]
    for place, said in public:
        account.leave(place, said)
    found = license_terms.terms(account, [offer for offer in offers if offer not in public])
    return Terms(found.license, (), RightsStatement(label=found.rights) if found.rights else None)


def _agents(account: Account, fields: Sequence[Field]) -> list[Resource]:
    found: list[Resource] = []
    given = [(what, place, text(element)) for what, place, element in fields if text(element)]
    for what, place, said in given:
        if what == "publisher" and not found:
            body = publisher(account, {"name": (place, said)}, said)
            if body is not None and body.iri:
                found.append(body)
                account.add("publisher", [body.iri], place, "copy")
        elif what == "publisher" or what == "rightsHolder":
            account.leave(place, said)
    creator_agents(account, [(place, said) for what, place, said in given if what == "creator"], "creator")
    creator_agents(account, [(place, said) for what, place, said in given if what == "contributor"], "contributor")
    return found
