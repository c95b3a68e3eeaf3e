"""The file of a staged run, and who writes it: compresses, derives the ready forms, tells duplicates."""

from __future__ import annotations

import contextlib
import multiprocessing
import sqlite3
import traceback
from collections.abc import Sequence, Set
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import zstandard

from catalog import disk
from catalog.fragments import derive
from schemas import iris

UNCHANGED, MAPPED, SET_ASIDE = 0, 1, 2

_SCHEMA = """
CREATE TABLE IF NOT EXISTS staged (
  seq INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, native_id TEXT NOT NULL, state INTEGER NOT NULL, kind TEXT, iri TEXT UNIQUE,
  input_hash BLOB NOT NULL, content_hash BLOB, title TEXT, summary TEXT, ntriples BLOB, trace BLOB, findings TEXT NOT NULL,
  response TEXT, location TEXT, source_record TEXT, traceback TEXT NOT NULL DEFAULT '', companion INTEGER NOT NULL DEFAULT 0,
  ttl BLOB, rdf BLOB, jsonld BLOB
);
CREATE TABLE IF NOT EXISTS duplicates (native_id TEXT NOT NULL, url TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS gone (key TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS traits (key TEXT PRIMARY KEY, hashes BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pages (
  url TEXT PRIMARY KEY, etag TEXT, last_modified TEXT, native_ids BLOB NOT NULL, response TEXT
);
CREATE TABLE IF NOT EXISTS responses (url TEXT PRIMARY KEY, name TEXT NOT NULL, content_type TEXT, fetched TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS plan (
  key TEXT PRIMARY KEY, action TEXT NOT NULL, version_id INTEGER, companion INTEGER NOT NULL DEFAULT 0,
  fresh INTEGER NOT NULL DEFAULT 0, owner TEXT
);
CREATE TABLE IF NOT EXISTS causes (
  severity TEXT NOT NULL, rule TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (severity, rule)
);
CREATE INDEX IF NOT EXISTS plan_action ON plan (action);
CREATE TABLE IF NOT EXISTS likeness (
  side INTEGER NOT NULL, key TEXT NOT NULL, native_id TEXT NOT NULL, said TEXT NOT NULL, PRIMARY KEY (side, key)
);
CREATE TABLE IF NOT EXISTS marks (
  mark TEXT NOT NULL, side INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (mark, side, key)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pairs (
  old TEXT NOT NULL, new TEXT NOT NULL, score REAL NOT NULL, evidence TEXT NOT NULL, PRIMARY KEY (old, new)
);
CREATE TABLE IF NOT EXISTS proposals (
  old TEXT NOT NULL UNIQUE, new TEXT NOT NULL UNIQUE, score REAL NOT NULL, evidence TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS relinked (
  key TEXT PRIMARY KEY, native_id TEXT NOT NULL, iri TEXT NOT NULL, former_id TEXT NOT NULL
);
"""

COLUMNS = (
    *("key", "native_id", "state", "kind", "iri", "input_hash", "content_hash", "title", "summary", "ntriples"),
    *("trace", "findings", "response", "location", "source_record", "traceback", "companion", "ttl", "rdf", "jsonld"),
)
_VALUES = f"INTO staged ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
# A service may be met as a companion first and be delivered for itself later.
_INSERT = (
    f"INSERT {_VALUES} ON CONFLICT(key) DO UPDATE SET "
    + ", ".join(f"{column}=excluded.{column}" for column in COLUMNS[1:])
    + " WHERE staged.companion = 1 ON CONFLICT DO NOTHING"
)
_INSERT_COMPANION = (
    f"INSERT {_VALUES} ON CONFLICT(key) DO UPDATE SET content_hash=excluded.content_hash, ntriples=excluded.ntriples "
    "ON CONFLICT DO NOTHING"
)
_compress = zstandard.ZstdCompressor(level=3).compress


class Delivery(NamedTuple):
    """What is written in one transaction: rows of the file's tables, texts not yet compressed.

    ``unchanged`` are the keys whose content is published already: no ready forms are derived for them. ``reused`` are
    responses of earlier runs that this one read again, ``causes`` how often each rule found something, ``gone`` the
    keys of records that the source says are deleted, ``traits`` by what datasets may be known in other sources.
    """

    rows: Sequence[tuple[Any, ...]] = ()
    companions: Sequence[tuple[Any, ...]] = ()
    unchanged: Set[str] = frozenset()
    pages: Sequence[tuple[Any, ...]] = ()
    responses: Sequence[tuple[Any, ...]] = ()
    reused: Sequence[tuple[Any, ...]] = ()
    causes: Sequence[tuple[str, str, int]] = ()
    gone: Sequence[str] = ()
    traits: Sequence[tuple[str, bytes]] = ()


class StagingFailed(RuntimeError):
    """Raised when the process that writes the staging file has failed; carries its traceback."""

    def __init__(self, reason: str, trouble: disk.Kind | None) -> None:
        super().__init__(reason)
        self.disk_kind = trouble


def connect(file: Path) -> sqlite3.Connection:
    """The staging file, made if it is not there."""
    database = sqlite3.connect(file, isolation_level=None, timeout=60)
    # A run that dies is done again from what was kept: its place need not survive a power cut.
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("PRAGMA synchronous=OFF")
    # A run that has waited since an earlier version of this program lacks what came with this one.
    database.executescript(_SCHEMA)
    return database


class Fetched(NamedTuple):
    """A response that a run has kept."""

    url: str
    name: str
    content_type: str | None
    fetched: str


