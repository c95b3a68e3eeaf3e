"""Builds stores for tests: a region in a temporary folder, and records put into its tables by their publication."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest
import sqlalchemy as sa
import zstandard

from catalog import database, tables
from catalog.fragments import derive
from catalog.reading.summary import kind_of, summarize
from catalog.runs.staging import findings_to_json
from schemas import iris, model
from schemas.findings import Finding, Severity
from schemas.kinds import Literal
from schemas.ntriples import ntriples_of
from schemas.region import HarvestSource, Municipality, Publisher, Region

BACKENDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.postgres))
BASE = "https://daten.example.org"
MUNICIPALITIES = (
    Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018"),
    Municipality(id="flieden", name="Gemeinde Flieden", ags="06631006", ars="066310006006"),
)


def region_in(folder: Path, store: str = "sqlite:///data/allmende.db") -> Region:
    """A region of two municipalities with one source each."""
    return Region(
        folder=folder,
        title="Testregion",
        description="Beispieldaten",
        base_url=BASE,
        publisher=Publisher(name="Zweckverband", email="daten@example.org"),
        store=store,
        municipalities=MUNICIPALITIES,
        sources=tuple(
            HarvestSource(
                id=f"{m.id}-portal", key=f"{m.id}-portal", title=m.name, municipality=m.id, url="https://x.example"
            )
            for m in MUNICIPALITIES
        ),
    )


@contextmanager
def region_on(backend: str, folder: Path) -> Iterator[Region]:
    """A region whose store is an empty SQLite file or an empty schema of ALLMENDE_TEST_POSTGRES."""
    if backend == "sqlite":
        yield region_in(folder)
        return
    url = os.environ.get("ALLMENDE_TEST_POSTGRES")
    if not url:
        pytest.skip("ALLMENDE_TEST_POSTGRES names no PostgreSQL (a SQLAlchemy address)")
    schema = f"test_{uuid.uuid4().hex}"
    admin = sa.create_engine(url)
    with admin.begin() as connection:
        connection.execute(sa.text(f"CREATE SCHEMA {schema}"))
    try:
        own = sa.make_url(url).update_query_dict({"options": f"-csearch_path={schema}"})
        yield region_in(folder, own.render_as_string(hide_password=False))
    finally:
        with admin.begin() as connection:
            connection.execute(sa.text(f"DROP SCHEMA {schema} CASCADE"))
        admin.dispose()


def dataset(title: str, description: str = "", iri: str | None = None, **more: Any) -> model.Dataset:
    """A dataset with a German title and description; ``more`` are further attributes."""
    texts = {"title": (Literal(title, "de"),), "description": (Literal(description, "de"),) if description else ()}
    return model.Dataset(iri=iri, **{**texts, **more})


class Stored(NamedTuple):
    """What one publication does to one record: a new version, or none (the record is withdrawn)."""

    native_id: str
    record: model.Resource | None
    source_key: str = "neuhof-portal"
    positioned: bool = True
    findings: tuple[Finding, ...] = ()
    derived: tuple[str, ...] = ()  # attributes that the reader made out of others


class Builder:
    """Writes a store as the publisher does, one number after another."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.engine = database.prepare(region)
        self.number = 0

    def publish(self, *stored: Stored, fragments: bool = True, visible: bool = True) -> int:
        """Writes records under the next number, on day NUMBER of 2026; public only if ``visible``."""
        number = self.number + 1
        at = f"2026-01-{number:02d}T04:00:00Z"
        with database.writing(self.engine).begin() as connection:
            for one in stored:
                self._write(connection, one, number, at, fragments)
            if visible:
                self._flip(connection, number, at)
        return number

    def close(self) -> None:
        """Closes the connections."""
        self.engine.dispose()

    def _flip(self, connection: sa.Connection, number: int, at: str) -> None:
        self.number = number
        table = tables.publication
        connection.execute(sa.delete(table))
        connection.execute(sa.insert(table).values(id=1, number=number, published_at=at))
        connection.execute(sa.insert(tables.publications).values(number=number, published_at=at, run_id=number))

    def _write(self, connection: sa.Connection, one: Stored, number: int, at: str, fragments: bool) -> None:
        versions = tables.versions
        key = iris.key(one.source_key, one.native_id)
        ended = sa.update(versions).where(versions.c.key == key, versions.c.valid_to.is_(None))
        connection.execute(ended.values(valid_to=number))
        if one.record is None:
            return
        kind = kind_of(one.record)
        record = one.record
        if record.iri is None:
            record = replace(record, iri=iris.mint(BASE, kind, key))
        summary = summarize(
            record,
            sum(f.severity == Severity.VIOLATION for f in one.findings),
            sum(f.severity == Severity.WARNING for f in one.findings),
        )
        if connection.scalar(sa.select(tables.records.c.key).where(tables.records.c.key == key)) is None:
            self._record(connection, one, key, str(record.iri), kind, summary.title, at)
        ntriples = ntriples_of(record, key).encode()
        traced = [[attribute, "datei", "derived"] for attribute in one.derived]
        version_id = (connection.scalar(sa.select(sa.func.max(versions.c.id))) or 0) + 1
        connection.execute(
            sa.insert(versions).values(
                id=version_id,
                key=key,
                valid_from=number,
                run_id=number,
                content_hash=iris.content_hash(ntriples.decode()),
                input_hash=b"i",
                title=summary.title,
                changed=at,
                summary=summary.to_json(),
                ntriples=pack(ntriples),
                trace=pack(orjson.dumps({"trace": [["title", "titel", "text"], *traced], "leftovers": [["x", "y"]]})),
                findings=findings_to_json(one.findings),
            )
        )
        if fragments:
            ready = derive(ntriples)
            connection.execute(
                sa.insert(tables.fragments).values(
                    version_id=version_id,
                    ttl=pack(ready.ttl),
                    rdf=pack(ready.rdf),
                    jsonld=pack(ready.jsonld),
                )
            )

    def _record(
        self, connection: sa.Connection, one: Stored, key: str, iri: str, kind: str, title: str, at: str
    ) -> None:
        records = tables.records
        highest = connection.scalar(sa.select(sa.func.max(records.c.position))) or 0
        connection.execute(
            sa.insert(records).values(
                key=key,
                source_key=one.source_key,
                native_id=one.native_id,
                kind=kind,
                iri=iri,
                slug=iris.slug(title, key),
                position=highest + 1 if one.positioned else None,
                first_seen=at,
            )
        )
        if connection.scalar(sa.select(tables.owners.c.key).where(tables.owners.c.iri == iri)) is None:
            connection.execute(sa.insert(tables.owners).values(iri=iri, key=key, source_key=one.source_key))


def pack(content: bytes) -> bytes:
    """Bytes as the store keeps them."""
    return zstandard.compress(content)
