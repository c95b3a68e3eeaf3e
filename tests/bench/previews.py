"""Previews: how long a reader waits for a file of 10 MB and for a small one, cold and warm, and what its reading costs."""

from __future__ import annotations

import random
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from time import perf_counter, process_time

from catalog import preview as previews
from catalog.preview import Filter, Preview, Selection, contents
from catalog.preview.assembly import assembled
from schemas.region import Region
from tests.bench.figures import Figure, of_runs
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.faultserver import FaultServer, Reply

ROWS = 300_000
_RUNS = 5
_PATIENCE = 120.0


def measure(records: int) -> list[Figure]:
    """Part ``previews``: the goals of web.md 4, point 9. The files are the same whatever number of records is asked for."""
    body = table(ROWS)
    with (
        tempfile.TemporaryDirectory() as folder,
        FaultServer() as server,
        _region(Path(folder) / "r", server) as region,
    ):
        server.pages["/klein.csv"] = Reply(table(50))
        first = _cold(region, server, "/klein.csv")
        small, large, whole = [], [], []
        for run in range(_RUNS):
            server.pages[f"/klein-{run}.csv"] = Reply(table(60 + run))
            small.append(_cold(region, server, f"/klein-{run}.csv"))
            server.pages[f"/gross-{run}.csv"] = Reply(body)
            began = perf_counter()
            large.append(_cold(region, server, f"/gross-{run}.csv"))
            _grown(region, server, f"/gross-{run}.csv")
            whole.append(perf_counter() - began)
        wish = _wish(region, server, f"/gross-{_RUNS - 1}.csv")
        warm = [_spent(lambda: previews.find(region, wish)) for _ in range(50)]
        found = previews.find(region, wish)
        chosen = Selection((Filter("Station", "is", "station 3"),), sort="Wert (cm)", descending=True)
        asked = [_spent(lambda: previews.rows(region, found, chosen)) for _ in range(_RUNS)]
    size = f"{len(body) / 1e6:.0f} MB of CSV"
    return [
        Figure("first wish of all: the maker starts", first, "s"),
        of_runs("small file, cold", small, "s"),
        of_runs(f"{size}, cold: the first 1,000 rows are shown", large, "s", 2.0, at_most=True),
        of_runs(f"{size}: figures, chart and all rows are there", whole, "s"),
        of_runs("preview that is there", [1000 * value for value in warm], "ms", 30.0, at_most=True),
        of_runs("filter and order over 200,000 rows", [1000 * value for value in asked], "ms"),
        *_reading(body, size),
    ]


def table(rows: int) -> bytes:
    """A table as a level gauge has it: Windows-1252, decimal commas, three title lines."""
    draw = random.Random(1)
    begin = date(1990, 1, 1)
    lines = ["Pegel der Fliede", "Gemeinde Flieden", "", "Datum;Station;Wert (cm);Schlüssel;Bemerkung"]
    for number in range(rows):
        day = begin + timedelta(days=number % 12_000)
        value = f"{draw.random() * 100:.2f}".replace(".", ",")
        lines.append(f"{day:%d.%m.%Y};Station {number % 17};{value};{number:06d};n/a")
    return "\n".join(lines).encode("cp1252")


def _reading(body: bytes, size: str) -> list[Figure]:
    began = process_time()
    found = contents.read(body, "a.csv", whole=True)
    assembled(found, Preview("k", "a", "making"), allowed=False)
    spent = process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    return [
        Figure(f"{size}: reading, figures, chart", spent, "s", note="processor time, rows not yet kept"),
        Figure(f"{size}: highest memory", peak, "MB", 600.0, at_most=True),
    ]


@contextmanager
def _region(folder: Path, server: FaultServer) -> Iterator[Region]:
    region = make_region(folder, server.url("/"))
    try:
        yield region
    finally:
        end_maker(region)
        time.sleep(0.5)  # it writes nothing any more


def _wish(region: Region, server: FaultServer, path: str) -> previews.Wanted:
    return previews.wanted(region, "neuhof-portal", server.url(path))


def _cold(region: Region, server: FaultServer, path: str) -> float:
    return _spent(lambda: previews.find(region, _wish(region, server, path), _PATIENCE))


def _grown(region: Region, server: FaultServer, path: str) -> None:
    until = perf_counter() + _PATIENCE
    while previews.find(region, _wish(region, server, path)).growing and perf_counter() < until:
        time.sleep(0.02)


def _spent(what: object) -> float:
    assert callable(what)
    began = perf_counter()
    what()
    return perf_counter() - began
