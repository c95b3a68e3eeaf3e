"""What a CKAN package means: the dictionary of CKAN, DKAN or the old OGD schema to a dataset or a dataset series."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harvesters.ckan.fields import NOT_PUBLIC, PACKAGE, not_public
from harvesters.ckan.resources import enter_distributions
from harvesters.mapping.account import PATHS, Account
from harvesters.mapping.agents import agent, contact, people, publisher, said_in
from harvesters.mapping.native_values import parsed, word, written
from harvesters.mapping.periods import period
from harvesters.mapping.places import enter_box, enter_place
from harvesters.reading import (
    DERIVED_ID,
    UNREADABLE_RECORD,
    Context,
    Harvested,
    Native,
    Reading,
    Unusable,
    without_identity,
)
from schemas import iris
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, DatasetSeries, Resource
from schemas.namespaces import DCTERMS

_ROLES = {
    "author": "creator",
    "creator": "creator",
    "maintainer": "custodian",
    "contributor": "contributor",
    "originator": "originator",
}


def native_id(native: Native, context: Context) -> str | None:
    """The package's id or name; None where only reading can tell."""
    data = native.data
    return (word(data.get("id")) or word(data.get("name")) or None) if isinstance(data, dict) else None


def read(native: Native, context: Context) -> Reading:
    """The dataset, or the dataset series, that a package describes. Raises Unusable."""
    package = native.data
    place = native_id(native, context) or native.location or context.source.url
    if not isinstance(package, dict):
        reason = f"{type(package).__name__} instead of an object"
        raise Unusable(Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (reason,)))
    if hidden := not_public(package):
        raise Unusable(Finding(Severity.INFO, place, None, NOT_PUBLIC, (hidden,)))
    account = Account(context, place)
    fields = _fields(account, package)
    identity, derived = _identity(native, context, fields, place)
    series = word(package.get("type")) == "dataset_series"
    if series:
        account.paths = PATHS[DatasetSeries]
    account.focus = account.mint("series" if series else "dataset", identity)
    # A series keeps the minted IRI: its members name it by its id.
    named = [] if series else [(field, value) for name, field, value in fields if name == "uri" and value]
    account.focus = next((own for field, value in named if (own := account.own_iri(field, value))), account.focus)
    if derived:
        account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)
    account.take(fields, PACKAGE)
    _complete(account, package, None if derived else identity)
    companions = _agents(account)
    companions += enter_distributions(account, package.get("resources"), native.location, identity)
    return Reading(
        native_id=identity,
        record=_series_record(account) if series else _dataset(account),
        trace=tuple(account.trace),
        leftovers=tuple(account.leftovers),
        findings=tuple(account.findings),
        companions=tuple(companions),
        source_record=native.location,
    )


def _fields(account: Account, package: dict[str, Any]) -> list[tuple[str, str, Any]]:
    """All fields of a package: its own, then its extras (a list of key and value, or an object in OGD 1.0)."""
    fields = [(name, name, value) for name, value in package.items() if name not in ("extras", "resources")]
    extras = package.get("extras")
    pairs = list(extras.items()) if isinstance(extras, dict) else []
    for entry in extras if isinstance(extras, list) else []:
        if isinstance(entry, dict) and isinstance(entry.get("key"), str):
            pairs.append((entry["key"], entry.get("value")))
        else:
            account.leave("extras", entry)
    for name, value in pairs:
        if isinstance(value, str) and value[:1] == '"' and isinstance(inner := parsed(value), str):
            value = inner  # CKAN 1 wrote the values of extras as JSON
        fields.append((name, f"extras.{name}", value))
    return fields


