"""Publishing a plan under the next number, and noting what a run found out without changing a record."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from catalog import tables
from catalog.identity import relinks
from catalog.identity.clusters import Clusters
from catalog.runs.number_writer import batches, number_writer
from catalog.runs.run_book import Run
from catalog.runs.staging import Staging, now_text
from catalog.store import Store


def publish(
    store: Store,
    run: Run,
    source_key: str,
    staging: Staging,
    now: datetime,
    outcome: dict[str, Any],
    replan: Callable[[], dict[str, Any]],
) -> int:
    """Publishes the plan in a staging file; gives the number, which stays the same if nothing changes.

    ``outcome`` are the columns of the run's row that become true with the publication; ``replan`` makes plan and
    outcome anew if another run has published since they were made. Raises LeaseLost; then nothing of the run is public.
    """
    record_responses(store, run, staging)
    changes = staging.count("SELECT count(*) FROM plan WHERE action IN ('create', 'update', 'withdraw')")
    if changes == 0 and staging.count("SELECT count(*) FROM relinked") == 0:
        number = store.number()
        _remember(store, run, source_key, staging, now, outcome["coverage"])
        store.close_run(run, now, **{**outcome, "published": number})
        return number
    writer = number_writer(store, run, source_key, now)
    try:
        if writer.number - 1 != outcome["based_on"]:
            outcome = replan()
        writer.write_all(staging)
        withdrawn = staging.database.execute("SELECT version_id FROM plan WHERE action = 'withdraw'")
        writer.close_versions([row[0] for row in withdrawn])
        Clusters(writer).settle_plan(staging)

        def also(connection: sa.Connection) -> None:
            close_in(connection, run, now, {**outcome, "published": writer.number})
            _relink(connection, store, run, source_key, staging)

        writer.flip(also)
    except BaseException:
        writer.release()
        raise
    _remember(store, run, source_key, staging, now, outcome["coverage"])
    return writer.number


def _relink(connection: sa.Connection, store: Store, run: Run, source_key: str, staging: Staging) -> None:
    names = ("key", "native_id", "iri", "former_id")
    rows = staging.database.execute(f"SELECT {', '.join(names)} FROM relinked")
    for batch in batches(rows):
        values = [{**dict(zip(names, row, strict=True)), "source_key": source_key, "run_id": run.id} for row in batch]
        relinks.write(connection, store.upsert(tables.relinks), values)


def close_in(connection: sa.Connection, run: Run, now: datetime, outcome: dict[str, Any]) -> None:
    """Writes a run's outcome within a transaction."""
    connection.execute(
        sa.update(tables.runs)
        .where(tables.runs.c.id == run.id)
        .values(**{"state": "done", "ended": now_text(now), **outcome})
    )


def _remember(store: Store, run: Run, source_key: str, staging: Staging, now: datetime, coverage: str) -> None:
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
        "SELECT s.key, CASE WHEN p.action IN ('failed', 'blocked') THEN NULL ELSE s.input_hash END "
        "FROM plan p JOIN staged s USING (key) WHERE p.fresh AND s.companion = 0 AND (p.action IN "
        "('create', 'update', 'unchanged') OR (p.action IN ('failed', 'blocked') AND p.version_id IS NOT NULL))"
    )
    for batch in batches(seen):
        rows = [present(key, source_key, digest, run.id) for key, digest in batch]
        with store.writing.begin() as connection:
            connection.execute(upsert, rows)
    _remember_unchanged(store, staging)
    _remember_absences(store, run, source_key, staging, now, upsert)
    if coverage != "changes":
        # The addresses of a run that asked for changes hold a time: nobody asks for them again.
        _remember_pages(store, run, source_key, staging)
    _remember_set_aside(store, run, source_key, staging, whole=coverage != "changes")


def present(key: str, source_key: str, digest: bytes | None, run_id: int) -> dict[str, Any]:
    """The row of a record that was seen."""
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
        "SELECT key, action FROM plan WHERE action IN ('absent', 'gone', 'archive', 'withdraw') AND companion = 0"
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
                        # Only a complete listing counts towards being taken away.
                        "absent_runs": (known.absent_runs if known else 0) + (action != "gone"),
                        "absent_since": (known.absent_since if known else None) or now_text(now),
                        "archived": action == "archive" or (action == "gone" and bool(known and known.archived)),
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
    # A page with a record that was not taken is asked for anew: a 304 would make the run forget the record.
    pages = staging.database.execute(
        "SELECT url, CASE WHEN left_over THEN NULL ELSE etag END, CASE WHEN left_over THEN NULL ELSE last_modified END, "
        "native_ids, response FROM (SELECT *, (url IN (SELECT s.location FROM plan p JOIN staged s USING (key) "
        "WHERE p.action IN ('failed', 'blocked', 'foreign')) OR url IN (SELECT url FROM duplicates)) AS left_over FROM pages)"
    )
    for batch in batches(pages):
        with store.writing.begin() as connection:
            connection.execute(
                upsert, [dict(zip(("url", *columns), row, strict=True), source_key=source_key) for row in batch]
            )


def record_responses(store: Store, run: Run, staging: Staging) -> None:
    """Notes which kept responses a run read, so that it can be replayed."""
    insert = store.upsert(tables.responses).on_conflict_do_nothing(index_elements=["run_id", "url"])
    names = ("url", "name", "content_type", "fetched")
    for batch in batches(staging.database.execute("SELECT url, name, content_type, fetched FROM responses")):
        with store.writing.begin() as connection:
            connection.execute(insert, [dict(zip(names, row, strict=True), run_id=run.id) for row in batch])


def _remember_set_aside(store: Store, run: Run, source_key: str, staging: Staging, whole: bool) -> None:
    """What a run set aside replaces what the runs before did; of a run that saw only changes, for what it saw."""
    table = tables.set_aside
    rows = staging.database.execute(
        "SELECT s.native_id, s.findings, s.traceback, s.response FROM plan p JOIN staged s USING (key) "
        "WHERE p.action = 'failed'"
    )
    with store.writing.begin() as connection:
        own = sa.delete(table).where(table.c.source_key == source_key)
        if whole:
            connection.execute(own)
        else:
            for seen in batches(row[0] for row in staging.database.execute("SELECT native_id FROM staged")):
                connection.execute(own.where(table.c.native_id.in_(seen)))
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
