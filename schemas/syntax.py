"""RDF documents in any syntax, told by their content, into statements: bounded, and without opening an address."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.parsers import expat

import orjson
import pyoxigraph
from pyoxigraph import RdfFormat

from schemas.contexts import ForeignContext, inline
from schemas.rdf import Triples

# The address that relative IRIs are resolved against where a document has none of its own.
NO_BASE = "urn:allmende:document"

FORMATS: dict[str, RdfFormat] = {
    "ttl": RdfFormat.TURTLE,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
}
MEDIA_TYPES: dict[str, str] = {
    "text/turtle": "ttl",
    "application/x-turtle": "ttl",
    "text/n3": "ttl",
    "application/rdf+xml": "rdf",
    "application/ld+json": "jsonld",
    "application/n-triples": "nt",
}


class Unreadable(ValueError):
    """Raised when bytes are no document of the expected kind; says what they seem to be, and where reading stopped."""

    def __init__(self, de: str, en: str) -> None:
        super().__init__(en)
        self.de = de
        self.en = en


class Document(NamedTuple):
    """A parsed document: its syntax as a suffix (``ttl rdf jsonld nt``), its statements, whether its bytes had to be decoded anew."""

    syntax: str
    triples: Triples
    repaired_lines: int


_TURTLE = re.compile(r"^\s*(@prefix|@base|PREFIX\s|BASE\s|<[^>]*>\s|\[|_:|\w*:\w)", re.I | re.M)
_NTRIPLES_LINE = re.compile(r"^(<[^>]*>|_:\S+)\s+<[^>]*>\s+.*\.\s*(#.*)?$")


def sniff(text: str) -> str | None:
    """The RDF syntax of a text by its content: ``ttl rdf jsonld nt``, or None for HTML, plain JSON and the rest."""
    head = text[:4096].lstrip("\ufeff \t\r\n")
    if not head:
        return None
    if head[0] in "{[" and head[:2] not in ("[]", "[ ") and not re.match(r"\[\s*(a|<|\w*:)", head):
        return "jsonld" if re.search(r'"@(context|graph|id|type)"', text[:200_000]) else None
    if head.startswith("<?xml") or re.match(r"<!--|<\w+:\w+[\s>]|<(rdf:)?RDF[\s>]", head):
        return "rdf" if "http://www.w3.org/1999/02/22-rdf-syntax-ns#" in text[:20_000] else None
    if re.match(r"<(!doctype|html|head|body)\b", head, re.I):
        return None
    lines = [line for line in head.splitlines()[:-1] or head.splitlines() if line.strip() and not line.startswith("#")]
    if lines and all(_NTRIPLES_LINE.match(line) for line in lines[:20]):
        return "nt"
    return "ttl" if _TURTLE.search(head) else None


def refuse_doctype(data: bytes, what: str = "XML") -> None:
    """Raises Unreadable for XML with a DOCTYPE, before any other parser sees it (F39).

    The check is a pass of expat that stops at the root element, so it decodes as parsers do.
    """
    parser = expat.ParserCreate()
    found: list[str] = []

    class _Stop(Exception):
        pass

    def doctype(*_: object) -> None:
        found.append("doctype")
        raise _Stop

    def element(*_: object) -> None:
        raise _Stop

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(data, True)
    except _Stop:
        pass
    except expat.ExpatError as error:
        raise Unreadable(
            f"kein wohlgeformtes {what}: {expat.ErrorString(error.code)} in Zeile {error.lineno}, Spalte {error.offset}",
            f"no well-formed {what}: {expat.ErrorString(error.code)} in line {error.lineno}, column {error.offset}",
        ) from error
    if found:
        raise Unreadable(
            f"{what} mit DOCTYPE wird nicht gelesen (Schutz vor Entity-Angriffen)",
            f"{what} with a DOCTYPE is not read (protection against entity attacks)",
        )


_XML_ENCODING = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")


def decode(data: bytes) -> tuple[str, int]:
    """The text of a document and the number of lines that were not in the encoding it states (F20).

    UTF-8 and UTF-16 by their marks, XML by its declaration, else strict UTF-8, else each line that is none as cp1252.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16"), 0
        except UnicodeDecodeError:
            data = data[2:]
    data = data.removeprefix(b"\xef\xbb\xbf")
    if match := _XML_ENCODING.match(data):
        name = match.group(1).decode("ascii")
        if name.lower() not in ("utf-8", "utf8"):
            try:
                return data.decode(name), 0
            except (LookupError, UnicodeDecodeError):
                pass
    try:
        return data.decode("utf-8"), 0
    except UnicodeDecodeError:
        pass
    lines, repaired = [], 0
    for line in data.splitlines(keepends=True):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", "replace").replace("\ufffd", " "))
            repaired += 1
    return "".join(lines), repaired


def load(data: bytes, base: str = NO_BASE) -> Document:
    """The statements of an RDF document, its syntax told by its content.

    Takes bytes as fetched and the address that relative IRIs are resolved against. Nothing is fetched: remote JSON-LD
    contexts are refused but for those that the program brings (F41). Raises Unreadable with line and column (F01, F21).
    """
    text, repaired = decode(data)
    if not text.strip("\ufeff \t\r\n\0"):
        raise Unreadable("die Antwort ist leer", "the answer is empty")
    syntax = sniff(text)
    if syntax is None:
        raise Unreadable(
            f"kein RDF-Dokument; es beginnt mit: {excerpt(text)}", f"no RDF document; it begins with: {excerpt(text)}"
        )
    if syntax == "rdf":
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.lstrip("\ufeff"))
        refuse_doctype(text.encode("utf-8", "surrogatepass"), "RDF/XML")
    elif syntax == "jsonld":
        text = _with_contexts(text)
    return Document(syntax, parse(text, syntax, base), repaired)


def parse(text: str | bytes, syntax: str, base: str | None = None) -> Triples:
    """The statements of a text in a known syntax. Raises Unreadable."""
    try:
        return Triples.from_quads(pyoxigraph.parse(text, format=FORMATS[syntax], base_iri=base, lenient=True))
    except SyntaxError as error:
        where_de = f" in Zeile {error.lineno}, Spalte {error.offset}" if error.lineno else ""
        where_en = f" in line {error.lineno}, column {error.offset}" if error.lineno else ""
        raise Unreadable(
            f"nicht lesbar als {syntax}{where_de}: {error.msg}", f"not readable as {syntax}{where_en}: {error.msg}"
        ) from error


def _with_contexts(text: str) -> str:
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            f"kein gültiges JSON in Zeile {error.lineno}, Spalte {error.colno}: {error.msg}",
            f"no valid JSON in line {error.lineno}, column {error.colno}: {error.msg}",
        ) from error
    try:
        return orjson.dumps(inline(document)).decode()
    except ForeignContext as error:
        raise Unreadable(
            f"der JSON-LD-Kontext {error} liegt auf einem fremden Server und wird nicht geladen",
            f"the JSON-LD context {error} lies on a foreign server and is not loaded",
        ) from error


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a text on one line, without control characters, for messages."""
    return re.sub(r"[\x00-\x1f\x7f\s]+", " ", text[: length * 2]).strip()[:length]
