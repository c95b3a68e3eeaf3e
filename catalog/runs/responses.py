"""Fetched responses, compressed under their hash: never served, there to map again without the network."""

from __future__ import annotations

import os
import time
from collections.abc import Container, Iterator
from pathlib import Path

import zstandard

from schemas import iris


class Responses:
    """The folder of kept responses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def _file(self, name: str) -> Path:
        return self.folder / name[:2] / f"{name}.zst"

    def put(self, body: bytes) -> str:
        """Keeps a body; gives its name. The same body is kept once."""
        name = iris.digest(body, 16)
        file = self._file(name)
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary = file.with_suffix(f".{os.getpid()}.part")
            temporary.write_bytes(zstandard.ZstdCompressor(level=3).compress(body))
            temporary.replace(file)
        else:
            os.utime(file)  # it is needed again: no other run may find it too old
        return name

    def get(self, name: str) -> bytes | None:
        """A kept body, or None if it is not (or no longer wholly) there."""
        try:
            body = zstandard.decompress(self._file(name).read_bytes())
        except (FileNotFoundError, zstandard.ZstdError):
            return None
        return body if iris.digest(body, 16) == name else None

    def names(self) -> Iterator[str]:
        """The names of all kept responses."""
        return (file.stem for file in self.folder.glob("*/*.zst"))

    def prune(self, needed: Container[str], older_than_days: float) -> int:
        """Deletes responses that are not needed and older than some days; gives how many."""
        before = time.time() - older_than_days * 86_400
        removed = 0
        for name in list(self.names()):
            file = self._file(name)
            if name not in needed and file.stat().st_mtime < before:
                file.unlink()
                removed += 1
        return removed
