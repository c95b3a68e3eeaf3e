"""Which links of a page lead to one dataset: files of one stem, or of one name in several formats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

import orjson

from harvesters.files.file_groups import title_of
from harvesters.website import link_texts
from harvesters.website.page_links import DataLink, PageFacts
from schemas.kinds import Literal
from schemas.vocabularies.spelling import fold


class Given(NamedTuple):
    """What a rule of the source file read of a dataset, each with its selector; empty where the block says nothing."""

    rule: str
    title: str
    title_at: str
    description: str = ""
    description_at: str = ""
    date: Literal | None = None
    date_at: str = ""
    page: str = ""


class LinkedFiles(NamedTuple):
    """One dataset of a page: its files in the order of their links. ``shared`` says that others would get the same title.

    ``given`` is what a rule of the source file read; then there may be no file, but a page of the dataset's own.
    """

    native_id: str
    links: tuple[DataLink, ...]
    facts: PageFacts
    shared: bool = False
    given: Given | None = None

    def fingerprint(self) -> bytes:
        """Bytes that change when a link or what stands around it changes."""
        return orjson.dumps(list(self), default=list)


@dataclass
class _Group:
    stem: str
    titles: set[tuple[int, str]]
    blocks: set[tuple[int, int]]
    links: list[DataLink] = field(default_factory=list)

    @property
    def formats(self) -> set[str]:
        return {link.format for link in self.links}


def group(links: Sequence[DataLink], facts: PageFacts, pdf: bool) -> tuple[LinkedFiles, ...]:
    """The datasets of a page. Without ``pdf`` a PDF counts only beside a file of data with its stem or title."""
    groups: list[_Group] = []
    seen: set[str] = set()
    for link in links:
        if link.url in seen:
            continue
        seen.add(link.url)
        title = link_texts.clean_title(link.text)
        stem = _stem(link.url)
        found = next((known for known in groups if _belongs(link, stem, title, known)), None)
        if found is None:
            groups.append(found := _Group(stem, set(), set()))
        found.links.append(link)
        if title:
            found.titles.add((link.place[0], fold(title)))
        found.blocks.add(link.place)
    kept = [found for found in groups if pdf or found.formats != {"PDF"}]
    titles = Counter(title_of_links(found.links, facts)[0] for found in kept)
    return tuple(
        LinkedFiles(
            native_id=next((link.url for link in found.links if link.format != "PDF"), found.links[0].url),
            links=tuple(found.links),
            facts=facts,
            shared=titles[title_of_links(found.links, facts)[0]] > 1,
        )
        for found in kept
    )


def _stem(url: str) -> str:
    parts = urlsplit(url)
    folder, _, name = parts.path.rpartition("/")
    return f"{parts.netloc}{folder}/{name.rpartition('.')[0] or name}?{parts.query}"


def _belongs(link: DataLink, stem: str, title: str, known: _Group) -> bool:
    if link.format in known.formats:
        return False
    if stem == known.stem:
        return True
    if title:
        return (link.place[0], fold(title)) in known.titles
    # "CSV" and "XLSX" beside one another in one row or list item.
    return link.place[1] != 0 and link.place in known.blocks


def title_of_links(links: Iterable[DataLink], facts: PageFacts) -> tuple[str, str]:
    """The title of a group of links and where it was found: the link's own text, else what stands nearest to it."""
    links = list(links)
    own = [link_texts.clean_title(link.text) for link in links]
    own = [title_of(text) if link_texts.is_file_name(text) else text for text in own if text]
    if own:
        return link_texts.shared_title(own), "Linktext"
    for link in links:
        for text, place in (
            (link.label, "Beschriftung des Links"),
            (link.row, "Tabellenzeile"),
            (_name_beside(link, links), "Text neben dem Link"),
            (link.heading, "Überschrift"),
            (facts.title, "Seitentitel"),
        ):
            if title := link_texts.clean_title(text):
                return title, place
    return title_of(unquote(urlsplit(links[0].url).path)), "Dateiname"


def _name_beside(link: DataLink, links: Iterable[DataLink]) -> str:
    """The text beside a link if it is short enough for a name: a sentence describes, it does not name."""
    text = without_links(link.block, links)
    return text if len(text) <= 80 and len(text.split()) <= 10 and not text.endswith((".", "!", "?")) else ""


def without_links(block: str, links: Iterable[DataLink]) -> str:
    """The text around links without their own."""
    for link in links:
        block = block.replace(link.text, " ") if link.text else block
    return re.sub(r"\s+(?=[,.;:!?])", "", " ".join(block.split())).strip(" ,;:|/–-•")
