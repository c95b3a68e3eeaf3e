"""Publishing a plan under the next number, and taking a run back.

The versions of the next number are written in batches while nobody sees them; one row makes them public.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.exceptions import LeaseLost, NoSuchRun
from catalog.fragments import derive
from catalog.staging import Staged, Staging, now_text
from catalog.store import BATCH, Run, Store, alive, current, utc_now
from schemas import iris

T = TypeVar("T")
# Longer than any publication takes; whoever waits longer gives up, and its run has failed.
WAIT_SECONDS = 600.0
_compress = zstandard.ZstdCompressor(level=3).compress


class Undone(NamedTuple):
    """What an undo did: records restored, withdrawn, and those that a later run had changed since."""

    number: int
    restored: int
    withdrawn: int
    conflicts: tuple[str, ...]


def batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Rows in lists of at most BATCH."""
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


class _Writer:
    """Holds the right to write the next number."""

    def __init__(self, store: Store, run: Run, now: datetime) -> None:
        self.store = store
        self.run = run
        self.now = now
        self.number = self._take()
        self.next_version = self._next(tables.versions.c.id)
        self.next_position = self._next(tables.records.c.position)

    def _take(self) -> int:
        """Takes the right to write, waiting for whoever has it. Raises LeaseLost after WAIT_SECONDS."""
        until = time.monotonic() + WAIT_SECONDS
        while True:
            with self.store.writing.begin() as connection:
                number = self._try(connection)
                if number is not None:
                    return number + 1
            if time.monotonic() > until:
                raise LeaseLost("another run has been publishing for too long")
            time.sleep(0.05)

    def _try(self, connection: sa.Connection) -> int | None:
        publication, runs = tables.publication, tables.runs
        holder = connection.execute(
            sa.select(publication.c.number, publication.c.holder, publication.c.held_at, runs.c.state).outerjoin_from(
                publication, runs, runs.c.token == publication.c.holder
            )
        ).one()
        working = holder.state == "running" and alive(holder.holder, holder.held_at, utc_now())
        if holder.holder not in (None, self.run.token) and working:
            return None
        taken = connection.execute(
            sa.update(publication)
            .where(publication.c.holder.is_not_distinct_from(holder.holder))
            .values(holder=self.run.token, held_at=now_text())
        )
        if taken.rowcount != 1:
            return None
        self._sweep(connection, int(holder.number))
        return int(holder.number)

    def _sweep(self, connection: sa.Connection, number: int) -> None:
        """Takes away what a publisher that died left behind, and fragments that no reader can ask for any more."""
        versions = tables.versions
        left = sa.select(versions.c.id).where(versions.c.valid_from > number)
        connection.execute(sa.delete(tables.fragments).where(tables.fragments.c.version_id.in_(left)))
        connection.execute(sa.delete(versions).where(versions.c.valid_from > number))
        connection.execute(sa.update(versions).where(versions.c.valid_to > number).values(valid_to=None))
        old = sa.select(versions.c.id).where(versions.c.valid_to < number)
        connection.execute(sa.delete(tables.fragments).where(tables.fragments.c.version_id.in_(old)))

    def _next(self, column: sa.Column[Any]) -> int:
        with self.store.engine.connect() as connection:
            return int(connection.scalar(sa.select(sa.func.max(column))) or 0) + 1

    def renew(self) -> None:
        """Renews the right. Raises LeaseLost."""
        publication = tables.publication
        with self.store.writing.begin() as connection:
            renewed = connection.execute(
                sa.update(publication).where(publication.c.holder == self.run.token).values(held_at=now_text())
            )
            if renewed.rowcount != 1:
                raise LeaseLost(f"run {self.run.id} may no longer publish")

    def flip(self, also: Callable[[sa.Connection], None]) -> None:
        """Makes the number public, with ``also`` in the same transaction. Raises LeaseLost."""
        publication = tables.publication
        with self.store.writing.begin() as connection:
            flipped = connection.execute(
                sa.update(publication)
                .where(publication.c.holder == self.run.token, publication.c.number == self.number - 1)
                .values(number=self.number, published_at=now_text(self.now), holder=None, held_at=None)
            )
            if flipped.rowcount != 1:
                raise LeaseLost(f"run {self.run.id} may no longer publish")
            connection.execute(
                sa.insert(tables.publications).values(
                    number=self.number, published_at=now_text(self.now), run_id=self.run.id
                )
            )
            also(connection)

    def release(self) -> None:
        """Gives the right back without publishing."""
        publication = tables.publication
        with self.store.writing.begin() as connection:
            connection.execute(
                sa.update(publication).where(publication.c.holder == self.run.token).values(holder=None, held_at=None)
            )

    def close_versions(self, ids: Sequence[int]) -> None:
        """Ends versions with the next number."""
        with self.store.writing.begin() as connection:
            for batch in batches(ids):
                connection.execute(
                    sa.update(tables.versions).where(tables.versions.c.id.in_(batch)).values(valid_to=self.number)
                )

    def write(self, rows: Sequence[tuple[str, int | None, Staged]]) -> None:
        """Writes one batch of new versions with their records, fragments and owners."""
        with self.store.writing.begin() as connection:
            self._write_records(connection, [staged for _, _, staged in rows])
            versions, fragments, replaced = [], [], []
            for _, version_id, staged in rows:
                assert staged.ntriples is not None
                versions.append(self._version(staged))
                if staged.ttl is not None:
                    ready = {"ttl": staged.ttl, "rdf": staged.rdf, "jsonld": staged.jsonld}
                    fragments.append({"version_id": self.next_version, **ready})
                self.next_version += 1
                if version_id is not None:
                    replaced.append(version_id)
            connection.execute(sa.insert(tables.versions), versions)
            if fragments:
                connection.execute(sa.insert(tables.fragments), fragments)
            if replaced:
                connection.execute(
                    sa.update(tables.versions).where(tables.versions.c.id.in_(replaced)).values(valid_to=self.number)
                )

    def _version(self, staged: Staged) -> dict[str, Any]:
        return {
            "id": self.next_version,
            "key": staged.key,
            "valid_from": self.number,
            "valid_to": None,
            "run_id": self.run.id,
            "content_hash": staged.content_hash,
            "input_hash": staged.input_hash,
            "title": staged.title,
            "changed": now_text(self.now),
            "summary": staged.summary,
            "ntriples": staged.ntriples,
            "trace": staged.trace,
            "findings": staged.findings,
            "response": staged.response,
            "location": staged.location,
            "source_record": staged.source_record,
        }

    def _write_records(self, connection: sa.Connection, staged: Sequence[Staged]) -> None:
        records = tables.records
        keys = [row.key for row in staged]
        known = dict(connection.execute(sa.select(records.c.key, records.c.slug).where(records.c.key.in_(keys))).all())
        fresh = [row for row in staged if row.key not in known]
        slugs = {row.key: iris.slug(row.title or "", row.key) for row in fresh}
        taken = set(connection.scalars(sa.select(records.c.slug).where(records.c.slug.in_(list(slugs.values())))))
        new = []
        for row in fresh:
            slug = slugs[row.key]
            if slug in taken:
                slug = f"{slug}{row.key[6:]}"
            taken.add(slug)
            new.append(
                {
                    "key": row.key,
                    "source_key": self.source_key,
                    "native_id": row.native_id,
                    "kind": row.kind,
                    "iri": row.iri,
                    "slug": slug,
                    "position": None if row.companion else self.next_position,
                    "first_seen": now_text(self.now),
                }
            )
            self.next_position += not row.companion
        if new:
            connection.execute(sa.insert(records), new)
            insert = self.store.upsert(tables.owners)
            owners = [{"iri": r["iri"], "key": r["key"], "source_key": r["source_key"]} for r in new]
            connection.execute(insert.on_conflict_do_nothing(index_elements=["iri"]), owners)
        self._write_aliases(connection, [row for row in staged if row.key in known], known)

    def _write_aliases(self, connection: sa.Connection, staged: Sequence[Staged], known: dict[str, str]) -> None:
        aliases = []
        for row in staged:
            slug = iris.slug(row.title or "", row.key)
            if slug != known[row.key]:
                aliases.append({"slug": slug, "key": row.key})
        if aliases:
            insert = self.store.upsert(tables.aliases)
            connection.execute(insert.on_conflict_do_nothing(index_elements=["slug"]), aliases)

    source_key = ""


