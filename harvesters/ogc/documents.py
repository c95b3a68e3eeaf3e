"""The bytes of an answer in XML as an element tree, or the reason why not: what every OGC service in XML goes through."""

from __future__ import annotations

from contextlib import suppress
from typing import NamedTuple
from xml.parsers import expat

from harvesters.ogc.elements import Element, local, text
from schemas.syntax import Unreadable, excerpt
from schemas.xml_tree import load_xml

_MARKS = (b"\xff\xfe", b"\xfe\xff")
# The DTDs of WMS 1.0 to 1.1.1 and of its exceptions declare elements only; a longer one is something else.
_LONGEST_DOCTYPE = 16 * 1024
# Layers within layers; real services have three or four.
_DEEPEST = 250
_EXCEPTIONS = ("ExceptionReport", "ServiceExceptionReport")


class Opened(NamedTuple):
    """A document's root, and how many lines were not in the encoding that it states."""

    root: Element
    repaired_lines: int


def open_xml(body: bytes) -> Opened:
    """The root of an XML document.

    A document type without entities, as WMS 1.1.1 must carry it, is blanked out before any parser of trees sees the
    document; any other is refused. Raises Unreadable (F01, F03, F21, F39, F40).
    """
    repaired = 0
    if body[:2] in _MARKS and body[2:].lstrip()[:5] == b"<?xml":
        # A mark of UTF-16 before text of one byte a sign.
        body, repaired = body[2:], 1
    tree = load_xml(body, depth=_DEEPEST, before=without_doctype)
    return Opened(tree.root, tree.repaired_lines + repaired)


def without_doctype(data: bytes) -> bytes:
    """The document with blanks in the place of its DOCTYPE, if that declares elements and attributes only.

    Takes UTF-8. Expat reads up to the root element and no further: an entity or notation, internal or external, ends the
    pass before anything of it is expanded, and so does a document type longer than any of the standards'. Line ends stay, so
    that messages name the right place. Raises Unreadable.
    """
    begin = end = -1

    class _Stop(Exception):
        pass

    def start_doctype(*_: object) -> None:
        nonlocal begin
        # Expat says where it stands: at the declaration's begin or, with an internal subset, at its bracket. A "<!DOCTYPE" in
        # a literal before it leaves a document that the check for document types refuses.
        begin = data.rfind(b"<!DOCTYPE", 0, parser.CurrentByteIndex + len(b"<!DOCTYPE"))

    def end_doctype() -> None:
        nonlocal end
        end = parser.CurrentByteIndex

    def declared(*_: object) -> None:
        raise Unreadable(
            "XML mit eigenen Entities im DOCTYPE wird nicht gelesen (Schutz vor Entity-Angriffen)",
            "XML with entities of its own in the DOCTYPE is not read (protection against entity attacks)",
        )

    def element(*_: object) -> None:
        raise _Stop

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = start_doctype
    parser.EndDoctypeDeclHandler = end_doctype
    parser.EntityDeclHandler = declared
    parser.UnparsedEntityDeclHandler = declared
    parser.NotationDeclHandler = declared
    parser.StartElementHandler = element
    # What is not well-formed is told by the check that follows.
    with suppress(_Stop, expat.ExpatError):
        parser.Parse(data, True)
    if begin < 0:
        return data
    close = data.find(b">", end) if end > begin else -1
    if close < 0 or close - begin > _LONGEST_DOCTYPE:
        raise Unreadable("der DOCTYPE ist unvollständig oder zu lang", "the DOCTYPE is incomplete or too long")
    blank = b"\n" * data.count(b"\n", begin, close + 1)
    return data[:begin] + blank + data[close + 1 :]


def refusal(root: Element) -> str | None:
    """The texts of an exception report with their codes (F02); None for any other document."""
    if local(root) not in _EXCEPTIONS:
        return None
    said = []
    for each in root.iter():
        if local(each) not in ("Exception", "ServiceException"):
            continue
        code = str(each.get("exceptionCode") or each.get("code") or "").strip()
        words = text(each) or " ".join(text(inner) for inner in each if local(inner) == "ExceptionText")
        said.append(": ".join(part for part in (code, words.strip()) if part))
    return excerpt("; ".join(part for part in said if part), 300) or local(root)
