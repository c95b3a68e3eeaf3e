"""What a dataset of piveau's hub-search means, in the field names of its older and its present index.

Fields: the index's mapping of datasets (older names: contact_points, release_date …) and the answers of data.europa.eu
(present names: contact_point, issued …). Texts are objects by language; all languages are kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from harvesters.mapping.account import IGNORED, Account, Part, Parts, Rule, Said, Take, fields_of
from harvesters.mapping.agents import contact
from harvesters.mapping.field_rules import (
    access_rights,
    addresses,
    codes,
    dates,
    provenances,
    sizes,
    standards,
    strings,
    texts,
    themes,
)
from harvesters.mapping.native_values import address_of, entries, word
from harvesters.mapping.periods import period
from harvesters.mapping.places import places
from harvesters.portals.records import (
    Opened,
    Whole,
    apply_terms,
    closed,
    enter_distributions,
    enter_identifier,
    enter_kind,
    enter_publisher,
    opened,
    part,
    unused,
)
from harvesters.reading import Context, Native, Reading
from schemas.classes import HVD_LEGISLATION
from schemas.kinds import DATATYPES, Kind, Literal, is_web, language_tag
from schemas.model import Checksum, Distribution, Identifier, Location, PeriodOfTime, RightsStatement, Value
from schemas.vocabularies import (
    LISTS,
    find_availability,
    find_checksum_algorithm,
    find_frequency,
    find_language,
    find_status,
)

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+")
_HEX_BINARY = next(iter(DATATYPES[Kind.HEX]))


def _plain(value: Any) -> Any:
    """An object that the index made of a reference, as its IRI, else its label or id; anything else as it is."""
    if not isinstance(value, dict):
        return value
    for name in ("resource", "id"):
        if is_web(text := word(value.get(name))):
            return text
    label = next((value[name] for name in ("label", "title", "id") if value.get(name)), None)
    return label if label is not None else value


def _each(take: Take) -> Take:
    """A rule for a list of references that the index made objects of."""

    def taken(account: Account, field: str, value: Any) -> Sequence[Value]:
        return [found for entry in entries(value) if entry is not None for found in take(account, field, _plain(entry))]

    return taken


def _keywords(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Keywords, each with the language that it bears."""
    found: list[Literal] = []
    for entry in entries(value):
        given = entry if isinstance(entry, dict) else {"label": entry}
        label = given.get("label") or given.get("title") or given.get("id")
        tag = language_tag(word(given.get("language"))) if given.get("language") else None
        if isinstance(label, dict):
            found.extend(texts(account, field, label))
        elif text := word(label):
            found.append(Literal(text, tag or account.language))
        else:
            account.refuse(field, entry)
    return found


def _periods(account: Account, field: str, value: Any) -> Sequence[PeriodOfTime]:
    found: list[PeriodOfTime] = []
    for entry in entries(value):
        given = entry if isinstance(entry, dict) else {"gte": entry}
        begin, end = (
            word(given.get(one)) or word(given.get(two)) for one, two in (("gte", "start_date"), ("lte", "end_date"))
        )
        found.extend(
            period(account, (field, begin), (field, end), entry) if begin or end else account.refuse(field, entry)
        )
    return found


