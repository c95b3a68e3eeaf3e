"""A folder of this machine: its files within a depth, and pages of what has changed in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from harvesters.files import described_file, file_groups
from harvesters.files.file_groups import FileEntry, FileGroup, is_skipped
from harvesters.files.file_texts import FOLDER_DEPTH
from harvesters.files.folder_files import (
    FILE,
    LISTING,
    FolderFiles,
    KeptFile,
    file_from_json,
    file_to_json,
    listing_from_json,
    listing_to_json,
)
from harvesters.reading import Native, Page
from harvesters.reasons import FAILURE, LIMIT, LOCAL_FILE
from harvesters.spider import HarvestSpider
from schemas.findings import Severity

_EDGE = 65_536
_MAX_FILES = 100_000


class Listing(NamedTuple):
    """The files of a folder, sub-folders below the depth, and what could not be looked into (path, reason)."""

    files: tuple[FileEntry, ...]
    too_deep: tuple[str, ...]
    unreadable: tuple[tuple[str, str], ...]


def walk(folder: Path, depth: int) -> Listing:
    """Lists a folder with ``depth`` levels of sub-folders; links that lead out of it are not followed. Raises nothing."""
    files: list[FileEntry] = []
    too_deep: list[str] = []
    unreadable: list[tuple[str, str]] = []
    root = folder.resolve()
    open_folders = [(folder, "", 0)]
    while open_folders:
        place, prefix, level = open_folders.pop()
        try:
            entries = sorted(os.scandir(place), key=lambda entry: entry.name)
        except OSError as error:
            unreadable.append((prefix.rstrip("/"), error.strerror or type(error).__name__))
            continue
        for entry in entries:
            path = f"{prefix}{entry.name}"
            if is_skipped(entry.name) or (entry.is_symlink() and not _inside(Path(entry.path), root)):
                continue
            if entry.is_dir(follow_symlinks=False):
                if level < depth:
                    open_folders.append((Path(entry.path), f"{path}/", level + 1))
                else:
                    too_deep.append(path)
            elif entry.is_file() and _writable(path) and len(files) < _MAX_FILES:
                stat = entry.stat()
                files.append(FileEntry(path, "", stat.st_size, stat.st_mtime_ns))
    return Listing(tuple(sorted(files)), tuple(sorted(too_deep)), tuple(sorted(unreadable)))


def _inside(path: Path, root: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(root) and path.is_file()
    except (OSError, RuntimeError):
        return False


def _writable(path: str) -> bool:
    # A name in no known charset comes with lone surrogates, which no feed can write.
    return path.isprintable()


def edges(path: Path) -> bytes:
    """The first and the last 64 kB of a file. Raises OSError."""
    with path.open("rb") as file:
        head = file.read(_EDGE)
        file.seek(0, os.SEEK_END)
        file.seek(max(_EDGE, file.tell() - _EDGE))
        return head + file.read(_EDGE)


def moment(entry: FileEntry) -> str | None:
    """When a file was last changed, as an ISO moment in UTC; None where the file system names no year that there is."""
    if entry.modified_ns is None:
        return None
    try:
        changed = datetime.fromtimestamp(entry.modified_ns // 1_000_000_000, UTC)
    except (OverflowError, ValueError, OSError):
        return None
    return changed.strftime("%Y-%m-%dT%H:%M:%SZ")


class LocalFolder(FolderFiles):
    """Reads the local folder of a spider's source, or what an earlier run kept of it."""

    def __init__(self, spider: HarvestSpider, depth: int) -> None:
        super().__init__(spider.job)
        self.spider = spider
        self.depth = depth
        source = self.job.context.source
        self.folder = (self.job.context.region.folder / source.url).resolve()
        self.url = source.url.rstrip("/")

    def pages(self) -> Iterator[Page]:
        """The listing, the sheets, then page by page the datasets."""
        files = self._listing()
        if files is None:
            return
        yield self.page(self.url, (), LISTING, listing_to_json((), files))
        self.entries = {entry.path: entry for entry in files}
        for entry in self.sheet_entries:
            body = self._bytes(entry)
            # Without the sheet each record would lose its licence and title: better none than poorer ones.
            if body is None or not self.take_sheet(body, entry.path):
                return
            yield self.page(f"{self.url}/{entry.path}", (), None, body)
        for group in self.groups():
            if group.files:
                yield from self._dataset(group)
            else:
                yield self.alone(group, self.url)

    def _listing(self) -> tuple[FileEntry, ...] | None:
        if self.job.replay is not None:
            kept = self.job.replay(self.url)
            if kept is None:
                self._fail(self.url, "vom Lauf ist nichts aufbewahrt", "nothing was kept of the run")
            return listing_from_json(kept.body)[1] if kept else None
        if not self.folder.is_dir():
            self._fail(
                self.url,
                f"Der Ordner {self.url} ist nicht da.",
                f"the folder {self.url} is not there.",
                LOCAL_FILE,
            )
            return None
        listing = walk(self.folder, self.depth)
        for path in listing.too_deep:
            self.find(Severity.INFO, path, FOLDER_DEPTH, path, str(self.depth))
        for path, reason in listing.unreadable:
            self._fail(f"{self.url}/{path}", f"nicht lesbar ({reason})", f"not readable ({reason})", LOCAL_FILE)
        if len(listing.files) >= _MAX_FILES:
            self._fail(self.url, f"mehr als {_MAX_FILES} Dateien", f"more than {_MAX_FILES} files", LIMIT)
        return listing.files

    def _dataset(self, group: FileGroup) -> Iterator[Page]:
        kept = [self._state(entry) for entry in group.files]
        states = [file.state for file in kept if file is not None]
        if len(states) < len(kept):
            return
        addresses = [f"{self.url}/{entry.path}" for entry in group.files]
        fingerprint = file_groups.fingerprint(group, states)
        location = self.job.context.source.url
        if self.unchanged(group.native_id, fingerprint):
            for address in addresses[:-1]:
                yield self.page(address)
            yield self.page(addresses[-1], (Native(group, fingerprint, location),))
            return
        files = [self._described(entry, file) for entry, file in zip(group.files, kept, strict=True) if file]
        described = tuple(file.described for file in files if file is not None and file.described)
        if len(described) < len(kept):
            return
        native = Native(group._replace(described=described), fingerprint, location)
        for number, (address, file) in enumerate(zip(addresses, files, strict=True), 1):
            assert file is not None
            yield self.page(address, (native,) if number == len(files) else (), FILE, file_to_json(file))

    def _state(self, entry: FileEntry) -> KeptFile | None:
        try:
            if self.job.replay is not None:
                kept = self._bytes(entry)
                return file_from_json(kept) if kept is not None else None
            return KeptFile(file_groups.local_state(entry, edges(self.folder / entry.path)), None)
        except OSError as error:
            self._unreadable(entry, error)
        except Exception as error:  # the other datasets are none the worse for it
            self.broke_off(f"{self.url}/{entry.path}", error)
        return None

    def _described(self, entry: FileEntry, file: KeptFile) -> KeptFile | None:
        if file.described is not None:
            return file
        limit = self.job.context.source.limits.body_bytes
        if entry.size is not None and entry.size > limit:
            return file._replace(described=described_file.too_large(entry.path, "", moment(entry), entry.size, limit))
        body = self._bytes(entry)
        if body is None:
            return None
        return file._replace(described=described_file.describe(body, entry.path, "", moment(entry), self.allowed))

    def _bytes(self, entry: FileEntry) -> bytes | None:
        if self.job.replay is not None:
            kept = self.job.replay(f"{self.url}/{entry.path}")
            if kept is None:
                place = f"{self.url}/{entry.path}"
                self._fail(place, "vom Lauf ist nichts aufbewahrt", "nothing was kept of the run")
            return kept.body if kept else None
        try:
            return (self.folder / entry.path).read_bytes()
        except OSError as error:
            self._unreadable(entry, error)
            return None

    def _unreadable(self, entry: FileEntry, error: OSError) -> None:
        reason = error.strerror or type(error).__name__
        self._fail(f"{self.url}/{entry.path}", f"nicht lesbar ({reason})", f"not readable ({reason})", LOCAL_FILE)

    def _fail(self, place: str, de: str, en: str, rule: str = FAILURE) -> None:
        self.spider.fail(f"{place}: {de}", f"{place}: {en}", rule)
