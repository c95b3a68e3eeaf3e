"""The addresses and answers of an OGC SensorThings server (18-088, version 1.1; also 1.0), as FROST and others give them."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode, urljoin, urlsplit

import orjson

from harvesters.mapping.native_values import word
from schemas.loose_json import load_json
from schemas.syntax import Unreadable, excerpt

STANDARD = "http://www.opengis.net/doc/is/sensorthings/1.1"
DOCUMENT = "https://docs.ogc.org/is/18-088/18-088.html"
_VERSION = re.compile(r"/v1\.[01](?=/|$)")
# What a server lists in serverSettings.conformance for formats that the standard does not know.
_FORMATS = {"CSV": "csv-resultformat", "GeoJSON": "geojson-resultformat"}
NEWEST_FIRST = "phenomenonTime desc"
"""The order of Observations in which the newest is the first."""
NEWEST = f"Observations($orderby={NEWEST_FIRST};$top=1)"
"""What is expanded of a Datastream for its newest Observation (18-088, 9.3.3)."""
_EXPAND = "Locations,Datastreams/ObservedProperty,Datastreams/Sensor"
_EXPAND_MULTI = ",MultiDatastreams/ObservedProperties,MultiDatastreams/Sensor"
_KINDS = {"Datastreams": "things", "ObservedProperty": "datastreams", "phenomenonTime": "observations"}


def root_of(url: str) -> str:
    """The address of a service's root: up to the version; without one, the address as it is."""
    parts = urlsplit(url)
    match = _VERSION.search(parts.path)
    path = parts.path[: match.end()] if match else parts.path.rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path}"


def things_address(root: str, top: int, multi: bool) -> str:
    """The first page of all Things with their Locations, Datastreams, what these observe and by which sensor."""
    query = {"$expand": _EXPAND + (_EXPAND_MULTI if multi else ""), "$count": "true", "$top": str(top)}
    return f"{root}/Things?{urlencode(query, safe='$/,()', quote_via=quote)}"


def query_address(root: str, what: str, **query: str) -> str:
    """An address below the root; names of the query get their ``$``."""
    asked = {f"${name}": value for name, value in query.items() if value}
    return f"{root}/{what}" + (f"?{urlencode(asked, safe='$/,()', quote_via=quote)}" if asked else "")


class Root(NamedTuple):
    """What a root says: the names of the sets that a server has, and the formats beyond JSON that it offers."""

    sets: tuple[str, ...]
    formats: tuple[str, ...]


def root_in(body: bytes) -> Root:
    """The root of a service. Raises Unreadable."""
    document, _ = load_json(body)
    listed = document.get("value") if isinstance(document, dict) else None
    sets = (
        [word(entry.get("name")) for entry in listed or [] if isinstance(entry, dict)]
        if isinstance(listed, list)
        else []
    )
    if "Things" not in sets or "Datastreams" not in sets:
        raise _no_answer(document, "Wurzel eines SensorThings-Dienstes", "root of a SensorThings service")
    settings = document.get("serverSettings")
    conformance = settings.get("conformance") if isinstance(settings, dict) else None
    said = [word(each).lower() for each in conformance] if isinstance(conformance, list) else []
    formats = tuple(name for name, sign in _FORMATS.items() if any(sign in each for each in said))
    return Root(tuple(name for name in sets if name), formats)


class Listing(NamedTuple):
    """A page of a set: its entries, the total where it is given, the address of the next page."""

    entries: list[dict[str, Any]]
    total: int | None
    next_link: str | None


def listing_in(body: bytes) -> Listing:
    """A page of a set. Raises Unreadable, also for an error that a server words (F02)."""
    document, _ = load_json(body)
    entries = document.get("value") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise _no_answer(document, "Seite einer Liste", "page of a list")
    total = document.get("@iot.count", document.get("@count"))
    link = word(document.get("@iot.nextLink")) or word(document.get("@nextLink"))
    good = [entry for entry in entries if isinstance(entry, dict)]
    return Listing(good, total if type(total) is int and total >= 0 else None, link or None)


def kind_of(entries: list[dict[str, Any]]) -> str | None:
    """Of what a saved page is: ``things``, ``datastreams`` or ``observations``; None if of nothing known."""
    first = entries[0] if entries else {}
    return next((kind for sign, kind in _KINDS.items() if sign in first), None)


def rebased(link: str, url: str, root: str) -> str:
    """The address of a next page below the root that was asked: behind a proxy servers name their inner address."""
    absolute = urljoin(url, link)
    match = _VERSION.search(urlsplit(absolute).path)
    if absolute.startswith(root + "/") or match is None or not _VERSION.search(urlsplit(root).path):
        return absolute
    parts = urlsplit(absolute)
    return f"{root}{parts.path[match.end() :]}" + (f"?{parts.query}" if parts.query else "")


def kept(entries: list[dict[str, Any]], total: int | None, next_link: str | None) -> bytes:
    """A page as it is kept for replays, with the entries that are needed."""
    return orjson.dumps({"@iot.count": total, "@iot.nextLink": next_link, "value": entries})


def literal(value: Any) -> str:
    """A value as it stands in an OData filter: a number, or a string in quotation marks."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _no_answer(document: Any, de: str, en: str) -> Unreadable:
    said = word(document.get("message")) or word(document.get("error")) if isinstance(document, dict) else ""
    shown = excerpt(said or orjson.dumps(document, default=str).decode()[:500])
    return Unreadable(f"keine {de}; die Antwort sagt: {shown}", f"no {en}; the answer says: {shown}")
