"""What the resources of a CKAN package mean: its distributions, and the services through which they are to be had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import urljoin

from harvesters.ckan.fields import NOT_PUBLIC, RESOURCE, SERVICE
from harvesters.mapping.account import Account, Rule, Said, fields_of
from harvesters.mapping.field_rules import addresses, codes, text_list, texts
from harvesters.mapping.license_terms import terms
from harvesters.mapping.native_values import address_of, entries, word, written
from schemas.findings import Severity
from schemas.kinds import DATATYPES, Kind, Literal, is_web
from schemas.model import Checksum, DataService, Distribution, Resource, RightsStatement, Value
from schemas.namespaces import DCATDE, DCTERMS
from schemas.vocabularies import file_type_of, find_checksum_algorithm, find_file_type, find_media_type

# What is looked at or asked, not loaded: an address of these is no download.
_NO_FILE = frozenset(
    """HTML HTML5 HTML_SIMPL XHTML XHTML5 XHTML_SIMPL RDFA MHTML JS CSS RSS ATOM MSG_HTTP MAP_PRVW MAP_SRVC REST WCS_SRVC
    WFS_SRVC WMS_SRVC WMTS_SRVC SPARQLQ OP_DATPRO""".split()  # noqa: SIM905
)
_UPLOADED = frozenset({"upload", "datastore", "file", "file.upload"})
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_HEX_BINARY = next(iter(DATATYPES[Kind.HEX]))
_LICENSE_FIELDS = ("license", "license_id", "license_url", "license_title")
_LICENSE, _RIGHTS = str(DCTERMS.license), str(DCTERMS.rights)
_ATTRIBUTION = str(DCATDE.licenseAttributionByText)
_FORMAT = Rule("format", codes(find_file_type), how="lookup")
_MEDIA_TYPE = Rule("media_type", codes(find_media_type), how="lookup")
_ADDRESSES = {"url": "access_url", "access_url": "access_url", "download_url": "download_url"}


class _Whole(NamedTuple):
    """The terms of the package, which hold for each of its resources without terms of its own."""

    license: tuple[str, ...]
    statement: RightsStatement | None
    credits: tuple[Literal, ...]
    credits_field: str


def enter_distributions(account: Account, resources: Any, location: str | None, identity: str) -> list[Resource]:
    """Enters the distributions of a package; gives the services through which they are to be had."""
    if resources is not None and not isinstance(resources, list):
        account.refuse("resources", resources, "distribution")
    whole = _whole(account)
    services: list[Resource] = []
    used: set[str] = {account.focus}
    found: list[Value] = []
    for number, resource in enumerate(resources if isinstance(resources, list) else ()):
        field = f"resources[{number}]"
        if not isinstance(resource, dict):
            account.refuse(field, resource, "distribution")
        elif resource.get("state") == "deleted":
            account.remark(Severity.INFO, account.paths.get("distribution"), NOT_PUBLIC, f"{field}: deleted")
        else:
            inner = account.within("distribution", Distribution)
            inner.take(fields_of(field, resource), RESOURCE)
            address = _access(inner, location)
            _technical(inner)
            _rights(inner, whole)
            services += _services(inner, identity)
            subject = _subject(inner, identity, address, used)
            found.append(Distribution(iri=subject, extra=tuple(inner.extra), **inner.tuples()))
    if found:
        account.values["distribution"] = found
    else:
        account.extra += [(_LICENSE, value) for value in whole.license]
        account.extra += [(_RIGHTS, whole.statement)] if whole.statement else []
        account.extra += [(_ATTRIBUTION, value) for value in whole.credits]
    return services


def _whole(account: Account) -> _Whole:
    plain = account.plain
    said = terms(account, _offers(plain))
    labels = list(said.rights)
    if rights := plain.get("rights"):
        account.attribute = "rights"
        labels += text_list(account, *rights)
        account.note("distribution.rights", rights[0], "copy")
    statement = RightsStatement(label=tuple(dict.fromkeys(labels))) if labels else None
    if attribution := plain.get("attribution"):
        account.attribute = "license_attribution"
        return _Whole(said.license, statement, tuple(texts(account, *attribution)), attribution[0])
    return _Whole(said.license, statement, (), "")


def _offers(plain: Mapping[str, Said]) -> list[Said]:
    return [(plain[name][0], entry) for name in _LICENSE_FIELDS if name in plain for entry in entries(plain[name][1])]


def _rights(inner: Account, whole: _Whole) -> None:
    """A resource's own terms, else those of the package."""
    own = terms(inner, _offers(inner.plain))
    license, statement = (own.license, None) if own.license or own.rights else (whole.license, whole.statement)
    if license:
        inner.values["license"] = list(license)
    labels = list(own.rights)
    if rights := inner.plain.get("rights"):
        inner.attribute = "rights"
        for entry in entries(rights[1]):
            if is_web(word(entry)):
                inner.add("rights", addresses(inner, rights[0], entry), rights[0], "copy")
            else:
                labels += texts(inner, rights[0], entry)
                inner.note("distribution.rights", rights[0], "copy")
    if labels and statement:
        labels += statement.label
    if labels:
        statement = RightsStatement(label=tuple(dict.fromkeys(labels)))
    if statement:
        inner.values.setdefault("rights", []).append(statement)
    if whole.credits and "license_attribution" not in inner.values:
        inner.add("license_attribution", whole.credits, whole.credits_field, "copy")


