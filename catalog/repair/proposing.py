"""The proposals for records: each rule asked, each proposal weighed by what the record would score with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, TypeAlias

import pyoxigraph

from catalog.corrections import kept
from catalog.links import book
from catalog.reading.entries import RECORD_CLASSES, Entry
from catalog.repair import looking, neighbours, yearly
from catalog.repair.left import Left, left
from catalog.repair.looks import Look
from catalog.repair.page import page_of
from catalog.repair.rules import rules, titles
from catalog.repair.subject import Subject, addresses
from catalog.search import Catalogue
from schemas import corrections, mqa, proposals, whole
from schemas.corrections import NotCorrectable
from schemas.findings import Severity
from schemas.iris import digest
from schemas.model import Dataset, Distribution, Resource, iri_of
from schemas.namespaces import PREFIXES
from schemas.proposals import Proposal
from schemas.validation import TOO_MANY, check

# Of a larger region, what neighbours say takes longer to find out than a page may take.
MOST_NEIGHBOURS = 2000
_Counts: TypeAlias = Mapping[tuple[str | None, ...], int]


@dataclass(frozen=True)
class Weighed:
    """A proposal about one record, with what it brings: points of the record with it less those without.

    ``key`` is the KEY of the record that it changes, ``about`` of the dataset whose score it is.
    """

    proposal: Proposal
    key: str
    about: str
    gain: int
    iri: str
    present: Resource

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the distribution that it is about; none for the record itself."""
        return (self.proposal.part,) if self.proposal.part else ()

    @cached_property
    def id(self) -> str:
        """A short name of the proposal as it is: the same record, place, rule and values have the same one."""
        said = (self.key, self.proposal.rule, self.proposal.attribute, self.proposal.part or "", turtle(self))
        return digest("\n".join(said).encode(), 5)

    @property
    def value(self) -> str:
        """What the property would be, as statements about corrections.SUBJECT with those of companions."""
        record_class = type(self.present)
        there = ""
        if self.proposal.adds:
            there = corrections.statements_of(self.present, self.proposal.attribute, self.names) or ""
        values = corrections.values_of(record_class, self.proposal.attribute, there)
        joined = [*values, *(each for each in self.proposal.values if each not in values)]
        said = corrections.statements(record_class, self.proposal.attribute, joined)
        return corrections.with_companions(said, self.proposal.companions)

    def to_json(self) -> dict[str, Any]:
        """The proposal as an entry of ``repair --json``."""
        return {
            "id": self.id,
            "record": self.key,
            "rule": self.proposal.rule,
            "title": dict(zip(("de", "en"), titles().get(self.proposal.rule, ("", "")), strict=True)),
            "attribute": self.proposal.attribute,
            "file": self.proposal.part,
            "gain": self.gain,
            "certainty": self.proposal.certainty,
            "turtle": turtle(self),
            "evidence": {"de": self.proposal.evidence_de, "en": self.proposal.evidence_en},
        }


