"""Requests that wait for previews: in the event loop, without a thread, and only so many at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anyio import current_time, sleep
from anyio.to_thread import run_sync

from catalog.preview import access
from catalog.preview.access import Asked
from catalog.preview.keeping import Keeping
from catalog.preview.model import Preview, Wanted
from schemas.region import Region

MOST_HERE = 60
"""How many requests of one process may wait at once."""
MOST = 200
"""How many requests of all processes of a region may wait at once."""
_LOOK_SECONDS = 0.05


async def awaited(region: Region, wish: Wanted, patience: float, whole: bool = False) -> Preview:
    """The preview of a file, made if need be; "making" where that takes longer than the patience (seconds).

    ``whole`` waits for all its rows: where they take longer it is "growing". Beyond MOST requests that wait, one is
    answered at once with what there is: it has left its wish, and its page asks again.
    """
    began = current_time()
    asked = await run_sync(access.ask, region, wish)
    if asked.settled(whole):
        return asked.preview
    with place(region) as taken:
        if taken:
            asked = await _watched(region, asked, whole, began, began + patience)
    return asked.preview


async def _watched(region: Region, asked: Asked, whole: bool, began: float, until: float) -> Asked:
    kept = Keeping(region)
    seen = None
    while (now := current_time()) < until and not asked.settled(whole, now - began):
        await sleep(_LOOK_SECONDS)
        # Only a preview that is another is read, and that in a thread.
        if (state := kept.state(asked.key)) not in (None, seen):
            seen = state
            asked = await run_sync(access.again, region, asked)
    return asked


@contextmanager
def place(region: Region) -> Iterator[bool]:
    """A place among those who wait; False where none is free, or the disk does not say so."""
    folder = Keeping(region).folder
    places = _places.setdefault(folder, _Places(folder / "waiting.lock"))
    number = places.take()
    try:
        yield number is not None
    finally:
        if number is not None:
            places.give_back(number)
        if not places.taken:
            _places.pop(folder, None)


class _Places:
    """The places of this process: each is a locked byte of a file, which the kernel frees with the process."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._handle = -1
        self.taken: set[int] = set()

    def take(self) -> int | None:
        if len(self.taken) >= MOST_HERE:
            return None
        try:
            if not self.taken:
                self._handle = os.open(self._file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError:
            return None
        number = next((each for each in range(MOST) if each not in self.taken and self._locked(each)), None)
        if number is not None:
            self.taken.add(number)
        elif not self.taken:
            os.close(self._handle)
        return number

    def _locked(self, number: int) -> bool:
        try:
            fcntl.lockf(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, number)
        except OSError:
            return False
        return True

    def give_back(self, number: int) -> None:
        self.taken.remove(number)
        if self.taken:
            fcntl.lockf(self._handle, fcntl.LOCK_UN, 1, number)
        else:
            os.close(self._handle)


_places: dict[Path, _Places] = {}