def publish(store: Store, run: Run, source_key: str, staging: Staging, now: datetime, outcome: dict[str, Any]) -> int:
    """Publishes the plan in a staging file; gives the number, which stays the same if nothing changes.

    ``outcome`` are the columns of the run's row that become true with the publication. Raises LeaseLost; then nothing
    of the run is public.
    """
    changes = staging.count("SELECT count(*) FROM plan WHERE action IN ('create', 'update', 'withdraw')")
    if changes == 0:
        number = store.number()
        _remember(store, run, source_key, staging, now)
        store.close_run(run, now, **{**outcome, "published": number})
        return number
    writer = _Writer(store, run, now)
    writer.source_key = source_key
    try:
        for batch in batches(staging.planned("create", "update")):
            writer.write(batch)
            writer.renew()
        withdrawn = staging.database.execute("SELECT version_id FROM plan WHERE action = 'withdraw'")
        writer.close_versions([row[0] for row in withdrawn])
        writer.flip(lambda connection: _close(connection, run, now, {**outcome, "published": writer.number}))
    except BaseException:
        writer.release()
        raise
    _remember(store, run, source_key, staging, now)
    return writer.number


def _close(connection: sa.Connection, run: Run, now: datetime, outcome: dict[str, Any]) -> None:
    connection.execute(
        sa.update(tables.runs)
        .where(tables.runs.c.id == run.id)
        .values(**{"state": "done", "ended": now_text(now), **outcome})
    )


