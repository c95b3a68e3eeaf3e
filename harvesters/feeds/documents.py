"""A feed document cut into its head and its entries, each part under one name whatever the format calls it.

RSS 0.9x and 2.0, RSS 1.0, Atom (RFC 4287) with the modules in use: Dublin Core, content, GeoRSS, Media RSS, syndication,
Creative Commons, INSPIRE's download services, feed history (RFC 5005), deleted entries (RFC 6721), OpenSearch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from typing import NamedTuple
from urllib.parse import urljoin

import orjson
from lxml import etree

from harvesters.feeds.elements import ATOM, IGNORED, INSPIRE, NAMES, PEOPLE, RDF, RSS, XML, canonical_space
from harvesters.feeds.shapes import gml
from harvesters.markup import html_tree
from schemas.iris import digest
from schemas.kinds import language_tag
from schemas.syntax import Unreadable
from schemas.xml_tree import load_xml, local_name, namespace, text_of

_MOST_ITEMS = 50_000
_DECLARATION = re.compile(r' xmlns(?::[\w.-]+)?="[^"]*"')
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")


class Field(NamedTuple):
    """One value: its plain name, the element it stood in, the text, its language, and a second part (a category's term)."""

    name: str
    field: str
    text: str
    lang: str = ""
    more: str = ""


class Link(NamedTuple):
    """A link with what is said about it; ``length`` in bytes."""

    href: str
    rel: str
    type: str = ""
    title: str = ""
    length: str = ""
    hreflang: str = ""
    field: str = "link"


class Person(NamedTuple):
    """Somebody with a role, as the feed names them."""

    role: str
    name: str
    email: str
    uri: str
    field: str


class Item(NamedTuple):
    """An entry, or the head of a feed."""

    fields: tuple[Field, ...]
    links: tuple[Link, ...]
    people: tuple[Person, ...]
    lang: str = ""

    def text(self, *names: str) -> str:
        """The first text of one of the names, the first of them before the others."""
        return next((field.text for name in names for field in self.fields if field.name == name), "")

    def texts(self, *names: str) -> list[str]:
        """All texts of the names."""
        return [field.text for field in self.fields if field.name in names]

    def link(self, *rels: str) -> str:
        """The address of the first link of a relation."""
        return next((link.href for rel in rels for link in self.links if link.rel == rel), "")

    @property
    def identity(self) -> tuple[str, bool]:
        """What the entry is known by, and whether that had to be derived from address and title (F10)."""
        known = self.text("id")
        if known:
            return known, False
        address, title = self.link("alternate", "enclosure", "self"), self.text("title")
        if not (address or title):
            return "", False
        return digest(f"{address}\x1f{title}".encode("utf-8", "ignore")), True

    def fingerprint(self) -> bytes:
        """Bytes that change when something in it changes."""
        return orjson.dumps(self, default=str)


class FeedDocument(NamedTuple):
    """A feed: its format (``atom`` or ``rss``), head, entries, where it goes on, whether it says that it is all there is."""

    kind: str
    head: Item
    items: tuple[Item, ...]
    following: str
    archive: str
    complete: bool
    inspire: bool
    deleted: tuple[str, ...]
    total: int | None
    repaired_lines: int


def load_feed(body: bytes, url: str) -> FeedDocument:
    """A document as a feed. Raises Unreadable for anything else (F01, F03, F21, F39)."""
    root, repaired = load_xml(body, "RSS/Atom")
    name, space = local_name(root), canonical_space(namespace(root))
    if name == "feed" and space == ATOM:
        kind, head, entries = "atom", root, [each for each in root if local_name(each) == "entry"]
    elif name == "rss" and (channel := next((e for e in root if local_name(e) == "channel"), None)) is not None:
        kind, head, entries = "rss", channel, [each for each in channel if local_name(each) == "item"]
    elif name == "RDF" and (channel := next((e for e in root if _is_rss(e, "channel")), None)) is not None:
        kind, head, entries = "rss", channel, [each for each in root if _is_rss(each, "item")]
    else:
        shown = f"{name}: {text_of(root)[:200]}"
        raise Unreadable(f"XML, aber weder RSS noch Atom ({shown})", f"XML, but neither RSS nor Atom ({shown})")
    top = _item(head, url, "")
    items = tuple(_item(entry, _base(head, url), top.lang) for entry in entries[:_MOST_ITEMS])
    total = top.text("total")
    return FeedDocument(
        kind=kind,
        head=top,
        items=items,
        following=top.link("next"),
        archive=top.link("prev-archive"),
        complete=any(field.name == "complete" for field in top.fields),
        inspire=any(field.name == "code" for item in items for field in item.fields) or INSPIRE in root.nsmap.values(),
        deleted=tuple(each.get("ref") or "" for each in head if local_name(each) == "deleted-entry"),
        total=int(total) if total.isascii() and total.isdigit() and len(total) < 10 else None,
        repaired_lines=repaired,
    )


def _is_rss(element: etree._Element, name: str) -> bool:
    return local_name(element) == name and canonical_space(namespace(element)) == RSS


def _item(element: etree._Element, url: str, lang: str) -> Item:
    base = _base(element, url)
    lang = _tag(element.get(f"{{{XML}}}lang") or "") or lang
    fields: list[Field] = []
    links: list[Link] = []
    people: list[Person] = []
    if about := element.get(f"{{{RDF}}}about"):
        fields.append(Field("id", "rdf:about", about.strip()))
    for child in _parts(element):
        space, name = canonical_space(namespace(child)), local_name(child)
        known = NAMES.get((space, name))
        if known == IGNORED or not name:
            continue
        field = f"{child.prefix}:{name}" if child.prefix else name
        if known == "link":
            links.extend(_link(child, _base(child, base), field, space))
        elif (space, name) in PEOPLE:
            people.append(_person(child, PEOPLE[space, name], field))
        else:
            fields.extend(_fields(child, known or f"other:{field}", field, lang))
            if known == "content" and (source := child.get("src")):
                links.append(Link(_join(base, source), "enclosure", child.get("type") or "", field=field))
    if not lang:
        lang = next((tag for field in fields if field.name == "language" and (tag := _tag(field.text))), "")
        fields = [field if field.lang else field._replace(lang=lang) for field in fields]
    return Item(tuple(fields), tuple(link for link in links if link.href), tuple(people), lang)


def _parts(element: etree._Element) -> Iterator[etree._Element]:
    """The children, those of a group of media among them; entries are no part of the head."""
    for child in element:
        name = local_name(child)
        if name == "group":
            yield from child
        elif name not in ("entry", "item", "deleted-entry"):
            yield child


def _fields(element: etree._Element, name: str, field: str, lang: str) -> Iterator[Field]:
    lang = _tag(element.get(f"{{{XML}}}lang") or "") or lang
    if name == "category":
        term = (element.get("term") or "").strip()
        text = (element.get("label") or "").strip() or term or text_of(element)
        if text:
            yield Field(name, field, text, lang, term)
    elif name == "where":
        if found := gml(element):
            yield Field(found[0], field, found[1])
    elif name == "complete":
        yield Field(name, field, "true")
    elif element.get("type") == "xhtml":
        inner = next((each for each in element if local_name(each)), None)
        text = _markup(inner) if inner is not None else ""
        if text := _plain(text) if name == "title" else text:
            yield Field(name, field, text, lang)
    elif text := (element.get(f"{{{RDF}}}resource") or text_of(element)):
        yield Field(name, field, _plain(text) if name == "title" else text, lang)


def _markup(div: etree._Element) -> str:
    """What is inside the div of a text in XHTML (RFC 4287 section 3.1.1.3), without declarations of namespaces."""
    inner = [str(etree.tostring(each, encoding="unicode")) for each in div]
    return _DECLARATION.sub("", "".join([escape(str(div.text or "")), *inner])).strip()


def _plain(text: str) -> str:
    """A title without markup, which RSS and ``type="html"`` may hold."""
    if _TAG.search(text):
        text = html_tree(text).text(deep=True)
    return " ".join(unescape(text).split())


def _link(element: etree._Element, base: str, field: str, space: str) -> Iterator[Link]:
    attributes = {name: (element.get(name) or "").strip() for name in ("href", "rel", "type", "title", "length")}
    if space == ATOM:
        yield Link(
            _join(base, attributes["href"]),
            _relation(attributes["rel"]),
            attributes["type"],
            attributes["title"],
            attributes["length"],
            (element.get("hreflang") or "").strip(),
            field,
        )
    elif address := (element.get("url") or "").strip():
        length = attributes["length"] or (element.get("fileSize") or "").strip()
        yield Link(_join(base, address), "enclosure", attributes["type"], attributes["title"], length, "", field)
    else:
        yield Link(_join(base, text_of(element)), "alternate", field=field)


def _relation(rel: str) -> str:
    """The relation by its short name; a missing one is ``alternate`` (RFC 4287 section 4.2.7.2)."""
    return rel.removeprefix("http://www.iana.org/assignments/relation/").lower() or "alternate"


def _person(element: etree._Element, role: str, field: str) -> Person:
    parts = {local_name(each): text_of(each) for each in element}
    if parts:
        return Person(role, parts.get("name", ""), parts.get("email", ""), parts.get("uri", ""), field)
    # RSS 2.0: "mail@example.org (Name)".
    text = text_of(element)
    address, bracket, name = text.partition("(")
    if "@" in address and not address.strip().count(" "):
        return Person(role, name.rstrip(") ") if bracket else "", address.strip(), "", field)
    return Person(role, text, "", "", field)


def _tag(stated: str) -> str:
    """A language tag without its region; empty if it is none."""
    return (language_tag(stated) or "").partition("-")[0]


def _base(element: etree._Element, url: str) -> str:
    stated = element.get(f"{{{XML}}}base")
    return _join(url, stated) if stated else url


def _join(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip()) if address.strip() else ""
    except ValueError:
        return ""
