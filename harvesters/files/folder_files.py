"""What a crawl learns of a folder, wherever it lies: files, metadata sheets, and so the datasets to be made of them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import orjson

from harvesters.files import described_file, file_groups
from harvesters.files.described_file import DescribedFile
from harvesters.files.file_groups import FileEntry, FileGroup
from harvesters.files.file_texts import FILES_PASSED_OVER
from harvesters.files.metadata_sheet import SHEET_UNUSABLE, MetadataSheet, is_sheet, read_sheet
from harvesters.persons import errors
from harvesters.reading import Kept, Native, Page
from harvesters.reasons import PROGRAM, Reason
from harvesters.spider import Job
from schemas.findings import Finding, Severity
from schemas.tables import TableError

log = logging.getLogger(__name__)

LISTING = "application/vnd.allmende.listing+json"
FILE = "application/vnd.allmende.file+json"


class KeptFile(NamedTuple):
    """What is kept of a file for replays: its state, as it goes into the fingerprint, and its description."""

    state: str
    described: DescribedFile | None


class FolderFiles:
    """Files and sheets of one folder, collected in one crawl; gives pages for the pipelines."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.entries: dict[str, FileEntry] = {}
        self.sheets: list[MetadataSheet] = []

    @property
    def allowed(self) -> bool:
        """Whether the source may name persons."""
        return self.job.context.source.personal_data == "allowed"

    @property
    def sheet_entries(self) -> list[FileEntry]:
        """The files that are metadata sheets by their names."""
        return [entry for entry in self.entries.values() if is_sheet(entry.name)]

    def take_sheet(self, body: bytes, path: str) -> bool:
        """Reads a metadata sheet; one that is no table becomes a finding. False where our program failed at it.

        Then each record would lose its licence and title: better none than poorer ones.
        """
        try:
            sheet = read_sheet(body, path)
        except TableError as error:
            self.find(Severity.WARNING, path, SHEET_UNUSABLE, path, error.note.de, error.note.en)
            return True
        except Exception as error:  # the run says that the sheet broke off, and takes none of its records for gone
            self.broke_off(path, error)
            return False
        self.sheets.append(sheet)
        self.job.findings += sheet.findings
        return True

    def broke_off(self, path: str, error: Exception) -> None:
        """Enters an error of the program at a file in the account: what is published of it stays."""
        reason = errors.message(error, self.allowed)
        log.error("%s: %s\n%s", path, reason, errors.trace(error, self.allowed))
        de, en = f"{path}: Fehler beim Lesen ({reason})", f"{path}: error while reading ({reason})"
        self.job.failures.append(Reason(de, en, PROGRAM))

    def groups(self) -> tuple[FileGroup, ...]:
        """The datasets of the folder; what is no data is named in one finding."""
        files = [entry for entry in self.entries.values() if not is_sheet(entry.name)]
        wanted = [entry for entry in files if not file_groups.is_skipped(entry.name)]
        named = {name.strip().casefold() for sheet in self.sheets for row in sheet.rows for name in row.all("file")}
        data = [entry for entry in wanted if file_groups.is_data(entry) or entry.name.casefold() in named]
        taken = {entry.path for entry in data}
        if others := sorted(entry.path for entry in wanted if entry.path not in taken):
            shown = ", ".join(others[:10]) + (" …" if len(others) > 10 else "")
            self.find(Severity.INFO, self.job.context.source.url, FILES_PASSED_OVER, str(len(others)), shown)
        return file_groups.group(data, sorted(self.sheets, key=lambda sheet: sheet.path))

    def unchanged(self, native_id: str, fingerprint: bytes) -> bool:
        """Whether the pipelines will tell a native of this fingerprint as unchanged, so that its files need no reading."""
        if self.job.memory is None or self.job.replay is not None:
            return False
        digest = self.job.input_hash(fingerprint, native_id)
        return self.job.memory.known([native_id]).get(native_id) == digest

    def page(
        self, url: str, natives: Sequence[Native] = (), content_type: str | None = None, body: bytes | None = None
    ) -> Page:
        """A page that no response brought; without a body the one kept by the last run stays."""
        self.job.pages += 1
        self.job.records += len(natives)
        known = self.job.memory.page(url) if self.job.memory else None
        if body is not None:
            return Page(url, tuple(natives), response=self.job.sink.keep(Kept(url, content_type, body)))
        return Page(
            url,
            tuple(natives),
            response=known.response if known else None,
            etag=known.etag if known else None,
            last_modified=known.last_modified if known else None,
        )

    def alone(self, group: FileGroup, url: str) -> Page:
        """The page of a dataset that only a row of the sheet speaks of."""
        return self.page(f"{url}#{group.native_id}", (Native(group, file_groups.fingerprint(group, ())),))

    def find(self, severity: Severity, focus: str, rule: str, *arguments: str) -> None:
        """Enters a finding on the run."""
        self.job.findings.append(Finding(severity, focus, None, rule, arguments))


def listing_to_json(folders: Iterable[str], files: Iterable[FileEntry]) -> bytes:
    """A folder's listing as it is kept for replays: as read, for an index page changes with its server."""
    return orjson.dumps([list(folders), [list(entry) for entry in files]])


def listing_from_json(body: bytes) -> tuple[tuple[str, ...], tuple[FileEntry, ...]]:
    """What :func:`listing_to_json` wrote: addresses of folders, and files. Raises ValueError."""
    folders, files = orjson.loads(body)
    return tuple(folders), tuple(FileEntry(*entry) for entry in files)


def file_to_json(kept: KeptFile) -> bytes:
    """A file's state and description as they are kept in place of its bytes."""
    described = described_file.to_json([kept.described] if kept.described else [])
    return orjson.dumps([kept.state, orjson.Fragment(described)])


def file_from_json(body: bytes) -> KeptFile:
    """What :func:`file_to_json` wrote. Raises ValueError."""
    state, described = orjson.loads(body)
    return KeptFile(str(state), next(iter(described_file.from_json(orjson.dumps(described))), None))
