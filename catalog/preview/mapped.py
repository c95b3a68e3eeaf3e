"""Which previews show a map: known once they are made, kept as keys, and told to the search from there."""

from __future__ import annotations

import hashlib
import re
import time
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from catalog.preview.model import VERSION, Preview
from schemas.region import Region

KEEP_SECONDS = 86_400.0
"""How long a marker that belongs to no public dataset stays: a dataset may be away for a night."""
_KEY = re.compile(r"[0-9a-f]{32}")
_BYTES = 16


def has_map(preview: Preview) -> bool:
    """Whether a preview has something to draw on a map: features, or the picture of a map service's layer."""
    return preview.geometry is not None or (preview.picture is not None and preview.extent is not None)


class Keys:
    """A set of keys of previews in one piece of memory, sixteen bytes each. It never changes."""

    def __init__(self, packed: bytes = b"") -> None:
        """Takes what another one had as ``packed``. Raises ValueError for what that cannot be."""
        if len(packed) % _BYTES:
            raise ValueError("no whole number of keys")
        self.packed = packed

    @classmethod
    def of(cls, keys: Iterable[str]) -> Keys:
        """The set of some keys; what is none is passed over."""
        return cls(b"".join(sorted({bytes.fromhex(key) for key in keys if _KEY.fullmatch(key)})))

    def __len__(self) -> int:
        return len(self.packed) // _BYTES

    def __iter__(self) -> Iterator[str]:
        return (self[place].hex() for place in range(len(self)))

    def __getitem__(self, place: int) -> bytes:
        return self.packed[place * _BYTES : (place + 1) * _BYTES]

    def __contains__(self, key: str) -> bool:
        if not self.packed:
            return False
        wanted = bytes.fromhex(key)
        return self[bisect_left(self, wanted)] == wanted

    def differing(self, other: Keys) -> Iterator[str]:
        """The keys that only one of two sets has, in their order."""
        own, theirs = 0, 0
        while own < len(self) or theirs < len(other):
            mine, their = self[own], other[theirs]
            if mine == their:
                own, theirs = own + 1, theirs + 1
            elif not their or (mine and mine < their):
                own += 1
                yield mine.hex()
            else:
                theirs += 1
                yield their.hex()


def marked(folder: Path) -> Keys:
    """The keys that are marked in a folder; none where there is no folder. Raises OSError."""
    try:
        return Keys.of(file.name for file in folder.iterdir())
    except FileNotFoundError:
        return Keys()


def tidy(folder: Path, is_public: Callable[[str], bool]) -> int:
    """Removes the markers of files that no public dataset has, once they are old; gives how many. Raises OSError."""
    removed = 0
    for file in folder.iterdir() if folder.is_dir() else ():
        try:
            is_old = time.time() - file.stat().st_mtime > KEEP_SECONDS
        except FileNotFoundError:  # the maker has removed it just now
            continue
        if is_old and not (_KEY.fullmatch(file.name) and is_public(file.name)):
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def keyed(region: Region) -> str:
    """What is another when the same files have other keys: the version of previews, and who may show persons."""
    allowed = sorted(source.key for source in region.sources if source.personal_data == "allowed")
    return hashlib.sha256("\n".join([str(VERSION), *allowed]).encode()).hexdigest()[:16]


# ------------------------------------------------------------------------------- what an index took into account


def write(folder: Path, keys: Keys) -> str:
    """Writes a set beside the index that takes it into account; gives its name, by which :func:`read` finds it again.

    Raises OSError.
    """
    name = _name(keys.packed)
    (folder / name).write_bytes(keys.packed)
    return name


def read(folder: Path, name: str) -> Keys | None:
    """The set of a name; None where it is not there, or not what was written."""
    try:
        packed = (folder / Path(name).name).read_bytes()
        return Keys(packed) if _name(packed) == name else None
    except (OSError, ValueError):
        return None


def forget_others(folder: Path, name: str) -> None:
    """Removes the sets that the index has taken into account before."""
    for file in folder.glob("maps-*"):
        if file.name != name:
            file.unlink(missing_ok=True)


def _name(packed: bytes) -> str:
    return f"maps-{hashlib.sha256(packed).hexdigest()[:32]}"
