"""A catalogue to search in, written straight into its store: what a harvest costs is measured elsewhere."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
import zstandard

from catalog import database, tables
from catalog.reading.summary import Summary
from schemas import iris
from schemas.region import load
from tests.bench.data import LICENSES, PLACES, packages

_BATCH = 5000
_AT = "2026-01-01T04:00:00Z"
_THEMES = ("AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL", "JUST", "REGI", "SOCI", "TECH", "TRAN")
_REGION = """
[region]
title = "Messung"
description = "Eine Region zum Messen"
base_url = "https://katalog.example.org"
publisher = { name = "Zweckverband", email = "daten@example.org" }
store = "sqlite:///data/allmende.db"
"""


@contextmanager
def region_of(count: int) -> Iterator[Path]:
    """The folder of a region of four municipalities that holds ``count`` datasets; the same ones at each call."""
    with TemporaryDirectory(prefix="allmende-bench-") as made:
        folder = Path(made)
        (folder / "sources").mkdir()
        towns = "".join(
            f'\n[[municipality]]\nid = "{place.lower()}"\nname = "Gemeinde {place}"\nags = "0663100{number}"\n'
            f'ars = "06631000{number}00{number}"\n'
            for number, place in enumerate(PLACES, 1)
        )
        (folder / "region.toml").write_text(_REGION + towns)
        for place in PLACES:
            name = place.lower()
            text = (
                f'title = "{place}"\nmunicipality = "{name}"\nurl = "https://{name}.example.org"\nprotocol = "ckan"\n'
            )
            (folder / "sources" / f"{name}.toml").write_text(f'{text}schedule = "manual"\n')
        _fill(folder, count)
        yield folder


def _fill(folder: Path, count: int) -> None:
    engine = database.prepare(load(folder, {}))
    chance = random.Random(1)
    numbered = enumerate(packages(count), 1)
    with database.writing(engine).begin() as connection:
        connection.execute(sa.delete(tables.publication))
        connection.execute(sa.insert(tables.publication).values(id=1, number=1, published_at=_AT))
        connection.execute(sa.insert(tables.publications).values(number=1, published_at=_AT, run_id=1))
    while batch := list(islice(numbered, _BATCH)):
        rows = [_rows(number, package, chance) for number, package in batch]
        with database.writing(engine).begin() as connection:
            connection.execute(sa.insert(tables.records), [record for record, _ in rows])
            connection.execute(sa.insert(tables.versions), [version for _, version in rows])
    engine.dispose()


def _rows(number: int, package: dict[str, Any], chance: random.Random) -> tuple[dict[str, Any], dict[str, Any]]:
    source = package["organization"]["name"]
    key = iris.key(source, package["id"])
    iri = iris.mint("https://katalog.example.org", "dataset", key)
    formats = tuple(
        f"{r['format']}_SRVC" if r["format"] in ("WMS", "WFS") else r["format"].upper() for r in package["resources"]
    )
    summary = Summary(
        "dataset",
        package["title"],
        package["notes"],
        keywords=tuple(tag["name"] for tag in package["tags"]),
        themes=tuple(chance.sample(_THEMES, 2)),
        formats=formats,
        licenses=(chance.choice(LICENSES),),
        modified=package["metadata_modified"][:10],
        period=(package["extras"][0]["value"], package["extras"][1]["value"]),
        hvd=chance.random() < 0.1,
        files=tuple(
            (r["name"], f, r["url"], str(r["size"])) for r, f in zip(package["resources"], formats, strict=True)
        ),
    )
    west, south = 9.3 + chance.random() * 0.5, 50.3 + chance.random() * 0.3
    box = f"POLYGON(({west:.4f} {south:.4f},{west + 0.1:.4f} {south:.4f},{west + 0.1:.4f} {south + 0.1:.4f}))"
    ntriples = f'_:b <http://www.w3.org/ns/dcat#bbox> "{box}" .\n'.encode()
    record = {
        "key": key,
        "source_key": source,
        "native_id": package["id"],
        "kind": "dataset",
        "iri": iri,
        "slug": iris.slug(package["title"], key),
        "position": number,
        "first_seen": _AT,
    }
    version = {
        "id": number,
        "key": key,
        "valid_from": 1,
        "run_id": 1,
        "content_hash": number.to_bytes(8, "big"),
        "input_hash": b"",
        "title": package["title"],
        "changed": _AT,
        "summary": summary.to_json(),
        "ntriples": zstandard.compress(ntriples),
        "trace": zstandard.compress(b'{"trace":[],"leftovers":[]}'),
        "findings": "[]",
    }
    return record, version
