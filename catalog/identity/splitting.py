"""A steward's word that two records are not the same dataset: kept with each number, and taken back by an undo."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.exceptions import NoCluster
from catalog.identity import naming
from catalog.identity.clusters import Clusters
from catalog.identity.naming import Leaving
from catalog.runs.number_writer import NumberWriter, number_writer
from catalog.runs.publishing import close_in
from catalog.runs.run_book import Run
from catalog.store import Store

_shadows, _splits, _records = tables.shadows, tables.splits, tables.records


class Split(NamedTuple):
    """What a split did: the records that stand apart from it now, and those that bear an IRI of ours from now on."""

    others: tuple[str, ...]
    named: tuple[str, ...]


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


def split(store: Store, key: str, run: Run, source_key: str, now: datetime) -> Split:
    """Takes a record out of its cluster for good.

    Two datasets cannot have one name: of records that bear one IRI, whoever does not own it goes on under one of ours,
    and so do distributions that both have. It is a publication of its own, which an undo takes back. Raises NoCluster
    for a record that stands alone.
    """
    writer = number_writer(store, run, source_key, now)
    try:
        cluster = cluster_of(store, key, writer.number - 1)
        others = tuple(each for each in cluster if each != key)
        if not others:
            raise NoCluster(
                f"record {key} comes from one source only; there is nothing to split",
                f"der Eintrag {key} kommt nur aus einer Quelle; da ist nichts zu trennen",
            )
        _enter(writer, [(min(key, other), max(key, other)) for other in others])
        leaving = _leaving(store, key, cluster, writer.number - 1)
        named = naming.give(writer, leaving)
        Clusters(writer).settle_keys([key, *others])
        outcome = _outcome(writer, key, others, named)
        writer.flip(lambda connection: close_in(connection, run, now, outcome))
    except BaseException:
        writer.release()
        raise
    return Split(others, named)


def _outcome(writer: NumberWriter, key: str, others: Sequence[str], named: Sequence[str]) -> dict[str, Any]:
    """The columns of the split's row."""
    de, en = "Kein Duplikat: Der Eintrag steht wieder für sich.", "No duplicate: the record stands for itself again."
    if named:
        given = ", ".join(writer.subjects.get(each, each) for each in named)
        de += f" Wer eine IRI trug, die einem anderen gehört, hat jetzt eine eigene: {given}."
        en += f" What bore an IRI that belongs to another has its own now: {given}."
    return {
        "status": "ok",
        "reason_de": de,
        "reason_en": en,
        "report": orjson.dumps({"split": key, "from": others, "named": list(named)}).decode(),
        "published": writer.number,
        "based_on": writer.number - 1,
    }


def _leaving(store: Store, key: str, cluster: Sequence[str], at: int) -> list[Leaving]:
    """Who has to leave the names that it shares with a record that it is split from, and what those are.

    The owner of an IRI keeps it; where none of them owns it, whoever is in front does.
    """
    with store.engine.connect() as connection:
        iris = dict(
            connection.execute(sa.select(_records.c.key, _records.c.iri).where(_records.c.key.in_(cluster))).all()
        )
        owner = connection.scalar(sa.select(tables.owners.c.key).where(tables.owners.c.iri == iris[key]))
        parts = {each: naming.parts_of(connection, each, at) for each in cluster}
    others = [each for each in cluster if each != key]
    sharing = [other for other in others if iris[other] == iris[key]]
    stays = owner if sharing and owner in (key, *sharing) else cluster[0]
    found = []
    for other in others:
        leaver, stayer = (other, key) if key == stays else (key, other)
        common = parts[leaver] & parts[stayer]
        if other in sharing or common:
            found.append(Leaving(leaver, other in sharing, frozenset(common)))
    return found


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
