"""Records to triples and back, by the table of :mod:`schemas.dcat`."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any, TypeVar

import pyoxigraph
import rdflib
from rdflib import RDF

from schemas import iris
from schemas.dcat import TABLE_OF, Row
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Kind, Literal, from_term, iri, iri_to_ntriples, is_web, literal_to_ntriples
from schemas.model import Agent, DataService, DatasetSeries, Resource, Value
from schemas.namespaces import DCATDE
from schemas.vocabularies import modern

RDF_TYPE = str(RDF.type)
_TYPE_NT = iri_to_ntriples(RDF_TYPE)
R = TypeVar("R", bound=Resource)

# Records of these classes stand for themselves once they have an IRI; a dataset only refers to them (DESIGN 3, Serve).
COMPANIONS = (Agent, DataService, DatasetSeries)

CYCLE = declare(
    "blank-node-cycle",
    "Namenlose Angaben verweisen im Kreis aufeinander; der Kreis wurde bei {0} geöffnet.",
    "Blank nodes refer to one another in a circle; it was opened at {0}.",
    "Geben Sie den Angaben an der Quelle eigene IRIs.",
    "Give the nodes IRIs of their own at the source.",
)
IRI_AS_TEXT = declare(
    "iri-as-text",
    "{0} ist an der Quelle als Text angegeben und wird als IRI übernommen.",
    "{0} is given as text at the source and is taken as an IRI.",
    "Geben Sie den Wert an der Quelle als IRI an (rdf:resource, @id).",
    "Give the value as an IRI at the source (rdf:resource, @id).",
)


class RecordLimit(ValueError):
    """Raised when one record is nested deeper or has more blank nodes than its limits allow (F40, F43)."""


# ------------------------------------------------------------------------------------------------- writing


@cache
def _writer(record_class: type[Resource]) -> tuple[Any, tuple[str, ...], tuple[str, ...]]:
    table = TABLE_OF.get(record_class)
    if table is None:
        return None, (), ()
    getter = attrgetter(*(row.attribute for row in table.rows), "iri")
    predicates = tuple(iri_to_ntriples(str(row.property)) for row in table.rows)
    types = tuple(f"{_TYPE_NT} {iri_to_ntriples(str(t))}" for t in table.types)
    return getter, predicates, types


class _Writing:
    """The lines of one record and of what hangs on it."""

    __slots__ = ("key", "labels", "lines", "terms")

    def __init__(self, record_key: str) -> None:
        self.key = record_key
        self.lines: set[str] = set()
        self.terms: dict[int, str] = {}
        self.labels: set[str] = set()

    def node(self, record: Resource) -> str:
        """Adds the record's lines; gives its term. The same object gives the same node."""
        known = self.terms.get(id(record))
        if known is not None:
            return known
        getter, predicates, types = _writer(type(record))
        statements = list(types)
        statements.extend(f"{_TYPE_NT} {iri_to_ntriples(t)}" for t in record.types)
        if getter is not None:
            for predicate, values in zip(predicates, getter(record), strict=False):
                if values:
                    for value in values:
                        statements.append(f"{predicate} {self.term(value)}")
        for extra_predicate, value in record.extra:
            statements.append(f"{iri_to_ntriples(extra_predicate)} {self.term(value)}")
        if record.iri is not None:
            subject = iri_to_ntriples(record.iri)
        else:
            subject = self._label(statements)
        self.terms[id(record)] = subject
        self.lines.update([f"{subject} {statement} ." for statement in statements])
        return subject

    def term(self, value: Value) -> str:
        """The N-Triples term of any value."""
        if type(value) is str:
            return iri_to_ntriples(value)
        if type(value) is Literal:
            return literal_to_ntriples(value)
        assert isinstance(value, Resource)
        return self.node(value)

    def _label(self, statements: Iterable[str]) -> str:
        # The label follows from what hangs on the node, so that the order in the source does not matter.
        base = f"_:b{self.key}{iris.digest(chr(10).join(sorted(statements)).encode(), 5)}"
        label, number = base, 1
        while label in self.labels:
            number += 1
            label = f"{base}x{number}"
        self.labels.add(label)
        return label


def ntriples(record: Resource, record_key: str) -> str:
    """A record in canonical N-Triples: sorted lines, blank nodes labelled from the record's key and their content.

    Takes a record with an IRI and its KEY; equal content gives equal bytes (DESIGN 3, content_hash).
    """
    writing = _Writing(record_key)
    writing.node(record)
    return "\n".join(sorted(writing.lines)) + "\n"


def graph(record: Resource, record_key: str = "n") -> rdflib.Graph:
    """A record as an rdflib graph of its own, literals as the source wrote them."""
    result = rdflib.Graph()
    for triple in pyoxigraph.parse(ntriples(record, record_key), format=pyoxigraph.RdfFormat.N_TRIPLES, lenient=True):
        subject, predicate, value = (_rdflib_term(t) for t in (triple.subject, triple.predicate, triple.object))
        result.add((subject, predicate, value))
    return result


