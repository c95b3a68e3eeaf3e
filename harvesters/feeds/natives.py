"""Which datasets a feed holds: each of its entries, with a feed of their own in an INSPIRE download service, or itself."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from harvesters.feeds.documents import FeedDocument, Item, Link
from harvesters.feeds.moments import newest
from harvesters.reading import NO_IDENTITY, Native
from harvesters.website.link_texts import data_format
from schemas.findings import Finding, Severity
from schemas.kinds import is_web
from schemas.vocabularies import find_file_type

_FEEDS = ("application/atom+xml", "application/rss+xml", "application/rdf+xml")
_PAGES = ("text/html", "application/xhtml+xml")
_SHOWN = ("image/", "audio/", "video/")
# What a link is for besides data (https://www.iana.org/assignments/link-relations).
_DATA_RELATIONS = frozenset({"alternate", "enclosure", "section", "download", "data", "item", "via", "related"})


@dataclass(frozen=True, slots=True)
class FeedNative:
    """One dataset of a feed at an address: ``item`` is the entry, or the feed's head where the feed itself is the dataset.

    ``parts`` are the entries of the dataset's own feed, ``part_head`` that feed's head (INSPIRE); ``newest`` is the moment
    of the feed's latest entry.
    """

    native_id: str
    derived: bool
    item: Item
    head: Item
    address: str
    format: str
    whole: bool = False
    newest: str = ""
    parts: tuple[Item, ...] = ()
    part_head: Item | None = None

    def native(self) -> Native:
        """It as a native. Of the feed only that counts which the record takes from it."""
        head = (
            None if self.whole else (self.head.people, [f for f in self.head.fields if f.name in ("rights", "license")])
        )
        said = (self.item, head, self.newest, self.parts, self.part_head, self.format)
        if self.whole:
            # When the feed was made, as many state it, is no change of what is in it.
            kept = tuple(field for field in self.item.fields if field.name not in ("updated", "published"))
            said = (self.item._replace(fields=kept), *said[1:])
        page = self.item.link("alternate")
        location = page if is_web(page) else self.address
        return Native(self, orjson.dumps(said, default=list), location)


def is_data(link: Link) -> bool:
    """Whether a link leads to data: enclosures that are not shown or played, and what is a file of data by type or name."""
    kind = link.type.partition(";")[0].strip().lower()
    if link.rel not in _DATA_RELATIONS or kind in _PAGES or kind in _FEEDS:
        return False
    if kind.startswith(_SHOWN) and not kind.startswith("image/tiff"):
        return False
    if link.rel in ("enclosure", "section", "download", "data"):
        return True
    known = find_file_type(kind) if kind else None
    if known is not None and known.code not in ("HTML", "XHTML", "PDF"):
        return True
    return data_format(link.href, kind, "", link.title) not in ("", "PDF")


def holds_datasets(document: FeedDocument) -> bool:
    """Whether the entries are datasets of their own: they carry data, or are those of a download service."""
    return document.inspire or any(is_data(link) for item in document.items for link in item.links)


def dataset_feed(item: Item) -> str:
    """The address of the feed that an entry of a download service has of its own; empty if it has none."""
    feeds = (link for link in item.links if link.rel == "alternate" and link.type.lower().startswith(_FEEDS[0]))
    return next((link.href for link in feeds), "")


def entry_native(item: Item, document: FeedDocument, address: str, own: FeedDocument | None = None) -> Native | None:
    """An entry as a dataset, with the feed of its own where it has one; None where it has neither title nor identity."""
    identity, derived = item.identity
    if not identity:
        return None
    parts, head = (own.items, own.head) if own is not None else ((), None)
    return FeedNative(
        identity, derived, item, document.head, address, document.kind, parts=parts, part_head=head
    ).native()


def whole_native(document: FeedDocument, address: str) -> Native:
    """The feed itself as a dataset."""
    latest = newest(item.text("updated", "published") for item in document.items)
    latest = latest or document.head.text("updated", "published")
    identity = document.head.text("id") if document.kind == "atom" else ""
    return FeedNative(
        identity or address, False, document.head, document.head, address, document.kind, whole=True, newest=latest
    ).native()


def nameless(address: str, number: int) -> Finding:
    """The finding on an entry with neither title nor identity."""
    return Finding(Severity.VIOLATION, f"{address}#{number}", None, NO_IDENTITY)
