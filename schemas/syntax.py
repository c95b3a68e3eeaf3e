"""RDF documents in any syntax, told by their content, into statements: bounded, and without opening an address."""

from __future__ import annotations

import re
from typing import NamedTuple
from xml.parsers import expat

import orjson
import pyoxigraph
from pyoxigraph import RdfFormat

from schemas.contexts import ForeignContext, TooDeep, inline, resolve
from schemas.kinds import writable
from schemas.triples import Triples

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
_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"

# Elements within elements; the parser's time grows with the square of this (measured: 1,000 take 10 ms, 100,000 165 s).
MAX_XML_DEPTH = 2_000
_WINDOW = 16 * 1024


class Unreadable(ValueError):
    """Raised when bytes are no document of the expected kind; says what they seem to be, and where reading stopped."""

    def __init__(self, de: str, en: str) -> None:
        super().__init__(en)
        self.de = de
        self.en = en


class Document(NamedTuple):
    """A parsed document: its syntax as a suffix (``ttl rdf jsonld nt``), its statements, how many lines were recoded."""

    syntax: str
    triples: Triples
    repaired_lines: int


_TURTLE = re.compile(r"^[^\S\n]*(@prefix|@base|PREFIX\s|BASE\s|<[^>]*>\s|\[|_:|\w*:\w)", re.I | re.M)
_NTRIPLES_LINE = re.compile(
    r"(?:<[A-Za-z][^>:]*:[^>]*>|_:\S+)\s+<[A-Za-z][^>:]*:[^>]*>\s+"
    r"(?:<[A-Za-z][^>:]*:[^>]*>|_:\S+|\"(?:[^\"\\]|\\.)*\"(?:@[\w-]+|\^\^<[^>]*>)?)\s*\.\s*(?:#.*)?"
)
_XML_START = re.compile(r"<\?xml|<!--|<!DOCTYPE\s+(?!html)|<\w+:\w+[\s>]|<(rdf:)?RDF[\s>]", re.I)


def sniff(text: str) -> str | None:
    """The RDF syntax of a text by its content: ``ttl rdf jsonld nt``, or None for HTML, plain JSON and the rest."""
    head = text[:4096].lstrip("\ufeff \t\r\n")
    if not head:
        return None
    if head[0] in "{[" and head[:2] not in ("[]", "[ ") and not re.match(r"\[\s*(a|<|\w*:)", head):
        return "jsonld" if re.search(r'"@(context|graph|id|type)"', text[:200_000]) else None
    if _XML_START.match(head):
        return "rdf" if _RDF in text[:20_000] else None
    if re.match(r"<(!doctype|html|head|body)\b", head, re.I):
        return None
    lines = [line for line in head.split("\n") if line.strip() and not line.startswith("#")]
    if len(text) > 4096 and len(lines) > 1:
        lines.pop()
    if lines and all(_NTRIPLES_LINE.fullmatch(line.strip()) for line in lines[:20]):
        return "nt"
    return "ttl" if _TURTLE.search(head) else None


def refuse_doctype(data: bytes, what: str = "XML") -> None:
    """Raises Unreadable for XML with a DOCTYPE, before any other parser sees it (F39).

    The check is a pass of expat that stops at the root element, so it decodes as parsers do.
    """
    found: list[str] = []

    class _Stop(Exception):
        pass

    def doctype(*_: object) -> None:
        found.append("doctype")
        raise _Stop

    def element(*_: object) -> None:
        raise _Stop

    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        parser.Parse(data, True)
    except _Stop:
        pass
    except expat.ExpatError as error:
        raise _not_well_formed(error, what) from error
    if found:
        raise Unreadable(
            f"{what} mit DOCTYPE wird nicht gelesen (Schutz vor Entity-Angriffen)",
            f"{what} with a DOCTYPE is not read (protection against entity attacks)",
        )


def check_elements(data: bytes, what: str = "XML", limit: int = MAX_XML_DEPTH) -> None:
    """Raises Unreadable for XML that is nested deeper than ``limit`` (F40) or ends before its elements do (F21).

    Takes UTF-8 without a DOCTYPE. Counting signs bounds the depth from above and is all that an ordinary document needs;
    only where the bound is too high or the count does not come out even, expat tells.
    """
    # A ">" that ends no tag, in a text or comment, may feign the end of an empty element.
    surplus = data.count(b">") - data.count(b"<") + 2 * data.count(b"<!")
    depth = 0
    for start in range(0, len(data), _WINDOW):
        window = data[start : start + _WINDOW + 1]
        ends = window.count(b"</")
        starts = window.count(b"<", 0, _WINDOW) - ends
        if depth + starts + surplus > limit:
            break
        depth += starts - ends - window.count(b"/>")
    else:
        if depth == 0 and surplus == 0:
            return
    level = 0

    def start_element(*_: object) -> None:
        nonlocal level
        level += 1
        if level > limit:
            raise Unreadable(
                f"{what} ist tiefer als {limit} Ebenen verschachtelt und wird nicht gelesen",
                f"{what} is nested deeper than {limit} levels and is not read",
            )

    def end_element(*_: object) -> None:
        nonlocal level
        level -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler = start_element
    parser.EndElementHandler = end_element
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise _not_well_formed(error, what) from error


def _not_well_formed(error: expat.ExpatError, what: str) -> Unreadable:
    reason, line, column = expat.ErrorString(error.code), error.lineno, error.offset
    return Unreadable(
        f"kein wohlgeformtes {what}: {reason} in Zeile {line}, Spalte {column}",
        f"no well-formed {what}: {reason} in line {line}, column {column}",
    )


