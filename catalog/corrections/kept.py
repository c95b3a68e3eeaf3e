"""Corrections as they lie in the store, and what a version says of those that it stands under."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.reading.entries import unpacked
from schemas.corrections import Corrected, Correction

_table = tables.corrections
_BATCH = 500


class Kept(NamedTuple):
    """A correction with what only the store knows: the record's KEY, when it was made, by which run."""

    key: str
    correction: Correction
    made: str
    run_id: int


def valid(at: int) -> sa.ColumnElement[bool]:
    """The condition that a correction is in force at a publication number."""
    return sa.and_(_table.c.valid_from <= at, sa.or_(_table.c.valid_to.is_(None), _table.c.valid_to > at))


def correction(row: Any) -> Correction:
    """A row of the table as a correction."""
    return Correction(
        attribute=row.attribute,
        value=row.value,
        source_value=row.source_value,
        part=row.part,
        part_address=row.part_address,
        rule=row.rule,
        evidence_de=row.evidence_de,
        evidence_en=row.evidence_en,
        id=row.id,
    )


def in_force(connection: sa.Connection, keys: Sequence[str], at: int) -> dict[str, tuple[Correction, ...]]:
    """The corrections of some records that are in force at a number, by KEY, in the order in which they were made."""
    found: dict[str, list[Correction]] = {}
    for start in range(0, len(keys), _BATCH):
        statement = sa.select(_table).where(_table.c.key.in_(keys[start : start + _BATCH]), valid(at))
        for row in connection.execute(statement.order_by(_table.c.id)):
            found.setdefault(row.key, []).append(correction(row))
    return {key: tuple(each) for key, each in found.items()}


def by_id(connection: sa.Connection, ids: Iterable[int]) -> dict[int, Correction]:
    """Corrections by their numbers, whether they are in force or not."""
    found: dict[int, Correction] = {}
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), _BATCH):
        statement = sa.select(_table).where(_table.c.id.in_(wanted[start : start + _BATCH]))
        found.update((row.id, correction(row)) for row in connection.execute(statement))
    return found


def of_record(engine: sa.Engine, key: str, at: int) -> tuple[Kept, ...]:
    """The corrections of one record that are in force at a number, in the order in which they were made."""
    statement = sa.select(_table).where(_table.c.key == key, valid(at)).order_by(_table.c.id)
    with engine.connect() as connection:
        return tuple(Kept(row.key, correction(row), row.made, row.run_id) for row in connection.execute(statement))


class OfSource(Mapping[str, Sequence[Correction]]):
    """The corrections of a source's records in force at a number, by native id.

    Which records have some lies in memory, what they are in the store: a region may have accepted thousands of repairs.
    """

    def __init__(self, engine: sa.Engine, source_key: str, at: int) -> None:
        self._engine = engine
        self._at = at
        records = tables.records
        statement = (
            sa.select(records.c.native_id, records.c.key)
            .join(_table, records.c.key == _table.c.key)
            .where(records.c.source_key == source_key, valid(at))
            .distinct()
        )
        with engine.connect() as connection:
            self._keys: dict[str, str] = dict(connection.execute(statement).all())
        self._known: dict[str, Sequence[Correction]] = {}

    def __getitem__(self, native_id: str) -> Sequence[Correction]:
        key = self._keys[native_id]
        known = self._known.get(native_id)
        if known is None:
            if len(self._known) > _BATCH:
                self._known.clear()
            with self._engine.connect() as connection:
                known = self._known[native_id] = in_force(connection, [key], self._at).get(key, ())
        return known

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)


def ever_corrected(engine: sa.Engine, source_key: str) -> list[str]:
    """The KEYs of a source's records that were ever corrected."""
    records = tables.records
    statement = (
        sa.select(_table.c.key)
        .join(records, records.c.key == _table.c.key)
        .where(records.c.source_key == source_key)
        .distinct()
    )
    with engine.connect() as connection:
        return sorted(connection.scalars(statement))


# ------------------------------------------------------------------------------------------------- a version's trace


def trace_json(trace: Iterable[Sequence[str]], leftovers: Any, corrected: Sequence[Corrected]) -> bytes:
    """What a version keeps of how it came to be: trace, leftovers, and what its corrections did."""
    kept: dict[str, Any] = {"trace": [list(entry) for entry in trace], "leftovers": leftovers}
    if corrected:
        kept["corrected"] = [list(each) for each in corrected]
    return orjson.dumps(kept)


def corrected_from(loaded: Mapping[str, Any]) -> tuple[Corrected, ...]:
    """What the corrections of a version did, out of the JSON of its trace."""
    return tuple(
        Corrected(number, attribute, tuple(names), source, state, tuple((a, f, r) for a, f, r in trace))
        for number, attribute, names, source, state, trace in loaded.get("corrected", ())
    )


def corrected_of(packed: bytes) -> tuple[Corrected, ...]:
    """The same out of a version's compressed trace."""
    return corrected_from(orjson.loads(unpacked(packed) or b"{}"))
