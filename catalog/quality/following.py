"""Brings the scores up to the published number, and after checks of links: only what changed is computed again."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog import database, tables
from catalog.links import book
from catalog.links.uses import uses
from catalog.quality import history
from catalog.quality.companions import Companions
from catalog.quality.score import Score
from catalog.reading import rows
from catalog.reading.entries import unpacked
from catalog.reading.summary import refs_of
from catalog.runs.staging import now_text
from catalog.store import current, shadowed
from schemas import mqa, rdf, syntax
from schemas.govdata_stages import stages
from schemas.model import Dataset
from schemas.region import Region
from schemas.vocabularies import revision

BATCH = 200
# Raised by hand when scores are to be made anew though neither weights nor code lists changed.
_VERSION = 2
_quality, _progress, _versions, _records = tables.quality, tables.quality_progress, tables.versions, tables.records


class Followed(NamedTuple):
    """What was done: up to which number, how many datasets were computed, how many went."""

    number: int
    computed: int
    gone: int


def rules() -> str:
    """What the scores depend on beside records and links: another value makes them all anew."""
    weights = repr([tuple(metric) for metric in mqa.METRICS])
    return hashlib.sha256(f"{_VERSION} {revision()} {weights}".encode()).hexdigest()[:16]


def follow(region: Region, engine: sa.Engine, now: datetime) -> Followed:
    """Computes the scores of what changed since they were last computed; of all datasets where there are none."""
    with _alone(region), engine.connect() as connection:
        number, _ = rows.published(connection)
        known = connection.execute(sa.select(_progress)).first()
        connection.rollback()
        if known is not None and (known.number, known.revision) == (number, rules()):
            return Followed(number, 0, 0)
        since = known.number if known is not None and known.revision == rules() and known.number <= number else None
        keys = _all(engine, number) if since is None else _changed(engine, since, number)
        work = _Work(region, engine, number, now)
        for some in keys:
            work.compute(some)
            with database.writing(engine).begin() as writing:
                book.hasten(writing, some, now)
        if since is None:
            work.drop_others()
        history.keep_totals(region, engine, now)
        with database.writing(engine).begin() as writing:
            fresh = book.insert(writing, _progress).values(id=1, number=number, revision=rules())
            changed = {"number": number, "revision": rules()}
            writing.execute(fresh.on_conflict_do_update(index_elements=["id"], set_=changed))
        return Followed(number, work.computed, work.gone)


def after_checks(region: Region, engine: sa.Engine, link_ids: Collection[int], now: datetime) -> int:
    """Computes the datasets again that use some addresses; gives how many those were."""
    if not link_ids:
        return 0
    with _alone(region):
        with engine.connect() as connection:
            number, _ = rows.published(connection)
            keys = sorted(book.keys_of(connection, link_ids))
        work = _Work(region, engine, number, now)
        for start in range(0, len(keys), BATCH):
            work.compute(keys[start : start + BATCH])
        history.keep_totals(region, engine, now)
        return work.computed


class _Work:
    """Computes datasets at one publication number, batch by batch."""

    def __init__(self, region: Region, engine: sa.Engine, number: int, now: datetime) -> None:
        self.region = region
        self.engine = engine
        self.number = number
        self.now = now
        self.companions = Companions(number)
        self.computed = 0
        self.gone = 0

    def compute(self, keys: Sequence[str]) -> None:
        """Scores of some KEYs; those that are no public datasets lose theirs."""
        with self.engine.connect() as connection:
            found = connection.execute(_select(keys, self.number)).all()
            records = {row.key: _record(row) for row in found}
            refs = {row.key: refs_of(row.summary) for row in found}
            self.companions.load(connection, {iri for iris in refs.values() for iri in iris})
            known = dict(connection.execute(sa.select(_quality.c.key, _quality.c.outcomes).where(_in(keys))).all())
        used = {row.key: (row.source_key, uses(records[row.key])) for row in found}
        gone = [key for key in keys if key not in records]
        with database.writing(self.engine).begin() as connection:
            answers = book.replace_uses(connection, used, self.now)
            book.remove_uses(connection, gone)
        # Between the two writes, not within one: others must not wait while it is counted.
        scored = {key: self._score(record, refs[key], answers) for key, record in records.items()}
        written = [_row(row, scored[row.key], self.now) for row in found]
        with database.writing(self.engine).begin() as connection:
            connection.execute(sa.delete(_quality).where(_in(gone)))
            if written:
                fresh = book.insert(connection, _quality)
                kept = {column: fresh.excluded[column] for column in written[0] if column != "key"}
                connection.execute(fresh.on_conflict_do_update(index_elements=["key"], set_=kept), written)
            changed = [row for row in written if known.get(row["key"]) != row["outcomes"]]
            history.keep_records(connection, changed, self.now)
        self.computed += len(written)
        self.gone += sum(key in known for key in gone)

    def _score(self, record: Dataset, refs: Sequence[str], answers: Mapping[str, int]) -> Score:
        assessment = mqa.assess(record, answers, companions=self.companions.of(refs))
        return Score.of(assessment, stages(record, self.companions.named(refs)))

    def drop_others(self) -> None:
        """Scores of what is no longer public, after all others were computed."""
        public = sa.exists().where(_versions.c.key == _quality.c.key, current(self.number), ~shadowed(self.number))
        with database.writing(self.engine).begin() as connection:
            others = list(connection.scalars(sa.select(_quality.c.key).where(~public)))
            for start in range(0, len(others), BATCH):
                some = others[start : start + BATCH]
                connection.execute(sa.delete(_quality).where(_in(some)))
                book.remove_uses(connection, some)
        self.gone += len(others)


def _in(keys: Sequence[str]) -> sa.ColumnElement[bool]:
    return _quality.c.key.in_(keys)


def _select(keys: Sequence[str], number: int) -> sa.Select[Any]:
    columns = (_versions.c.key, _versions.c.id, _versions.c.ntriples, _versions.c.summary)
    return (
        sa.select(*columns, _records.c.iri, _records.c.source_key)
        .join_from(_versions, _records, _records.c.key == _versions.c.key)
        .where(_versions.c.key.in_(keys), _records.c.kind == "dataset", current(number), ~shadowed(number))
    )


def _record(row: Any) -> Dataset:
    triples = syntax.parse(unpacked(row.ntriples), "nt")
    record = rdf.Reading(triples).record(row.iri, Dataset)
    assert isinstance(record, Dataset)
    return record


def _row(row: Any, score: Score, now: datetime) -> dict[str, Any]:
    return {
        "key": row.key,
        "source_key": row.source_key,
        "version_id": row.id,
        "total": score.total,
        "outcomes": score.to_json(),
        "computed": now_text(now),
    }


def _all(engine: sa.Engine, number: int) -> Iterator[list[str]]:
    """The KEYs of all datasets that are public at a number, in batches."""
    last = ""
    while True:
        statement = (
            sa.select(_versions.c.key)
            .join_from(_versions, _records, _records.c.key == _versions.c.key)
            .where(_records.c.kind == "dataset", current(number), _versions.c.key > last)
            .order_by(_versions.c.key)
            .limit(BATCH)
        )
        with engine.connect() as connection:
            found = list(connection.scalars(statement))
        if not found:
            return
        yield found
        last = found[-1]


def _changed(engine: sa.Engine, after: int, number: int) -> Iterator[list[str]]:
    """The KEYs of what changed between two numbers, in batches: versions, clusters, and what refers to changed records."""
    shadows = tables.shadows
    versions = sa.select(_versions.c.key).where(_between(_versions, after, number))
    moved = sa.select(shadows.c.key).where(_between(shadows, after, number))
    keys = sa.union(versions, moved).subquery()
    last = ""
    while True:
        statement = sa.select(keys.c.key).where(keys.c.key > last).order_by(keys.c.key).limit(BATCH)
        with engine.connect() as connection:
            found = list(connection.scalars(statement))
        if not found:
            break
        yield found
        last = found[-1]
    yield from _referring(engine, after, number)


def _referring(engine: sa.Engine, after: int, number: int) -> Iterator[list[str]]:
    """The KEYs of datasets that were not changed themselves but refer to an agent, service or series that was."""
    companions = (
        sa.select(_records.c.iri)
        .join(_versions, _versions.c.key == _records.c.key)
        .where(_records.c.kind != "dataset", _between(_versions, after, number))
    )
    with engine.connect() as connection:
        changed = set(connection.scalars(companions))
    last = 0
    while changed:
        statement = (
            sa.select(_versions.c.id, _versions.c.key, _versions.c.summary)
            .join_from(_versions, _records, _records.c.key == _versions.c.key)
            .where(
                _records.c.kind == "dataset", current(number), _versions.c.valid_from <= after, _versions.c.id > last
            )
            .order_by(_versions.c.id)
            .limit(BATCH * 10)
        )
        with engine.connect() as connection:
            found = connection.execute(statement).all()
        if not found:
            return
        last = found[-1].id
        keys = [row.key for row in found if not changed.isdisjoint(refs_of(row.summary))]
        for start in range(0, len(keys), BATCH):
            yield keys[start : start + BATCH]


def _between(table: sa.Table, after: int, number: int) -> sa.ColumnElement[bool]:
    return sa.or_(table.c.valid_from.between(after + 1, number), table.c.valid_to.between(after + 1, number))


@contextmanager
def _alone(region: Region) -> Iterator[None]:
    """One that computes at a time on this machine; others wait."""
    folder = region.data / "cache"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "quality.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
