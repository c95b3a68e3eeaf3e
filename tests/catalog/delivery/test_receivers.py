"""What each receiver accepts, fills in, rewrites and drops, one cause at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.delivery.asking import InProcess, NoAnswer
from catalog.delivery.ckan_package import package
from catalog.delivery.ckan_values import Reader
from catalog.delivery.feed import Feed, read
from catalog.delivery.receivers import europe, govdata, hessen, receivers
from catalog.delivery.remarks import Verdict
from catalog.web.app import create_app
from harvesters.answer import Answer
from schemas.findings import WORDING
from schemas.namespaces import DCAT
from schemas.syntax import load
from schemas.vocabularies import modern
from tests.catalog.builder import BASE, Stored
from tests.catalog.delivery.feeds import DATASETS, PREFIXES
from tests.catalog.web.asking import companions, place_in, whole

URL = "https://daten.example.org/catalog.ttl"


class Documents:
    """Answers by address, as a server would that knows ETags and HEAD."""

    def __init__(self, pages: Mapping[str, bytes], media_type: str = "text/turtle") -> None:
        self.pages = pages
        self.media_type = media_type

    def __call__(self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
        body = self.pages.get(url)
        if body is None:
            return Answer(url, url, 404, {}, b"", "text/plain", 0)
        tag = f'"{hash(body)}"'
        status = 304 if (headers or {}).get("If-None-Match") == tag else 200
        return Answer(url, url, status, {"etag": tag}, body if method == "GET" else b"", self.media_type, 0)


def feed_of(turtle: str, expected: tuple[str, ...] | None = None) -> Feed:
    """A feed of one page."""
    return read(Documents({URL: (PREFIXES + turtle).encode()}), URL, expected)


def causes(verdict: Verdict) -> dict[str, str]:
    """The rules that were found, each with its effect."""
    found = [remark for record in verdict.records for remark in record.remarks]
    return {remark.finding.rule: str(remark.effect) for remark in (*verdict.remarks, *found)}


GOOD = """
ex:a a dcat:Dataset ; dct:title "Baumkataster"@de ; dct:description "Bäume"@de ; dcat:keyword "Baum"@de ;
  dct:publisher [ a foaf:Agent ; foaf:name "Gemeinde Neuhof"@de ] ;
  dcatde:contributorID <http://dcat-ap.de/def/contributors/hessen> ;
  dcat:distribution ex:f .
