"""Look-ups from free text to the short lists: frequency, access, availability, status, agents, checksums, levels."""

from __future__ import annotations

from schemas.vocabularies.codes import LISTS, Code
from schemas.vocabularies.spelling import look_up


@look_up
def find_frequency(text: str) -> Code | None:
    """How often: German or English words, ISO 19115 codes, ISO 8601 intervals, the EU's, Dublin Core's, INSPIRE's IRIs."""
    return LISTS["frequency"].find(text)


@look_up
def find_access_right(text: str) -> Code | None:
    """Who may see it: words, DCAT-US access levels, IRIs of the EU, of INSPIRE's limitations and of COAR."""
    return LISTS["access-right"].find(text)


@look_up
def find_availability(text: str) -> Code | None:
    """How long it is to stay: words, IRIs of the EU and of the older lists of DCAT-AP and DCAT-AP.de."""
    return LISTS["planned-availability"].find(text)


@look_up
def find_status(text: str) -> Code | None:
    """In which state a distribution is: words, ISO 19115 progress codes, IRIs of the EU and the older ADMS ones."""
    return LISTS["distribution-status"].find(text)


@look_up
def find_publisher_type(text: str) -> Code | None:
    """What kind of body an agent is, in the terms of ADMS."""
    return LISTS["publisher-type"].find(text)


@look_up
def find_checksum_algorithm(text: str) -> Code | None:
    """A checksum algorithm ("SHA-256", "sha256"), its SPDX IRI or the older one of DCAT-AP.de."""
    return LISTS["checksum-algorithm"].find(text)


@look_up
def find_geocoding_level(text: str) -> Code | None:
    """The level of government an area belongs to ("Gemeinde", "Land"), in the terms of DCAT-AP.de."""
    return LISTS["geocoding-level"].find(text)
