"""The code lists of DCAT-AP and DCAT-AP.de, and the look-ups from free text to code."""

from schemas.vocabularies.codes import LISTS, Code, CodeList
from schemas.vocabularies.formats import (
    file_type_of,
    find_file_type,
    find_media_type,
    machine_readable,
    media_type_of,
    non_proprietary,
)
from schemas.vocabularies.languages import find_language, tag_of_language
from schemas.vocabularies.licenses import find_license, license_twins, needs_attribution, open_license
from schemas.vocabularies.replacements import deprecated, modern, normalise_iri
from schemas.vocabularies.revision import revision
from schemas.vocabularies.terms import (
    find_access_right,
    find_availability,
    find_checksum_algorithm,
    find_frequency,
    find_geocoding_level,
    find_publisher_type,
    find_status,
)
from schemas.vocabularies.themes import find_theme

__all__ = [
    "LISTS",
    "Code",
    "CodeList",
    "deprecated",
    "file_type_of",
    "find_access_right",
    "find_availability",
    "find_checksum_algorithm",
    "find_file_type",
    "find_frequency",
    "find_geocoding_level",
    "find_language",
    "find_license",
    "find_media_type",
    "find_publisher_type",
    "find_status",
    "find_theme",
    "license_twins",
    "machine_readable",
    "media_type_of",
    "modern",
    "needs_attribution",
    "non_proprietary",
    "normalise_iri",
    "open_license",
    "revision",
    "tag_of_language",
]
