"""The statements of one document by subject, and what hangs on a subject of it."""

from __future__ import annotations

import gc
from collections.abc import Container, Iterable
from hashlib import blake2b
from typing import Any

import pyoxigraph
import rdflib
from rdflib import RDF

from schemas.kinds import UNUSABLE, XSD_STRING, Literal, from_term, writable
from schemas.normalisations import CODE_LISTS

RDF_TYPE = str(RDF.type)


class RecordLimit(ValueError):
    """Raised when one record is nested deeper, has more blank nodes or more triples than its limits allow (F40, F43)."""


class _Iris(dict[str, str]):
    """The IRIs of a document as they can be written, each checked once; ``repaired`` says how the changed ones stood there."""

    def __init__(self) -> None:
        super().__init__()
        self.repaired: dict[str, str] = {}

    def __missing__(self, found: str) -> str:
        sound = writable(found)
        if sound != found:
            self.repaired[sound] = found
        self[found] = sound
        return sound


class _Tags(dict[str, str | None]):
    """The language tags of a document in lower case, one string for all equal ones."""

    def __missing__(self, found: str) -> str | None:
        self[found] = lower = found.lower() or None
        return lower


class Triples:
    """The statements of one document, by subject. IRIs are str, blank nodes str that begin with ``_:``.

    ``repaired`` holds the IRIs that no RDF syntax could have written, with the form in which they stood there (F23).
    """

    __slots__ = ("by_subject", "repaired")

    def __init__(self) -> None:
        self.by_subject: dict[str, list[tuple[str, str | Literal]]] = {}
        self.repaired: dict[str, str] = {}

    def add(self, subject: str, predicate: str, value: str | Literal) -> None:
        """Adds one statement."""
        self.by_subject.setdefault(subject, []).append((predicate, value))

    @classmethod
    def from_graph(cls, source: rdflib.Graph) -> Triples:
        """The statements of an rdflib graph."""
        triples, sound = cls(), _Iris()
        for statement in source:
            subject, predicate, value = (from_term(term) for term in statement)
            assert isinstance(subject, str)
            assert isinstance(predicate, str)
            if isinstance(value, str) and not value.startswith("_:"):
                value = sound[value]
            elif isinstance(value, Literal) and value.lang:
                value = value._replace(lang=value.lang.lower())
            triples.add(subject if subject.startswith("_:") else sound[subject], sound[predicate], value)
        return triples._settled(sound)

    @classmethod
    def from_quads(cls, source: Iterable[pyoxigraph.Quad]) -> Triples:
        """The statements of a parsed stream of pyoxigraph, whatever graph they are in."""
        # Millions of small tuples without a circle among them: looking for circles meanwhile costs a sixth of the time.
        collecting = gc.isenabled()
        gc.disable()
        try:
            return cls._from_quads(source)
        finally:
            if collecting:
                gc.enable()

    @classmethod
    def _from_quads(cls, source: Iterable[Any]) -> Triples:
        triples, sound, tags, types = cls(), _Iris(), _Tags(), _Iris()
        by_subject = triples.by_subject
        named, blank, text, new = pyoxigraph.NamedNode, pyoxigraph.BlankNode, pyoxigraph.Literal, tuple.__new__
        last: str | None = None
        statements: list[tuple[str, str | Literal]] = []
        for quad in source:
            subject = quad.subject
            key = subject.value
            if key != last:
                last = key
                key = sound[key] if type(subject) is named else f"_:{key}"
                known = by_subject.get(key)
                if known is None:
                    by_subject[key] = statements = []
                else:
                    statements = known
            value = quad.object
            kind = type(value)
            item: str | Literal
            if kind is named:
                item = sound[value.value]
            elif kind is text:
                lang = value.language
                if lang is not None:
                    item = new(Literal, (value.value, tags[lang], None))
                else:
                    datatype = types[value.datatype.value]
                    item = new(Literal, (value.value, None, None if datatype == XSD_STRING else datatype))
            elif kind is blank:
                item = f"_:{value.value}"
            else:
                continue  # a quoted triple of RDF 1.2 says nothing that DCAT-AP could hold
            statements.append((sound[quad.predicate.value], item))
        return triples._settled(sound)

    def _settled(self, sound: _Iris) -> Triples:
        """Writes what is no IRI as text, and drops what has no property: JSON-LD leaves out keys without meaning."""
        self.repaired = sound.repaired
        if any(iri.startswith(UNUSABLE) for iri in sound.repaired):
            for subject, statements in self.by_subject.items():
                self.by_subject[subject] = [
                    (p, Literal(sound.repaired[o]) if isinstance(o, str) and o.startswith(UNUSABLE) else o)
                    for p, o in statements
                    if not p.startswith(UNUSABLE) or ":" in sound.repaired[p]
                ]
        return self

    def types(self, subject: str) -> set[str]:
        """The rdf:types of a subject."""
        return {o for p, o in self.by_subject.get(subject, ()) if p == RDF_TYPE and isinstance(o, str)}

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

    def describes(self, value: str, own: Container[str] = ()) -> bool:
        """Whether the document says something about an IRI or blank node that belongs to whatever refers to it.

        Records of their own (``own``) and the concepts of code lists stand for themselves.
        """
        return value in self.by_subject and value not in own and not value.startswith(CODE_LISTS)


