"""Finds the RECORD that a verb was given: a SLUG, a KEY, an IRI or SOURCE/NATIVE_ID (DESIGN 4.2)."""

from __future__ import annotations

from catalog.reading.entries import Entry, Gone, Moved
from catalog.search import Catalogue
from schemas.kinds import is_web
from schemas.region import ConfigurationError


def choose(catalogue: Catalogue, record: str) -> Entry | Gone:
    """The record of a name. Raises ConfigurationError if there is none, or several, which are then named.

    A record that stands behind the same dataset of another source is found by its own names; an IRI that both bear
    means the one that is public.
    """
    at = catalogue.number()
    hits = catalogue.candidates(record, at)
    found = [catalogue.get(hit.key, at, behind=True) for hit in hits] or [_followed(catalogue, record, at)]
    public = [each for each in found if isinstance(each, Entry)]
    if is_web(record):
        public = [each for each in public if each.primary is None] or public
    chosen: list[Entry | Gone] = [*public] or [each for each in found if isinstance(each, Gone)]
    if len(chosen) > 1:
        names = ", ".join(each.slug for each in chosen[:10])
        raise ConfigurationError(
            f"record {record!r} is ambiguous; candidates: {names}",
            f"Datensatz {record!r} ist mehrdeutig; gemeint sein können: {names}",
        )
    if not chosen:
        raise ConfigurationError(f"record {record!r} does not exist", f"einen Datensatz {record!r} gibt es nicht")
    return chosen[0]


def _followed(catalogue: Catalogue, record: str, at: int) -> Entry | Gone | Moved | None:
    found = catalogue.get(record, at)
    return catalogue.get(found.slug, at) if isinstance(found, Moved) else found