def _identity(native: Native, context: Context, fields: Sequence[tuple[str, str, Any]], place: str) -> tuple[str, bool]:
    """The native id, and whether it had to be derived from address and title (F10)."""
    known = native_id(native, context)
    if known:
        return known, False
    stated = next((word(value) for name, _, value in fields if name in ("identifier", "guid") and word(value)), None)
    if stated:
        return stated, False
    titles = [written(value) for name, _, value in fields if name in ("title", "title_translated") and value]
    if not titles:
        raise without_identity(place)
    resources = native.data.get("resources")
    first = (
        resources[0].get("url") if isinstance(resources, list) and resources and isinstance(resources[0], dict) else ""
    )
    address = word(first) or word(native.data.get("url"))
    return iris.digest(f"{address}\x1f{titles[0]}".encode("utf-8", "ignore")), True


def _complete(account: Account, package: dict[str, Any], identity: str | None) -> None:
    """What several fields say together, and what stands in for what is missing."""
    if "title" not in account.values and (name := word(package.get("name"))):
        account.add("title", [Literal(name, account.language)], "name", "fallback")
    if "identifier" not in account.values and identity:
        account.add("identifier", [Literal(identity)], "id" if word(package.get("id")) else "name", "fallback")
    if parts := account.parts.pop("period", None):
        begin, end = (parts.get(key, ("", "")) for key in ("start", "end"))
        found = period(account, (begin[0], word(begin[1])), (end[0], word(end[1])))
        if found:
            account.add("temporal", found, begin[0] or end[0], "parse")
    if parts := account.parts.pop("box", None):
        enter_box(account, parts)
    for role in [role for role in account.parts if role.partition("#")[0] == "place"]:
        enter_place(account, account.parts.pop(role))


def _agents(account: Account) -> list[Resource]:
    """Publisher, further agents and contact point; gives those that are records of their own."""
    companions: list[Resource] = []
    found = _publisher(account)
    if found is not None and found.iri is not None:
        companions.append(found)
        account.values["publisher"] = [found.iri]
    for role, parts in list(account.parts.items()):
        attribute = _ROLES.get(role.partition("#")[0])
        if attribute is None:
            continue
        for each in people(parts):
            person = agent(account, attribute, each)
            if person is None:
                for field, value in each.values():
                    account.leave(field, value)
                continue
            companions.extend([person] if person.iri else [])
            account.add(attribute, [person.iri or person], said_in(each), "copy")
    named = [role for role in account.parts if role.partition("#")[0] == "contact"]
    for role in named or [role for role in ("maintainer", "author") if role in account.parts][:1]:
        for each in people(account.parts[role]):
            point = contact(account, each)
            if point is not None:
                how = "copy" if named else "fallback"
                account.add("contact_point", [point], said_in(each), how)
    return companions


def _publisher(account: Account) -> Agent | None:
    parts = account.parts.pop("publisher", {})
    if found := publisher(account, parts) if "name" in parts or "uri" in parts else None:
        account.note("publisher", said_in(parts), "copy")
        return found
    for field, value in parts.values():
        account.leave(field, value)
    field, given = account.plain.get("organization", ("", None))
    body = given if isinstance(given, dict) else {"title": given}
    name = next((key for key in ("title", "display_name", "name") if word(body.get(key))), None)
    if name is None:
        return None
    said = {"name": name, "email": "email", "url": "url", "type": "dcat_type", "identifier": "identifier"}
    of_body = {part: (f"{field}.{key}", body[key]) for part, key in said.items() if body.get(key)}
    account.note("publisher", f"{field}.{name}", "copy")
    return publisher(account, of_body, word(body.get("id")) or word(body.get("name")) or None)


def _dataset(account: Account) -> Harvested:
    return Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples())


def _series_record(account: Account) -> Harvested:
    """A dataset series has few properties; what it has no place for hangs on it as further statements."""
    of_dataset = PATHS[Dataset]
    own = account.tuples()
    surplus = [name for name in own if name not in account.paths]
    extra = [(of_dataset[name], value) for name in surplus for value in own.pop(name)]
    return DatasetSeries(iri=account.focus, extra=(*account.extra, *extra), **own)
