"""Reaches a web-accessible folder of metadata files (ISO XML): one that a web server lists, or one of this machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from pydantic import Field
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.files.file_groups import FileEntry
from harvesters.files.file_texts import FILE_GONE, FOLDER_DEPTH
from harvesters.files.folder_files import listing_from_json, listing_to_json
from harvesters.files.folder_index import folder_of, read_index
from harvesters.files.folder_walk import FolderWalkSpider
from harvesters.files.local_folder import walk
from harvesters.iso.cutting import Cut, cut
from harvesters.iso.elements import RECODED, parse
from harvesters.reading import UNREADABLE_RECORD, Kept, Native, Page
from harvesters.reasons import LIMIT, LOCAL_FILE
from harvesters.spider import Detected, Options
from harvesters.website.web_pages import parse as parse_page
from schemas.findings import Finding, Severity
from schemas.syntax import Unreadable

_GONE = b"gone"
# Names under which metadata are published, and file identifiers as names.
_METADATA = re.compile(
    r"\bwaf\b|iso-?191|metada|csw|\bgmd\b|inspire|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    re.IGNORECASE,
)
_MOST_FILES = 100_000


class WafOptions(Options):
    """The table ``[wafxml]`` of a source file."""

    depth: int = Field(default=3, ge=0, le=20)
    """How many levels of sub-folders are searched."""


class _FileCut(NamedTuple):
    """What one file holds, and how many of its lines were not in the encoding that it states."""

    cut: Cut
    recoded: int


class WafXmlSpider(FolderWalkSpider):
    """A folder of metadata files: indexes first, then each file with the validators of the last run."""

    name = "wafxml"
    reader = "iso19139"
    title = ("Ordner mit Metadatendateien (ISO-XML)", "Folder of metadata files (ISO XML)")
    options_model: ClassVar[type[Options]] = WafOptions

    # --- Detection ----------------------------------------------------------------------------------------------

    @classmethod
    def closer(cls, url: str, answers: Mapping[str, Answer]) -> Sequence[str]:
        """The first and the middle one of the files that a listing names: data may be XML too."""
        files = _listed(answers.get(url)) if "://" in url else []
        return tuple(dict.fromkeys(files[at].url for at in (0, len(files) // 2))) if files else ()

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A listing whose files are mostly XML, or a folder of this machine with metadata in it.

        Where files were looked into, one of them has to be metadata; where none could be had, their names must do.
        """
        if "://" not in url:
            return cls._detect_local(url)
        answer = answers.get(url)
        files = _listed(answer)
        if answer is None or not files:
            return None
        looked_at = [answers[address].body for address in cls.closer(url, answers) if address in answers]
        if looked_at and not any(_holds_metadata(body) for body in looked_at):
            return None
        place = folder_of(answer.final_url)
        telling = sum(bool(_METADATA.search(f"{place}{entry.name}")) for entry in files) * 2 >= len(files)
        samples = tuple(each.name for each in files[:3])
        return Detected(cls.name, place, len(files), samples, {}, 88 if looked_at else 78 if telling else 60)

    @classmethod
    def _detect_local(cls, url: str) -> Detected | None:
        folder = Path(url)
        if not folder.is_dir():
            return None
        files = [entry for entry in walk(folder, 3).files if _is_xml(entry.name)]
        titles: list[str] = []
        for entry in files[:3]:
            try:
                natives = cut(parse((folder / entry.path).read_bytes())[0], entry.path).natives
            except (OSError, Unreadable):
                continue
            titles += [entry.name for _ in natives[:1]]
        return Detected(cls.name, url, len(files), tuple(titles), {}, 92) if titles else None

    # --- A folder of this machine -------------------------------------------------------------------------------

    def first(self) -> Iterable[Request | Page]:
        """The index of a web folder, or everything in a local one."""
        if self.source.is_folder:
            yield from self._local()
            return
        self._files: dict[str, FileEntry] = {}
        yield self.walk()

    def _local(self) -> Iterator[Page]:
        folder = (self.job.context.region.folder / self.source.url).resolve()
        place = self.source.url.rstrip("/")
        files = self._local_files(folder, place)
        if files is None:
            return
        yield self._local_page(place, (), listing_to_json((), files), "application/json")
        for entry in files:
            address = f"{place}/{entry.path}"
            body = self._local_bytes(folder / entry.path, address)
            if body is not None:
                found = self._cut(body, entry.path)
                self._tell_recoded(found.recoded, entry.path)
                yield self._local_page(address, found.cut.natives, body, "application/xml", found.cut.unusable)

    def _local_files(self, folder: Path, place: str) -> tuple[FileEntry, ...] | None:
        if self.job.replay is not None:
            kept = self.job.replay(place)
            if kept is None:
                self.fail(f"{place}: vom Lauf ist nichts aufbewahrt", f"{place}: nothing was kept of the run")
            return listing_from_json(kept.body)[1] if kept else None
        if not folder.is_dir():
            self.fail(
                f"{place}: Der Ordner {folder} ist nicht da.", f"{place}: the folder {folder} is not there.", LOCAL_FILE
            )
            return None
        listing = walk(folder, self.options.depth)
        for path in listing.too_deep:
            self.find(Severity.INFO, path, FOLDER_DEPTH, path, str(self.options.depth))
        for path, reason in listing.unreadable:
            self.fail(
                f"{place}/{path}: nicht lesbar ({reason})", f"{place}/{path}: not readable ({reason})", LOCAL_FILE
            )
        return tuple(entry for entry in listing.files if _is_xml(entry.name))

    def _local_bytes(self, path: Path, address: str) -> bytes | None:
        if self.job.replay is not None:
            kept = self.job.replay(address)
            if kept is None:
                self.fail(f"{address}: vom Lauf ist nichts aufbewahrt", f"{address}: nothing was kept of the run")
            return kept.body if kept else None
        limit = self.source.limits.body_bytes
        try:
            if path.stat().st_size > limit:
                self.fail(f"{address}: größer als {limit} Bytes", f"{address}: larger than {limit} bytes", LIMIT)
                return None
            return path.read_bytes()
        except OSError as error:
            reason = error.strerror or os.strerror(error.errno or 0)
            self.fail(f"{address}: nicht lesbar ({reason})", f"{address}: not readable ({reason})", LOCAL_FILE)
            return None

    def _local_page(
        self, url: str, natives: Sequence[Native], body: bytes, kind: str, unusable: Sequence[Finding] = ()
    ) -> Page:
        self.job.pages += 1
        self.job.records += len(natives)
        name = self.job.sink.keep(Kept(url, kind, body))
        return Page(url, tuple(natives), response=name, unusable=tuple(unusable), revision=self.job.revision)

    # --- Files --------------------------------------------------------------------------------------------------

    def takes(self, name: str) -> bool:
        """Only XML."""
        return _is_xml(name)

    def listed_files(self, files: Sequence[FileEntry]) -> None:
        """The files of one index, by their addresses: a folder can be listed under two names."""
        self._files.update((entry.url, entry) for entry in files if len(self._files) < _MOST_FILES)

    def walked(self) -> Iterator[Request]:
        """Each file, with the validators of the last run."""
        for entry in self._files.values():
            kwargs: dict[str, Any] = {"cb_kwargs": {"entry": entry}, "errback": self._missing}
            yield self.request(entry.url, self.file, dont_filter=True, **kwargs)

    def file(self, response: Response, entry: FileEntry) -> Iterator[Page]:
        """One file: its record, or a finding with its name. What it was is not read again."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        if response.body == _GONE:  # kept by the run that is replayed
            yield self.page(response, (), (_gone(entry, "404"),))
            return
        found = self._cut(response.body, entry.path)
        self._tell_recoded(found.recoded, entry.path)
        natives = [Native(each.data, each.fingerprint, entry.url) for each in found.cut.natives]
        yield self.page(response, natives, found.cut.unusable)

    def _missing(self, failure: Failure) -> Iterator[Page]:
        """A file that the index names and the server does not have is gone; what could not be had is a failure (F14)."""
        error, request = failure.value, getattr(failure, "request", None)
        if isinstance(error, HttpError) and error.response.status in (404, 410) and isinstance(request, Request):
            entry: FileEntry = request.cb_kwargs["entry"]
            finding = _gone(entry, str(error.response.status))
            yield self.page(error.response, (), (finding,), _GONE)
        else:
            self.failed(failure)

    def _cut(self, body: bytes, path: str) -> _FileCut:
        try:
            root, recoded = parse(body)
        except Unreadable as unreadable:
            return _FileCut(Cut((), (_unreadable(path, unreadable.de),)), 0)
        found = cut(root, path)
        if not found.natives and not found.unusable:
            said = f"kein Metadatensatz (Wurzelelement {root.tag.rpartition('}')[2]})"
            return _FileCut(Cut((), (_unreadable(path, said),)), recoded)
        return _FileCut(found, recoded)

    def _tell_recoded(self, lines: int, path: str) -> None:
        if lines:
            self.find(Severity.WARNING, path, RECODED, path, str(lines))


def _listed(answer: Answer | None) -> list[FileEntry]:
    """The XML files that a listing names, if they are at least half of what it names; otherwise none."""
    page = parse_page(answer.body, answer.final_url, answer.headers.get("content-type")) if answer else None
    if page is None:
        return []
    index = read_index(page, folder_of(page.url))
    files = [entry for entry in index.files if _is_xml(entry.name)]
    return files if index.listing and len(files) * 2 >= len(index.files) else []


def _holds_metadata(body: bytes) -> bool:
    try:
        return bool(cut(parse(body)[0], "").natives)
    except Unreadable:
        return False


def _is_xml(name: str) -> bool:
    return name.lower().endswith(".xml")


def _gone(entry: FileEntry, status: str) -> Finding:
    return Finding(Severity.WARNING, entry.path, None, FILE_GONE, (entry.url, status))


def _unreadable(path: str, reason: str) -> Finding:
    return Finding(Severity.VIOLATION, path, None, UNREADABLE_RECORD, (f"{path}: {reason}",))
