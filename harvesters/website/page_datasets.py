"""The datasets of web pages, page after page: those described for machines first, then linked files, each taken once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from harvesters.reading import Native
from harvesters.website import link_groups
from harvesters.website.linked_data import find_datasets
from harvesters.website.page_links import PageLinks
from harvesters.website.schema_org import SchemaDataset, files_of, identity
from harvesters.website.web_pages import WebPage
from schemas.kinds import Literal, date


class Found(NamedTuple):
    """What a page brought: its datasets, and the beginnings of scripts that are no JSON."""

    natives: tuple[Native, ...]
    broken: tuple[str, ...] = ()


class PageDatasets:
    """What was taken from the pages of a site so far; ``pdf`` says whether PDF files are datasets of their own."""

    def __init__(self, pdf: bool) -> None:
        self.pdf = pdf
        self.taken: set[str] = set()
        self._contents: set[bytes] = set()
        self._read: set[str] = set()

    def seen(self, native_ids: Iterable[str]) -> None:
        """Enters what an unchanged page has."""
        self.taken.update(native_ids)

    def read(self, page: WebPage, links: PageLinks, own: str, last_modified: str | None) -> Found:
        """The datasets of a page that none before it had.

        Takes the address that the page gives for itself and the moment of its last change in ISO 8601. A page that was read
        under another address has none.
        """
        digest = hashlib.blake2b(page.decoded.text.encode("utf-8", "replace"), digest_size=16).digest()
        known = (own != page.url and own in self._read) or digest in self._contents
        self._contents.add(digest)
        self._read |= {own, page.url}
        if known or not links.may_list:
            return Found(())
        found = find_datasets(page)
        natives: list[Native] = []
        for entry in found.datasets:
            native_id = identity(entry, page.url)
            if native_id not in self.taken:
                data = SchemaDataset(native_id, entry, page.url, links.facts.language)
                self.taken |= {native_id, *files_of(entry, page.url)}
                natives.append(Native(data, data.fingerprint(), page.url))
        facts = links.facts._replace(url=own)
        if facts.date is None and (stated := _dated(last_modified)) is not None:
            facts = facts._replace(date=stated)
        fresh = [link for link in links.data if link.url not in self.taken]
        for group in link_groups.group(fresh, facts, self.pdf):
            self.taken.update(link.url for link in group.links)
            natives.append(Native(group, group.fingerprint(), page.url))
        return Found(tuple(natives), found.broken)


def _dated(moment: str | None) -> tuple[Literal, str] | None:
    literal = date(moment) if moment else None
    return (literal, "Last-Modified der Seite") if literal else None
