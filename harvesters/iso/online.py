"""The online resources, formats and operations of a record, in the form that distributions and services are made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harvesters.iso.codes import REPRESENTATION_BASE, SERVICE_TYPE_BASE
from harvesters.iso.elements import Element, anchor, children, code, first, found, name, text
from harvesters.iso.links import Link
from harvesters.iso.parties import Party
from harvesters.iso.record import IsoRecord
from harvesters.mapping.account import Account, Parts
from schemas.kinds import Literal
from schemas.model import Standard, Value
from schemas.namespaces import ADMS, GEODCATAP
from schemas.vocabularies import find_status

_TRANSFER = ("distributionInfo/transferOptions", "distributionInfo/distributor/distributorTransferOptions")
_FORMAT = (
    *("distributionInfo/distributionFormat", "distributionInfo/distributor/distributorFormat"),
    "identificationInfo/resourceFormat",
)
_SERVICE_TYPES = frozenset({"discovery", "view", "download", "transformation", "invoke", "other"})


def links_of(record: IsoRecord) -> list[Link]:
    """The online resources of all transfer options."""
    result: list[Link] = []
    for path, options in record.paths(*_TRANSFER):
        online = found(options, "onLine")
        size = text(first(options, "transferSize"))
        formats = tuple(each for element in found(options, "distributionFormat") if (each := _format(element)))
        for element in online:
            link = link_of(record, f"{path}/onLine", element)
            if link is not None:
                # A size stated for several files at once is that of none of them.
                result.append(link._replace(formats=formats, megabytes=size if len(online) == 1 else ""))
    return list({(link.url, link.protocol): link for link in reversed(result)}.values())[::-1]


def link_of(record: IsoRecord, path: str, element: Element) -> Link | None:
    """One online resource; None if it has no address."""
    linkage = first(element, "linkage")
    url = text(linkage) or next((each.text for each in record.literals(linkage)), "")
    if not url:
        return None
    profile, protocol = first(element, "applicationProfile"), first(element, "protocol")
    return Link(
        url=url,
        field=path,
        protocol=f"{text(protocol)} {anchor(protocol)}".strip(),
        profile=f"{text(profile)} {anchor(profile)}".strip(),
        function=code(first(element, "function")),
        title=tuple(record.literals(first(element, "name"))),
        description=tuple(record.literals(first(element, "description"))),
    )


def formats_of(record: IsoRecord) -> list[tuple[str, str]]:
    """The names of the formats that the record states for its data, each with its path."""
    stated = [(path, _format(element)) for path, element in record.paths(*_FORMAT)]
    return list(dict.fromkeys((path, each) for path, each in stated if each))


def _format(element: Element) -> str:
    own = first(element, "name", "formatSpecificationCitation/title")
    return anchor(own) or text(own) or text(first(element, "formatSpecificationCitation/alternateTitle"))


def technical_of(record: IsoRecord) -> tuple[tuple[str, Value], ...]:
    """What GeoDCAT-AP says of each distribution: in which manner space is represented."""
    codes = [code(each).rpartition("/")[2] for _, each in record.identified("spatialRepresentationType")]
    return tuple(
        (str(ADMS.representationTechnique), REPRESENTATION_BASE + each) for each in dict.fromkeys(codes) if each
    )


def status_of(record: IsoRecord) -> tuple[str, ...]:
    """The state of the data by ISO 19115's progress code, where the EU's list has it."""
    known = [find_status(code(each)) for _, each in record.identified("status")]
    return tuple(each.iri for each in known[:1] if each)


def operations_of(record: IsoRecord) -> list[Link]:
    """The addresses at which a service's operations answer, GetCapabilities first; its stated type tells their kind."""
    versions = [text(each) for _, each in record.identified("serviceTypeVersion")]
    stated = " ".join(each for each in versions if each)
    result: list[tuple[bool, Link]] = []
    for path, operation in record.identified("containsOperations"):
        called = text(first(operation, "operationName")).lower()
        for element in found(operation, "connectPoint"):
            link = link_of(record, f"{path}/connectPoint", element)
            if link is not None:
                result.append(("capabilities" not in called, link._replace(profile=f"{link.profile} {stated}".strip())))
    result.sort(key=lambda each: each[0])
    return list({link.url: link for _, link in reversed(result)}.values())[::-1]


