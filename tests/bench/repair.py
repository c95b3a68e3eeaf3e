"""Proposals for a whole catalogue, as ``repair --all`` makes them; beside them pySHACL, which finds and proposes nothing.

No other program that we know of proposes what mends a record, so the peer is the check that a steward has today.
"""

from __future__ import annotations

import sys
from pathlib import Path

import orjson

from catalog.cli.repair import all_datasets
from catalog.reading.entries import Entry
from catalog.repair.proposing import Proposing
from catalog.search import Catalogue
from catalog.store import utc_now
from schemas import syntax
from schemas.region import load
from schemas.triples import Triples
from tests.bench import footprint, portal, region
from tests.bench.figures import Figure, of_runs, ratio
from tests.bench.validation import DATASETS, PROFILE, STANDARDS, spent
from tests.official_shapes import report_of
from tests.parity import graph_of, of_class_tables

_RUNS = 3


def measure(records: int) -> list[Figure]:
    """Part ``repair``: no goal of DESIGN 6. The number of datasets is the same in every run of the bench."""
    count = min(records, DATASETS)
    with portal.serving("ckan", count) as url, region.folder(url, "ckan") as folder:
        region.harvest(folder, ("created", count))
        figures = [*_command(folder, count)]
        catalogue = Catalogue(load(folder, {}))
        try:
            alone = _alone(catalogue, count)
            figures += alone
            if STANDARDS.is_dir():
                figures += _against(catalogue, count, alone[0])
        finally:
            catalogue.close()
    return figures


def _command(folder: Path, count: int) -> list[Figure]:
    """The whole command. Raises RuntimeError if it failed or says nothing of some dataset."""
    command = Path(sys.executable).parent / "allmende"
    rates, proposed, ran = [], 0, None
    for _ in range(_RUNS):
        ran = footprint.run([str(command), "--region", str(folder), "repair", "--all", "--offline", "--json"])
        if ran.code != 0:
            raise RuntimeError(f"repair ended with {ran.code}: {ran.complaint.decode()[-2000:]}")
        told = orjson.loads(ran.output)["records"]
        if len(told) != count:
            raise RuntimeError(f"repair speaks of {len(told)} datasets, not of {count}")
        proposed = sum(len(each["proposals"]) for each in told)
        rates.append(proposed / ran.seconds)
    assert ran is not None
    note = f"whole command; {proposed:,} for {count:,} datasets"
    return [
        of_runs("repair --all --offline: proposals", rates, "proposals/s", note=note),
        Figure("repair --all --offline: memory", ran.largest, "MB", note="one process"),
    ]


def _alone(catalogue: Catalogue, count: int) -> list[Figure]:
    """Proposing and weighing in this process, with all that neighbours and series say."""
    runs = [_advised(catalogue) for _ in range(_RUNS)]
    of_time = "processor time"
    return [
        of_runs("proposing and weighing", [count / seconds for seconds, _ in runs], "datasets/s", note=of_time),
        of_runs("proposing and weighing: proposals", [n / seconds for seconds, n in runs], "proposals/s", note=of_time),
    ]


def _advised(catalogue: Catalogue) -> tuple[float, int]:
    """Processor time of one round over all datasets, and how many proposals it made."""
    proposing = Proposing(catalogue, utc_now(), fetches=False)
    made: list[int] = []

    def round_of_all() -> None:
        for some in all_datasets(catalogue):
            made.extend(len(advice.proposals) for advice in proposing.advise(some))

    return spent(round_of_all), sum(made)


def _against(catalogue: Catalogue, count: int, ours: Figure) -> list[Figure]:
    """pySHACL with the official shapes on the same records, in batches of 100, whose graphs are ready."""
    shapes = of_class_tables(STANDARDS, PROFILE)
    graphs = []
    for some in all_datasets(catalogue):
        page = Triples()
        for each in some:
            _join(page, each)
        graphs.append(graph_of(page))
    rate = count / spent(lambda: [report_of(graph, shapes) for graph in graphs])
    return [
        Figure("pySHACL with the official shapes, the same records", rate, "datasets/s", note="processor time"),
        ratio("proposing and weighing: against pySHACL", ours, rate, note="pySHACL proposes nothing"),
    ]


def _join(page: Triples, entry: Entry) -> None:
    for subject, statements in syntax.parse(entry.ntriples, "nt").by_subject.items():
        for path, value in statements:
            page.add(subject, path, value)
