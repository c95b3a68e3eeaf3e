"""What a dataset of a udata portal means: the fields of its API, versions 1 and 2, to a dataset.

Fields: https://doc.data.gouv.fr/api/reference/, and udata's own api_fields of datasets, resources, contact points.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from harvesters.mapping.account import IGNORED, Account, Part, Parts, Rule, Said, fields_of
from harvesters.mapping.agents import agent, contact, said_in
from harvesters.mapping.field_rules import addresses, codes, dates, keywords, sizes, texts
from harvesters.mapping.native_values import entries, word
from harvesters.mapping.periods import periods
from harvesters.mapping.places import places
from harvesters.portals.records import (
    Access,
    closed,
    distribution,
    enter_distributions,
    enter_identifier,
    enter_kind,
    enter_publisher,
    enter_service,
    loads,
    opened,
    part,
    whole_terms,
)
from harvesters.reading import Context, Native, Reading
from schemas.classes import HVD_LEGISLATION
from schemas.kinds import DATATYPES, Kind, Literal, is_web
from schemas.model import Checksum, Distribution, Identifier, Resource, Standard, Value
from schemas.vocabularies import find_access_right, find_checksum_algorithm, find_frequency

# The licences of udata's own list that no list of DCAT-AP.de has, by the address that udata gives them.
_LICENSES = {
    "lov2": "https://www.etalab.gouv.fr/licence-ouverte-open-licence",
    "fr-lo": "https://www.etalab.gouv.fr/wp-content/uploads/2014/05/Licence_Ouverte.pdf",
}
# What udata calls frequencies and the EU's list has under another name.
_FREQUENCIES = {
    "punctual": "NEVER",
    "semidaily": "DAILY_2",
    "fourtimesaday": "OTHER",
    "threetimesaday": "OTHER",
    "fourtimesaweek": "OTHER",
}
_ACCESS = {"open": "PUBLIC", "open_with_account": "RESTRICTED", "restricted": "RESTRICTED"}
_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_HEX_BINARY = next(iter(DATATYPES[Kind.HEX]))
_find_frequency = codes(lambda text: find_frequency(_FREQUENCIES.get(text.casefold(), text)))
_find_access = codes(lambda text: find_access_right(_ACCESS.get(text.casefold(), text)))


def _named(value: Any) -> Any:
    """The id of an object that udata gives whole where a client asks for it."""
    return value.get("id") if isinstance(value, dict) else value


def _frequency(account: Account, field: str, value: Any) -> Sequence[Value]:
    return _find_frequency(account, field, _named(value))


def _badges(account: Account, field: str, value: Any) -> Sequence[Value]:
    """The badge of high-value datasets is their legislation; others stay with the record."""
    found: list[Value] = []
    for entry in entries(value):
        if word(entry.get("kind") if isinstance(entry, dict) else entry).casefold() == "hvd":
            found.append(HVD_LEGISLATION)
        else:
            account.leave(field, entry)
    return found


def _place(account: Account, field: str, value: Any) -> Sequence[Value]:
    """The geometry of a spatial coverage; its zones are codes of udata's own."""
    if not isinstance(value, dict):
        return account.refuse(field, value)
    for name, said in value.items():
        if name != "geom" and said:
            account.leave(f"{field}.{name}", said)
    return places(account, f"{field}.geom", value["geom"]) if value.get("geom") else ()


def _schemas(account: Account, field: str, value: Any) -> Sequence[Value]:
    """A schema by its address, else by its name and version."""
    given = value if isinstance(value, dict) else {"name": value}
    if is_web(url := word(given.get("url"))):
        return addresses(account, f"{field}.url", url)
    label = " ".join(text for name in ("name", "version") if (text := word(given.get(name))))
    return (Standard(title=(Literal(label),)),) if label else ()


