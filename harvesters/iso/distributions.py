"""Distributions, services and pages from the online resources of a dataset's record."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from harvesters.iso.codes import SERVICES
from harvesters.iso.identification import Dated
from harvesters.iso.links import (
    Link,
    asks,
    endpoint,
    gives_data,
    has_no_function,
    is_file,
    is_packed,
    kind_of_service,
    output_format,
    service_format,
    suffix,
)
from harvesters.mapping.account import Account
from harvesters.mapping.native_values import address_of
from schemas.kinds import DATATYPES, Kind, Literal
from schemas.model import DataService, Distribution, Resource, Resources, RightsStatement, Value
from schemas.namespaces import DCTERMS
from schemas.vocabularies import Code, find_file_type, find_media_type, media_type_of

_DECIMAL = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?")
_INTEGER = next(iter(DATATYPES[Kind.INTEGER]))
_MEGABYTE = 1_000_000


class Terms(NamedTuple):
    """Under which terms the data of a record may be used, for each of its distributions."""

    license: Resources = ()
    attribution: tuple[Literal, ...] = ()
    rights: RightsStatement | None = None


@dataclass(slots=True)
class Whole:
    """What the distributions of a record share, and the record that they belong to."""

    identity: str
    terms: Terms
    formats: Sequence[tuple[str, str]] = ()
    technical: tuple[tuple[str, Value], ...] = ()
    status: Resources = ()
    revised: Dated | None = None
    used: set[str] = field(default_factory=set)


def enter_links(account: Account, links: Sequence[Link], whole: Whole) -> list[Resource]:
    """Enters a dataset's distributions and pages; gives the services that its distributions refer to."""
    sound: list[Link] = []
    for link in links:
        address = address_of(link.url)
        if address is None:
            account.refuse(link.field, link.url, "page")
        else:
            sound.append(link._replace(url=address))
    data = [link for link in sound if gives_data(link)]
    formats = _formats(account, whole, data)
    services: list[Resource] = []
    found: list[Distribution] = []
    for link in data:
        service = _service(account, link, whole)
        services += [service] if service else []
        found.append(_distribution(account, link, whole, formats, service))
    if found:
        account.values["distribution"] = list(found)
    else:
        _keep_terms(account, whole.terms)
        if whole.revised is not None and whole.revised.date not in account.values.get("modified", ()):
            account.leave(whole.revised.path, whole.revised.date.text)
    for link in sound:
        if link not in data:
            attribute = "landing_page" if has_no_function(link) and not asks(link.url, "getrecordbyid") else "page"
            account.add(attribute, [link.url], link.field, "copy")
    # A service that several links lead to is one.
    return list({service.iri: service for service in services}.values())


def _keep_terms(account: Account, terms: Terms) -> None:
    account.extra += [(str(DCTERMS.license), value) for value in terms.license]
    account.extra += [(str(DCTERMS.rights), terms.rights)] if terms.rights else []


def _formats(account: Account, whole: Whole, data: Sequence[Link]) -> tuple[Code, ...]:
    """The formats that the record states for all its files; what names none of the list is a finding."""
    found: dict[Code, None] = {}
    for place, name in whole.formats:
        known = find_file_type(name)
        if known is not None:
            found[known] = None
        elif data and name.strip().casefold() not in _NO_FORMAT:
            account.refuse(place, name, "distribution")
        elif data:
            account.leave(place, name)
    return tuple(found)


_NO_FORMAT = frozenset({"", "n/a", "-", "unknown", "unbekannt", "keine angabe", "k.a.", "null"})


def _distribution(
    account: Account, link: Link, whole: Whole, formats: tuple[Code, ...], service: DataService | None
) -> Distribution:
    inner = account.within("distribution", Distribution)
    inner.add("access_url", [link.url], link.field, "copy")
    kind = kind_of_service(link)
    if is_file(link):
        inner.add("download_url", [link.url], link.field, "K39")
    if link.title:
        inner.add("title", link.title, link.field, "copy")
    if link.description and link.description != link.title:
        inner.add("description", link.description, link.field, "copy")
    _add_format(inner, link, kind, formats)
    if service is not None and service.iri:
        inner.add("access_service", [service.iri], link.field, "mint")
    if link.megabytes and not kind:
        _add_size(inner, link)
    inner.values |= {name: list(v) for name, v in (("license", whole.terms.license), ("status", whole.status)) if v}
    if whole.revised is not None:
        inner.add("modified", [whole.revised.date], whole.revised.path, "copy")
    if whole.terms.attribution:
        inner.values["license_attribution"] = list(whole.terms.attribution)
    if whole.terms.rights:
        inner.values["rights"] = [whole.terms.rights]
    if legislation := account.values.get("applicable_legislation"):
        # DCAT-AP HVD: what makes the dataset one of high value holds for each way to it.
        inner.values["applicable_legislation"] = list(legislation)
    inner.extra += [] if kind and not is_file(link) else whole.technical
    return Distribution(iri=_subject(inner, whole, link.url), extra=tuple(inner.extra), **inner.tuples())