def _place_names(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Places by their IRI, else by name."""
    found: list[Value] = []
    for entry in entries(value):
        plain = _plain(entry)
        if isinstance(plain, str) and is_web(plain):
            found.extend(addresses(account, field, plain))
        elif label := tuple(texts(account, field, plain)):
            found.append(Location(pref_label=label))
    return found


def _identifiers(account: Account, field: str, value: Any) -> Sequence[Value]:
    return [
        Identifier(notation=(Literal(text),)) for entry in entries(value) if (text := word(_plain(entry)))
    ] or account.refuse(field, value)


def _high_value(account: Account, field: str, value: Any) -> Sequence[Value]:
    """A dataset marked as of high value is under the regulation that says what these are."""
    return (HVD_LEGISLATION,) if value is True or word(value).casefold() == "true" else ()


def _rights(account: Account, field: str, value: Any) -> Sequence[Value]:
    found: list[Value] = []
    for entry in entries(value):
        plain = _plain(entry)
        if isinstance(plain, str) and is_web(plain):
            found.extend(addresses(account, field, plain))
        elif label := tuple(texts(account, field, plain)):
            found.append(RightsStatement(label=label))
    return found


_dates, _texts = Rule("issued", dates), Rule("title", texts)
_MODIFIED, _LANGUAGE = Rule("modified", dates), Rule("language", _each(codes(find_language)), how="lookup")
_PAGE, _STANDARD = Rule("page", _each(addresses)), Rule("conforms_to", _each(standards))
_LEGISLATION = Rule("applicable_legislation", _each(addresses))
_FREQUENCY = Rule("accrual_periodicity", _each(codes(find_frequency)), how="lookup")
_ORIGIN, _PERIOD = Rule("provenance", _each(provenances)), Rule("temporal", _periods, how="parse")
_IDENTIFIER, _OTHER = Rule("identifier", _each(strings)), Rule("other_identifier", _identifiers)
_AVAILABILITY = Rule("availability", _each(codes(find_availability)), how="lookup")

DATASET: dict[str, Rule | Part] = {
    "_id": IGNORED,
    "id": IGNORED,
    "idName": IGNORED,
    "index": IGNORED,
    "resource": IGNORED,
    "distributions": IGNORED,
    "translation_meta": IGNORED,
    "catalog_record": IGNORED,
    "quality_meas": IGNORED,
    "title": _texts,
    "description": Rule("description", texts),
    "keywords": Rule("keyword", _keywords),
    "categories": Rule("theme", _each(themes), how="lookup"),
    "issued": _dates,
    "release_date": _dates,
    "modified": _MODIFIED,
    "modification_date": _MODIFIED,
    "accrual_periodicity": _FREQUENCY,
    "frequency": _FREQUENCY,
    "access_right": Rule("access_rights", _each(access_rights), how="lookup"),
    "language": _LANGUAGE,
    "languages": _LANGUAGE,
    "landing_page": Rule("landing_page", _each(addresses)),
    "page": _PAGE,
    "documentations": _PAGE,
    "conforms_to": _STANDARD,
    "identifier": _IDENTIFIER,
    "identifiers": _IDENTIFIER,
    "other_identifier": _OTHER,
    "other_identifiers": _OTHER,
    "has_version": Rule("has_version", _each(addresses)),
    "has_versions": Rule("has_version", _each(addresses)),
    "is_version_of": Rule("is_version_of", _each(addresses)),
    "relation": Rule("relation", _each(addresses)),
    "related_resources": Rule("relation", _each(addresses)),
    "source": Rule("source", _each(addresses)),
    "sources": Rule("source", _each(addresses)),
    "provenance": _ORIGIN,
    "provenances": _ORIGIN,
    "version": Rule("version", strings),
    "version_info": Rule("version", strings),
    "version_notes": Rule("version_notes", texts),
    "spatial": Rule("spatial", places, how="parse"),
    "spatial_resource": Rule("spatial", _place_names),
    "temporal": _PERIOD,
    "temporal_coverages": _PERIOD,
    "is_hvd": Rule("applicable_legislation", _high_value, how="lookup"),
    "applicable_legislation": _LEGISLATION,
    "hvd_category": Rule("hvd_category", _each(codes(LISTS["hvd-category"].find)), how="lookup"),
    "availability": _AVAILABILITY,
    "publisher": Part("", "publisher"),
    "contact_point": Part("", "contact"),
    "contact_points": Part("", "contact"),
}
DISTRIBUTION: dict[str, Rule | Part] = {
    "id": Part("", "id"),
    "resource": Part("", "resource"),
    "access_url": Part("", "access"),
    "download_url": Part("", "download"),
    "download_urls": Part("", "download"),
    "format": Part("", "format"),
    "media_type": Part("", "media_type"),
    "license": Part("", "license"),
    "licence": Part("", "license"),
    "checksum": Part("", "checksum"),
    "title": _texts,
    "description": Rule("description", texts),
    "byte_size": Rule("byte_size", sizes),
    "issued": _dates,
    "release_date": _dates,
    "modified": _MODIFIED,
    "modification_date": _MODIFIED,
    "language": _LANGUAGE,
    "languages": _LANGUAGE,
    "page": _PAGE,
    "documentations": _PAGE,
    "conforms_to": _STANDARD,
    "linked_schemas": _STANDARD,
    "rights": Rule("rights", _rights),
    "status": Rule("status", _each(codes(find_status)), how="lookup"),
    "availability": _AVAILABILITY,
    "applicable_legislation": _LEGISLATION,
}


def native_id(native: Native, context: Context) -> str | None:
    """The dataset's IRI, else its id in the index; None where only reading can tell."""
    if not isinstance(native.data, dict):
        return None
    return word(native.data.get("resource")) or word(native.data.get("id")) or None


def read(native: Native, context: Context) -> Reading:
    """The dataset that an entry describes. Raises Unusable."""
    data = native.data if isinstance(native.data, dict) else {}
    title = data.get("title")
    named = next(filter(None, map(word, title.values())), "") if isinstance(title, dict) else word(title)
    own = ("resource", data["resource"]) if data.get("resource") else None
    entry = opened(native, context, native_id(native, context) or "", named, own)
    account = entry.account
    account.take([(name, name, value) for name, value in data.items()], DATASET)
    if "identifier" not in account.values and (identity := word(data.get("id"))):
        account.add("identifier", [Literal(identity)], "id", "fallback")
    enter_identifier(entry, "resource")
    if "title" not in account.values:
        account.add("title", [Literal(entry.identity, account.language)], "id", "fallback")
    companions = _agents(account)
    given = data.get("distributions")
    if given is not None and not isinstance(given, list):
        account.refuse("distributions", given, "distribution")
    found: list[Value] = []
    for number, each in enumerate(given if isinstance(given, list) else ()):
        place = f"distributions[{number}]"
        if isinstance(each, dict):
            found.append(_distribution(entry, place, each))
        else:
            account.refuse(place, each, "distribution")
    enter_distributions(account, found, Whole())
    return closed(native, entry, companions)


def _agents(account: Account) -> list[Any]:
    """The publisher as a record of its own, and the contact points."""
    field, points = part(account.plain, "contact")
    for number, each in enumerate(entries(points) if points else ()):
        place = f"{field}[{number}]" if isinstance(points, list) else field
        given = each if isinstance(each, dict) else {"name": each}
        keys = {"name": "name", "email": "email", "url": "url", "tel": "telephone", "uri": "resource"}
        parts: Parts = {name: (f"{place}.{key}", given[key]) for name, key in keys.items() if given.get(key)}
        if kind := {"individual": "Person", "organization": "Organization"}.get(word(given.get("type")).casefold()):
            parts["contacttype"] = (f"{place}.type", kind)
        if given.get("address"):
            account.leave(f"{place}.address", given["address"])
        if point := contact(account, parts):
            account.add("contact_point", [point], field, "copy")
    field, body = part(account.plain, "publisher")
    if not body:
        return []
    given = body if isinstance(body, dict) else {"name": body}
    keys = {"name": "name", "email": "email", "url": "homepage", "uri": "resource"}
    parts = {name: (f"{field}.{key}", given[key]) for name, key in keys.items() if given.get(key)}
    if kind := {"person": "Person", "organization": "Organization"}.get(word(given.get("type")).casefold()):
        parts["contacttype"] = (f"{field}.type", kind)
    return list(enter_publisher(account, parts))


def _distribution(entry: Opened, place: str, each: dict[str, Any]) -> Distribution:
    inner = entry.account.within("distribution", Distribution)
    inner.take(fields_of(place, each), DISTRIBUTION)
    plain = inner.plain
    known: list[str] = []
    for name, attribute in (("access", "access_url"), ("download", "download_url")):
        field, value = part(plain, name)
        for url in entries(value) if value else ():
            if address := address_of(_plain(url)):
                inner.add(attribute, [address], field, "copy")
                known.append(address)
            else:
                inner.refuse(field, url, attribute)
    if "download_url" in inner.values and "access_url" not in inner.values:
        inner.add("access_url", inner.values["download_url"][:1], plain["download"][0], "K39")
    enter_kind(inner, _kind(plain.get("format")), _kind(plain.get("media_type")))
    _checksum(inner)
    apply_terms(inner, Whole(), _license(plain.get("license")))
    own = inner.own_iri(*plain["resource"]) if "resource" in plain else None
    subject = unused(entry, word(part(plain, "id")[1]) or (known[0] if known else "distribution"), own)
    return Distribution(iri=subject, extra=tuple(inner.extra), **inner.tuples())


def _kind(said: Said | None) -> Said | None:
    """A format or media type by its IRI, else its id or label."""
    if said is None:
        return None
    field, value = said
    plain = _plain(value)
    return (field, plain) if isinstance(plain, str) and plain.strip() else None


def _license(said: Said | None) -> list[Said]:
    """What is said about the licence: its id, its title, its IRI; where the title only repeats the IRI, once."""
    if said is None:
        return []
    field, value = said
    if not isinstance(value, dict):
        return [(field, value)]
    keys = ("id", "title", "label", "resource")
    found = {
        word(value[name]): f"{field}.{name}"
        for name in keys
        if isinstance(value.get(name), str) and value[name].strip()
    }
    return [(place, text) for text, place in found.items()]


def _checksum(inner: Account) -> None:
    if "checksum" not in inner.plain:
        return
    field, value = inner.plain["checksum"]
    given = value if isinstance(value, dict) else {}
    name = word(_plain(given.get("algorithm"))).rpartition("checksumAlgorithm_")[2]
    algorithm, digest = find_checksum_algorithm(name), word(given.get("checksum_value"))
    if algorithm is None or not _HEX.fullmatch(digest):
        inner.refuse(field, value, "checksum")
        return
    literal = Literal(digest, None, _HEX_BINARY)
    inner.add("checksum", [Checksum(algorithm=(algorithm.iri,), checksum_value=(literal,))], field, "lookup")
