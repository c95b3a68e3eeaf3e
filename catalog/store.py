"""All writing: runs with their lease, publication under a number, undo (DESIGN 3, steps 5 to 7).

Versions are written in small batches, invisible; publishing is the update of one row with the run's token checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catalog import database, lease, staging_file, tables
from catalog.exceptions import LeaseLost, NoSuchRun, RunActive
from catalog.memory import StoreMemory
from catalog.planning import Baseline, Counts, Published, loses_license
from catalog.responses import Responses
from catalog.staging import now_text
from harvesters.reading import Kept
from schemas.region import HarvestSource, Region

BATCH = 500


# The report of a run whose process died.
INTERRUPTED = '{"interrupted": true}'


class Run(NamedTuple):
    """A run under way: its number and the fencing token that publishing checks."""

    id: int
    token: str


class RunRecord(NamedTuple):
    """A run as decisions and replays need it."""

    source_key: str
    kind: str
    coverage: str
    report: dict[str, Any]


class Store:
    """The writing door to a region's store."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.engine = database.prepare(region)
        self.writing = database.writing(self.engine)
        self.responses = Responses(region.data / "responses")
        self._first_number()

    def _first_number(self) -> None:
        if self.number_or_none() is None:
            first = self.upsert(tables.publication).values(id=1, number=0, published_at=now_text())
            with self.writing.begin() as connection:
                connection.execute(first.on_conflict_do_nothing(index_elements=["id"]))

    def number_or_none(self) -> int | None:
        """The published number; None in a store that was never written to."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(tables.publication.c.number))

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()

    def staging_file(self, run_id: int) -> Path:
        """Where the staging file of a run lies."""
        return self.region.data / "staging" / f"{run_id}.db"

    def upsert(self, table: sa.Table) -> Any:
        """An INSERT of the store's dialect that can say ON CONFLICT."""
        return (postgresql if self.engine.dialect.name == "postgresql" else sqlite).insert(table)

    def number(self) -> int:
        """The published number."""
        return self.number_or_none() or 0

    # ---------------------------------------------------------------------------------------------- runs

    def open_run(self, source: HarvestSource, kind: str, now: datetime) -> Run:
        """Opens a run of a source under a lease. Runs whose process died are closed as failed. Raises RunActive."""
        token = lease.token()
        with self.writing.begin() as connection:
            self._refuse_active(connection, source.key, now)
            made = connection.execute(
                sa.insert(tables.runs).values(
                    source_key=source.key,
                    source_id=source.id,
                    kind=kind,
                    state="running",
                    token=token,
                    started=now_text(now),
                    heartbeat=now_text(now),
                )
            ).inserted_primary_key
            assert made is not None
        return Run(int(made[0]), token)

    def _refuse_active(self, connection: sa.Connection, source_key: str, now: datetime) -> None:
        runs = tables.runs
        # One writer at a time decides who is the active run of a source.
        connection.execute(sa.update(tables.publication).values(number=tables.publication.c.number))
        active = connection.execute(
            sa.select(runs.c.id, runs.c.token, runs.c.heartbeat, runs.c.started, runs.c.source_id).where(
                runs.c.source_key == source_key, runs.c.state == "running"
            )
        ).all()
        for row in active:
            if lease.alive(row.token, row.heartbeat, now):
                raise RunActive(f"{row.source_id}: run {row.id} has been under way since {row.started}")
            self._close_dead(connection, row.id, now)

    def _close_dead(self, connection: sa.Connection, run_id: int, now: datetime) -> None:
        salvaged = staging_file.fetched(self.staging_file(run_id))
        if salvaged:
            insert = self.upsert(tables.responses).on_conflict_do_nothing(index_elements=["run_id", "url"])
            connection.execute(insert, [{**response._asdict(), "run_id": run_id} for response in salvaged])
        connection.execute(
            sa.update(tables.runs)
            .where(tables.runs.c.id == run_id)
            .values(
                state="done",
                status="failed",
                reason_de="Der Lauf wurde unterbrochen; der nächste macht mit dem weiter, was schon geholt war.",
                reason_en="The run was interrupted; the next one goes on from what was fetched.",
                report=INTERRUPTED,
                ended=now_text(now),
            )
        )
        self.remove_staging(run_id)

    def heartbeat(self, run: Run, progress: int) -> None:
        """Renews the lease and notes how many records were fetched. Raises LeaseLost."""
        with self.writing.begin() as connection:
            found = connection.execute(
                sa.update(tables.runs)
                .where(tables.runs.c.id == run.id, tables.runs.c.token == run.token, tables.runs.c.state == "running")
                .values(heartbeat=now_text(), progress=progress)
            )
            if found.rowcount != 1:
                raise LeaseLost(f"run {run.id} is no longer ours")

    def progress(self, source_ids: Sequence[str]) -> list[tuple[str, int]]:
        """How many records the runs under way of some sources have delivered."""
        runs = tables.runs
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(runs.c.source_id, runs.c.progress).where(
                    runs.c.state == "running", runs.c.source_id.in_(source_ids)
                )
            )
            return [(source_id, progress) for source_id, progress in rows]

    def last_started(self, source_keys: Sequence[str]) -> dict[str, datetime]:
        """When the last run of each source began; the last by number, for a wrong clock may have lain ahead (F56)."""
        runs = tables.runs
        last = (
            sa.select(sa.func.max(runs.c.id))
            .where(runs.c.source_key.in_(source_keys), runs.c.kind != "undo")
            .group_by(runs.c.source_key)
        )
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(runs.c.source_key, runs.c.started).where(runs.c.id.in_(last)))
            return {key: datetime.fromisoformat(started) for key, started in rows}

    def close_run(self, run: Run, now: datetime, **values: Any) -> None:
        """Writes a run's outcome: ``state``, ``status``, ``reason_de`` … as columns of the runs table."""
        with self.writing.begin() as connection:
            connection.execute(
                sa.update(tables.runs)
                .where(tables.runs.c.id == run.id)
                .values(**{"state": "done", "ended": now_text(now), **values})
            )

    def waiting(self, source_key: str) -> tuple[int, ...]:
        """The runs of a source that wait for a steward."""
        runs = tables.runs
        with self.engine.connect() as connection:
            found = connection.scalars(
                sa.select(runs.c.id).where(runs.c.source_key == source_key, runs.c.state == "waiting")
            )
            return tuple(int(i) for i in found)

    def replace_waiting(self, source_key: str, except_run: int, now: datetime) -> None:
        """Closes undecided runs of a source, because a later run made its own plan (DESIGN 3, Guard)."""
        for run_id in self.waiting(source_key):
            if run_id != except_run:
                self.close_run(
                    Run(run_id, ""),
                    now,
                    reason_de=f"Durch Lauf {except_run} ersetzt.",
                    reason_en=f"Replaced by run {except_run}.",
                )
                self.remove_staging(run_id)

    def remove_staging(self, run_id: int) -> None:
        """Deletes a run's staging file."""
        file = self.staging_file(run_id)
        for suffix in ("", "-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)

    def reopen(self, run_id: int, now: datetime) -> Run:
        """Takes a waiting run under a new lease. Raises NoSuchRun, RunActive."""
        runs = tables.runs
        token = lease.token()
        with self.writing.begin() as connection:
            row = connection.execute(sa.select(runs.c.source_key, runs.c.state).where(runs.c.id == run_id)).first()
            if row is None:
                raise NoSuchRun(f"run {run_id} does not exist")
            if row.state != "waiting":
                raise NoSuchRun(f"run {run_id} waits for no decision (it is {row.state})")
            self._refuse_active(connection, row.source_key, now)
            taken = connection.execute(
                sa.update(runs)
                .where(runs.c.id == run_id, runs.c.state == "waiting")
                .values(state="running", token=token, heartbeat=now_text(now))
            )
            if taken.rowcount != 1:
                raise NoSuchRun(f"run {run_id} is being decided on just now")
        return Run(run_id, token)

    def run(self, run_id: int) -> RunRecord:
        """What the store knows of a run. Raises NoSuchRun."""
        runs = tables.runs
        with self.engine.connect() as connection:
            row = connection.execute(
                sa.select(runs.c.source_key, runs.c.kind, runs.c.coverage, runs.c.report).where(runs.c.id == run_id)
            ).first()
        if row is None:
            raise NoSuchRun(f"run {run_id} does not exist")
        return RunRecord(row.source_key, row.kind, row.coverage or "partial", orjson.loads(row.report or "{}"))

    def newest_kept(self, source_key: str, before: int) -> int | None:
        """The newest run of a source, before another, that kept responses and was no replay itself."""
        runs = tables.runs
        with self.engine.connect() as connection:
            found: int | None = connection.scalar(
                sa.select(sa.func.max(runs.c.id)).where(
                    runs.c.source_key == source_key,
                    runs.c.id < before,
                    runs.c.kind != "replay",
                    sa.exists().where(tables.responses.c.run_id == runs.c.id),
                )
            )
        return found

    def interrupted(self, source_key: str, before: int, now: datetime) -> Mapping[str, tuple[str, str | None]]:
        """The responses of the run just before another, by address, if that run was interrupted within the last hour."""
        runs = tables.runs
        with self.engine.connect() as connection:
            last = connection.execute(
                sa.select(runs.c.id, runs.c.report, runs.c.started)
                .where(runs.c.source_key == source_key, runs.c.id < before)
                .order_by(runs.c.id.desc())
                .limit(1)
            ).first()
        if last is None or last.report != INTERRUPTED or last.started < now_text(now - timedelta(hours=1)):
            return {}
        try:
            return self.kept(last.id)
        except NoSuchRun:
            return {}

    def release(self, undo_id: int) -> int:
        """Releases the inputs that an undo blocked; gives how many. Their pages are asked for anew."""
        source_key = self.run(undo_id).source_key
        with self.writing.begin() as connection:
            released = connection.execute(sa.delete(tables.blocked).where(tables.blocked.c.run_id == undo_id))
            connection.execute(sa.delete(tables.pages).where(tables.pages.c.source_key == source_key))
        return int(released.rowcount)

    def blockers(self, source_key: str) -> tuple[int, ...]:
        """The undos that block inputs of a source."""
        with self.engine.connect() as connection:
            found = connection.scalars(
                sa.select(tables.blocked.c.run_id).where(tables.blocked.c.source_key == source_key).distinct()
            )
            return tuple(sorted(int(i) for i in found))

    def accepted_at(self, source_key: str) -> str | None:
        """When a steward last accepted a run of a source."""
        runs = tables.runs
        with self.engine.connect() as connection:
            found: str | None = connection.scalar(
                sa.select(sa.func.max(runs.c.ended)).where(
                    runs.c.source_key == source_key, runs.c.kind == "accepted", runs.c.state == "done"
                )
            )
        return found

    def has_violations(self, source_key: str, at: int) -> bool:
        """Whether a published record of a source has a finding of severity violation."""
        versions, records = tables.versions, tables.records
        with self.engine.connect() as connection:
            found = connection.scalar(
                sa.select(sa.literal(1))
                .select_from(records.join(versions, versions.c.key == records.c.key))
                .where(records.c.source_key == source_key, current(at), versions.c.findings.like('%["violation"%'))
                .limit(1)
            )
        return found is not None

    def title(self, version_id: int) -> str:
        """The title of a version."""
        with self.engine.connect() as connection:
            return str(connection.scalar(sa.select(tables.versions.c.title).where(tables.versions.c.id == version_id)))

    # ---------------------------------------------------------------------------------------- what is known

    def published(self, source_key: str, at: int) -> Iterator[Published]:
        """The records of a source that are published at a number, in the order of their keys, streamed."""
        records, versions, presence = tables.records, tables.versions, tables.presence
        statement = (
            sa.select(
                records.c.key,
                versions.c.id,
                versions.c.content_hash,
                sa.func.coalesce(presence.c.input_hash, b""),
                records.c.kind,
                records.c.position,
                sa.func.coalesce(presence.c.absent_runs, 0),
                presence.c.absent_since,
            )
            .join_from(records, versions, versions.c.key == records.c.key)
            .outerjoin(presence, presence.c.key == records.c.key)
            .where(records.c.source_key == source_key, current(at))
            .order_by(records.c.key)
        )
        with self.engine.connect().execution_options(yield_per=2000) as connection:
            for key, version_id, content, given, _kind, position, runs, since in connection.execute(statement):
                yield Published(key, version_id, bytes(content), bytes(given), position is None, runs, since)

    def blocked(self, source_key: str) -> Mapping[str, bytes]:
        """The content hashes of what an undo blocked, by native id."""
        table = tables.blocked
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(table.c.native_id, table.c.content_hash).where(table.c.source_key == source_key)
            )
            return {native_id: bytes(digest) for native_id, digest in rows}

    def contents(self, keys: Sequence[str]) -> Mapping[str, bytes]:
        """The content hashes of those of the KEYs that are published."""
        versions = tables.versions
        found: dict[str, bytes] = {}
        at = self.number()
        with self.engine.connect() as connection:
            for start in range(0, len(keys), BATCH):
                rows = connection.execute(
                    sa.select(versions.c.key, versions.c.content_hash).where(
                        versions.c.key.in_(keys[start : start + BATCH]), current(at)
                    )
                )
                found.update((key, bytes(digest)) for key, digest in rows)
        return found

    def owners(self, wanted: Sequence[str]) -> Mapping[str, str]:
        """The KEYs that own the IRIs, as far as they are owned."""
        found: dict[str, str] = {}
        with self.engine.connect() as connection:
            for start in range(0, len(wanted), BATCH):
                rows = connection.execute(
                    sa.select(tables.owners.c.iri, tables.owners.c.key).where(
                        tables.owners.c.iri.in_(wanted[start : start + BATCH])
                    )
                )
                found.update((iri, key) for iri, key in rows)
        return found

    def baseline(self, source_key: str, now: datetime) -> Baseline:
        """What the guard measures against: good runs of 30 days, from the last one that a steward accepted on."""
        runs = tables.runs
        since = now_text(now - timedelta(days=30))
        highest = 0
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(runs.c.counts, runs.c.kind)
                .where(
                    runs.c.source_key == source_key,
                    runs.c.state == "done",
                    runs.c.status.in_(("ok", "warnings")),
                    runs.c.kind.in_(("harvest", "accepted", "replay")),
                    runs.c.published.is_not(None),
                    runs.c.ended >= since,
                )
                .order_by(runs.c.id.desc())
            )
            for counts, kind in rows:
                loaded = orjson.loads(counts)
                highest = max(highest, loaded.get("fetched", 0) - loaded.get("duplicates", 0))
                if kind == "accepted":
                    break
            present = connection.scalar(
                sa.select(sa.func.count())
                .select_from(tables.records.join(tables.versions, tables.versions.c.key == tables.records.c.key))
                .outerjoin(tables.presence, tables.presence.c.key == tables.records.c.key)
                .where(
                    tables.records.c.source_key == source_key,
                    tables.records.c.position.is_not(None),
                    current(self.number()),
                    sa.func.coalesce(tables.presence.c.absent_runs, 0) == 0,
                )
            )
        return Baseline(highest, int(present or 0))

    def licenses_lost(self, pairs: Sequence[tuple[int, str]]) -> int:
        """How many updates would drop a record's licence. Takes pairs of replaced version and new summary."""
        lost = 0
        with self.engine.connect() as connection:
            for start in range(0, len(pairs), BATCH):
                batch = dict(pairs[start : start + BATCH])
                rows = connection.execute(
                    sa.select(tables.versions.c.id, tables.versions.c.summary).where(
                        tables.versions.c.id.in_(list(batch))
                    )
                )
                lost += sum(loses_license(summary, batch[version]) for version, summary in rows)
        return lost

    def ntriples(self, version_id: int) -> bytes:
        """The stored N-Triples of a version, compressed."""
        with self.engine.connect() as connection:
            stored = connection.scalar(sa.select(tables.versions.c.ntriples).where(tables.versions.c.id == version_id))
        return bytes(stored or b"")

    def memory(self, source_key: str) -> StoreMemory:
        """What the last runs of a source left behind."""
        return StoreMemory(self.engine, source_key)

    def kept(self, run_id: int) -> Mapping[str, tuple[str, str | None]]:
        """The responses that a run read, by address: name and media type. Raises NoSuchRun if there are none."""
        table = tables.responses
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(table.c.url, table.c.name, table.c.content_type).where(table.c.run_id == run_id)
            )
            found = {url: (name, content_type) for url, name, content_type in rows}
        if not found:
            raise NoSuchRun(f"run {run_id} kept no responses")
        return found

    def response(self, url: str, kept: Mapping[str, tuple[str, str | None]]) -> Kept | None:
        """One kept response of a run, or None."""
        if url not in kept:
            return None
        name, content_type = kept[url]
        body = self.responses.get(name)
        return None if body is None else Kept(url, content_type, body)

    def prune(self, now: datetime) -> None:
        """Deletes responses that no current record was read from, after 30 days, and runs after 365 (faults 3)."""
        with self.writing.begin() as connection:
            month, year = now_text(now - timedelta(days=30)), now_text(now - timedelta(days=365))
            connection.execute(sa.delete(tables.responses).where(tables.responses.c.fetched < month))
            connection.execute(
                sa.delete(tables.runs).where(tables.runs.c.ended < year, tables.runs.c.published.is_(None))
            )
            needed = set(connection.scalars(sa.select(tables.responses.c.name)))
            needed |= set(
                connection.scalars(sa.select(tables.pages.c.response).where(tables.pages.c.response.is_not(None)))
            )
            needed |= set(
                connection.scalars(
                    sa.select(tables.versions.c.response)
                    .where(tables.versions.c.valid_to.is_(None), tables.versions.c.response.is_not(None))
                    .distinct()
                )
            )
        self.responses.prune(needed, older_than_days=30)


def current(at: int | sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """The condition that a version is current at a publication number."""
    versions = tables.versions
    return sa.and_(versions.c.valid_from <= at, sa.or_(versions.c.valid_to.is_(None), versions.c.valid_to > at))


def counts_json(counts: Counts) -> str:
    """Counts as they lie in the runs table."""
    return orjson.dumps(counts.to_json()).decode()


def utc_now() -> datetime:
    """The present time in UTC."""
    return datetime.now(UTC)
