"""What is done to every reading before it is checked: repaired texts, persons taken out, the region's defaults."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from functools import cache, lru_cache
from typing import Any, cast

from harvesters.mapping.geocoding import derived
from harvesters.persons.erasure import office, without_forgotten
from harvesters.persons.readings import without_persons
from harvesters.reading import Context, Harvested, Reading, TraceEntry
from schemas import iris
from schemas.kinds import Literal
from schemas.model import (
    Agent,
    ContactPoint,
    DataService,
    Dataset,
    DatasetSeries,
    Distribution,
    Resource,
    Value,
    iri_of,
)
from schemas.namespaces import DCTERMS
from schemas.region import Municipality, publisher_key
from schemas.vocabularies import LISTS, deprecated, find_license

# XML 1.0 cannot hold these, and lone surrogates are no Unicode text (F44, F62).
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_CONTROLS = bytes([*range(9), 11, 12, *range(14, 32), 127])
_LOCAL_AUTHORITY = "http://purl.org/adms/publishertype/LocalAuthority"


def clean(reading: Reading, context: Context) -> Reading:
    """The reading with persons taken out and the region's defaults, which are marked as such in the trace (DESIGN 4.1)."""
    if context.source.personal_data == "remove":
        reading = without_persons(reading, context)
    if context.forgotten:
        # Whoever was forgotten goes, whatever the source is allowed to name.
        reading = without_forgotten(reading, context.forgotten, office(context), context.source.key)
    return _with_defaults(reading, context)


def is_writable(ntriples: str) -> bool:
    """Whether a record's N-Triples hold nothing that XML or UTF-8 cannot; quick, since nearly every record is so."""
    try:
        encoded = ntriples.encode()
    except UnicodeEncodeError:
        return False
    if len(encoded.translate(None, _CONTROLS)) != len(encoded):
        return False
    return b"\xef\xbf\xbe" not in encoded and b"\xef\xbf\xbf" not in encoded


def repaired(reading: Reading) -> Reading:
    """The reading with its texts freed of what cannot be written."""
    record = _clean_texts(reading.record)
    assert isinstance(record, Dataset | DataService | DatasetSeries)
    companions = tuple([_clean_texts(companion) for companion in reading.companions])
    return replace(reading, record=record, companions=companions)


def _clean_texts(record: Resource) -> Resource:
    changed: dict[str, Any] = {}
    for name in _fields(cast(Any, type(record))):
        values = getattr(record, name)
        if values:
            cleaned = tuple([_clean_value(value) for value in values])
            if any(a is not b for a, b in zip(cleaned, values, strict=True)):
                changed[name] = cleaned
    extra = tuple([(predicate, _clean_value(value)) for predicate, value in record.extra])
    if any(a[1] is not b[1] for a, b in zip(extra, record.extra, strict=True)):
        changed["extra"] = extra
    return replace(record, **changed) if changed else record


@cache
def _fields(record_class: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(record_class) if f.name not in ("iri", "types", "extra"))


def _clean_value(value: Value) -> Value:
    if type(value) is Literal:
        if _UNWRITABLE.search(value.text):
            return value._replace(text=_UNWRITABLE.sub("", value.text))
        return value
    if isinstance(value, Resource):
        return _clean_texts(value)
    return value


@lru_cache(maxsize=256)
def municipality_agent(base_url: str, municipality: Municipality, language: str) -> Agent:
    """The municipality as a publisher of its own, under an IRI of the region."""
    return Agent(
        iri=iris.mint(base_url, "agent", publisher_key(municipality.id)),
        name=(Literal(municipality.name, language),),
        type=(_LOCAL_AUTHORITY,),
        homepage=(municipality.url,) if municipality.url else (),
    )


