"""Contacts of an OGC API: those of a record with their roles (OGC API Records, 7.2), and the one in an OpenAPI description."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from harvesters.mapping.account import Account, Parts
from harvesters.mapping.agents import agent, contact, publisher
from harvesters.mapping.native_values import word
from schemas.kinds import Literal
from schemas.model import Agent, Resource
from schemas.namespaces import VCARD

_ORGANIZATION_NAME = str(VCARD["organization-name"])
# Roles of ISO 19115 (CI_RoleCode), which records name, as the roles of DCAT-AP.de.
_ROLES = {
    "publisher": "publisher",
    "owner": "publisher",
    "provider": "publisher",
    "resourceprovider": "publisher",
    "distributor": "contributor",
    "pointofcontact": "contact_point",
    "contact": "contact_point",
    "author": "creator",
    "creator": "creator",
    "principalinvestigator": "creator",
    "originator": "originator",
    "custodian": "custodian",
    "processor": "contributor",
    "contributor": "contributor",
}


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a list, or the one that a value is."""
    yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, dict))


def enter_contacts(account: Account, field: str, value: Any) -> list[Resource]:
    """Enters the contacts of a record in their roles; gives the agents that are records of their own.

    One without a role is the contact. Only a publisher said to be one counts before an owner or provider.
    """
    companions: list[Resource] = []
    listed = list(objects(value))
    if not listed:
        account.refuse(field, value, "contact_point")
    plain = any("publisher" in _roles(each) for each in listed)
    for number, entry in enumerate(listed):
        place = f"{field}[{number}]"
        for role in _roles(entry) or ["contact"]:
            attribute = _ROLES.get(role)
            if attribute is None:
                account.leave(f"{place}.roles", role)
            elif attribute == "contact_point":
                _enter_contact(account, place, entry)
            elif attribute == "publisher":
                if role == "publisher" or not plain:
                    companions += _enter_publisher(account, place, entry)
            elif found := agent(account, attribute, _agent_parts(place, entry)):
                account.add(attribute, [found], place, "copy")
    return companions


def _roles(entry: dict[str, Any]) -> list[str]:
    stated = entry.get("roles", entry.get("role"))
    found = []
    for each in stated if isinstance(stated, list) else [stated]:
        name = word(each.get("name")) if isinstance(each, dict) else word(each)
        if name:
            found.append(name.replace("_", "").replace(" ", "").lower())
    return found


def _enter_publisher(account: Account, place: str, entry: dict[str, Any]) -> list[Resource]:
    found = publisher(account, _agent_parts(place, entry))
    if found is None or found.iri is None:
        return []
    if "publisher" not in account.values:
        account.add("publisher", [found.iri], place, "copy")
        return [found]
    return []


def _enter_contact(account: Account, place: str, entry: dict[str, Any]) -> None:
    organization = word(entry.get("organization"))
    said = word(entry.get("name")) or word(entry.get("position")) or organization
    parts: Parts = {"name": (f"{place}.name", said)} if said else {}
    parts |= _reached(place, entry)
    found = contact(account, parts) if parts else None
    if found is None:
        account.refuse(place, entry, "contact_point")
        return
    if organization and organization != said:
        extra = (_ORGANIZATION_NAME, Literal(organization, account.language))
        found = replace(found, extra=(*found.extra, extra))
    account.add("contact_point", [found], place, "copy")


def _reached(place: str, entry: dict[str, Any]) -> Parts:
    parts: Parts = {}
    for name, part, single in (("emails", "email", "email"), ("phones", "tel", "phone")):
        values = [word(each.get("value")) for each in objects(entry.get(name))]
        values += [word(entry.get(single))]
        if given := [each for each in values if each]:
            parts[part] = (f"{place}.{name}", ", ".join(given) if part == "email" else given[0])
    if address := _homepage(entry):
        parts["url"] = (f"{place}.links", address)
    for each in [*objects(entry.get("addresses"))][:1]:
        street = each.get("deliveryPoint")
        lines = street if isinstance(street, list) else [street]
        written = {"street": ", ".join(filter(None, map(word, lines)))}
        written |= {
            "zip": word(each.get("postalCode")),
            "city": word(each.get("city")),
            "country": word(each.get("country")),
        }
        parts |= {part: (f"{place}.addresses", text) for part, text in written.items() if text}
    return parts


def _agent_parts(place: str, entry: dict[str, Any]) -> Parts:
    """An agent is the body where one is named; a name beside it is that of somebody in it."""
    name = word(entry.get("organization")) or word(entry.get("name"))
    parts: Parts = {"name": (place, name)} if name else {}
    reached = _reached(place, entry)
    parts |= {part: reached[part] for part in ("email", "url") if part in reached}
    return parts


def _homepage(entry: dict[str, Any]) -> str:
    links: Iterable[dict[str, Any]] = objects(entry.get("links"))
    found = (word(each.get("href")) for each in links if word(each.get("rel")) in ("", "about", "related", "canonical"))
    return next((each for each in found if each.startswith(("http://", "https://"))), "") or word(entry.get("url"))


def enter_info_contact(account: Account, field: str, value: Any) -> Agent | None:
    """Enters the contact of an OpenAPI description; gives the publisher where the description tells the two apart.

    pygeoapi writes the provider as the contact and who answers into ``x-ogc-serviceContact``.
    """
    if not isinstance(value, dict):
        account.refuse(field, value, "contact_point")
        return None
    service = value.get("x-ogc-serviceContact")
    if not isinstance(service, dict):
        _enter_contact(account, field, value)
        return None
    _enter_contact(account, f"{field}.x-ogc-serviceContact", service)
    found = publisher(account, _agent_parts(field, value)) if word(value.get("name")) else None
    if found is not None and found.iri:
        account.add("publisher", [found.iri], field, "copy")
    return found