def _access(inner: Account, location: str | None) -> str:
    """Access and download address; gives the one that tells the resource from others."""
    plain = inner.plain
    known: dict[str, str] = {}
    for name, attribute in _ADDRESSES.items():
        if name in plain:
            field, value = plain[name]
            text = word(value)
            # An upload may be given relative to its portal: there is one reading.
            resolved = urljoin(location, text) if location and text[:1] == "/" and text[:2] != "//" else text
            address = address_of(resolved)
            if address:
                known[name] = address
            else:
                inner.refuse(field, value, attribute)
    access = next((name for name in ("access_url", "url", "download_url") if name in known), None)
    if access is None:
        return ""
    inner.add("access_url", [known[access]], plain[access][0], "copy")
    download = "download_url" if "download_url" in known else "url" if "url" in known and _is_file(plain) else None
    if download is None:
        return known[access]
    inner.add("download_url", [known[download]], plain[download][0], "copy")
    return known[download]


def _is_file(plain: Mapping[str, Said]) -> bool:
    for name in ("url_type", "resource_type"):
        if name in plain and word(plain[name][1]) in _UPLOADED:
            return True
    given = plain.get("format") or plain.get("mimetype")
    found = find_file_type(word(given[1])) if given else None
    return found is not None and found.code not in _NO_FILE


def _technical(inner: Account) -> None:
    """Format, media type and checksum of a resource."""
    plain = inner.plain
    if "format" in plain:
        inner.apply(_FORMAT, *plain["format"])
    if "mimetype" in plain:
        inner.apply(_MEDIA_TYPE, *plain["mimetype"])
        if "format" not in plain:
            field, value = plain["mimetype"]
            if (media := find_media_type(word(value))) and (found := file_type_of(media.code)):
                inner.add("format", [found.iri], field, "derived")
    if "hash" in plain:
        field, value = plain["hash"]
        name, colon, digest = word(value).rpartition(":")
        stated = plain.get("hash_algorithm", (field, name if colon else ""))
        algorithm = find_checksum_algorithm(word(stated[1]))
        if algorithm is None or not _HEX.fullmatch(digest):
            inner.refuse(field, value, "checksum")
        else:
            literal = Literal(digest, None, _HEX_BINARY)
            inner.add("checksum", [Checksum(algorithm=(algorithm.iri,), checksum_value=(literal,))], field, "lookup")


def _subject(inner: Account, identity: str, address: str, used: set[str]) -> str:
    """The IRI of a distribution: the source's own, else one from its id or address; each stands once in a dataset."""
    own = inner.own_iri(*inner.plain["uri"]) if "uri" in inner.plain else None
    if own and own not in used:
        used.add(own)
        return own
    name = word(inner.plain["id"][1]) if "id" in inner.plain else ""
    name = name or address or "/".join(map(written, inner.values.get("title", ()))) or "resource"
    subject = inner.mint("distribution", f"{identity}/{name}")
    number = 1
    while subject in used:
        number += 1
        subject = inner.mint("distribution", f"{identity}/{name}#{number}")
    used.add(subject)
    return subject


def _services(inner: Account, identity: str) -> list[Resource]:
    """The data services of a resource (ckanext-dcat: ``access_services``), as records of their own."""
    if "access_services" not in inner.plain:
        return []
    field, value = inner.plain["access_services"]
    found: list[Resource] = []
    for number, entry in enumerate(entries(value)):
        if not isinstance(entry, dict):
            inner.refuse(field, entry, "access_service")
            continue
        service = inner.within("access_service", DataService)
        service.take(fields_of(f"{field}[{number}]", entry), SERVICE)
        said = terms(service, _offers(service.plain), f"{service.prefix}license")
        service.attribute = "rights"
        if said.license:
            service.values["license"] = list(said.license)
        labels = [*said.rights, *(text_list(service, *service.plain["rights"]) if "rights" in service.plain else ())]
        if labels:
            service.values["rights"] = [RightsStatement(label=tuple(labels))]
        own = service.own_iri(*service.plain["uri"]) if "uri" in service.plain else None
        endpoint = next((each for each in service.values.get("endpoint_url", ()) if isinstance(each, str)), str(number))
        subject = own or service.mint("service", f"{identity}/service/{endpoint}")
        found.append(DataService(iri=subject, extra=tuple(service.extra), **service.tuples()))
        inner.add("access_service", [subject], field, "copy")
    return found
