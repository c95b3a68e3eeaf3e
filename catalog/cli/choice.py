"""Finds the RECORD that a verb was given: a SLUG, a KEY, an IRI or SOURCE/NATIVE_ID (DESIGN 4.2)."""

from __future__ import annotations

from catalog.entries import Entry, Gone, Moved
from catalog.search import Catalogue
from schemas.region import ConfigurationError


def choose(catalogue: Catalogue, record: str) -> Entry | Gone:
    """The record of a name. Raises ConfigurationError if there is none, or several, which are then named."""
    at = catalogue.number()
    found = catalogue.get(record, at)
    if isinstance(found, Moved):
        found = catalogue.get(found.slug, at)
    if isinstance(found, Entry | Gone):
        return found
    candidates = catalogue.candidates(record, at)
    if len(candidates) == 1:
        found = catalogue.get(candidates[0].key, at)
        if isinstance(found, Entry | Gone):
            return found
    if candidates:
        names = ", ".join(hit.slug for hit in candidates[:10])
        raise ConfigurationError(f"record {record!r} is ambiguous; candidates: {names}")
    raise ConfigurationError(f"record {record!r} does not exist")
