"""The index page of a web-accessible folder (Apache, nginx, IIS, or a plain page of links): what lies in it."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from harvesters.files.file_groups import FileEntry, is_data, is_skipped
from harvesters.website.web_pages import WebPage, attribute, join, text_of

_PARENT = re.compile(r"parent directory|to parent directory|übergeordnete", re.IGNORECASE)
_TITLE = re.compile(r"index of\b|directory listing|verzeichnis\b|inhalt von\b|^[\w.:-]+ - /", re.IGNORECASE)
_PAGES = frozenset(re.findall(r"\w+", "html htm xhtml php asp aspx jsp cgi"))


class Index(NamedTuple):
    """What an index page links to below its own address: folders by address, files by path and address.

    ``links`` counts all links of the page; ``listing`` says whether a web server made it.
    """

    folders: tuple[str, ...]
    files: tuple[FileEntry, ...]
    links: int
    listing: bool

    @property
    def data(self) -> tuple[FileEntry, ...]:
        """The files that are data by their names."""
        return tuple(entry for entry in self.files if is_data(entry) and not is_skipped(entry.name))


def folder_of(url: str) -> str:
    """The folder that an address lies in: everything up to its last slash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}{parts.path.rpartition('/')[0]}/"


def read_index(page: WebPage, root: str) -> Index:
    """What the page links to below its own folder; paths are relative to ``root``, the folder that the source names."""
    here = folder_of(page.url)
    folders: dict[str, None] = {}
    files: dict[str, FileEntry] = {}
    anchors = page.tree.css("a[href]")
    for anchor in anchors:
        target = join(page.base, attribute(anchor, "href"))
        # Links that only sort the listing have a query and no name; parents lie above.
        if target is None or not target.startswith(here) or _PARENT.search(text_of(anchor)):
            continue
        address = target.partition("?")[0]
        path = unquote(address[len(root) :]) if address.startswith(root) else unquote(address[len(here) :])
        parts = path.rstrip("/").split("/")
        if address == here or any(part in ("", ".", "..") for part in parts) or "\\" in path or "\0" in path:
            continue
        if address.endswith("/"):
            if not is_skipped(parts[-1]):
                folders[address] = None
        elif parts[-1].rpartition(".")[2].casefold() not in _PAGES:
            files.setdefault(path, FileEntry(path, target))
    title = text_of(page.tree.css_first("title")) or text_of(page.tree.css_first("h1"))
    listing = bool(_TITLE.search(title)) or any(_PARENT.search(text_of(anchor)) for anchor in anchors[:20])
    return Index(tuple(folders), tuple(files.values()), len(anchors), listing)