def _remember(store: Store, run: Run, source_key: str, staging: Staging, now: datetime) -> None:
    """Notes what the run found out without changing a record: presence, absences, pages, what was set aside."""
    presence = tables.presence
    insert = store.upsert(presence)
    upsert = insert.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "input_hash": sa.func.coalesce(insert.excluded.input_hash, presence.c.input_hash),
            "last_run": insert.excluded.last_run,
            "absent_runs": insert.excluded.absent_runs,
            "absent_since": insert.excluded.absent_since,
            "archived": insert.excluded.archived,
        },
    )
    seen = staging.database.execute(
        "SELECT s.key, s.input_hash FROM plan p JOIN staged s USING (key) "
        "WHERE p.fresh AND p.action IN ('create', 'update', 'unchanged') AND s.companion = 0"
    )
    for batch in batches(seen):
        rows = [_present(key, source_key, bytes(digest), run.id) for key, digest in batch]
        with store.writing.begin() as connection:
            connection.execute(upsert, rows)
    _remember_unchanged(store, staging)
    _remember_absences(store, run, source_key, staging, now, upsert)
    _remember_pages(store, run, source_key, staging)
    _remember_set_aside(store, run, source_key, staging)


def _present(key: str, source_key: str, digest: bytes, run_id: int) -> dict[str, Any]:
    return {
        "key": key,
        "source_key": source_key,
        "input_hash": digest,
        "last_run": run_id,
        "absent_runs": 0,
        "absent_since": None,
        "archived": False,
    }


def _remember_unchanged(store: Store, staging: Staging) -> None:
    """A record that was mapped anew with the same content keeps its version, with the new trace and findings."""
    versions = tables.versions
    statement = (
        sa.update(versions)
        .where(versions.c.id == sa.bindparam("version"))
        .values(
            trace=sa.bindparam("new_trace"),
            findings=sa.bindparam("new_findings"),
            summary=sa.bindparam("new_summary"),
            input_hash=sa.bindparam("new_input"),
            response=sa.bindparam("new_response"),
        )
    )
    rows = staging.database.execute(
        "SELECT p.version_id, s.trace, s.findings, s.summary, s.input_hash, s.response FROM plan p JOIN staged s "
        "USING (key) WHERE p.fresh AND p.action = 'unchanged' AND s.state = 1 AND s.companion = 0"
    )
    names = ("version", "new_trace", "new_findings", "new_summary", "new_input", "new_response")
    for batch in batches(rows):
        with store.writing.begin() as connection:
            connection.execute(statement, [dict(zip(names, row, strict=True)) for row in batch])


