"""The place of one run: what it fetched and read, and what it would change, in a file of its own.

Nothing in it is public. It is written in batches, so memory stays flat, and kept as long as a plan waits for a steward.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from catalog.corrections import kept
from catalog.identity import traits
from catalog.identity.relinks import Relink, Relinked, anchored, key_of, no_relinks
from catalog.reading.summary import kind_of, summarize
from catalog.runs.responses import Responses
from catalog.runs.staging_file import COLUMNS, MAPPED, SET_ASIDE, UNCHANGED, Delivery, Writer, WriterProcess, connect
from harvesters.reading import Companion, Kept, Outcome, Page
from schemas.findings import WORDING, Finding, Severity
from schemas.future_dates import FUTURE
from schemas.model import Dataset


class Head(NamedTuple):
    """What identifies a staged record."""

    key: str
    native_id: str
    kind: str | None
    iri: str | None
    title: str | None
    companion: int


class Staged(NamedTuple):
    """One staged record as it lies in the file."""

    key: str
    native_id: str
    state: int
    kind: str | None
    iri: str | None
    input_hash: bytes
    content_hash: bytes | None
    title: str | None
    summary: str | None
    ntriples: bytes | None
    trace: bytes | None
    findings: str
    response: str | None
    location: str | None
    source_record: str | None
    traceback: str
    companion: int
    ttl: bytes | None
    rdf: bytes | None
    jsonld: bytes | None

    def head(self) -> Head:
        """What identifies the record."""
        return Head(self.key, self.native_id, self.kind, self.iri, self.title, self.companion)


def findings_to_json(findings: Iterable[Finding]) -> str:
    """Findings in the compact form of the store."""
    return orjson.dumps([[str(f.severity), f.focus, f.path, f.rule, list(f.arguments)] for f in findings]).decode()


def findings_from_json(stored: str) -> tuple[Finding, ...]:
    """Findings out of the store, with the wording of their rules at hand."""
    found = tuple(
        Finding(Severity(severity), focus, path, rule, tuple(arguments))
        for severity, focus, path, rule, arguments in orjson.loads(stored)
    )
    if any(finding.rule not in WORDING for finding in found):
        from harvesters import wordings  # with it come all spiders, and Scrapy: 0.8 s that only a run should wait for

        wordings.load()
    return found


class Staging:
    """A run's place. It is the sink that the crawl delivers into.

    ``writer`` puts what is delivered into the file: in this process, or in one of its own, so that fetching and mapping
    go on meanwhile. :meth:`finish` must be called before what was staged is read. With ``base_url`` (the region's) it
    is noted by what datasets may be known in other sources; else that is found out at publication, if it is needed.
    """

    def __init__(
        self,
        file: Path,
        source_key: str,
        language: str,
        responses: Responses,
        published: Callable[[Sequence[str]], Mapping[str, bytes]] | None = None,
        apart: bool = False,
        relinked: Relinked = no_relinks,
        base_url: str | None = None,
    ) -> None:
        self.file = file
        self.source_key = source_key
        self.language = language
        self.responses = responses
        self.published = published or (lambda _keys: {})
        self.relinked = relinked
        self.base_url = base_url
        # How many records the crawl has delivered here; None where what was staged earlier is opened again.
        self.delivered: int | None = None
        file.parent.mkdir(parents=True, exist_ok=True)
        self.database = connect(file)
        self._companions_sent: dict[str, bytes] = {}
        self.writer: Writer | WriterProcess = WriterProcess(file) if apart else Writer(self.database)

    def keep(self, response: Kept) -> str:
        """Keeps a response for replays; gives the hash it is named after."""
        name = self.responses.put(response.body)
        self.writer.put(Delivery(responses=[(response.url, name, response.content_type, now_text())]))
        return name

    def deliver(self, page: Page, outcomes: Iterable[Outcome]) -> None:
        """Stages one page's outcomes; a record whose key was staged before is a duplicate."""
        delivered = list(outcomes)
        ids = [outcome.native_id for outcome in delivered]
        relinked = self.relinked([*ids, *page.deleted_ids])
        rows = [self._row(outcome, page, relinked) for outcome in delivered]
        companions = [
            self._companion(companion, page)
            for outcome in delivered
            for companion in outcome.companions
            if self._companions_sent.get(companion.key) != companion.content_hash
        ]
        remembered = orjson.dumps({"revision": page.revision.hex(), "ids": ids})
        for number, finding in enumerate(page.unusable):
            place = Outcome(f"{finding.focus}#{number}", b"", findings=(finding,), set_aside=True)
            rows.append(self._row(place, page, {}))
        self.delivered = (self.delivered or 0) + len(rows)
        mapped = [row[0] for row in rows if row[2] == MAPPED]
        known = self.published(mapped) if mapped else {}
        unchanged = {row[0] for row in rows if row[2] == MAPPED and known.get(row[0]) == row[6]}
        causes = Counter((str(f.severity), f.rule) for outcome in delivered for f in outcome.findings)
        causes.update((str(finding.severity), finding.rule) for finding in page.unusable)
        reused = [(page.url, page.response, None, now_text())] if page.response else []
        self.writer.put(
            Delivery(
                rows=rows,
                companions=companions,
                unchanged=unchanged,
                pages=[(page.url, page.etag, page.last_modified, remembered, page.response)],
                reused=reused,
                causes=[(severity, rule, number) for (severity, rule), number in causes.items()],
                traits=[
                    (row[0], traits.pack(traits.traits(traits.known(reading.record, self.language), self.base_url)))
                    for row, outcome in zip(rows, delivered, strict=False)
                    if self.base_url is not None
                    and (reading := outcome.reading) is not None
                    and isinstance(reading.record, Dataset)
                    and row[0] not in unchanged
                ],
                gone=[key_of(self.source_key, native_id, relinked) for native_id in page.deleted_ids],
            )
        )

    def finish(self) -> None:
        """Waits until everything delivered lies in the file. Raises what went wrong while writing."""
        self.writer.finish()

    def _row(self, outcome: Outcome, page: Page, relinked: Mapping[str, Relink]) -> tuple[Any, ...]:
        key = key_of(self.source_key, outcome.native_id, relinked)
        if relink := relinked.get(outcome.native_id):
            outcome = anchored(outcome, relink)
        reading = outcome.reading
        if reading is None:
            state = SET_ASIDE if outcome.set_aside else UNCHANGED
            findings = findings_to_json(outcome.findings)
            head = (key, outcome.native_id, state, None, None, outcome.input_hash)
            nothing = (None,) * 5
            return (*head, *nothing, findings, page.response, page.url, None, outcome.traceback, 0, None, None, None)
        record = reading.record
        violations = sum([f.severity is Severity.VIOLATION for f in outcome.findings])
        # What ends with the calendar is not counted: the summary stands for as long as the version does.
        warnings = sum([f.severity is Severity.WARNING and f.rule != FUTURE for f in outcome.findings])
        summary = summarize(record, violations, warnings, self.language)
        trace = kept.trace_json(reading.trace, reading.leftovers, reading.corrected)
        return (
            key,
            outcome.native_id,
            MAPPED,
            kind_of(record),
            record.iri,
            outcome.input_hash,
            outcome.content_hash,
            summary.title or outcome.native_id,
            summary.to_json(),
            outcome.ntriples.encode(),
            trace,
            findings_to_json(outcome.findings),
            page.response,
            page.url,
            reading.source_record,
            "",
            0,
            None,
            None,
            None,
        )

    def _companion(self, companion: Companion, page: Page) -> tuple[Any, ...]:
        if len(self._companions_sent) > 10_000:
            self._companions_sent.clear()
        self._companions_sent[companion.key] = companion.content_hash
        summary = summarize(companion.record, 0, 0, self.language)
        iri, content = companion.record.iri, companion.content_hash
        head = (companion.key, iri, MAPPED, kind_of(companion.record), iri, content, content, summary.title or iri)
        body = (summary.to_json(), companion.ntriples.encode(), b"{}", "[]", page.response, page.url, None, "", 1)
        return (*head, *body, None, None, None)

    def rows(self, where: str, parameters: Sequence[object] = ()) -> Iterator[Staged]:
        """Staged records in the order of their keys, streamed."""
        columns = ", ".join(COLUMNS)
        cursor = self.database.execute(f"SELECT {columns} FROM staged WHERE {where} ORDER BY key", parameters)
        return (Staged(*row) for row in cursor)

    def planned(self, *actions: str) -> Iterator[tuple[str, int | None, Staged]]:
        """The staged records that the plan does one of the actions to: action, replaced version, record."""
        columns = ", ".join(f"s.{column}" for column in COLUMNS)
        cursor = self.database.execute(
            f"SELECT p.action, p.version_id, {columns} FROM plan p JOIN staged s USING (key) "
            f"WHERE p.action IN ({', '.join('?' * len(actions))}) ORDER BY s.seq",
            actions,
        )
        return ((row[0], row[1], Staged(*row[2:])) for row in cursor)

    def planned_heads(self, *actions: str) -> Iterator[tuple[int | None, Head]]:
        """As :meth:`planned`, but only the replaced version and what identifies the record."""
        columns = ", ".join(f"s.{column}" for column in Head._fields)
        cursor = self.database.execute(
            f"SELECT p.version_id, {columns} FROM plan p JOIN staged s USING (key) "
            f"WHERE p.action IN ({', '.join('?' * len(actions))}) ORDER BY s.seq",
            actions,
        )
        return ((row[0], Head(*row[1:])) for row in cursor)

    def stated_gone(self, keys: Sequence[str]) -> set[str]:
        """Those of some keys whose records the source says are deleted."""
        marks = ", ".join("?" * len(keys))
        return {row[0] for row in self.database.execute(f"SELECT key FROM gone WHERE key IN ({marks})", keys)}

    def causes(self) -> Counter[tuple[str, str]]:
        """How often each rule found something in this run: counts by severity and rule."""
        rows = self.database.execute("SELECT severity, rule, number FROM causes")
        return Counter({(severity, rule): number for severity, rule, number in rows})

    def has_violations(self) -> bool:
        """Whether a record that was mapped in this run has a finding of severity violation."""
        return (
            self.count("SELECT EXISTS (SELECT 1 FROM staged WHERE state = 1 AND findings LIKE '%[\"violation\"%')") > 0
        )

    def count(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """The number that a counting statement gives."""
        return int(self.database.execute(sql, parameters).fetchone()[0])

    def close(self) -> None:
        """Closes the file; it stays."""
        self.writer.close()
        self.database.close()

    def remove(self) -> None:
        """Closes and deletes the file."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)


def now_text(now: datetime | None = None) -> str:
    """A time as the store writes it: UTC, ISO 8601 with seconds."""
    return (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
