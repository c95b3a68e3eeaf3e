"""Who works with a region's data folder: many at once, or one alone that puts another state in its place."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from schemas.region import ConfigurationError, Region


class Occupied(ConfigurationError):
    """Raised when the data folder is to be changed as a whole while a server or a run works with it."""


@contextmanager
def shared(region: Region) -> Iterator[None]:
    """For whoever reads and writes as usual. Raises Occupied while the folder is being replaced."""
    yield from _held(region, fcntl.LOCK_SH, "its data are being restored")


@contextmanager
def alone(region: Region) -> Iterator[None]:
    """For whoever replaces what lies there. Raises Occupied while a server or a run works with it on this machine."""
    yield from _held(region, fcntl.LOCK_EX, "a server or a harvest run works with it; end it first")


def _held(region: Region, kind: int, reason: str) -> Iterator[None]:
    region.data.mkdir(parents=True, exist_ok=True)
    with (region.data / "in-use.lock").open("a") as opened:
        _take(opened, kind, region, reason)
        yield


def _take(opened: IO[str], kind: int, region: Region, reason: str) -> None:
    try:
        # The kernel gives the lock back when the process ends, however it ends.
        fcntl.flock(opened, kind | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise Occupied(f"{region.data} is in use: {reason}") from error