def _add_format(inner: Account, link: Link, kind: str | None, formats: tuple[Code, ...]) -> None:
    """A link's format: its own, what it asks a service for, the service, its name, else the only one of the record."""
    own = next((code for name in link.formats if (code := find_file_type(name))), None)
    known = own or output_format(link.url)
    how = "lookup"
    if known is None and kind and not is_file(link):
        if (address := service_format(kind)) is not None:
            inner.add("format", [address], link.field, "derived")
        return
    named = suffix(link.url)
    if known is None and named is not None and not is_packed(named.code):
        # A name ends in .tif where the record says GeoTIFF: the record is more exact.
        exact = len(formats) == 1 and media_type_of(formats[0].code) == media_type_of(named.code) is not None
        known, how = (formats[0], "lookup") if exact else (named, "derived")
    if known is None and len(formats) == 1:
        known = formats[0]
    if known is None:
        known, how = named, "derived"
    if known is not None:
        inner.add("format", [known.iri], link.field, how)
        media = media_type_of(known.code)
        if media is not None:
            inner.add("media_type", [media.iri], link.field, "derived")
    if named is not None and known is not named and is_packed(named.code):
        packed = find_media_type(named.code)
        attribute = "compress_format" if named.code in ("GZIP", "BZIP2") else "package_format"
        if packed is not None:
            inner.add(attribute, [packed.iri], link.field, "derived")


def _add_size(inner: Account, link: Link) -> None:
    """ISO 19115 states sizes in megabytes."""
    if not _DECIMAL.fullmatch(link.megabytes):
        inner.refuse(f"{link.field}/transferSize", link.megabytes, "byte_size")
        return
    size = round(float(link.megabytes) * _MEGABYTE)
    if size > 0:
        inner.add("byte_size", [Literal(str(size), None, _INTEGER)], f"{link.field}/transferSize", "parse")


def _subject(inner: Account, whole: Whole, address: str) -> str:
    name, number = f"{whole.identity}/{address}", 1
    subject = inner.mint("distribution", name)
    while subject in whole.used:
        number += 1
        subject = inner.mint("distribution", f"{name}#{number}")
    whole.used.add(subject)
    return subject


def _service(account: Account, link: Link, whole: Whole) -> DataService | None:
    """The service behind a link, as a record of its own that the dataset brings with it."""
    kind = kind_of_service(link)
    if kind is None:
        return None
    address = endpoint(link.url)
    values = account.values
    label = f"{kind.upper().replace('-', ' ')}: "
    titles = tuple(
        Literal(f"{label}{each.text}", each.lang) for each in values.get("title", ()) if isinstance(each, Literal)
    )
    standard, form = SERVICES[kind][1], service_format(kind)
    shared: dict[str, Any] = {
        name: tuple(values.get(name, ()))
        for name in ("publisher", "contact_point", "access_rights", "applicable_legislation", "hvd_category", "theme")
    }
    shared["access_rights"] = tuple(each for each in shared["access_rights"] if isinstance(each, str))
    return DataService(
        iri=account.mint("service", f"{whole.identity}/service/{kind}/{address}"),
        title=titles or (Literal(f"{label}{address}"),),
        endpoint_url=(address,),
        endpoint_description=(link.url,) if asks(link.url, "getcapabilities") else (),
        serves_dataset=(account.focus,),
        conforms_to=(standard,) if standard else (),
        format=(form,) if form else (),
        license=whole.terms.license,
        license_attribution=whole.terms.attribution,
        rights=(whole.terms.rights,) if whole.terms.rights else (),
        **shared,
    )
