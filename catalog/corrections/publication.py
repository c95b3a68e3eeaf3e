"""Corrections made and taken back: each a publication of its own, without a harvest; an undo turns it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.corrections import kept, rewriting
from catalog.corrections.rewriting import Current
from catalog.identity.clusters import Clusters
from catalog.runs.number_writer import NumberWriter, batches, number_writer
from catalog.runs.publishing import close_in
from catalog.runs.run_book import Run
from catalog.runs.staging import Staged, now_text
from catalog.store import Store
from schemas import corrections
from schemas.corrections import Correction, NotCorrectable
from schemas.model import Dataset, Resource

_table = tables.corrections
_NAMED = 20


class Wish(NamedTuple):
    """What is wanted of one property of one record: a value (statements, empty for none), or None: the source's again.

    ``names`` are those of the distribution (its IRI, an address), none for the record itself.
    """

    key: str
    attribute: str
    value: str | None
    names: tuple[str, ...] = ()
    rule: str = corrections.BY_HAND
    evidence_de: str = ""
    evidence_en: str = ""


class Made(NamedTuple):
    """What came of wishes: the number that they were published under, the records that they changed, how many were met.

    ``refused`` are those that could not be, each with the reason; the others are public nevertheless.
    """

    number: int
    records: tuple[str, ...]
    corrections: int
    refused: tuple[tuple[Wish, NotCorrectable], ...] = ()


@dataclass(slots=True)
class _Entering:
    """The rows that wishes begin and end."""

    begun: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    ended: set[int] = field(default_factory=set)
    met: list[Wish] = field(default_factory=list)
    refused: list[tuple[Wish, NotCorrectable]] = field(default_factory=list)


def correct(store: Store, wishes: Sequence[Wish], run: Run, source_key: str, now: datetime, kind: str) -> Made:
    """Corrects records as a publication of its own, which an undo takes back; the source is not asked.

    ``kind`` says in the run's report what it was: ``correct`` or ``repair``. Raises NotCorrectable if no wish can be met.
    """
    writer = number_writer(store, run, source_key, now)
    try:
        entering = _look(store, wishes, writer.number - 1, now)
        if not entering.met:
            raise _refusal(entering)
        _enter(writer, entering)
        keys = list(dict.fromkeys(wish.key for wish in entering.met))
        settled = settle(writer, keys)
        Clusters(writer).settle_keys(keys)
        outcome = _outcome(writer, kind, entering, keys)

        def also(connection: sa.Connection) -> None:
            close_in(connection, run, now, outcome)
            settled.remark(connection)

        writer.flip(also)
    except BaseException:
        writer.release()
        raise
    return Made(writer.number, tuple(keys), len(entering.met), tuple(entering.refused))


def _outcome(writer: NumberWriter, kind: str, entering: _Entering, keys: Sequence[str]) -> dict[str, Any]:
    number, records = len(entering.met), len(keys)
    rules = sorted({wish.rule for wish in entering.met})
    said_de = (
        f"{number} {'Angabe' if number == 1 else 'Angaben'} in {records} {'Eintrag' if records == 1 else 'Einträgen'}"
    )
    said_en = f"{number} {'value' if number == 1 else 'values'} in {records} {'record' if records == 1 else 'records'}"
    outdated = kind == "outdated"
    return {
        "status": "ok",
        "reason_de": f"{said_de} " + ("zurückgenommen: Die Datei ist seitdem geändert." if outdated else "korrigiert."),
        "reason_en": f"{said_en} " + ("taken back: the file has changed since." if outdated else "corrected."),
        "report": orjson.dumps({kind: list(keys[:_NAMED]), "number": number, "rules": rules}).decode(),
        "published": writer.number,
        "based_on": writer.number - 1,
    }


def _refusal(entering: _Entering) -> NotCorrectable:
    nothing = NotCorrectable("Es gibt nichts zu korrigieren", "nothing is to be corrected")
    return entering.refused[0][1] if entering.refused else nothing


def refuse_vain(store: Store, wishes: Sequence[Wish], now: datetime) -> None:
    """Raises NotCorrectable if none of the wishes can be met as the catalogue is now."""
    entering = _look(store, wishes, store.number(), now)
    if not entering.met:
        raise _refusal(entering)


def _look(store: Store, wishes: Sequence[Wish], at: int, now: datetime) -> _Entering:
    """What is to be entered, wish by wish, against what lies beneath the corrections in force at a number."""
    keys = list(dict.fromkeys(wish.key for wish in wishes))
    with store.engine.connect() as connection:
        present = {each.staged.key: each for each in rewriting.current_of(connection, keys, at)}
        in_force = kept.in_force(connection, keys, at)
    entering = _Entering()
    sources: dict[str, Resource] = {}
    for wish in wishes:
        found = present.get(wish.key)
        own = in_force.get(wish.key, ())
        try:
            if found is None:
                raise NotCorrectable(f"Eintrag {wish.key} ist nicht öffentlich", "the record is not public")
            if wish.key not in sources:
                sources[wish.key] = rewriting.source_record(found.staged, own)
            _take(entering, wish, sources[wish.key], own)
        except NotCorrectable as refused:
            entering.refused.append((wish, refused))
    return entering


def _take(entering: _Entering, wish: Wish, source: Resource, in_force: Sequence[Correction]) -> None:
    record_class = type(source)
    corrections.property_of(record_class, wish.attribute)
    part = corrections.part_of(source, wish.names) if wish.names else None
    own = [each for each in in_force if _is_at(each, wish, source, part)]
    if wish.names and part is None and not (own and wish.value is None):
        raise NotCorrectable(f"Eintrag {wish.key} hat keine Datei {wish.names[0]}", "it has no such file")
    if wish.value is None:
        if not own:
            raise NotCorrectable(f"Eintrag {wish.key}: {wish.attribute} ist nicht korrigiert", "it is not corrected")
    else:
        said = corrections.statements_of(source, wish.attribute, wish.names) or ""
        if corrections.same(record_class, wish.attribute, said, wish.value):
            raise NotCorrectable(f"{wish.attribute} steht so schon an der Quelle", "the source states it so already")
        if any(each.value == wish.value for each in own):
            raise NotCorrectable(f"{wish.attribute} ist so schon korrigiert", "it is corrected so already")
        names = wish.names
        if part is not None and isinstance(source, Dataset):
            names = corrections.part_names(source, part)
        part_name, address = (*names, "", "")[:2]
        entering.begun[wish.key, wish.attribute, part_name] = {
            "key": wish.key,
            "attribute": wish.attribute,
            "part": part_name,
            "part_address": address,
            "value": wish.value,
            "source_value": said,
            "rule": wish.rule,
            "evidence_de": wish.evidence_de,
            "evidence_en": wish.evidence_en,
        }
    entering.ended |= {each.id for each in own}
    entering.met.append(wish)


def _is_at(each: Correction, wish: Wish, source: Resource, part: Any) -> bool:
    """Whether a correction is about what a wish is about, whichever of its names the file is called by."""
    if each.attribute != wish.attribute or bool(each.names) != bool(wish.names):
        return False
    if not wish.names or set(each.names) & set(wish.names):
        return True
    return part is not None and corrections.part_of(source, each.names) is part


def _enter(writer: NumberWriter, entering: _Entering) -> None:
    with writer.store.writing.begin() as connection:
        for ids in batches(sorted(entering.ended)):
            connection.execute(sa.update(_table).where(_table.c.id.in_(ids)).values(valid_to=writer.number))
        made = {"made": now_text(writer.now), "valid_from": writer.number, "run_id": writer.run.id}
        for rows in batches(list(entering.begun.values())):
            connection.execute(sa.insert(_table), [{**row, **made} for row in rows])


# ------------------------------------------------------------------------------------------------- records


class Settled(NamedTuple):
    """Records that stand under just the corrections in force now: those with another content than before.

    ``remark`` notes the others' traces and findings within the transaction that publishes.
    """

    changed: tuple[str, ...]
    remark: Callable[[sa.Connection], None]


def settle(writer: NumberWriter, keys: Iterable[str]) -> Settled:
    """Brings the records of some keys, as they are under the next number, under the corrections in force there."""
    changed: list[str] = []
    remarks: list[tuple[int, Staged]] = []
    for some in batches(sorted(set(keys))):
        with writer.store.engine.connect() as connection:
            present = rewriting.current_of(connection, some, writer.number, writer.subjects)
            in_force = kept.in_force(connection, some, writer.number)
            before = kept.by_id(connection, (c.id for p in present for c in kept.corrected_of(p.staged.trace or b"")))
            described = rewriting.described_in(connection, writer.number)
            anew = []
            for each in present:
                wanted = in_force.get(each.staged.key, ())
                if not rewriting.is_settled(kept.corrected_of(each.staged.trace or b""), wanted):
                    how = rewriting.manner(writer.store.region, each.source_key, writer.now)
                    anew.append((each, *rewriting.rewritten(each.staged, before.values(), wanted, how, described), how))
        for each, staged, companions, how in anew:
            _bring(writer, [rewriting.as_companion(companion, each.source_key, how) for companion in companions])
            if staged.content_hash == each.staged.content_hash:
                remarks.append((each.version_id, staged))
            else:
                _write(writer, each, staged)
                changed.append(each.staged.key)
        writer.renew()

    def remark(connection: sa.Connection) -> None:
        for version_id, staged in remarks:
            _update(connection, version_id, staged, ("trace", "findings", "summary"))

    return Settled(tuple(changed), remark)


def _write(writer: NumberWriter, each: Current, staged: Staged) -> None:
    if each.valid_from < writer.number:
        writer.write([("update", each.version_id, staged)])
        return
    # Written under this number already, by what an undo restores.
    columns = ("content_hash", "title", "summary", "ntriples", "trace", "findings")
    with writer.store.writing.begin() as connection:
        _update(connection, each.version_id, staged, columns)
        ready = {"ttl": staged.ttl, "rdf": staged.rdf, "jsonld": staged.jsonld}
        own = tables.fragments.c.version_id == each.version_id
        connection.execute(sa.update(tables.fragments).where(own).values(**ready))
        connection.execute(sa.delete(tables.traits).where(tables.traits.c.version_id == each.version_id))


def _update(connection: sa.Connection, version_id: int, staged: Staged, columns: Collection[str]) -> None:
    values = {name: getattr(staged, name) for name in columns}
    connection.execute(sa.update(tables.versions).where(tables.versions.c.id == version_id).values(**values))


def _bring(writer: NumberWriter, companions: Sequence[Staged]) -> None:
    """Writes the records of their own that corrections bring, as far as they are not there."""
    if not companions:
        return
    with writer.store.engine.connect() as connection:
        there = {
            each.staged.key
            for each in rewriting.current_of(connection, [staged.key for staged in companions], writer.number)
        }
    missing = {staged.key: staged for staged in companions if staged.key not in there}
    if missing:
        writer.write([("create", None, staged) for staged in missing.values()])


# ------------------------------------------------------------------------------------------------- undo


class Turned(NamedTuple):
    """What an undo did to corrections: the records that it concerns, and those where a later correction stays."""

    keys: frozenset[str]
    kept: tuple[tuple[str, int], ...]  # KEY, and the run of the later correction


def corrected_by(connection: sa.Connection, made: int) -> set[str]:
    """The KEYs of the records of which a number began or ended corrections."""
    touched = sa.or_(_table.c.valid_from == made, _table.c.valid_to == made)
    return set(connection.scalars(sa.select(_table.c.key).where(touched)))


def needed(connection: sa.Connection, iris: Iterable[str], at: int, made: int) -> set[str]:
    """Those of some IRIs that corrections in force at a number name, other than those that began with ``made``."""
    return {
        iri
        for iri in iris
        if connection.scalar(
            sa.select(
                sa.exists().where(
                    kept.valid(at), _table.c.valid_from != made, _table.c.value.contains(f"<{iri}>", autoescape=True)
                )
            )
        )
    }


def turn(writer: NumberWriter, made: int) -> Turned:
    """Takes back what a number did to corrections: ends those that began with it, begins those anew that it ended.

    Where a later correction has taken their place, that one stays. The records themselves are settled afterwards.
    """
    with writer.store.writing.begin() as connection:
        begun = connection.execute(sa.select(_table).where(_table.c.valid_from == made)).all()
        ended = connection.execute(sa.select(_table).where(_table.c.valid_to == made)).all()
        keys = sorted({row.key for row in (*begun, *ended)})
        own = [row.id for row in begun if row.valid_to is None]
        for ids in batches(own):
            connection.execute(sa.update(_table).where(_table.c.id.in_(ids)).values(valid_to=writer.number))
        later = {}
        for some in batches(keys):
            statement = sa.select(_table).where(_table.c.key.in_(some), kept.valid(writer.number))
            later.update({_place(row): row.run_id for row in connection.execute(statement)})
        rows = [
            {**row._mapping, "valid_from": writer.number, "valid_to": None, "run_id": writer.run.id}
            for row in ended
            if _place(row) not in later
        ]
        for row in rows:
            del row["id"]
        if rows:
            connection.execute(sa.insert(_table), rows)
    touched = {_place(row) for row in (*begun, *ended)}
    stay = {(place[0], run) for place, run in later.items() if place in touched}
    return Turned(frozenset(keys), tuple(sorted(stay)))


def _place(row: Any) -> tuple[str, str, str]:
    return row.key, row.attribute, row.part
