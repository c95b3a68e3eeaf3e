"""What a check sees: the statements by subject, of a whole document or of one record with its companions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import Any

from schemas.classes import above, of_code
from schemas.dcat import TABLE_OF
from schemas.kinds import Literal
from schemas.model import Resource, Value
from schemas.namespaces import FOAF, RDFS, VCARD
from schemas.triples import RDF_TYPE

Statement = tuple[str, str | Literal]
_NONE: frozenset[str] = frozenset()
_SUBCLASS = str(RDFS.subClassOf)
# Whoever names one of these without a word about it leaves out what the record owes: a name, a way to ask.
OWED = frozenset({str(FOAF.Agent), str(VCARD.Kind)})


class View:
    """The statements that a check sees. IRIs are str, blank nodes str that begin with ``_:``.

    ``whole`` says that there are no others: then an IRI that nothing is said about has no class. Of a record that is
    looked at alone it is not known, and held against it only where one of the classes ``owed`` is asked. ``places``
    gives the name under which people know a node.
    """

    __slots__ = ("_above", "_classes", "_members", "by_subject", "owed", "places", "whole")

    def __init__(
        self,
        by_subject: Mapping[str, Sequence[Statement]],
        *,
        whole: bool = True,
        places: Mapping[str, str] | None = None,
        owed: frozenset[str] = OWED,
    ) -> None:
        self.by_subject = by_subject
        self.whole = whole
        self.places = places or {}
        self.owed = owed
        self._classes: dict[str, frozenset[str]] = {}
        self._members: dict[tuple[str, str], set[str]] = {}
        self._above: dict[str, set[str]] | None = None if whole else {}

    def classes(self, subject: str) -> frozenset[str]:
        """The classes that the statements give a subject, and those above them."""
        known = self._classes.get(subject)
        if known is None:
            statements = self.by_subject.get(subject)
            types = [o for p, o in statements if p == RDF_TYPE and type(o) is str] if statements else None
            known = self._classes[subject] = self._with_superclasses(types) if types else _NONE
        return known

    def _with_superclasses(self, types: list[str]) -> frozenset[str]:
        # Some feeds bring a piece of an ontology with them; SHACL heeds it (section 2.1.3.2).
        if self._above is None:
            self._above = {}
            for subject, statements in self.by_subject.items():
                for path, value in statements:
                    if path == _SUBCLASS and type(value) is str:
                        self._above.setdefault(subject, set()).add(value)
        found = above(frozenset(types))
        if self._above:
            last: frozenset[str] = _NONE
            while found != last:
                last = found
                found = above(found.union(*(self._above.get(each, ()) for each in found)))
        return found

    def has_class(self, value: str | Literal, wanted: str) -> bool:
        """Whether a value is of a class: by the statements, as a code, or because nothing is known of it here."""
        if type(value) is not str:
            return False
        if wanted in self.classes(value) or wanted in of_code(value):
            return True
        unknown = value not in self.by_subject and value[:2] != "_:"
        return unknown and not self.whole and wanted not in self.owed

    def values(self, subject: str, path: str) -> list[str | Literal]:
        """The values of a subject's property, each once."""
        return list(dict.fromkeys(o for p, o in self.by_subject.get(subject, ()) if p == path))

    def pointing(self, value: str, path: str) -> list[str]:
        """The subjects whose property has the value."""
        if not self._members:
            for subject, statements in self.by_subject.items():
                for p, o in statements:
                    if type(o) is str:
                        self._members.setdefault((o, p), set()).add(subject)
        return sorted(self._members.get((value, path), ()))

    def place(self, node: str) -> str:
        """The name under which people know a node: of a blank node in a record, that of what it hangs on."""
        return self.places.get(node, node)


_GETTERS: dict[type[Resource], tuple[Any, tuple[str, ...], list[Statement]]] = {}


def _getter(record_class: type[Resource]) -> tuple[Any, tuple[str, ...], list[Statement]]:
    table = TABLE_OF.get(record_class)
    found: tuple[Any, tuple[str, ...], list[Statement]] = (None, (), [])
    if table is not None:
        getter = attrgetter(*(row.attribute for row in table.rows), "iri")
        paths = tuple(str(row.property) for row in table.rows)
        found = (getter, paths, [(RDF_TYPE, str(each)) for each in table.types])
    _GETTERS[record_class] = found
    return found


class _Laying:
    """Lays records out as statements."""

    __slots__ = ("done", "number", "places", "statements")

    def __init__(self) -> None:
        self.statements: dict[str, list[Statement]] = {}
        self.places: dict[str, str] = {}
        self.done: dict[int, str] = {}
        self.number = 0

    def node(self, record: Resource, place: str) -> str:
        known = self.done.get(id(record))
        if known is not None:
            return known
        subject = record.iri
        if subject is None:
            subject = f"_:{self.number}"
            self.number += 1
            self.places[subject] = place
        else:
            place = subject
        self.done[id(record)] = subject
        getter, paths, types = _GETTERS.get(type(record)) or _getter(type(record))
        statements = self.statements.setdefault(subject, [])
        statements += types
        if record.types:
            statements += [(RDF_TYPE, each) for each in record.types]
        if getter is not None:
            for path, values in zip(paths, getter(record), strict=False):
                if values:
                    for value in values:
                        kind = type(value)
                        item = value if kind is str or kind is Literal else self.node(value, place)
                        statements.append((path, item))
        for path, extra in record.extra:
            statements.append((path, self._term(extra, place)))
        return subject

    def _term(self, value: Value, place: str) -> str | Literal:
        return self.node(value, place) if isinstance(value, Resource) else value


def of_record(record: Resource, companions: Iterable[Resource] = (), *, owed: frozenset[str] = OWED) -> View:
    """The view of one record with the agents, services and series that come with it."""
    laying = _Laying()
    for each in (record, *companions):
        laying.node(each, "_:record")
    if record.iri is None:
        laying.places = {node: "_:record" if place == "_:record" else place for node, place in laying.places.items()}
    return View(laying.statements, whole=False, places=laying.places, owed=owed)
