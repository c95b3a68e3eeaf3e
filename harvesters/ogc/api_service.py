"""The data service that an OGC API is: what its landing page, its description and its conformance say."""

from __future__ import annotations

import re
from typing import Any

from harvesters.mapping.account import Account, Rule, Said
from harvesters.mapping.field_rules import addresses, keywords, texts
from harvesters.mapping.license_terms import terms
from harvesters.mapping.native_values import word
from harvesters.ogc.api import Api, description_link, links
from harvesters.ogc.api_agents import enter_info_contact
from harvesters.ogc.api_distributions import Terms
from schemas.kinds import Literal, is_web
from schemas.model import Agent, DataService, RightsStatement
from schemas.vocabularies import find_license

_STANDARD = re.compile(r"(https?://www\.opengis\.net/spec/ogcapi-[a-z0-9-]+/[\d.]+)/conf/core")
_MARKUP = re.compile(r"<[^<>]{0,500}>")
# What STAC and others write where the licence stands behind a link, or where there are several.
_NO_LICENSE = frozenset({"other", "various", "proprietary", "unknown", ""})

_TEXTS = {
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "keywords": Rule("keyword", keywords),
}


class ServiceRecord:
    """The API as a data service, and what its collections have from it."""

    def __init__(self, account: Account, api: Api, served: tuple[str, ...]) -> None:
        said = account.within("access_service", DataService)
        landing, info = dict(api.landing), dict(api.info)
        fields: dict[str, Any] = {"title": info.get("title"), "description": info.get("description")}
        fields |= {"keywords": info.get("x-keywords")}
        fields |= {name: landing[name] for name in fields if landing.get(name)}
        place = {name: "landingPage" if landing.get(name) else "info" for name in fields}
        said.take([(name, f"{place[name]}.{name}", value) for name, value in fields.items()], _TEXTS)
        self.publisher: Agent | None = None
        if info.get("contact"):
            self.publisher = enter_info_contact(said, "info.contact", info["contact"])
        found = links(landing)
        self.terms = stated_terms(account, api_offers(api), landing.get("attribution"), "landingPage")
        for link in found:
            if link.rel == "service-doc" or (link.rel == "about" and "html" in (link.type or "html")):
                attribute = "page" if link.rel == "service-doc" else "landing_page"
                said.add(
                    attribute, addresses(said, f"landingPage.links.{link.rel}", link.href), "landingPage.links", "copy"
                )
        description = description_link(found)
        standards = dict.fromkeys(match[1] for each in api.conforms_to if (match := _STANDARD.fullmatch(each)))
        said.values |= {
            "endpoint_url": [api.url.partition("?")[0]],
            "endpoint_description": [description.href] if description is not None else [],
            "serves_dataset": [*served],
            "conforms_to": [*standards],
            "license": [*self.terms.license],
            "rights": [*self.terms.rights],
            "license_attribution": [*self.terms.attribution],
        }
        if not said.values.get("title"):
            said.values["title"] = [Literal("OGC API")]
        iri = account.mint("service", "service/ogcapi")
        self.record = DataService(iri=iri, extra=tuple(said.extra), **said.tuples())
        self.contact = said.values.get("contact_point", [])

    @property
    def iri(self) -> str:
        """The service's IRI."""
        assert self.record.iri is not None
        return self.record.iri


def api_offers(api: Api) -> list[Said]:
    """What the API says about the terms of all that it gives."""
    offers = [(f"landingPage.links.{each.rel}", each.href) for each in links(api.landing) if each.rel == "license"]
    license = api.info.get("license")
    if isinstance(license, dict):
        offers += [(f"info.license.{key}", license[key]) for key in ("name", "identifier", "url") if license.get(key)]
    elif license:
        offers.append(("info.license", license))
    offers.append(("info.termsOfService", word(api.info.get("termsOfService"))))
    return [(field, value) for field, value in offers if word(value)]


def stated_terms(account: Account, offers: list[Said], attribution: Any, place: str) -> Terms:
    """Licences, statements and attribution from what several fields offer; a word that only points to a link is none."""
    real = [(field, value) for field, value in offers if word(value).lower() not in _NO_LICENSE]
    for field, value in offers:
        if (field, value) not in real and word(value) and not real:
            account.leave(field, value)
    known = [offer for offer in real if find_license(word(offer[1])) is not None]
    # An address counts before words.
    said = terms(account, known or sorted(real, key=lambda offer: not is_web(word(offer[1]))))
    labels = list(said.rights)
    for field, value in real if known else []:
        if (field, value) in known:
            continue
        if is_web(word(value)):
            account.leave(field, value)
        else:
            labels.append(Literal(word(value), account.language))
    plain = _MARKUP.sub("", word(attribution)).strip()
    named = (Literal(plain, account.language),) if plain else ()
    if named:
        account.note("distribution.license_attribution", f"{place}.attribution".lstrip("."), "copy")
    rights = (RightsStatement(label=tuple(dict.fromkeys(labels))),) if labels else ()
    return Terms(said.license, rights, named)