def _rdflib_term(term: object) -> Any:
    if isinstance(term, pyoxigraph.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, pyoxigraph.Literal):
        datatype = (
            None if term.language or term.datatype.value.endswith("#string") else rdflib.URIRef(term.datatype.value)
        )
        return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)
    assert isinstance(term, pyoxigraph.NamedNode)
    return rdflib.URIRef(term.value)


# ------------------------------------------------------------------------------------------------- reading


class Triples:
    """The statements of one document, by subject. IRIs are str, blank nodes str that begin with ``_:``."""

    __slots__ = ("by_subject",)

    def __init__(self) -> None:
        self.by_subject: dict[str, list[tuple[str, str | Literal]]] = {}

    def add(self, subject: str, predicate: str, value: str | Literal) -> None:
        """Adds one statement."""
        self.by_subject.setdefault(subject, []).append((predicate, value))

    @classmethod
    def from_graph(cls, source: rdflib.Graph) -> Triples:
        """The statements of an rdflib graph."""
        triples = cls()
        for subject, predicate, value in source:
            term = from_term(subject)
            assert isinstance(term, str)
            triples.add(term, str(predicate), from_term(value))
        return triples

    @classmethod
    def from_quads(cls, source: Iterable[pyoxigraph.Quad]) -> Triples:
        """The statements of a parsed stream of pyoxigraph, whatever graph they are in."""
        triples = cls()
        by_subject = triples.by_subject
        named, blank = pyoxigraph.NamedNode, pyoxigraph.BlankNode
        for quad in source:
            subject, value = quad.subject, quad.object
            key = subject.value if type(subject) is named else f"_:{subject.value}"  # type: ignore[union-attr]
            if type(value) is named:
                item: str | Literal = value.value
            elif type(value) is blank:
                item = f"_:{value.value}"
            elif isinstance(value, pyoxigraph.Literal):
                lang = value.language
                datatype = None if lang else value.datatype.value
                item = Literal(value.value, lang.lower() if lang else None, None if datatype == _STRING else datatype)
            else:
                continue  # a quoted triple of RDF 1.2 says nothing that DCAT-AP could hold
            statements = by_subject.get(key)
            if statements is None:
                by_subject[key] = [(quad.predicate.value, item)]
            else:
                statements.append((quad.predicate.value, item))
        return triples

    def types(self, subject: str) -> set[str]:
        """The rdf:types of a subject."""
        return {str(o) for p, o in self.by_subject.get(subject, ()) if p == RDF_TYPE}

    def of_type(self, *types: str) -> list[str]:
        """The subjects that have one of the types, in the order of the document."""
        wanted = set(types)
        return [
            subject
            for subject, statements in self.by_subject.items()
            if any(p == RDF_TYPE and o in wanted for p, o in statements)
        ]

    def values(self, subject: str, predicate: str) -> list[str | Literal]:
        """The objects of a subject's property."""
        return [o for p, o in self.by_subject.get(subject, ()) if p == predicate]


_STRING = "http://www.w3.org/2001/XMLSchema#string"
# The German terms come in many spellings; a slash may be missing before the term (samples, README).
_DCATDE_SPELLING = re.compile(r"https?://(?:www\.)?dcat-ap\.de/def/dcatde/?(?:[0-9][0-9._]*)?/?([A-Za-z]\w*)")


@lru_cache(maxsize=4096)
def modern_property(predicate: str) -> str:
    """A property IRI in its present spelling: all namespaces of DCAT-AP.de become the one of version 3."""
    match = _DCATDE_SPELLING.fullmatch(predicate)
    return f"{DCATDE}{match.group(1)}" if match else predicate


@cache
def _reader(record_class: type[Resource]) -> dict[str, Row]:
    table = TABLE_OF.get(record_class)
    if table is None:
        return {}
    rows = {str(former): row for row in table.rows for former in row.reads}
    return rows | {str(row.property): row for row in table.rows}


@cache
def _own_types(record_class: type[Resource]) -> frozenset[str]:
    table = TABLE_OF.get(record_class)
    return frozenset(str(t) for t in table.types) if table else frozenset()


_LITERAL_KINDS = frozenset(
    {Kind.TEXT, Kind.DATE, Kind.DECIMAL, Kind.INTEGER, Kind.DURATION, Kind.HEX, Kind.NOTATION, Kind.GEOMETRY}
)
# Statements about the concepts of code lists do not belong to a dataset, although some feeds repeat them.
_CODE_LISTS = (
    "http://publications.europa.eu/resource/authority/",
    "http://dcat-ap.de/def/",
    "http://data.europa.eu/bna/",
    "http://www.iana.org/assignments/media-types/",
    "https://www.iana.org/assignments/media-types/",
    "http://purl.org/adms/",
    "http://inspire.ec.europa.eu/",
)


