"""What a capabilities document says of the service itself: title, terms, provider, contact, operations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harvesters.ogc.capabilities import Field, Service
from harvesters.ogc.elements import Element, child, children, href, local, online, paragraphs, tagged, text

# Elements of the four standards and of their versions, by the part that they play for a contact.
_CONTACT: Mapping[str, str] = {
    **dict.fromkeys(("ContactPerson", "IndividualName", "individualName"), "person"),
    **dict.fromkeys(("ContactOrganization", "ProviderName", "organisationName", "organizationName"), "organization"),
    **dict.fromkeys(("ContactPosition", "PositionName", "positionName"), "position"),
    **dict.fromkeys(("ContactVoiceTelephone", "Voice", "voice"), "tel"),
    **dict.fromkeys(
        ("ContactElectronicMailAddress", "ElectronicMailAddress", "electronicMailAddress"),
        "email",
    ),
    **dict.fromkeys(("Address", "DeliveryPoint", "deliveryPoint"), "street"),
    **dict.fromkeys(("City", "city"), "city"),
    **dict.fromkeys(("PostCode", "PostalCode", "postalCode"), "zip"),
    **dict.fromkeys(("Country", "country"), "country"),
}
_TEXTS: Mapping[str, str] = {
    **dict.fromkeys(("Title", "label"), "title"),
    **dict.fromkeys(("Abstract", "description"), "abstract"),
    **dict.fromkeys(("Fees", "fees"), "terms"),
    **dict.fromkeys(("AccessConstraints", "accessConstraints"), "terms"),
}
KEYWORD_LISTS = ("KeywordList", "Keywords", "keywords")


def service_of(root: Element, kind: str, version: str, formats: tuple[str, ...] = ()) -> Service:
    """The service of a document of any of the standards, WMS 1.1.1 to WCS 2.0."""
    identification = child(root, "Service") if kind == "WMS" else None
    for name in ("ServiceIdentification", "Service"):
        identification = identification if identification is not None else child(root, name)
    provider = child(root, "ServiceProvider")
    contact = _contact(provider if provider is not None else identification)
    fields = [*_texts(identification), *keywords(identification)]
    site = href(child(provider, "ProviderSite")) or (online(identification) if provider is None else "")
    fields.append(Field("site", "ProviderSite" if provider is not None else "Service.OnlineResource", site))
    language, more = _extended(root)
    return Service(
        kind=kind,
        version=version,
        fields=tuple(each for each in (*fields, *more) if each.value),
        contact=contact,
        operations=_operations(root),
        formats=formats,
        language=language,
        most=_most(root),
    )


def keywords(element: Element | None) -> Iterator[Field]:
    """The keywords of a service or layer, each with the vocabulary that it names; WFS 1.0 writes them in one text."""
    for listed in children(element, *KEYWORD_LISTS):
        place = f"{local(element)}.{local(listed)}"
        kind = text(listed, "Type")
        given = list(children(listed, "Keyword", "keyword"))
        for keyword in given:
            vocabulary = str(keyword.get("vocabulary") or kind)
            if said := tagged(keyword):
                yield Field("keyword", f"{place}.{local(keyword)}", [said, vocabulary])
        if not given:
            yield from (Field("keyword", place, [word.strip(), ""]) for word in text(listed).split(",") if word.strip())


def _texts(element: Element | None) -> Iterator[Field]:
    for each in children(element):
        if name := _TEXTS.get(local(each)):
            yield Field(name, f"{local(element)}.{local(each)}", tagged(each))


def _contact(element: Element | None) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    if element is None:
        return found
    for each in element.iter():
        part = _CONTACT.get(local(each))
        if part and (said := paragraphs(each)):
            found.setdefault(part, (f"{local(element)}.{local(each)}", said))
    return found


def _operations(root: Element) -> dict[str, str]:
    """The GET addresses of the operations, in the four ways in which the standards write them."""
    found: dict[str, str] = {}
    for operation in children(child(root, "OperationsMetadata"), "Operation"):
        for get in children(child(operation, "DCP", "HTTP"), "Get"):
            encodings = [text(value).upper() for value in get.iter() if local(value) == "Value"]
            # A RESTful address of WMTS takes no parameters.
            if (address := href(get)) and (not encodings or "KVP" in encodings):
                found.setdefault(str(operation.get("name") or ""), address)
    for operation in children(child(root, "Capability", "Request")):
        for get in operation.iter():
            if local(get) == "Get" and (address := online(get) or str(get.get("onlineResource") or "").strip()):
                found.setdefault(local(operation), address)
    return found


def _extended(root: Element) -> tuple[str, list[Field]]:
    """INSPIRE's extended capabilities: the language of the texts, and where the service's metadata lie."""
    language, fields = "", []
    for each in root.iter():
        name = local(each)
        if name == "ResponseLanguage" and not language:
            language = text(each, "Language")
        elif name == "MetadataUrl" and (address := text(each, "URL")):
            fields.append(Field("metadata", "ExtendedCapabilities.MetadataUrl", address))
    return language, fields


def _most(root: Element) -> str:
    for constraint in root.iter():
        if local(constraint) == "Constraint" and constraint.get("name") in ("CountDefault", "DefaultMaxFeatures"):
            return text(constraint, "DefaultValue") or text(constraint, "Value")
    return ""