ex:f a dcat:Distribution ; dcat:accessURL <https://www.example.org/f> ; dct:license <http://dcat-ap.de/def/licenses/cc-zero> .
"""


def test_complete_dataset_is_accepted_by_all() -> None:
    feed = feed_of(GOOD)
    for receiver in receivers().values():
        verdict = receiver.check(feed)
        assert (verdict.counts["accepted"], verdict.drops) == (1, False), causes(verdict)


def test_every_receiver_has_its_words() -> None:
    assert set(receivers()) == {"europe", "govdata", "hessen"}
    for receiver in receivers().values():
        assert all(receiver.TITLE)


@pytest.mark.parametrize(
    ("old", "new", "rule", "effect"),
    [
        ("; dct:license <http://dcat-ap.de/def/licenses/cc-zero>", "", govdata.NO_LICENSE, "filled"),
        ("licenses/cc-zero", "licenses/dl-by-de/2_0", govdata.OLD_LICENSE, "rewritten"),
        ("http://dcat-ap.de/def/licenses/cc-zero", "https://example.org/l", govdata.UNLISTED_LICENSE, "noted"),
        (
            "http://dcat-ap.de/def/licenses/cc-zero",
            "https://www.govdata.de/dl-de/by-2-0",
            govdata.UNLISTED_LICENSE,
            "noted",
        ),
        ("licenses/cc-zero", "licenses/other-closed", govdata.NOT_OPEN, "noted"),
        ("dcatde:contributorID <http://dcat-ap.de/def/contributors/hessen> ;", "", govdata.NO_CONTRIBUTOR, "filled"),
        ("dcat:distribution ex:f", 'dct:identifier "x"', govdata.NO_DISTRIBUTION, "dropped"),
        ('foaf:name "Gemeinde Neuhof"@de', 'rdfs:label "Neuhof"', govdata.NO_PUBLISHER, "noted"),
        ('; dcat:keyword "Baum"@de', "", govdata.NO_KEYWORD, "noted"),
        ('dcat:keyword "Baum"@de', 'dcat:keyword "Bäume (alle)"@de', govdata.KEYWORD, "rewritten"),
        ("ex:a a dcat:Dataset", "[] a dcat:Dataset", govdata.UNNAMED, "dropped"),
        ('dct:title "Baumkataster"@de', 'dct:alternative "x"', govdata.UNTITLED, "dropped"),
        ('dcat:keyword "Baum"@de', 'dct:provenance [ dct:title "x" ]', govdata.GARBLED, "noted"),
    ],
)
def test_govdata(old: str, new: str, rule: str, effect: str) -> None:
    assert old in GOOD
    found = causes(govdata.check(feed_of(GOOD.replace(old, new))))
    assert found.get(rule) == effect, found
    assert rule not in causes(govdata.check(feed_of(GOOD)))


def test_a_text_in_the_place_of_a_licence_is_told_once() -> None:
    told = feed_of(GOOD.replace("<http://dcat-ap.de/def/licenses/cc-zero>", '"CC-BY"'))
    for receiver in (europe, hessen):
        found = [remark.finding for record in receiver.check(told).records for remark in record.remarks]
        assert [(each.rule in (europe.SHAPES, hessen.VIOLATED), "CC-BY" in each.message("de")) for each in found] == [
            (True, True)
        ], found
        assert "verlangt ist eine IRI" in found[0].message("de")


def test_a_geometry_that_is_a_node_ends_the_whole_import() -> None:
    two = (
        GOOD
        + 'ex:b a dcat:Dataset ; dct:title "B"@de ; dct:spatial [ a dct:Location ; locn:geometry [ a locn:Geometry ] ] .'
    )
    verdict = govdata.check(feed_of(two))
    assert causes(verdict)[govdata.BREAKS] == "dropped"
    assert verdict.counts == {"accepted": 0, "filled": 0, "rewritten": 0, "dropped": 2}


TWIN = GOOD.replace("ex:a", "ex:b").replace("ex:f", "ex:g")


@pytest.mark.parametrize(
    ("first", "second", "dropped"),
    [
        ("2026-01-01", "2026-02-01", "a"),
        ("2026-02-01", "2026-01-01", "b"),
        ("2026-01-01", "2026-01-01", "b"),
        ("", "2026-01-01", "a"),
        ("2026-01-01", "", "b"),
        ("", "", "b"),
        ("2026-01-01T00:00:00+02:00", "2025-12-31T23:00:00Z", "a"),
    ],
)
def test_of_two_with_one_identifier_the_newer_stays(first: str, second: str, dropped: str) -> None:
    def dated(turtle: str, moment: str) -> str:
        more = f'dct:modified "{moment}" ;' if moment else ""
        return turtle.replace("dcat:distribution", f'dct:identifier "eins" ; {more} dcat:distribution')

    verdict = govdata.check(feed_of(dated(GOOD, first) + dated(TWIN, second)))
    gone = [record.iri for record in verdict.records if record.verdict == "dropped"]
    assert gone == [f"https://daten.example.org/id/dataset/{dropped}"]


def test_what_govdata_passes_over_is_named_with_how_often() -> None:
    turtle = GOOD.replace("dcat:distribution", "dcat:inSeries ex:r ; dcat:distribution")
    found = {(each.kind, each.property, each.records) for each in govdata.check(feed_of(turtle)).not_taken}
    assert found == {("dataset", "http://www.w3.org/ns/dcat#inSeries", 1)}


def test_datasets_that_no_page_holds_are_deleted() -> None:
    expected = ("https://daten.example.org/id/dataset/a", "https://daten.example.org/id/dataset/gone")
    for receiver in (govdata, europe, hessen):
        verdict = receiver.check(feed_of(GOOD, expected))
        assert (verdict.missing_iris, verdict.drops) == (expected[1:], True)


def test_licences_are_rewritten_as_govdata_lists_it(standards: Path) -> None:
    file = standards / "data/GovDataOfficial+ckanext-dcatde/master/examples/dcat_licenses_upgrade.json"
    listed = {old: new for old, new in json.loads(file.read_text("utf-8")).items() if new}
    assert len(listed) > 40
    assert {old: modern(old) for old in listed} == listed


@pytest.mark.parametrize(
    "name", ["metadata_max.rdf", "metadata_max_only_valid_uris.rdf", "metadata_max_multi_namespaces.rdf"]
)
def test_german_fields_are_those_of_ckanext_dcatde(standards: Path, name: str) -> None:
    """The package is on no registry: what its own tests expect of its examples stands here as facts."""
    folder = standards / "data/GovDataOfficial+ckanext-dcatde/master/ckanext/dcatde/tests/resources"
    triples = load((folder / name).read_bytes(), "http://x.example/").triples
    (dataset,) = triples.of_type(str(DCAT.Dataset))
    found = package(Reader(triples), dataset, "dcatap_de")
    extras = found["extras"]
    assert extras["contributorID"] == ["http://dcat-ap.de/def/contributors/transparenzportalHamburg"]
    assert sorted(extras["politicalGeocodingURI"]) == [
        "http://dcat-ap.de/def/politicalGeocoding/regionalKey/020000000000",
        "http://dcat-ap.de/def/politicalGeocoding/stateKey/02",
    ]
    assert extras["politicalGeocodingLevelURI"] == "http://dcat-ap.de/def/politicalGeocoding/Level/state"
    assert extras["legalbasisText"] == ["Umweltinformationsgesetz (UIG)"]
    assert extras["geocodingText"] == ["Hamburg"]
    assert extras["metadata_original_html"].startswith("https://www.govdata.de/")
    assert sorted(found["groups"]) == ["agri", "envi"]
    assert {each["license"] for each in found["resources"]} == {"http://dcat-ap.de/def/licenses/dl-by-de/2_0"}
    assert all(each["licenseAttributionByText"].startswith("Freie und Hansestadt") for each in found["resources"])
    for role in ("originator", "contributor"):
        assert {key for key in extras if key.startswith(role)} >= {f"{role}_{key}" for key in ("name", "contacttype")}
    assert found["maintainer"]
    assert found["author"]


# ---------------------------------------------------------------------------------------- Europe, Hesse


@pytest.mark.parametrize(
    ("old", "new", "rule", "effect"),
    [
        ("dcat:distribution ex:f", 'dct:issued "3.11.2026" ; dcat:distribution ex:f', europe.BAD_DATE, "rewritten"),
        ("ex:f a dcat:Distribution", "ex:f dct:issued ex:x ; a dcat:Distribution", europe.BAD_DATE, "rewritten"),
        ('"Baumkataster"@de', '"Baumkataster"', europe.NO_LANGUAGE, "filled"),
        ("ex:a a", "_:a a", europe.NO_STABLE_IRI, "dropped"),
        ('; dct:description "Bäume"@de', "", europe.SHAPES, "noted"),
    ],
)
def test_europe(old: str, new: str, rule: str, effect: str) -> None:
    assert old in GOOD
    found = causes(europe.check(feed_of(GOOD.replace(old, new))))
    assert found.get(rule) == effect, found
    assert rule not in causes(europe.check(feed_of(GOOD)))


def test_europe_asks_again() -> None:
    class Restless(Documents):
        """Answers that differ each time; knows neither HEAD nor 304."""

        def __call__(self, url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
            if method == "HEAD":
                raise NoAnswer("HEAD geht nicht", "no HEAD")
            found = super().__call__(url, method)
            self.pages = {url: body + b"#" for url, body in self.pages.items()}
            return found

    feed = read(Restless({URL: (PREFIXES + GOOD).encode()}), URL)
    found = causes(europe.check(feed))
    assert {europe.NOT_DETERMINISTIC, europe.NO_VALIDATOR, europe.NO_HEAD} <= set(found)
    quiet = causes(europe.check(feed_of(GOOD)))
    assert not {europe.NOT_DETERMINISTIC, europe.NO_VALIDATOR} & set(quiet)


def test_europe_counts_addresses_that_are_dead() -> None:
    feed = feed_of(GOOD)
    assert europe.DEAD not in causes(europe.check(feed))
    dead = replace(feed, dead={"https://www.example.org/f": ("nicht gefunden.", "not found.")})
    found = [
        each for record in europe.check(dead).records for each in record.remarks if each.finding.rule == europe.DEAD
    ]
    assert [each.effect for each in found] == ["noted"]
    assert "nicht gefunden." in found[0].finding.message("de")


def test_europe_compares_the_syntaxes(tmp_path: Path) -> None:
    with place_in(tmp_path) as place:
        place.publish(*companions(), Stored("d", whole("Plan")))
        ask = InProcess(create_app(place.region, place.catalogue), BASE)
        assert europe.OTHER_SYNTAX not in causes(europe.check(read(ask, f"{BASE}/catalog.ttl")))

        def poor(url: str, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
            return ask(url.replace("catalog.rdf", "catalog.rdf?page=9"), method, headers)

        assert europe.OTHER_SYNTAX in causes(europe.check(read(poor, f"{BASE}/catalog.ttl")))
        facts = europe.check(read(ask, f"{BASE}/catalog.ttl")).facts
        assert (facts["default language"], facts["e-mail"], facts["datasets"]) == ("de", "daten@example.org", "1")


@pytest.mark.parametrize(
    ("old", "new", "rule", "effect"),
    [
        ("dcatde:contributorID <http://dcat-ap.de/def/contributors/hessen> ;", "", hessen.FILLED, "filled"),
        ("contributors/hessen", "contributors/bayern", hessen.FOREIGN, "noted"),
        ("dcat:distribution ex:f", 'dct:identifier "x"', hessen.NO_DISTRIBUTION, "dropped"),
        ("; dct:license <http://dcat-ap.de/def/licenses/cc-zero>", "", hessen.MANDATORY, "dropped"),
        ('dct:publisher [ a foaf:Agent ; foaf:name "Gemeinde Neuhof"@de ] ;', "", hessen.MANDATORY, "dropped"),
    ],
)
def test_hessen(old: str, new: str, rule: str, effect: str) -> None:
    assert old in GOOD
    found = causes(hessen.check(feed_of(GOOD.replace(old, new))))
    assert found.get(rule) == effect, found
    assert rule not in causes(hessen.check(feed_of(GOOD)))


# ---------------------------------------------------------------------------------------- any feed


@given(st.lists(st.sampled_from(sorted(DATASETS)), max_size=4))
def test_any_feed_gets_a_verdict_from_all(names: list[str]) -> None:
    feed = feed_of("\n".join(DATASETS[name] for name in names))
    for receiver in receivers().values():
        verdict = receiver.check(feed)
        written = json.dumps(verdict.to_json())
        assert "delivery-" in written or verdict.counts["accepted"] == len(verdict.records)
        assert sum(verdict.counts.values()) == len(verdict.records)
        for remark in (*verdict.remarks, *(each for record in verdict.records for each in record.remarks)):
            assert remark.finding.message("de")
            assert remark.finding.fix("en")
            assert remark.finding.rule in WORDING


@given(st.binary(max_size=300))
def test_any_bytes_get_a_verdict(body: bytes) -> None:
    feed = read(Documents({URL: body}), URL)
    for receiver in receivers().values():
        assert isinstance(receiver.check(feed).drops, bool)
