"""A steward's word which record of a cluster is in front: it outlasts harvests, and an undo takes it back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.exceptions import NoCluster
from catalog.identity.clusters import Clusters
from catalog.identity.splitting import cluster_of
from catalog.runs.number_writer import NumberWriter, number_writer
from catalog.runs.publishing import close_in
from catalog.runs.run_book import Run
from catalog.store import Store

_preferred, _records, _owners = tables.preferred, tables.records, tables.owners


def prefer(store: Store, key: str, run: Run, source_key: str, now: datetime) -> str:
    """Puts a record in front of its cluster for good; gives the KEY of the one that stood there.

    If it bears an IRI that another record owns, it owns that from then on. It is a publication of its own, which an
    undo takes back. Raises NoCluster for a record that stands alone or in front already.
    """
    writer = number_writer(store, run, source_key, now)
    try:
        cluster = cluster_of(store, key, writer.number - 1)
        if not cluster:
            raise NoCluster(
                f"record {key} comes from one source only; there is nothing to choose from",
                f"der Eintrag {key} kommt nur aus einer Quelle; da ist nichts zu wählen",
            )
        if cluster[0] == key:
            raise NoCluster(f"record {key} is in front of its cluster already", f"der Eintrag {key} wird schon gezeigt")
        _enter(writer, key)
        Clusters(writer).settle_keys(cluster)
        outcome = {
            "status": "ok",
            "reason_de": "Gezeigt wird jetzt der Eintrag dieser Quelle; die anderen stehen hinter ihm.",
            "reason_en": "The record of this source is the one that is shown now; the others stand behind it.",
            "report": orjson.dumps({"primary": key, "before": cluster[0]}).decode(),
            "published": writer.number,
            "based_on": writer.number - 1,
        }
        writer.flip(lambda connection: close_in(connection, run, now, outcome))
    except BaseException:
        writer.release()
        raise
    return cluster[0]


def _enter(writer: NumberWriter, key: str) -> None:
    with writer.store.writing.begin() as connection:
        owned = (
            sa.select(_owners.c.iri, _owners.c.key)
            .join(_records, _records.c.iri == _owners.c.iri)
            .where(_records.c.key == key, _owners.c.key != key)
        )
        other = connection.execute(owned).first()
        if other is not None:
            writer.owners[other.iri] = key
        row = {"key": key, "iri": other.iri if other else None, "former_owner": other.key if other else None}
        connection.execute(sa.insert(_preferred).values(**row, valid_from=writer.number, run_id=writer.run.id))


def turn_preferred(writer: NumberWriter, made: int, named: Iterable[str] = ()) -> set[str]:
    """Takes back what a number did to stewards' choices: ends those that began with it, begins those that it ended.

    Gives the KEYs that it concerns. IRIs go back to whom they belonged, also those that ``named`` records bear again
    (:func:`catalog.identity.naming.turn_subjects`, to be called before).
    """
    with writer.store.writing.begin() as connection:
        turned = writer.turn(connection, _preferred, made)
        borne = {writer.subjects[key] for key in named if key in writer.subjects}
        _own_again(connection, writer, {row.iri for row in turned} | borne)
    return {row.key for row in turned}


def _own_again(connection: sa.Connection, writer: NumberWriter, iris: Iterable[str | None]) -> None:
    """Gives IRIs the owners that the choices in force say: the latest, else who owned it before the first of them."""
    for iri in iris:
        rows = list(
            connection.execute(sa.select(_preferred).where(_preferred.c.iri == iri).order_by(_preferred.c.id.desc()))
        )
        chosen = [row.key for row in rows if row.valid_to is None]
        wanted = [*chosen, *(row.former_owner for row in rows[-1:])]
        bearing = [key for key in wanted if _bears(connection, writer, key, iri)]
        if iri is not None and bearing:
            writer.owners[iri] = bearing[0]


def _bears(connection: sa.Connection, writer: NumberWriter, key: Any, iri: str | None) -> bool:
    known = connection.scalar(sa.select(_records.c.iri).where(_records.c.key == key))
    return writer.subjects.get(key, known) == iri
