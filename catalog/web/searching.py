"""Where searches are done: in a large catalogue in threads of their own, so that a slow one holds up nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync

from catalog.search import Catalogue

LARGE = 20_000
"""Datasets from which on a search may take so long that it has to leave the event loop."""
AT_ONCE = 2
"""Searches that one process does at once. The index lets go of the interpreter while it looks, so two make use of two cores."""
_limiter: RunVar[CapacityLimiter] = RunVar("allmende.searches")
T = TypeVar("T")


async def searched(catalogue: Catalogue, search: Callable[[], T]) -> T:
    """What a search of a catalogue gives.

    In a small one it is done at once: a thread costs more than it. In a large one it has its turn in a thread once fewer
    than :data:`AT_ONCE` others are under way.
    """
    if catalogue.index.size < LARGE:
        return search()
    try:
        limiter = _limiter.get()
    except LookupError:  # the first one in this event loop
        limiter = CapacityLimiter(AT_ONCE)
        _limiter.set(limiter)
    return await run_sync(search, limiter=limiter)
