"""Runs several sources and waits for them: what the command and the demo ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from catalog.runs.conclusion import RunResult
from catalog.runs.pool import Pool
from catalog.runs.wish import Wish
from catalog.store import Store
from schemas.region import Region

_PROGRESS_SECONDS = 0.5


def run_sources(
    region: Region,
    source_ids: Sequence[str],
    wish: Wish,
    progress: Callable[[str, int], None] = lambda _source, _records: None,
    now: datetime | None = None,
) -> Iterator[RunResult]:
    """Runs sources in processes of their own, side by side; yields each result as it comes.

    ``progress`` is told now and then how many records a source has delivered. ``now`` replaces the clock (tests).
    """
    pool = Pool(region.folder, now)
    store = Store(region)
    try:
        for source_id in source_ids:
            source = region.source(source_id)
            assert source is not None, source_id
            pool.ask(source, wish)
        while pool.source_ids:
            for result in pool.results(_PROGRESS_SECONDS):
                progress(result.id, result.counts.fetched)
                yield result
            for source_id, records in store.progress(pool.under_way):
                progress(source_id, records)
    finally:
        pool.close()
        store.close()
