"""ZIP archives, opened only if they are harmless: size, ratio, members, nesting, paths, overlaps (F45)."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from schemas.tables.notes import refusal

MAX_UNPACKED = 200_000_000
MAX_RATIO = 100
MAX_MEMBERS = 1_000
_SMALL = 1_000_000  # below this a high ratio is a table of zeros, not a bomb
_MAX_DIRECTORY = MAX_MEMBERS * 1_000
_LOCAL_HEADER = 30
_END = b"PK\x05\x06"
_ARCHIVES = frozenset((".zip", ".7z", ".rar", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".jar", ".zst"))
_FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
    OverflowError,
    IndexError,
    KeyError,
)


class Archive:
    """A ZIP archive that passed the guards. Names are only ever keys: nothing is written to a disk."""

    def __init__(self, data: bytes) -> None:
        """Check the archive; raises `TableError` with the code of the guard that refused it, or `unreadable`."""
        _check_directory(data)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _FAULTS as error:
            raise refusal("unreadable") from error
        members = [member for member in self._zip.infolist() if not member.filename.endswith("/")]
        _check_members(self._zip.infolist(), members, len(data))
        self.names: tuple[str, ...] = tuple(member.filename for member in members)
        self._sizes = {member.filename: member.file_size for member in members}

    def size(self, name: str) -> int:
        """The declared size of a member in bytes; it never yields more."""
        return self._sizes[name]

    def read(self, name: str, limit: int | None = None) -> bytes:
        """The bytes of a member, or its first `limit` bytes; raises `TableError` (`unreadable`) if it is damaged."""
        try:
            with self._zip.open(name) as member:
                return member.read(limit if limit is not None else self._sizes[name])
        except _FAULTS as error:
            raise refusal("unreadable") from error

    def repacked(self, keep: Callable[[str], bool], limit: int) -> tuple[bytes, dict[str, bytes]]:
        """The wanted members as a plain new archive, and themselves.

        A reader in another language may understand a crafted directory differently; it gets this archive, in which every
        size is true and nothing is compressed. Raises `TableError` if the members are larger than `limit` bytes.
        """
        contents = self.members(keep, limit)
        return packed(contents), contents

    def members(self, keep: Callable[[str], bool], limit: int) -> dict[str, bytes]:
        """The wanted members by name. Raises `TableError` if they are larger than `limit` bytes."""
        wanted = [name for name in self.names if keep(name)]
        if sum(map(self.size, wanted)) > limit:
            raise refusal("archive-too-large", megabytes=limit // 1_000_000)
        return {name: self.read(name) for name in wanted}


def packed(contents: Mapping[str, bytes]) -> bytes:
    """A plain archive of members, nothing compressed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as plain:
        for name, content in contents.items():
            plain.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def _check_directory(data: bytes) -> None:
    """Look at the size of the directory before the standard library reads all of it."""
    end = data.rfind(_END)
    if end < 0 or len(data) < end + 22:
        raise refusal("unreadable")
    members, size = struct.unpack_from("<HI", data, end + 10)
    if members > MAX_MEMBERS or size > _MAX_DIRECTORY:
        raise refusal("archive-members", count=MAX_MEMBERS)


def _check_members(every: list[zipfile.ZipInfo], members: list[zipfile.ZipInfo], size: int) -> None:
    if not every:
        raise refusal("empty")
    if len(every) > MAX_MEMBERS:
        raise refusal("archive-members", count=MAX_MEMBERS)
    if any(member.flag_bits & 0x41 for member in every):
        raise refusal("encrypted")
    if any(_escapes(member.filename) for member in every):
        raise refusal("archive-path")
    unpacked = sum(member.file_size for member in members)
    if unpacked > MAX_UNPACKED:
        raise refusal("archive-too-large", megabytes=MAX_UNPACKED // 1_000_000)
    suspicious = any(
        member.file_size > _SMALL and member.file_size > MAX_RATIO * max(1, member.compress_size) for member in members
    )
    if suspicious or (unpacked > _SMALL and unpacked > MAX_RATIO * size):
        raise refusal("archive-ratio", ratio=MAX_RATIO)
    if len({member.filename for member in members}) < len(members) or _overlap(every, size):
        raise refusal("archive-overlap")
    if any(PurePosixPath(member.filename.casefold()).suffix in _ARCHIVES for member in members):
        raise refusal("archive-nested")


def _escapes(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return ".." in parts or parts[0] == "" or ":" in parts[0] or "\0" in name


def _overlap(members: list[zipfile.ZipInfo], size: int) -> bool:
    """Whether two members use the same bytes, as the bombs that need no nesting do (CVE-2019-9674)."""
    ordered = sorted(members, key=lambda member: member.header_offset)
    ends = [member.header_offset + _LOCAL_HEADER + member.compress_size for member in ordered]
    starts = [member.header_offset for member in ordered[1:]] + [size]
    return any(end > start for end, start in zip(ends, starts, strict=True))
