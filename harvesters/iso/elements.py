"""The elements of a metadata document: parsed safely, walked by their names, their texts with their languages.

ISO 19139 and ISO 19115-3 nest alike, property in class in property, under other namespaces and with few other names:
so properties are found by their local names alone, and classes are passed through.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from lxml import etree

from schemas.findings import declare
from schemas.kinds import Literal
from schemas.vocabularies import find_language
from schemas.vocabularies.codes import rows
from schemas.xml_tree import load_xml

RECODED = declare(
    "metadata-charset-repaired",
    "Das Dokument {0} ist nicht in der angegebenen Zeichenkodierung geschrieben; {1} Zeilen wurden umgesetzt.",
    "The document {0} is not written in the encoding that it states; {1} lines were recoded.",
    "Speichern Sie das Dokument an der Quelle als UTF-8.",
    "Save the document as UTF-8 at the source.",
    "faults F20",
)

Element = etree._Element
# Elements within elements of one answer; lxml itself stops at 256.
_DEEPEST = 250
_HREF = "{http://www.w3.org/1999/xlink}href"
_TITLE = "{http://www.w3.org/1999/xlink}title"
# Elements with a text in one further language each.
_LOCALISED = frozenset({"LocalisedCharacterString", "LocalisedURL"})
_GROUPS = frozenset({"PT_FreeText", "PT_FreeURL"})


def parse(body: bytes, what: str = "XML") -> tuple[Element, int]:
    """The root of a document, and how many of its lines had to be recoded.

    Raises Unreadable: empty, DOCTYPE (F39), too deep (F40), cut off (F21), no XML at all (F01).
    """
    tree = load_xml(body, what, _DEEPEST, elements_only=True)
    return tree.root, tree.repaired_lines


def canonical(element: Element) -> bytes:
    """An element as bytes that do not depend on what it stood in (exclusive XML canonicalisation)."""
    return etree.tostring(element, method="c14n", exclusive=True, with_comments=False)


@lru_cache(maxsize=4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


@lru_cache(maxsize=4096)
def _is_class(tag: str) -> bool:
    return _local(tag)[:1].isupper()


def name(element: Element) -> str:
    """The name without its namespace."""
    return _local(element.tag)


def namespace(element: Element) -> str:
    """The namespace; empty if there is none."""
    return element.tag[1:].partition("}")[0] if element.tag[0] == "{" else ""


def children(element: Element) -> Iterator[Element]:
    """The child elements without comments and instructions."""
    return element.iterchildren("*")


def properties(element: Element) -> Iterator[Element]:
    """The properties of an element: those of the classes in it (whose names begin with a capital), or its own."""
    for child in children(element):
        if _is_class(child.tag) and len(child):
            yield from children(child)
        else:
            yield child


def found(element: Element | None, *paths: str) -> list[Element]:
    """The properties at the paths (``citation/title``), of all paths in turn; empty where there is no element."""
    result: list[Element] = []
    if element is None:
        return result
    for path in paths:
        places = [element]
        for step in path.split("/"):
            places = _step(places, step)
            if not places:
                break
        result += places
    return result


def _step(places: list[Element], step: str) -> list[Element]:
    wanted = "{*}" + step
    result: list[Element] = []
    for place in places:
        for child in place.iterchildren("*"):
            if _is_class(child.tag) and len(child):
                result += child.iterchildren(wanted)
            elif name(child) == step:
                result.append(child)
    return result


def first(element: Element | None, *paths: str) -> Element | None:
    """The first property that :func:`found` finds, or None."""
    return next(iter(found(element, *paths)), None)


def text(element: Element | None) -> str:
    """What a property says in the document's own language: a string, an anchor's words, a number, a code, an address."""
    if element is None:
        return ""
    for child in children(element):
        if name(child) not in _GROUPS:
            said = _content(child)
            if said:
                return said
    if any(True for _ in children(element)):
        return ""
    return _squeezed(element.text or element.get("codeListValue") or "")


def _content(child: Element) -> str:
    own = _squeezed(child.text or "")
    if not len(child):
        return own or (child.get("codeListValue") or "").strip()
    if name(child) in ("RecordType", "Record", "TypeName", "MemberName", "ScopedName", "LocalName"):
        return _squeezed(" ".join(str(piece) for piece in child.itertext()))
    return own


def all_text(element: Element) -> str:
    """All words in an element, for what has no place in a record."""
    pieces = [_squeezed(str(piece)) for piece in element.itertext()]
    codes = [each.get("codeListValue") or "" for each in element.iter() if not (each.text or "").strip()]
    return "; ".join(dict.fromkeys(piece for piece in (*pieces, *codes) if piece))


def _squeezed(words: str) -> str:
    """Text without the indentation of the document; its paragraphs stay."""
    if "\n" not in words:
        return words.strip()
    return "\n".join(line.strip() for line in words.strip().splitlines())


def code(element: Element | None) -> str:
    """The code that a property holds: the value of the code list, else its text."""
    if element is None:
        return ""
    for child in children(element):
        value = (child.get("codeListValue") or "").strip()
        if value:
            return value
    return (element.get("codeListValue") or "").strip() or text(element)


def anchor(element: Element | None) -> str:
    """The address that an anchor, or a reference on the property itself, points to; empty if there is none."""
    if element is None:
        return ""
    for child in children(element):
        if name(child) == "Anchor" and child.get(_HREF):
            return str(child.get(_HREF)).strip()
    return ""


def reference(element: Element) -> tuple[str, str, str]:
    """The ``xlink:href``, ``uuidref`` and ``xlink:title`` of a property that refers to another record."""
    href, uuid, title = ((element.get(key) or "").strip() for key in (_HREF, "uuidref", _TITLE))
    return href, uuid, title


def localised(element: Element, locales: Mapping[str, str]) -> list[tuple[str, str]]:
    """The texts of a property in further languages (PT_FreeText): language tag and text, in the document's order."""
    result: list[tuple[str, str]] = []
    for child in children(element):
        if name(child) not in _GROUPS:
            continue
        for each in child.iter():
            if isinstance(each.tag, str) and name(each) in _LOCALISED and (said := _squeezed(each.text or "")):
                locale = (each.get("locale") or "").lstrip("#")
                result.append((locales.get(locale) or tag_of(locale.rpartition("-")[2]) or "", said))
    return result


def literals(element: Element, language: str, locales: Mapping[str, str]) -> list[Literal]:
    """A property's text with its language, and those in further languages; each language and text once."""
    own = text(element)
    result = {Literal(own, language): None} if own else {}
    for tag, said in localised(element, locales):
        # A language that the document does not declare is unknown; the text counts nevertheless.
        result.setdefault(Literal(said, tag or None))
    return list(result)


@lru_cache(maxsize=512)
def tag_of(language: str) -> str | None:
    """The language tag of a code, name or address of a language (``ger`` gives ``de``); None if it names none."""
    known = find_language(language.rpartition("#")[2] or language) if language.strip() else None
    if known is None:
        return None
    own = next((row["iso"] for row in rows("language") if row["code"] == known.code), "")
    short = [each for each in own.split() if len(each) == 2]
    return short[0] if short else known.code.lower()
