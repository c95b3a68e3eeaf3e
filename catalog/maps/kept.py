"""Pictures of maps kept on disk: bounded in size and age, written whole, the least used go first."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

_TOUCHED_AFTER = 3600.0  # seconds: a use is noted once an hour, not at every look
_LOOKED_AFTER = 200  # pictures written between two looks at the whole size
_LEFT = 0.9  # of the allowed size is left after clearing up


class Picture(NamedTuple):
    """A kept picture, and whether it is young enough to be shown without asking again."""

    content: bytes
    fresh: bool


class Kept:
    """A folder of pictures under names like ``12/2158/1389``; many processes may share it."""

    def __init__(self, folder: Path, most_bytes: int, days: float) -> None:
        self._folder = folder
        self._most = most_bytes
        self._seconds = days * 86_400
        self._written = _LOOKED_AFTER  # what lies there from before is looked at with the first picture

    def get(self, name: str) -> Picture | None:
        """The picture of a name; None if it is not there."""
        file = self._folder / name
        try:
            with file.open("rb") as opened:
                facts = os.fstat(opened.fileno())
                content = opened.read()
        except OSError:
            return None
        now = time.time()
        if now - facts.st_atime > _TOUCHED_AFTER:
            # Many disks do not note reading by themselves.
            with suppress(OSError):
                os.utime(file, (now, facts.st_mtime))
        return Picture(content, now - facts.st_mtime < self._seconds)

    def put(self, name: str, content: bytes) -> None:
        """Keeps a picture. A disk that is full keeps none, and nothing else happens."""
        file = self._folder / name
        with suppress(OSError):
            file.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as opened:
                    opened.write(content)
                Path(temporary).replace(file)
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise
        self._written += 1
        if self._written >= _LOOKED_AFTER:
            self._written = 0
            self.clear_up()

    def clear_up(self) -> int:
        """Deletes what was least used, if all together is too large; gives how many pictures went."""
        found = sorted(self._files(), reverse=True)
        size, gone = 0, 0
        whole = sum(each[1] for each in found)
        if whole <= self._most:
            return 0
        for _, own, file in found:
            size += own
            if size > self._most * _LEFT:
                with suppress(OSError):
                    file.unlink()
                    gone += 1
        return gone

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        for folder, _, names in os.walk(self._folder):
            for name in names:
                file = Path(folder) / name
                with suppress(OSError):
                    facts = file.stat()
                    yield max(facts.st_atime, facts.st_mtime), facts.st_size, file
