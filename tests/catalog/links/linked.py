"""Regions whose datasets name addresses of a loopback server, for the tests of links and scores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from catalog import tables
from catalog.links import book, checking, rounds
from catalog.links.book import Link
from catalog.links.checking import Round
from schemas.model import Dataset, Distribution
from schemas.region import Region
from schemas.vocabularies import LISTS
from tests.catalog.builder import Builder, Stored, dataset, region_on

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)


class Clock:
    """A time that stands until it is put forward."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        """Lets a while go by."""
        self.now += timedelta(**span)


def format_iri(code: str) -> str:
    """The IRI of a file type."""
    found = LISTS["file-type"].by_code(code)
    assert found is not None
    return found.iri


def file(access: str = "", download: str = "", form: str = "", **more: Any) -> Distribution:
    """A distribution with its addresses and format."""
    values = {
        "access_url": (access,) if access else (),
        "download_url": (download,) if download else (),
        "format": (format_iri(form),) if form else (),
    }
    return Distribution(**{**values, **more})


def linked(title: str, *files: Distribution, **more: Any) -> Dataset:
    """A dataset with some distributions, each with an IRI."""
    named = tuple(replace(f, iri=f"https://daten.example.org/id/distribution/{title}{n}") for n, f in enumerate(files))
    return dataset(title, distribution=named, **more)


class Linked:
    """A region with its store, and a clock that stands."""

    def __init__(self, region: Region) -> None:
        self.region = region
        self.builder = Builder(region)
        self.engine = self.builder.engine
        self.clock = Clock()

    def publish(self, **records: Dataset | None) -> None:
        """Publishes datasets of the source of Neuhof by their native ids."""
        self.builder.publish(*(Stored(native_id, record) for native_id, record in records.items()))

    def round(self, **options: Any) -> Round:
        """Checks what is due."""
        options.setdefault("keep", True)
        return rounds.run(self.region, self.engine, self.clock, **options)

    def check(self, **options: Any) -> Round:
        """Checks what is due, without looking for new addresses."""
        return checking.check(self.region, self.engine, self.clock, keep=True, **options)

    def links(self) -> dict[str, Link]:
        """All addresses by what is known of them."""
        with self.engine.connect() as connection:
            rows = connection.execute(sa.select(*book.columns()))
            return {row.address: Link(**row._mapping) for row in rows}

    def link(self, address: str) -> Link:
        """What is known of one address."""
        return self.links()[address]

    def history(self, address: str) -> list[tuple[str, int, str]]:
        """How an address answered, the latest first."""
        with self.engine.connect() as connection:
            return book.history(connection, self.link(address).id)

    def count(self, table: str) -> int:
        """How many rows a table has."""
        with self.engine.connect() as connection:
            return connection.scalar(sa.select(sa.func.count()).select_from(tables.metadata.tables[table])) or 0


@contextmanager
def linked_region(folder: Path, backend: str = "sqlite", **changes: Any) -> Iterator[Linked]:
    """A region that may ask loopback."""
    with region_on(backend, folder) as region:
        made = Linked(region.model_copy(update={"allowed_hosts": ("127.0.0.1",), **changes}))
        try:
            yield made
        finally:
            made.builder.close()
