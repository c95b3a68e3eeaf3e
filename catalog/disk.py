"""What a failure of the disk means, in words: it is full, read-only or broken (faults F51)."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path
from typing import Literal

from harvesters.reasons import DISK, Reason

Kind = Literal["full", "read-only", "broken"]
_NUMBERS: dict[int, Kind] = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EFBIG: "full",
    errno.EROFS: "read-only",
    errno.EACCES: "read-only",
    errno.EPERM: "read-only",
    errno.EIO: "broken",
}
_SQLITE: dict[int, Kind] = {
    sqlite3.SQLITE_FULL: "full",
    sqlite3.SQLITE_READONLY: "read-only",
    sqlite3.SQLITE_IOERR: "broken",
    sqlite3.SQLITE_CANTOPEN: "read-only",
}
_WORDS: dict[Kind, tuple[str, str]] = {
    "full": ("ist voll", "is full"),
    "read-only": ("ist nicht beschreibbar", "cannot be written to"),
    "broken": ("meldet einen Fehler beim Schreiben", "reports a failure while writing"),
}


def reason(error: BaseException, folder: Path) -> Reason | None:
    """What a failure says about the disk that a folder lies on; None if it is another failure.

    Takes any exception and looks at its causes as well: a database driver wraps what the system said.
    """
    found = kind(error)
    if found is None:
        return None
    de, en = _WORDS[found]
    try:
        free = shutil.disk_usage(folder).free // 1_000_000
    except OSError:
        return Reason(f"Der Datenträger von {folder} {de}.", f"The disk of {folder} {en}.", DISK)
    return Reason(
        f"Der Datenträger von {folder} {de} (frei: {free} MB). Öffentlich bleibt der letzte gute Stand.",
        f"The disk of {folder} {en} ({free} MB free). The last good state stays public.",
        DISK,
    )


def kind(error: BaseException) -> Kind | None:
    """What kind of trouble with a disk an exception or one of its causes tells of, if any."""
    return next((found for each in _causes(error) if (found := _kind(each))), None)


def _causes(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and each not in found:
            found.append(each)
            waiting += [each.__cause__, each.__context__, getattr(each, "orig", None)]
    return found


def _kind(error: BaseException) -> Kind | None:
    # What another process met, as it told.
    told: Kind | None = getattr(error, "disk_kind", None)
    if told is not None:
        return told
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if isinstance(error, OSError) and error.errno is not None:
        return _NUMBERS.get(error.errno)
    return None
