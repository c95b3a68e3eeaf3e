"""Agents and contact points from the fields that describe them: name, e-mail, addresses, telephone, kind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from harvesters.mapping.account import Account, Parts
from harvesters.mapping.field_rules import addresses, codes, strings, texts
from harvesters.mapping.native_values import entries, word
from schemas.kinds import Literal, iri
from schemas.model import Agent, ContactPoint, Resource
from schemas.namespaces import DCTERMS, FOAF, VCARD
from schemas.vocabularies import find_publisher_type

_EMAIL = re.compile(r"[^@\s<>\"]+@[^@\s<>\"]+\.[^@\s<>\".]+")
_BETWEEN_EMAILS = re.compile(r"[;,\s]+")
_PERSON, _ORGANIZATION = str(FOAF.Person), str(FOAF.Organization)
_VCARD_KINDS = (str(VCARD.Individual), str(VCARD.Organization))
_ADDRESS, _HAS_ADDRESS = str(VCARD.Address), str(VCARD.hasAddress)
_IDENTIFIER = str(DCTERMS.identifier)
_publisher_types = codes(find_publisher_type)
_NO_NUMBER = re.compile(r"[^\d+]+")
PARTS = ("name", "email", "url", "uri", "type", "identifier", "tel", "contacttype")
POSTAL = {
    "street": str(VCARD["street-address"]),
    "zip": str(VCARD["postal-code"]),
    "city": str(VCARD.locality),
    "country": str(VCARD["country-name"]),
}


def mailboxes(account: Account, field: str, value: Any) -> Sequence[str]:
    """E-mail addresses as ``mailto:`` IRIs; one string may hold several."""
    pieces = [piece for piece in _BETWEEN_EMAILS.split(word(value)) if piece]
    bare = [piece[7:] if piece[:7].lower() == "mailto:" else piece for piece in pieces]
    found = [address for each in bare if _EMAIL.fullmatch(each) and (address := iri(f"mailto:{each}"))]
    if len(found) < len(pieces) or not pieces:
        account.refuse(field, value)
    return found


def people(parts: Parts) -> list[Parts]:
    """The agents that the fields of a role name: one, or several where the name is JSON with an object for each."""
    name = parts.get("name")
    listed = entries(name[1]) if name else []
    if name is None or not any(isinstance(entry, dict) for entry in listed):
        return [parts] if parts else []
    found: list[Parts] = []
    for entry in listed:
        if not isinstance(entry, dict):
            continue
        person: Parts = {key: (name[0], entry[key]) for key in PARTS if entry.get(key)}
        if given := word(entry.get("given_name")):
            person["name"] = (name[0], f"{given} {word(entry.get('name'))}".strip())
            person["contacttype"] = (name[0], "Person")
        found.append(person)
    if len(found) == 1:
        found[0] = {**{key: part for key, part in parts.items() if key != "name"}, **found[0]}
    return found


def said_in(parts: Parts) -> str:
    """The field that stands for the fields of a role in the trace."""
    return (parts.get("name") or next(iter(parts.values())))[0]


def agent(account: Account, role: str, parts: Parts) -> Agent | None:
    """An agent from the fields of a role; with an IRI only where the source gives one."""
    return account.once(f"agent {role}", [*parts.items()], lambda: _agent(account, role, parts))


def _agent(account: Account, role: str, parts: Parts) -> Agent | None:
    account.attribute = role
    name = tuple(texts(account, *parts["name"])) if "name" in parts else ()
    boxes = tuple(mailboxes(account, *parts["email"])) if "email" in parts else ()
    own = account.own_iri(*parts["uri"]) if "uri" in parts else None
    if not (name or own):
        return None
    identifier = strings(account, *parts["identifier"]) if "identifier" in parts else ()
    return Agent(
        iri=own,
        types=_kinds_of(parts, _PERSON, _ORGANIZATION),
        name=name,
        mbox=boxes,
        homepage=tuple(addresses(account, *parts["url"])) if "url" in parts else (),
        type=tuple(_publisher_types(account, *parts["type"])) if "type" in parts else (),  # type: ignore[arg-type]
        extra=tuple((_IDENTIFIER, value) for value in identifier),
    )


def _kinds_of(parts: Parts, person: str, organization: str) -> tuple[str, ...]:
    said = word(parts["contacttype"][1]).casefold() if "contacttype" in parts else ""
    return {"person": (person,), "organization": (organization,)}.get(said, ())


def contact(account: Account, parts: Parts) -> ContactPoint | None:
    """A contact point from the fields of a role."""
    return account.once("contact", [*parts.items()], lambda: _contact(account, parts))


def _contact(account: Account, parts: Parts) -> ContactPoint | None:
    account.attribute = "contact_point"
    name = tuple(texts(account, *parts["name"])) if "name" in parts else ()
    boxes = tuple(mailboxes(account, *parts["email"])) if "email" in parts else ()
    urls = tuple(addresses(account, *parts["url"])) if "url" in parts else ()
    phones = _phones(account, *parts["tel"]) if "tel" in parts else ()
    if not (name or boxes or urls or phones):
        return None
    postal = tuple((POSTAL[key], Literal(text)) for key in POSTAL if key in parts and (text := word(parts[key][1])))
    return ContactPoint(
        iri=account.own_iri(*parts["uri"]) if "uri" in parts else None,
        types=_kinds_of(parts, *_VCARD_KINDS),
        fn=name,
        has_email=boxes,
        has_url=urls,
        has_telephone=phones,
        extra=((_HAS_ADDRESS, Resource(types=(_ADDRESS,), extra=postal)),) if postal else (),
    )


def _phones(account: Account, field: str, value: Any) -> tuple[str, ...]:
    number = _NO_NUMBER.sub("-", word(value).removeprefix("tel:")).strip("-")
    return (f"tel:{number}",) if number.strip("+-") else account.refuse(field, value)


def publisher(account: Account, parts: Parts, identity: str | None = None) -> Agent | None:
    """The publisher as a record of its own; without an IRI or id of the source, what it says of itself is its identity."""
    return account.once(f"publisher {identity or ''}", [*parts.items()], lambda: _publisher(account, parts, identity))


def _publisher(account: Account, parts: Parts, identity: str | None) -> Agent | None:
    found = agent(account, "publisher", parts)
    if found is None or found.iri is not None:
        return found
    said = "\x1f".join(word(parts[key][1]) for key in PARTS if key in parts)
    return replace(found, iri=account.mint("agent", f"org:{identity or said}"))
