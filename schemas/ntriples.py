"""Records to canonical N-Triples, by the table of :mod:`schemas.dcat`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from operator import attrgetter
from typing import Any

import pyoxigraph
import rdflib
from rdflib import XSD

from schemas import iris
from schemas.dcat import TABLE_OF
from schemas.kinds import Literal, iri_to_ntriples, literal_to_ntriples
from schemas.model import Resource, Value
from schemas.triples import RDF_TYPE

_TYPE = iri_to_ntriples(RDF_TYPE) + " "


_Columns = tuple[Any, tuple[str, ...], tuple[str, ...]]
_COLUMNS: dict[type[Resource], _Columns] = {}


def _columns(record_class: type[Resource]) -> _Columns:
    """What gets a record's values in the table's order, their predicates, and the statements of its own types."""
    table = TABLE_OF.get(record_class)
    if table is None:
        columns: _Columns = (None, (), ())
    else:
        getter = attrgetter(*(row.attribute for row in table.rows), "iri")
        predicates = tuple(iri_to_ntriples(str(row.property)) + " " for row in table.rows)
        columns = (getter, predicates, tuple(_TYPE + iri_to_ntriples(str(t)) for t in table.types))
    _COLUMNS[record_class] = columns
    return columns


class _Writing:
    """The statements of one record and of what hangs on it, by the term of their subject."""

    __slots__ = ("ambiguous", "blocks", "key", "labelled", "labels", "terms")

    def __init__(self, record_key: str, labels: Mapping[int, str] | None = None) -> None:
        self.key = record_key
        self.labels = labels or {}
        self.labelled: dict[str, int] = {}
        self.ambiguous = False
        self.blocks: dict[str, list[str]] = {}
        self.terms: dict[int, str] = {}

    def node(self, record: Resource) -> str:
        """Adds the record's statements; gives its term. The same object gives the same node."""
        getter, predicates, types = _COLUMNS.get(type(record)) or _columns(type(record))
        statements = list(types)
        if record.types:
            statements += [_TYPE + iri_to_ntriples(t) for t in record.types]
        terms = self.terms
        if getter is not None:
            for predicate, values in zip(predicates, getter(record), strict=False):
                if values:
                    for value in values:
                        kind = type(value)
                        if kind is str:
                            statements.append(predicate + iri_to_ntriples(value))
                        elif kind is Literal:
                            statements.append(predicate + literal_to_ntriples(value))
                        else:
                            statements.append(predicate + (terms.get(id(value)) or self.node(value)))
        for extra, value in record.extra:
            statements.append(f"{iri_to_ntriples(extra)} {self._term(value)}")
        statements.sort()
        subject = iri_to_ntriples(record.iri) if record.iri is not None else self._label(record, statements)
        terms[id(record)] = subject
        known = self.blocks.get(subject)
        self.blocks[subject] = statements if known is None else known + statements
        return subject

    def text(self) -> str:
        """All lines, sorted. Subjects end in ``>`` or a blank, so sorting by subject first is sorting by line."""
        parts = []
        for subject in sorted(self.blocks):
            statements = self.blocks[subject]
            if len(set(statements)) < len(statements):
                statements = sorted(set(statements))
            if statements:
                parts.append(f"{subject} " + f" .\n{subject} ".join(statements) + " .\n")
        return "".join(parts)

    def _term(self, value: Value) -> str:
        if type(value) is str:
            return iri_to_ntriples(value)
        if type(value) is Literal:
            return literal_to_ntriples(value)
        assert isinstance(value, Resource)
        return self.terms.get(id(value)) or self.node(value)

    def _label(self, record: Resource, statements: list[str]) -> str:
        # The label follows from what hangs on the node, so that the order in the source does not matter.
        label = self.labels.get(id(record)) or self.base(statements)
        number = self.labelled[label] = self.labelled.get(label, 0) + 1
        if number > 1:
            self.ambiguous = True
        return label if number == 1 or not self.labels else f"{label}x{number}"

    def base(self, statements: list[str]) -> str:
        return f"_:b{self.key}{iris.label(chr(10).join(statements).encode('utf-8', 'surrogatepass'))}"


def ntriples_of(record: Resource, record_key: str) -> str:
    """A record in canonical N-Triples: sorted lines, blank nodes labelled from the record's key and their content.

    Takes a record with an IRI and its KEY; equal content gives equal bytes (DESIGN 3, content_hash).
    """
    writing = _Writing(record_key)
    writing.node(record)
    if writing.ambiguous:
        # Blank nodes with equal content: only their places tell them apart, so the labels are made from these too.
        writing = _Writing(record_key, _labels_by_place(record, writing))
        writing.node(record)
    return writing.text()


def _labels_by_place(record: Resource, first: _Writing) -> dict[int, str]:
    """Labels from the first ones, equal for equal content, each with the way that leads from the record to the node."""
    labels: dict[int, str] = {}
    waiting = [(record, first.terms[id(record)])]
    done = set()
    while waiting:
        parent, place = waiting.pop()
        if id(parent) in done:
            continue
        done.add(id(parent))
        children = [(p, first.terms[id(value)], value) for p, value in _nested(parent)]
        numbers: dict[tuple[str, str], int] = {}
        for predicate, term, child in sorted(children, key=lambda c: c[:2]):
            if child.iri is not None:
                waiting.append((child, term))
            elif id(child) not in labels:
                number = numbers[predicate, term] = numbers.get((predicate, term), 0) + 1
                labels[id(child)] = first.base([place, predicate, term, str(number)])
                waiting.append((child, labels[id(child)]))
    return labels


def _nested(record: Resource) -> Iterator[tuple[str, Resource]]:
    getter, predicates, _ = _COLUMNS.get(type(record)) or _columns(type(record))
    for predicate, values in zip(predicates, getter(record) if getter else (), strict=False):
        for value in values or ():
            if isinstance(value, Resource):
                yield predicate, value
    for predicate, value in record.extra:
        if isinstance(value, Resource):
            yield predicate, value


def rdflib_graph(record: Resource, record_key: str = "n") -> rdflib.Graph:
    """A record as an rdflib graph of its own, literals as the source wrote them."""
    result = rdflib.Graph()
    for triple in pyoxigraph.parse(
        ntriples_of(record, record_key), format=pyoxigraph.RdfFormat.N_TRIPLES, lenient=True
    ):
        subject, predicate, value = (_rdflib_term(t) for t in (triple.subject, triple.predicate, triple.object))
        result.add((subject, predicate, value))
    return result


def _rdflib_term(term: object) -> Any:
    if isinstance(term, pyoxigraph.BlankNode):
        return rdflib.BNode(term.value)
    if isinstance(term, pyoxigraph.Literal):
        plain = term.language or term.datatype.value == str(XSD.string)
        datatype = None if plain else rdflib.URIRef(term.datatype.value)
        return rdflib.Literal(term.value, lang=term.language, datatype=datatype, normalize=False)
    assert isinstance(term, pyoxigraph.NamedNode)
    return rdflib.URIRef(term.value)
