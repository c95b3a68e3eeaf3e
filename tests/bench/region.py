"""A region to measure in: its folder with one source, in a store of its own, and the command run in it."""

from __future__ import annotations

import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from tests.bench import footprint

SQLITE = "sqlite:///data/allmende.db"
_REGION = """
[region]
title = "Messung"
description = "Eine Region zum Messen"
base_url = "https://katalog.example.org"
publisher = {{ name = "Zweckverband", email = "daten@example.org" }}
allowed_hosts = ["127.0.0.1"]
store = "{store}"

[[municipality]]
id = "neuhof"
name = "Gemeinde Neuhof"
ags = "06631018"
ars = "066310018018"
"""
_SOURCE = """
title = "{title}"
municipality = "neuhof"
url = "{url}"
protocol = "{protocol}"
"""


class Harvest(NamedTuple):
    """One run of ``allmende harvest``: what its ``--json`` says of the source, and what it took."""

    counts: dict[str, Any]
    ran: footprint.Ran

    @property
    def run_seconds(self) -> float:
        """The run alone: crawl, plan and publication, without the start of the command and the search index."""
        return float(self.counts["seconds"])


@contextmanager
def folder(url: str, protocol: str, store: str = SQLITE) -> Iterator[Path]:
    """A new region with one source. ``store`` is an address; of a PostgreSQL, a database beside the named one is used."""
    with tempfile.TemporaryDirectory(prefix="allmende-bench-") as made, _database(store) as address:
        path = Path(made)
        (path / "sources").mkdir()
        (path / "region.toml").write_text(_REGION.format(store=address))
        (path / "sources" / "portal.toml").write_text(source(url, protocol, "Portal"))
        yield path


def source(url: str, protocol: str, title: str) -> str:
    """The text of a source file."""
    return _SOURCE.format(url=url, protocol=protocol, title=title)


def harvest(path: Path, *expected: tuple[str, int]) -> Harvest:
    """Runs ``allmende harvest`` in a region. Raises RuntimeError if it failed or the counts are not the expected ones."""
    command = Path(sys.executable).parent / "allmende"
    ran = footprint.run([str(command), "--region", str(path), "harvest", "--json"])
    if ran.code != 0:
        raise RuntimeError(f"harvest ended with {ran.code}: {(ran.complaint + ran.output).decode()[-2000:]}")
    counts: dict[str, Any] = orjson.loads(ran.output)["sources"][0]
    if wrong := [(name, counts[name], count) for name, count in expected if counts[name] != count]:
        raise RuntimeError(f"harvest counts otherwise than expected: {wrong}")
    return Harvest(counts, ran)


@contextmanager
def _database(store: str) -> Iterator[str]:
    url = sa.make_url(store)
    if url.get_backend_name() == "sqlite":
        yield store
        return
    name = f"allmende_bench_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.dispose()
