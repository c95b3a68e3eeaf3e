"""What an entry of a data.json means: DCAT-US 1.1, as ArcGIS Hub, DKAN and Socrata write it, to a dataset.

The field names are those of https://resources.data.gov/resources/dcat-us/ (1.1).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from harvesters.mapping.account import IGNORED, Account, Part, Parts, Rule
from harvesters.mapping.agents import contact, publisher
from harvesters.mapping.field_rules import (
    access_rights,
    addresses,
    codes,
    dates,
    keywords,
    standards,
    strings,
    texts,
    themes,
)
from harvesters.mapping.license_terms import terms
from harvesters.mapping.native_values import address_of, entries, word
from harvesters.mapping.periods import periods
from harvesters.mapping.places import places
from harvesters.reading import DERIVED_ID, UNREADABLE_RECORD, Context, Native, Reading, Unusable, without_identity
from schemas import iris
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, Distribution, Resource, RightsStatement, Value
from schemas.namespaces import DCTERMS
from schemas.vocabularies import find_file_type, find_frequency, find_language, find_media_type

PLACEHOLDER = declare(
    "template-placeholder",
    "Das Feld {0} enthält den Platzhalter „{1}“ statt eines Wertes und bleibt unberücksichtigt.",
    "The field {0} holds the placeholder “{1}” instead of a value and is left out.",
    "Füllen Sie das Feld an der Quelle aus, oder berichtigen Sie dort die Vorlage des Feeds.",
    "Fill in the field at the source, or correct the feed's template there.",
    "ArcGIS Hub, DCAT-US feed customisation; DKAN, defaults of its data.json",
)

_TEMPLATE = re.compile(r"\{\{[^{}]{1,100}\}\}")
_DEFAULTS = frozenset({"no keyword provided", "noemailprovided@usa.gov", "mailto:noemailprovided@usa.gov"})
_REPEATING = re.compile(r"R\d*/P\w+")
_ORGANIZATION = "http://www.w3.org/ns/org#subOrganizationOf"


def _collection(account: Account, field: str, value: Any) -> Sequence[str]:
    """The collection that a dataset belongs to, by its identifier: another entry of the same file."""
    return [account.mint("dataset", text) for entry in entries(value) if (text := word(entry))]


def _modified(account: Account, field: str, value: Any) -> Sequence[Value]:
    """A date, or by DCAT-US the interval in which the data change (``R/P1D``)."""
    if _REPEATING.fullmatch(word(value)):
        account.plain["interval"] = (field, value)
        return ()
    return dates(account, field, value)


_FREQUENCY = Rule("accrual_periodicity", codes(find_frequency), how="lookup")

DATASET: dict[str, Rule | Part] = {
    "@type": IGNORED,
    "@id": IGNORED,
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "identifier": Rule("identifier", strings),
    "keyword": Rule("keyword", keywords),
    "theme": Rule("theme", themes, how="lookup"),
    "accrualPeriodicity": _FREQUENCY,
    "modified": Rule("modified", _modified),
    "issued": Rule("issued", dates),
    "language": Rule("language", codes(find_language, split=True), how="lookup"),
    "accessLevel": Rule("access_rights", access_rights, how="lookup"),
    "spatial": Rule("spatial", places, how="parse"),
    "temporal": Rule("temporal", periods, how="parse"),
    "landingPage": Rule("landing_page", addresses),
    "describedBy": Rule("page", addresses),
    "references": Rule("references", addresses),
    "conformsTo": Rule("conforms_to", standards),
    "isPartOf": Rule("relation", _collection, how="mint"),
    "publisher": Part("", "publisher"),
    "contactPoint": Part("", "contactPoint"),
    "license": Part("", "license"),
    "rights": Part("", "rights"),
}

DISTRIBUTION: dict[str, Rule | Part] = {
    "@type": IGNORED,
    "@id": Part("", "@id"),
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "format": Rule("format", codes(find_file_type), how="lookup"),
    "mediaType": Rule("media_type", codes(find_media_type), how="lookup"),
    "conformsTo": Rule("conforms_to", standards),
    "describedBy": Rule("page", addresses),
    "issued": Rule("issued", dates),
    "modified": Rule("modified", dates),
    "language": Rule("language", codes(find_language, split=True), how="lookup"),
    "accessURL": Part("", "accessURL"),
    "downloadURL": Part("", "downloadURL"),
    "license": Part("", "license"),
    "rights": Part("", "rights"),
}


def native_id(native: Native, context: Context) -> str | None:
    """The entry's identifier; None where only reading can tell."""
    data = native.data
    return word(data.get("identifier")) or None if isinstance(data, dict) else None


