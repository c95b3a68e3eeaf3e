"""The code lists hold what the standards list; an old spelling of an IRI becomes the present one."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from schemas import vocabularies as v
from schemas.vocabularies.codes import rows

EU = "http://publications.europa.eu/resource/authority/"
DE = "http://dcat-ap.de/def/"


def code(found: v.Code | None) -> str | None:
    return None if found is None else found.code


# Counts of the copies of 2020 to 2022 (file types, frequencies), 2025 (contributors) and 2019 (region keys), with what
# came later: five file types, eight frequencies. The region lists' own counts name one more: the IRI of the edition.
@pytest.mark.parametrize(
    ("name", "count"),
    {
        "access-right": 7,
        "checksum-algorithm": 17,
        "contributor": 69,
        "data-theme": 14,
        "dataset-type": 23,
        "distribution-status": 5,
        "district-key": 518,
        "file-type": 199 + 5,
        "frequency": 31 + 8,
        "geocoding-level": 6,
        "hvd-category": 96,
        "language": 343,
        "licence-type": 13,
        "license": 34,
        "planned-availability": 5,
        "publisher-type": 11,
        "regional-key": 23,
        "state-key": 16,
    }.items(),
)
def test_list_is_complete(name: str, count: int) -> None:
    assert len(v.LISTS[name]) == count


@pytest.mark.parametrize("name", v.LISTS)
def test_list_is_sound(name: str) -> None:
    codes = list(v.LISTS[name])
    assert len({c.iri for c in codes}) == len({c.code.casefold() for c in codes}) == len(codes)
    for c in codes:
        assert c.iri.startswith(("http://", "https://"))
        assert c.iri in v.LISTS[name]
        assert v.LISTS[name].by_code(c.code) == v.LISTS[name].by_iri(c.iri) == c
        assert all(label == label.strip() for label in c)


def test_every_table_belongs_to_a_list_or_to_a_look_up() -> None:
    tables = {path.stem for path in Path(v.__file__).parent.glob("*.csv")}
    assert tables == {
        *v.LISTS,
        "lists",
        "replaced",
        "theme-words",
        "musterdatenkatalog",
        "empty-words",
        "hvd-evidence",
        "everyday-words",
        "wider-words",
        "english-words",
        "level-1",
    }


@pytest.mark.parametrize(
    "name",
    ["access-right", "data-theme", "dataset-type", "frequency", "geocoding-level", "licence-type", "publisher-type"],
)
def test_labels_in_both_languages(name: str) -> None:
    assert all(c.de and c.en for c in v.LISTS[name])


@pytest.mark.parametrize("name", ["contributor", "license", "municipality-key", "regional-key", "state-key"])
def test_german_labels(name: str) -> None:
    assert all(c.de for c in v.LISTS[name])


@pytest.mark.parametrize("name", ["file-type", "hvd-category", "language"])
def test_a_label_is_given_in_the_other_language_rather_than_not_at_all(name: str) -> None:
    assert all(c.en and v.LISTS[name].label(c.iri, "de") for c in v.LISTS[name])


def test_labels() -> None:
    assert v.LISTS["frequency"].label(f"{EU}frequency/QUARTERLY", "de") == "vierteljährlich"
    assert v.LISTS["frequency"].label(f"{EU}frequency/QUARTERLY", "en") == "quarterly"
    assert v.LISTS["file-type"].label(f"{EU}file-type/CSV", "de") == "CSV"
    assert v.LISTS["media-type"].label("https://www.iana.org/assignments/media-types/text/csv", "de") is None
    assert v.LISTS["language"].label(f"{EU}language/NONE", "de") is None


def test_membership_is_exact_but_by_iri_is_tolerant() -> None:
    licences = v.LISTS["license"]
    for odd in (f"{DE}licenses/cc-zero/", "https://www.dcat-ap.de/def/licenses/cc-zero"):
        assert odd not in licences
        assert code(licences.by_iri(odd)) == "cc-zero"
    media = v.LISTS["media-type"]
    assert "http://www.iana.org/assignments/media-types/text/csv" in media
    assert "https://www.iana.org/assignments/media-types/text/csv" in media
    assert 7 not in media


def test_region_keys_are_valid_by_their_pattern() -> None:
    keys = f"{DE}politicalGeocoding"
    assert f"{keys}/regionalKey/130030000000" in v.LISTS["regional-key"]
    assert f"{keys}/regionalKey/13003" not in v.LISTS["regional-key"]
    assert f"{keys}/municipalityKey/06631018" in v.LISTS["municipality-key"]
    assert f"{keys}/governmentDistrictKey/066" in v.LISTS["government-district-key"]
    assert f"{keys}/municipalAssociationKey/033515401" in v.LISTS["municipal-association-key"]
    assert f"{keys}/districtKey/06631" in v.LISTS["district-key"]
    assert f"{keys}/districtKey/06699" not in v.LISTS["district-key"]
    assert v.LISTS["regional-key"].label(f"{keys}/regionalKey/066310018018", "de") == "Neuhof"


def test_hvd_categories_have_six_tops_with_german_names() -> None:
    categories = v.LISTS["hvd-category"]
    tops = [c for c in categories if categories.broader(c.iri) is None]
    assert len(tops) == 6
    assert all(c.de for c in tops)
    for c in categories:
        above, steps = categories.broader(c.iri), 0
        while above is not None:
            above, steps = categories.broader(above.iri), steps + 1
        assert steps <= 2
    assert code(categories.broader("http://data.europa.eu/bna/c_c3de25e4")) == "c_ac64a52d"


@pytest.mark.parametrize("column", ["read", "extensions"])
def test_no_media_type_or_extension_is_read_as_two_file_types(column: str) -> None:
    signs = Counter(sign.casefold() for row in rows("file-type") for sign in row[column].split())
    assert [sign for sign, count in signs.items() if count > 1] == []


def test_open_and_attribution() -> None:
    assert sum(bool(v.open_license(c.iri)) for c in v.LISTS["license"]) == 24
    assert v.open_license(f"{DE}licenses/other-closed") is False
    assert v.open_license("http://creativecommons.org/licenses/by/3.0/") is True
    assert v.open_license("http://creativecommons.org/licenses/by-nc/3.0/") is False
    assert v.open_license(f"{EU}licence/CC_BYNCND_4_0") is False
    assert v.open_license("https://example.org/licence") is None
    assert v.needs_attribution(f"{DE}licenses/dl-by-de/2.0")
    assert v.needs_attribution("https://creativecommons.org/licenses/by-sa/2.0/")
    assert not v.needs_attribution(f"{DE}licenses/dl-zero-de/2.0")
    assert not v.needs_attribution("https://example.org/licence")


def test_media_types_extensions_and_marks() -> None:
    assert code(v.media_type_of("GEOJSON")) == "application/geo+json"
    assert v.media_type_of("SHP") is None
    assert code(v.file_type_of("text/csv")) == code(v.file_type_of("csv")) == code(v.file_type_of(".CSV")) == "CSV"
    assert code(v.file_type_of(".tar.gz")) == "TAR_GZ"
    assert code(v.find_media_type("csv-Datei")) == "text/csv"
    assert code(v.find_media_type("http://www.iana.org/assignments/media-types/text/csv")) == "text/csv"
    types = [c.iri for c in v.LISTS["file-type"]]
    assert sum(map(v.machine_readable, types)) == 23
    assert sum(map(v.non_proprietary, types)) == 31
    assert v.machine_readable("text/csv")
    assert not v.machine_readable("application/pdf")
    assert not v.non_proprietary("https://www.iana.org/assignments/media-types/application/vnd.ms-excel")


@pytest.mark.parametrize(
    ("old", "present"),
    [
        ("http://purl.org/adms/status/UnderDevelopment", f"{EU}distribution-status/DEVELOP"),
        (f"{DE}plannedAvailability/stable", f"{EU}planned-availability/STABLE"),
        ("https://www.dcat-ap.de/def/plannedAvailability/stable", f"{EU}planned-availability/STABLE"),
        ("http://data.europa.eu/r5r/availability/temporary", f"{EU}planned-availability/TEMPORARY"),
        (f"{DE}hashAlgorithms/sha/256", "http://spdx.org/rdf/terms#checksumAlgorithm_sha256"),
        (f"{DE}licenses/dl-by-de/2_0", f"{DE}licenses/dl-by-de/2.0"),
        (f"{DE}licenses/official-work", f"{DE}licenses/officialWork"),
        ("https://www.dcat-ap.de/def/licenses/cc-zero", f"{DE}licenses/cc-zero"),
        ("https://www.govdata.de/dl-de/by-2-0", f"{DE}licenses/dl-by-de/2.0"),
        ("http://govdata.de/dl-de/zero-2-0/", f"{DE}licenses/dl-zero-de/2.0"),
        ("https://www.dcat-ap.de/def/contributors/newer", f"{DE}contributors/newer"),
        (
            "https://www.dcat-ap.de/def/politicalGeocoding/regionalKey/066310018018/",
            f"{DE}politicalGeocoding/regionalKey/066310018018",
        ),
        ("https://publications.europa.eu/resource/authority/country/DEU", f"{EU}country/DEU"),
        (f"{EU}file-type/CSV/", f"{EU}file-type/CSV"),
        (f"{EU}file-type/WFS", f"{EU}file-type/WFS_SRVC"),
        (f"{EU}language/FRE", f"{EU}language/FRA"),
        (f"{EU}data-theme/", f"{EU}data-theme"),
        ("http://purl.org/cld/freq/daily", EU + "frequency/DAILY"),
        ("https://purl.org/cld/freq/irregular", EU + "frequency/IRREG"),
        ("http://id.loc.gov/vocabulary/iso639-1/de", EU + "language/DEU"),
        ("http://id.loc.gov/vocabulary/iso639-2/ger", EU + "language/DEU"),
    ],
)
def test_modern(old: str, present: str) -> None:
    assert v.modern(old) == present
    assert v.modern(present) == present


@pytest.mark.parametrize(
    "iri",
    [
        "http://example.org/",
        "https://www.dcat-ap.de/def/dcatde/1.1/contributorID",
        "https://creativecommons.org/licenses/by/4.0/",
        "https://www.govdata.de/dl-de/by-9-0",
        "https://www.govdata.de/daten",
        "http://purl.org/cld/freq/whenever",
        "http://id.loc.gov/vocabulary/iso639-1/xx",
        "http://id.loc.gov/authorities/subjects/sh85132180",
        "http://www.iana.org/assignments/media-types/text/csv",
        f"{DE}licenses/cc-nc",
        f"{DE}hashAlgorithms/md/1",
        f"{DE}datasetTypes/collection",
        "",
    ],
)
def test_modern_leaves_alone(iri: str) -> None:
    assert v.modern(iri) == iri


def test_modern_knows_every_present_iri() -> None:
    assert [c.iri for codes in v.LISTS.values() for c in codes if v.modern(c.iri) != c.iri] == []


def test_normalise_iri_keeps_to_its_list() -> None:
    assert v.normalise_iri("license", f"{DE}licenses/cc-by/4_0/") == f"{DE}licenses/cc-by/4.0"
    assert v.normalise_iri("frequency", f"{DE}licenses/cc-by/4_0") == f"{DE}licenses/cc-by/4_0"
    present = "https://www.iana.org/assignments/media-types/text/csv"
    assert v.normalise_iri("media-type", "http://www.iana.org/assignments/media-types/text/csv") == present
    with pytest.raises(KeyError):
        v.normalise_iri("none", "http://example.org/")


def test_deprecated() -> None:
    assert v.deprecated("http://purl.org/adms/status/Completed")
    assert v.deprecated("https://www.dcat-ap.de/def/hashAlgorithms/md/1")
    assert v.deprecated(f"{DE}licenses/dl-by-de/2_0")
    assert not v.deprecated(f"{DE}licenses/dl-by-de/2.0")
    assert not any(v.deprecated(c.iri) for codes in v.LISTS.values() for c in codes)


def test_revision_is_stable_and_short() -> None:
    assert v.revision() == v.revision()
    assert re.fullmatch(r"[0-9a-f]{12}", v.revision())
