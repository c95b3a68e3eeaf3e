"""The data service that a capabilities document describes, with its terms, its provider and its contact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from harvesters.mapping.account import Account, Parts, Rule, Said
from harvesters.mapping.agents import contact, publisher
from harvesters.mapping.field_rules import addresses, texts
from harvesters.mapping.license_terms import terms
from harvesters.mapping.native_values import parsed, word
from harvesters.ogc.addresses import asking, base, is_inner
from harvesters.ogc.capabilities import Service
from harvesters.ogc.formats import file_type
from schemas.findings import Severity, declare
from schemas.kinds import Literal, is_web
from schemas.model import Agent, ContactPoint, DataService, RightsStatement, Value
from schemas.namespaces import DCAT, VCARD
from schemas.vocabularies import LISTS, find_access_right, find_language, find_license

LIMITED_ANSWERS = declare(
    "service-limits-answers",
    "Der Dienst gibt je Abfrage höchstens {0} Objekte aus; ein Download kann unvollständig sein.",
    "The service gives at most {0} features for one request; a download may be incomplete.",
    "Heben Sie die Grenze des Dienstes an, oder stellen Sie die Daten zusätzlich als Datei bereit.",
    "Raise the service's limit, or provide the data as a file as well.",
    "OGC 09-025r2, CountDefault",
)

_TYPES = "http://www.opengis.net/def/serviceType/ogc/"
# OGC's reserved word for no fees and no constraints; servers come with it, so that it is nobody's statement.
_NOTHING_SAID = re.compile(r"\W*(?:none|keine|null|n/?a|-*)\W*", re.IGNORECASE)
# GDI-DE: {"id": "dl-de-by-2.0", "name": …, "url": …, "quelle": …}, alone or within a text.
_GDI = re.compile(r"\{[^{}]{0,2000}\"id\"[^{}]{0,2000}\}")
_LARGEST_LIMIT = 1_000_000
_ORGANIZATION_NAME = str(VCARD["organization-name"])


def keyword_texts(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """A keyword, whole: commas belong to it."""
    return texts(account, field, value[0])


def _metadata(account: Account, field: str, value: Any) -> Sequence[str]:
    return addresses(account, field, value if isinstance(value, str) else value[0])


FIELDS = {
    "title": Rule("title", texts),
    "abstract": Rule("description", texts),
    "keyword": Rule("keyword", keyword_texts),
    "metadata": Rule("page", _metadata),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """What all layers of a service share: terms and agents, and the service itself with its IRI."""

    license: tuple[str, ...]
    rights: tuple[RightsStatement, ...]
    attribution: tuple[Literal, ...]
    access_rights: tuple[Value, ...]
    publisher: Agent | None
    contact: ContactPoint | None
    record: DataService

    @property
    def iri(self) -> str:
        """The service's IRI."""
        assert self.record.iri is not None
        return self.record.iri


def endpoint(service: Service, url: str, operation: str) -> str:
    """The address at which an operation answers: the one stated, unless nobody outside could reach it; else the one asked.

    Behind a proxy servers often state their inner name, a placeholder, or http where they answer by https.
    """
    stated, asked = service.operations.get(operation, ""), base(url)
    if not is_web(stated) or (is_inner(stated) and urlsplit(stated).netloc != urlsplit(asked).netloc):
        return asked
    parts = urlsplit(base(stated))
    if urlsplit(asked).scheme == "https" and parts.hostname == urlsplit(asked).hostname and parts.port is None:
        parts = parts._replace(scheme="https")
    return urlunsplit(parts)


def unreachable(service: Service, url: str) -> str:
    """An address among the operations' that nobody outside can reach; empty if there is none."""
    asked = urlsplit(url).netloc
    wrong = (each for each in service.operations.values() if urlsplit(each).netloc != asked)
    return next((each for each in wrong if not is_web(each) or is_inner(each)), "")


def capabilities_address(service: Service, url: str) -> str:
    """Where the capabilities can be had: the address asked where it is a document of its own, else the request for it."""
    if urlsplit(url).path.lower().endswith(".xml"):
        return url
    at = endpoint(service, url, "GetCapabilities")
    return asking(at, SERVICE=service.kind, REQUEST="GetCapabilities", VERSION=service.version)


def offer(account: Account, service: Service, url: str, served: Sequence[str]) -> Offer:
    """The service and what its layers share, entered into a layer's account; findings are on the service, as it is there
    that they can be mended, however many layers it has.
    """
    layer, account.focus = account.focus, account.mint("service", f"service/{service.kind}")
    try:
        return _offer(account, service, url, served)
    finally:
        account.focus = layer


