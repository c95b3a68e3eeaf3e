"""What an item of an ArcGIS Hub means: a feature of its search, or a dataset of API version 3.

Fields are those of an item (https://developers.arcgis.com/rest/users-groups-and-items/item/) with what the Hub adds:
source, license, structuredLicense, orgName, fields, recordCount.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import quote

from harvesters.mapping.account import IGNORED, Account, Part, Parts, Rule, Said
from harvesters.mapping.agents import contact
from harvesters.mapping.field_rules import codes, dates, keywords, texts, themes
from harvesters.mapping.native_values import entries, word
from harvesters.mapping.places import boxed, places, shaped
from harvesters.markup import html_tree
from harvesters.portals.arcgis import FORMATS, portal
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
    enter_service,
    export,
    opened,
    whole_terms,
)
from harvesters.reading import Context, Native, Reading
from schemas.kinds import Literal, is_web
from schemas.model import Distribution, Resource, Value
from schemas.vocabularies import find_language, find_license

_SERVICE = re.compile(r"/(Feature|Map|Image|Scene|VectorTile|GP|OGCFeature)Server(?:/(\d+))?/?$", re.I)
_LAYER_ID = re.compile(r"([0-9a-f]{32})_(\d+)")
# Services that ArcGIS only refers to, by their type of item.
_OGC = {"wms": "WMS", "wfs": "WFS", "wmts": "WMTS"}
# Types of items that are files kept by ArcGIS itself, with the format that their name does not say.
_FILES = {
    "csv": "CSV", "microsoft excel": "XLSX", "microsoft word": "DOCX", "microsoft powerpoint": "PPTX", "pdf": "PDF",
    "kml": "KML", "shapefile": "SHP", "geojson": "GEOJSON", "file geodatabase": "GDB", "geopackage": "GPKG",
    "csv collection": "ZIP", "image": "", "cad drawing": "", "visio document": "",
}  # fmt: skip
_DOWNLOADS = {
    "csv": ("CSV", "CSV"),
    "geojson": ("GEOJSON", "GeoJSON"),
    "kml": ("KML", "KML"),
    "shapefile": ("SHP", "Shapefile"),
}
# Where ArcGIS Online keeps what was uploaded.
_CONTENT = "https://www.arcgis.com/sharing/rest/content/items"
_SAYS_NOTHING = frozenset({"custom", "none", ""})
_ZIP = "https://www.iana.org/assignments/media-types/application/zip"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _moment(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """A moment in milliseconds since 1970, or a date as text."""
    if isinstance(value, int) and not isinstance(value, bool):
        if not 0 < value < 4_102_444_800_000:
            return account.refuse(field, value)
        moment = _EPOCH + timedelta(milliseconds=value)
        return dates(account, field, moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"))
    return dates(account, field, value)


def _extent(account: Account, field: str, value: Any) -> Sequence[Value]:
    """An extent: GeoJSON, two corners, or an envelope with two corners."""
    corners = (
        value.get("coordinates") if isinstance(value, dict) and word(value.get("type")) in ("", "envelope") else value
    )
    if not isinstance(corners, list):
        return places(account, field, value)
    try:
        (west, south), (east, north) = corners
        found = boxed(account, field, (float(west), float(south), float(east), float(north)))
    except (TypeError, ValueError):
        return account.refuse(field, value)
    return [shaped(place) for place in found]


def _categories(account: Account, field: str, value: Any) -> Sequence[str]:
    """Categories: the last step of a path as ``/Categories/Umwelt/Wasser``."""
    return themes(account, field, [word(entry).rpartition("/")[2] or entry for entry in entries(value)])


_find_language = codes(lambda text: find_language(text.partition("-")[0]))

FIELDS: dict[str, Rule | Part] = {
    "id": IGNORED,
    "itemId": IGNORED,
    "type": IGNORED,
    "access": IGNORED,
    "guid": IGNORED,
    "slug": IGNORED,
    "thumbnail": IGNORED,
    "largeThumbnail": IGNORED,
    "numViews": IGNORED,
    "numComments": IGNORED,
    "numRatings": IGNORED,
    "avgRating": IGNORED,
    "scoreCompleteness": IGNORED,
    "searchDescription": IGNORED,
    "fields": IGNORED,
    "fieldNames": IGNORED,
    "title": Rule("title", texts),
    "name": Rule("title", texts, 1),
    "description": Rule("description", texts),
    "snippet": Rule("description", texts, 1),
    "tags": Rule("keyword", keywords),
    "categories": Rule("theme", _categories, how="lookup"),
    "created": Rule("issued", _moment, how="parse"),
    "modified": Rule("modified", _moment, how="parse"),
    "extent": Rule("spatial", _extent, how="parse"),
    "geometry": Rule("spatial", _extent, 1, "parse"),
    "culture": Rule("language", _find_language, how="lookup"),
    "source": Part("publisher", "name"),
    "orgName": Part("publisher", "orgName"),
    "organization": Part("publisher", "organization"),
    "orgContactEmail": Part("contact", "email"),
    "url": Part("", "url"),
    "license": Part("", "license"),
    "licenseInfo": Part("", "licenseInfo"),
    "structuredLicense": Part("", "structuredLicense"),
    "accessInformation": Part("", "accessInformation"),
}


class _Item(NamedTuple):
    """What tells an item's downloads: its type, its id, the layer that it is (or ""), its address."""

    type: str
    id: str
    layer: str
    field: str
    url: str


