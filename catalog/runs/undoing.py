"""Taking a whole run back: what it created is withdrawn, what it changed or withdrew is as it was before."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.corrections import publication
from catalog.exceptions import NoSuchRun, no_run
from catalog.fragments import derive
from catalog.identity import naming, relinks, subjects
from catalog.identity.clusters import Clusters
from catalog.identity.preferring import turn_preferred
from catalog.identity.splitting import turn_splits
from catalog.runs.number_writer import NumberWriter, batches, number_writer
from catalog.runs.publishing import close_in, present
from catalog.runs.run_book import Run
from catalog.runs.staging import now_text
from catalog.store import Store, current

_compress = zstandard.ZstdCompressor(level=3).compress


class Conflict(NamedTuple):
    """A record that a later run changed since, so that an undo leaves it as it is. ``run`` is that later run."""

    key: str
    slug: str
    title: str
    run: int


class Undone(NamedTuple):
    """What an undo did: records restored, withdrawn, under their former identifier or name again; those changed later.

    Records are datasets and what belongs to them: services, series, agents.
    """

    number: int
    restored: int
    withdrawn: int
    conflicts: tuple[Conflict, ...]
    run: int = 0
    relinked: int = 0
    named: int = 0


@dataclass(slots=True)
class _Doing:
    """What an undo does to each record that the undone run touched."""

    restore: list[Any] = field(default_factory=list)
    close: list[int] = field(default_factory=list)
    blocked: list[tuple[Any, bytes]] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    relinked: list[Any] = field(default_factory=list)
    identity: dict[str, Any] = field(default_factory=dict)


def undo(store: Store, run_id: int, run: Run, now: datetime) -> Undone:
    """Takes a published run back: what it created is withdrawn, what it changed or withdrew is as it was before.

    Records that a later run has changed since stay as they are and are named as conflicts, in what is given and in the
    undo's report. The undone inputs are blocked until they change (DESIGN 3, step 7). Records that the run relinked
    have their former native id again; taking an undo back brings its relinks back. Raises NoSuchRun.
    """
    source_key, kind, made = made_by(store, run_id)
    writer = number_writer(store, run, source_key, now)
    try:
        doing = _look(store, run_id, made, writer.number - 1)
        _restore(store, writer, doing)
        writer.close_versions(doing.close)
        split, named = turn_splits(writer, made), naming.turn_subjects(writer, made)
        chosen = turn_preferred(writer, made, named)
        corrected = publication.turn(writer, made)
        doing.conflicts += [_later_correction(store, *later) for later in corrected.kept]
        settled = publication.settle(writer, {*corrected.keys, *(old.key for old in doing.restore)})
        Clusters(writer).settle_keys(sorted({*doing.identity, *split, *named, *chosen, *corrected.keys}))
        outcome = _outcome(run_id, doing, writer.number)

        def also(connection: sa.Connection) -> None:
            close_in(connection, run, now, outcome)
            relinks.turn(connection, doing.relinked, run.id)
            settled.remark(connection)

        writer.flip(also)
    except BaseException:
        writer.release()
        raise
    _remember_undone(store, run, source_key, doing)
    if kind == "undo":
        # Taking an undo back releases what it blocked.
        with store.writing.begin() as connection:
            connection.execute(sa.delete(tables.blocked).where(tables.blocked.c.run_id.in_((run_id, run.id))))
    restored = len({*(old.key for old in doing.restore), *settled.changed})
    return Undone(
        *(writer.number, restored, len(doing.unseen), tuple(doing.conflicts), run.id),
        *(len(doing.relinked), len(named)),
    )


def made_by(store: Store, run_id: int) -> tuple[str, str, int]:
    """Source, kind and publication number of a run. Raises NoSuchRun if there is nothing to take back."""
    runs = tables.runs
    with store.engine.connect() as connection:
        row = connection.execute(sa.select(runs.c.source_key, runs.c.kind).where(runs.c.id == run_id)).first()
        if row is None:
            raise no_run(run_id)
        publications = tables.publications
        made = connection.scalar(sa.select(publications.c.number).where(publications.c.run_id == run_id))
    if made is None:
        raise NoSuchRun(
            f"run {run_id} changed nothing that could be taken back",
            f"Lauf {run_id} hat nichts geändert, was sich zurücknehmen ließe",
        )
    return str(row.source_key), str(row.kind), int(made)


def _look(store: Store, run_id: int, made: int, at: int) -> _Doing:
    """What is to be done at a number, without doing it. Records of a run lie in memory: an undo is for one run."""
    versions, records = tables.versions, tables.records
    doing = _Doing()
    now_current: dict[str, Any] = {}
    with store.engine.connect() as connection:
        before = {r.key: r for r in connection.execute(sa.select(versions).where(versions.c.valid_to == made))}
        after = {r.key: r for r in connection.execute(sa.select(versions).where(versions.c.valid_from == made))}
        turned = relinks.relinked_by(connection, run_id)
        # What a split put under another name is put back as it is now, whatever came since.
        # So are records under corrections: they are settled under those that are left.
        corrected = publication.corrected_by(connection, made)
        anew = naming.named_by(connection, made) | corrected
        keys = sorted({*before, *after, *(row.key for row in turned)} - anew)
        for batch in batches(keys):
            condition = sa.and_(versions.c.key.in_(batch), current(at))
            now_current.update((r.key, r) for r in connection.execute(sa.select(versions).where(condition)))
            doing.identity.update(
                (r.key, r) for r in connection.execute(sa.select(records).where(records.c.key.in_(batch)))
            )
        brought = [record for key, record in doing.identity.items() if corrected and key not in before]
        needed = publication.needed(connection, [r.iri for r in brought if r.kind != "dataset"], at, made)
    kept = set()
    for key in keys:
        present, made_by_run, prior = now_current.get(key), after.get(key), before.get(key)
        if key not in before and key not in after:
            later = present is not None and present.valid_from > made
        else:
            later = (present.id if present else None) != (made_by_run.id if made_by_run else None)
        if later:
            kept.add(key)
            doing.conflicts.append(_conflict(store, doing.identity[key], present, made))
        elif doing.identity[key].iri in needed:
            continue  # a series that this run's repair brought, and that a later one has joined
        elif key in before or key in after:
            _take_back(doing, key, present, prior)
    doing.relinked = [row for row in turned if row.key not in kept]
    return doing


def _take_back(doing: _Doing, key: str, present: Any, prior: Any) -> None:
    record = doing.identity[key]
    if present is not None:
        doing.close.append(present.id)
        if record.position is not None:
            doing.blocked.append((record, present.content_hash))
    if prior is not None:
        doing.restore.append(prior)
    else:
        doing.unseen.append(key)


def _conflict(store: Store, record: Any, present: Any, made: int) -> Conflict:
    if present is not None:
        return Conflict(record.key, record.slug, present.title, present.run_id)
    # A later run withdrew it: that run's number is where its last version ends.
    versions, publications = tables.versions, tables.publications
    last = (
        sa.select(versions.c.title, publications.c.run_id)
        .join(publications, publications.c.number == versions.c.valid_to)
        .where(versions.c.key == record.key, versions.c.valid_to > made)
        .order_by(versions.c.valid_to.desc())
        .limit(1)
    )
    with store.engine.connect() as connection:
        row = connection.execute(last).first()
    return Conflict(record.key, record.slug, row.title if row else "", row.run_id if row else 0)


def _later_correction(store: Store, key: str, run: int) -> Conflict:
    versions, records = tables.versions, tables.records
    statement = (
        sa.select(records.c.slug, versions.c.title)
        .join(versions, versions.c.key == records.c.key)
        .where(records.c.key == key)
        .order_by(versions.c.valid_from.desc())
        .limit(1)
    )
    with store.engine.connect() as connection:
        row = connection.execute(statement).first()
    return Conflict(key, row.slug if row else "", row.title if row else "", run)


def _outcome(run_id: int, doing: _Doing, number: int) -> dict[str, Any]:
    """The columns of the undo's row."""
    conflicts = len(doing.conflicts)
    report = {"undone": run_id, "conflicts": [conflict._asdict() for conflict in doing.conflicts]}
    return {
        "status": "warnings" if conflicts else "ok",
        "reason_de": f"Nimmt Lauf {run_id} zurück."
        + (f" Spätere Läufe haben {conflicts} Einträge geändert; diese bleiben, wie sie sind." if conflicts else ""),
        "reason_en": f"Takes run {run_id} back."
        + (f" Later runs have changed {conflicts} records; these stay as they are." if conflicts else ""),
        "report": orjson.dumps(report).decode(),
        "published": number,
        "based_on": number - 1,
    }


def _restore(store: Store, writer: NumberWriter, doing: _Doing) -> None:
    for batch in batches(doing.restore):
        with store.writing.begin() as connection:
            rows, fragments = [], []
            for old in batch:
                ntriples, record = zstandard.decompress(old.ntriples), doing.identity[old.key]
                if (iri := subjects.borne(record.kind, record.iri, ntriples)) != record.iri:
                    writer.subjects[old.key] = iri
                ready = derive(ntriples)
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


def _remember_undone(store: Store, run: Run, source_key: str, doing: _Doing) -> None:
    restore, unseen, blocked, identity = doing.restore, doing.unseen, doing.blocked, doing.identity
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
        connection.execute(sa.delete(tables.pages).where(tables.pages.c.source_key == source_key))
