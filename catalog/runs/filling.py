"""How many of a source's records would have an attribute once a run is published: the fill rates of ``expected``."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

import zstandard

from catalog.reading.entries import RECORD_CLASSES
from catalog.runs.shares import Share
from catalog.runs.staging import Staging
from catalog.store import Store
from schemas.dcat import TABLE_OF
from schemas.kinds import iri_to_ntriples
from schemas.model import Distribution, Resource

BATCH = 500
_STAGED = ("create", "update")
# Published and left as they are: seen without a change, or not asked for by a run that saw only a part.
_STORED = ("unchanged", "unseen")


def shares(store: Store, staging: Staging, least: Mapping[str, float]) -> tuple[Share, ...]:
    """The shares of records with each of the attributes, as the source would be public after the plan in a staging file.

    An attribute of the record's class counts where the record has it, one of distributions (``license``) where one of
    its files has it; records of a class that knows neither are left out.
    """
    if not least:
        return ()
    filled: Counter[str] = Counter()
    records: Counter[str] = Counter()
    for kind, iri, packed in _records(store, staging):
        ntriples = zstandard.decompress(packed)
        for attribute in least:
            sought = _sought(kind, attribute)
            if sought is not None:
                records[attribute] += 1
                filled[attribute] += _has(ntriples, iri, *sought)
    return tuple(Share(name, filled[name], records[name], share) for name, share in least.items())


def _records(store: Store, staging: Staging) -> Iterator[tuple[str, str, bytes]]:
    """Kind, IRI and stored N-Triples of each record that the source would have, streamed."""
    for _, _, staged in staging.planned(*_STAGED):
        if not staged.companion and staged.ntriples is not None:
            yield staged.kind or "dataset", staged.iri or "", staged.ntriples
    marks = ", ".join("?" * len(_STORED))
    versions = staging.database.execute(
        f"SELECT version_id FROM plan WHERE companion = 0 AND version_id IS NOT NULL AND action IN ({marks})", _STORED
    )
    ids = (row[0] for row in versions)
    while batch := list(islice(ids, BATCH)):
        yield from store.contents_of(batch)


@lru_cache(maxsize=256)
def _sought(kind: str, attribute: str) -> tuple[bytes, bool] | None:
    """The property of an attribute, and whether the record itself bears it (else a distribution of it)."""
    record_class = RECORD_CLASSES[kind]
    if (found := _property(record_class, attribute)) is not None:
        return found, True
    found = _property(Distribution, attribute) if kind == "dataset" else None
    return (found, False) if found is not None else None


def _property(record_class: type[Resource], attribute: str) -> bytes | None:
    rows = TABLE_OF[record_class].rows
    return next((iri_to_ntriples(str(row.property)).encode() for row in rows if row.attribute == attribute), None)


def _has(ntriples: bytes, iri: str, prop: bytes, own: bool) -> bool:
    if own:
        statement = iri_to_ntriples(iri).encode() + b" " + prop + b" "
        return ntriples.startswith(statement) or b"\n" + statement in ntriples
    return prop in ntriples and _anywhere(prop).search(ntriples) is not None


@lru_cache(maxsize=64)
def _anywhere(prop: bytes) -> re.Pattern[bytes]:
    return re.compile(rb"^\S+ " + re.escape(prop) + rb" ", re.MULTILINE)
