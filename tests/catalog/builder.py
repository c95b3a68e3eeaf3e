"""Builds stores for tests: a region in a temporary folder, and records put into its tables by their publication."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

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
