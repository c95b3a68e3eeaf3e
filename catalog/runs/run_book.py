"""The book of runs: who holds a source's lease, how runs ended, which wait for a steward, what they kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from catalog import tables
from catalog.exceptions import LeaseLost, NoSuchRun, RunActive, no_run
from catalog.runs import lease, staging_file
from catalog.runs.responses import Responses
from catalog.runs.staging import now_text
from harvesters.reading import Kept
from schemas.region import HarvestSource, Region

# What a run can be, how it can end, and what it is (DESIGN 4.2); docs/runs.md tells them.
STATES = ("running", "waiting", "done")
STATE_WORDS = {"running": "er läuft", "waiting": "er wartet", "done": "er ist beendet"}
STATUSES = ("ok", "warnings", "partial", "held", "failed", "cancelled", "skipped")
KINDS = ("harvest", "plan", "replay", "accepted", "undo", "split", "primary", "correct", "repair", "outdated", "forget")
# Of these, what a steward decides: the source is not asked, so its schedule does not count them.
DECISIONS = ("undo", "split", "primary", "correct", "repair", "outdated")

# The report of a run whose process died.
INTERRUPTED = '{"interrupted": true}'


# So much of the time before the last good run is asked for again (F18), and so old may the last whole listing be.
OVERLAP = timedelta(hours=1)
LISTED_WITHIN = timedelta(days=7)


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


def begin(connection: sa.Connection, kind: str, now: datetime, source_key: str = "", source_id: str = "") -> Run:
    """Enters a run that begins, under a lease of its own; one of no source has neither key nor id."""
    token = lease.token()
    made = connection.execute(
        sa.insert(tables.runs).values(
            source_key=source_key,
            source_id=source_id,
            kind=kind,
            state="running",
            token=token,
            started=now_text(now),
            heartbeat=now_text(now),
        )
    ).inserted_primary_key
    assert made is not None
    return Run(int(made[0]), token)


class RunBook:
    """The runs of a region's store."""

    region: Region
    engine: sa.Engine
    writing: sa.Engine
    responses: Responses

    def staging_file(self, run_id: int) -> Path:
        """Where the staging file of a run lies."""
        return self.region.data / "staging" / f"{run_id}.db"

    def upsert(self, table: sa.Table) -> Any:
        """An INSERT of the store's dialect that can say ON CONFLICT."""
        return (postgresql if self.engine.dialect.name == "postgresql" else sqlite).insert(table)

    def open_run(self, source: HarvestSource, kind: str, now: datetime) -> Run:
        """Opens a run of a source under a lease. Runs whose process died are closed as failed. Raises RunActive."""
        with self.writing.begin() as connection:
            self._refuse_active(connection, source.key, now)
            return begin(connection, kind, now, source.key, source.id)

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
                raise RunActive(row.source_id, row.id, row.started)
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
            .where(runs.c.source_key.in_(source_keys), runs.c.kind.not_in(DECISIONS))
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
                self.close_run(Run(run_id, ""), now, replaced_by=except_run)
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
            columns = (runs.c.source_key, runs.c.state, runs.c.replaced_by)
            row = connection.execute(sa.select(*columns).where(runs.c.id == run_id)).first()
            if row is None:
                raise no_run(run_id)
            if row.replaced_by is not None:
                raise NoSuchRun(
                    f"run {run_id} waits for no decision: run {row.replaced_by} has replaced it",
                    f"Lauf {run_id} wartet auf keine Entscheidung: Lauf {row.replaced_by} hat ihn ersetzt",
                )
            if row.state != "waiting":
                raise NoSuchRun(
                    f"run {run_id} waits for no decision (it is {row.state})",
                    f"Lauf {run_id} wartet auf keine Entscheidung ({STATE_WORDS[row.state]})",
                )
            self._refuse_active(connection, row.source_key, now)
            taken = connection.execute(
                sa.update(runs)
                .where(runs.c.id == run_id, runs.c.state == "waiting")
                .values(state="running", token=token, heartbeat=now_text(now))
            )
            if taken.rowcount != 1:
                raise NoSuchRun(
                    f"run {run_id} is being decided on just now", f"über Lauf {run_id} wird gerade entschieden"
                )
        return Run(run_id, token)

    def run(self, run_id: int) -> RunRecord:
        """What the store knows of a run. Raises NoSuchRun."""
        runs = tables.runs
        with self.engine.connect() as connection:
            row = connection.execute(
                sa.select(runs.c.source_key, runs.c.kind, runs.c.coverage, runs.c.report).where(runs.c.id == run_id)
            ).first()
        if row is None:
            raise no_run(run_id)
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

    def changes_since(self, source_key: str, revision: bytes, now: datetime) -> datetime | None:
        """From when on changes suffice for the next run of a source; None if it has to list everything.

        That is an hour before the last good run began, by our clock and never the source's (F18), provided that run
        read its records by the same mapping and settings (``revision``), some listing within the last seven days was
        complete (so that absences are still found), and nothing has to come again (after an undo or a release).
        """
        runs, pages = tables.runs, tables.pages
        good = sa.and_(
            runs.c.source_key == source_key,
            runs.c.kind.in_(("harvest", "accepted")),
            runs.c.state == "done",
            runs.c.status.in_(("ok", "warnings")),
            runs.c.published.is_not(None),
            runs.c.coverage.in_(("complete", "changes")),
        )
        listed = sa.select(sa.func.max(runs.c.started)).where(good, runs.c.coverage == "complete")
        last = sa.select(runs.c.started, runs.c.report).where(good).order_by(runs.c.id.desc()).limit(1)
        with self.engine.connect() as connection:
            row = connection.execute(last).first()
            complete = connection.scalar(listed)
            remembered = connection.scalar(sa.select(sa.exists().where(pages.c.source_key == source_key)))
        if row is None or complete is None or not remembered:
            return None
        if orjson.loads(row.report or "{}").get("revision") != revision.hex():
            return None
        began = datetime.fromisoformat(row.started)
        # A clock that was wrong then or is wrong now must not hide a change.
        if began > now or not now - LISTED_WITHIN <= datetime.fromisoformat(complete) <= now:
            return None
        return began - OVERLAP

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

    def kept(self, run_id: int) -> Mapping[str, tuple[str, str | None]]:
        """The responses that a run read, by address: name and media type. Raises NoSuchRun if there are none."""
        table = tables.responses
        with self.engine.connect() as connection:
            rows = connection.execute(
                sa.select(table.c.url, table.c.name, table.c.content_type).where(table.c.run_id == run_id)
            )
            found = {url: (name, content_type) for url, name, content_type in rows}
        if not found:
            raise NoSuchRun(f"run {run_id} kept no responses", f"Lauf {run_id} hat keine Antworten aufbewahrt")
        return found

    def response(self, url: str, kept: Mapping[str, tuple[str, str | None]]) -> Kept | None:
        """One kept response of a run, or None."""
        if url not in kept:
            return None
        name, content_type = kept[url]
        body = self.responses.get(name)
        return None if body is None else Kept(url, content_type, body)
