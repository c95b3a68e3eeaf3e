"""What program this is: its version, and the commit that it was made from, where that is known."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_POINTER = re.compile(r"(ref|gitdir): (\S.*)")


class Built(NamedTuple):
    """The program: its version, and the full name of its commit; empty where nothing tells it."""

    version: str
    commit: str


@cache
def built() -> Built:
    """The program that runs, as it was when it was first asked for."""
    package = metadata.distribution("allmende")
    return Built(
        package.version, _installed(package.read_text("direct_url.json")) or of_folder(Path(__file__).parents[1])
    )


def _installed(direct_url: str | None) -> str:
    """The commit that pip took a package from: PEP 610, ``vcs_info``."""
    try:
        commit = json.loads(direct_url or "{}").get("vcs_info", {}).get("commit_id", "")
    except (ValueError, AttributeError):
        return ""
    return commit if isinstance(commit, str) and _COMMIT.fullmatch(commit) else ""


def of_folder(folder: Path) -> str:
    """The commit that is checked out in a folder, read from git's own files; empty for a folder that git does not know.

    https://git-scm.com/docs/gitrepository-layout: HEAD names a commit or a reference; references lie in files of their
    own or in ``packed-refs``. In a second working tree ``.git`` is a file that names the folder.
    """
    try:
        place = folder / ".git"
        if place.is_file():
            place = folder / _pointed(place.read_text(), "gitdir")
        head = (place / "HEAD").read_text().strip()
        name = _pointed(head, "ref")
        if not name:
            return head if _COMMIT.fullmatch(head) else ""
        shared = place / "commondir"
        stores = (place, place / shared.read_text().strip()) if shared.is_file() else (place,)
        return next((commit for store in stores if (commit := _reference(store, name))), "")
    except (OSError, UnicodeDecodeError):
        return ""


def _pointed(text: str, kind: str) -> str:
    found = _POINTER.fullmatch(text.strip())
    return found[2] if found is not None and found[1] == kind else ""


def _reference(store: Path, name: str) -> str:
    file = store / name
    if file.is_file():
        commit = file.read_text().strip()
        return commit if _COMMIT.fullmatch(commit) else ""
    packed = store / "packed-refs"
    lines = packed.read_text().splitlines() if packed.is_file() else []
    said = (line.partition(" ") for line in lines)
    return next((commit for commit, _, called in said if called == name and _COMMIT.fullmatch(commit)), "")