def _with_defaults(reading: Reading, context: Context) -> Reading:
    record: Harvested = reading.record
    trace = list(reading.trace)
    companions = reading.companions
    # Of services and series that come with a record the same holds as of those that come by themselves.
    companions = tuple([_published(each, context) if _is_record(each) else each for each in companions])
    if _lacks_publisher(record):
        record = _with_publisher(record, context)
        trace.append(TraceEntry("publisher", f"sources/{context.source.id}.toml: municipality", "default"))
    own = municipality_agent(context.base_url, context.municipality, context.region.language)
    if any(own.iri in getattr(each, "publisher", ()) for each in (record, *companions)) and own not in companions:
        companions = (*companions, own)
    if not record.contact_point:
        record = replace(record, contact_point=(_region_contact(context),))
        trace.append(TraceEntry("contact_point", "region.toml: publisher", "default"))
    if isinstance(record, Dataset):
        if context.region.contributor_id and not any(map(_is_contributor, record.contributor_id)):
            record = replace(record, contributor_id=(*record.contributor_id, context.region.contributor_id))
            trace.append(TraceEntry("contributor_id", "region.toml: contributor_id", "default"))
        if context.source.license and not _licensed(record):
            record = _with_license(record, context.source.license)
            trace.append(TraceEntry("distribution.license", f"sources/{context.source.id}.toml: license", "default"))
        record, following = derived(_without_given_up(record), context.municipality, companions)
        # What went out of a place is not told of it; where it went, the entry that follows says.
        trace = [entry for entry in trace if entry.attribute not in _CLEARED or getattr(record, entry.attribute)]
        trace += following
        if any(map(_lacks_access, record.distribution)):
            record = replace(record, distribution=tuple(map(_accessible, record.distribution)))
            trace.append(TraceEntry("distribution.access_url", "downloadURL", "K39"))
    return replace(reading, record=record, trace=tuple(trace), companions=companions)


_CLEARED = frozenset({"political_geocoding", "type"})


def _without_given_up(record: Dataset) -> Dataset:
    """Kinds of datasets from a list that DCAT-AP.de 3.0 has removed stand as subjects: the range shapes know no such kind."""
    gone = tuple(value for value in record.type if isinstance(value, str) and deprecated(value))
    if not gone:
        return record
    moved = tuple((str(DCTERMS.subject), value) for value in gone)
    return replace(record, type=tuple(v for v in record.type if v not in gone), extra=(*record.extra, *moved))


def _is_record(companion: Resource) -> bool:
    return isinstance(companion, DataService | DatasetSeries)


def _published(companion: Any, context: Context) -> Any:
    if _lacks_publisher(companion):
        companion = _with_publisher(companion, context)
    return companion if companion.contact_point else replace(companion, contact_point=(_region_contact(context),))


def _lacks_publisher(record: Harvested) -> bool:
    return not record.publisher and not _has_extra(record, str(DCTERMS.publisher))


def _with_publisher(record: Any, context: Context) -> Any:
    agent = municipality_agent(context.base_url, context.municipality, context.region.language)
    return replace(record, publisher=(agent.iri,))


def _is_contributor(value: str | Resource) -> bool:
    """Whether an ID is one of GovData's list, of which a dataset bears exactly one; those of others stay beside it (K13)."""
    return (iri_of(value) or "").startswith(LISTS["contributor"].base)


def _lacks_access(value: str | Resource) -> bool:
    return isinstance(value, Distribution) and bool(value.download_url) and not value.access_url


def _accessible(value: str | Resource) -> str | Resource:
    """A distribution that is had by download only bears the same address as access address (K39)."""
    if isinstance(value, Distribution) and _lacks_access(value):
        return replace(value, access_url=value.download_url)
    return value


def _region_contact(context: Context) -> ContactPoint:
    publisher = context.region.publisher
    return ContactPoint(
        fn=(Literal(publisher.name, context.region.language),), has_email=(f"mailto:{publisher.email}",)
    )


def _licensed(record: Dataset) -> bool:
    license_iri = str(DCTERMS.license)
    distributions = [d for d in record.distribution if isinstance(d, Distribution)]
    return _has_extra(record, license_iri) or any(d.license or _has_extra(d, license_iri) for d in distributions)


def _with_license(record: Dataset, text: str) -> Dataset:
    code = find_license(text)
    assert code is not None, "schemas.region checks the licence of a source"
    return replace(
        record,
        distribution=tuple(
            replace(d, license=(code.iri,)) if isinstance(d, Distribution) else d for d in record.distribution
        ),
    )


def _has_extra(record: Resource, predicate: str) -> bool:
    return any(p == predicate for p, _ in record.extra)
