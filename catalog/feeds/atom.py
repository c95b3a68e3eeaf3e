"""The feed of changes in Atom (RFC 4287)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.sax.saxutils import escape, quoteattr

from catalog.reading.entries import Change
from schemas import iris
from schemas.region import Region

MEDIA_TYPE = "application/atom+xml"
_TITLES = {"created": "Neu: {}", "updated": "Geändert: {}", "withdrawn": "Entfernt: {}"}
# What XML 1.0 cannot hold, even escaped.
_UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def write(region: Region, changes: Sequence[Change], published_at: str) -> bytes:
    """The document. Takes changes, the newest first, and when the catalogue last changed (empty: never)."""
    base = region.base_url
    updated = changes[0].published_at if changes else published_at or "1970-01-01T00:00:00Z"
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={attribute(region.language)}>',
        f"<id>{text(base)}/feed.atom</id>",
        f"<title>{text(region.title)}: Neu und geändert</title>",
        f"<subtitle>{text(region.description)}</subtitle>",
        f"<updated>{text(updated)}</updated>",
        f'<link rel="self" type="{MEDIA_TYPE}" href={attribute(base + "/feed.atom")}/>',
        f'<link rel="alternate" type="text/html" href={attribute(base + "/datasets")}/>',
        f"<author><name>{text(region.publisher.name)}</name></author>",
    ]
    names = {municipality.id: municipality.name for municipality in region.municipalities}
    for change in changes:
        lines += _entry(base, change, names.get(change.municipality, region.publisher.name))
    lines.append("</feed>\n")
    return "\n".join(lines).encode()


def _entry(base: str, change: Change, author: str) -> list[str]:
    page = f"{base}/dataset/{change.slug}"
    return [
        "<entry>",
        # An entry is a change, not a dataset: readers show each id once (RFC 4287, 4.2.6).
        f"<id>{text(iris.mint(base, 'record', change.key))}#{change.number}</id>",
        f"<title>{text(_TITLES[change.kind].format(change.title))}</title>",
        f"<updated>{text(change.published_at)}</updated>",
        f'<link rel="alternate" type="text/html" href={attribute(page)}/>',
        f"<author><name>{text(author)}</name></author>",
        f"<category term={attribute(change.kind)}/>",
        f'<content type="text">{text(change.title)} ({text(author)})</content>',
        "</entry>",
    ]


def text(value: str) -> str:
    """A text as content of an element."""
    return escape(_UNWRITABLE.sub("", value))


def attribute(value: str) -> str:
    """A text as value of an attribute, with its quotes."""
    return quoteattr(_UNWRITABLE.sub("", value))
