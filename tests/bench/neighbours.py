"""What good sources suffer from others that hang: the time of seventeen, alone and beside three hostile ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter

from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from schemas.region import load
from tests.bench import portal, region
from tests.bench.figures import Figure, of_runs
from tests.faultserver import FaultServer

GOOD, HOSTILE = 17, 3
RUNS = 3


def measure(records: int, store: str) -> list[Figure]:
    """Part ``neighbours``: a source each of seventeen municipalities, together so many records, with and without hostile ones."""
    with (
        portal.several("ckan", max(1, records // GOOD), GOOD) as addresses,
        FaultServer() as slow,
        FaultServer() as endless,
    ):
        good = {f"gemeinde-{number}": address for number, address in enumerate(addresses, 1)}
        hostile = {
            "haengt-kopf": slow.url("/slow-headers", gap=0.5),
            "haengt-koerper": slow.url("/slow-body", gap=0.5),
            "endlos": endless.url("/endless"),
        }
        alone, beside = [], []
        for _ in range(RUNS):
            alone.append(_seconds(good, {}, store))
            beside.append(_seconds(good, hostile, store))
    figures = [
        of_runs(f"{GOOD} sources, until the last is published", alone, "s", note="undisturbed"),
        of_runs(
            f"{GOOD} sources, until the last is published", beside, "s", note=f"{HOSTILE} hostile ones beside them"
        ),
    ]
    ratio = figures[1].value / figures[0].value
    return [*figures, Figure("disturbed against undisturbed", ratio, "×", 1.1, at_most=True)]


def _seconds(good: Mapping[str, str], hostile: Mapping[str, str], store: str) -> float:
    """Seconds until the last good source is published; the hostile ones are asked for first, and then left."""
    with region.folder(next(iter(good.values())), "ckan", store) as folder:
        (folder / "sources" / "portal.toml").unlink()
        for name, url in {**hostile, **good}.items():
            (folder / "sources" / f"{name}.toml").write_text(region.source(url, "ckan", name))
        began, last, left = perf_counter(), 0.0, set(good)
        asked: Sequence[str] = [*hostile, *good]
        for result in run_sources(load(folder, {}), asked, Wish()):
            if result.id in left:
                if result.status not in ("ok", "warnings"):
                    raise RuntimeError(f"{result.id}: {result.status}, {result.reason_en}")
                left.discard(result.id)
                last = perf_counter() - began
            if not left:
                break
    return last
