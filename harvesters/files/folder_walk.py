"""Walks a folder that a web server lists: index after index, each folder once, down to a depth (F12)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from scrapy.http import Request, Response
from twisted.python.failure import Failure

from harvesters.files.file_groups import FileEntry
from harvesters.files.file_texts import FOLDER_DEPTH, FOLDER_LOOP
from harvesters.files.folder_files import listing_from_json, listing_to_json
from harvesters.files.folder_index import folder_of, read_index
from harvesters.reading import Page
from harvesters.spider import HarvestSpider
from harvesters.website.web_pages import header, page_text, parse
from schemas.findings import Finding, Severity
from schemas.syntax import excerpt


class FolderWalkSpider(HarvestSpider):
    """A harvester of what such a folder holds; its options have a ``depth``, the levels of sub-folders searched."""

    root = ""
    """The folder below which all lies, once the first index has answered."""

    def takes(self, name: str) -> bool:
        """Whether a file of this name belongs to the harvest."""
        return True

    def listed_files(self, files: Sequence[FileEntry]) -> None:
        """Takes the files of one index."""
        raise NotImplementedError

    def walked(self) -> Iterable[Request | Page]:
        """What is asked for when all indexes are known."""
        raise NotImplementedError

    def walk(self) -> Request:
        """The first index: that at the source's address."""
        self._asked = {self.source.url}
        self._open = 1
        return self._list(self.source.url, 0, ())

    def listed(self, response: Response, depth: int, above: tuple[tuple[str, ...], ...]) -> Iterator[Request | Page]:
        """An index page: its sub-folders are asked for at once, its files when all indexes are known."""
        listing = self._listing(response)
        if listing is not None:
            folders, files = listing
            yield self.page(response, (), kept_body=listing_to_json(folders, files))
            names = tuple(entry.name for entry in files)
            if names and names in above:
                self.find(Severity.INFO, response.url, FOLDER_LOOP, response.url)
            else:
                self.listed_files(files)
                yield from self._sub_folders(folders, depth, (*above, names))
        yield from self._one_less()

    def find(self, severity: Severity, focus: str, rule: str, *arguments: str) -> None:
        """Enters a finding on the run."""
        self.job.findings.append(Finding(severity, focus, None, rule, arguments))

    def _list(self, url: str, depth: int, above: tuple[tuple[str, ...], ...]) -> Request:
        return self.request(
            url,
            self.listed,
            # What lies in the folder must be known even if it is what it was.
            conditional=False,
            dont_filter=True,
            errback=self._unlisted,
            cb_kwargs={"depth": depth, "above": above},
        )

    def _listing(self, response: Response) -> tuple[tuple[str, ...], tuple[FileEntry, ...]] | None:
        self.root = self.root or folder_of(response.url)
        if self.job.replay is not None:
            return listing_from_json(response.body)
        kind = header(response, "Content-Type")
        page = parse(response.body, response.url, kind)
        if page is not None:
            index = read_index(page, self.root)
            return index.folders, tuple(entry for entry in index.files if self.takes(entry.name))
        found = excerpt(page_text(response.body, kind).text)
        self.fail(
            f"{response.url}: erwartet wurde eine Verzeichnisseite (HTML), gekommen ist {kind or '?'}: {found}",
            f"{response.url}: an index page (HTML) was expected, what came is {kind or '?'}: {found}",
        )
        return None

    def _sub_folders(self, folders: Sequence[str], depth: int, above: tuple[tuple[str, ...], ...]) -> Iterator[Request]:
        for folder in folders:
            if folder in self._asked:
                continue
            if depth >= self.options.depth:
                self.find(Severity.INFO, folder, FOLDER_DEPTH, folder, str(self.options.depth))
                continue
            self._asked.add(folder)
            self._open += 1
            yield self._list(folder, depth + 1, above)

    def _unlisted(self, failure: Failure) -> Iterator[Request | Page]:
        self.failed(failure)
        yield from self._one_less()

    def _one_less(self) -> Iterator[Request | Page]:
        self._open -= 1
        if self._open == 0:
            yield from self.walked()