def _remember_absences(store: Store, run: Run, source_key: str, staging: Staging, now: datetime, upsert: Any) -> None:
    presence = tables.presence
    absent = staging.database.execute(
        "SELECT key, action FROM plan WHERE action IN ('absent', 'archive', 'withdraw') AND companion = 0"
    )
    for batch in batches(absent):
        with store.writing.begin() as connection:
            before = {
                row.key: row
                for row in connection.execute(sa.select(presence).where(presence.c.key.in_([key for key, _ in batch])))
            }
            rows = []
            for key, action in batch:
                known = before.get(key)
                rows.append(
                    {
                        "key": key,
                        "source_key": source_key,
                        "input_hash": None,
                        "last_run": run.id,
                        "absent_runs": (known.absent_runs if known else 0) + 1,
                        "absent_since": (known.absent_since if known else None) or now_text(now),
                        "archived": action == "archive",
                    }
                )
            connection.execute(upsert, rows)
    withdrawn = [row[0] for row in staging.database.execute("SELECT key FROM plan WHERE action = 'withdraw'")]
    with store.writing.begin() as connection:
        for batch in batches(withdrawn):
            connection.execute(sa.delete(presence).where(presence.c.key.in_(batch)))


def _remember_pages(store: Store, run: Run, source_key: str, staging: Staging) -> None:
    insert = store.upsert(tables.pages)
    columns = ("etag", "last_modified", "native_ids", "response")
    upsert = insert.on_conflict_do_update(
        index_elements=["source_key", "url"], set_={name: insert.excluded[name] for name in columns}
    )
    pages = staging.database.execute("SELECT url, etag, last_modified, native_ids, response FROM pages")
    for batch in batches(pages):
        with store.writing.begin() as connection:
            connection.execute(
                upsert, [dict(zip(("url", *columns), row, strict=True), source_key=source_key) for row in batch]
            )
    record_responses(store, run, staging)


def record_responses(store: Store, run: Run, staging: Staging) -> None:
    """Notes which kept responses a run read, so that it can be replayed."""
    insert = store.upsert(tables.responses).on_conflict_do_nothing(index_elements=["run_id", "url"])
    names = ("url", "name", "content_type", "fetched")
    for batch in batches(staging.database.execute("SELECT url, name, content_type, fetched FROM responses")):
        with store.writing.begin() as connection:
            connection.execute(insert, [dict(zip(names, row, strict=True), run_id=run.id) for row in batch])


def _remember_set_aside(store: Store, run: Run, source_key: str, staging: Staging) -> None:
    """What a run set aside replaces what the runs before did."""
    table = tables.set_aside
    rows = staging.database.execute(
        "SELECT s.native_id, s.findings, s.traceback, s.response FROM plan p JOIN staged s USING (key) "
        "WHERE p.action = 'failed'"
    )
    with store.writing.begin() as connection:
        connection.execute(sa.delete(table).where(table.c.source_key == source_key))
        for batch in batches(rows):
            connection.execute(
                sa.insert(table),
                [
                    {
                        "source_key": source_key,
                        "run_id": run.id,
                        "native_id": native_id,
                        "findings": findings,
                        "traceback": trace,
                        "response": response,
                    }
                    for native_id, findings, trace, response in batch
                ],
            )


