"""A steward's word that two records are not the same dataset: kept with each number, and taken back by an undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.clusters import Clusters
from catalog.exceptions import NoCluster
from catalog.number_writer import NumberWriter, number_writer
from catalog.publishing import close_in
from catalog.run_book import Run
from catalog.store import Store

_shadows, _splits, _records = tables.shadows, tables.splits, tables.records


def cluster_of(store: Store, key: str, at: int) -> tuple[str, ...]:
    """The KEYs of the cluster that a record is in at a number, its primary first; none if it stands alone."""
    valid = sa.and_(_shadows.c.valid_from <= at, sa.or_(_shadows.c.valid_to.is_(None), _shadows.c.valid_to > at))
    with store.engine.connect() as connection:
        behind = connection.scalar(sa.select(_shadows.c.primary_key).where(_shadows.c.key == key, valid))
        primary = behind or key
        others = connection.scalars(
            sa.select(_shadows.c.key).where(_shadows.c.primary_key == primary, valid).order_by(_shadows.c.key)
        ).all()
    return (primary, *others) if others else ()


def split(store: Store, key: str, run: Run, source_key: str, now: datetime) -> tuple[str, ...]:
    """Takes a record out of its cluster for good; gives the records that it was in it with.

    It is a publication of its own, which an undo takes back. Raises NoCluster for a record that stands alone, and for
    one that bears the IRI of another: two datasets cannot have one name.
    """
    writer = number_writer(store, run, source_key, now)
    try:
        others = tuple(each for each in cluster_of(store, key, writer.number - 1) if each != key)
        if not others:
            raise NoCluster(f"record {key} comes from one source only; there is nothing to split")
        _refuse_shared_iri(store, key, others)
        _enter(writer, [(min(key, other), max(key, other)) for other in others])
        Clusters(writer).settle_keys([key, *others])
        outcome = {
            "status": "ok",
            "reason_de": "Kein Duplikat: Der Eintrag steht wieder für sich.",
            "reason_en": "No duplicate: the record stands for itself again.",
            "report": orjson.dumps({"split": key, "from": others}).decode(),
            "published": writer.number,
            "based_on": writer.number - 1,
        }
        writer.flip(lambda connection: close_in(connection, run, now, outcome))
    except BaseException:
        writer.release()
        raise
    return others


def _refuse_shared_iri(store: Store, key: str, others: Sequence[str]) -> None:
    with store.engine.connect() as connection:
        iri = connection.scalar(sa.select(_records.c.iri).where(_records.c.key == key))
        shared = connection.scalar(sa.select(_records.c.key).where(_records.c.iri == iri, _records.c.key.in_(others)))
    if shared is not None:
        raise NoCluster(f"records {key} and {shared} have one IRI, {iri}; give one of them its own at the source")


def _enter(writer: NumberWriter, pairs: Sequence[tuple[str, str]]) -> None:
    rows = [{"one": one, "other": other, "valid_from": writer.number, "run_id": writer.run.id} for one, other in pairs]
    with writer.store.writing.begin() as connection:
        connection.execute(sa.insert(_splits), rows)


def turn_splits(writer: NumberWriter, made: int) -> set[str]:
    """Takes back what a number did to splits: ends those that began with it, begins those anew that it ended.

    Gives the KEYs that it concerns.
    """
    concerned: set[str] = set()
    with writer.store.writing.begin() as connection:
        begun = connection.execute(
            sa.select(_splits).where(_splits.c.valid_from == made, _splits.c.valid_to.is_(None))
        ).all()
        ended = connection.execute(sa.select(_splits).where(_splits.c.valid_to == made)).all()
        if begun:
            ids = [row.id for row in begun]
            connection.execute(sa.update(_splits).where(_splits.c.id.in_(ids)).values(valid_to=writer.number))
        for row in (*begun, *ended):
            concerned |= {row.one, row.other}
    if ended:
        _enter(writer, [(row.one, row.other) for row in ended])
    return concerned
