"""Feeds in N-Triples: envelope and records line by line, as they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.feeds.envelope import Envelope
from catalog.reading.entries import Entry

SUFFIX = "nt"
MEDIA_TYPE = "application/n-triples"
TITLE = "N-Triples"


def write(entries: Iterable[Entry], page: Envelope) -> Iterator[bytes]:
    """The document in pieces."""
    yield page.ntriples
    for entry in entries:
        yield entry.ntriples
