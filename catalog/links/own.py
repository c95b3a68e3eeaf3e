"""Addresses of the catalogue itself: looked up where they lie, not asked over the network.

The catalogue that checks need not be the one that serves, and its public address need not lead anywhere from inside.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BufferedReader
from urllib.parse import unquote, urlsplit

from catalog.folder_files import opened
from catalog.links.answers import Outcome
from schemas.region import Region


def local(region: Region) -> Callable[[str], Outcome | None]:
    """A function that gives the outcome of asking for a file of the region's folders: 200, or 0 if it is not there.

    It gives None for all other addresses, also for those of the catalogue's pages.
    """

    def outcome(address: str) -> Outcome | None:
        if not _is_own(region, address):
            return None
        with _file(region, address) as file:
            if file is None:
                return Outcome(0, "missing-file")
            facts = os.fstat(file.fileno())
            changed = datetime.fromtimestamp(facts.st_mtime, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
            return Outcome(200, byte_size=facts.st_size, changed=changed)

    return outcome


def digest(region: Region, address: str, most: int) -> tuple[int, str] | None:
    """Size and SHA-256 (hexadecimal) of a file of the region's folders; None for other addresses.

    Of a file that is missing, or larger than ``most`` bytes, the digest is empty.
    """
    if not _is_own(region, address):
        return None
    with _file(region, address) as file:
        if file is None:
            return 0, ""
        size = os.fstat(file.fileno()).st_size
        return size, hashlib.file_digest(file, "sha256").hexdigest() if size <= most else ""


def _is_own(region: Region, address: str) -> bool:
    return address.startswith(f"{region.base_url}/files/")


@contextmanager
def _file(region: Region, address: str) -> Iterator[BufferedReader | None]:
    rest = address.removeprefix(f"{region.base_url}/files/")
    source_id, _, path = urlsplit(rest).path.partition("/")
    source = region.source(unquote(source_id))
    if source is None or not source.is_folder:
        yield None
        return
    try:
        handle = opened(region.folder / source.url, unquote(path))
    except (OSError, ValueError):
        yield None
        return
    with os.fdopen(handle, "rb") as file:
        yield file
