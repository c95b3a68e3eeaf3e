"""The addresses and answers of a context broker: FIWARE NGSI-v2 and ETSI NGSI-LD.

NGSI-v2: https://fiware.github.io/specifications/ngsiv2/stable/; NGSI-LD: ETSI GS CIM 009. Only current values are
there; brokers give JSON, NGSI-LD also GeoJSON by its Accept header, none gives CSV.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import orjson
from pydantic import BaseModel, ConfigDict, Field

from harvesters.mapping.native_values import word
from schemas.loose_json import load_json
from schemas.syntax import Unreadable, excerpt

V2, LD = "v2", "ld"
ROOTS = {V2: "/v2", LD: "/ngsi-ld/v1"}
COUNTS = {V2: "Fiware-Total-Count", LD: "NGSILD-Results-Count"}
NAMES = {V2: "NGSI-v2", LD: "NGSI-LD"}
STANDARDS = {
    V2: "https://fiware.github.io/specifications/ngsiv2/stable/",
    LD: "https://www.etsi.org/deliver/etsi_gs/CIM/001_099/009/",
}
# The media type that makes a header Link name a JSON-LD context (JSON-LD 1.1, section 6.1).
_CONTEXT = '<{}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
# The most entities that a page may have.
MOST = 1000
# How types begin that belong to others.
_FOREIGN = (
    *("https://schema.oparl.org/", "http://schema.oparl.org/", "http://www.w3.org/ns/dcat#", "dcat:"),
    *("https://schema.org/", "http://schema.org/", "schema:"),
)
_ENVELOPE = "allmende:total"


class Place(NamedTuple):
    """Where a broker is: its base address, the version and the types that the given address names, or a saved answer."""

    base: str
    version: str | None = None
    types: tuple[str, ...] = ()
    is_document: bool = False


class Tenant(BaseModel):
    """A tenant of a broker: its headers, and the municipality of the region whose data it holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: str = Field(default="", pattern=r"^[A-Za-z0-9_.-]{0,100}$")
    path: str = Field(default="", pattern=r"^[A-Za-z0-9_/,#-]{0,200}$")
    municipality: str | None = None

    @property
    def sign(self) -> str:
        """How identifiers of the tenant's datasets begin; empty for the one that needs no headers."""
        return sign(self.service, self.path)


def sign(service: str, path: str) -> str:
    """The part of a dataset's identifier that names its tenant."""
    return "|".join((service, path)).strip("|")


def place(url: str) -> Place:
    """What an address says: that of a broker, of its interface, of a list of entities, or of a file."""
    parts = urlsplit(url)
    if parts.path.lower().endswith((".json", ".jsonld")):
        return Place(url, is_document=True)
    asked = parse_qs(parts.query)
    types = tuple(name for value in asked.get("type", []) for name in value.split(",") if name)
    for version, root in ((LD, ROOTS[LD]), (V2, ROOTS[V2])):
        before, found, after = parts.path.partition(root)
        if found and after[:1] in ("", "/"):
            return Place(f"{parts.scheme}://{parts.netloc}{before}", version, types)
    return Place(f"{parts.scheme}://{parts.netloc}{parts.path.rstrip('/')}", None, types)


def address(base: str, version: str, what: str, **query: str | int) -> str:
    """An address below a broker's interface."""
    asked = f"?{urlencode(query, quote_via=quote)}" if query else ""
    return f"{base}{ROOTS[version]}/{what}{asked}"


def types_address(base: str, version: str, limit: int, offset: int = 0) -> str:
    """The list of types of entities: in NGSI-v2 with attributes and count, in NGSI-LD their names."""
    if version == V2:
        return address(base, V2, "types", limit=limit, offset=offset, options="count")
    return address(base, LD, "types")


def entities_address(base: str, version: str, type_name: str, limit: int, offset: int) -> str:
    """A page of the entities of a type, with their number in a header."""
    count: dict[str, str] = {"options": "count"} if version == V2 else {"count": "true"}
    return address(base, version, "entities", type=type_name, limit=limit, offset=offset, **count)


def headers(version: str, service: str, path: str, link_context: str | None) -> dict[str, str]:
    """The headers that choose a tenant, and in NGSI-LD the context by which the broker shortens names."""
    asked = {"Accept": "application/json"}
    if version == V2:
        asked |= {"Fiware-Service": service} if service else {}
        asked |= {"Fiware-ServicePath": path} if path else {}
    else:
        asked |= {"NGSILD-Tenant": service} if service else {}
        asked |= {"Fiware-ServicePath": path} if path else {}  # kept by Orion-LD
        asked |= {"Link": _CONTEXT.format(link_context)} if link_context else {}
    return asked


