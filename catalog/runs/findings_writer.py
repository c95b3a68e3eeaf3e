"""Writes the findings of a run from its staging file when it ends; :mod:`catalog.runs.run_findings` reads them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.runs.run_findings import (
    HELD,
    LEFT,
    RECORD,
    SET_ASIDE,
    Cause,
    Place,
    Summary,
    folder,
    lines_file,
    rank,
    stored_form,
    summary,
    summary_file,
)
from catalog.runs.run_rules import DUPLICATE, FOREIGN, ROBOTS, SHARED_IRI
from catalog.runs.staging import Staging, now_text
from catalog.runs.staging_file import UNCHANGED
from catalog.store import Store
from harvesters.reading import CrawlReport
from harvesters.reasons import Reason
from schemas import future_dates
from schemas.findings import Finding, Severity
from schemas.region import HarvestSource, Region

# So many services, agents and series of a source are known as such; what concerns one of them is told once.
SHARED = 20_000
# So many records of each cause are named on the run's page; the files name all.
EXAMPLES = 20
BATCH = 500
# What became of a record, by the action of the plan; any other: it is public, or would be.
_BECAME = {"failed": SET_ASIDE, "foreign": LEFT, "blocked": HELD}


def write(
    store: Store, run_id: int, source: HarvestSource, staging: Staging | None, report: CrawlReport | None, now: datetime
) -> Summary:
    """Writes the findings of a run that ends: published, held or planned, or failed (then nothing was staged).

    Without a ``report`` (a waiting run that is accepted) what concerns the source is what was written when it was held.
    """
    known = summary(store.region, run_id)
    about = tuple(_of_the_source(report, source)) if report is not None else known.source if known else ()
    folder(store.region).mkdir(parents=True, exist_ok=True)
    made = Summary(run_id, "", (), about)
    if staging is None:
        lines_file(store.region, run_id).unlink(missing_ok=True)
    else:
        digest = _digest(staging)
        before = _before(store, run_id, source.key)
        same = before is not None and before.digest == digest and not _ends_by_itself(before)
        if before is not None and same and _link(store.region, before.run, run_id):
            made = Summary(run_id, digest, before.causes, about)
        else:
            made = Summary(run_id, digest, _write_lines(store, run_id, staging, now), about)
    _replace(summary_file(store.region, run_id), orjson.dumps(stored_form(made)))
    _prune(store, source, now)
    return made


def _of_the_source(report: CrawlReport, source: HarvestSource) -> Iterator[Finding]:
    yield from report.refusals
    refused = {finding.message("de") for finding in report.refusals}
    said = set()
    failures = report.failures or (Reason(report.failure_de or "", report.failure_en or ""),)
    for failure in failures:
        if failure.de and failure.de not in said and not any(message in failure.de for message in refused):
            said.add(failure.de)
            yield failure.finding(source.id)
    yield from report.findings
    for origin, verdict in report.robots:
        kind, _, reason = verdict.partition(": ")
        if kind in ROBOTS:
            severity, rule = ROBOTS[kind]
            yield Finding(severity, origin, None, rule, (origin, reason))


def _digest(staging: Staging) -> str:
    """What the findings on a run's records follow from: each record's input hash (DESIGN 3, step 4) and what became of it."""
    found = hashlib.blake2b(digest_size=16)
    rows = staging.database.execute(
        "SELECT p.key, s.input_hash, CASE WHEN p.action IN ('failed', 'foreign', 'blocked') THEN p.action ELSE '' END, "
        "ifnull(p.owner, '') FROM plan p JOIN staged s USING (key) WHERE s.companion = 0 ORDER BY p.key"
    )
    for key, input_hash, action, owner in rows:
        found.update(b"%s %s %s %s\n" % (key.encode(), input_hash, action.encode(), owner.encode()))
    for native_id, url in staging.database.execute("SELECT native_id, url FROM duplicates ORDER BY rowid"):
        found.update(orjson.dumps([native_id, url]))
    return found.hexdigest()


def _before(store: Store, run_id: int, source_key: str) -> Summary | None:
    runs = tables.runs
    ids = (
        sa.select(runs.c.id).where(runs.c.source_key == source_key, runs.c.id < run_id).order_by(runs.c.id.desc())
    ).limit(10)
    with store.engine.connect() as connection:
        before = list(connection.scalars(ids))
    return next((found for each in before if (found := summary(store.region, each)) and found.digest), None)


def _ends_by_itself(before: Summary) -> bool:
    """Whether a run told of dates in the future, which may have come since (F18)."""
    return any(cause.rule == future_dates.FUTURE for cause in before.causes)


def _link(region: Region, before: int, run_id: int) -> bool:
    file, theirs = lines_file(region, run_id), lines_file(region, before)
    file.unlink(missing_ok=True)
    with suppress(OSError):  # no links on this disk, or the file is gone
        os.link(theirs, file)
        return True
    return False


def _write_lines(store: Store, run_id: int, staging: Staging, now: datetime) -> tuple[Cause, ...]:
    database = staging.database
    causes: dict[tuple[str, str, str | None], Cause] = {}
    numbers: dict[tuple[str, str, str | None], int] = {}
    database.execute("DROP TABLE IF EXISTS found")
    database.execute("CREATE TABLE found (cause INTEGER NOT NULL, line BLOB NOT NULL)")
    database.execute("BEGIN")
    insert = database.cursor()
    rows: list[tuple[int, bytes]] = []
    shared, told = _shared(store, staging), set()
    for place, findings in _places(store, staging):
        touched = set()
        for severity, focus, path, rule, arguments in findings:
            if focus in shared:
                # A service says the same at each of its layers, and is mended in one place.
                mark = (focus, path, rule, *arguments)
                if mark in told:
                    continue
                told.add(mark)
            if rule == future_dates.FUTURE and not future_dates.is_future(arguments[-1], now):
                continue
            key = (severity, rule, path)
            cause = causes.get(key)
            if cause is None:
                cause = causes[key] = Cause(severity, rule, path)
                numbers[key] = len(numbers)
            cause.add(arguments)
            if key not in touched:
                touched.add(key)
                cause.records += 1
                if len(cause.examples) < EXAMPLES:
                    cause.examples.append(place)
            rows.append((numbers[key], orjson.dumps([(*place,), focus, arguments])))
        if len(rows) >= BATCH:
            insert.executemany("INSERT INTO found VALUES (?, ?)", rows)
            rows.clear()
    insert.executemany("INSERT INTO found VALUES (?, ?)", rows)
    ordered = sorted(causes, key=lambda key: (rank(key[0]), -causes[key].findings, key[1], key[2] or ""))
    database.execute("CREATE TEMP TABLE place_of (cause INTEGER PRIMARY KEY, place INTEGER NOT NULL)")
    database.executemany("INSERT INTO place_of VALUES (?, ?)", [(numbers[key], n) for n, key in enumerate(ordered)])
    lines = database.execute("SELECT place, line FROM found JOIN place_of USING (cause) ORDER BY place, found.rowid")
    file = lines_file(store.region, run_id)
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    with unfinished.open("wb") as opened, zstandard.ZstdCompressor(level=3).stream_writer(opened) as packed:
        for number, line in lines:
            packed.write(b"[%d,%s\n" % (number, line[1:]))
    database.execute("DROP TABLE place_of")
    database.execute("DROP TABLE found")
    database.execute("COMMIT")
    unfinished.replace(file)
    return tuple(causes[key] for key in ordered)


def _shared(store: Store, staging: Staging) -> frozenset[str]:
    """The IRIs of the services, agents and series that the source's records refer to, as staged now or as known."""
    records = tables.records
    staged = staging.database.execute("SELECT iri FROM staged WHERE companion = 1 LIMIT ?", (SHARED,)).fetchall()
    known = (
        sa.select(records.c.iri)
        .where(records.c.source_key == staging.source_key, records.c.kind != "dataset")
        .limit(SHARED)
    )
    with store.engine.connect() as connection:
        return frozenset([iri for (iri,) in staged] + list(connection.scalars(known)))