def native_id(native: Native, context: Context) -> str | None:
    """The id of the item, with its layer where the Hub lists layers; None where only reading can tell."""
    if not isinstance(native.data, dict):
        return None
    return word(native.data.get("id")) or word(_properties(native.data).get("id")) or None


def read(native: Native, context: Context) -> Reading:
    """The dataset that an item describes. Raises Unusable."""
    data = native.data if isinstance(native.data, dict) else {}
    said = _properties(data)
    title = word(said.get("title")) or word(said.get("name"))
    entry = opened(native, context, native_id(native, context) or "", title)
    account = entry.account
    inside = "properties" if said is data.get("properties") else "attributes"
    fields = [(name, f"{inside}.{name}", value) for name, value in said.items()]
    account.take([*fields, ("geometry", "geometry", data.get("geometry"))], FIELDS)
    enter_identifier(entry, "id")
    if "title" not in account.values:
        account.add("title", [Literal(entry.identity, account.language)], "id", "fallback")
    if native.location:
        account.add("landing_page", [native.location], "id", "derived")
    companions = _agents(account)
    plain = account.plain
    whole = whole_terms(account, _license(account), (), plain.get("accessInformation"))
    found: list[Distribution] = []
    for made, services in _distributions(entry, said, context, whole):
        found.append(made)
        companions += services
    columns = schema(account, f"{inside}.fields", _columns(said.get("fields"))) if found else ()
    if columns:
        at = next((number for number, made in enumerate(found) if made.download_url), 0)
        found[at] = replace(found[at], extra=(*found[at].extra, *columns))
    enter_distributions(account, found, whole)
    return closed(native, entry, companions)


def _properties(data: Mapping[str, Any]) -> Mapping[str, Any]:
    for name in ("properties", "attributes"):
        if isinstance(given := data.get(name), dict):
            return given
    return {}


def _agents(account: Account) -> list[Resource]:
    """The publisher: the source named, else the organisation; the account that keeps an item is a person's."""
    parts = account.parts.pop("publisher", {})
    named = next((parts[name] for name in ("name", "orgName", "organization") if name in parts), None)
    for name in ("orgName", "organization"):
        if name in parts and named is not None and parts[name][1] != named[1]:
            account.leave(*parts[name])
    given: Parts = account.parts.pop("contact", {})
    if given and (point := contact(account, given)):
        account.add("contact_point", [point], next(iter(given.values()))[0], "copy")
    return enter_publisher(account, {"name": named}) if named is not None else []


def _license(account: Account) -> list[Said]:
    """What is said about the licence, best last where only words are left: codes and addresses, then the wording."""
    plain, offers = account.plain, []
    if "license" in plain and word(plain["license"][1]).casefold() not in _SAYS_NOTHING:
        offers.append(plain["license"])
    if "structuredLicense" in plain:
        field, value = plain["structuredLicense"]
        given = value if isinstance(value, dict) else {"type": value}
        for name in ("type", "url"):
            if word(given.get(name)).casefold() not in _SAYS_NOTHING:
                offers.append((f"{field}.{name}", word(given[name])))
        if word(given.get("text")) and "licenseInfo" not in plain:
            offers += _wording(f"{field}.text", word(given["text"]))
    if "licenseInfo" in plain:
        field, value = plain["licenseInfo"]
        offers += _wording(field, value) if isinstance(value, str) else [(field, value)]
    return offers


