"""Opens files of the region's folders: inside the folder, component by component, following no symbolic link (F65)."""

from __future__ import annotations

import os
import stat
from pathlib import Path


def opened(folder: Path, path: str) -> int:
    """A handle of a regular file inside a folder. Raises OSError or ValueError if it is none, or lies outside."""
    parts = path.split("/")
    if any(part in ("", ".", "..") or "\\" in part or "\0" in part for part in parts):
        raise ValueError(f"no path below a folder: {path!r}")
    root = folder.resolve(strict=True)
    # A link to a file of the same folder is a file of the folder; its target is then walked without any link.
    *folders, name = root.joinpath(*parts).resolve(strict=True).relative_to(root).parts
    handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    for part, kind in (*((part, os.O_DIRECTORY) for part in folders), (name, os.O_NONBLOCK)):
        above = handle
        try:
            handle = os.open(part, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | kind, dir_fd=above)
        finally:
            os.close(above)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise ValueError(f"no file: {path!r}")
    return handle
