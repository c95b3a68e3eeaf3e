"""Harvest of a CKAN API on loopback through to the published, searchable catalogue: rates and memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from catalog.reading.entries import Query
from catalog.search import Catalogue
from schemas.region import load
from tests.bench import portal, region
from tests.bench.figures import Figure, of_runs
from tests.bench.surroundings import server_version

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Rounds:
    """First and unchanged harvests of the same records, each in a region of its own."""

    records: int
    first: Sequence[region.Harvest]
    unchanged: Sequence[region.Harvest]

    def rates(self, harvests: Sequence[region.Harvest], alone: bool = False) -> list[float]:
        """Records per second: by the wall clock of the command, or of the run alone."""
        return [self.records / (each.run_seconds if alone else each.ran.seconds) for each in harvests]


def rounds(kind: str, records: int, store: str = region.SQLITE, count: int = ROUNDS) -> Rounds:
    """Harvests a portal of a kind (``ckan``, ``ttl``, ``rdf``) anew and unchanged, and proves that it can be searched."""
    first, unchanged = [], []
    with portal.serving(kind, records) as url:
        for _ in range(count):
            with region.folder(url, "ckan" if kind == "ckan" else "dcat", store) as folder:
                first.append(region.harvest(folder, ("created", records)))
                _assert_searchable(folder, records)
                unchanged.append(region.harvest(folder, ("unchanged", records)))
    return Rounds(records, first, unchanged)


def measure(records: int, stores: Sequence[str]) -> list[Figure]:
    """Part ``harvest``: the goals of DESIGN 6 for a CKAN source, in each store."""
    figures = []
    for store in stores:
        name = server_version(store)
        done = rounds("ckan", records, store)
        say = partial(of_runs, unit="records/s")
        figures += [
            say(f"first harvest, {name}", done.rates(done.first), goal=1500, note="whole command"),
            say(f"first harvest, {name}", done.rates(done.first, alone=True), goal=1500, note="run alone"),
            say(f"unchanged harvest, {name}", done.rates(done.unchanged), goal=10_000, note="whole command"),
            say(f"unchanged harvest, {name}", done.rates(done.unchanged, alone=True), goal=10_000, note="run alone"),
            *memory(f"first harvest, {name}", done.first),
            *memory(f"unchanged harvest, {name}", done.unchanged),
        ]
    return figures


def memory(what: str, harvests: Sequence[region.Harvest]) -> list[Figure]:
    """The peaks of some harvests: of all their processes together, and of the largest one."""
    return [
        of_runs(f"memory, {what}", list(map(together, harvests)), "MB", 500, at_most=True, note="all processes, PSS"),
        of_runs(f"memory, {what}", [each.ran.largest for each in harvests], "MB", note="largest process, VmHWM"),
    ]


def together(harvest: region.Harvest) -> float:
    """The peak of all processes of a harvest in MB."""
    return harvest.ran.together


def _assert_searchable(folder: Path, records: int) -> None:
    catalogue = Catalogue(load(folder))
    try:
        at = catalogue.number()
        found = catalogue.find(Query(q="Radwege"), at)
        if catalogue.counts(at).datasets != records or found.number != at or not found.total:
            raise RuntimeError(f"the catalogue does not hold what was harvested: {catalogue.counts(at)}")
    finally:
        catalogue.close()
