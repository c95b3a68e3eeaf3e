"""The site map (sitemaps.org, protocol 0.9): one file, or an index of files where one would be too long."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from xml.sax.saxutils import escape

LIMIT = 50_000  # addresses that one file may hold
MEDIA_TYPE = "application/xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<{} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'


class Place(NamedTuple):
    """An address and when what stands there last changed (ISO 8601; empty: not said)."""

    address: str
    changed: str = ""


def write(places: Iterable[Place]) -> Iterator[bytes]:
    """A file of addresses, in pieces. The caller keeps to :data:`LIMIT`."""
    yield from _write("urlset", "url", places)


def write_index(files: Iterable[Place]) -> Iterator[bytes]:
    """An index of files, in pieces."""
    yield from _write("sitemapindex", "sitemap", files)


def _write(root: str, element: str, places: Iterable[Place]) -> Iterator[bytes]:
    yield _HEAD.format(root).encode()
    for address, changed in places:
        modified = f"<lastmod>{escape(changed)}</lastmod>" if changed else ""
        yield f"<{element}><loc>{escape(address)}</loc>{modified}</{element}>\n".encode()
    yield f"</{root}>\n".encode()
