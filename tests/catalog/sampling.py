"""Harvests payloads that real servers sent through the command, each as a source of its own, and shows what came."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from catalog.store import current
from schemas.model import Dataset
from schemas.region import Region, load
from tests.catalog.runs import REGION

ALLMENDE = str(Path(sys.executable).parent / "allmende")


class Source(NamedTuple):
    """A payload as a harvest source: protocol, address, and more lines of its file."""

    protocol: str
    url: str
    more: str = ""


class Harvested(NamedTuple):
    """Sources harvested by one command: the region, the server's address, the results of ``--json`` by source."""

    region: Region
    address: str
    results: dict[str, dict[str, Any]]


def harvest(folder: Path, address: str, sources: Mapping[str, Source]) -> Harvested:
    """Writes a region with the sources into a folder and harvests it with ``allmende harvest --json``."""
    (folder / "sources").mkdir()
    region = REGION.replace("STORE", "sqlite:///data/allmende.db")
    region = region.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher')
    (folder / "region.toml").write_text(region)
    for name, (protocol, url, more) in sources.items():
        (folder / "sources" / f"{name}.toml").write_text(
            f'title = "{name}"\nmunicipality = "neuhof"\nurl = "{url}"\nprotocol = "{protocol}"\n{more}'
        )
    command = [ALLMENDE, "--region", str(folder), "harvest", "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.stdout, done.stderr.decode()
    results = {entry["id"]: entry for entry in orjson.loads(done.stdout)["sources"]}
    return Harvested(load(folder), address, results)


def datasets(catalogue: Catalogue, source_key: str, behind: bool = False) -> list[Dataset]:
    """The datasets of a source that are public; with those that stand behind the same dataset of another source."""
    at = catalogue.number()
    with catalogue.engine.connect() as connection:
        keys = connection.scalars(
            sa.select(tables.records.c.key)
            .join(tables.versions, tables.versions.c.key == tables.records.c.key)
            .where(tables.records.c.source_key == source_key, tables.records.c.kind == "dataset", current(at))
        ).all()
    entries = [catalogue.get(key, at, behind) for key in keys]
    records = [entry.record() for entry in entries if isinstance(entry, Entry)]
    return [record for record in records if isinstance(record, Dataset)]
