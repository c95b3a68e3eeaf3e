"""What a dataset of the Opendatasoft Explore API 2.1 means.

Templates and names of metadata: https://help.opendatasoft.com/apis/ods-explore-v2/ and the index of the platform's
metadata templates (default, dcat, dcat_ap…, inspire, custom).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from harvesters.mapping.account import IGNORED, Account, Part, Parts, Rule, Said, fields_of
from harvesters.mapping.agents import agent, contact, people, said_in
from harvesters.mapping.field_rules import (
    access_rights,
    addresses,
    codes,
    dates,
    keywords,
    provenances,
    standards,
    texts,
    themes,
)
from harvesters.mapping.native_values import entries, word
from harvesters.mapping.periods import period, periods
from harvesters.mapping.places import enter_box, places
from harvesters.portals.dictionary import Column, schema
from harvesters.portals.opendatasoft import FORMATS, Portal, metas, portal
from harvesters.portals.records import (
    Access,
    Opened,
    Whole,
    closed,
    distribution,
    enter_distributions,
    enter_identifier,
    enter_kind,
    enter_publisher,
    export,
    opened,
    part,
    whole_terms,
)
from harvesters.reading import Context, Native, Reading
from schemas.kinds import Literal, is_web
from schemas.model import Distribution, Identifier, Value
from schemas.namespaces import DCTERMS
from schemas.vocabularies import find_frequency, find_language

_CREATED = str(DCTERMS.created)
_FREQUENCY = Rule("accrual_periodicity", codes(find_frequency), how="lookup")
_GEOGRAPHIC = frozenset({"geojson", "shp", "kml", "gpx", "fgb"})


def _identifiers(account: Account, field: str, value: Any) -> Sequence[Value]:
    return [Identifier(notation=(Literal(text),)) for entry in entries(value) if (text := word(entry))]


def _references(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Where the data come from: addresses, or words, several with a semicolon between them."""
    pieces = [piece for entry in entries(value) for piece in word(entry).split(";") if piece.strip()]
    for piece in pieces:
        if not is_web(piece.strip()):
            account.add("provenance", provenances(account, field, piece.strip()), field, "kept")
    return [
        address for piece in pieces if is_web(piece.strip()) for address in addresses(account, field, piece.strip())
    ]


FIELDS: dict[str, Rule | Part] = {
    "_links": IGNORED,
    "links": IGNORED,
    "dataset_uid": IGNORED,
    "has_records": IGNORED,
    "data_visible": IGNORED,
    "visibility": IGNORED,
    "is_restricted": IGNORED,
    "features": IGNORED,
    "fields": IGNORED,
    "attachments": IGNORED,
    "alternative_exports": IGNORED,
    "dataset_id": IGNORED,
    "default.title": Rule("title", texts),
    "default.description": Rule("description", texts),
    "default.keyword": Rule("keyword", keywords),
    "default.theme": Rule("theme", themes, how="lookup"),
    "default.language": Rule("language", codes(find_language, split=True), how="lookup"),
    "default.metadata_languages": IGNORED,
    "default.modified": Rule("modified", dates),
    "default.data_processed": Rule("modified", dates, 1),
    "default.metadata_processed": IGNORED,
    "default.publisher": Part("publisher", "name"),
    "default.references": Rule("relation", _references),  # K21: dct:source is not used
    "default.update_frequency": Rule("accrual_periodicity", codes(find_frequency), 1, "lookup"),
    "default.territory": Rule("spatial", places, how="parse"),
    "default.geographic_area": Rule("spatial", places, how="parse"),
    "default.bbox": Rule("spatial", places, how="parse"),
    "default.license": Part("", "license"),
    "default.license_url": Part("", "license_url"),
    "default.attributions": Part("", "attributions"),
    "dcat.issued": Rule("issued", dates),
    "dcat.created": Part("", "created"),
    "dcat.creator": Part("creator", "name"),
    "dcat.contributor": Part("contributor", "name"),
    "dcat.contact_name": Part("contact", "name"),
    "dcat.contact_email": Part("contact", "email"),
    "dcat.publisher_type": Part("publisher", "type"),
    "dcat.accrualperiodicity": _FREQUENCY,
    "dcat.spatial": Rule("spatial", places, how="parse"),
    "dcat.temporal": Rule("temporal", periods, how="parse"),
    "dcat.temporal_coverage_start": Part("period", "start"),
    "dcat.temporal_coverage_end": Part("period", "end"),
    "dcat.conforms_to": Rule("conforms_to", standards),
    "dcat.relation": Rule("relation", addresses),
    "dcat.access_rights": Rule("access_rights", access_rights, how="lookup"),
    "dcat.accessrights": Rule("access_rights", access_rights, how="lookup"),
    "dcat.rights": Part("", "rights"),
    "inspire.theme": Rule("theme", themes, how="lookup"),
    "inspire.file_identifier": Rule("other_identifier", _identifiers),
    "inspire.contact_individual_name": Part("inspire", "name"),
    "inspire.contact_email": Part("inspire", "email"),
    "inspire.extend_description": Rule("spatial", places, 2, "parse"),
    "inspire.extend_bounding_box_westbound_longitude": Part("box", "west"),
    "inspire.extend_bounding_box_eastbound_longitude": Part("box", "east"),
    "inspire.extend_bounding_box_southbound_latitude": Part("box", "south"),
    "inspire.extend_bounding_box_northbound_latitude": Part("box", "north"),
}
_FILE: dict[str, Rule | Part] = {
    "id": Part("", "id"),
    "url": Part("", "url"),
    "mimetype": Part("", "mimetype"),
    "title": Rule("title", texts),
    "description": Rule("description", texts),
}


