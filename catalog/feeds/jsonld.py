"""Feeds in JSON-LD: one list of expanded nodes; no context is needed to read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.feeds.envelope import Envelope
from catalog.reading.entries import Entry

SUFFIX = "jsonld"
MEDIA_TYPE = "application/ld+json"
TITLE = "JSON-LD"


def write(entries: Iterable[Entry], page: Envelope) -> Iterator[bytes]:
    """The document in pieces."""
    yield b"["
    comma = b""
    for nodes in (page.jsonld, *(entry.jsonld for entry in entries)):
        if nodes:
            yield comma + nodes
            comma = b",\n"
    yield b"]\n"