def _offer(account: Account, service: Service, url: str, served: Sequence[str]) -> Offer:
    said = account.within("access_service", DataService)
    said.language = account.language
    fields = {name: [each for each in service.fields if each.name == name] for name in ("terms", "site")}
    said.take([each for each in service.fields if each.name not in fields], FIELDS)
    license, labels, attribution, access = _terms(account, [(each.place, each.value) for each in fields["terms"]])
    rights = (RightsStatement(label=labels),) if labels else ()
    at = endpoint(service, url, "GetCapabilities")
    site = next((each for each in fields["site"] if is_web(word(each.value))), None)
    if site is not None and site.place.startswith("Service.") and base(word(site.value)) != at:
        said.add("landing_page", addresses(said, site.place, site.value), site.place, "copy")
    provider, mailbox = _agents(account, service, (site.place, site.value) if site else None)
    said.values |= {
        "endpoint_url": [at],
        "endpoint_description": [capabilities_address(service, url)],
        "serves_dataset": [*served],
        "conforms_to": [f"{_TYPES}{service.kind.lower()}"],
        "format": [*dict.fromkeys(iri for each in service.formats if (iri := _format(each)))],
        "license": [*license],
        "rights": [*rights],
        "license_attribution": [*attribution],
        "access_rights": [*access],
        "publisher": [provider.iri] if provider is not None and provider.iri else [],
        "contact_point": [mailbox] if mailbox is not None else [],
    }
    if (language := find_language(service.language)) is not None:
        said.add("language", [language.iri], "ExtendedCapabilities.ResponseLanguage", "lookup")
    if not said.values.get("title"):
        said.values["title"] = [Literal(service.kind)]
    limit = feature_limit(service) if service.kind == "WFS" else None
    if limit is not None:
        account.remark(Severity.INFO, str(DCAT.endpointURL), LIMITED_ANSWERS, str(limit))
    record = DataService(iri=account.focus, **said.tuples())
    return Offer(license, rights, attribution, access, provider, mailbox, record)


def feature_limit(service: Service) -> int | None:
    """How many features one answer of a WFS holds, where that is a limit at all."""
    most = int(service.most) if service.most.isascii() and service.most.isdigit() and len(service.most) < 12 else 0
    return most if 0 < most <= _LARGEST_LIMIT else None


def _format(written: str) -> str | None:
    code = LISTS["file-type"].by_code(file_type(written) or "")
    return code.iri if code is not None else None


_Terms = tuple[tuple[str, ...], tuple[Literal, ...], tuple[Literal, ...], tuple[Value, ...]]


def _terms(account: Account, given: Sequence[Said]) -> _Terms:
    """Licences, other words, attribution and access rights. Where a licence is known, the words beside it are kept as well."""
    offers: list[Said] = []
    attribution: list[Literal] = []
    access: list[Value] = []
    for field, value in given:
        text = " ".join(value.values()) if isinstance(value, dict) else word(value)
        if not text or _NOTHING_SAID.fullmatch(text):
            continue
        if (right := find_access_right(text)) is not None:
            access.append(right.iri)
            account.note("access_rights", field, "lookup")
            continue
        for piece in _GDI.findall(text):
            named, source = _gdi(piece)
            offers.append((field, named))
            if source:
                attribution.append(Literal(source, account.language))
                account.note("distribution.license_attribution", field, "parse")
        rest = _GDI.sub(" ", text).strip(" |,;\n")
        if rest and not _NOTHING_SAID.fullmatch(rest):
            offers.append((field, rest))
    known = [each for each in offers if find_license(word(each[1])) is not None]
    said = terms(account, known or offers)
    beside = [each for each in offers if known and each not in known]
    for field, _ in beside:
        account.note("distribution.rights", field, "kept")
    labels = (*said.rights, *(Literal(word(value), account.language) for _, value in beside))
    return said.license, tuple(dict.fromkeys(labels)), tuple(dict.fromkeys(attribution)), tuple(dict.fromkeys(access))


def _gdi(piece: str) -> tuple[str, str]:
    """The licence that GDI-DE's JSON names, by code, address or name, and how to name the source."""
    told = parsed(piece)
    if not isinstance(told, dict):
        return piece, ""
    names = [text for key in ("id", "url", "name") if (text := word(told.get(key)))]
    named = next((each for each in names if find_license(each) is not None), next(iter(names[::-1]), piece))
    return named, word(told.get("quelle"))


def _agents(account: Account, service: Service, site: Said | None) -> tuple[Agent | None, ContactPoint | None]:
    """The provider as publisher, and the contact: a person named there is named as such, so that it can be taken out."""
    known = service.contact
    organization = known.get("organization")
    body: Parts = {}
    if organization is not None:
        body = {"name": organization}
        if site is not None and site[0].startswith("ProviderSite"):
            body["url"] = site
    provider = publisher(account, body) if body else None
    if provider is not None and organization is not None and provider.iri:
        account.add("publisher", [provider.iri], organization[0], "copy")
    name = known.get("person") or known.get("position") or organization
    parts: Parts = {"name": name} if name else {}
    parts |= {key: known[key] for key in ("email", "tel", "street", "zip", "city", "country") if key in known}
    if "url" in body:
        parts["url"] = body["url"]
    # A name alone is no contact: then the region's stands in for it.
    mailbox = contact(account, parts) if parts.keys() & {"email", "tel", "url"} else None
    if mailbox is None:
        if "position" in known:
            account.leave(*known["position"])
        return provider, None
    if organization is not None and name is not organization:
        said = (_ORGANIZATION_NAME, Literal(organization[1], account.language))
        mailbox = replace(mailbox, extra=(*mailbox.extra, said))
    account.add("contact_point", [mailbox], next(iter(parts.values()))[0], "copy")
    return provider, mailbox
