"""Reaches a folder of files, on this machine or listed by a web server, or one file; the unchanged is not read again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import ClassVar

from pydantic import Field, field_validator
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.files import described_file, file_groups, local_folder, single_file
from harvesters.files.file_groups import FileEntry, FileGroup
from harvesters.files.file_texts import FILE_GONE
from harvesters.files.folder_files import (
    FolderFiles,
    KeptFile,
    file_from_json,
    file_to_json,
)
from harvesters.files.folder_index import folder_of, read_index
from harvesters.files.folder_walk import FolderWalkSpider
from harvesters.files.metadata_sheet import is_sheet
from harvesters.reading import Native, Page
from harvesters.spider import Detected, Options
from harvesters.website.web_pages import header, is_html, moment_of, parse
from schemas.findings import Finding, Severity
from schemas.refusals import Wrong

# What is kept in place of a file that the index names and the server does not have.
_GONE = file_to_json(KeptFile("gone", None))


class FolderOptions(Options):
    """The table ``[folder]`` of a source file."""

    depth: int = Field(default=3, ge=0, le=20)
    """How many levels of sub-folders are searched."""

    public_url: str | None = None
    """Where a web server serves a local folder; without it the catalogue serves its files."""

    file: str = Field(default="", max_length=200, pattern=r"^[^/\\\x00-\x1f]*$")
    """The name of the file that the address leads to, if the address is that of one file and does not end in its name."""

    @field_validator("public_url")
    @classmethod
    def _web_address(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("http://", "https://")):
            raise Wrong(
                "an address that begins with https:// is allowed",
                "erlaubt ist eine Adresse, die mit https:// beginnt",
            )
        return value


@dataclass
class _Gathering:
    """A dataset of which files are being asked for: what came of each, by path, and who is waited for."""

    group: FileGroup
    waiting: set[str]
    kept: dict[str, KeptFile] = field(default_factory=dict)
    broken: bool = False


class FolderSpider(FolderWalkSpider):
    """A folder: indexes first, then metadata sheets, then the files of each dataset."""

    name = "folder"
    reader = "files"
    title = ("Ordner mit Dateien", "Folder of files")
    options_model: ClassVar[type[Options]] = FolderOptions

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """An index page of data files, a folder of this machine that holds some, or a single file of data."""
        if "://" not in url:
            return cls._detect_local(url)
        answer = answers.get(url)
        page = parse(answer.body, answer.final_url, answer.headers.get("content-type")) if answer else None
        if page is None or answer is None or not is_html(answer.body, answer.headers.get("content-type")):
            return cls._detect_file(url, answer) if answer else None
        index = read_index(page, folder_of(page.url))
        groups = file_groups.group([entry for entry in index.data if not is_sheet(entry.name)], ())
        # A listing that a server made is a folder for sure; a page written by hand is one if it links to little else.
        mostly_files = len(index.data) >= 3 and len(index.data) * 4 >= index.links * 3
        if not (index.listing and (groups or index.folders)) and not mostly_files:
            return None
        samples = tuple(file_groups.title_of(found.files[0].path) for found in groups[:3])
        return Detected(cls.name, folder_of(page.url), len(groups), samples, certainty=70 if index.listing else 45)

    @classmethod
    def _detect_file(cls, url: str, answer: Answer) -> Detected | None:
        found = single_file.find(url, answer)
        if found is None:
            return None
        options = {"file": found.name} if found.is_named else {}
        title = file_groups.title_of(found.name)
        return Detected(cls.name, url, 1, (title,), options, found.certainty, title)

    @classmethod
    def _detect_local(cls, url: str) -> Detected | None:
        folder = Path(url)
        if not folder.is_dir():
            return None
        files = [entry for entry in local_folder.walk(folder, 3).files if not is_sheet(entry.name)]
        groups = file_groups.group([entry for entry in files if file_groups.is_data(entry)], ())
        samples = tuple(file_groups.title_of(found.files[0].path) for found in groups[:3])
        return Detected(cls.name, url, len(groups), samples, certainty=90 if groups else 40)

    def first(self) -> Iterable[Request | Page]:
        """The index of a web folder, everything in a local one, or the one file at the address."""
        if self.source.is_folder:
            yield from local_folder.LocalFolder(self, self.options.depth).pages()
            return
        self.files = FolderFiles(self.job)
        if name := self.options.file or single_file.name_in(self.source.url):
            self.root = folder_of(self.source.url)
            self.files.entries[name] = FileEntry(name, self.source.url)
            yield from self._ask_for_files()
            return
        yield self.walk()

    def listed_files(self, files: Sequence[FileEntry]) -> None:
        """The files of one index, by their paths."""
        self.files.entries.update((entry.path, entry) for entry in files)

    def walked(self) -> Iterator[Request | Page]:
        """The metadata sheets, or at once the files."""
        return self._ask_for_sheets()

    # --- Sheets -------------------------------------------------------------------------------------------------

    def _ask_for_sheets(self) -> Iterator[Request | Page]:
        sheets = self.files.sheet_entries
        self._sheets_open = len(sheets)
        for entry in sheets:
            yield self.request(
                entry.url,
                self.sheet,
                conditional=False,
                dont_filter=True,
                errback=self._no_sheet,
                cb_kwargs={"path": entry.path},
            )
        if not sheets:
            yield from self._ask_for_files()

    def sheet(self, response: Response, path: str) -> Iterator[Request | Page]:
        """A metadata sheet; the datasets follow the last of them."""
        if not self.files.take_sheet(response.body, path):
            self.files.entries.clear()
        yield self.page(response, ())
        yield from self._one_sheet_less()

    def _no_sheet(self, failure: Failure) -> Iterator[Request | Page]:
        self.failed(failure)
        # Without the sheet each record would lose its licence and title: better none than poorer ones.
        self.files.entries.clear()
        yield from self._one_sheet_less()

    def _one_sheet_less(self) -> Iterator[Request | Page]:
        self._sheets_open -= 1
        if self._sheets_open == 0:
            yield from self._ask_for_files()

    # --- Files --------------------------------------------------------------------------------------------------

    def _ask_for_files(self) -> Iterator[Request | Page]:
        for group in self.files.groups():
            if not group.files:
                yield self.files.alone(group, self.root)
                continue
            gathering = _Gathering(group, {entry.path for entry in group.files})
            for entry in group.files:
                yield self._ask(entry, gathering)

    def _ask(self, entry: FileEntry, gathering: _Gathering, conditional: bool = True) -> Request:
        return self.request(
            entry.url,
            self.file,
            conditional=conditional,
            dont_filter=True,
            errback=partial(self._unanswered, entry=entry, gathering=gathering),
            cb_kwargs={"entry": entry, "gathering": gathering, "conditional": conditional},
            # With cut a file over the limit becomes a finding; refused, it would make every run partial.
            meta={"handle_httpstatus_list": [304, 404, 410], "cut": True},
        )

    def file(
        self, response: Response, entry: FileEntry, gathering: _Gathering, conditional: bool
    ) -> Iterator[Request | Page]:
        """A file's answer; with the last one of a dataset, the dataset."""
        gathering.waiting.discard(entry.path)
        if response.status in (404, 410) or response.body == _GONE:
            group = gathering.group
            gathering.group = group._replace(files=tuple(known for known in group.files if known != entry))
            natives, again = self._native(gathering)
            gone = Finding(Severity.WARNING, entry.path, None, FILE_GONE, (entry.url, str(response.status)))
            yield self.page(response, natives, (gone,), _GONE)
        elif conditional and (state := self._unchanged_state(response, entry)):
            gathering.kept[entry.path] = KeptFile(state, None)
            natives, again = self._native(gathering)
            # The ids last read at this address came with its dataset, which is delivered whole or not at all.
            yield self.files.page(entry.url, natives)
        else:
            kept = self._described(response, entry)
            gathering.kept[entry.path] = kept
            natives, again = self._native(gathering)
            yield self.page(response, natives, kept_body=file_to_json(kept))
        for missing in again:
            gathering.waiting.add(missing.path)
            yield self._ask(missing, gathering, conditional=False)

    def _unchanged_state(self, response: Response, entry: FileEntry) -> str | None:
        """The file's state if server or validators say that it is what it was; None if it has to be described."""
        known = self.job.memory.page(entry.url) if self.job.memory else None
        if known is None or self.job.full or self.job.replay is not None:
            return None
        state = _state(known.etag, known.last_modified)
        # Some servers send validators and yet answer a conditional request in full.
        same = response.status == 304 or state == _state(header(response, "ETag"), header(response, "Last-Modified"))
        return state if same else None

    def _described(self, response: Response, entry: FileEntry) -> KeptFile:
        if self.job.replay is not None:
            return file_from_json(response.body)
        etag, changed = header(response, "ETag"), header(response, "Last-Modified")
        modified = moment_of(changed or "")
        if "truncated" in response.flags:
            length = header(response, "Content-Length") or ""
            size = int(length) if length.isdecimal() else None
            limit = self.source.limits.body_bytes
            described = described_file.too_large(entry.path, entry.url, modified, size, limit)
            return KeptFile(_state(etag, changed) or f"{length} bytes", described)
        described = described_file.describe(response.body, entry.path, entry.url, modified, self.files.allowed)
        return KeptFile(_state(etag, changed) or f"sha256 {described.sha256}", described)

    def _native(self, gathering: _Gathering) -> tuple[tuple[Native, ...], list[FileEntry]]:
        """The dataset when its last file has answered; or the files that have to be had whole, as another has changed."""
        group = gathering.group
        if gathering.waiting or gathering.broken or not (group.files or group.row):
            return (), []
        kept = [gathering.kept[entry.path] for entry in group.files]
        fingerprint = file_groups.fingerprint(group, [file.state for file in kept])
        described = tuple(file.described for file in kept if file.described is not None)
        if len(described) < len(kept) and not self.files.unchanged(group.native_id, fingerprint):
            return (), [entry for entry in group.files if gathering.kept[entry.path].described is None]
        return (Native(group._replace(described=described), fingerprint, self.root),), []

    def _unanswered(self, failure: Failure, entry: FileEntry, gathering: _Gathering) -> None:
        """A file that could not be had: its dataset stays as it was published (F14)."""
        self.failed(failure)
        gathering.broken = True
        gathering.waiting.discard(entry.path)


def _state(etag: str | None, last_modified: str | None) -> str:
    return f"{etag or ''} {last_modified or ''}".strip()