@dataclass(frozen=True)
class Advice:
    """What can be said of one dataset: its proposals, its points without and with all of them.

    ``related`` are the agents, services and series that it refers to, by IRI, with their KEYs; ``left`` is what stays
    missing with all proposals.
    """

    entry: Entry
    before: int
    after: int
    proposals: tuple[Weighed, ...]
    related: Mapping[str, tuple[str, Resource]] = field(default_factory=dict)
    left: tuple[Left, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The advice as an entry of ``repair --json``."""
        return {
            "key": self.entry.key,
            "slug": self.entry.slug,
            "title": self.entry.title,
            "source": self.entry.source_key,
            "points": self.before,
            "points_after": self.after,
            "proposals": [each.to_json() for each in self.proposals],
            "left": [
                {
                    "metric": each.metric.id if each.metric else None,
                    "attribute": each.attribute or None,
                    "points": each.points,
                    "why": {"de": each.why_de, "en": each.why_en},
                }
                for each in self.left
            ],
        }


def turtle(weighed: Weighed) -> str:
    """What would be said, as Turtle: the statements that a proposal adds to its record."""
    subject = weighed.proposal.part if weighed.proposal.part and "://" in weighed.proposal.part else weighed.iri
    record_class = type(weighed.present)
    said = corrections.statements(record_class, weighed.proposal.attribute, weighed.proposal.values)
    said = said.replace(f"<{corrections.SUBJECT}>", f"<{subject}>")
    triples = pyoxigraph.parse(said, format=pyoxigraph.RdfFormat.N_TRIPLES, lenient=True)
    written = pyoxigraph.serialize(triples, format=pyoxigraph.RdfFormat.TURTLE, prefixes=dict(PREFIXES))
    text = (written or b"").decode()
    return "\n".join(line for line in text.splitlines() if line and not line.startswith("@prefix"))


class Proposing:
    """Proposes for records of a catalogue at one number.

    ``fetches``: files are looked at over the network where needed. ``quick``: for a page; in a region of more than
    MOST_NEIGHBOURS datasets neither neighbours nor series are asked. What is less certain than ``least`` is left out.
    """

    def __init__(self, catalogue: Catalogue, now: datetime, fetches: bool, quick: bool = False, least: int = 0) -> None:
        self.catalogue = catalogue
        self.region = catalogue.region
        self.at = catalogue.number()
        self.now = now
        self.fetches = fetches
        self.least = least
        self.alone = quick and catalogue.counts(self.at).datasets > MOST_NEIGHBOURS

    @cached_property
    def neighbours(self) -> neighbours.Neighbours:
        """The datasets of the region by kind."""
        return neighbours.Neighbours() if self.alone else neighbours.neighbours(self.catalogue, self.at)

    @cached_property
    def series(self) -> Mapping[str, Sequence[Proposal]]:
        """The series that datasets of the region may be years of, by the dataset's IRI."""
        return {} if self.alone else yearly.proposals(self.catalogue, self.at, self.now)

    def _record(self, key: str) -> Dataset | None:
        found = self.catalogue.get(key, self.at)
        record = found.record() if isinstance(found, Entry) else None
        return record if isinstance(record, Dataset) else None

    def advise(self, entries: Sequence[Entry], tell: looking.Tell = lambda _look: None) -> Iterator[Advice]:
        """The advice for some datasets; others of the entries are passed over."""
        datasets = [(entry, record) for entry in entries if isinstance(record := _record(entry), Dataset)]
        wanted = [address for _, record in datasets for address in addresses(record)]
        if self.fetches:
            looks = looking.look_at(self.region, wanted, self.now, tell)
        else:
            looks = looking.known(self.region, wanted, self.now)
        for entry, record in datasets:
            yield self._advice(entry, record, looks)

    def _advice(self, entry: Entry, record: Dataset, looks: Mapping[str, Look]) -> Advice:
        related = {other.iri: other for other in self._related(entry)}
        subject = self._subject(entry, record, looks, tuple(other.record() for other in related.values()))
        statuses = self._statuses(entry, record, looks)
        before = self._assessed(record, statuses, subject.related).total
        found = [p for rule in rules() for p in rule.propose(subject)]
        # What a steward has said by hand is not to be talked over.
        said = {(c.attribute, c.part) for c in self._corrections(entry.key) if c.rule == corrections.BY_HAND}
        weighed = []
        for proposal in _once(_fitted(found, record, entry.iri)):
            if proposal.record in (None, entry.iri):
                if (proposal.attribute, proposal.part or "") in said:
                    continue
                mended = proposals.applied(record, [proposal])
                gain = self._assessed(mended, statuses, subject.related).total - before
                weighed.append(Weighed(proposal, entry.key, entry.key, gain, entry.iri, record))
            elif (other := related.get(proposal.record or "")) is not None:
                weighed.append(Weighed(proposal, other.key, entry.key, 0, other.iri, other.record()))
        present = {each.key: each.present for each in weighed}
        broken = {key: _violations(one, ()) for key, one in present.items()}
        weighed = [each for each in weighed if _is_sound(each, broken[each.key])]
        with_all = self._with(weighed, entry, record, statuses, subject)
        sure = [each for each in weighed if each.proposal.certainty >= self.least]
        after = with_all if len(sure) == len(weighed) else self._with(sure, entry, record, statuses, subject)
        sure.sort(key=lambda each: (-each.gain, -each.proposal.certainty, each.proposal.rule, each.proposal.part or ""))
        by_iri = {iri: (other.key, other.record()) for iri, other in related.items()}
        return Advice(entry, before, after.total, tuple(sure), by_iri, left(with_all, subject))

    def _with(
        self, some: Iterable[Weighed], entry: Entry, record: Dataset, statuses: Mapping[str, int], subject: Subject
    ) -> mqa.Assessment:
        """The score that a dataset would have with some proposals."""
        own = [each.proposal for each in some if each.key == entry.key]
        return self._assessed(proposals.applied(record, own), statuses, subject.related)

    def _subject(
        self, entry: Entry, record: Dataset, looks: Mapping[str, Look], related: tuple[Resource, ...]
    ) -> Subject:
        source = next((each for each in self.region.sources if each.key == entry.source_key), None)
        town = self.region.municipality(source.municipality) if source is not None else None
        return Subject(
            *(self.region, entry, record, source, town, looks, related, self.neighbours),
            repaired=frozenset(
                (c.attribute, c.part) for c in self._corrections(entry.key) if c.rule != corrections.BY_HAND
            ),
            series=tuple(self.series.get(entry.iri, ())),
            record_of=self._record,
            page=lambda: page_of(self.catalogue, entry),
        )

    def _related(self, entry: Entry) -> list[Entry]:
        return list(self.catalogue.companions_of([entry], self.at, forms=()))

    def _corrections(self, key: str) -> list[corrections.Correction]:
        return [each.correction for each in kept.of_record(self.catalogue.engine, key, self.at)]

    def _statuses(self, entry: Entry, record: Dataset, looks: Mapping[str, Look]) -> dict[str, int]:
        """How the record's addresses answered: as the link checks say, else as they did just now."""
        found = {address: look.status for address, look in looks.items()}
        with self.catalogue.engine.connect() as connection:
            known = book.of_record(connection, entry.key)
        found |= {address: link.status for address, link in known.items() if link.status is not None}
        own = {
            iri_of(v)
            for d in record.distribution
            if isinstance(d, Distribution)
            for v in (*d.access_url, *d.download_url)
        }
        return {address: status for address, status in found.items() if address in own}

    def _assessed(self, record: Dataset, statuses: Mapping[str, int], related: Iterable[Resource]) -> mqa.Assessment:
        conforms = not any(f.severity is Severity.VIOLATION for f in check(record, "dcat-ap", related))
        return mqa.assess(record, statuses, conforms)


def _record(entry: Entry) -> Resource:
    record: Resource = whole.read(entry.ntriples, entry.iri, RECORD_CLASSES[entry.kind]).record
    return record


def _fitted(found: Iterable[Proposal], record: Dataset, iri: str) -> Iterator[Proposal]:
    for each in found:
        yield proposals.fitted(record, each) if each.record in (None, iri) else each


def _once(found: Iterable[Proposal]) -> Iterator[Proposal]:
    """Each place once, by the surest; proposals that add to one place are joined only if they say the same thing."""
    best: dict[tuple[str | None, str, str | None, str], Proposal] = {}
    for each in found:
        place = (each.record, each.attribute, each.part, each.rule if each.adds else "")
        if place not in best or best[place].certainty < each.certainty:
            best[place] = each
        elif each.adds and best[place].certainty == each.certainty:
            best[place] = replace(best[place], values=(*best[place].values, *each.values))
    yield from best.values()


def _is_sound(weighed: Weighed, before: _Counts) -> bool:
    """Whether a proposal is about a place that can be corrected, changes anything, and breaks nothing that held ``before``."""
    proposal, present = weighed.proposal, weighed.present
    try:
        there = corrections.statements_of(present, proposal.attribute, weighed.names)
        if there is None or weighed.value == there:
            return False
    except NotCorrectable:
        return False
    after = _violations(proposals.applied(present, [proposal]), proposal.companions)
    return all(number <= before.get(each, 0) for each, number in after.items())


def _violations(record: Resource, companions: Iterable[Resource]) -> _Counts:
    """How often, or for how many values, a record breaks each demand of the profiles that every record is held to.

    What only a record of high value owes is left out: to confirm one is to owe it. What a companion lacks is its own.
    """
    companions = tuple(companions)
    others = {each.iri for each in companions}
    found: dict[tuple[str | None, ...], int] = {}
    for profile in ("dcat-ap", "dcat-ap-de"):
        for each in check(record, profile, companions, high_value=False):
            if each.severity is Severity.VIOLATION and each.focus not in others:
                key = (profile, each.focus, each.path, each.rule)
                found[key] = found.get(key, 0) + (int(each.arguments[2]) if each.rule == TOO_MANY else 1)
    return found