def _places(store: Store, staging: Staging) -> Iterator[tuple[Place, list[Any]]]:
    """Each record that the run saw, with its findings: as mapped now, or as stored where it did not change."""
    rows = staging.database.execute(
        "SELECT p.action, p.version_id, p.owner, p.key, s.native_id, s.state, s.kind, s.iri, s.title, s.findings "
        "FROM plan p JOIN staged s USING (key) WHERE s.companion = 0 ORDER BY s.seq"
    )
    while batch := rows.fetchmany(BATCH):
        stored = _stored(store, [row[1] for row in batch if row[5] == UNCHANGED and row[1] is not None])
        for action, version, owner, key, native_id, state, kind, iri, title, findings in batch:
            if state == UNCHANGED and version in stored:
                kind, title, findings = stored[version]
            found = orjson.loads(findings)
            became = _BECAME.get(action, RECORD)
            if became == LEFT or (became == RECORD and owner and owner != key):
                rule = FOREIGN if became == LEFT else SHARED_IRI
                found.append([str(Severity.WARNING), native_id, None, rule, [iri or "", owner or ""]])
            if found:
                yield Place(became, key, kind or "", native_id, title or ""), found
    for native_id, url in staging.database.execute("SELECT native_id, url FROM duplicates ORDER BY rowid"):
        place = Place(LEFT, "", "", native_id, "")
        yield place, [[str(Severity.WARNING), url, None, DUPLICATE, [native_id, url]]]


def _stored(store: Store, version_ids: Sequence[int]) -> dict[int, tuple[str, str, str]]:
    versions, records = tables.versions, tables.records
    if not version_ids:
        return {}
    statement = (
        sa.select(versions.c.id, records.c.kind, versions.c.title, versions.c.findings)
        .join_from(versions, records, records.c.key == versions.c.key)
        .where(versions.c.id.in_(version_ids))
    )
    with store.engine.connect() as connection:
        return {row[0]: (row[1], row[2], row[3]) for row in connection.execute(statement)}


def _prune(store: Store, source: HarvestSource, now: datetime) -> None:
    """Deletes the findings of the source's runs that are older than its ``run_days``."""
    runs = tables.runs
    before = now_text(now - timedelta(days=source.limits.run_days))
    with store.engine.connect() as connection:
        old = connection.scalars(sa.select(runs.c.id).where(runs.c.source_key == source.key, runs.c.ended < before))
        for run_id in old.all():
            summary_file(store.region, run_id).unlink(missing_ok=True)
            lines_file(store.region, run_id).unlink(missing_ok=True)


def _replace(file: Path, content: bytes) -> None:
    unfinished = file.with_name(f".{file.name}.{os.getpid()}.part")
    unfinished.write_bytes(content)
    unfinished.replace(file)
