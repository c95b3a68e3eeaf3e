"""The way of a page through the harvester: Read, Clean, Check, Deliver, in this order.

Scrapy calls ``process_item``; each class does its one step on a :class:`Batch` and is usable without Scrapy.
"""

from __future__ import annotations

import hashlib
import traceback
from dataclasses import dataclass, replace
from typing import Any

from scrapy.crawler import Crawler

from harvesters import registry
from harvesters.cleaning import clean, is_writable, repaired
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
from schemas import iris, rdf, validation
from schemas.findings import Finding, Severity
from schemas.model import Resource


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
        context = self.job.context
        ids = [self.reader.native_id(native, context) for native in natives]
        hashes = [self._input_hash(native) for native in natives]
        wanted = [i for i in (*ids, *page.seen_ids) if i is not None]
        known = self.job.memory.known(wanted) if self.job.memory and wanted else {}
        outcomes = [Outcome(i, known[i]) for i in page.seen_ids if i in known]
        for native, native_id, digest in zip(natives, ids, hashes, strict=True):
            if native_id is not None and known.get(native_id) == digest:
                outcomes.append(Outcome(native_id, digest))
            else:
                outcomes.append(self._read(native, native_id, digest))
        return Batch(page, tuple(outcomes))

    def _input_hash(self, native: Native) -> bytes:
        return hashlib.blake2b(native.fingerprint, digest_size=16, key=self.job.revision).digest()

    def _read(self, native: Native, native_id: str | None, digest: bytes) -> Outcome:
        place = native_id or native.location or self.job.context.source.url
        if len(native.fingerprint) > self.limits.record_bytes:
            reason = f"{len(native.fingerprint)} > {self.limits.record_bytes} bytes"
            return _set_aside(place, digest, Finding(Severity.VIOLATION, place, None, RECORD_TOO_LARGE, (reason,)))
        try:
            reading = self.reader.read(native, self.job.context)
        except Unusable as refused:
            return _set_aside(place, digest, refused.finding)
        except rdf.RecordLimit as limit:
            return _set_aside(place, digest, Finding(Severity.VIOLATION, place, None, RECORD_TOO_LARGE, (str(limit),)))
        except Exception as error:  # one bad record never stops a run (DESIGN 4.4); the traceback goes with it
            reason = f"{type(error).__name__}: {error}"[:300]
            finding = Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (reason,))
            return replace(_set_aside(place, digest, finding), traceback=traceback.format_exc())
        return Outcome(reading.native_id, digest, reading)


class Clean(_Step):
    """Takes persons out, and adds what the region's settings say where a record has nothing."""

    def step(self, batch: Batch) -> Batch:
        context = self.job.context
        return Batch(
            batch.page,
            tuple(
                outcome if outcome.reading is None else replace(outcome, reading=clean(outcome.reading, context))
                for outcome in batch.outcomes
            ),
        )


class Check(_Step):
    """Fixes the record's canonical form and hash, repairs texts that no feed could hold, validates against the profile."""

    def __init__(self, job: Job, reader: str) -> None:
        super().__init__(job, reader)
        self._companions: dict[str, Companion] = {}

    def step(self, batch: Batch) -> Batch:
        return Batch(batch.page, tuple(self._check(outcome) for outcome in batch.outcomes))

    def _check(self, outcome: Outcome) -> Outcome:
        reading = outcome.reading
        if reading is None:
            return outcome
        source = self.job.context.source
        key = iris.key(source.key, reading.native_id)
        ntriples = rdf.ntriples(reading.record, key)
        if not is_writable(ntriples):
            reading = repaired(reading)
            ntriples = rdf.ntriples(reading.record, key)
        findings = reading.findings + validation.check(reading.record, source.profile, reading.companions)
        if (triples := ntriples.count("\n")) > self.limits.record_triples:
            reason = f"{triples} > {self.limits.record_triples} triples"
            finding = Finding(Severity.VIOLATION, reading.native_id, None, RECORD_TOO_LARGE, (reason,))
            return _set_aside(reading.native_id, outcome.input_hash, finding)
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
            known = self._companions[record.iri] = companion(record, source_key)
        return known


class Deliver(_Step):
    """Hands the page's outcomes to the sink."""

    def step(self, batch: Batch) -> Batch:
        self.job.sink.deliver(batch.page, batch.outcomes)
        return batch


def companion(record: Resource, source_key: str) -> Companion:
    """An agent, service or series ready to be stored under the KEY of its IRI."""
    assert record.iri is not None
    key = record.iri.rsplit("/", 1)[-1] if "/id/" in record.iri else iris.key(source_key, record.iri)
    ntriples = rdf.ntriples(record, key)
    return Companion(record, key, ntriples, iris.content_hash(ntriples))


def _set_aside(native_id: str, digest: bytes, finding: Finding) -> Outcome:
    return Outcome(native_id, digest, findings=(finding,), set_aside=True)


def run(job: Job, reader: str, page: Page) -> Batch:
    """A page through all four steps, without Scrapy."""
    batch: Any = page
    for step in (Read, Clean, Check, Deliver):
        batch = step(job, reader).step(batch)
    assert isinstance(batch, Batch)
    return batch
