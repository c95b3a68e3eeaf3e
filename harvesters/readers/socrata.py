"""What an asset of a Socrata portal means: a result of the Discovery API, or an entry of the metadata API.

Fields: https://dev.socrata.com/docs/other/discovery (resource, classification, metadata, permalink) and
https://dev.socrata.com/docs/other/metadata (camel case, customFields). Fields of the group "Common Core" are those of DCAT-US.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote, urlsplit

from harvesters.mapping.account import IGNORED, Part, Rule
from harvesters.mapping.agents import contact
from harvesters.mapping.field_rules import access_rights, addresses, codes, dates, keywords, texts, themes
from harvesters.mapping.native_values import word
from harvesters.mapping.periods import periods
from harvesters.mapping.places import places
from harvesters.portals.dictionary import Column, schema
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
    whole_terms,
)
from harvesters.reading import Context, Native, Reading
from schemas.kinds import Literal
from schemas.model import Distribution
from schemas.vocabularies import find_frequency, find_language

# Under which name the portal gives a table out, what file type that is, and by which word people know it.
_EXPORTS = (("csv", "CSV", "CSV"), ("json", "JSON", "JSON"), ("rdf", "RDF_XML", "RDF/XML"), ("xml", "XML", "XML"))
_SHAPES = frozenset("point line polygon multipoint multiline multipolygon location".split())  # noqa: SIM905
_FREQUENCY = Rule("accrual_periodicity", codes(find_frequency), how="lookup")
_LICENSE = re.compile(r"(?:(?<!\s)\s+)?\|\s*")

# The names of the Discovery API; those of the metadata API are brought to them first.
FIELDS: dict[str, Rule | Part] = {
    "id": IGNORED,
    "type": IGNORED,
    "blob_mime_type": IGNORED,
    "page_views": IGNORED,
    "download_count": IGNORED,
    "columns_name": IGNORED,
    "columns_field_name": IGNORED,
    "columns_datatype": IGNORED,
    "columns_description": IGNORED,
    "columns_format": IGNORED,
    "lens_view_type": IGNORED,
    "lens_display_type": IGNORED,
    "metadata_updated_at": IGNORED,
    "hide_from_data_json": IGNORED,
    "domain": IGNORED,
    "link": IGNORED,
    "owner": IGNORED,
    "creator": IGNORED,
    "preview_image_url": IGNORED,
    "data_uri": IGNORED,
    "hide_from_catalog": IGNORED,
    "approvals": IGNORED,
    "name": Rule("title", texts),
    "description": Rule("description", texts),
    "permalink": Rule("landing_page", addresses),
    "publication_date": Rule("issued", dates),
    "createdAt": Rule("issued", dates, 1),
    "updatedAt": Rule("modified", dates),
    "data_updated_at": Rule("modified", dates, 1),
    "domain_category": Rule("theme", themes, how="lookup"),
    "domain_tags": Rule("keyword", keywords),
    "attribution": Part("publisher", "name"),
    "attribution_link": Part("publisher", "url"),
    "contact_email": Part("mail", "email"),
    "license": Part("", "license"),
    "common-core_publisher": Part("core_publisher", "name"),
    "common-core_contact-name": Part("contact", "name"),
    "common-core_contact-email": Part("contact", "email"),
    "common-core_license": Part("", "core_license"),
    "common-core_language": Rule("language", codes(find_language, split=True), how="lookup"),
    "common-core_update-frequency": _FREQUENCY,
    "common-core_issued": Rule("issued", dates, 2),
    "common-core_geographic-coverage": Rule("spatial", places, how="parse"),
    "common-core_spatial": Rule("spatial", places, how="parse"),
    "common-core_temporal-applicability": Rule("temporal", periods, how="parse"),
    "common-core_temporal": Rule("temporal", periods, how="parse"),
    "common-core_public-access-level": Rule("access_rights", access_rights, how="lookup"),
    "common-core_homepage": Rule("page", addresses),
    "common-core_references": Rule("references", addresses),
}
# The metadata API's name of a field: the Discovery API's.
_CAMEL = {
    "attributionLink": "attribution_link",
    "category": "domain_category",
    "tags": "domain_tags",
    "dataUpdatedAt": "data_updated_at",
    "metadataUpdatedAt": "metadata_updated_at",
    "hideFromDataJson": "hide_from_data_json",
    "hideFromCatalog": "hide_from_catalog",
    "webUri": "permalink",
    "dataUri": "data_uri",
}


def native_id(native: Native, context: Context) -> str | None:
    """The asset's id, four characters twice; None where only reading can tell."""
    return (word(_asset(native.data).get("id")) or None) if isinstance(native.data, dict) else None