_XML_DECLARATION = re.compile(rb"^\s*<\?xml[^>]*?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]*\?>")
# What an umlaut or ß of UTF-8 looks like where somebody read it as Latin-1 or Windows-1252 and wrote it again.
_MOJIBAKE = re.compile("Ã[\x80-\xbf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def decode(data: bytes) -> tuple[str, int]:
    """The text of a document and the number of lines that were not in the encoding it states (F20).

    UTF-8 and UTF-16 by their marks; strict UTF-8, even where XML declares Latin-1, which accepts any byte; XML by its
    declaration; else each line that is no UTF-8 as cp1252. Umlauts that were encoded twice are put right.
    """
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16"), 0
        except UnicodeDecodeError:
            data = data[2:]
    data = data.removeprefix(b"\xef\xbb\xbf")
    match = _XML_DECLARATION.match(data)
    declared = match.group(1).decode("ascii").lower() if match else "utf-8"
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        if declared not in ("utf-8", "utf8"):
            try:
                return data.decode(declared), 0
            except (LookupError, UnicodeDecodeError):
                pass
        return _decode_lines(data)
    if declared.startswith("utf-16") and "\0" in text:
        return data.decode(declared, "replace"), 0
    recoded = 0
    if declared not in ("utf-8", "utf8", "us-ascii") and not text.isascii():
        recoded = sum(not line.isascii() for line in text.split("\n"))
    if "Ã" in text and _MOJIBAKE.search(text):
        text, twice = _decoded_twice(text)
        recoded += twice
    return text, recoded


def _decode_lines(data: bytes) -> tuple[str, int]:
    lines, recoded = [], 0
    for line in data.split(b"\n"):
        try:
            lines.append(line.decode("utf-8"))
        except UnicodeDecodeError:
            lines.append(line.decode("cp1252", "replace").replace("\ufffd", " "))
            recoded += 1
    return "\n".join(lines), recoded


def _decoded_twice(text: str) -> tuple[str, int]:
    lines = text.split("\n")
    recoded = 0
    for number, line in enumerate(lines):
        if not _MOJIBAKE.search(line):
            continue
        for encoding in ("cp1252", "latin-1"):
            try:
                lines[number] = line.encode(encoding).decode("utf-8")
            except UnicodeError:
                continue
            recoded += 1
            break
    return "\n".join(lines), recoded


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
        text = _XML_HEAD.sub("", text.lstrip("\ufeff"), count=1)
        encoded = text.encode("utf-8", "surrogatepass")
        refuse_doctype(encoded, "RDF/XML")
        check_elements(encoded, "RDF/XML")
        triples = parse(encoded, syntax, base)
        if any(" " in found for found in triples.repaired.values()) and (padded := _PADDED.subn(r"\1\2\3\2", text))[1]:
            # Blanks before an IRI make a parser take it for a relative one.
            triples = parse(padded[0], syntax, base)
        return Document(syntax, triples, repaired)
    if syntax == "jsonld":
        return Document(syntax, parse(_with_contexts(text.lstrip("\ufeff")), syntax, base), repaired)
    encoded = text.encode("utf-8", "surrogatepass")
    if syntax == "nt":
        try:
            return Document(syntax, parse(encoded, syntax, base), repaired)
        except Unreadable:
            syntax = "ttl"  # of which N-Triples are a part; whoever begins so may go on otherwise
    return Document(syntax, parse(encoded, syntax, base), repaired)


_XML_HEAD = re.compile(r"^\s*<\?xml[^>]*\?>")
_PADDED = re.compile(r"""\b((?:resource|about|datatype)=)(["'])\s+([^"'<>]*)\2""")


def parse(text: str | bytes, syntax: str, base: str | None = None) -> Triples:
    """The statements of a text in a known syntax. Raises Unreadable."""
    base = base and writable(base)
    try:
        return Triples.from_quads(pyoxigraph.parse(text, format=FORMATS[syntax], base_iri=base, lenient=True))
    except SyntaxError as error:
        where_de = f" in Zeile {error.lineno}, Spalte {error.offset}" if error.lineno else ""
        where_en = f" in line {error.lineno}, column {error.offset}" if error.lineno else ""
        raise Unreadable(
            f"nicht lesbar als {syntax}{where_de}: {error.msg}", f"not readable as {syntax}{where_en}: {error.msg}"
        ) from error
    except ValueError as error:
        raise Unreadable(f"nicht lesbar als {syntax}: {error}", f"not readable as {syntax}: {error}") from error


def _with_contexts(text: str) -> bytes:
    """The JSON-LD document as it was, unless it names a context by an address: then with that context in it."""
    try:
        document = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise Unreadable(
            f"kein gültiges JSON in Zeile {error.lineno}, Spalte {error.colno}: {error.msg}",
            f"no valid JSON in line {error.lineno}, column {error.colno}: {error.msg}",
        ) from error
    if "@context" not in text:
        return text.encode()
    try:
        filled: object
        if isinstance(document, dict) and "@context" in document and text.count('"@context"') == 1:
            context = resolve(document["@context"])
            filled = document if context is document["@context"] else {**document, "@context": context}
        else:
            filled = inline(document)
        return text.encode() if filled is document else orjson.dumps(filled)
    except ForeignContext as error:
        raise Unreadable(
            f"der JSON-LD-Kontext {error} liegt auf einem fremden Server und wird nicht geladen",
            f"the JSON-LD context {error} lies on a foreign server and is not loaded",
        ) from error
    except (TooDeep, orjson.JSONEncodeError) as error:
        reason = f"({error})"
        raise Unreadable(
            f"das JSON ist zu tief verschachtelt {reason}", f"the JSON is nested too deeply {reason}"
        ) from error


def excerpt(text: str, length: int = 200) -> str:
    """The beginning of a text on one line, without control characters, for messages."""
    return re.sub(r"[\x00-\x1f\x7f\s]+", " ", text[: length * 2]).strip()[:length]