def _origin(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Where the portal harvested a dataset: its page there, and its identifier."""
    if not isinstance(value, dict):
        return account.refuse(field, value)
    if identifier := word(value.get("dct_identifier")):
        notation = Identifier(notation=(Literal(identifier),))
        account.add("other_identifier", [notation], f"{field}.dct_identifier", "copy")
    for name, said in value.items():
        if name not in ("dct_identifier", "remote_url") and said not in (None, ""):
            account.leave(f"{field}.{name}", said)
    remote = value.get("remote_url")
    return addresses(account, f"{field}.remote_url", remote) if remote else ()


DATASET: dict[str, Rule | Part] = {
    "id": IGNORED,
    "uri": IGNORED,
    "slug": IGNORED,
    "resources": IGNORED,
    "community_resources": IGNORED,
    "metrics": IGNORED,
    "internal": IGNORED,
    "permissions": IGNORED,
    "private": IGNORED,
    "featured": IGNORED,
    "description_short": IGNORED,
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "page": Rule("landing_page", addresses),
    "tags": Rule("keyword", keywords),
    "created_at": Rule("issued", dates),
    "last_update": Rule("modified", dates),
    "last_modified": Rule("modified", dates, 1),
    "frequency": Rule("accrual_periodicity", _frequency, how="lookup"),
    "access_type": Rule("access_rights", _find_access, how="lookup"),
    "temporal_coverage": Rule("temporal", periods, how="parse"),
    "spatial": Rule("spatial", _place, how="parse"),
    "badges": Rule("applicable_legislation", _badges, how="lookup"),
    "schema": Rule("conforms_to", _schemas),
    "harvest": Rule("relation", _origin),  # K21: dct:source is not used
    "license": Part("", "license"),
    "organization": Part("", "organization"),
    "owner": Part("", "owner"),
    "contact_point": Part("", "contact_points"),
    "contact_points": Part("", "contact_points"),
}
RESOURCE: dict[str, Rule | Part] = {
    "id": Part("", "id"),
    "url": Part("", "url"),
    "format": Part("", "format"),
    "mime": Part("", "mime"),
    "checksum": Part("", "checksum"),
    "type": Part("", "type"),
    "filetype": Part("", "filetype"),
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "filesize": Rule("byte_size", sizes),
    "created_at": Rule("issued", dates),
    "published": Rule("issued", dates, 1),
    "last_modified": Rule("modified", dates),
    "schema": Rule("conforms_to", _schemas),
    "latest": IGNORED,
    "metrics": IGNORED,
    "preview_url": IGNORED,
    "internal": IGNORED,
}


def native_id(native: Native, context: Context) -> str | None:
    """The dataset's id in the portal; None where only reading can tell."""
    return (word(native.data.get("id")) or None) if isinstance(native.data, dict) else None


def read(native: Native, context: Context) -> Reading:
    """The dataset that an entry describes. Raises Unusable."""
    data = native.data if isinstance(native.data, dict) else {}
    entry = opened(native, context, native_id(native, context) or "", word(data.get("title")))
    account = entry.account
    account.take(_fields(data), DATASET)
    enter_identifier(entry, "id")
    if "title" not in account.values:
        account.add("title", [Literal(word(data.get("slug")) or entry.identity, account.language)], "slug", "fallback")
    companions = _agents(account)
    whole = whole_terms(account, _license(account))
    found: list[Value] = []
    for number, resource in enumerate(entries(data.get("resources") or [])):
        place = f"resources[{number}]"
        if not isinstance(resource, dict):
            account.refuse(place, resource, "distribution")
            continue
        inner = account.within("distribution", Distribution)
        inner.take(fields_of(place, _flat(resource)), RESOURCE)
        plain = inner.plain
        kind = enter_kind(inner, plain.get("format"), plain.get("mime"))
        _checksum(inner)
        field, url = part(plain, "url")
        if word(part(plain, "type")[1]) == "api" and is_web(word(url)):
            titles = inner.values.get("title") or account.values["title"]
            companions.append(enter_service(entry, inner, (field, url), word(url), whole, titles))
        if HVD_LEGISLATION in account.values.get("applicable_legislation", ()):
            # As udata itself writes it: the badge of a dataset holds for its resources.
            inner.add("applicable_legislation", [HVD_LEGISLATION], "badges", "derived")
        is_file = word(part(plain, "filetype")[1]) == "file" or (loads(kind) and word(part(plain, "type")[1]) != "api")
        access = Access(field, word(url), is_file) if word(url) else None
        found.append(distribution(entry, inner, word(part(plain, "id")[1]) or word(url), access, whole))
    enter_distributions(account, found, whole)
    return closed(native, entry, companions)


def _fields(data: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for name, value in data.items():
        if name == "extras" and isinstance(value, dict):
            for key, said in value.items():
                yield f"extras.{key}", f"extras.{key}", said
        else:
            yield name, name, value


def _flat(resource: dict[str, Any]) -> dict[str, Any]:
    """A resource without the empty objects that udata writes where nothing is said."""
    return {
        name: value
        for name, value in resource.items()
        if not (isinstance(value, dict) and all(said in (None, "") for said in value.values()))
    }


def _license(account: Account) -> list[Said]:
    if "license" not in account.plain:
        return []
    field, value = account.plain["license"]
    if not isinstance(value, dict):
        return [(field, _LICENSES.get(word(value), value))]
    return [(f"{field}.{name}", value[name]) for name in ("id", "title", "url") if word(value.get(name))]


def _agents(account: Account) -> list[Resource]:
    """The organisation as publisher, a person who owns the dataset as creator, the contact points."""
    companions: list[Resource] = []
    field, body = part(account.plain, "organization")
    if isinstance(body, dict):
        said = {"name": "name", "url": "page", "identifier": "business_number_id"}
        parts: Parts = {name: (f"{field}.{key}", body[key]) for name, key in said.items() if word(body.get(key))}
        companions += enter_publisher(account, parts, word(body.get("id")) or word(body.get("slug")) or None)
    elif body:
        companions += enter_publisher(account, {"name": (field, body)})
    field, owner = part(account.plain, "owner")
    if isinstance(owner, dict):
        name = " ".join(text for key in ("first_name", "last_name") if (text := word(owner.get(key))))
        if name and (person := agent(account, "creator", {"name": (field, name), "contacttype": (field, "Person")})):
            account.add("creator", [person], field, "copy")
    field, points = part(account.plain, "contact_points")
    for number, each in enumerate(entries(points) if points else ()):
        place = f"{field}[{number}]" if isinstance(points, list) else field
        if not isinstance(each, dict):
            account.refuse(place, each, "contact_point")
            continue
        said = {"name": "name", "email": "email", "url": "contact_form"}
        given: Parts = {name: (f"{place}.{key}", each[key]) for name, key in said.items() if word(each.get(key))}
        _point(account, word(each.get("role")).casefold(), given)
    return companions


def _point(account: Account, role: str, given: Parts) -> None:
    """Whom to ask, or an agent with the role that the portal names."""
    attribute = {"creator": "creator", "contributor": "contributor", "originator": "originator"}.get(role)
    if attribute and given and (body := agent(account, attribute, given)):
        account.add(attribute, [body], said_in(given), "copy")
    elif given and (point := contact(account, given)):
        account.add("contact_point", [point], said_in(given), "copy")


def _checksum(inner: Account) -> None:
    if "checksum" not in inner.plain:
        return
    field, value = inner.plain["checksum"]
    given = value if isinstance(value, dict) else {}
    algorithm, digest = find_checksum_algorithm(word(given.get("type"))), word(given.get("value"))
    if algorithm is None or not _HEX.fullmatch(digest):
        inner.refuse(field, value, "checksum")
        return
    literal = Literal(digest, None, _HEX_BINARY)
    inner.add("checksum", [Checksum(algorithm=(algorithm.iri,), checksum_value=(literal,))], field, "lookup")
