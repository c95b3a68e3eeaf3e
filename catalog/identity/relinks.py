"""Records that go on under another native id: the one place that departs from KEY as a function (DESIGN 3, Identity).

A steward who accepts a run with ``--relink`` says that what a source now calls B is the record that it called A (F07).
From then on B has A's KEY and IRI. A record that a steward has split from the one whose IRI it bears keeps its KEY, and
has an IRI of ours (:mod:`catalog.identity.subjects`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog import tables
from catalog.identity import subjects
from catalog.identity.subjects import Subject
from harvesters.reading import Outcome
from schemas import iris
from schemas.findings import Finding
from schemas.ntriples import ntriples_of

BATCH = 500


class Relink(NamedTuple):
    """The record that a native id stands for: its KEY, and the subject that it keeps.

    ``subject`` is there if a steward's split gave it that, or did until it was taken back.
    """

    key: str
    iri: str
    subject: Subject | None = None


# Gives the relinked ones of some native ids.
Relinked = Callable[[Sequence[str]], Mapping[str, Relink]]


class Relinks:
    """The relinks of one source. A source without any, which is nearly every one, costs two questions in all."""

    def __init__(self, engine: sa.Engine, source_key: str) -> None:
        self.engine = engine
        self.source_key = source_key
        table = tables.relinks
        self._own = sa.and_(table.c.source_key == source_key, table.c.undone_by.is_(None))
        with engine.connect() as connection:
            self._any = bool(connection.scalar(sa.select(sa.exists().where(self._own))))
            self._subjects = subjects.of_source(connection, source_key)

    def of(self, native_ids: Sequence[str]) -> Mapping[str, Relink]:
        """The relinked ones of some native ids."""
        found = self._relinked(native_ids) if self._any else {}
        for native_id in native_ids if self._subjects else ():
            key = key_of(self.source_key, native_id, found)
            subject = self._subjects.get(key)
            if subject is not None and (subject.given or native_id in found):
                found[native_id] = Relink(key, subject.iri, subject)
        return found

    def _relinked(self, native_ids: Sequence[str]) -> dict[str, Relink]:
        found: dict[str, Relink] = {}
        table = tables.relinks
        with self.engine.connect() as connection:
            for start in range(0, len(native_ids), BATCH):
                some = native_ids[start : start + BATCH]
                statement = sa.select(table.c.native_id, table.c.key, table.c.iri)
                for native_id, key, iri in connection.execute(statement.where(self._own, table.c.native_id.in_(some))):
                    found[native_id] = Relink(key, iri)
        return found


def no_relinks(_native_ids: Sequence[str]) -> Mapping[str, Relink]:
    """The relinks of a source that never changed its identifiers."""
    return {}


def key_of(source_key: str, native_id: str, relinked: Mapping[str, Relink]) -> str:
    """KEY of a record: of the relink, else the function of source and native id."""
    relink = relinked.get(native_id)
    return relink.key if relink else iris.key(source_key, native_id)


def anchored(outcome: Outcome, relink: Relink) -> Outcome:
    """What was read under the new native id as the record that it is: under its lasting subject and labels."""
    reading = outcome.reading
    if reading is None:
        return outcome
    former = reading.record.iri
    findings = tuple([_about(finding, former, relink.iri) for finding in outcome.findings])
    record = replace(reading.record, iri=relink.iri)
    if relink.subject is not None:
        record = relink.subject.under(record)
        findings = relink.subject.findings(record, findings, former)
    ntriples = ntriples_of(record, relink.key)
    return replace(
        outcome,
        reading=replace(reading, record=record),
        ntriples=ntriples,
        content_hash=iris.content_hash(ntriples),
        findings=findings,
    )


def _about(finding: Finding, former: str | None, iri: str) -> Finding:
    return finding._replace(focus=iri) if finding.focus == former else finding


def write(connection: sa.Connection, insert: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Enters relinks within the transaction that publishes them. Takes an INSERT of :data:`tables.relinks`."""
    names = ("key", "iri", "former_id", "run_id", "undone_by")
    upsert = insert.on_conflict_do_update(
        index_elements=["source_key", "native_id"], set_={name: insert.excluded[name] for name in names}
    )
    records = tables.records
    renamed = sa.update(records).where(records.c.key == sa.bindparam("relinked"))
    connection.execute(upsert, [{**row, "undone_by": None} for row in rows])
    connection.execute(
        renamed.values(native_id=sa.bindparam("now")),
        [{"relinked": row["key"], "now": row["native_id"]} for row in rows],
    )


def relinked_by(connection: sa.Connection, run_id: int) -> list[Any]:
    """The relinks that a run entered and that are in force, and those that it, as an undo, had taken back."""
    table = tables.relinks
    entered = sa.and_(table.c.run_id == run_id, table.c.undone_by.is_(None))
    return list(connection.execute(sa.select(table).where(sa.or_(entered, table.c.undone_by == run_id))))


def turn(connection: sa.Connection, rows: Sequence[Any], undo_id: int) -> None:
    """Takes relinks back, or brings those back that an undo took back, within the transaction that publishes it."""
    table, records = tables.relinks, tables.records
    for row in rows:
        back = row.undone_by is None
        own = sa.and_(table.c.source_key == row.source_key, table.c.native_id == row.native_id)
        connection.execute(sa.update(table).where(own).values(undone_by=undo_id if back else None))
        now = row.former_id if back else row.native_id
        connection.execute(sa.update(records).where(records.c.key == row.key).values(native_id=now))
