"""A property's values in the form that its row of the table demands, as far as the source's own words say which."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from schemas.class_tables import Row
from schemas.dcat import TABLE_OF
from schemas.kinds import DATATYPES, Kind, Literal, date
from schemas.lexical import fits
from schemas.model import Dataset, Resource, RightsStatement, Value, iri_of
from schemas.namespaces import RDFS, SKOS
from schemas.proposals import stated, with_values
from schemas.vocabularies import (
    LISTS,
    Code,
    find_access_right,
    find_availability,
    find_checksum_algorithm,
    find_file_type,
    find_frequency,
    find_geocoding_level,
    find_language,
    find_license,
    find_media_type,
    find_publisher_type,
    find_status,
    find_theme,
)

LABELS = (str(SKOS.prefLabel), str(RDFS.label))
"""Properties that name a thing which has no name of its own."""
_FIND: dict[str, Callable[[str], Code | None]] = {
    "access-right": find_access_right,
    "checksum-algorithm": find_checksum_algorithm,
    "distribution-status": find_status,
    "file-type": find_file_type,
    "frequency": find_frequency,
    "geocoding-level": find_geocoding_level,
    "language": find_language,
    "license": find_license,
    "media-type": find_media_type,
    "planned-availability": find_availability,
    "publisher-type": find_publisher_type,
}
# Distributions are parts of their own, each with its own values.
_PARTS = frozenset({(Dataset, "distribution"), (Dataset, "sample")})


class Change(NamedTuple):
    """One property that would be put otherwise: what it says, what it would say."""

    row: Row
    said: tuple[Value, ...]
    meant: tuple[Value, ...]


def restated(record: Resource, row: Row) -> tuple[Value, ...]:
    """All values of a property in the form demanded; what means nothing for certain stays as it is.

    Equal to :func:`schemas.proposals.stated` where nothing is to be changed.
    """
    values = stated(record, row.attribute)
    if row.vocabulary is not None:
        return tuple(dict.fromkeys(found for value in values for found in _of_list(value, row.vocabulary)))
    if row.kind in DATATYPES:
        return tuple(_typed(value, row.kind) if isinstance(value, Literal) else value for value in values)
    if row.node is not None and (type(record), row.attribute) not in _PARTS:
        return tuple(whole(value) if isinstance(value, Resource) else value for value in values)
    return values


def changes(record: Resource) -> Iterator[Change]:
    """What would be put otherwise in a record; of what is described in it, each property by itself."""
    for row in TABLE_OF[type(record)].rows if type(record) in TABLE_OF else ():
        if not row.attribute:
            continue
        said, meant = stated(record, row.attribute), restated(record, row)
        if said == meant:
            continue
        if row.vocabulary is None and row.node is not None:
            for value in said:
                if isinstance(value, Resource):
                    yield from changes(value)
        else:
            yield Change(row, said, meant)


def whole(record: Resource) -> Resource:
    """A record described in place with all its values in the form demanded."""
    for row in TABLE_OF[type(record)].rows if type(record) in TABLE_OF else ():
        if row.attribute and (better := restated(record, row)) != stated(record, row.attribute):
            record = with_values(record, row.attribute, better)
    return record


def said_of(value: Value) -> Iterator[str]:
    """The words in which a value names what it means: a text, an address, the labels of what is described in place."""
    if isinstance(value, Literal):
        yield value.text
        return
    if own := iri_of(value):
        yield own
    if isinstance(value, Resource):
        for label in getattr(value, "pref_label", ()) or getattr(value, "title", ()) or getattr(value, "label", ()):
            yield label.text
        for path, label in value.extra:
            if path in LABELS and isinstance(label, Literal):
                yield label.text


def _of_list(value: Value, name: str) -> tuple[Value, ...]:
    """The value in the terms of a list: itself where it is of the list or means none of it for certain."""
    own = None if isinstance(value, Literal) else iri_of(value)
    more = isinstance(value, RightsStatement) and value.description
    if (own is not None and own in LISTS[name]) or more:
        return (value,)
    for said in said_of(value):
        if name == "data-theme":
            if codes := find_theme(said):
                return tuple(code.iri for code in codes)
        elif code := _finder(name)(said):
            return (code.iri,)
    return (value,)


@cache
def _finder(name: str) -> Callable[[str], Code | None]:
    return _FIND.get(name) or LISTS[name].find


def _typed(value: Literal, kind: Kind) -> Literal:
    """The literal with the datatype of its kind, where its own words are a value of it; else unchanged."""
    if value.lang or fits(value, kind):
        return value
    if kind is Kind.DATE:
        return date(value.text) or value
    words = value.text.strip()
    if kind is Kind.INTEGER:
        words = words.removesuffix(".0")  # DCAT 2 gave byte sizes as xsd:decimal
    better = Literal(words, None, next(iter(DATATYPES[kind])))
    return better if fits(better, kind) else value
