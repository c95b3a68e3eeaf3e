"""Frees the rows of the store of a person: records and versions in their own way, every other table by its columns.

History is rewritten in place, for it must not keep the person. What is public gets a new version under a new number
besides, so that feeds, clients and caches learn that it changed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
import zstandard

from catalog import tables
from catalog.forgetting import survey
from catalog.forgetting.values import holds, text_of, without
from catalog.forgetting.versions import office_of, rewritten
from catalog.fragments import derive
from catalog.runs.number_writer import NumberWriter
from catalog.runs.staging import now_text
from catalog.store import Store
from harvesters.persons.spellings import Matcher
from schemas import iris
from schemas.region import Region

_compress = zstandard.ZstdCompressor(level=3).compress
# What was decided about names of records: a re-link, a split, a choice.
_NAMING = ("relinks", "subjects", "preferred")
# Rewritten in ways of their own, or derived.
_OWN_WAY = ("versions", "records", "owners", "fragments", "publication", "publications")


def rewrite(region: Region, writer: NumberWriter, matcher: Matcher) -> tuple[int, int]:
    """Frees the whole store, under the right to write the next number; gives how many versions and records changed.

    The new versions are invisible until the number is published. Raises LeaseLost.
    """
    work = _Rewriting(region, writer, matcher)
    versions = work.versions()
    records = work.records()
    work.other_tables()
    return versions, records


class _Rewriting:
    def __init__(self, region: Region, writer: NumberWriter, matcher: Matcher) -> None:
        self.region = region
        self.writer = writer
        self.store = writer.store
        self.matcher = matcher

    def versions(self) -> int:
        """Rewrites every version that holds the person, or whose record does; the public ones get a successor."""
        table, records = tables.versions, tables.records
        with self.store.engine.connect() as connection:
            named = {row.key for row in survey.hits(connection, records, self.matcher)}
            ids = [row.id for row in survey.hits(connection, table, self.matcher)]
            for keys in _some(sorted(named)):
                ids += connection.scalars(sa.select(table.c.id).where(table.c.key.in_(keys)))
        ids = sorted(set(ids))
        for some in _some(ids, 100):
            self._rewrite(some)
            self.writer.renew()
        return len(ids)

    def _rewrite(self, ids: Sequence[int]) -> None:
        table, records = tables.versions, tables.records
        with self.store.engine.connect() as connection:
            rows = connection.execute(sa.select(table).where(table.c.id.in_(ids))).all()
            keys = {row.key for row in rows}
            known = {row.key: row for row in connection.execute(sa.select(records).where(records.c.key.in_(keys)))}
        with self.store.writing.begin() as connection:
            connection.execute(sa.delete(tables.fragments).where(tables.fragments.c.version_id.in_(ids)))
            for row in rows:
                record = known[row.key]
                new = rewritten(row, record, self.matcher, office_of(self.region, record.source_key))
                connection.execute(sa.update(table).where(table.c.id == row.id).values(**new))
                self._keep_blocked(connection, record, bytes(row.content_hash), new["content_hash"])
                if row.valid_to is None:
                    self._succeed(connection, {**row._mapping, **new})

    def _keep_blocked(self, connection: sa.Connection, record: Any, old: bytes, new: bytes) -> None:
        """What an undo took back stays blocked: it is known by its content, which is another one now."""
        blocked = tables.blocked
        connection.execute(
            sa.update(blocked)
            .where(
                blocked.c.source_key == record.source_key,
                blocked.c.native_id == record.native_id,
                blocked.c.content_hash == old,
            )
            .values(content_hash=new)
        )

    def _succeed(self, connection: sa.Connection, version: Mapping[str, Any]) -> None:
        writer, table = self.writer, tables.versions
        number, old = writer.next_version, version["id"]
        writer.next_version += 1
        own = {"id": number, "valid_from": writer.number, "run_id": writer.run.id, "changed": now_text(writer.now)}
        connection.execute(sa.insert(table).values(**{**version, **own}))
        connection.execute(sa.update(table).where(table.c.id == old).values(valid_to=writer.number))
        ready = derive(zstandard.decompress(version["ntriples"]))
        forms = {name: _compress(getattr(ready, name)) for name in ("ttl", "rdf", "jsonld")}
        connection.execute(sa.insert(tables.fragments).values(version_id=number, **forms))
        traits = tables.traits
        known = sa.select(traits.c.trait, traits.c.source_key, sa.literal(number)).where(traits.c.version_id == old)
        connection.execute(sa.insert(traits).from_select(["trait", "source_key", "version_id"], known))

    def records(self) -> int:
        """Gives records whose IRI, id or address holds the person others; KEY and position stay."""
        table, versions = tables.records, tables.versions
        with self.store.engine.connect() as connection:
            found = list(survey.hits(connection, table, self.matcher))
        for row in found:
            with self.store.writing.begin() as connection:
                title = connection.scalar(
                    sa.select(versions.c.title).where(versions.c.key == row.key).order_by(versions.c.id.desc()).limit(1)
                )
                connection.execute(
                    sa.update(table)
                    .where(table.c.key == row.key)
                    .values(**self._identity(connection, row, title or ""))
                )
        return len(found)

    def _identity(self, connection: sa.Connection, row: Any, title: str) -> dict[str, Any]:
        new: dict[str, Any] = {}
        if self.matcher.holds(row.native_id):
            new["native_id"] = iris.forgotten_id(row.key)
        if self.matcher.holds(row.iri):
            new["iri"] = self._iri(row)
            owners = tables.owners
            connection.execute(sa.delete(owners).where(owners.c.iri == row.iri))
            insert = self.store.upsert(owners).values(iri=new["iri"], key=row.key, source_key=row.source_key)
            connection.execute(insert.on_conflict_do_nothing(index_elements=["iri"]))
        if self.matcher.holds(row.slug):
            slug = iris.slug(self.matcher.without(title), row.key)
            taken = connection.scalar(sa.select(tables.records.c.key).where(tables.records.c.slug == slug))
            new["slug"] = f"{slug}{row.key[6:]}" if taken not in (None, row.key) else slug
        return new

    def _iri(self, row: Any) -> str:
        base = self.region.base_url
        if row.position is None:  # as the references to it are rewritten: harvesters.persons.erasure
            return iris.mint(base, row.kind, iris.key("forgotten", row.iri))
        return iris.mint(base, row.kind, row.key)

    def other_tables(self) -> None:
        """Frees the tables that are left, also those that only an extension knows."""
        for table in survey.tables_of(self.store.engine):
            if table.name in _OWN_WAY and table.name != "owners":
                continue
            with self.store.engine.connect() as connection:
                found = list(survey.hits(connection, table, self.matcher))
            for row in found:
                self._row(table, row)

    def _row(self, table: sa.Table, row: sa.Row[Any]) -> None:
        values = row._mapping
        this = sa.and_(*(column == values[column] for column in table.primary_key))
        new: dict[str, Any] = {}
        for column in table.c:
            value = values[column]
            if value is None or not holds(value, self.matcher):
                continue
            if column.name in ("native_id", "former_id") and "source_key" in table.c:
                new[column.name] = iris.forgotten_id(iris.key(values["source_key"], value))
            elif column.primary_key:
                self._delete(table, this)
                return
            elif table.name in _NAMING and column.name in ("iri", "former_iri"):
                new[column.name] = self._borne(values["key"])
            elif column.nullable and column.name in ("url", "location", "iri", "source_record"):
                new[column.name] = None
            else:
                new[column.name] = self._value(value)
        try:
            with self.store.writing.begin() as connection:
                connection.execute(sa.update(table).where(this).values(**new))
        except sa.exc.IntegrityError:
            self._delete(table, this)

    def _borne(self, key: str) -> str | None:
        """The IRI that a record bears by now: what is decided about it is about that one."""
        records = tables.records
        with self.store.engine.connect() as connection:
            found: str | None = connection.scalar(sa.select(records.c.iri).where(records.c.key == key))
        return found

    def _value(self, value: Any) -> Any:
        left = without(value, self.matcher)
        if not holds(left, self.matcher):
            return left
        # Across its markup or its statements: nothing of it can stay.
        nothing = "{}" if text_of(value)[:1] == "{" else "[]" if text_of(value)[:1] == "[" else "…"
        return nothing if isinstance(value, str) else _compress(nothing.encode())

    def _delete(self, table: sa.Table, this: sa.ColumnElement[bool]) -> None:
        with self.store.writing.begin() as connection:
            connection.execute(sa.delete(table).where(this))


def _some(values: Sequence[Any], size: int = 500) -> list[Sequence[Any]]:
    return [values[start : start + size] for start in range(0, len(values), size)]


def rename_response(store: Store, old: str, new: str) -> None:
    """Lets every row that names a kept response name the rewritten one."""
    for table in (tables.responses, tables.pages, tables.versions, tables.set_aside):
        column = table.c.name if table is tables.responses else table.c.response
        with store.writing.begin() as connection:
            connection.execute(sa.update(table).where(column == old).values({column: new}))
