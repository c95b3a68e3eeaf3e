"""Records that bear an IRI of ours in the place of the one that another dataset has: what a steward's split gives them.

The source goes on delivering such a record under the other's IRI. It is put under ours wherever it comes in: when it is
staged, when a plan that waited is concluded, and in the version that is public at the split.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.reading.summary import Summary
from schemas import iris
from schemas.findings import Finding, Severity, declare
from schemas.model import Dataset, Distribution, Resource
from schemas.namespaces import DCAT, FOAF, RDF
from schemas.ntriples import ntriples_of

R = TypeVar("R", bound=Resource)
_subjects = tables.subjects

OWN_IRI = declare(
    "iri-of-another-dataset",
    "Die Quelle nennt den Datensatz {0}; so heißt schon ein anderer. Hier steht er unter eigener IRI: {1}.",
    "The source calls the dataset {0}, which is another one's name. Here it stands under an IRI of its own: {1}.",
    "Geben Sie dem Datensatz an der Quelle eine eigene IRI.",
    "Give the dataset an IRI of its own at the source.",
    "DESIGN 3, Identity",
)
OWN_PARTS = declare(
    "distribution-iri-of-another-dataset",
    "{0} Dateien tragen an der Quelle die IRI von Dateien eines anderen Datensatzes; hier haben sie eigene.",
    "{0} files bear the IRIs of another dataset's files at the source; here they have their own.",
    "Geben Sie den Dateien an der Quelle eigene IRIs.",
    "Give the files IRIs of their own at the source.",
    "DESIGN 3, Identity",
)
_RULES = (OWN_IRI, OWN_PARTS)
_TYPE = re.escape(str(RDF.type).encode())
_CLASSES = {
    "dataset": str(DCAT.Dataset),
    "service": str(DCAT.DataService),
    "series": str(DCAT.DatasetSeries),
    "agent": str(FOAF.Agent),
}


class Subject(NamedTuple):
    """How a record is named: its IRI, ours, the one that its source gives it, and what IRIs of distributions become.

    ``given``: a split is in force; without, one was taken back, and ``parts`` leads back to the source's IRIs.
    """

    key: str
    iri: str
    own_iri: str
    source_iri: str
    parts: Mapping[str, str]
    given: bool

    def under(self, record: R) -> R:
        """The record under this name."""
        record = replace(record, iri=self.iri)
        if not self.parts or not isinstance(record, Dataset):
            return record
        return replace(record, distribution=tuple(map(self._part, record.distribution)), sample=self._samples(record))

    def _samples(self, record: Dataset) -> tuple[Any, ...]:
        return tuple(map(self._part, record.sample))

    def _part(self, part: Any) -> Any:
        if isinstance(part, Distribution) and part.iri is not None:
            return replace(part, iri=self.parts.get(part.iri, part.iri))
        return self.parts.get(part, part) if isinstance(part, str) else part

    def findings(self, record: Resource, found: Iterable[Finding], former: str | None) -> tuple[Finding, ...]:
        """The findings on the record under this name: what they are about, and what is said of the name itself.

        Takes the record under this name, and its IRI before.
        """
        moved = {**self.parts, **({former: self.iri} if former else {})}
        before = tuple(found)
        kept = [each._replace(focus=moved.get(each.focus, each.focus)) for each in before if each.rule not in _RULES]
        # A source that has given the record an IRI of its own since has done what the finding asks for.
        asked = former == self.source_iri or any(each.rule == OWN_IRI for each in before)
        return (*kept, *(self._own(record, asked) if self.given else ()))

    def _own(self, record: Resource, asked: bool) -> Iterable[Finding]:
        if self.iri != self.source_iri and asked:
            yield Finding(Severity.WARNING, self.iri, None, OWN_IRI, (self.source_iri, self.iri))
        ours = set(self.parts.values())
        parts = getattr(record, "distribution", ())
        if number := sum(isinstance(part, Distribution) and part.iri in ours for part in parts):
            yield Finding(Severity.WARNING, self.iri, None, OWN_PARTS, (str(number),))


def of_keys(connection: sa.Connection, keys: Sequence[str], at: int) -> dict[str, Subject]:
    """The names of those of some records that ever were split from one with their IRI, at a number."""
    return _read(connection, _subjects.c.key.in_(keys), at)


def of_source(connection: sa.Connection, source_key: str, at: int | None = None) -> dict[str, Subject]:
    """The same for all of a source; by default at the published number. Only stewards' decisions: a few."""
    if at is None:
        at = connection.scalar(sa.select(tables.publication.c.number)) or 0
    return _read(connection, _subjects.c.source_key == source_key, at)


def _read(connection: sa.Connection, which: sa.ColumnElement[bool], at: int) -> dict[str, Subject]:
    statement = sa.select(_subjects).where(which, _subjects.c.valid_from <= at).order_by(_subjects.c.id)
    rows: dict[str, list[Any]] = {}
    for row in connection.execute(statement):
        rows.setdefault(row.key, []).append(row)
    return {key: _subject(found, at) for key, found in rows.items()}


def _subject(rows: Sequence[Any], at: int) -> Subject:
    source_iri = rows[0].former_iri
    valid = [row for row in rows if row.valid_to is None or row.valid_to > at]
    forward = {old: new for row in valid for old, new in orjson.loads(row.parts).items()}
    over = {new: old for row in rows for old, new in orjson.loads(row.parts).items() if old not in forward}
    iri = valid[-1].iri if valid else source_iri
    return Subject(rows[0].key, iri, rows[-1].iri, source_iri, {**over, **forward}, bool(valid))


def borne(kind: str, iri: str, ntriples: bytes) -> str:
    """The IRI that a version bears: the given one if it is described there, else the one of the record's class.

    A source may call a record by another IRI under the same native id, so older versions bear an older one.
    """
    if ntriples.startswith(b"<%b> " % iri.encode()) or b"\n<%b> " % iri.encode() in ntriples:
        return iri
    of_class = re.compile(rb"(?m)^<([^>]*)> <%b> <%b> \.$" % (_TYPE, re.escape(_CLASSES[kind].encode())))
    found = of_class.findall(ntriples)
    # What the record refers to may be of its class as well.
    apart = [each for each in found if b"> <%b> ." % each not in ntriples]
    return next((each.decode() for each in (*apart, *found)), iri)


class Named(NamedTuple):
    """A stored or staged record under its name; texts not yet compressed."""

    record: Resource
    ntriples: str
    content_hash: bytes
    findings: tuple[Finding, ...]
    summary: str


def named(subject: Subject, record: Resource, key: str, findings: Iterable[Finding], summary: str) -> Named:
    """A record under its name, with what is derived from it; takes its findings and summary as they are stored."""
    former, before = record.iri, tuple(findings)
    record = subject.under(record)
    after = subject.findings(record, before, former)
    ntriples = ntriples_of(record, key)
    short = Summary.from_json(summary)
    more = sum(f.severity is Severity.WARNING for f in after) - sum(f.severity is Severity.WARNING for f in before)
    short = short._replace(warnings=short.warnings + more)
    return Named(record, ntriples, iris.content_hash(ntriples), after, short.to_json())