def read(native: Native, context: Context) -> Reading:
    """The dataset that an entry describes. Raises Unusable."""
    entry = native.data
    place = native_id(native, context) or native.location or context.source.url
    if not isinstance(entry, dict):
        reason = f"{type(entry).__name__} instead of an object"
        raise Unusable(Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (reason,)))
    account = Account(context, place)
    identity, derived = _identity(native, context, place)
    account.focus = account.mint("dataset", identity)
    if (own := entry.get("@id")) and (stated := account.own_iri("@id", own)):
        account.focus = stated
    if derived:
        account.remark(Severity.WARNING, str(DCTERMS.identifier), DERIVED_ID)
    account.take(_filled(account, "", entry, without="distribution"), DATASET)
    if "interval" in account.plain:
        if "accrual_periodicity" in account.values:
            account.leave(*account.plain["interval"])
        else:
            account.apply(_FREQUENCY, *account.plain["interval"])
    companions = _agents(account)
    whole = _terms(account)
    account.values["distribution"] = list(_distributions(account, entry.get("distribution"), identity, whole))
    if not account.values["distribution"]:
        account.extra += [(str(DCTERMS.license), value) for value in whole[0]]
    return Reading(
        native_id=identity,
        record=Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples()),
        trace=tuple(account.trace),
        leftovers=tuple(account.leftovers),
        findings=tuple(account.findings),
        companions=tuple(companions),
        source_record=native.location,
    )


def _identity(native: Native, context: Context, place: str) -> tuple[str, bool]:
    """The native id, and whether it had to be derived from address and title (F10)."""
    entry = native.data
    known = native_id(native, context)
    if known:
        return known, False
    own = word(entry.get("@id"))
    if own:
        return own, False
    title = word(entry.get("title"))
    if not title:
        raise without_identity(place)
    first = next((each for each in entries(entry.get("distribution") or []) if isinstance(each, dict)), {})
    address = word(first.get("downloadURL")) or word(first.get("accessURL")) or word(entry.get("landingPage"))
    return iris.digest(f"{address}\x1f{title}".encode("utf-8", "ignore")), True


def _filled(account: Account, prefix: str, entry: dict[str, Any], without: str = "") -> list[tuple[str, str, Any]]:
    """The fields of an object without placeholders; these are findings, wherever they stand."""
    return [
        (name, f"{prefix}{name}", cleared)
        for name, value in entry.items()
        if name != without and (cleared := _cleared(account, f"{prefix}{name}", value)) is not None
    ]


def _cleared(account: Account, field: str, value: Any) -> Any:
    if isinstance(value, str):
        if not (_TEMPLATE.fullmatch(value.strip()) or value.strip().casefold() in _DEFAULTS):
            return value
        account.remark(Severity.WARNING, None, PLACEHOLDER, field, value.strip()[:120])
        account.leave(field, value)
        return None
    if isinstance(value, list):
        return [cleared for each in value if (cleared := _cleared(account, field, each)) is not None]
    if isinstance(value, dict):
        cleared = {name: _cleared(account, f"{field}.{name}", each) for name, each in value.items()}
        return {name: each for name, each in cleared.items() if each is not None}
    return value


def _agents(account: Account) -> list[Resource]:
    """Publisher and contact points; gives the publisher as a record of its own."""
    found: list[Resource] = []
    if "publisher" in account.plain:
        field, value = account.plain["publisher"]
        body = publisher_of(account, field, value)
        if body is None or body.iri is None:
            account.refuse(field, value, "publisher")
        else:
            found.append(body)
            account.add("publisher", [body.iri], field, "copy")
    if "contactPoint" in account.plain:
        field, value = account.plain["contactPoint"]
        for entry in entries(value):
            given = entry if isinstance(entry, dict) else {"fn": entry}
            parts: Parts = {
                part: (f"{field}.{name}", given[name])
                for part, name in (("name", "fn"), ("email", "hasEmail"), ("url", "hasURL"), ("tel", "hasTelephone"))
                if given.get(name)
            }
            for name in given:
                if name not in ("@type", "fn", "hasEmail", "hasURL", "hasTelephone"):
                    account.leave(f"{field}.{name}", given[name])
            point = contact(account, parts)
            if point is not None:
                account.add("contact_point", [point], field, "copy")
    return found


