"""Feeds in Turtle: the declarations once, then envelope and fragments as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.feeds.envelope import Envelope
from catalog.fragments import TURTLE_HEAD
from catalog.reading.entries import Entry

SUFFIX = "ttl"
MEDIA_TYPE = "text/turtle"
TITLE = "Turtle"


def write(entries: Iterable[Entry], page: Envelope) -> Iterator[bytes]:
    """The document in pieces."""
    yield TURTLE_HEAD
    yield page.ttl
    for entry in entries:
        yield entry.ttl
