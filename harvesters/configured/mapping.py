"""Which attributes of DCAT-AP a source file may map, and how their values are read."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from harvesters.mapping.account import Account, Part, Rule, Take
from harvesters.mapping.field_rules import (
    access_rights,
    addresses,
    codes,
    dates,
    decimals,
    durations,
    keywords,
    provenances,
    sizes,
    standards,
    strings,
    text_list,
    texts,
    themes,
)
from harvesters.mapping.native_values import word
from harvesters.mapping.periods import periods
from harvesters.mapping.places import places
from schemas.model import Identifier, Value
from schemas.vocabularies import (
    LISTS,
    find_availability,
    find_file_type,
    find_frequency,
    find_geocoding_level,
    find_language,
    find_media_type,
    find_status,
)

_LOOKUP = "lookup"


def _moments(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Dates; a number of seconds or milliseconds since 1970 is one too, as clocks of machines write them."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        seconds = value / 1000 if value >= 1e11 else value
        if 1e8 <= seconds < 1e10:
            value = datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return dates(account, field, value)


def _notations(account: Account, field: str, value: Any) -> Sequence[Value]:
    return [Identifier(notation=(literal,)) for literal in strings(account, field, value)]


def _geocodings(account: Account, field: str, value: Any) -> Sequence[str]:
    """A municipality's official key (AGS), or an IRI: DCAT-AP.de 3.0 asks for it in dcterms:spatial, with its level."""
    code = LISTS["municipality-key"].by_code(word(value))
    if code is None:
        return addresses(account, field, value)
    if (level := find_geocoding_level("Gemeinde")) is not None:
        account.add("political_geocoding_level", [level.iri], field, _LOOKUP)
    return [code.iri]


_hvd: Take = codes(LISTS["hvd-category"].find)

DATASET: dict[str, Rule | Part] = {
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "identifier": Rule("identifier", strings),
    "other_identifier": Rule("other_identifier", _notations),
    "keyword": Rule("keyword", keywords),
    "theme": Rule("theme", themes, how=_LOOKUP),
    "type": Rule("type", codes(LISTS["dataset-type"].find), how=_LOOKUP),
    "modified": Rule("modified", _moments),
    "issued": Rule("issued", _moments),
    "accrual_periodicity": Rule("accrual_periodicity", codes(find_frequency), how=_LOOKUP),
    "temporal": Rule("temporal", periods, how="parse"),
    "spatial": Rule("spatial", places, how="parse"),
    "political_geocoding": Rule("spatial", _geocodings, how=_LOOKUP),
    "political_geocoding_level": Rule("political_geocoding_level", codes(find_geocoding_level), how=_LOOKUP),
    "geocoding_description": Rule("geocoding_description", text_list),
    "landing_page": Rule("landing_page", addresses),
    "page": Rule("page", addresses),
    "language": Rule("language", codes(find_language, split=True), how=_LOOKUP),
    "access_rights": Rule("access_rights", access_rights, how=_LOOKUP),
    "availability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "conforms_to": Rule("conforms_to", standards),
    "version": Rule("version", strings),
    "version_notes": Rule("version_notes", texts),
    "provenance": Rule("provenance", provenances),
    "legal_basis": Rule("legal_basis", text_list),
    "applicable_legislation": Rule("applicable_legislation", addresses),
    "hvd_category": Rule("hvd_category", _hvd, how=_LOOKUP),
    "contributor_id": Rule("contributor_id", codes(LISTS["contributor"].find), how=_LOOKUP),
    "quality_process": Rule("quality_process", addresses),
    "is_version_of": Rule("is_version_of", addresses),
    "references": Rule("references", addresses),
    "relation": Rule("relation", addresses),
    "source": Rule("source", addresses),
    "sample": Rule("sample", addresses),
    "spatial_resolution": Rule("spatial_resolution", decimals),
    "temporal_resolution": Rule("temporal_resolution", durations),
    "publisher": Part("publisher", "name"),
    "publisher_url": Part("publisher", "url"),
    "publisher_email": Part("publisher", "email"),
    "publisher_type": Part("publisher", "type"),
    "publisher_iri": Part("publisher", "uri"),
    "creator": Part("creator", "name"),
    "creator_url": Part("creator", "url"),
    "contact_point": Part("contact", "name"),
    "contact_email": Part("contact", "email"),
    "contact_url": Part("contact", "url"),
    "contact_phone": Part("contact", "tel"),
    "start_date": Part("period", "start"),
    "end_date": Part("period", "end"),
    "latitude": Part("point", "latitude"),
    "longitude": Part("point", "longitude"),
    "west": Part("box", "west"),
    "south": Part("box", "south"),
    "east": Part("box", "east"),
    "north": Part("box", "north"),
    "license": Part("", "license"),
    "rights": Part("", "rights"),
    "license_attribution": Part("", "attribution"),
}

DISTRIBUTION: dict[str, Rule | Part] = {
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "format": Rule("format", codes(find_file_type), how=_LOOKUP),
    "media_type": Rule("media_type", codes(find_media_type), how=_LOOKUP),
    "byte_size": Rule("byte_size", sizes),
    "modified": Rule("modified", _moments),
    "issued": Rule("issued", _moments),
    "language": Rule("language", codes(find_language, split=True), how=_LOOKUP),
    "availability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "status": Rule("status", codes(find_status), how=_LOOKUP),
    "conforms_to": Rule("conforms_to", standards),
    "page": Rule("page", addresses),
    "access_url": Part("", "access_url"),
    "download_url": Part("", "download_url"),
    "license": Part("", "license"),
    "rights": Part("", "rights"),
    "license_attribution": Rule("license_attribution", texts),
}

DATASET_FIELDS, DISTRIBUTION_FIELDS = tuple(DATASET), tuple(DISTRIBUTION)
# Of several values only the first can count.
SINGLE = frozenset(
    {"accrual_periodicity", "access_rights", "availability", "contributor_id", "format", "media_type", "byte_size"}
    | {"modified", "issued", "status", "spatial_resolution", "temporal_resolution"}
)
# Of several ways to these all count; of those to others the first that gives something, for each language.
MANY = frozenset(
    {"keyword", "theme", "language", "page", "references", "relation", "source", "sample", "conforms_to", "spatial"}
    | {"applicable_legislation", "hvd_category", "other_identifier", "political_geocoding", "geocoding_description"}
    | {"legal_basis", "identifier"}
)
