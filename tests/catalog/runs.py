"""Harvest runs without a network: CKAN packages delivered straight into a staging file."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa

from catalog import tables
from catalog.corrections import kept
from catalog.runs.conclusion import RunResult, Terms, conclude
from catalog.runs.staging import Staging
from catalog.store import Store, current, shadowed
from harvesters import pipelines
from harvesters.reading import Context, CrawlReport, Kept, Native, Page
from harvesters.spider import Job
from schemas.region import HarvestSource, Region, load

START = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)

REGION = """
[region]
title = "Testregion"
description = "Eine Region für Tests"
base_url = "https://daten.example.org"
publisher = { name = "Zweckverband Test", url = "https://example.org", email = "daten@example.org" }
store = "STORE"

[[municipality]]
id = "neuhof"
name = "Gemeinde Neuhof"
ags = "06631018"
ars = "066310018018"
"""

SOURCE = """
title = "Portal"
municipality = "neuhof"
url = "https://portal.example.org"
protocol = "ckan"
"""


def region(folder: Path, store: str = "sqlite:///data/allmende.db", **sources: str) -> Region:
    """A region folder with the named sources; each value is what stands in its file beyond the usual."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text(REGION.replace("STORE", store))
    (folder / "sources").mkdir(exist_ok=True)
    for name, more in (sources or {"portal": ""}).items():
        (folder / "sources" / f"{name}.toml").write_text(SOURCE + more)
    return load(folder, {})


def package(number: int, title: str | None = None, **more: Any) -> dict[str, Any]:
    """A CKAN package."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"datensatz-{number}",
        "title": title or f"Datensatz {number}",
        "notes": "Eine Beschreibung",
        "license_id": "dl-de/by-2-0",
        "resources": [{"id": f"r{number}", "url": f"https://portal.example.org/{number}.csv", "format": "CSV"}],
        **more,
    }


PACKAGES = [package(number) for number in range(12)]


class Source:
    """One source of a region, harvested by hand, with a clock that each run moves on by a day."""

    def __init__(self, region: Region, source_id: str = "portal", now: datetime = START) -> None:
        self.region = region
        self.now = now
        source = region.source(source_id)
        assert source is not None
        self.source: HarvestSource = source

    def stage(
        self,
        store: Store,
        packages: Sequence[Any],
        kind: str = "harvest",
        deleted: Sequence[str] = (),
        revision: bytes = b"r",
    ) -> tuple[Any, Staging]:
        """Opens a run and stages packages, ten to a page; ``deleted`` are ids that the source says are gone."""
        run = store.open_run(self.source, kind, self.now)
        memory = store.memory(self.source.key)
        file, contents, relinked = store.staging_file(run.id), store.contents, memory.relinks.of
        staging = Staging(file, self.source.key, "de", store.responses, contents, relinked=relinked)
        municipality = self.region.municipality(self.source.municipality)
        assert municipality is not None
        corrections = kept.OfSource(store.engine, self.source.key, store.number())
        context = Context(self.region, self.source, municipality, corrections=corrections)
        job = Job(context, staging, memory, revision, now=self.now)
        for start in range(0, len(packages), 10):
            natives = [
                Native(entry, orjson.dumps(entry, option=orjson.OPT_SORT_KEYS))
                for entry in packages[start : start + 10]
            ]
            url = f"https://portal.example.org/api/3/action/package_search?start={start}"
            name = staging.keep(Kept(url, "application/json", orjson.dumps([n.data for n in natives])))
            pipelines.run(job, "ckan", Page(url, natives, response=name, revision=job.revision))
        if deleted:
            pipelines.run(job, "ckan", Page("https://portal.example.org/deleted", deleted_ids=deleted))
        return run, staging

    def harvest(
        self,
        packages: Sequence[Any],
        complete: bool = True,
        plan: bool = False,
        days: float = 1,
        coverage: str = "",
        deleted: Sequence[str] = (),
    ) -> RunResult:
        """A whole run over packages; ``complete``, or else ``coverage``, says whether absences count."""
        store = Store(self.region)
        try:
            run, staging = self.stage(store, packages, deleted=deleted)
            report = CrawlReport(coverage or ("complete" if complete else "partial"), 1)
            terms = Terms(self.now, plan_only=plan, report={"revision": b"r".hex()})
            result = conclude(store, self.source, run, staging, report, terms)
        finally:
            store.close()
        self.now += timedelta(days=days)
        return result


def titles(region: Region, at: int | None = None) -> dict[str, str]:
    """Native id to title of what is public at a number."""
    store = Store(region)
    try:
        number = store.number() if at is None else at
        with store.engine.connect() as connection:
            rows = connection.execute(
                sa.select(tables.records.c.native_id, tables.versions.c.title)
                .join_from(tables.records, tables.versions, tables.versions.c.key == tables.records.c.key)
                .where(current(number), ~shadowed(number), tables.records.c.position.is_not(None))
            )
            return {row.native_id: row.title for row in rows}
    finally:
        store.close()


def number(region: Region) -> int:
    """The number that is public."""
    store = Store(region)
    try:
        return store.number()
    finally:
        store.close()
