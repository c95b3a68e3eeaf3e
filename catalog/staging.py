"""The place of one run: what it fetched and read, and what it would change, in a file of its own.

Nothing in it is public. It is written in batches, so memory stays flat, and kept as long as a plan waits for a steward.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import zstandard

from catalog.responses import Responses
from catalog.summary import kind_of, summarize
from harvesters.reading import Kept, Outcome, Page
from schemas import iris
from schemas.findings import Finding, Severity

UNCHANGED, MAPPED, SET_ASIDE = 0, 1, 2

_SCHEMA = """
CREATE TABLE staged (
  seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, native_id TEXT NOT NULL, state INTEGER NOT NULL, kind TEXT, iri TEXT UNIQUE,
  input_hash BLOB NOT NULL, content_hash BLOB, title TEXT, summary TEXT, ntriples BLOB, trace BLOB, findings TEXT NOT NULL,
  response TEXT, location TEXT, source_record TEXT, traceback TEXT NOT NULL DEFAULT '', companion INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE duplicates (native_id TEXT NOT NULL, url TEXT NOT NULL);
CREATE TABLE pages (
  url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, native_ids BLOB NOT NULL, response TEXT
);
CREATE TABLE responses (url TEXT PRIMARY KEY, name TEXT NOT NULL, content_type TEXT, fetched TEXT NOT NULL);
CREATE TABLE plan (
  key TEXT PRIMARY KEY, action TEXT NOT NULL, version_id INTEGER, companion INTEGER NOT NULL DEFAULT 0,
  fresh INTEGER NOT NULL DEFAULT 0, owner TEXT
);
CREATE INDEX plan_action ON plan (action);
"""

_COLUMNS = (
    *("key", "native_id", "state", "kind", "iri", "input_hash", "content_hash", "title", "summary", "ntriples"),
    *("trace", "findings", "response", "location", "source_record", "traceback", "companion"),
)
_VALUES = f"INTO staged ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
# A service may be met as a companion first and be delivered for itself later.
_INSERT = (
    f"INSERT {_VALUES} ON CONFLICT(key) DO UPDATE SET "
    + ", ".join(f"{column}=excluded.{column}" for column in _COLUMNS[1:])
    + " WHERE staged.companion = 1 ON CONFLICT DO NOTHING"
)
_INSERT_COMPANION = (
    f"INSERT {_VALUES} ON CONFLICT(key) DO UPDATE SET content_hash=excluded.content_hash, ntriples=excluded.ntriples "
    "ON CONFLICT DO NOTHING"
)
_compress = zstandard.ZstdCompressor(level=3).compress


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


def findings_to_json(findings: Iterable[Finding]) -> str:
    """Findings in the compact form of the store."""
    return orjson.dumps([[str(f.severity), f.focus, f.path, f.rule, list(f.arguments)] for f in findings]).decode()


def findings_from_json(stored: str) -> tuple[Finding, ...]:
    """Findings out of the store."""
    return tuple(
        Finding(Severity(severity), focus, path, rule, tuple(arguments))
        for severity, focus, path, rule, arguments in orjson.loads(stored)
    )


class Staging:
    """A run's place. It is the sink that the crawl delivers into."""

    def __init__(self, file: Path, source_key: str, language: str, responses: Responses) -> None:
        self.file = file
        self.source_key = source_key
        self.language = language
        self.responses = responses
        fresh = not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        self.database = sqlite3.connect(file, isolation_level=None)
        # A run that dies is done again from what was kept: its place need not survive a power cut.
        self.database.execute("PRAGMA journal_mode=WAL")
        self.database.execute("PRAGMA synchronous=OFF")
        if fresh:
            self.database.executescript(_SCHEMA)

    def keep(self, response: Kept) -> str:
        """Keeps a response for replays; gives the hash it is named after."""
        name = self.responses.put(response.body)
        self.database.execute(
            "INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?)",
            (response.url, name, response.content_type, now_text()),
        )
        return name

    def deliver(self, page: Page, outcomes: Iterable[Outcome]) -> None:
        """Stages one page's outcomes in one transaction; a record whose key was staged before is a duplicate."""
        database = self.database
        database.execute("BEGIN")
        ids = []
        for outcome in outcomes:
            ids.append(outcome.native_id)
            if outcome.reading is not None:
                self._companions(outcome, page)
            row = self._row(outcome, page)
            if database.execute(_INSERT, row).rowcount == 0:
                database.execute("INSERT INTO duplicates VALUES (?, ?)", (outcome.native_id, page.url))
        for number, finding in enumerate(page.unusable):
            place = f"{finding.focus}#{number}"
            database.execute(_INSERT, self._row(Outcome(place, b"", findings=(finding,), set_aside=True), page))
        remembered = _compress(orjson.dumps(ids))
        database.execute(
            "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?)",
            (page.url, page.etag, page.last_modified, remembered, page.response),
        )
        if page.seen_ids and page.response:
            database.execute(
                "INSERT OR IGNORE INTO responses VALUES (?, ?, NULL, ?)", (page.url, page.response, now_text())
            )
        database.execute("COMMIT")

    def _row(self, outcome: Outcome, page: Page) -> tuple[Any, ...]:
        key = iris.key(self.source_key, outcome.native_id)
        reading = outcome.reading
        if reading is None:
            state = SET_ASIDE if outcome.set_aside else UNCHANGED
            findings = findings_to_json(outcome.findings)
            head = (key, outcome.native_id, state, None, None, outcome.input_hash)
            nothing = (None,) * 5
            return (*head, *nothing, findings, page.response, page.url, None, outcome.traceback, 0)
        record = reading.record
        assert record.iri is not None
        violations = sum(f.severity is Severity.VIOLATION for f in outcome.findings)
        warnings = sum(f.severity is Severity.WARNING for f in outcome.findings)
        summary = summarize(record, violations, warnings, self.language)
        trace = {"trace": [list(entry) for entry in reading.trace], "leftovers": reading.leftovers}
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
            _compress(outcome.ntriples.encode()),
            _compress(orjson.dumps(trace)),
            findings_to_json(outcome.findings),
            page.response,
            page.url,
            reading.source_record,
            "",
            0,
        )

    def _companions(self, outcome: Outcome, page: Page) -> None:
        for companion in outcome.companions:
            known = self.database.execute(
                "SELECT content_hash, ntriples FROM staged WHERE key = ?", (companion.key,)
            ).fetchone()
            ntriples, content = companion.ntriples, companion.content_hash
            if known is not None:
                if known[0] == content or known[1] is None:
                    continue
                ntriples = _merged(known[1], ntriples)
                content = iris.content_hash(ntriples)
                if content == known[0]:
                    continue
            summary = summarize(companion.record, 0, 0, self.language)
            self.database.execute(
                _INSERT_COMPANION,
                (
                    companion.key,
                    companion.record.iri,
                    MAPPED,
                    kind_of(companion.record),
                    companion.record.iri,
                    content,
                    content,
                    summary.title or companion.record.iri,
                    summary.to_json(),
                    _compress(ntriples.encode()),
                    _compress(b"{}"),
                    "[]",
                    page.response,
                    page.url,
                    None,
                    "",
                    1,
                ),
            )

    def rows(self, where: str, parameters: Sequence[object] = ()) -> Iterator[Staged]:
        """Staged records in the order of their keys, streamed."""
        columns = ", ".join(_COLUMNS)
        cursor = self.database.execute(f"SELECT {columns} FROM staged WHERE {where} ORDER BY key", parameters)
        return (Staged(*row) for row in cursor)

    def planned(self, *actions: str) -> Iterator[tuple[str, int | None, Staged]]:
        """The staged records that the plan does one of the actions to: action, replaced version, record."""
        columns = ", ".join(f"s.{column}" for column in _COLUMNS)
        cursor = self.database.execute(
            f"SELECT p.action, p.version_id, {columns} FROM plan p JOIN staged s USING (key) "
            f"WHERE p.action IN ({', '.join('?' * len(actions))}) ORDER BY s.seq",
            actions,
        )
        return ((row[0], row[1], Staged(*row[2:])) for row in cursor)

    def count(self, sql: str, parameters: Sequence[object] = ()) -> int:
        """The number that a counting statement gives."""
        return int(self.database.execute(sql, parameters).fetchone()[0])

    def close(self) -> None:
        """Closes the file; it stays."""
        self.database.close()

    def remove(self) -> None:
        """Closes and deletes the file."""
        self.close()
        for suffix in ("", "-wal", "-shm"):
            self.file.with_name(self.file.name + suffix).unlink(missing_ok=True)


def _merged(stored: bytes, ntriples: str) -> str:
    # An agent that several records describe has all that any of them says (RDF merge).
    lines = set(zstandard.decompress(stored).decode().splitlines()) | set(ntriples.splitlines())
    return "\n".join(sorted(lines)) + "\n"


def now_text(now: datetime | None = None) -> str:
    """A time as the store writes it: UTC, ISO 8601 with seconds."""
    return (now or datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
