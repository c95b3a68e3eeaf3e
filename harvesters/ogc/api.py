"""Documents of an OGC API in JSON: which is which, their links, and what becomes a native record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from harvesters.mapping.native_values import word
from schemas.kinds import is_web
from schemas.loose_json import load_json
from schemas.syntax import Unreadable, excerpt

OGC_RELATION = "http://www.opengis.net/def/rel/ogc/1.0/"
_IANA_RELATION = "http://www.iana.org/assignments/relation/"
_JSON_TYPES = ("application/geo+json", "application/json")
# A standard's conformance class for filters, and that for the language that we write them in.
_FILTER, _CQL2_TEXT = "/conf/filter", "/conf/cql2-text"


class Link(NamedTuple):
    """A link: its relation in the short form, its absolute address, its media type in lower case, and all that it says."""

    rel: str
    href: str
    type: str
    said: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Api:
    """What an API says of itself: its address, landing page, ``info`` of its OpenAPI description, conformance classes.

    ``served`` are the native ids of the collections that become datasets.
    """

    url: str
    landing: Mapping[str, Any] = field(default_factory=dict)
    info: Mapping[str, Any] = field(default_factory=dict)
    conforms_to: tuple[str, ...] = ()
    served: tuple[str, ...] = ()

    @property
    def filters(self) -> bool:
        """Whether items can be chosen by an expression in CQL2 text."""
        return all(any(each.endswith(end) for each in self.conforms_to) for end in (_FILTER, _CQL2_TEXT))


@dataclass(frozen=True, slots=True)
class ApiEntry:
    """A native record: a collection (``kind`` collection) or a record of a catalogue, with its API."""

    native_id: str
    kind: str
    entry: Mapping[str, Any]
    api: Api


class Place(NamedTuple):
    """What an address means: the landing page, and the collection that it names (or empty)."""

    landing: str
    collection: str


def place(url: str) -> Place:
    """The landing page of an API by any address below it: ``…/collections``, ``…/collections/ID/items``."""
    parts = urlsplit(url)
    before, found, after = parts.path.partition("/collections")
    if not found or after[:1] not in ("", "/"):
        return Place(url, "")
    query = urlencode([each for each in parse_qsl(parts.query) if each[0].lower() in ("f", "token", "lang")])
    return Place(urlunsplit((parts.scheme, parts.netloc, before or "/", query, "")), after.strip("/").split("/")[0])


def with_query(url: str, **parameters: str) -> str:
    """The address with these parameters, each in the place of one of its name; empty ones are left out."""
    parts = urlsplit(url)
    kept = [each for each in parse_qsl(parts.query, keep_blank_values=True) if each[0] not in parameters]
    asked = [(name.replace("_", "-"), value) for name, value in parameters.items() if value]
    query = urlencode([*kept, *asked], quote_via=quote, safe="/:,")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def document(body: bytes) -> tuple[dict[str, Any], bool]:
    """The object that a JSON document holds, and whether it had to be repaired. Raises Unreadable (F01, F02, F03, F21)."""
    found, repaired = load_json(body)
    if not isinstance(found, dict):
        raise Unreadable("JSON, aber kein Objekt", "JSON, but no object")
    if "links" not in found and (reason := complaint(found)):
        raise Unreadable(f"die Schnittstelle meldet einen Fehler: {reason}", f"the API reports an error: {reason}")
    return found, repaired


def complaint(found: Mapping[str, Any]) -> str:
    """The message of an exception (OGC API Common, RFC 7807); empty if a document is none."""
    said = [word(found.get(key)) for key in ("code", "title", "description", "detail")]
    return excerpt(": ".join(each for each in said if each), 300) if found.keys() & {"code", "status", "detail"} else ""


def links(entry: Mapping[str, Any], base: str = "") -> list[Link]:
    """The links of a document or record that lead to the web; those that are templates lead nowhere by themselves."""
    found = []
    for each in stated_links(entry):
        written = each.get("href")
        if is_template(each) or not isinstance(written, str) or not written.strip():
            continue
        try:
            href = urljoin(base, written.strip())
        except ValueError:
            continue
        if is_web(href):
            found.append(Link(relation(word(each.get("rel"))), href, word(each.get("type")).lower(), each))
    return found


def stated_links(entry: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The links of a document or record as they stand, usable or not."""
    stated = entry.get("links")
    return [each for each in stated if isinstance(each, dict)] if isinstance(stated, list) else []


