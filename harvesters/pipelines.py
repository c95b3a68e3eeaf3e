"""The way of a page through the harvester: Read, Clean, Correct, Check, Deliver, in this order.

Scrapy calls ``process_item``; each class does its one step on a :class:`Batch` and is usable without Scrapy.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from scrapy.crawler import Crawler

from harvesters import correcting, registry
from harvesters.cleaning import clean, is_writable, repaired
from harvesters.persons import errors
from harvesters.reading import (
    RECORD_TOO_LARGE,
    UNREADABLE_RECORD,
    Companion,
    Native,
    Outcome,
    Page,
    Unusable,
)
from harvesters.spider import HarvestSpider, Job
from schemas import future_dates, iris, validation
from schemas.findings import Finding, Severity
from schemas.model import Resource
from schemas.ntriples import ntriples_of
from schemas.triples import RecordLimit


@dataclass(frozen=True, slots=True)
class Batch:
    """One page and what has become of its records so far."""

    page: Page
    outcomes: tuple[Outcome, ...] = ()


class _Step:
    def __init__(self, job: Job, reader: str) -> None:
        self.job = job
        self.reader = registry.reader(reader)
        self.limits = job.context.source.limits
        self.allowed = job.context.source.personal_data == "allowed"

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> _Step:
        """Builds the step for a crawl under way."""
        spider = crawler.spider
        assert isinstance(spider, HarvestSpider)
        return cls(spider.job, spider.reader)

    def process_item(self, item: Any) -> Any:
        """Scrapy's entry."""
        return self.step(item)

    def step(self, batch: Any) -> Any:
        raise NotImplementedError


class Read(_Step):
    """Tells unchanged records by their input hash and reads the others."""

    def step(self, page: Page) -> Batch:
        natives = page.natives
        ids = [self._native_id(native) for native in natives]
        hashes = [
            self.job.input_hash(native.fingerprint, native_id) for native, native_id in zip(natives, ids, strict=True)
        ]
        wanted = [i for i in (*ids, *page.seen_ids) if i is not None]
        known = self.job.memory.known(wanted) if self.job.memory and wanted else {}
        outcomes = [Outcome(i, known[i]) for i in page.seen_ids if i in known]
        for number, (native, native_id, digest) in enumerate(zip(natives, ids, hashes, strict=True)):
            if native_id is not None and known.get(native_id) == digest:
                outcomes.append(Outcome(native_id, digest))
            else:
                place = native_id or f"{native.location or page.url}#{number}"
                outcomes.append(_guarded(self._read, native, place, digest, self.allowed))
        return Batch(page, tuple(outcomes))

    def _native_id(self, native: Native) -> str | None:
        try:
            return self.reader.native_id(native, self.job.context)
        except Exception:  # reading the record says why, and sets it aside
            return None

    def _read(self, native: Native, place: str, digest: bytes) -> Outcome:
        if len(native.fingerprint) > self.limits.record_bytes:
            raise RecordLimit(f"{len(native.fingerprint)} > {self.limits.record_bytes} bytes")
        reading = self.reader.read(native, self.job.context)
        return Outcome(reading.native_id, digest, reading)


def _guarded(
    step: Callable[[Any, str, bytes], Outcome], what: Any, place: str, digest: bytes, allowed: bool = False
) -> Outcome:
    """One record's step; whatever it raises sets the record aside, and the others go on (DESIGN 4.4).

    The values that an error quotes are told only where the source is ``allowed`` to name persons.
    """
    try:
        return step(what, place, digest)
    except Unusable as refused:
        return _set_aside(place, digest, refused.finding)
    except RecordLimit as limit:
        return _set_aside(place, digest, Finding(Severity.VIOLATION, place, None, RECORD_TOO_LARGE, (str(limit),)))
    except Exception as error:  # the traceback goes with the record
        finding = Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (errors.message(error, allowed),))
        return replace(_set_aside(place, digest, finding), traceback=errors.trace(error, allowed))


