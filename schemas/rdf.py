"""Statements to records, by the table of :mod:`schemas.dcat`; the way back is :mod:`schemas.ntriples`."""

from __future__ import annotations

import sys
from collections.abc import Collection, Container, Mapping
from typing import Any, TypeVar

import rdflib
from rdflib import DCAT, FOAF

from schemas import iris
from schemas.classes import BARE
from schemas.dcat import TABLES
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal, language_tag
from schemas.model import Agent, ContactPoint, DataService, DatasetSeries, Distribution, Resource, Value
from schemas.namespaces import VCARD
from schemas.normalisations import iri_from_text, present_iri
from schemas.reading_plans import GEOMETRY, REFERENCE, TYPED, plans_of
from schemas.triples import RDF_TYPE, Fingerprints, RecordLimit, Triples

R = TypeVar("R", bound=Resource)

# Records of these classes stand for themselves once they have an IRI; a dataset only refers to them (DESIGN 3, Serve).
COMPANIONS = (Agent, DataService, DatasetSeries)

CYCLE = declare(
    "blank-node-cycle",
    "Namenlose Angaben verweisen im Kreis aufeinander; eine davon erhielt den Namen {0}.",
    "Blank nodes refer to one another in a circle; one of them was named {0}.",
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
IRI_REPAIRED = declare(
    "iri-repaired",
    "Die Adresse „{0}“ enthält unzulässige Zeichen und wird als {1} übernommen.",
    "The address “{0}” holds characters that it must not hold and is taken as {1}.",
    "Schreiben Sie Leer- und Sonderzeichen in Adressen an der Quelle prozentkodiert, ein Leerzeichen als %20.",
    "Percent-encode blanks and special characters in addresses at the source, a blank as %20.",
    "RFC 3987 section 2.2; faults F23",
)
TAG_CHANGED = declare(
    "language-tag-invalid",
    "„{0}“ ist keine gültige Sprachangabe; übernommen wird: {1}.",
    "“{0}” is no valid language tag; it is taken as: {1}.",
    "Geben Sie die Sprache an der Quelle nach BCP 47 an, zum Beispiel de oder de-AT.",
    "Give the language after BCP 47 at the source, for example de or de-AT.",
    "RDF 1.1 section 3.3; BCP 47",
)
COMPANION_TOO_LARGE = declare(
    "companion-too-large",
    "Die Beschreibung von {0} überschreitet eine Grenze und bleibt weg: {1}",
    "The description of {0} exceeds a limit and is left out: {1}",
    "Verkleinern Sie die Beschreibung an der Quelle, oder heben Sie die Grenze unter [limits] der Quelle an.",
    "Make the description smaller at the source, or raise the limit under [limits] of the source.",
    "faults F43",
)


# Tags that were looked at once and may stand as they are.
_SOUND_TAGS: set[str] = set()
# Which class a node is read as where its place does not say it.
_CLASS_OF: dict[str, type[Resource]] = {
    **{str(table.types[0]): table.record for table in TABLES},
    **dict.fromkeys((str(FOAF.Organization), str(FOAF.Person)), Agent),
    **dict.fromkeys((str(VCARD[name]) for name in ("Organization", "Individual", "Group", "Location")), ContactPoint),
}
_DISTRIBUTION = str(DCAT.Distribution)


class Reading:
    """Reads the records of one document; the companions that several records share are read once.

    ``own`` names the subjects that are records of their own: others only refer to them. ``names`` gives the IRIs of
    subjects that are to have another term than in the document. After each record, ``companions`` holds the agents,
    services and series with IRIs that it refers to, and ``findings`` what was remarkable.
    """

    def __init__(
        self,
        triples: Triples,
        own: Container[str] = (),
        *,
        max_depth: int = 100,
        max_blank_nodes: int = 200,
        max_triples: int | None = None,
    ) -> None:
        self.triples = triples
        self.own = own
        self.max_depth = max_depth
        self.max_blank_nodes = max_blank_nodes
        self.max_triples = max_triples or sys.maxsize
        self.companions: dict[str, Resource] = {}
        self.findings: list[Finding] = []
        self._names: Mapping[str, str] = {}
        self._plain: dict[str, str] = {}
        self._read_companions: dict[
            tuple[str, type[Resource]], tuple[Resource | None, list[tuple[str, type[Resource]]], list[Finding]]
        ] = {}
        self._begin("")

    def record(
        self, subject: str, record_class: type[R], iri: str | None = None, names: Mapping[str, str] | None = None
    ) -> R:
        """One record with all that hangs on it.

        Takes its subject (an IRI or a ``_:`` label), its class, the IRI it gets where its own is not to be kept, and
        the IRIs of further subjects that get one. Raises RecordLimit.
        """
        self._names = names or {}
        self._begin(subject, iri)
        record = self._read(subject, record_class, iri)
        findings = self._findings
        self.companions = {}
        waiting = self._waiting
        while waiting:
            wanted = waiting.pop()
            if wanted[0] in self.companions:
                continue
            companion, further, remarks = self._companion(*wanted)
            findings += remarks
            if companion is not None:
                self.companions[wanted[0]] = companion
                waiting += further
            if len(self.companions) > self.max_triples:
                raise RecordLimit(f"more than {self.max_triples} agents, services and series")
        self.findings = list(dict.fromkeys(findings))
        return record

    def _begin(self, subject: str, iri: str | None = None) -> None:
        self._root = subject
        self._focus = iri or subject
        self._findings: list[Finding] = []
        self._waiting: list[tuple[str, type[Resource]]] = []
        self._done: dict[object, Resource] = {}
        self._path: list[str] = []
        self._circles: dict[str, str] = {}
        self._blank_nodes = 0
        self._statements = 0

    def _companion(
        self, subject: str, record_class: type[Resource]
    ) -> tuple[Resource | None, list[tuple[str, type[Resource]]], list[Finding]]:
        known = self._read_companions.get((subject, record_class))
        if known is None:
            focus = self._focus
            self._begin(subject)
            companion: Resource | None = None
            try:
                companion = self._read(subject, record_class)
            except RecordLimit as limit:
                finding = Finding(Severity.WARNING, focus, None, COMPANION_TOO_LARGE, (subject, str(limit)))
                self._findings = [finding]
            known = self._read_companions[subject, record_class] = (companion, self._waiting, self._findings)
            self._focus = focus
        return known

    def _read(self, subject: str, record_class: type[R], iri_given: str | None = None) -> R:
        statements = self.triples.by_subject.get(subject, [])
        self._count(subject, len(statements))
        self._path.append(subject)
        plans = plans_of(record_class)
        found: dict[str, list[Value]] = {}
        types: list[str] = []
        extra: list[tuple[str, Value]] = []
        later: list[tuple[str, str]] = []
        plain = self._plain
        for spelled, raw in statements:
            attribute, mode, node, predicate = plans[spelled]
            value: Value | None
            if isinstance(raw, str):
                if mode == REFERENCE:
                    value = plain.get(raw) or self._value(raw, node)
                elif mode == TYPED and raw[:2] != "_:":
                    if raw not in plans.types and raw not in types:
                        types.append(raw)
                    continue
                elif mode == GEOMETRY:
                    value = self._value(raw, None)
                else:
                    later.append((predicate, raw))
                    continue
            else:
                text, lang, _ = raw
                if not text or text.isspace():
                    continue
                if lang is not None and lang not in _SOUND_TAGS:
                    raw = self._tagged(raw)
                value = self._from_text(predicate, raw) if mode == REFERENCE else raw
                if mode >= TYPED or value is None:
                    extra.append((predicate, raw))
                    continue
            values = found.get(attribute)
            if values is None:
                found[attribute] = [value]
            else:
                values.append(value)
        # What the table does not know comes last: a blank node gets the class that its known place gives it.
        for predicate, raw in later:
            extra.append((predicate, self._value(raw, None)))
        self._path.pop()
        record = record_class(
            iri=self._iri_of(subject, iri_given),
            types=tuple(types),
            extra=tuple(extra) if len(extra) < 2 else _unique(extra),
            **{
                attribute: tuple(values) if len(values) == 1 else _unique(values) for attribute, values in found.items()
            },
        )
        self._done[subject if record.iri is None else (subject, record_class)] = record
        return record

    def _count(self, subject: str, statements: int) -> None:
        self._blank_nodes += subject.startswith("_:")
        if self._blank_nodes > self.max_blank_nodes:
            raise RecordLimit(f"more than {self.max_blank_nodes} blank nodes")
        self._statements += statements
        if self._statements > self.max_triples:
            raise RecordLimit(f"more than {self.max_triples} triples")
        if len(self._path) >= self.max_depth:
            raise RecordLimit(f"nested deeper than {self.max_depth}")

    def _iri_of(self, subject: str, given: str | None) -> str | None:
        if subject[:2] == "_:":
            return given or self._names.get(subject) or self._circles.get(subject)
        if subject in self.triples.repaired:
            self._repaired(subject)
        return given or self._names.get(subject) or subject

    def _tagged(self, raw: Literal) -> Literal:
        assert raw.lang is not None
        tag = language_tag(raw.lang)
        if tag == raw.lang:
            if len(_SOUND_TAGS) < 1_000:
                _SOUND_TAGS.add(tag)
            return raw
        self._findings.append(Finding(Severity.INFO, self._focus, None, TAG_CHANGED, (raw.lang, tag or "–")))
        return raw._replace(lang=tag)

    def _from_text(self, predicate: str, raw: Literal) -> str | None:
        """The IRI that a text in an IRI's place is; None if it is none."""
        found = iri_from_text(raw.text)
        if found is not None:
            self._findings.append(
                Finding(Severity.INFO, self._focus, predicate, IRI_AS_TEXT, (raw.text.strip()[:500],))
            )
        return found

    def _repaired(self, iri: str) -> None:
        arguments = (self.triples.repaired[iri][:500], iri[:500])
        self._findings.append(Finding(Severity.WARNING, self._focus, None, IRI_REPAIRED, arguments))

    def _value(self, raw: str, node: type[Resource] | None) -> str | Resource:
        """A reference, or what the document says about the node; ``node`` is the class that its place demands."""
        blank = raw[:2] == "_:"
        if not blank and raw in self.triples.repaired:
            self._repaired(raw)
        if raw in self._names and raw in self.own:
            return self._names[raw]
        if not self.triples.describes(raw, self.own):
            if blank and raw not in self._done:
                self._count(raw, 0)
                self._done[raw] = (node or Resource)(iri=self._names.get(raw))
            if blank:
                return self._done[raw]
            present = present_iri(raw)
            if raw == self._root and node is Distribution and _DISTRIBUTION in self.triples.types(raw):
                return self._as_distribution(raw)
            if raw not in self._names and raw not in self.triples.repaired and raw != self._root:
                self._plain[raw] = present
            return present
        if not blank and self._is_bare(raw):
            return self._names.get(raw) or present_iri(raw)
        record_class = node or self._class_of(raw)
        if not blank and issubclass(record_class, COMPANIONS):
            if raw != self._root:
                self._waiting.append((raw, record_class))
            return raw
        if raw in self._path:
            return self._circle(raw) if blank else self._names.get(raw, raw)
        done = self._done.get(raw) or self._done.get((raw, record_class))
        return done if done is not None else self._read(raw, record_class)

    def _is_bare(self, iri: str) -> bool:
        """Whether nothing is said about an IRI but a class that a name is enough of: feeds say that of every value."""
        statements = self.triples.by_subject[iri]
        return len(statements) == 1 and statements[0][0] == RDF_TYPE and statements[0][1] in BARE

    def _as_distribution(self, subject: str) -> str | Resource:
        """A dataset that is its own distribution under one IRI, read as both."""
        done = self._done.get((subject, Distribution))
        if done is None and self._path.count(subject) == 1:
            done = self._read(subject, Distribution)
        return done or subject

    def _class_of(self, subject: str) -> type[Resource]:
        classes = (_CLASS_OF[t] for t in sorted(self.triples.types(subject)) if t in _CLASS_OF)
        return next(classes, Resource)

    def _circle(self, label: str) -> str:
        """The IRI of a blank node that leads back to itself; it gets the IRI when its statements are all read."""
        if label not in self._circles:
            token = Fingerprints(self.triples, self.own, max_depth=self.max_depth * 2).token(label)
            name = f"urn:allmende:node:{iris.digest(f'{self._focus} {token}'.encode())}"
            self._circles[label] = name
            self._findings.append(Finding(Severity.WARNING, self._focus, None, CYCLE, (name,)))
        return self._circles[label]


def _unique(values: list[Any]) -> tuple[Any, ...]:
    """The values without repetitions, in their order; nested records are the same if they are one object."""
    seen: dict[object, Any] = {}
    for value in values:
        last = value[-1] if type(value) is tuple else value
        key: object = value
        if isinstance(last, Resource):
            key = (value[0], id(last)) if last is not value else id(last)
        seen.setdefault(key, value)
    return tuple(seen.values())


def read(source: rdflib.Graph, subject: str, record_class: type[R], own: Collection[str] = ()) -> R:
    """One record out of an rdflib graph. Takes the subject's IRI or ``_:`` label. Raises RecordLimit."""
    return Reading(Triples.from_graph(source), own).record(subject, record_class)