def enter_service_type(account: Account, record: IsoRecord) -> None:
    """INSPIRE's type of the service, and the versions of its protocol as standards by their names."""
    for path, element in record.identified("serviceType"):
        said = text(element)
        if said in _SERVICE_TYPES:
            account.extra.append((str(GEODCATAP.serviceType), SERVICE_TYPE_BASE + said))
            account.note("serviceType", path, "lookup")
        elif said:
            account.leave(path, said)
    for path, element in record.identified("serviceTypeVersion"):
        if said := text(element):
            account.add("conforms_to", [Standard(title=(Literal(said),))], path, "copy")


def parties_of(record: IsoRecord) -> tuple[list[Party], list[Party]]:
    """The responsible parties of the resource, and the contacts for the metadata."""
    places = ("pointOfContact", "citation/citedResponsibleParty")
    own = [(path, each) for path, each in record.identified(*places)]
    own += [(path, each) for path, each in record.paths("distributionInfo/distributor/distributorContact")]
    result = [party for path, element in own for party in _party(record, path, element)]
    contacts = [party for path, element in record.paths("contact") for party in _party(record, path, element)]
    unique = {(each.role, each.name, str(each.body), str(each.person)): each for each in reversed(result)}
    return list(unique.values())[::-1], contacts


def _party(record: IsoRecord, path: str, element: Element) -> Sequence[Party]:
    role = code(first(element, "role"))
    if (holder := first(element, "party")) is not None:
        return _party_of_2014(record, path, element, role, holder)
    body: Parts = {}
    _put(body, "name", f"{path}/organisationName", record.said(first(element, "organisationName")))
    _contact_info(record, path, first(element, "contactInfo"), body)
    person = record.said(first(element, "individualName")) or _swiss_name(element)
    position = record.said(first(element, "positionName"))
    if not body and not person and not position:
        return ()
    return (Party(role, body, person or None, position or None, path),)


def _party_of_2014(record: IsoRecord, path: str, element: Element, role: str, holder: Element) -> Sequence[Party]:
    """A party of ISO 19115-1:2014: an organisation with its people, or an individual."""
    result: list[Party] = []
    for party in found(element, "party"):
        for kind in children(party):
            body: Parts = {}
            people = (
                [kind] if name(kind) == "CI_Individual" else found(kind, "individual") or found(party, "individual")
            )
            if name(kind) != "CI_Individual":
                own = next((each for each in children(kind) if name(each) == "name"), None)
                _put(body, "name", f"{path}/party/name", record.said(own))
            info = next((each for each in children(kind) if name(each) == "contactInfo"), None)
            _contact_info(record, path, info, body)
            person = position = None
            for each in people[:1]:
                holder = next(children(each), each) if name(each) == "individual" else each
                parts = {name(part): part for part in children(holder)}
                person = record.said(parts.get("name")) or None
                position = record.said(parts.get("positionName")) or None
                if "email" not in body:
                    _contact_info(record, path, parts.get("contactInfo"), body)
            if body or person or position:
                result.append(Party(role, body, person, position, path))
    return result


def _contact_info(record: IsoRecord, path: str, info: Element | None, body: Parts) -> None:
    if info is None:
        return
    place = f"{path}/contactInfo"
    mail = [text(each) for each in found(info, "address/electronicMailAddress")]
    _put(body, "email", f"{place}/address/electronicMailAddress", "; ".join(each for each in mail if each))
    voices = [text(each) for each in found(info, "phone/voice")]
    voices += [
        text(first(each, "number"))
        for each in found(info, "phone")
        if code(first(each, "numberType")) in ("voice", "") and first(each, "number") is not None
    ]
    _put(body, "tel", f"{place}/phone", next((each for each in voices if any(map(str.isdigit, each))), ""))
    _put(body, "url", f"{place}/onlineResource", text(first(info, "onlineResource/linkage")))
    street = [text(each) for each in found(info, "address/deliveryPoint", "address/streetName", "address/streetNumber")]
    for part, said in (
        ("street", " ".join(each for each in street if each)),
        ("zip", text(first(info, "address/postalCode"))),
        ("city", text(first(info, "address/city"))),
        ("country", code(first(info, "address/country"))),
    ):
        _put(body, part, f"{place}/address", said)


def _swiss_name(element: Element) -> str:
    parts = [text(first(element, each)) for each in ("individualFirstName", "individualLastName")]
    return " ".join(each for each in parts if each)


def _put(body: Parts, part: str, field: str, value: Any) -> None:
    if value:
        body[part] = (field, value)
