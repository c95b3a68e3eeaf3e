"""Writes what passes the pipelines as RDF: the feed exports of a bare ``scrapy crawl … -O out.ttl``, record by record."""

from __future__ import annotations

import logging
from typing import Any, BinaryIO
from xml.parsers import expat

import pyoxigraph
from pyoxigraph import RdfFormat
from scrapy.exporters import BaseItemExporter

from harvesters.pipelines import Batch
from schemas.namespaces import PREFIXES

log = logging.getLogger(__name__)
# The writer declares rdf itself.
_DECLARED = {prefix: iri for prefix, iri in PREFIXES.items() if prefix != "rdf"}

_NAMES = "".join(f'\n    xmlns:{prefix}="{iri}"' for prefix, iri in PREFIXES.items())
_XML_HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{_NAMES}>\n'.encode()
_XML_TAIL = b"</rdf:RDF>\n"


class RdfExporter(BaseItemExporter):
    """The base of the formats: each record and each companion is written once, memory holds one record at a time."""

    def __init__(self, file: BinaryIO, **kwargs: Any) -> None:
        super().__init__(dont_fail=True, **kwargs)
        self.file = file
        self._written: set[str] = set()

    def export_item(self, item: Any) -> None:
        """Writes a page's records that were read; what was set aside has none."""
        assert isinstance(item, Batch)
        for outcome in item.outcomes:
            if outcome.reading is None:
                continue
            for key, ntriples in (
                *((companion.key, companion.ntriples) for companion in outcome.companions),
                (outcome.native_id, outcome.ntriples),
            ):
                if key not in self._written:
                    self._written.add(key)
                    self.write(ntriples)

    def write(self, ntriples: str) -> None:
        """Writes one record, given in canonical N-Triples."""
        raise NotImplementedError


class NTriples(RdfExporter):
    """N-Triples: ``nt``."""

    def write(self, ntriples: str) -> None:
        """One record."""
        self.file.write(ntriples.encode())


class Turtle(RdfExporter):
    """Turtle: ``ttl``; the prefixes stand at the head, once."""

    def start_exporting(self) -> None:
        """The prefixes."""
        head = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
        self.file.write(head.encode())
        self._head = len(head.encode())

    def write(self, ntriples: str) -> None:
        """One record."""
        document = pyoxigraph.serialize(_triples(ntriples), format=RdfFormat.TURTLE, prefixes=PREFIXES) or b""
        # The declarations come in any order, but they are always the same ones.
        self.file.write(document[self._head :])


class RdfXml(RdfExporter):
    """RDF/XML: ``rdf``. A statement whose property has no name that XML could write is left out and named in the log."""

    def start_exporting(self) -> None:
        """The root element."""
        self.file.write(_XML_HEAD)

    def finish_exporting(self) -> None:
        """The end of the root element."""
        self.file.write(_XML_TAIL)

    def write(self, ntriples: str) -> None:
        """One record."""
        triples = _triples(ntriples)
        body = _body(triples)
        if body is not None:
            self.file.write(body)
            return
        for triple in triples:
            if (alone := _body([triple])) is not None:
                self.file.write(alone)
            else:
                log.warning("RDF/XML cannot say %s %s", triple.subject, triple.predicate)


class JsonLd(RdfExporter):
    """JSON-LD: ``jsonld``, an array of expanded nodes."""

    def start_exporting(self) -> None:
        """The begin of the array."""
        self._separator = b"["

    def finish_exporting(self) -> None:
        """The end of the array."""
        self.file.write(b"[]\n" if self._separator == b"[" else b"\n]\n")

    def write(self, ntriples: str) -> None:
        """One record."""
        document = pyoxigraph.serialize(_triples(ntriples), format=RdfFormat.JSON_LD) or b"[]"
        nodes = document.strip()[1:-1]
        if nodes:
            self.file.write(self._separator + b"\n" + nodes)
            self._separator = b","


def _triples(ntriples: str) -> list[pyoxigraph.Triple]:
    return [quad.triple for quad in pyoxigraph.parse(ntriples, format=RdfFormat.N_TRIPLES, lenient=True)]


def _body(triples: list[pyoxigraph.Triple]) -> bytes | None:
    """What stands between the ends of the root element; None where it would be no XML."""
    try:
        document = pyoxigraph.serialize(triples, format=RdfFormat.RDF_XML, prefixes=_DECLARED) or b""
        start = document.index(b">", document.index(b"<rdf:RDF")) + 1
        body = document[start : document.rindex(b"</rdf:RDF>")].lstrip(b"\n")
        expat.ParserCreate(namespace_separator=" ").Parse(_XML_HEAD + body + _XML_TAIL, True)
    except (ValueError, expat.ExpatError):
        return None
    return body
