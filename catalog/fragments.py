"""A record's N-Triples in the other syntaxes, ready to be joined into a feed, each parsed back before it is kept.

A Turtle fragment relies on the prefixes of :data:`schemas.namespaces.PREFIXES`, an RDF/XML fragment on the root
element of :data:`RDF_HEAD`; a JSON-LD fragment is a list of expanded nodes without its brackets.
"""

from __future__ import annotations

from collections import deque
from itertools import count
from typing import NamedTuple
from xml.parsers import expat

import orjson
import pyoxigraph
from pyoxigraph import RdfFormat

from schemas.namespaces import PREFIXES

_DECLARED = {prefix: iri for prefix, iri in PREFIXES.items() if prefix != "rdf"}
TURTLE_HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items()).encode()
RDF_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF\n'
    + "\n".join(f'    xmlns:{prefix}="{iri}"' for prefix, iri in PREFIXES.items())
    + ">\n"
).encode()
RDF_TAIL = b"</rdf:RDF>\n"


class Fragments(NamedTuple):
    """A record in the three syntaxes beside N-Triples. ``lost`` are statements that RDF/XML cannot say."""

    ttl: bytes
    rdf: bytes
    jsonld: bytes
    lost: tuple[str, ...] = ()


def derive(ntriples: bytes | str) -> Fragments:
    """The fragments of a record, proven by reading them back: Turtle and JSON-LD statement by statement, RDF/XML as XML.

    Takes canonical N-Triples. What XML cannot hold (a property IRI without a local name, a control character) is left
    out of the RDF/XML form only and named in ``lost`` (DESIGN 3, step 8). Raises ValueError if another form does not
    hold the statements of its record.
    """
    triples = [quad.triple for quad in pyoxigraph.parse(ntriples, format=RdfFormat.N_TRIPLES, lenient=True)]
    ttl = _turtle(triples)
    jsonld = _json_body(triples)
    if _count(TURTLE_HEAD + ttl, RdfFormat.TURTLE) != len(triples) or _count_json(jsonld) != len(triples):
        raise ValueError("a fragment does not hold the statements of its record")
    rdf, lost = _rdf_xml(triples)
    return Fragments(ttl, rdf, jsonld, lost)


def written(ntriples: bytes, syntax: str) -> bytes:
    """The fragment of N-Triples of our own making in one syntax (``ttl rdf jsonld nt``), not read back."""
    if syntax == "nt":
        return ntriples
    triples = [quad.triple for quad in pyoxigraph.parse(ntriples, format=RdfFormat.N_TRIPLES, lenient=True)]
    if syntax == "ttl":
        return _turtle(triples)
    return _rdf_body(triples) if syntax == "rdf" else _json_body(triples)


def document(syntax: str, fragment: bytes) -> bytes:
    """A whole document out of one fragment. Takes a syntax as a suffix: ``ttl rdf jsonld nt``."""
    head, tail = {"ttl": (TURTLE_HEAD, b""), "rdf": (RDF_HEAD, RDF_TAIL), "jsonld": (b"[", b"]\n"), "nt": (b"", b"")}[
        syntax
    ]
    return head + fragment + tail


def _turtle(triples: list[pyoxigraph.Triple]) -> bytes:
    document = pyoxigraph.serialize(triples, format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""
    # The declarations come in any order, but they are always the same ones.
    return document[len(TURTLE_HEAD) :]


def _json_body(triples: list[pyoxigraph.Triple]) -> bytes:
    return (pyoxigraph.serialize(triples, format=RdfFormat.JSON_LD) or b"[]").strip()[1:-1]


def _rdf_xml(triples: list[pyoxigraph.Triple]) -> tuple[bytes, tuple[str, ...]]:
    try:
        rdf = _rdf_body(triples)
        if _well_formed(rdf):
            return rdf, ()
    except ValueError:
        pass
    kept, lost = [], []
    for triple in triples:
        try:
            whole = _well_formed(_rdf_body([triple]))
        except ValueError:
            whole = False
        if whole:
            kept.append(triple)
        else:
            lost.append(f"{triple.subject} {triple.predicate}")
    return _rdf_body(kept), tuple(lost)


def _well_formed(rdf: bytes) -> bool:
    try:
        expat.ParserCreate(namespace_separator=" ").Parse(RDF_HEAD + rdf + RDF_TAIL, True)
    except expat.ExpatError:
        return False
    return True


def _rdf_body(triples: list[pyoxigraph.Triple]) -> bytes:
    document = pyoxigraph.serialize(triples, format=RdfFormat.RDF_XML, prefixes=_DECLARED) or b""
    start = document.index(b">", document.index(b"<rdf:RDF")) + 1
    return document[start : document.rindex(b"</rdf:RDF>")].lstrip(b"\n")


def _count(document: bytes, syntax: RdfFormat) -> int:
    # Counted without a line of Python per statement.
    numbers = count()
    deque(zip(pyoxigraph.parse(document, format=syntax, lenient=True), numbers, strict=False), maxlen=0)
    return next(numbers)


def _count_json(nodes: bytes) -> int:
    """The statements of expanded JSON-LD as it is written here: flat nodes whose properties are lists of values."""
    return sum([len(values) for node in orjson.loads(b"[%b]" % nodes) for key, values in node.items() if key != "@id"])
