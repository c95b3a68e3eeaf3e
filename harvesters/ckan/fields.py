"""What CKAN's keys mean: a table for packages, resources and services, with what needs more than a general rule.

The key names are those of CKAN's API and of what ckanext-dcat (docs/mapping.md, euro_dcat_ap to euro_dcat_ap_3, with and
without scheming), ckanext-dcatde (profiles.py, migration_functions.py) and ckanext-spatial write into packages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from harvesters.mapping.account import IGNORED, Account, Part, Rule, Take
from harvesters.mapping.agents import PARTS, POSTAL
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
from harvesters.mapping.native_values import entries, parsed, word
from harvesters.mapping.periods import periods
from harvesters.mapping.places import places
from schemas.findings import declare
from schemas.kinds import date, iri, is_web
from schemas.model import Identifier, Value
from schemas.namespaces import DCTERMS
from schemas.vocabularies import (
    LISTS,
    Code,
    find_availability,
    find_file_type,
    find_frequency,
    find_geocoding_level,
    find_language,
    find_media_type,
    find_status,
    find_theme,
)

NOT_PUBLIC = declare(
    "record-not-public",
    "Die Quelle kennzeichnet den Eintrag als {0}; er wurde ausgelassen.",
    "The source marks the entry as {0}; it was left out.",
    "Veröffentlichen Sie den Eintrag an der Quelle, wenn er erscheinen soll.",
    "Publish the entry at the source if it is to appear.",
)


def not_public(package: Mapping[str, Any]) -> str | None:
    """Why a package is not public (``deleted``, ``draft``, ``private``), or None.

    DKAN writes its states with a capital and ``private: true`` into whatever it publishes.
    """
    state = package.get("state")
    if isinstance(state, str) and state.casefold() in ("deleted", "draft"):
        return state.casefold()
    return "private" if package.get("private") is True and state != "Active" else None


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _role(role: str) -> Take:
    """The repeating subfields of ckanext-scheming: a list with an object for each agent."""

    def take(account: Account, field: str, value: Any) -> Sequence[Value]:
        for number, entry in enumerate(entries(value)):
            if not isinstance(entry, dict):
                account.lay_aside(role, "name", field, entry)
                continue
            for part, given in entry.items():
                if given not in (None, ""):
                    key = role if number == 0 else f"{role}#{number}"
                    account.lay_aside(key, part, f"{field}[{number}].{part}", given)
        return ()

    return take


def _groups(account: Account, field: str, value: Any) -> Sequence[str]:
    found: list[str] = []
    for entry in entries(value):
        group = entry if isinstance(entry, dict) else {"name": entry}
        names = [text for key in ("name", "title", "display_name", "id") if (text := word(group.get(key)))]
        if names and names[0].startswith("group/"):  # DKAN: its groups are the publishing bodies
            account.plain.setdefault("organization", (field, group))
            continue
        known = next((known for name in names if (known := find_theme(name))), ())
        found.extend(code.iri for code in known)
        if not known:
            account.refuse(field, word(group.get("title")) or names[0] if names else entry)
    return found


_CREATED = str(DCTERMS.created)
_DATE_ROLES = {
    "veroeffentlicht": "issued",
    "publication": "issued",
    "aktualisiert": "modified",
    "revision": "modified",
    "erstellt": "",
    "creation": "",
    "created": "",
}


def _dates_by_role(account: Account, field: str, value: Any) -> Sequence[Value]:
    """The dates of OGD (role, date), of ISO 19139 through ckanext-spatial (type, value) and of EnviDat (date_type, date)."""
    for entry in entries(value):
        given = entry if isinstance(entry, dict) else {}
        role = _DATE_ROLES.get(word(given.get("role") or given.get("type") or given.get("date_type")).casefold())
        found = date(word(given.get("date") or given.get("value")))
        if role is None or found is None:
            account.leave(field, entry)
            if role is not None:
                account.refuse(field, entry, role)
        elif role:
            account.add(role, [found], field, "parse")
        elif (_CREATED, found) not in account.extra:
            account.extra.append((_CREATED, found))
    return ()


_CONTACT_ROLES = {"veroeffentlichende_stelle": "publisher", "ansprechpartner": "maintainer", "autor": "author"}


def _contacts_by_role(account: Account, field: str, value: Any) -> Sequence[Value]:
    for entry in entries(value):
        role = _CONTACT_ROLES.get(word(entry.get("role"))) if isinstance(entry, dict) else None
        if role is None:
            account.leave(field, entry)
            continue
        for part in ("name", "email", "url"):
            if entry.get(part):
                account.lay_aside(role, part, f"{field}.{role}.{part}", entry[part])
    return ()


def _terms_of_use(account: Account, field: str, value: Any) -> Sequence[Value]:
    given = parsed(value) if isinstance(value, str) else value
    if not isinstance(given, dict):
        return account.refuse(field, value)
    for key, said in given.items():
        name = {"license_id": "license_id", "license_url": "license_url", "attribution_text": "attribution"}.get(key)
        if name is None:
            account.leave(f"{field}.{key}", said)
        elif said:
            account.lay_aside("", name, f"{field}.{key}", said)
    return ()


def _geocodings(account: Account, field: str, value: Any) -> Sequence[str]:
    found = addresses(account, field, value)
    if found:  # convention 11: what is stated as geocoding stands in dcterms:spatial as well
        account.add("spatial", found, field, "K11")
    return found


_GEOCODING = Rule("political_geocoding", _geocodings)


def _geocoding_text(account: Account, field: str, value: Any) -> Sequence[Value]:
    if isinstance(value, str) and is_web(value.strip()):
        account.apply(_GEOCODING, field, value)
        return ()
    return text_list(account, field, value)


# The words of OGD 1.0, as GovData migrated them (ckanext-dcatde, migration_functions.py).
_OGD_LEVELS = {"bund": "federal", "land": "state", "kreis": "administrativeDistrict", "stadt": "municipality"}


def _find_level(text: str) -> Code | None:
    return find_geocoding_level(_OGD_LEVELS.get(text.casefold(), text))


def _notations(account: Account, field: str, value: Any) -> Sequence[Value]:
    return [Identifier(notation=(literal,)) for literal in strings(account, field, value)]


def _series(account: Account, field: str, value: Any) -> Sequence[str]:
    """ckanext-dataset-series names a series by the id of its package."""
    named = [word(entry) for entry in entries(value)]
    return [iri(text) or "" if is_web(text) else account.mint("series", text) for text in named if text]


def _numbered(roles: Iterable[str], parts: Iterable[str]) -> dict[str, Part]:
    return {f"{role}_{part}": Part(role, part) for role in roles for part in parts}


_AGENT_PARTS = (*PARTS, *POSTAL)
_COPY, _LOOKUP = "copy", "lookup"
_HVD: Take = codes(LISTS["hvd-category"].find)

# Fields that CKAN, its harvester or its search computes about the entry; they say nothing about the data.
_OF_CKAN = _words("""
    num_tags num_resources isopen owner_org creator_user_id revision_id revision_timestamp relationships_as_subject
    relationships_as_object tracking_summary state private type id name uri harvest harvest_object_id harvest_source_id
    harvest_source_title harvest_url spatial_harvester validated_data_dict data_dict index_id site_id entity_type
    indexed_ts permission_labels capacity dataset_type metadata_harvested_portal metadata_transformer archiver qa
    followers num_followers log_message ratings_average ratings_count display_name""")

PACKAGE: dict[str, Rule | Part] = {
    **dict.fromkeys(_OF_CKAN, IGNORED),
    "title_translated": Rule("title", texts),
    "title": Rule("title", texts, 1),
    "notes_translated": Rule("description", texts),
    "notes": Rule("description", texts, 1),
    "description": Rule("description", texts, 2, "fallback"),
    "tags_translated": Rule("keyword", keywords),
    "keywords": Rule("keyword", keywords),
    "tags": Rule("keyword", keywords, 1),
    "identifier": Rule("identifier", strings),
    "metadata_original_id": Rule("identifier", strings),
    "guid": Rule("identifier", strings, 1, "fallback"),
    "alternate_identifier": Rule("other_identifier", _notations),
    "url": Rule("landing_page", addresses),
    "metadata_original_html": Rule("landing_page", addresses),
    "documentation": Rule("page", addresses),
    "groups": Rule("theme", _groups, how=_LOOKUP),
    "theme": Rule("theme", themes, how=_LOOKUP),
    "themes": Rule("theme", themes, how=_LOOKUP),
    "issued": Rule("issued", dates),
    "release_date": Rule("issued", dates),
    "dcat_issued": Rule("issued", dates),
    "metadata_created": Rule("issued", dates, 1, "fallback"),
    "modified": Rule("modified", dates),
    "dcat_modified": Rule("modified", dates),
    "metadata_modified": Rule("modified", dates, 1, "fallback"),
    "dates": Rule("", _dates_by_role),
    "date": Rule("", _dates_by_role),
    "dataset-reference-date": Rule("", _dates_by_role),
    "frequency": Rule("accrual_periodicity", codes(find_frequency), how=_LOOKUP),
    "accrual_periodicity": Rule("accrual_periodicity", codes(find_frequency), how=_LOOKUP),
    "frequency-of-update": Rule("accrual_periodicity", codes(find_frequency), 1, _LOOKUP),
    "language": Rule("language", codes(find_language, split=True), how=_LOOKUP),
    "access_rights": Rule("access_rights", access_rights, how=_LOOKUP),
    "availability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "dcat_type": Rule("type", codes(LISTS["dataset-type"].find), how=_LOOKUP),
    "version": Rule("version", strings),
    "dcat_version": Rule("version", strings, 1, "fallback"),
    "version_notes": Rule("version_notes", texts),
    "provenance": Rule("provenance", provenances),
    "conforms_to": Rule("conforms_to", standards),
    "spatial": Rule("spatial", places, how="parse"),
    "spatial_uri": Rule("spatial", addresses),
    "spatial_coverage": Rule("", _role("place")),
    "spatial_text": Part("place", "text"),
    "spatial_info": Part("place", "text"),
    "geographical_coverage": Part("place", "text"),
    "spatial_bbox": Part("place", "bbox"),
    "spatial_centroid": Part("place", "centroid"),
    "spatial_geom": Part("place", "geom"),
    "bbox-west-long": Part("box", "west"),
    "bbox-south-lat": Part("box", "south"),
    "bbox-east-long": Part("box", "east"),
    "bbox-north-lat": Part("box", "north"),
    "spatial_resolution_in_meters": Rule("spatial_resolution", decimals),
    "temporal_resolution": Rule("temporal_resolution", durations),
    "temporal_start": Part("period", "start"),
    "temporal_end": Part("period", "end"),
    "temporal_coverage_from": Part("period", "start"),
    "temporal_coverage_to": Part("period", "end"),
    "temporal_coverage-from": Part("period", "start"),
    "temporal_coverage-to": Part("period", "end"),
    "temporal-extent-begin": Part("period", "start"),
    "temporal-extent-end": Part("period", "end"),
    "temporal_coverage": Rule("temporal", periods, how="parse"),
    "temporal": Rule("temporal", periods, how="parse"),
    "contributorID": Rule("contributor_id", codes(LISTS["contributor"].find), how=_LOOKUP),
    "politicalGeocodingLevelURI": Rule("political_geocoding_level", codes(find_geocoding_level), how=_LOOKUP),
    "geographical_granularity": Rule("political_geocoding_level", codes(_find_level), 1, _LOOKUP),
    "politicalGeocodingURI": Rule("political_geocoding", _geocodings),
    "geocodingText": Rule("geocoding_description", text_list),
    "geocodingDescription": Rule("geocoding_description", text_list),
    "geographical_geocoding": Rule("geocoding_description", _geocoding_text),
    "legalbasisText": Rule("legal_basis", text_list),
    "legalBasis": Rule("legal_basis", text_list),
    "qualityProcessURI": Rule("quality_process", addresses),
    "applicable_legislation": Rule("applicable_legislation", addresses),
    "hvd_category": Rule("hvd_category", _HVD, how=_LOOKUP),
    "in_series": Rule("in_series", _series),
    "has_version": Rule("has_version", addresses),
    "is_version_of": Rule("is_version_of", addresses),
    "is_referenced_by": Rule("is_referenced_by", addresses),
    "references": Rule("references", addresses),
    "related_resource": Rule("relation", addresses),
    "used_datasets": Rule("relation", addresses),
    "source": Rule("source", addresses),
    "sample": Rule("sample", addresses),
    "was_generated_by": Rule("was_generated_by", addresses),
    "contacts": Rule("", _contacts_by_role),
    "contact": Rule("", _role("contact")),
    "publisher": Rule("", _role("publisher")),
    "creator": Rule("", _role("creator")),
    "author": Part("author", "name"),
    "maintainer": Part("maintainer", "name"),
    "contributor": Part("contributor", "name"),
    "originator": Part("originator", "name"),
    "contact-email": Part("contact", "email"),
    **_numbered(("contact", "publisher", "creator", "author", "maintainer", "contributor", "originator"), _AGENT_PARTS),
    "organization": Part("", "organization"),
    "license_id": Part("", "license_id"),
    "license_title": Part("", "license_title"),
    "license_url": Part("", "license_url"),
    "license": Part("", "license"),
    "terms_of_use": Rule("", _terms_of_use),
    "licenseAttributionByText": Part("", "attribution"),
    "rights": Part("", "rights"),
}

_OF_CKAN_RESOURCE = _words("""
    package_id position revision_id revision_timestamp cache_url cache_last_updated cache_filepath webstore_url
    webstore_last_updated datastore_active datastore_contains_all_records_of_source_file has_views state on_same_domain
    resource_group_id tracking_summary distribution_ref archiver qa ckan_url original_url hash_changed total_record_count
    content_length""")

RESOURCE: dict[str, Rule | Part] = {
    **dict.fromkeys(_OF_CKAN_RESOURCE, IGNORED),
    **{
        name: Part("", name)
        for name in _words("""id uri url access_url download_url url_type resource_type format mimetype hash hash_algorithm
        license license_id license_title license_url rights access_services""")
    },
    "media_type": Part("", "mimetype"),
    "name_translated": Rule("title", texts),
    "name": Rule("title", texts, 1),
    "title": Rule("title", texts, 2, "fallback"),
    "description_translated": Rule("description", texts),
    "description": Rule("description", texts, 1),
    "size": Rule("byte_size", sizes),
    "issued": Rule("issued", dates),
    "release_date": Rule("issued", dates),
    "created": Rule("issued", dates, 1, "fallback"),
    "modified": Rule("modified", dates),
    "last_modified": Rule("modified", dates, 1, "fallback"),
    "metadata_modified": Rule("modified", dates, 2, "fallback"),
    "licenseAttributionByText": Rule("license_attribution", texts),
    "status": Rule("status", codes(find_status), how=_LOOKUP),
    "availability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "plannedAvailability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "language": Rule("language", codes(find_language, split=True), how=_LOOKUP),
    "documentation": Rule("page", addresses),
    "conforms_to": Rule("conforms_to", standards),
    "applicable_legislation": Rule("applicable_legislation", addresses),
    "compress_format": Rule("compress_format", codes(find_media_type), how=_LOOKUP),
    "package_format": Rule("package_format", codes(find_media_type), how=_LOOKUP),
    "has_policy": Rule("has_policy", addresses),
    "spatial_resolution_in_meters": Rule("spatial_resolution", decimals),
    "temporal_resolution": Rule("temporal_resolution", durations),
}

SERVICE: dict[str, Rule | Part] = {
    **dict.fromkeys(("access_service_ref",), IGNORED),
    **{name: Part("", name) for name in ("uri", "license", "rights")},
    "title": Rule("title", texts),
    "description": Rule("description", texts),
    "endpoint_url": Rule("endpoint_url", addresses),
    "endpoint_description": Rule("endpoint_description", addresses),
    "serves_dataset": Rule("serves_dataset", addresses),
    "access_rights": Rule("access_rights", access_rights, how=_LOOKUP),
    "availability": Rule("availability", codes(find_availability), how=_LOOKUP),
    "licenseAttributionByText": Rule("license_attribution", texts),
    "conforms_to": Rule("conforms_to", standards),
    "format": Rule("format", codes(find_file_type), how=_LOOKUP),
    "language": Rule("language", codes(find_language, split=True), how=_LOOKUP),
    "landing_page": Rule("landing_page", addresses),
    "documentation": Rule("page", addresses),
    "issued": Rule("issued", dates),
    "modified": Rule("modified", dates),
    "identifier": Rule("identifier", strings),
    "keyword": Rule("keyword", keywords),
    "theme": Rule("theme", themes, how=_LOOKUP),
    "applicable_legislation": Rule("applicable_legislation", addresses),
    "hvd_category": Rule("hvd_category", _HVD, how=_LOOKUP),
}