def publisher_of(account: Account, field: str, value: Any, depth: int = 0) -> Agent | None:
    """An organisation with those it belongs to; the chain of names is its identity."""
    given = value if isinstance(value, dict) else {"name": value}
    name = word(given.get("name"))
    if not name:
        return None
    above = given.get("subOrganizationOf") if depth < 10 else None
    parent = publisher_of(account, f"{field}.subOrganizationOf", above, depth + 1) if above else None
    parts: Parts = {"name": (f"{field}.name", name)}
    parts |= {"uri": (f"{field}.@id", given["@id"])} if given.get("@id") else {}
    for key, said in given.items():
        if key not in ("@type", "@id", "name", "subOrganizationOf"):
            account.leave(f"{field}.{key}", said)
    chain = [name]
    while isinstance(above, dict) and len(chain) < 10:
        chain.append(word(above.get("name")))
        above = above.get("subOrganizationOf")
    body = publisher(account, parts, "\x1f".join(chain))
    if body is None or parent is None:
        return body
    # Only the names of the bodies above are known: they hang on this one.
    hung = Agent(name=parent.name, extra=parent.extra)
    return Agent(iri=body.iri, types=body.types, name=body.name, extra=(*body.extra, (_ORGANIZATION, hung)))


Whole = tuple[tuple[str, ...], RightsStatement | None]


def _terms(account: Account) -> Whole:
    """The entry's licence for all its distributions; a text that is none becomes a statement that they share."""
    said = terms(account, [account.plain["license"]]) if "license" in account.plain else None
    if "rights" in account.plain:
        field, value = account.plain["rights"]
        account.attribute = "rights"
        if label := tuple(texts(account, field, value)):
            account.extra.append((str(DCTERMS.rights), RightsStatement(label=label)))
    if said is None:
        return (), None
    return said.license, RightsStatement(label=said.rights) if said.rights else None


def _distributions(account: Account, value: Any, identity: str, whole: Whole) -> Sequence[Distribution]:
    used: set[str] = {account.focus}
    found: list[Distribution] = []
    for number, entry in enumerate(entries(value if value is not None else [])):
        field = f"distribution[{number}]"
        if not isinstance(entry, dict):
            account.refuse(field, entry, "distribution")
            continue
        inner = account.within("distribution", Distribution)
        inner.take(_filled(inner, f"{field}.", entry), DISTRIBUTION)
        address = _access(inner)
        _rights(inner, whole)
        subject = _subject(inner, identity, address, used)
        found.append(Distribution(iri=subject, extra=tuple(inner.extra), **inner.tuples()))
    return found


def _access(inner: Account) -> str:
    """Access and download address; gives the one that tells the distribution from others."""
    known: dict[str, str] = {}
    for name, attribute in (("accessURL", "access_url"), ("downloadURL", "download_url")):
        if name in inner.plain:
            field, value = inner.plain[name]
            address = address_of(value)
            if address:
                known[name] = address
                inner.add(attribute, [address], field, "copy")
            else:
                inner.refuse(field, value, attribute)
    if "downloadURL" in known and "accessURL" not in known:  # DCAT-AP demands an accessURL; convention 39
        inner.add("access_url", [known["downloadURL"]], inner.plain["downloadURL"][0], "K39")
    return known.get("downloadURL") or known.get("accessURL") or ""


def _rights(inner: Account, whole: Whole) -> None:
    own = terms(inner, [inner.plain["license"]]) if "license" in inner.plain else None
    license, statement = whole if own is None or not (own.license or own.rights) else (own.license, None)
    labels = list(own.rights) if own else []
    if "rights" in inner.plain:
        inner.attribute = "rights"
        labels += texts(inner, *inner.plain["rights"])
    if labels:
        labels += statement.label if statement else ()
        statement = RightsStatement(label=tuple(dict.fromkeys(labels)))
    if license:
        inner.values["license"] = list(license)
    if statement:
        inner.values["rights"] = [statement]


def _subject(inner: Account, identity: str, address: str, used: set[str]) -> str:
    """The IRI of a distribution: the source's own, else one from its address; each stands once in a dataset."""
    own = inner.own_iri(*inner.plain["@id"]) if "@id" in inner.plain else None
    titles = "/".join(title.text for title in inner.values.get("title", ()) if isinstance(title, Literal))
    name, number = f"{identity}/{address or titles or 'distribution'}", 1
    subject = own if own and own not in used else inner.mint("distribution", name)
    while subject in used:
        number += 1
        subject = inner.mint("distribution", f"{name}#{number}")
    used.add(subject)
    return subject