def is_template(link: Mapping[str, Any]) -> bool:
    """Whether a link leads somewhere only once its variables are filled in (RFC 6570)."""
    return link.get("templated") is True or "{" in word(link.get("href"))


def relation(rel: str) -> str:
    """A link relation in its short form, whichever register its IRI is of: ``enclosure``, ``map``, ``items``."""
    for start in (OGC_RELATION, _IANA_RELATION, "[ogc-rel:", "ogc-rel:"):
        rel = rel.removeprefix(start)
    return rel.strip("[]").lower()


def link(found: Sequence[Link], *relations: str, types: Sequence[str] = _JSON_TYPES) -> Link | None:
    """The first link of the first relation that there is: one of the media types, else one that names none."""
    for rel in relations:
        fitting = [each for each in found if each.rel == rel]
        for kind in types:
            for each in fitting:
                if each.type.partition(";")[0].strip() == kind:
                    return each
        for each in fitting:
            if not each.type:
                return each
    return None


def description_link(found: Sequence[Link]) -> Link | None:
    """The API's description in OpenAPI, as JSON."""
    fitting = [each for each in found if each.rel == "service-desc"]
    return next((each for each in fitting if "json" in each.type or not each.type), None)


def is_landing(found: Mapping[str, Any]) -> bool:
    """Whether a document is an API's landing page: it links to its parts and is none of them."""
    if "collections" in found or found.get("type") in ("FeatureCollection", "Feature", "Collection"):
        return False
    return any(
        each.rel in ("data", "conformance", "service-desc", "collections") for each in links(found, "http://x.invalid/")
    )


def collections_in(found: Mapping[str, Any]) -> list[Any] | None:
    """The entries of a document of collections, or the one that a document is; None for any other document."""
    entries = found.get("collections")
    if isinstance(entries, list):
        return entries
    single = word(found.get("id")) and "links" in found and found.get("type") not in ("Feature", "FeatureCollection")
    return [found] if single and found.keys() & {"extent", "itemType", "crs", "data_queries", "title"} else None


def records_in(found: Mapping[str, Any]) -> list[Any] | None:
    """The records of a page of items, or the one that a document is; None for any other document."""
    entries = found.get("features")
    if isinstance(entries, list):
        return entries
    return [found] if found.get("type") == "Feature" and isinstance(found.get("properties"), dict) else None


def holds_records(collection: Mapping[str, Any]) -> bool:
    """Whether the items of a collection are records of a catalogue (OGC API Records, 8.2: ``itemType`` record)."""
    kinds = collection.get("itemType")
    said = kinds if isinstance(kinds, list) else [kinds]
    return (
        any(word(each).lower() in ("record", "records") for each in said) or word(collection.get("type")) == "Catalog"
    )


def is_wanted(collection: Mapping[str, Any], patterns: Sequence[str]) -> bool:
    """Whether a collection is among those asked for by names or patterns with ``*``; none means all."""
    name = word(collection.get("id"))
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def total(found: Mapping[str, Any]) -> int | None:
    """How many items a page says there are in all; None if it does not."""
    stated = found.get("numberMatched")
    return stated if isinstance(stated, int) and not isinstance(stated, bool) and stated >= 0 else None


def collection_id(name: str) -> str:
    """The native id of a collection: a record of a catalogue beside it may have the same name."""
    return f"collections/{name}"


def nested(entry: Any, *path: str) -> Iterator[Any]:
    """What stands at the end of a path of keys, if it is there."""
    for key in path:
        entry = entry.get(key) if isinstance(entry, dict) else None
    if entry is not None:
        yield entry
