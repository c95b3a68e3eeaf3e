"""Elements of an XML document by their local names: the versions of one OGC standard differ mostly in namespaces."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

Element = Any  # lxml's classes are private
_HREF = "{http://www.w3.org/1999/xlink}href"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"


def local(element: Element) -> str:
    """An element's name without its namespace; empty for a comment or processing instruction."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """The child elements that have one of the names; all of them where no name is given."""
    if element is not None:
        for child in element:
            name = local(child)
            if name and (not names or name in names):
                yield child


def child(element: Element | None, *path: str) -> Element | None:
    """The first element at the end of a path of names, or None."""
    for name in path:
        element = next(children(element, name), None)
    return element


def text(element: Element | None, *path: str) -> str:
    """The text of the first element at the end of a path, blanks and line ends brought to single blanks; or empty."""
    found = child(element, *path)
    return " ".join(found.text.split()) if found is not None and found.text else ""


def paragraphs(element: Element | None, *path: str) -> str:
    """The text of the first element at the end of a path with its line ends; or empty."""
    found = child(element, *path)
    if found is None or not found.text:
        return ""
    return "\n".join(line.strip() for line in found.text.strip().splitlines())


def tagged(element: Element) -> str | dict[str, str]:
    """An element's text, under its language where ``xml:lang`` states one."""
    said = paragraphs(element)
    language = str(element.get(_LANG) or "").strip()
    return {language: said} if language and said else said


def href(element: Element | None) -> str:
    """The address that an element links to: its ``xlink:href``, or empty."""
    return str(element.get(_HREF) or element.get("href") or "").strip() if element is not None else ""


def online(element: Element | None) -> str:
    """The address of an element's ``OnlineResource``: WMS links so, and by text where a server is old."""
    resource = child(element, "OnlineResource")
    return href(resource) or text(resource)


def shown(element: Element) -> str:
    """An element as it stands, for what has no place elsewhere."""
    written: str = etree.tostring(element, encoding="unicode", with_tail=False)
    return written if len(element) or element.attrib else text(element)
