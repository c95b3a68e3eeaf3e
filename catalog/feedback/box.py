"""Where letters lie: one file each in ``data/feedback/``, for nobody but the operator's account to read."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import orjson

from catalog.feedback.letters import REFERENCE, Letter
from catalog.runs.staging import now_text
from schemas.region import Region

MOST = 10_000
log = logging.getLogger(__name__)


class Box:
    """The letters of a region. Whole or not at all: a file appears with its content."""

    def __init__(self, region: Region) -> None:
        self.folder = region.data / "feedback"

    def put(self, letter: Letter) -> bool:
        """Takes a letter; False if one with its reference is there, which stays. Raises OSError."""
        file = self._file(letter.reference)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        own = self._written(letter)
        try:
            os.link(own, file)
        except FileExistsError:
            return False
        finally:
            own.unlink()
        return True

    def replace(self, letter: Letter) -> None:
        """Writes a letter anew: it was sent, or an attempt failed. One that was deleted meanwhile stays deleted."""
        file = self._file(letter.reference)
        if file.exists():
            self._written(letter).replace(file)

    def get(self, reference: str) -> Letter | None:
        """A letter; None if there is none (any more)."""
        return self._read(self._file(reference)) if REFERENCE.fullmatch(reference) else None

    def letters(self) -> Iterator[Letter]:
        """All letters, the oldest first. A file that is none is passed over and said so in the log."""
        found = [letter for file in self._files() if (letter := self._read(file)) is not None]
        yield from sorted(found, key=lambda letter: (letter.written, letter.reference))

    def is_full(self) -> bool:
        """Whether no more letters are taken: a flood must not fill the disk."""
        return sum(1 for _ in self._files()) >= MOST

    def delete(self, reference: str) -> bool:
        """Deletes a letter; False if there is none."""
        if not REFERENCE.fullmatch(reference):
            return False
        try:
            self._file(reference).unlink()
        except FileNotFoundError:
            return False
        return True

    def prune(self, now: datetime, days: int) -> int:
        """Deletes the letters that are older than so many days; gives how many."""
        oldest = now_text(now - timedelta(days=days))
        return sum(self.delete(letter.reference) for letter in self.letters() if letter.written < oldest)

    def _file(self, reference: str) -> Path:
        return self.folder / f"{reference}.json"

    def _files(self) -> Iterator[Path]:
        return self.folder.glob("F-*.json")

    def _read(self, file: Path) -> Letter | None:
        try:
            return Letter(**orjson.loads(file.read_bytes()))
        except FileNotFoundError:
            return None
        except (orjson.JSONDecodeError, TypeError):
            log.error("data/feedback/%s is no letter", file.name)
            return None

    def _written(self, letter: Letter) -> Path:
        own = self.folder / f".{letter.reference}.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(orjson.dumps(letter.to_json(), option=orjson.OPT_INDENT_2))
            written.flush()
            os.fsync(written.fileno())
        return own
