"""The forms in which the links of a collection or record say that it can be had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from harvesters.mapping.account import Account
from harvesters.mapping.field_rules import addresses, codes, dates, sizes, texts
from harvesters.mapping.native_values import word
from harvesters.ogc.api import Link
from harvesters.ogc.formats import file_type
from schemas.kinds import Literal
from schemas.model import Distribution, Resource, RightsStatement
from schemas.vocabularies import LISTS, find_file_type, find_language, find_media_type, media_type_of

# Links to the data as a whole, and to interfaces that give parts of them.
_DOWNLOADS = frozenset({"enclosure", "download", "archive"})
_PARTS = frozenset({"items", "coverage", "map", "tilesets-vector", "tilesets-map", "tilesets-coverage", "dggrs-list"})
# In a record "item" is what it describes; in a collection of EDR "data" is a query of it.
_DATA = frozenset({"item", "data", "dataset", "distribution"})
_SERVICES = frozenset({"service", "services"})
_PAGES = frozenset({"about", "describedby", "documentation", "via", "help", "related"})
_HUMAN = frozenset({"alternate", "canonical", "self", "landing-page"})
# Links within the API, which say nothing about the data.
_STRUCTURE = frozenset(
    {
        *(
            "self",
            "root",
            "parent",
            "collection",
            "queryables",
            "sortables",
            "schema",
            "schemas",
            "search",
            "data-meta",
        ),
        *(
            "alternate",
            "canonical",
            "next",
            "prev",
            "first",
            "last",
            "conformance",
            "service-desc",
            "service-doc",
            "up",
        ),
        *("queryables-query-parameters", "tiling-schemes", "styles", "license", "legend", "data-schema", "start"),
    }
)
_PROTOCOLS = (
    (("OGC:WMS", "WMS"), "WMS_SRVC"),
    (("OGC:WFS", "WFS"), "WFS_SRVC"),
    (("OGC:WCS", "WCS"), "WCS_SRVC"),
    (("OGC:WMTS", "WMTS"), "WMTS_SRVC"),
)
_languages = codes(find_language)


class Terms(NamedTuple):
    """Under what all distributions stand: licences, statements in words, how to name the giver."""

    license: tuple[str, ...] = ()
    rights: tuple[RightsStatement, ...] = ()
    attribution: tuple[Literal, ...] = ()


def enter_links(
    account: Account, found: Sequence[Link], terms: Terms, identity: str, kind: str, service: str | None
) -> None:
    """Enters distributions, pages and the landing page that the links of an entry state; others are left.

    ``service`` is the IRI of the API, through which the parts of a collection are had.
    """
    distributions: list[Resource] = []
    used: set[str] = set()
    for number, link in enumerate(found):
        place = f"links[{number}]"
        plain = link.type.partition(";")[0].strip()
        is_page = plain in ("text/html", "application/xhtml+xml")
        if link.rel in _PARTS and kind == "collection":
            if is_page:
                continue  # the same as a page for people: the collection's own is linked as well
            distributions += _once(used, _made(account, link, place, identity, terms, service=service))
        elif link.rel in _DOWNLOADS or (link.rel in _DATA and kind == "record"):
            # What a record describes may be reached on a page only; a file of data is a download.
            download = not is_page and not _service_type(link) and bool(plain or link.rel in _DOWNLOADS)
            distributions += _once(used, _made(account, link, place, identity, terms, download=download))
        elif link.rel in _SERVICES or (not link.rel and _service_type(link)):
            distributions += _once(used, _made(account, link, place, identity, terms))
        elif link.rel in _HUMAN and is_page:
            account.add("landing_page", addresses(account, place, link.href), place, "copy")
        elif link.rel in _PAGES:
            account.add("page", addresses(account, place, link.href), place, "copy")
        elif link.rel == "canonical" and plain and "json" not in plain and "xml" not in plain:
            distributions += _once(used, _made(account, link, place, identity, terms, download=True))
        elif link.rel not in _STRUCTURE:
            account.leave(place, link.href)
    if distributions:
        account.values["distribution"] = [*account.values.get("distribution", []), *distributions]
    if "landing_page" in account.values:
        account.values["landing_page"] = account.values["landing_page"][:1]


def _once(used: set[str], made: Iterable[Distribution]) -> Iterator[Distribution]:
    for each in made:
        if each.iri and each.iri not in used:
            used.add(each.iri)
            yield each


def _made(
    account: Account,
    link: Link,
    place: str,
    identity: str,
    terms: Terms,
    *,
    download: bool = False,
    service: str | None = None,
) -> Iterator[Distribution]:
    inner = account.within("distribution", Distribution)
    found = addresses(inner, f"{place}.href", link.href)
    if not found:
        return
    inner.add("access_url", found, f"{place}.href", "copy" if not download else "K39")
    if download:
        inner.add("download_url", found, f"{place}.href", "copy")
    said = link.said
    code = _service_type(link) or _file_type(link)
    if code and (listed := LISTS["file-type"].by_code(code)):
        inner.add("format", [listed.iri], f"{place}.type", "lookup")
    media = find_media_type(link.type) if link.type else None
    media = media or (media_type_of(code) if code and not code.endswith("_SRVC") else None)
    if media is not None:
        inner.add("media_type", [media.iri], f"{place}.type", "lookup")
    for name, attribute, take in (
        ("title", "title", texts),
        ("description", "description", texts),
        ("created", "issued", dates),
        ("updated", "modified", dates),
        ("length", "byte_size", sizes),
        ("hreflang", "language", _languages),
    ):
        value: Any = said.get(name)
        if value not in (None, "", [], {}):
            inner.attribute = attribute
            if values := take(inner, f"{place}.{name}", value):
                inner.add(attribute, values, f"{place}.{name}", "copy")
    inner.values |= {
        name: [*values]
        for name, values in (
            ("license", terms.license),
            ("rights", terms.rights),
            ("license_attribution", terms.attribution),
            ("access_service", (service,) if service else ()),
        )
        if values
    }
    iri = account.mint("distribution", f"{identity}/{link.rel if service else ''}{link.href}")
    yield Distribution(iri=iri, extra=tuple(inner.extra), **inner.tuples())


def _service_type(link: Link) -> str | None:
    """The kind of service that a link leads to, by the protocol it names, its title or its address."""
    protocol = word(link.said.get("protocol")).upper()
    title = f" {word(link.said.get('title'))} ".upper()
    address = link.href.upper()
    for signs, code in _PROTOCOLS:
        if any(sign in protocol for sign in signs) or f"SERVICE={signs[1]}&" in f"{address}&":
            # A request for data of a WFS or WCS is a file of data.
            return None if "REQUEST=GETFEATURE&" in f"{address}&" or "REQUEST=GETCOVERAGE&" in f"{address}&" else code
        if link.rel in _SERVICES and any(f"{mark}{signs[1]}{end}" in title for mark in " (" for end in " )"):
            return code
    return None


def _file_type(link: Link) -> str | None:
    plain = link.type.partition(";")[0].strip()
    if plain:
        found = find_file_type(plain) if plain != "application/json" else None
        code = found.code if found is not None else None
        return code or (file_type(link.type) if "gml" in plain else "JSON" if plain == "application/json" else None)
    path = link.href.partition("?")[0].rpartition("/")[2]
    ending = find_file_type(f".{path.rpartition('.')[2]}") if "." in path else None
    return ending.code if ending is not None else None