def undo(store: Store, run_id: int, run: Run, now: datetime) -> Undone:
    """Takes a published run back: what it created is withdrawn, what it changed or withdrew is as it was before.

    Records that a later run has changed since stay as they are and are named as conflicts. The undone inputs are
    blocked until they change (DESIGN 3, step 7). Raises NoSuchRun.
    """
    versions, records, runs = tables.versions, tables.records, tables.runs
    with store.engine.connect() as connection:
        row = connection.execute(sa.select(runs.c.published, runs.c.source_key).where(runs.c.id == run_id)).first()
        made = (
            connection.scalar(sa.select(tables.publications.c.number).where(tables.publications.c.run_id == run_id))
            if row
            else None
        )
    if row is None:
        raise NoSuchRun(f"run {run_id} does not exist")
    if made is None:
        raise NoSuchRun(f"run {run_id} changed nothing that could be taken back")
    writer = _Writer(store, run, now)
    try:
        with store.engine.connect() as connection:
            before = {r.key: r for r in connection.execute(sa.select(versions).where(versions.c.valid_to == made))}
            after = {r.key: r for r in connection.execute(sa.select(versions).where(versions.c.valid_from == made))}
            keys = sorted({*before, *after})
            now_current: dict[str, Any] = {}
            identity: dict[str, Any] = {}
            for batch in batches(keys):
                condition = sa.and_(versions.c.key.in_(batch), current(writer.number - 1))
                now_current.update((r.key, r) for r in connection.execute(sa.select(versions).where(condition)))
                identity.update(
                    (r.key, r) for r in connection.execute(sa.select(records).where(records.c.key.in_(batch)))
                )
        conflicts, restore, close, blocked, unseen = [], [], [], [], []
        for key in keys:
            present, made_by_run, prior = now_current.get(key), after.get(key), before.get(key)
            if (present.id if present else None) != (made_by_run.id if made_by_run else None):
                conflicts.append(identity[key].slug)
                continue
            if present is not None:
                close.append(present.id)
                if identity[key].position is not None:
                    blocked.append((identity[key], present.input_hash))
            if prior is not None:
                restore.append(prior)
            else:
                unseen.append(key)
        _restore(store, writer, restore)
        writer.close_versions(close)
        writer.flip(
            lambda connection: _close(
                connection, run, now, {"status": "ok", "published": writer.number, "based_on": writer.number - 1}
            )
        )
    except BaseException:
        writer.release()
        raise
    _remember_undone(store, run, restore, unseen, blocked, identity)
    return Undone(writer.number, len(restore), len(unseen), tuple(conflicts))


def _restore(store: Store, writer: _Writer, restore: Sequence[Any]) -> None:
    for batch in batches(restore):
        with store.writing.begin() as connection:
            rows, fragments = [], []
            for old in batch:
                ready = derive(zstandard.decompress(old.ntriples))
                rows.append(
                    {
                        **old._mapping,
                        "id": writer.next_version,
                        "valid_from": writer.number,
                        "valid_to": None,
                        "run_id": writer.run.id,
                        "changed": now_text(writer.now),
                    }
                )
                fragments.append(
                    {
                        "version_id": writer.next_version,
                        "ttl": _compress(ready.ttl),
                        "rdf": _compress(ready.rdf),
                        "jsonld": _compress(ready.jsonld),
                    }
                )
                writer.next_version += 1
            connection.execute(sa.insert(tables.versions), rows)
            connection.execute(sa.insert(tables.fragments), fragments)
        writer.renew()


def _remember_undone(
    store: Store,
    run: Run,
    restore: Sequence[Any],
    unseen: Sequence[str],
    blocked: Sequence[tuple[Any, bytes]],
    identity: dict[str, Any],
) -> None:
    presence = tables.presence
    insert = store.upsert(presence)
    upsert = insert.on_conflict_do_update(
        index_elements=["key"],
        set_={
            name: insert.excluded[name]
            for name in ("input_hash", "last_run", "absent_runs", "absent_since", "archived")
        },
    )
    block = store.upsert(tables.blocked)
    block = block.on_conflict_do_update(
        index_elements=["source_key", "native_id"],
        set_={"input_hash": block.excluded.input_hash, "run_id": block.excluded.run_id},
    )
    with store.writing.begin() as connection:
        for batch in batches([old for old in restore if identity[old.key].position is not None]):
            connection.execute(
                upsert,
                [_present(old.key, identity[old.key].source_key, bytes(old.input_hash), run.id) for old in batch],
            )
        for keys in batches(unseen):
            connection.execute(sa.delete(presence).where(presence.c.key.in_(keys)))
        for pairs in batches(blocked):
            connection.execute(
                block,
                [
                    {
                        "source_key": record.source_key,
                        "native_id": record.native_id,
                        "input_hash": bytes(digest),
                        "run_id": run.id,
                    }
                    for record, digest in pairs
                ],
            )
        # The next run must fetch anew what was taken back, not take a 304 for it.
        sources = {record.source_key for record, _ in blocked} | {identity[old.key].source_key for old in restore}
        connection.execute(sa.delete(tables.pages).where(tables.pages.c.source_key.in_(sorted(sources))))