def fetched(file: Path) -> list[Fetched]:
    """The responses that a run kept, out of the staging file that it left behind; none if the file is not usable."""
    if not file.exists():
        return []
    try:
        with contextlib.closing(sqlite3.connect(file, timeout=5)) as database:
            rows = database.execute("SELECT url, name, content_type, fetched FROM responses").fetchall()
    except sqlite3.DatabaseError:
        return []
    return [Fetched(*row) for row in rows]


_NATIVE_ID, _STATE, _IRI, _CONTENT = (COLUMNS.index(name) for name in ("native_id", "state", "iri", "content_hash"))
_NTRIPLES, _TRACE, _LOCATION = (COLUMNS.index(name) for name in ("ntriples", "trace", "location"))


class Writer:
    """Writes deliveries in this process."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database

    def put(self, delivery: Delivery) -> None:
        """Writes a delivery in one transaction."""
        database = self.database
        database.execute("BEGIN")
        for row in delivery.companions:
            self._companion(row)
        for row in delivery.rows:
            ready = _ready(row, row[0] not in delivery.unchanged)
            if database.execute(_INSERT, ready).rowcount == 0:
                database.execute("INSERT INTO duplicates VALUES (?, ?)", (row[_NATIVE_ID], row[_LOCATION]))
        for url, etag, last_modified, ids, response in delivery.pages:
            remembered = _compress(ids)
            database.execute(
                "INSERT OR REPLACE INTO pages VALUES (?, ?, ?, ?, ?)", (url, etag, last_modified, remembered, response)
            )
        database.executemany("INSERT OR REPLACE INTO responses VALUES (?, ?, ?, ?)", delivery.responses)
        database.executemany("INSERT OR IGNORE INTO responses VALUES (?, ?, ?, ?)", delivery.reused)
        database.executemany(
            "INSERT INTO causes VALUES (?, ?, ?) ON CONFLICT(severity, rule) DO UPDATE SET number = number + excluded.number",
            delivery.causes,
        )
        database.executemany("INSERT OR IGNORE INTO traits VALUES (?, ?)", delivery.traits)
        database.executemany("INSERT OR IGNORE INTO gone VALUES (?)", [(key,) for key in delivery.gone])
        database.execute("COMMIT")

    def _companion(self, row: tuple[Any, ...]) -> None:
        known = self.database.execute("SELECT content_hash, ntriples FROM staged WHERE key = ?", (row[0],)).fetchone()
        if known is not None:
            if known[0] == row[_CONTENT] or known[1] is None:
                return
            merged = _merged(known[1], row[_NTRIPLES])
            content = iris.content_hash(merged.decode())
            if content == known[0]:
                return
            row = (*row[:_CONTENT], content, *row[_CONTENT + 1 : _NTRIPLES], merged, *row[_NTRIPLES + 1 :])
        self.database.execute(_INSERT_COMPANION, _ready(row, True))

    def finish(self) -> None:
        """Everything is written already."""

    def close(self) -> None:
        """There is nothing to end."""


def _ready(row: tuple[Any, ...], changed: bool) -> tuple[Any, ...]:
    ntriples = row[_NTRIPLES]
    if ntriples is None:
        return row
    packed = (*row[:_NTRIPLES], _compress(ntriples), _compress(row[_TRACE]), *row[_TRACE + 1 : -3])
    if not changed:
        return (*packed, None, None, None)
    fragments = derive(ntriples)
    return (*packed, _compress(fragments.ttl), _compress(fragments.rdf), _compress(fragments.jsonld))


def _merged(stored: bytes, ntriples: bytes) -> bytes:
    # An agent that several records describe has all that any of them says (RDF merge).
    lines = set(zstandard.decompress(stored).splitlines()) | set(ntriples.splitlines())
    return b"\n".join(sorted(lines)) + b"\n"


class WriterProcess:
    """Writes deliveries in a process of its own, which ends with this one."""

    def __init__(self, file: Path) -> None:
        context = multiprocessing.get_context("fork")
        theirs, self._deliveries = context.Pipe(duplex=False)
        self._answers, answers = context.Pipe(duplex=False)
        self._process = context.Process(
            target=_write, args=(file, theirs, answers, (self._deliveries, self._answers)), daemon=True
        )
        self._process.start()
        theirs.close()
        answers.close()

    def put(self, delivery: Delivery) -> None:
        """Hands a delivery over; waits while the other process is busy. Raises StagingFailed."""
        try:
            self._deliveries.send(delivery)
        except BrokenPipeError:
            self.finish()
            raise

    def finish(self) -> None:
        """Waits until everything is written. Raises StagingFailed with the reason if it could not be."""
        if self._deliveries.closed:
            return
        self._deliveries.close()
        try:
            failure, trouble = self._answers.recv()
        except EOFError:
            failure, trouble = "the process that writes the staging file is gone", None
        self._process.join()
        if failure is not None:
            raise StagingFailed(failure, trouble)

    def close(self) -> None:
        """Ends the process."""
        self._deliveries.close()
        self._process.join(5)
        if self._process.is_alive():
            self._process.kill()
            self._process.join()
        self._answers.close()


def _write(file: Path, deliveries: Connection, answers: Connection, others: tuple[Connection, ...]) -> None:
    for other in others:
        other.close()  # else the end of the deliveries would never be seen
    failure, trouble = None, None
    try:
        writer = Writer(connect(file))
        with contextlib.suppress(EOFError):
            while True:
                writer.put(deliveries.recv())
    except Exception as error:  # whatever it is, the run has to end with it
        failure, trouble = traceback.format_exc(), disk.kind(error)
    answers.send((failure, trouble))