def _wording(field: str, text: str) -> list[Said]:
    """Terms in HTML: the licences that they link to, a link that is all they say, and the wording as delivered."""
    tree = html_tree(text)
    plain = " ".join((tree.root.text(separator=" ") if tree.root else "").split())
    if find_license(plain):
        return [(field, plain)]
    links = [(word(link.attributes.get("href")), " ".join(link.text().split())) for link in tree.css("a[href]")]
    known = [href for href, _ in links if find_license(href)]
    sole = [href for href, shown in links if len(links) == 1 and shown == plain and is_web(href)]
    return [*((field, href) for href in dict.fromkeys(known or sole)), (field, text)] if plain else []


def _distributions(
    entry: Opened, said: Mapping[str, Any], context: Context, whole: Whole
) -> Iterator[tuple[Distribution, list[Resource]]]:
    """A service with the downloads that the Hub makes of it, a file, or a page that is only linked."""
    item = _item(entry, said)
    match, ogc = _SERVICE.search(item.url), _OGC.get(item.type.casefold())
    if match or (ogc and is_web(item.url)):
        inner = entry.account.within("distribution", Distribution)
        inner.add("title", [Literal(ogc or "ArcGIS GeoService")], item.field, "derived")
        enter_kind(inner, (item.field, ogc or "REST"), None, "derived")
        titles = entry.account.values["title"]
        service = enter_service(entry, inner, (item.field, item.url), item.url, whole, titles)
        yield distribution(entry, inner, "service", Access(item.field, item.url, False), whole), [service]
        if match and match[1].casefold() in ("feature", "map"):
            for made in _downloads(entry, item, context, whole):
                yield made, []
        return
    kind = _FILES.get(item.type.casefold())
    if kind is not None and not is_web(item.url) and item.id:
        url = f"{_CONTENT}/{quote(item.id, safe='')}/data"
        access = Access("id", url, how="derived")
        inner = entry.account.within("distribution", Distribution)
        enter_kind(inner, ("type", kind) if kind else None, None, "derived")
        yield distribution(entry, inner, "file", access, whole), []
    elif item.url:
        inner = entry.account.within("distribution", Distribution)
        enter_kind(inner, ("type", kind) if kind else None, None, "derived")
        yield distribution(entry, inner, "link", Access(item.field, item.url, bool(kind)), whole), []


def _item(entry: Opened, said: Mapping[str, Any]) -> _Item:
    field, value = entry.account.plain.get("url", ("", ""))
    match, service = _LAYER_ID.fullmatch(entry.identity), _SERVICE.search(word(value))
    identity = word(said.get("itemId")) or (match[1] if match else word(said.get("id")) or entry.identity)
    layer = match[2] if match else (service[2] or "") if service else ""
    return _Item(word(said.get("type")), identity, layer, field, word(value))


def _downloads(entry: Opened, item: _Item, context: Context, whole: Whole) -> Iterator[Distribution]:
    origin, identity = portal(context.source.url).origin, quote(item.id, safe="")
    table = item.type.casefold() == "table"
    for form in dict.fromkeys(form.lower() for form in getattr(context.options, "formats", FORMATS)):
        if form in _DOWNLOADS and (form == "csv" or not table):
            kind, title = _DOWNLOADS[form]
            layers = f"?layers={item.layer}" if item.layer else ""
            url = f"{origin}/api/download/v1/items/{identity}/{form}{layers}"
            made = export(entry, kind, title, Access("id", url, how="derived"), whole)
            # The files of a shapefile come packed together.
            yield replace(made, package_format=(_ZIP,)) if kind == "SHP" else made


def _columns(fields: Any) -> list[Column]:
    return [
        Column(*(word(field.get(name)) for name in ("name", "alias", "type", "description")))
        for field in (fields if isinstance(fields, list) else ())
        if isinstance(field, dict)
    ]