class Types(NamedTuple):
    """The names of types that a list holds, and how many entries it had."""

    names: tuple[str, ...]
    came: int


def types_in(body: bytes, version: str) -> Types:
    """The types in a broker's answer. Raises Unreadable, also for the error of a broker (F02)."""
    document, _ = load_json(body)
    if version == LD and isinstance(document, dict):
        listed = document.get("typeList")
        listed = [listed] if isinstance(listed, str) else listed
    else:
        listed = document
    if not isinstance(listed, list):
        raise _no_answer(document, "Typen", "types")
    keys = ("type",) if version == V2 else ("typeName", "id")
    names = (
        next((word(entry.get(key)) for key in keys if word(entry.get(key))), "")
        if isinstance(entry, dict)
        else word(entry)
        for entry in listed
    )
    return Types(tuple(dict.fromkeys(name for name in names if name)), len(listed))


def is_type_list(body: bytes, version: str, headers: Mapping[str, str]) -> bool:
    """Whether an answer from the types' address is a broker's beyond doubt, and not just any list. Raises Unreadable.

    In NGSI-v2 each type states its attributes, in NGSI-LD the list or each of its entries says that it is one. An empty
    list of NGSI-v2 counts with a broker's header only. ``headers`` have lower-case names.
    """
    document, _ = load_json(body)
    if version == LD and isinstance(document, dict):
        return word(document.get("type")) == "EntityTypeList" and "typeList" in document
    if not isinstance(document, list):
        return False
    if not document:
        return version == V2 and any(name in headers for name in ("fiware-total-count", "fiware-correlator"))
    if version == V2:
        return all(isinstance(each, dict) and word(each.get("type")) and "attrs" in each for each in document)
    return all(isinstance(each, dict) and word(each.get("typeName")) for each in document)


class Entities(NamedTuple):
    """A page of entities, and the total that stood with it."""

    entities: list[Any]
    total: int | None


def entities_in(body: bytes, headers: Mapping[str, str]) -> Entities:
    """The entities in a broker's answer, in a saved one or in one kept by :func:`kept`. ``headers`` have lower-case names.

    Raises Unreadable, also for the error of a broker (F02).
    """
    document, _ = load_json(body)
    total = next((headers[name.lower()] for name in COUNTS.values() if name.lower() in headers), "")
    if isinstance(document, dict) and _ENVELOPE in document:
        total, document = word(document[_ENVELOPE]), document.get("entities")
    elif isinstance(document, dict) and is_entity(document):
        document = [document]
    if not isinstance(document, list) or not all(isinstance(entry, dict) for entry in document[:1]):
        raise _no_answer(document, "Entitäten", "entities")
    return Entities(document, int(total) if total.isdecimal() and len(total) < 16 else None)


def is_entity(entry: Any) -> bool:
    """Whether an object is an entity: it has an id and a type, and is no notification, error or GeoJSON object."""
    if not isinstance(entry, dict) or not word(entry.get("id") or entry.get("@id")):
        return False
    kind = entry.get("type") or entry.get("@type")
    return bool(types_of(entry)) and kind not in ("Feature", "FeatureCollection")


def is_foreign(entity: dict[str, Any]) -> bool:
    """Whether a type says that an object with id and type is one of another standard: OParl, DCAT, schema.org."""
    return any(name.startswith(_FOREIGN) for name in types_of(entity))


def types_of(entity: dict[str, Any]) -> tuple[str, ...]:
    """The types of an entity: one, or in NGSI-LD several."""
    kind = entity.get("type") or entity.get("@type")
    return tuple(name for each in (kind if isinstance(kind, list) else [kind]) if (name := word(each)))


def kept(entities: list[Any], total: int | None, offset: int = 0) -> bytes:
    """A page as it is kept for replays: what :mod:`harvesters.city.entity_types` left of it, and the total of the header.

    The offset tells pages apart of whose entities the same is left.
    """
    return orjson.dumps({_ENVELOPE: total, "offset": offset, "entities": entities})


def _no_answer(document: Any, de: str, en: str) -> Unreadable:
    told = document if isinstance(document, dict) else {}
    said = (
        word(told.get("description")) or word(told.get("detail")) or word(told.get("title")) or word(told.get("error"))
    )
    shown = excerpt(said or orjson.dumps(document, default=str).decode()[:500])
    return Unreadable(f"keine Liste von {de}; die Antwort sagt: {shown}", f"no list of {en}; the answer says: {shown}")
