"""Old and odd spellings of a code's IRI, brought into the present one."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from schemas.vocabularies.codes import LISTS, rows
from schemas.vocabularies.languages import find_language
from schemas.vocabularies.spelling import bare_iri, iri_key

# Namespaces whose every IRI begins with http:// and a bare host; what stands below them may be newer than our tables.
_NAMESPACES = (
    "http://publications.europa.eu/resource/authority/",
    "http://dcat-ap.de/def/contributors/",
    "http://dcat-ap.de/def/licenses/",
    "http://dcat-ap.de/def/politicalGeocoding/",
)
# Lists given up as a whole: DCAT-AP.de 3.0 changelog, dcat-ap-de-deprecated.ttl; DCAT-AP 3.0 (availability, status).
_GIVEN_UP = (
    "dcat-ap.de/def/datasettypes/",
    "dcat-ap.de/def/hashalgorithms/",
    "dcat-ap.de/def/plannedavailability/",
    "data.europa.eu/r5r/availability/",
    "purl.org/adms/status/",
)
_HOSTS = (
    "publications.europa.eu/resource/authority/",
    "dcat-ap.de/def/",
    "www.dcat-ap.de/def/",
    "govdata.de/dl-de/",
    "www.govdata.de/dl-de/",
    "purl.org/adms/",
    "spdx.org/rdf/terms#",
    "data.europa.eu/bna/",
    "data.europa.eu/r5r/availability/",
    "purl.org/cld/freq/",
    "id.loc.gov/vocabulary/iso639-",
)
_CONCERNED = tuple(scheme + host for host in _HOSTS for scheme in ("http://", "https://"))


def modern(iri: str) -> str:
    """The present IRI for an old or odd spelling of a code in any list; every other IRI unchanged.

    Media types stay as they are: DCAT-AP.de accepts them with http and https. Frequencies of Dublin Core and languages of
    the Library of Congress, which DCAT once recommended, have their present code, and the addresses at which GovData shows
    its own data licences the code of its list. Licences of others stay, as convention 34 asks; the look-ups know them.
    """
    if iri in _present() or not iri.startswith(_CONCERNED):
        return iri
    return _modern(iri)


def normalise_iri(list_name: str, iri: str) -> str:
    """The present IRI for any spelling of a code of this list, unchanged if it has none. Raises KeyError: no list."""
    found = LISTS[list_name].by_iri(iri)
    if found is not None:
        return found.iri
    return _old().get((list_name, iri_key(iri)), iri)


def deprecated(iri: str) -> bool:
    """Whether an IRI belongs to a list that DCAT-AP.de 3.0 has given up, or is written in a way now replaced."""
    key = iri_key(iri)
    return key.startswith(_GIVEN_UP) or key in _given_up()


@cache
def _present() -> frozenset[str]:
    return frozenset(code.iri for codes in LISTS.values() for code in codes)


@cache
def _old() -> Mapping[tuple[str, str], str]:
    present = {(name, code.code): code.iri for name, codes in LISTS.items() for code in codes}
    return {
        (row["list"], iri_key(row["old"])): present[row["list"], row["code"]] for row in rows("replaced") if row["code"]
    }


@cache
def _given_up() -> frozenset[str]:
    return frozenset(iri_key(row["old"]) for row in rows("replaced"))


@cache
def _by_key() -> Mapping[str, str]:
    found = {iri_key(codes.scheme): codes.scheme for codes in LISTS.values()}
    found |= {key: iri for (_, key), iri in _old().items()}
    found |= {iri_key(code.iri): code.iri for name, codes in LISTS.items() if name != "media-type" for code in codes}
    return found


@lru_cache(maxsize=4_096)
def _modern(iri: str) -> str:
    key = iri_key(iri)
    found = _by_key().get(key)
    if found is not None:
        return found
    language = find_language(iri) if key.startswith("id.loc.gov/") else None
    if language is not None:
        return language.iri
    for namespace in _NAMESPACES:
        start = iri_key(namespace) + "/"
        if key.startswith(start):
            return namespace + bare_iri(iri)[len(start) :]
    return iri
