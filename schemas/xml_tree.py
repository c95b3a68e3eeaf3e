"""XML from outside as a tree: decoded, without a DOCTYPE, bounded in depth, and without opening an address."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from lxml import etree

from schemas.syntax import MAX_XML_DEPTH, Unreadable, check_elements, decode, excerpt, refuse_doctype

_HTML = re.compile(r"<(?:!doctype\s+html|html)\b", re.IGNORECASE)
_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")


class Tree(NamedTuple):
    """A parsed document and how many of its lines were not in the encoding that it states (F20)."""

    root: etree._Element
    repaired_lines: int


def plain_xml(
    data: bytes, what: str = "XML", depth: int = MAX_XML_DEPTH, before: Callable[[bytes], bytes] | None = None
) -> tuple[bytes, int]:
    """The document in UTF-8 without its XML declaration, safe for any parser, and how many lines were recoded.

    ``before`` may change the bytes before they are checked; what it gives passes the same checks.

    Raises Unreadable for what is empty, no XML, cut off (F21), nested too deeply (F40), or has a DOCTYPE (F39).
    """
    text, repaired = decode(data)
    text = _HEAD.sub("", text.lstrip("\ufeff"), count=1).strip("\ufeff \t\r\n\0")
    if not text:
        raise Unreadable("die Antwort ist leer", "the answer is empty")
    if not text.startswith("<") or _HTML.match(text):
        raise Unreadable(
            f"kein {what}; die Antwort beginnt mit: {excerpt(text)}",
            f"no {what}; the answer begins with: {excerpt(text)}",
        )
    encoded = text.encode("utf-8", "surrogatepass")
    if before is not None:
        encoded = before(encoded)
    refuse_doctype(encoded, what)
    check_elements(encoded, what, depth)
    return encoded, repaired


def load_xml(
    data: bytes,
    what: str = "XML",
    depth: int = MAX_XML_DEPTH,
    before: Callable[[bytes], bytes] | None = None,
    elements_only: bool = False,
) -> Tree:
    """The tree of a document; without comments and processing instructions if only the elements are wanted.

    Raises Unreadable with line and column (F01, F03, F21, F39, F40).
    """
    encoded, repaired = plain_xml(data, what, depth, before)
    # huge_tree lifts libxml2's own limit of depth; ours is checked before.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=elements_only,
        remove_pis=elements_only,
    )
    try:
        return Tree(etree.fromstring(encoded, parser), repaired)
    except etree.XMLSyntaxError as error:
        raise Unreadable(f"kein wohlgeformtes {what}: {error.msg}", f"no well-formed {what}: {error.msg}") from error


def local_name(element: etree._Element) -> str:
    """An element's name without its namespace; empty for comments and processing instructions."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    """An element's namespace; empty if it has none."""
    tag = element.tag
    return tag[1:].partition("}")[0] if isinstance(tag, str) and tag.startswith("{") else ""


def text_of(element: etree._Element | None) -> str:
    """All text inside an element without blanks around it; empty for None."""
    return "".join(str(piece) for piece in element.itertext(etree.Element, "*")).strip() if element is not None else ""


def written(element: etree._Element) -> bytes:
    """An element as a document of its own, in UTF-8, with the namespaces that it uses."""
    return bytes(etree.tostring(element, encoding="utf-8", with_tail=False))
