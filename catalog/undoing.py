"""Taking a whole run back: what it created is withdrawn, what it changed or withdrew is as it was before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.exceptions import NoSuchRun
from catalog.fragments import derive
from catalog.number_writer import NumberWriter, batches, number_writer
from catalog.publishing import close_in, present
from catalog.run_book import Run
from catalog.staging import now_text
from catalog.store import Store, current

_compress = zstandard.ZstdCompressor(level=3).compress


class Undone(NamedTuple):
    """What an undo did: records restored, withdrawn, and those that a later run had changed since."""

    number: int
    restored: int
    withdrawn: int
    conflicts: tuple[str, ...]


def undo(store: Store, run_id: int, run: Run, now: datetime) -> Undone:
    """Takes a published run back: what it created is withdrawn, what it changed or withdrew is as it was before.

    Records that a later run has changed since stay as they are and are named as conflicts. The undone inputs are
    blocked until they change (DESIGN 3, step 7). Raises NoSuchRun.
    """
    versions, records, runs = tables.versions, tables.records, tables.runs
    with store.engine.connect() as connection:
        row = connection.execute(
            sa.select(runs.c.published, runs.c.source_key, runs.c.kind).where(runs.c.id == run_id)
        ).first()
        made = (
            connection.scalar(sa.select(tables.publications.c.number).where(tables.publications.c.run_id == run_id))
            if row
            else None
        )
    if row is None:
        raise NoSuchRun(f"run {run_id} does not exist")
    if made is None:
        raise NoSuchRun(f"run {run_id} changed nothing that could be taken back")
    writer = number_writer(store, run, str(row.source_key), now)
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
                    blocked.append((identity[key], present.content_hash))
            if prior is not None:
                restore.append(prior)
            else:
                unseen.append(key)
        _restore(store, writer, restore)
        writer.close_versions(close)
        writer.flip(
            lambda connection: close_in(
                connection, run, now, {"status": "ok", "published": writer.number, "based_on": writer.number - 1}
            )
        )
    except BaseException:
        writer.release()
        raise
    _remember_undone(store, run, restore, unseen, blocked, identity)
    if row.kind == "undo":
        # Taking an undo back releases what it blocked.
        with store.writing.begin() as connection:
            connection.execute(sa.delete(tables.blocked).where(tables.blocked.c.run_id.in_((run_id, run.id))))
    return Undone(writer.number, len(restore), len(unseen), tuple(conflicts))


def _restore(store: Store, writer: NumberWriter, restore: Sequence[Any]) -> None:
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
        set_={"content_hash": block.excluded.content_hash, "run_id": block.excluded.run_id},
    )
    with store.writing.begin() as connection:
        for batch in batches([old for old in restore if identity[old.key].position is not None]):
            connection.execute(
                upsert,
                [present(old.key, identity[old.key].source_key, bytes(old.input_hash), run.id) for old in batch],
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
                        "content_hash": bytes(digest),
                        "run_id": run.id,
                    }
                    for record, digest in pairs
                ],
            )
        # The next run must fetch anew what was taken back, not take a 304 for it.
        sources = {record.source_key for record, _ in blocked} | {identity[old.key].source_key for old in restore}
        connection.execute(sa.delete(tables.pages).where(tables.pages.c.source_key.in_(sorted(sources))))
