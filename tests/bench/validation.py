"""Our check against pySHACL with the official shapes, on the same 1,000 datasets in one process, by time of the processor."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from time import process_time

from schemas import syntax
from schemas.model import Dataset
from schemas.rdf import Reading
from schemas.triples import Triples
from schemas.validation import check, check_view
from schemas.views import View
from tests.bench import feed
from tests.bench.figures import Figure, of_runs, ratio
from tests.official_shapes import report_of
from tests.parity import graph_of, of_class_tables

DATASETS = 1000
PROFILE = "dcat-ap-de"
STANDARDS = Path(__file__).parent.parent.parent.parent / "shared" / "standards"
_RUNS = 5
_DATASET = "http://www.w3.org/ns/dcat#Dataset"


def measure(records: int) -> list[Figure]:
    """Part ``validation``: the goal of DESIGN 6. The number of datasets is the same in every run of the bench."""
    count = min(records, DATASETS)
    pages = [syntax.load(page).triples for page in feed.pages(count, f"{feed.PORTAL}/catalog", "ttl")]
    alone = _records(pages)
    document = of_runs(
        f"check of {count:,} datasets as they stand in the document",
        [count / spent(lambda: [check_view(View(page.by_subject), PROFILE) for page in pages]) for _ in range(_RUNS)],
        "datasets/s",
        note="processor time",
    )
    harvest = of_runs(
        f"check of {count:,} datasets, each as a record of a harvest",
        [count / spent(lambda: [check(record, PROFILE) for record in alone]) for _ in range(_RUNS)],
        "datasets/s",
        note="processor time",
    )
    figures = [document, harvest]
    if STANDARDS.is_dir():
        figures += _against(pages, count, (document, harvest))
    return figures


def _against(pages: list[Triples], count: int, ours_done: tuple[Figure, Figure]) -> list[Figure]:
    """pySHACL on the same pages in batches of 100, with the shapes of DCAT-AP 3.0.0 and DCAT-AP.de 3.0."""
    shapes = of_class_tables(STANDARDS, PROFILE)
    graphs = [graph_of(page) for page in pages]
    rate = count / spent(lambda: [report_of(graph, shapes) for graph in graphs])
    figures = [Figure("pySHACL with the official shapes, pages of 100", rate, "datasets/s", note="processor time")]
    figures += [ratio(f"{each.what}: against pySHACL", each, rate, 50) for each in ours_done]
    return figures


def _records(pages: list[Triples]) -> list[Dataset]:
    readings = [(Reading(page), page.of_type(_DATASET)) for page in pages]
    return [reading.record(subject, Dataset) for reading, subjects in readings for subject in subjects]


def spent(work: Callable[[], object]) -> float:
    """The processor time of a call in seconds, with what lay about before collected first."""
    gc.collect()
    before = process_time()
    work()
    return process_time() - before
