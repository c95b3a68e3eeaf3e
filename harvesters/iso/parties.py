"""Agents and contact points from responsible parties: the organisation first, persons where they can be taken out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from harvesters.iso.codes import PUBLISHER_ROLES, ROLE_ATTRIBUTES, ROLE_PROPERTIES
from harvesters.mapping.account import Account, Parts
from harvesters.mapping.agents import agent, contact, publisher
from harvesters.mapping.native_values import word
from schemas.findings import Severity, declare
from schemas.kinds import Literal
from schemas.model import Agent, ContactPoint, Resource
from schemas.namespaces import VCARD

PUBLISHER_BY_ROLE = declare(
    "publisher-from-other-role",
    "Der Eintrag nennt keinen Herausgeber; als solcher gilt die Stelle in der Rolle „{0}“.",
    "The entry names no publisher; the body in the role “{0}” counts as such.",
    "Nennen Sie an der Quelle die herausgebende Stelle in der Rolle „publisher“.",
    "Name the publishing body in the role “publisher” at the source.",
    "Konventionenhandbuch 2.0, K36",
)
ROLE_UNKNOWN = declare(
    "party-role-unknown",
    "Die Rolle „{0}“ einer Stelle ist nicht bekannt; die Stelle bleibt ohne Rolle erhalten.",
    "The role “{0}” of a body is not known; the body is kept without a role.",
    "Verwenden Sie an der Quelle eine Rolle aus CI_RoleCode.",
    "Use a role of CI_RoleCode at the source.",
    "ISO 19115, CI_RoleCode",
)

# Who can be asked rather than others where nobody is named for it.
_ANSWER = frozenset({"publisher", "owner", "custodian", "distributor", "originator", "author", "resourceProvider"})
_MEMBER = "http://www.w3.org/ns/org#hasMember"
_ORGANIZATION, _PERSON = str(VCARD.Organization), str(VCARD.Individual)
_KNOWN_ROLES = {role.casefold(): role for role in (*ROLE_ATTRIBUTES, *ROLE_PROPERTIES, "pointOfContact")}


class Party(NamedTuple):
    """A responsible party: role, the parts that describe the body, who is named in it, the field where it stood."""

    role: str
    body: Parts
    person: Any
    position: Any
    field: str

    @property
    def name(self) -> str:
        """The body's name as one text, in its first language."""
        value = self.body["name"][1] if "name" in self.body else ""
        return word(next(iter(value.values()), "") if isinstance(value, dict) else value)


def enter_parties(account: Account, parties: Sequence[Party], contacts: Sequence[Party]) -> list[Resource]:
    """Enters agents by role and contact points; gives the publisher as a record of its own.

    ``contacts`` are the contacts for the metadata, who are asked where the record names nobody else.
    """
    companions: list[Resource] = []
    known = [party._replace(role=_KNOWN_ROLES.get(party.role.casefold(), party.role)) for party in parties]
    body = _publisher(account, known) or _publisher(account, contacts)
    if body is not None:
        companions.append(body)
    for party in known:
        if party.role == "pointOfContact":
            _enter_contact(account, party, "copy")
        elif party.role != "publisher":
            _enter_role(account, party)
    if "contact_point" not in account.values:
        for party in [*sorted(known, key=lambda each: each.role not in _ANSWER), *contacts]:
            if _enter_contact(account, party, "derived"):
                break
    return companions


def _publisher(account: Account, parties: Sequence[Party]) -> Resource | None:
    for role in ("publisher", *PUBLISHER_ROLES):
        for party in parties:
            if party.role != role or not party.name:
                continue
            # Only the name: the same body comes with other mailboxes in other records and is one all the same.
            parts: Parts = {key: party.body[key] for key in ("name", "uri") if key in party.body}
            body = publisher(account, parts, party.name)
            if body is None or body.iri is None:
                continue
            if role != "publisher":
                account.remark(Severity.INFO, account.paths.get("publisher"), PUBLISHER_BY_ROLE, role)
            account.add("publisher", [body.iri], party.field, "copy" if role == "publisher" else "derived")
            return body
    return None


def _enter_role(account: Account, party: Party) -> None:
    attribute = ROLE_ATTRIBUTES.get(party.role)
    prop = ROLE_PROPERTIES.get(party.role)
    if attribute is None and prop is None:
        account.remark(Severity.INFO, None, ROLE_UNKNOWN, party.role[:100] or "–")
        attribute = "contributor"
    found = _agent(account, party, attribute or party.role)
    if found is None:
        return
    if attribute is not None:
        account.add(attribute, [found], party.field, "copy")
    elif prop is not None and (prop, found) not in account.extra:
        account.extra.append((prop, found))
        account.note(party.role, party.field, "copy")


def _agent(account: Account, party: Party, role: str) -> Agent | None:
    parts: Parts = {key: party.body[key] for key in ("name", "email", "url", "uri") if key in party.body}
    person = _person(account, party, lambda one: agent(account, role, {**one, "contacttype": ("", "person")}))
    if "name" not in parts:
        return person if isinstance(person, Agent) else None
    found = agent(account, role, parts)
    if found is None:
        return None
    return replace(found, extra=(*found.extra, (_MEMBER, person))) if person else found


def _person(account: Account, party: Party, make: Callable[[Parts], Resource | None]) -> Resource | None:
    if not party.person:
        return None
    parts: Parts = {"name": (f"{party.field}/individualName", party.person)}
    if not party.body.get("name"):
        parts |= {key: party.body[key] for key in ("email", "url", "tel") if key in party.body}
    return make(parts)


def _enter_contact(account: Account, party: Party, how: str) -> bool:
    parts: Parts = dict(party.body)
    if "name" not in parts and party.position:
        parts["name"] = (f"{party.field}/positionName", party.position)
    if "name" not in parts and party.person:
        found: Resource | None = _person(
            account, party, lambda one: contact(account, {**one, "contacttype": ("", "person")})
        )
    else:
        person = _person(
            account, party, lambda one: agent(account, "contact_point", {**one, "contacttype": ("", "person")})
        )
        parts.pop("uri", None)
        others = _one_name(account, parts)
        found = contact(account, parts)
        if isinstance(found, ContactPoint):
            more: list[tuple[str, Any]] = [(str(VCARD["organization-name"]), each) for each in others]
            if party.position and parts.get("name", ("", ""))[1] != party.position:
                more += [(str(VCARD.role), text) for text in _position(account, party.position)]
            more += [(_MEMBER, person)] if person else []
            types = found.types or ((_ORGANIZATION,) if "name" in party.body else ())
            found = replace(found, types=types, extra=(*found.extra, *more))
    if found is None:
        return False
    account.add("contact_point", [found], party.field, how)
    return True


def _one_name(account: Account, parts: Parts) -> list[Literal]:
    """Leaves the name in one language, for DCAT-AP.de allows one; gives those in other languages."""
    if "name" not in parts or not isinstance(parts["name"][1], dict):
        return []
    place, names = parts["name"]
    tag = account.language if account.language in names else next(iter(names))
    parts["name"] = (place, {tag: names[tag]})
    return [Literal(said, each) for each, said in names.items() if each != tag]


def _position(account: Account, value: Any) -> list[Literal]:
    if isinstance(value, dict):
        return [Literal(text, tag) for tag, text in value.items()]
    return [Literal(word(value), account.language)]


def creator_agents(account: Account, names: Sequence[tuple[str, str]], attribute: str) -> None:
    """Enters agents of which only the names are known (Dublin Core)."""
    for place, said in names:
        found = agent(account, attribute, {"name": (place, said)})
        if found is not None:
            account.add(attribute, [found], place, "copy")