def read(native: Native, context: Context) -> Reading:
    """The dataset that an entry describes. Raises Unusable."""
    data = native.data if isinstance(native.data, dict) else {}
    asset = _asset(data)
    entry = opened(native, context, native_id(native, context) or "", word(asset.get("name")))
    account = entry.account
    account.take(_fields(data), FIELDS)
    enter_identifier(entry, "resource.id" if asset is not data else "id")
    if "title" not in account.values:
        account.add("title", [Literal(entry.identity, account.language)], "id", "fallback")
    parts = account.parts
    given = parts.pop("publisher", {})
    core = parts.pop("core_publisher", {})
    if "name" not in given and core:
        given = {**given, **core}
    elif core:
        account.leave(*core["name"])
    companions = enter_publisher(account, given)
    point, mail = parts.pop("contact", {}), parts.pop("mail", {})
    if "email" not in point:
        point, mail = {**point, **mail}, {}
    if found := contact(account, point) if point else None:
        account.add("contact_point", [found], next(iter(point.values()))[0], "copy")
    for field, value in mail.values():
        account.leave(field, value)
    plain = account.plain
    offers = [plain[name] for name in ("license", "core_license") if name in plain]
    whole = whole_terms(
        account, [(field, _LICENSE.sub(" ", value) if isinstance(value, str) else value) for field, value in offers]
    )
    enter_distributions(account, list(_distributions(entry, data, asset, context, whole)), whole)
    return closed(native, entry, companions)


def _asset(data: Mapping[str, Any]) -> Mapping[str, Any]:
    resource = data.get("resource")
    return resource if isinstance(resource, dict) else data


def _fields(data: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """All fields by the names of the Discovery API, custom ones by group and name."""
    if not isinstance(data.get("resource"), dict):
        for name, value in data.items():
            if name == "customFields" and isinstance(value, dict):
                yield from _custom(value)
            else:
                yield _CAMEL.get(name, name), name, value
        return
    for place, given in data.items():
        if place not in ("resource", "classification", "metadata") or not isinstance(given, dict):
            yield place, place, given
            continue
        for name, value in given.items():
            if name == "domain_metadata" and isinstance(value, list):
                for each in value:
                    said = each if isinstance(each, dict) else {"key": "", "value": each}
                    key = word(said.get("key"))
                    yield key.lower(), f"classification.domain_metadata.{key}", said.get("value")
            else:
                yield name, f"{place}.{name}", value


def _custom(groups: dict[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for group, values in groups.items():
        if not isinstance(values, dict):
            yield group, f"customFields.{group}", values
            continue
        for name, value in values.items():
            yield f"{group}_{name}".replace(" ", "-").lower(), f"customFields.{group}.{name}", value


def _distributions(
    entry: Opened, data: Mapping[str, Any], asset: Mapping[str, Any], context: Context, whole: Whole
) -> Iterator[Distribution]:
    """The forms in which the portal gives an asset out: a table, its shapes, a file that was uploaded."""
    address = word(data.get("permalink")) or word(data.get("webUri")) or context.source.url
    parts = urlsplit(address if address.startswith(("http://", "https://")) else context.source.url)
    origin, identity = f"{parts.scheme}://{parts.netloc}", quote(entry.identity, safe="")
    kind, mime = word(asset.get("type")), word(asset.get("blob_mime_type"))
    types = asset.get("columns_datatype")
    shapes = isinstance(types, list) and any(word(each).casefold() in _SHAPES for each in types)
    if mime:
        inner = entry.account.within("distribution", Distribution)
        enter_kind(inner, None, ("resource.blob_mime_type", mime))
        access = Access("resource.id", f"{origin}/download/{identity}/{quote(mime, safe='/')}", how="derived")
        yield distribution(entry, inner, "file", access, whole)
    elif kind in ("dataset", "filter", "") and (kind or word(data.get("dataUri"))):
        columns = schema(entry.account, "resource.columns", _columns(asset))
        for name, file_type, title in _EXPORTS:
            access = Access("id", f"{origin}/api/views/{identity}/rows.{name}?accessType=DOWNLOAD", how="derived")
            made = export(entry, file_type, title, access, whole)
            yield replace(made, extra=(*made.extra, *columns)) if name == "csv" else made
    if kind == "map" or (shapes and not mime):
        url = f"{origin}/api/geospatial/{identity}?method=export&format=GeoJSON"
        yield export(entry, "GEOJSON", "GeoJSON", Access("id", url, how="derived"), whole)


def _columns(asset: Mapping[str, Any]) -> list[Column]:
    names = ("columns_field_name", "columns_name", "columns_datatype", "columns_description")
    lists = [given if isinstance(given := asset.get(name), list) else [] for name in names]
    count = max(len(lists[0]), len(lists[1]))
    return [Column(*(word(given[at]) if at < len(given) else "" for given in lists)) for at in range(count)]