class Clean(_Step):
    """Takes persons out, and adds what the region's settings say where a record has nothing."""

    def step(self, batch: Batch) -> Batch:
        return Batch(batch.page, tuple([_again(self._clean, outcome, self.allowed) for outcome in batch.outcomes]))

    def _clean(self, outcome: Outcome, _place: str, _digest: bytes) -> Outcome:
        assert outcome.reading is not None
        return replace(outcome, reading=clean(outcome.reading, self.job.context))


class Correct(_Step):
    """Sets what a steward has corrected: after persons are taken out, before anything is checked or hashed (DESIGN 3)."""

    def step(self, batch: Batch) -> Batch:
        if not self.job.context.corrections:
            return batch
        return Batch(batch.page, tuple([_again(self._correct, outcome, self.allowed) for outcome in batch.outcomes]))

    def _correct(self, outcome: Outcome, _place: str, _digest: bytes) -> Outcome:
        assert outcome.reading is not None
        corrections = self.job.context.corrections.get(outcome.reading.native_id, ())
        return replace(outcome, reading=correcting.corrected(outcome.reading, corrections)) if corrections else outcome


def _again(step: Callable[[Outcome, str, bytes], Outcome], outcome: Outcome, allowed: bool) -> Outcome:
    """A further step of a record that was read."""
    if outcome.reading is None:
        return outcome
    return _guarded(step, outcome, outcome.native_id, outcome.input_hash, allowed)


class Check(_Step):
    """Fixes the record's canonical form and hash, repairs texts that no feed could hold, validates against the profile."""

    def __init__(self, job: Job, reader: str) -> None:
        super().__init__(job, reader)
        self._companions: dict[str, Companion] = {}

    def step(self, batch: Batch) -> Batch:
        return Batch(batch.page, tuple([_again(self._check, outcome, self.allowed) for outcome in batch.outcomes]))

    def _check(self, outcome: Outcome, _place: str, _digest: bytes) -> Outcome:
        reading = outcome.reading
        assert reading is not None
        source = self.job.context.source
        key = iris.key(source.key, reading.native_id)
        ntriples = ntriples_of(reading.record, key)
        if not is_writable(ntriples):
            reading = repaired(reading)
            ntriples = ntriples_of(reading.record, key)
        findings = reading.findings + validation.check(reading.record, source.profile, reading.companions)
        if self.job.now is not None:
            findings += future_dates.check((reading.record, *reading.companions), self.job.now)
        if (triples := ntriples.count("\n")) > self.limits.record_triples:
            raise RecordLimit(f"{triples} > {self.limits.record_triples} triples")
        return replace(
            outcome,
            reading=reading,
            findings=findings,
            ntriples=ntriples,
            content_hash=iris.content_hash(ntriples),
            companions=tuple([self._companion(record, source.key) for record in reading.companions]),
        )

    def _companion(self, record: Resource, source_key: str) -> Companion:
        # The same agent comes with record after record.
        assert record.iri is not None
        known = self._companions.get(record.iri)
        if known is None or known.record != record:
            if len(self._companions) > 1000:
                self._companions.clear()
            known = self._companions[record.iri] = companion(record, source_key, self.job.context.base_url)
        return known


class Deliver(_Step):
    """Hands the page's outcomes to the sink."""

    def step(self, batch: Batch) -> Batch:
        self.job.sink.deliver(batch.page, batch.outcomes)
        return batch


def companion(record: Resource, source_key: str, base_url: str) -> Companion:
    """An agent, service or series ready to be stored under its KEY."""
    assert record.iri is not None
    key = iris.companion_key(record.iri, source_key, base_url)
    ntriples = ntriples_of(record, key)
    return Companion(record, key, ntriples, iris.content_hash(ntriples))


def _set_aside(native_id: str, digest: bytes, finding: Finding) -> Outcome:
    return Outcome(native_id, digest, findings=(finding,), set_aside=True)


def run(job: Job, reader: str, page: Page) -> Batch:
    """A page through all steps, without Scrapy."""
    batch: Any = page
    for step in (Read, Clean, Correct, Check, Deliver):
        batch = step(job, reader).step(batch)
    assert isinstance(batch, Batch)
    return batch
