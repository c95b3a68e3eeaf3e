"""Wishes for previews, as small files that the maker reads: any process of any user of the data folder may leave one."""

from __future__ import annotations

import fcntl
import os
import secrets
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import orjson

from catalog.preview.keeping import Keeping, key_of
from catalog.preview.model import Wanted
from schemas.region import Region

# Somebody waits; the address is only visited on schedule.
NOW, AHEAD = 0, 5
MOST = 500
"""Most wishes that are kept; further ones ahead of demand are passed over."""
_START_SECONDS = 10.0
_started: dict[Path, tuple[float, int]] = {}


class Wish(NamedTuple):
    """A preview that somebody wants: its key, how soon, and of what."""

    key: str
    urgency: int
    wanted: Wanted
    file: Path


def leave(keeping: Keeping, wanted: Wanted, urgency: int = NOW) -> None:
    """Leave a wish; the same one twice is one. Raises OSError where the disk does not take it."""
    folder = keeping.wishes
    file = folder / f"{urgency}-{key_of(wanted)}.json"
    if file.exists() or (urgency and sum(1 for _ in folder.glob("*.json")) >= MOST):
        return
    fresh = file.with_suffix(f".{secrets.token_hex(4)}.new")
    fresh.write_bytes(orjson.dumps(wanted))
    fresh.replace(file)


def left(keeping: Keeping) -> Iterator[Wish]:
    """The wishes, the most urgent first, the oldest of these first. What is none is removed."""
    yield from filter(None, map(opened, listed(keeping)))


def listed(keeping: Keeping, urgent: bool = False) -> list[Path]:
    """The files of wishes as :func:`left` sorts them, unread; only those of who waits, if ``urgent``."""
    found = keeping.wishes.glob(f"{NOW}-*.json" if urgent else "*.json")
    return [file for _, _, file in sorted((file.name[:1], _mtime(file), file) for file in found)]


def opened(file: Path) -> Wish | None:
    """The wish in a file. What is none is removed, as is one of another version: nothing would ever grant it."""
    try:
        wanted = Wanted(**orjson.loads(file.read_bytes()))
        wish = Wish(key_of(wanted), int(file.name[0]), wanted, file)
    except (OSError, TypeError, ValueError):
        wish = None
    if wish is None or file.stem != f"{wish.urgency}-{wish.key}":
        file.unlink(missing_ok=True)
        return None
    return wish


def clear(keeping: Keeping, key: str) -> None:
    """Remove the wishes for a preview."""
    for urgency in (NOW, AHEAD):
        (keeping.wishes / f"{urgency}-{key}.json").unlink(missing_ok=True)


def lock(keeping: Keeping) -> int | None:
    """The lock of the one maker of a region, as an open file; none where another has it. Raises OSError."""
    handle = os.open(lock_file(keeping), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def lock_file(keeping: Keeping) -> Path:
    """The file that the maker holds a lock on; it ends when the file is gone."""
    return keeping.wishes / "maker.lock"


def wake(region: Region, keeping: Keeping) -> None:
    """Start the maker where none is at work. It ends by itself: after a while without wishes, and with this process."""
    handle = lock(keeping)
    if handle is None:
        return
    os.close(handle)
    began, process = _started.get(region.folder, (0.0, 0))
    if process and not _ended(process) and time.monotonic() - began < _START_SECONDS:
        return  # it is about to take the lock
    # Not by -m: the readers would load the maker, and with it the network, each time.
    code = "import sys; from catalog.preview.maker import main; main(sys.argv[1], int(sys.argv[2]))"
    nothing = [(os.POSIX_SPAWN_OPEN, handle, os.devnull, os.O_RDWR, 0) for handle in (0, 1)]
    made = os.posix_spawn(
        sys.executable,
        [sys.executable, "-c", code, str(region.folder), str(os.getpid())],
        {**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        file_actions=nothing,
    )
    _started[region.folder] = (time.monotonic(), made)


def _ended(process: int) -> bool:
    """Whether a maker that was started here has ended; then the system may forget it."""
    try:
        return os.waitpid(process, os.WNOHANG)[0] != 0
    except ChildProcessError:
        return True


def _mtime(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
