"""Wishes for previews, as small files that the maker reads: any process of any user of the data folder may leave one."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import orjson

from catalog.links.book import host_of
from catalog.preview.keeping import Keeping, key_of
from catalog.preview.model import Wanted
from schemas.region import Region

# Somebody waits; the address is only visited on schedule.
NOW, AHEAD = 0, 5
MOST = 500
"""Most wishes that are kept; further ones ahead of demand are passed over."""
MOST_NOW = 200
"""Most wishes of who waits. Beyond, one is only taken in the place of one of a server that has more in the line."""
_STILL_SECONDS = 10.0
_AGAIN_SECONDS = 1.0
_START_SECONDS = 10.0
_NAME = re.compile(r"(\d)-([0-9a-f]{8})-([0-9a-f]{32})\.json")
_started: dict[Path, tuple[float, int]] = {}


class Wish(NamedTuple):
    """A preview that somebody wants: its key, how soon, and of what."""

    key: str
    urgency: int
    wanted: Wanted
    file: Path


class Left(NamedTuple):
    """A wish as its file's name tells it, unread; those of one server that one source names have the same ``line``."""

    urgency: int
    line: str
    key: str
    file: Path


def leave(keeping: Keeping, wanted: Wanted, urgency: int = NOW) -> bool:
    """Leave a wish; the same one twice is one, of somebody who still waits. False where the line is full: it was not left.

    Raises OSError where the disk does not take it.
    """
    folder = keeping.wishes
    file = folder / _name(wanted, urgency)
    if _asked_again(file):
        return True
    if urgency and sum(1 for _ in folder.glob("*.json")) >= MOST:
        return False
    if not urgency and not _has_room(keeping, _line(wanted)):
        return False
    fresh = file.with_suffix(f".{secrets.token_hex(4)}.new")
    fresh.write_bytes(orjson.dumps(wanted))
    fresh.replace(file)
    return True


def _asked_again(file: Path) -> bool:
    """Whether the wish is there; then it is noted that somebody still waits for it (the time of access says so)."""
    try:
        os.utime(file, ns=(time.time_ns(), file.stat().st_mtime_ns))
    except FileNotFoundError:
        return False
    return True


def _has_room(keeping: Keeping, line: str) -> bool:
    """Whether there is room for one more of who waits. The last wish of the longest line makes room for a shorter line."""
    waiting = listed(keeping, urgent=True)
    if len(waiting) < MOST_NOW:
        return True
    lengths = Counter(each.line for each in waiting)
    longest, length = lengths.most_common(1)[0]
    if length < lengths[line] + 2:
        return False
    next(each for each in reversed(waiting) if each.line == longest).file.unlink(missing_ok=True)
    return True


def left(keeping: Keeping) -> Iterator[Wish]:
    """The wishes as :func:`listed` sorts them. What is none is removed."""
    yield from filter(None, (opened(each.file) for each in listed(keeping)))


def listed(keeping: Keeping, urgent: bool = False) -> list[Left]:
    """The wishes, unread, the most urgent first; only those of who waits, if ``urgent``.

    Of who waits those come first who ask again, for they are still there; then one of each line after the other: whoever
    asks for thousands of files of one server holds up nobody who asks for another's. The oldest come first. A file that
    is no wish is removed.
    """
    now = time.time()
    places: Counter[tuple[int, bool, str]] = Counter()
    ordered: list[tuple[tuple[int, bool, int], Left]] = []
    for since, asked, found in sorted(_found(keeping, urgent)):
        gone = found.urgency == NOW and not (asked - since > _AGAIN_SECONDS and now - asked < _STILL_SECONDS)
        line = found.urgency, gone, found.line
        ordered.append(((found.urgency, gone, places[line] if found.urgency == NOW else 0), found))
        places[line] += 1
    return [found for _, found in sorted(ordered, key=lambda each: each[0])]


def _found(keeping: Keeping, urgent: bool) -> Iterator[tuple[float, float, Left]]:
    """Each wish with the times when it was left and when it was last asked for (seconds)."""
    for file in keeping.wishes.glob(f"{NOW}-*.json" if urgent else "*.json"):
        named = _NAME.fullmatch(file.name)
        if named is None:  # of another version: nothing would ever grant it
            file.unlink(missing_ok=True)
            continue
        with suppress(OSError):
            facts = file.stat()
            yield facts.st_mtime, facts.st_atime, Left(int(named[1]), named[2], named[3], file)


def opened(file: Path) -> Wish | None:
    """The wish in a file. What is none is removed, as is one of another version: nothing would ever grant it."""
    try:
        facts = file.stat()
        wanted = Wanted(**orjson.loads(file.read_bytes()))
        os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))  # we have read it, nobody has asked again
        wish = Wish(key_of(wanted), int(file.name[0]), wanted, file)
    except (OSError, TypeError, ValueError):
        wish = None
    if wish is None or file.name != _name(wish.wanted, wish.urgency):
        file.unlink(missing_ok=True)
        return None
    return wish


def _name(wanted: Wanted, urgency: int) -> str:
    return f"{urgency}-{_line(wanted)}-{key_of(wanted)}.json"


def _line(wanted: Wanted) -> str:
    said = f"{host_of(wanted.address)}\n{wanted.source_key}"
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def clear(keeping: Keeping, key: str) -> None:
    """Remove the wishes for a preview."""
    for file in keeping.wishes.glob(f"*-{key}.json"):
        file.unlink(missing_ok=True)


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
