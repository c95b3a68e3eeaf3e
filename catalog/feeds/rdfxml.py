"""Feeds in RDF/XML: one root element around envelope and fragments as they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.feeds.envelope import Envelope
from catalog.fragments import RDF_HEAD, RDF_TAIL
from catalog.reading.entries import Entry

SUFFIX = "rdf"
MEDIA_TYPE = "application/rdf+xml"
TITLE = "RDF/XML"


def write(entries: Iterable[Entry], page: Envelope) -> Iterator[bytes]:
    """The document in pieces."""
    yield RDF_HEAD
    yield page.rdf
    for entry in entries:
        yield entry.rdf
    yield RDF_TAIL