class Fingerprints:
    """Bytes that change exactly when something that hangs on a subject changes, whatever its blank nodes are called.

    What several records share is visited once. ``reached`` collects the subjects that hang on any record so far.
    """

    def __init__(
        self, triples: Triples, own: Container[str] = (), *, max_depth: int = 100, max_triples: int = 5_000
    ) -> None:
        self.triples = triples
        self.own = own
        self.max_depth = max_depth
        self.max_triples = max_triples
        self.reached: set[str] = set()
        self._nodes: dict[str, tuple[str, tuple[str, ...], int]] = {}
        self._tokens: dict[str, str] = {}
        self._open: list[str] = []

    def of(self, subject: str) -> bytes:
        """The fingerprint of one record. Raises RecordLimit."""
        texts: list[str] = []
        seen = {subject}
        waiting = [subject]
        count = 0
        while waiting:
            text, children, size = self._node(waiting.pop())
            texts.append(text)
            count += size
            if count > self.max_triples:
                raise RecordLimit(f"more than {self.max_triples} triples")
            for child in children:
                if child not in seen:
                    seen.add(child)
                    waiting.append(child)
        self.reached |= seen
        texts.sort()
        return "\n".join(texts).encode("utf-8", "surrogatepass")

    def token(self, label: str) -> str:
        """A name for a blank node that follows from what hangs on it."""
        known = self._tokens.get(label)
        if known is not None:
            return known
        if label in self._open:
            return "_:circle"
        if len(self._open) >= self.max_depth:
            raise RecordLimit(f"nested deeper than {self.max_depth}")
        self._open.append(label)
        try:
            lines, children = self._lines(label)
        finally:
            self._open.pop()
        text = "\n".join(lines)
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8)
        token = self._tokens[label] = f"_:{digest.hexdigest()}"
        self._nodes[label] = (f"{token}\n{text}", tuple(children), len(lines))
        return token

    def _node(self, subject: str) -> tuple[str, tuple[str, ...], int]:
        known = self._nodes.get(subject)
        if known is None and subject.startswith("_:"):
            self.token(subject)
            return self._nodes[subject]
        if known is None:
            lines, children = self._lines(subject)
            known = (f"{subject}\n" + "\n".join(lines), tuple(children), len(lines))
            if subject not in self.own:
                self._nodes[subject] = known
        return known

    def _lines(self, subject: str) -> tuple[list[str], list[str]]:
        described, own = self.triples.by_subject, self.own
        lines: list[str] = []
        children: list[str] = []
        statements = described[subject]
        if len(statements) > self.max_triples:
            raise RecordLimit(f"more than {self.max_triples} triples")
        for predicate, value in statements:
            if not isinstance(value, str):
                text, lang, datatype = value
                lines.append(f"{predicate} {text}\x1f{lang or datatype or ''}")
            elif value not in described:
                lines.append(f"{predicate} {value}" if value[:2] != "_:" else f"{predicate} _:")
            elif value[:2] != "_:":
                lines.append(f"{predicate} {value}")
                if self.triples.describes(value, own):
                    children.append(value)
            elif value in own:
                lines.append(f"{predicate} _:record")
            else:
                lines.append(f"{predicate} {self.token(value)}")
                children.append(value)
        lines.sort()
        return lines, children
