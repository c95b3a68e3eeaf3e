"""How memory and time per record behave as a catalogue grows tenfold."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from catalog.feeds import dump
from catalog.follower import Follower
from catalog.search import Catalogue
from schemas.region import load
from tests.bench import footprint, portal, region
from tests.bench.figures import Figure
from tests.bench.harvest import Rounds, memory, rounds, together

# Caches fill up to their limits, so flat does not mean equal to the last megabyte.
FLAT = 1.2


def grow(records: int, store: str) -> list[Figure]:
    """Part ``memory``: peaks and rates at a number of records and at ten times as many, and the dump of the latter."""
    few = rounds("ckan", records, store, count=1)
    figures = memory(f"first harvest of {records:,}", few.first)
    many = records * 10
    with portal.serving("ckan", many) as url, region.folder(url, "ckan", store) as folder:
        grown = Rounds(
            many,
            [region.harvest(folder, ("created", many))],
            [region.harvest(folder, ("unchanged", many))],
        )
        figures += memory(f"first harvest of {many:,}", grown.first)
        figures += memory(f"unchanged harvest of {many:,}", grown.unchanged)
        ran = footprint.run([sys.executable, "-m", "tests.bench.growth", str(folder)])
        if ran.code != 0:
            raise RuntimeError(ran.complaint.decode())
    seconds = float(ran.output)
    return [
        *figures,
        _growth("memory, first harvest, ten times the records", few.first[0], grown.first[0], together),
        _growth("memory, unchanged harvest, ten times the records", few.unchanged[0], grown.unchanged[0], together),
        _growth("seconds per record, ten times the records", few.first[0], grown.first[0], lambda h: h.run_seconds, 10),
        Figure(f"dump of {many:,} as gzip", seconds, "s", 10 * many / 100_000, at_most=True),
        Figure(f"dump of {many:,}: memory", ran.together, "MB", note="one process"),
    ]


def _growth(
    what: str, few: region.Harvest, many: region.Harvest, of: Callable[[region.Harvest], float], share: float = 1
) -> Figure:
    return Figure(what, of(many) / share / of(few), "×", FLAT, at_most=True)


def main() -> None:
    """Writes the dump of a region as the web server does, and prints the seconds: ``python -m tests.bench.growth DIR``."""
    loaded = load(Path(sys.argv[1]))
    catalogue = Catalogue(loaded)
    began = perf_counter()
    Follower(loaded, catalogue.engine).write_dump(lambda number: dump.head(loaded, catalogue, number))
    print(perf_counter() - began)
    catalogue.close()


if __name__ == "__main__":
    main()