def native_id(native: Native, context: Context) -> str | None:
    """The dataset's id in the portal; None where only reading can tell."""
    return (word(native.data.get("dataset_id")) or None) if isinstance(native.data, dict) else None


def read(native: Native, context: Context) -> Reading:
    """The dataset that an entry describes. Raises Unusable."""
    data = native.data if isinstance(native.data, dict) else {}
    entry = opened(native, context, native_id(native, context) or "", word(metas(data).get("title")))
    account = entry.account
    account.take(_fields(data), FIELDS)
    enter_identifier(entry, "dataset_id")
    if "title" not in account.values:
        account.add("title", [Literal(entry.identity, account.language)], "dataset_id", "fallback")
    if native.location:
        account.add("landing_page", [native.location], "dataset_id", "derived")
    companions = enter_publisher(account, account.parts.pop("publisher", {}))
    _agents(account)
    _rest(account)
    plain = account.plain
    offers = [plain[name] for name in ("license", "license_url") if name in plain]
    rights = [plain["rights"]] if "rights" in plain else []
    whole = whole_terms(account, offers, rights, plain.get("attributions"))
    enter_distributions(account, [*_exports(entry, data, context, whole), *_files(entry, data, context, whole)], whole)
    return closed(native, entry, companions)


def _fields(data: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """All fields of an entry: its own, then those of its templates; the variants of DCAT-AP count as dcat."""
    for name, value in data.items():
        if name != "metas":
            yield name, name, value
    given = data.get("metas")
    for template, values in given.items() if isinstance(given, dict) else ():
        kind = "dcat" if template.startswith("dcat") else template
        for name, value in values.items() if isinstance(values, dict) else ():
            yield f"{kind}.{name.lower()}", f"metas.{template}.{name}", value


def _agents(account: Account) -> None:
    for role in ("creator", "contributor"):
        for each in people(account.parts.pop(role, {})):
            if found := agent(account, role, each):
                account.add(role, [found], said_in(each), "copy")
    given = account.parts.pop("contact", {})
    if not given and (given := account.parts.pop("inspire", {})) and "name" in given:
        # The field is that of a person, so that the name can be taken out as one.
        given["contacttype"] = (given["name"][0], "Person")
    for each in people(given):
        if point := contact(account, each):
            account.add("contact_point", [point], said_in(each), "copy")
    for field, value in account.parts.pop("inspire", {}).values():
        account.leave(field, value)


def _rest(account: Account) -> None:
    if parts := account.parts.pop("period", None):
        begin, end = part(parts, "start"), part(parts, "end")
        stated = period(account, (begin[0], word(begin[1])), (end[0], word(end[1])))
        if stated and "temporal" not in account.values:
            account.add("temporal", stated, begin[0] or end[0], "parse")
    box: Parts | None = account.parts.pop("box", None)
    if box and "spatial" not in account.values:
        enter_box(account, box)
    if "created" in account.plain:
        field, value = account.plain["created"]
        account.attribute = "issued"
        account.extra += [(_CREATED, found) for found in dates(account, field, value)]


def _exports(entry: Opened, data: dict[str, Any], context: Context, whole: Whole) -> list[Distribution]:
    """The forms in which the portal gives the table out; its columns hang on the first."""
    account = entry.account
    if data.get("has_records") is not True or data.get("data_visible") is False:
        return []
    features = data.get("features")
    shapes = isinstance(features, list) and "geo" in features
    named = portal(context.source.url)
    found = [
        export(
            entry, form, form.upper(), Access("dataset_id", _export(named, entry.identity, form), how="derived"), whole
        )
        for form in dict.fromkeys(form.lower() for form in getattr(context.options, "formats", FORMATS))
        if shapes or form not in _GEOGRAPHIC
    ]
    if found:
        columns = schema(account, "fields", _columns(data.get("fields")))
        found[0] = replace(found[0], extra=(*found[0].extra, *columns))
    return found


def _export(named: Portal, identity: str, form: str) -> str:
    return named.dataset(identity, f"/exports/{form}")


def _columns(fields: Any) -> list[Column]:
    return [
        Column(*(word(field.get(name)) for name in ("name", "label", "type", "description")))
        for field in (fields if isinstance(fields, list) else ())
        if isinstance(field, dict)
    ]


def _files(entry: Opened, data: dict[str, Any], context: Context, whole: Whole) -> Iterator[Distribution]:
    """Attachments and further exports; an address of the portal's own kind is had through the interface."""
    named = portal(context.source.url)
    for kind in ("attachments", "alternative_exports"):
        given = data.get(kind)
        if given is not None and not isinstance(given, list):
            entry.account.refuse(kind, given, "distribution")
        for number, each in enumerate(given if isinstance(given, list) else ()):
            place = f"{kind}[{number}]"
            if not isinstance(each, dict):
                entry.account.refuse(place, each, "distribution")
                continue
            inner = entry.account.within("distribution", Distribution)
            inner.take(fields_of(place, each), _FILE)
            identity, url = (word(part(inner.plain, name)[1]) for name in ("id", "url"))
            access = None
            if is_web(url):
                access = Access(f"{place}.url", url)
            elif identity:
                below = f"/{kind}/{quote(identity, safe='')}"
                access = Access(f"{place}.id", named.dataset(entry.identity, below), how="derived")
            mime: Said | None = inner.plain.get("mimetype")
            enter_kind(inner, _suffix(f"{place}.title", each), mime)
            yield distribution(entry, inner, f"{kind}/{identity or url or number}", access, whole)


def _suffix(field: str, each: dict[str, Any]) -> Said | None:
    """The format that a file's name ends in, where it has no media type."""
    stem, dot, suffix = word(each.get("title")).rpartition(".")
    return (
        (field, suffix) if stem and dot and suffix.isalnum() and len(suffix) <= 7 and not each.get("mimetype") else None
    )
