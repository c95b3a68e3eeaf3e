"""Staged records under the corrections that are in force when their run is concluded.

The crawl set those that were in force when it began. Made, or taken back, since then (while a plan waited for a steward,
or while the run was under way) they must neither be lost nor come back with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from catalog.corrections import kept, rewriting
from catalog.corrections.rewriting import Described
from catalog.runs.number_writer import batches
from catalog.runs.staging import Staged, Staging
from catalog.runs.staging_file import COLUMNS, MAPPED
from catalog.store import Store
from schemas.model import Resource

_WRITTEN = ("content_hash", "title", "summary", "ntriples", "trace", "findings", "ttl", "rdf", "jsonld")


def bring_up(store: Store, source_key: str, staging: Staging, now: datetime) -> int:
    """Settles the staged records of a source under the corrections in force; gives how many were made anew."""
    rewrote = 0
    for keys in batches(kept.ever_corrected(store.engine, source_key)):
        with store.engine.connect() as connection:
            in_force = kept.in_force(connection, keys, store.number())
        marks = ", ".join("?" * len(keys))
        for staged in list(staging.rows(f"state = {MAPPED} AND key IN ({marks})", keys)):
            corrected = kept.corrected_of(staged.trace or b"")
            wanted = in_force.get(staged.key, ())
            if rewriting.is_settled(corrected, wanted):
                continue
            how = rewriting.manner(store.region, source_key, now)
            with store.engine.connect() as connection:
                before = kept.by_id(connection, (each.id for each in corrected))
                described = _described(staging, rewriting.described_in(connection, store.number()))
                anew, companions = rewriting.rewritten(staged, before.values(), wanted, how, described)
            _write(staging, anew)
            for companion in companions:
                _add(staging, rewriting.as_companion(companion, source_key, how))
            rewrote += 1
    return rewrote


def _described(staging: Staging, stored: Described) -> Described:
    """What is staged of IRIs, else what is stored of them."""

    def look(iris: Iterable[str]) -> tuple[Resource, ...]:
        found: list[Resource] = []
        for iri in iris:
            rows = staging.database.execute(
                "SELECT kind, ntriples FROM staged WHERE iri = ? AND ntriples NOTNULL", (iri,)
            )
            row = rows.fetchone()
            found += (rewriting.typed(row[0], iri, row[1]),) if row else stored((iri,))
        return tuple(found)

    return look


def _write(staging: Staging, staged: Staged) -> None:
    columns = ", ".join(f"{name} = ?" for name in _WRITTEN)
    values = [getattr(staged, name) for name in _WRITTEN]
    staging.database.execute(f"UPDATE staged SET {columns} WHERE key = ?", (*values, staged.key))
    # By what it may be known in other sources is found out anew.
    staging.database.execute("DELETE FROM traits WHERE key = ?", (staged.key,))


def _add(staging: Staging, companion: Staged) -> None:
    marks = ", ".join("?" * len(COLUMNS))
    staging.database.execute(
        f"INSERT OR IGNORE INTO staged ({', '.join(COLUMNS)}) VALUES ({marks})",
        [getattr(companion, name) for name in COLUMNS],
    )