class Reading:
    """Reads the records of one document; what several records share is read once.

    ``own`` names the subjects that are records of their own: others only refer to them. ``companions`` collects the
    agents, services and series with IRIs that the records read so far refer to.
    """

    def __init__(
        self, triples: Triples, own: Container[str] = (), *, max_depth: int = 100, max_blank_nodes: int = 200
    ) -> None:
        self.triples = triples
        self.own = own
        self.max_depth = max_depth
        self.max_blank_nodes = max_blank_nodes
        self.companions: dict[str, Resource] = {}
        self.findings: list[Finding] = []
        self._done: dict[tuple[str, type[Resource]], Resource] = {}
        self._path: list[str] = []
        self._blank_nodes = 0

    def record(self, subject: str, record_class: type[R], iri: str | None = None) -> R:
        """One record with all that hangs on it.

        Takes its subject (an IRI or a ``_:`` label), its class and the IRI it gets where the subject is a blank node.
        Raises RecordLimit.
        """
        self._done.clear()
        self._path.clear()
        self._blank_nodes = 0
        self.companions = {}
        self.findings = []
        return self._read(subject, record_class, iri)

    def _read(self, subject: str, record_class: type[R], iri_given: str | None = None) -> R:
        done = self._done.get((subject, record_class))
        if done is not None:
            return done  # type: ignore[return-value]
        blank = subject.startswith("_:")
        self._blank_nodes += blank
        if self._blank_nodes > self.max_blank_nodes:
            raise RecordLimit(f"more than {self.max_blank_nodes} blank nodes")
        if len(self._path) >= self.max_depth:
            raise RecordLimit(f"nested deeper than {self.max_depth}")
        self._path.append(subject)
        rows, own_types = _reader(record_class), _own_types(record_class)
        attributes: dict[str, list[Value]] = {}
        types: list[str] = []
        extra: list[tuple[str, Value]] = []
        for spelled, raw in self.triples.by_subject.get(subject, ()):
            if spelled == RDF_TYPE:
                if isinstance(raw, str) and raw not in own_types:
                    types.append(raw)
                continue
            if type(raw) is Literal and not raw.text.strip():
                continue
            predicate = modern_property(spelled)
            row = rows.get(predicate)
            if row is None:
                extra.append((predicate, self._value(raw)))
                continue
            value = self._for_row(row, raw)
            if value is None:
                extra.append((str(row.property), self._value(raw)))
            else:
                attributes.setdefault(row.attribute, []).append(value)
        self._path.pop()
        record = record_class(
            iri=iri_given or (None if blank else subject),
            types=tuple(types),
            extra=tuple(extra),
            **{attribute: tuple(values) for attribute, values in attributes.items()},  # type: ignore[arg-type]
        )
        self._done[(subject, record_class)] = record
        return record

    def _for_row(self, row: Row, raw: str | Literal) -> Value | None:
        """The value as the row wants it; None if its node kind does not fit."""
        if row.kind in _LITERAL_KINDS:
            if type(raw) is Literal:
                return raw
            return self._value(raw) if row.kind is Kind.GEOMETRY and row.attribute == "geometry" else None
        if type(raw) is Literal:
            text = raw.text.strip()
            if not (is_web(text) or (row.attribute == "has_email" and text.lower().startswith("mailto:"))):
                return None
            repaired = iri(text)
            if repaired is None:
                return None
            self.findings.append(Finding(Severity.INFO, self._path[0], str(row.property), IRI_AS_TEXT, (text,)))
            return modern(repaired)
        return self._value(raw, row.node)

    def _value(self, raw: str | Literal, node: type[Resource] | None = None) -> Value:
        if type(raw) is Literal:
            return raw
        assert isinstance(raw, str)
        blank = raw.startswith("_:")
        if not blank:
            present = modern(raw)
            if raw in self.own or raw not in self.triples.by_subject or raw.startswith(_CODE_LISTS):
                return present
        elif raw not in self.triples.by_subject:
            return (node or Resource)()
        if raw in self._path:
            if blank:
                self.findings.append(Finding(Severity.WARNING, self._path[0], None, CYCLE, (raw,)))
                return f"urn:blank:{raw[2:]}"
            return raw
        record = self._read(raw, node or Resource)
        if record.iri is not None and isinstance(record, COMPANIONS):
            self.companions[record.iri] = record
            return record.iri
        return record


def read(source: rdflib.Graph, subject: str, record_class: type[R], own: Collection[str] = ()) -> R:
    """One record out of an rdflib graph. Takes the subject's IRI or ``_:`` label. Raises RecordLimit."""
    return Reading(Triples.from_graph(source), own).record(subject, record_class)
