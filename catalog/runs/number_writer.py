"""Writing the next publication number: the right to, its versions in batches while nobody sees them, and the flip."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa

from catalog import tables
from catalog.exceptions import LeaseLost
from catalog.runs.lease import alive
from catalog.runs.run_book import Run
from catalog.runs.staging import Head, Staged, Staging, now_text
from catalog.store import BATCH, Store, current, utc_now
from schemas import iris

T = TypeVar("T")
# Longer than any publication takes; whoever waits longer gives up, and its run has failed.
WAIT_SECONDS = 600.0
_COPIED = (
    *("key", "content_hash", "input_hash", "title", "summary", "ntriples", "trace", "findings"),
    *("response", "location", "source_record"),
)


def batches(rows: Iterable[T]) -> Iterator[list[T]]:
    """Rows in lists of at most BATCH."""
    iterator = iter(rows)
    while batch := list(islice(iterator, BATCH)):
        yield batch


class NumberWriter:
    """Holds the right to write the next number."""

    def __init__(self, store: Store, run: Run, source_key: str, now: datetime) -> None:
        self.store = store
        self.source_key = source_key
        self.run = run
        self.now = now
        self.number = self._take()
        self.next_version = self._next(tables.versions.c.id)
        self.next_position = self._next(tables.records.c.position)
        # What becomes true with the number though it has none: IRIs that records bear by KEY, who owns an IRI.
        self.subjects: dict[str, str] = {}
        self.owners: dict[str, str] = {}

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
        for kept in (tables.fragments, tables.traits):
            connection.execute(sa.delete(kept).where(kept.c.version_id.in_(left)))
        connection.execute(sa.delete(versions).where(versions.c.valid_from > number))
        connection.execute(sa.update(versions).where(versions.c.valid_to > number).values(valid_to=None))
        for table in (tables.shadows, tables.splits, tables.subjects, tables.preferred, tables.corrections):
            connection.execute(sa.delete(table).where(table.c.valid_from > number))
            connection.execute(sa.update(table).where(table.c.valid_to > number).values(valid_to=None))
        old = sa.select(versions.c.id).where(versions.c.valid_to < number)
        for kept in (tables.fragments, tables.traits):
            connection.execute(sa.delete(kept).where(kept.c.version_id.in_(old)))

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
            self._name(connection)
            self._step_forward(connection)
            also(connection)

    def _name(self, connection: sa.Connection) -> None:
        """Lets records bear their new IRIs, and IRIs have their new owners."""
        records, owners = tables.records, tables.owners
        named = sa.update(records).where(records.c.key == sa.bindparam("bearer")).values(iri=sa.bindparam("name"))
        insert = self.store.upsert(owners)
        kept = insert.on_conflict_do_nothing(index_elements=["iri"])
        moved = insert.on_conflict_do_update(
            index_elements=["iri"], set_={"key": insert.excluded.key, "source_key": insert.excluded.source_key}
        )
        wanted = [(key, iri, kept) for key, iri in self.subjects.items()]
        wanted += [(key, iri, moved) for iri, key in self.owners.items()]
        for batch in batches(wanted):
            keys = [key for key, _, _ in batch]
            known = sa.select(records.c.key, records.c.source_key).where(records.c.key.in_(keys))
            source = dict(connection.execute(known).all())
            rows = {
                statement: [
                    {"iri": iri, "key": key, "source_key": source[key]}
                    for key, iri, each in batch
                    if each is statement and key in source
                ]
                for statement in (kept, moved)
            }
            if rows[kept]:
                connection.execute(named, [{"bearer": row["key"], "name": row["iri"]} for row in rows[kept]])
            for statement, values in rows.items():
                if values:
                    connection.execute(statement, values)

    def _step_forward(self, connection: sa.Connection) -> None:
        """Gives records that no longer stand behind another a place at the feed's end.

        There a reader who is paging meets them like new ones. At their former place, which may lie behind the reader,
        the dataset would be missed: whoever stood in front of them is gone from its own.
        """
        records, shadows, versions = tables.records, tables.shadows, tables.versions
        behind = shadows.alias("behind")
        still = sa.exists().where(behind.c.key == shadows.c.key, behind.c.valid_to.is_(None))
        statement = (
            sa.select(records.c.position, records.c.key)
            .join_from(shadows, records, records.c.key == shadows.c.key)
            .join(versions, versions.c.key == records.c.key)
            .where(shadows.c.valid_to == self.number, ~still, current(self.number), records.c.position.is_not(None))
            .distinct()
            .order_by(records.c.position)
        )
        moved = sa.update(records).where(records.c.key == sa.bindparam("forward"))
        moved = moved.values(position=sa.bindparam("place"))
        for batch in batches(connection.execute(statement).all()):
            places = range(self.next_position, self.next_position + len(batch))
            connection.execute(moved, [{"forward": row.key, "place": n} for row, n in zip(batch, places, strict=True)])
            self.next_position += len(batch)

    def release(self) -> None:
        """Gives the right back without publishing."""
        publication = tables.publication
        with self.store.writing.begin() as connection:
            connection.execute(
                sa.update(publication).where(publication.c.holder == self.run.token).values(holder=None, held_at=None)
            )

    def turn(self, connection: sa.Connection, table: sa.Table, made: int) -> list[Any]:
        """Takes back what a number did to the decisions in a table: ends those that began with it, begins those that it ended.

        Gives the rows that it concerns. The table's rows are valid from a number to a number and name their run.
        """
        begun = sa.and_(table.c.valid_from == made, table.c.valid_to.is_(None))
        ending = list(connection.execute(sa.select(table).where(begun)))
        ended = list(connection.execute(sa.select(table).where(table.c.valid_to == made)))
        connection.execute(sa.update(table).where(begun).values(valid_to=self.number))
        for row in ended:
            again = {**row._mapping, "valid_from": self.number, "valid_to": None, "run_id": self.run.id}
            del again["id"]
            connection.execute(sa.insert(table).values(**again))
        return [*ending, *ended]

    def close_versions(self, ids: Sequence[int]) -> None:
        """Ends versions with the next number."""
        with self.store.writing.begin() as connection:
            for batch in batches(ids):
                connection.execute(
                    sa.update(tables.versions).where(tables.versions.c.id.in_(batch)).values(valid_to=self.number)
                )

    def write_all(self, staging: Staging) -> None:
        """Writes what the plan of a staging file creates and updates. Raises LeaseLost."""
        for batch in batches(staging.planned("create", "update")):
            self.write(batch)
            self.renew()

    def write(self, rows: Sequence[tuple[str, int | None, Staged]]) -> None:
        """Writes one batch of new versions with their records, fragments and owners."""
        with self.store.writing.begin() as connection:
            self._write_records(connection, [staged.head() for _, _, staged in rows])
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

    def _write_records(self, connection: sa.Connection, staged: Sequence[Head]) -> None:
        records = tables.records
        keys = [row.key for row in staged]
        columns = sa.select(records.c.key, records.c.slug, records.c.iri)
        stored = connection.execute(columns.where(records.c.key.in_(keys))).all()
        known, names = {row.key: row.slug for row in stored}, {row.key: row.iri for row in stored}
        # Under the same native id the source calls it by another IRI now.
        renamed = [row for row in staged if row.iri and not row.companion and names.get(row.key, row.iri) != row.iri]
        self.subjects |= {row.key: row.iri for row in renamed if row.iri}
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

    def _write_aliases(self, connection: sa.Connection, staged: Sequence[Head], known: dict[str, str]) -> None:
        aliases = []
        for row in staged:
            slug = iris.slug(row.title or "", row.key)
            if slug != known[row.key]:
                aliases.append({"slug": slug, "key": row.key})
        if aliases:
            insert = self.store.upsert(tables.aliases)
            connection.execute(insert.on_conflict_do_nothing(index_elements=["slug"]), aliases)


class SqliteNumberWriter(NumberWriter):
    """Writes into SQLite: versions and fragments are copied from the staging file by the database itself."""

    def write_all(self, staging: Staging) -> None:
        """Writes what the plan of a staging file creates and updates. Raises LeaseLost."""
        file = self.store.engine.url.database
        assert file is not None
        database = sqlite3.connect(file, isolation_level=None, timeout=30)
        try:
            database.execute("PRAGMA synchronous=NORMAL")
            database.execute("ATTACH DATABASE ? AS staging", (str(staging.file),))
            database.execute("CREATE TEMP TABLE batch (key TEXT PRIMARY KEY, id INTEGER, replaced INTEGER)")
            for batch in batches(staging.planned_heads("create", "update")):
                self.copy(database, batch)
                self.renew()
        finally:
            database.close()

    def copy(self, database: sqlite3.Connection, rows: Sequence[tuple[int | None, Head]]) -> None:
        """Copies one batch: replaced version and head of each record."""
        with self.store.writing.begin() as connection:
            self._write_records(connection, [head for _, head in rows])
        numbered = [
            (head.key, number, replaced) for number, (replaced, head) in enumerate(rows, start=self.next_version)
        ]
        self.next_version += len(rows)
        columns = ", ".join(_COPIED)
        copied = ", ".join(f"s.{column}" for column in _COPIED)
        database.execute("BEGIN IMMEDIATE")
        database.execute("DELETE FROM temp.batch")
        database.executemany("INSERT INTO temp.batch VALUES (?, ?, ?)", numbered)
        database.execute(
            f"INSERT INTO versions (id, valid_from, run_id, changed, {columns}) SELECT b.id, ?, ?, ?, {copied} "
            "FROM temp.batch b JOIN staging.staged s USING (key)",
            (self.number, self.run.id, now_text(self.now)),
        )
        database.execute(
            "INSERT INTO fragments (version_id, ttl, rdf, jsonld) SELECT b.id, s.ttl, s.rdf, s.jsonld "
            "FROM temp.batch b JOIN staging.staged s USING (key) WHERE s.ttl IS NOT NULL"
        )
        database.execute(
            "UPDATE versions SET valid_to = ? WHERE id IN (SELECT replaced FROM temp.batch WHERE replaced IS NOT NULL)",
            (self.number,),
        )
        database.execute("COMMIT")


def number_writer(store: Store, run: Run, source_key: str, now: datetime) -> NumberWriter:
    """The right to write the next number, in the way of the store's dialect. Raises LeaseLost."""
    kind = SqliteNumberWriter if store.engine.dialect.name == "sqlite" else NumberWriter
    return kind(store, run, source_key, now)
