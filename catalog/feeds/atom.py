"""Feeds in Atom (RFC 4287): that of changes, and the form that all of ours have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from catalog.reading.entries import Change
from schemas import iris
from schemas.region import Municipality, Region

MEDIA_TYPE = "application/atom+xml"
_TITLES = {"created": "Neu: {}", "updated": "Geändert: {}", "withdrawn": "Entfernt: {}"}
# What XML 1.0 cannot hold, even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NEVER = "1970-01-01T00:00:00Z"


class Item(NamedTuple):
    """An entry of a feed. ``id`` is told to readers once for all; ``updated`` is UTC in ISO 8601; texts are plain."""

    id: str
    title: str
    updated: str
    address: str
    category: str = ""
    content: str = ""
    author: str = ""


def write(
    region: Region, changes: Sequence[Change], published_at: str, municipality: Municipality | None = None
) -> bytes:
    """The feed of changes. Takes them, the newest first, and when the catalogue last changed (empty: never).

    ``municipality`` is the one whose changes they are; None: all of the region.
    """
    query = f"?municipality={municipality.id}" if municipality else ""
    address, page = f"{region.base_url}/feed.atom{query}", f"{region.base_url}/news{query}"
    title = title_of(region, municipality)
    return document(region, title, address, page, items(region, changes), published_at, region.description)


def title_of(region: Region, municipality: Municipality | None) -> str:
    """What the feed of changes is called."""
    place = f", {municipality.name}" if municipality else ""
    return f"{region.title}{place}: Neu und geändert"


def items(region: Region, changes: Iterable[Change]) -> list[Item]:
    """Changes as entries of a feed."""
    names = {municipality.id: municipality.name for municipality in region.municipalities}
    return [_item(region.base_url, change, names.get(change.municipality, region.publisher.name)) for change in changes]


def document(
    region: Region,
    title: str,
    address: str,
    page: str,
    items: Iterable[Item],
    updated: str = "",
    subtitle: str = "",
) -> bytes:
    """A feed. Takes its own address, that of its page, and its entries, the newest first; ``updated`` if it has none."""
    told = tuple(items)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={attribute(region.language)}>',
        f"<id>{text(address)}</id>",
        f"<title>{text(title)}</title>",
        *([f"<subtitle>{text(subtitle)}</subtitle>"] if subtitle else []),
        f"<updated>{text(told[0].updated if told else updated or _NEVER)}</updated>",
        f'<link rel="self" type="{MEDIA_TYPE}" href={attribute(address)}/>',
        f'<link rel="alternate" type="text/html" href={attribute(page)}/>',
        f"<author><name>{text(region.publisher.name)}</name></author>",
    ]
    for item in told:
        lines += _entry(item)
    lines.append("</feed>\n")
    return "\n".join(lines).encode()


def _item(base: str, change: Change, author: str) -> Item:
    return Item(
        # An entry is a change, not a dataset: readers show each id once (RFC 4287, 4.2.6).
        f"{iris.mint(base, 'record', change.key)}#{change.number}",
        _TITLES[change.kind].format(change.title),
        change.published_at,
        f"{base}/dataset/{quote(change.slug)}",
        change.kind,
        f"{change.title} ({author})",
        author,
    )


def _entry(item: Item) -> list[str]:
    return [
        "<entry>",
        f"<id>{text(item.id)}</id>",
        f"<title>{text(item.title)}</title>",
        f"<updated>{text(item.updated)}</updated>",
        f'<link rel="alternate" type="text/html" href={attribute(item.address)}/>',
        *([f"<author><name>{text(item.author)}</name></author>"] if item.author else []),
        *([f"<category term={attribute(item.category)}/>"] if item.category else []),
        f'<content type="text">{text(item.content or item.title)}</content>',
        "</entry>",
    ]


def text(value: str) -> str:
    """A text as content of an element."""
    return escape(_UNWRITABLE.sub("", value))


def attribute(value: str) -> str:
    """A text as value of an attribute, with its quotes."""
    return quoteattr(_UNWRITABLE.sub("", value))
