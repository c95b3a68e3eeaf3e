"""Level, keys and area of a dataset agree: what it says is mirrored, what follows is derived and marked, nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harvesters.cleaning import clean
from harvesters.mapping.geocoding import bare_name, derived
from harvesters.reading import Reading, TraceEntry
from schemas import geocoding
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, Location, Resource
from schemas.region import Municipality
from schemas.vocabularies import LISTS
from tests.harvesters.crawl_runs import context_of, write_region

NEUHOF = Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018")
KEY = "http://dcat-ap.de/def/politicalGeocoding/"
OWN = f"{KEY}regionalKey/066310018018"
HERE = Location(iri=OWN)
LEVELS = LISTS["geocoding-level"].base
TITLE = (Literal("Spielplätze", "de"),)


def agent(name: str) -> Agent:
    return Agent(name=(Literal(name, "de"),))


def published(name: str = "Gemeinde Neuhof", *places: str | Resource) -> Dataset:
    return Dataset(title=TITLE, publisher=(agent(name),), spatial=places)


@pytest.mark.parametrize(
    ("iri", "level"),
    [
        (f"{KEY}stateKey/06", "state"),
        (f"{KEY}districtKey/06631", "administrativeDistrict"),
        (f"{KEY}municipalityKey/06631018", "municipality"),
        (OWN, "municipality"),
        (f"{KEY}regionalKey/060000000000", "state"),
        (f"{KEY}regionalKey/066310000000", "administrativeDistrict"),
        (f"{KEY}Level/federal", "federal"),
        ("http://publications.europa.eu/resource/authority/country/DEU", "federal"),
        (f"{KEY}governmentDistrictKey/066", None),
        (f"{KEY}districtKey/99999", None),
        ("http://www.geonames.org/2905330/", None),
    ],
)
def test_the_level_of_a_key(iri: str, level: str | None) -> None:
    assert geocoding.level_of(iri) == (LEVELS + level if level else None)


def test_K09_the_level_follows_from_the_keys() -> None:
    record, trace = derived(published("Land Hessen", f"{KEY}stateKey/06"), NEUHOF)
    assert record.political_geocoding_level == (f"{LEVELS}state",)
    assert record.spatial == (f"{KEY}stateKey/06",)
    assert trace == (TraceEntry("political_geocoding_level", "spatial", "derived"),)


def test_K09_a_stated_level_stays() -> None:
    stated = replace(published("x", f"{KEY}stateKey/06"), political_geocoding_level=(f"{LEVELS}federal",))
    assert derived(stated, NEUHOF) == (stated, ())


def test_K11_keys_are_mirrored_in_spatial() -> None:
    district = f"{KEY}districtKey/06631"
    record, trace = derived(replace(published("Kreis"), political_geocoding=(district, "https://a.example/x")), NEUHOF)
    assert record.spatial == (Location(iri=district),)
    assert record.political_geocoding == ("https://a.example/x",), "deprecated: what spatial says as well is said there"
    assert record.political_geocoding_level == (f"{LEVELS}administrativeDistrict",)
    assert trace[0] == TraceEntry("spatial", "politicalGeocodingURI", "derived")
    again, nothing = derived(record, NEUHOF)
    assert (again, nothing) == (record, ())


@pytest.mark.parametrize(
    "name", ["Gemeinde Neuhof", "Neuhof", "Bauamt der Gemeinde Neuhof", "Gemeindeverwaltung NEUHOF"]
)
def test_what_the_municipality_publishes_without_an_area_is_about_it(name: str) -> None:
    record, trace = derived(published(name), NEUHOF)
    assert record.spatial == (HERE,)
    assert record.political_geocoding_level == (f"{LEVELS}municipality",)
    assert record.political_geocoding == (), "deprecated in DCAT-AP.de 3.0: never added"
    assert [entry.rule for entry in trace] == ["derived", "derived"]


@pytest.mark.parametrize("name", ["Landkreis Fulda", "Neuhofer Bürgerverein", "Statistisches Bundesamt"])
def test_what_others_publish_without_an_area_stays_without(name: str) -> None:
    assert derived(published(name), NEUHOF) == (published(name), ())


def test_a_publisher_of_its_own_is_looked_up() -> None:
    iri = "https://daten.example.org/id/agent/1"
    record = Dataset(title=TITLE, publisher=(iri,))
    assert derived(record, NEUHOF).record.spatial == ()
    assert derived(record, NEUHOF, [replace(agent("Gemeinde Neuhof"), iri=iri)]).record.spatial == (HERE,)


def test_a_place_of_the_municipality_s_name_is_the_municipality() -> None:
    named = Location(pref_label=(Literal("Neuhof", "de"),))
    record, _ = derived(published("Landkreis Fulda", named), NEUHOF)
    assert record.spatial == (named, HERE)
    other = published("Gemeinde Neuhof", Location(pref_label=(Literal("Hattenhof", "de"),)))
    assert derived(other, NEUHOF) == (other, ())


def test_an_area_that_is_drawn_is_not_named() -> None:
    drawn = published("Gemeinde Neuhof", Location(bbox=(Literal("POLYGON((9 50,10 50,10 51,9 50))"),)))
    assert derived(drawn, NEUHOF) == (drawn, ())
    described = replace(published(), geocoding_description=(Literal("Ortsteil Hauswurz", "de"),))
    assert derived(described, NEUHOF) == (described, ())


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("Gemeinde Neuhof (Kreis Fulda)", "neuhof"),
        ("Marktgemeinde Eiterfeld", "eiterfeld"),
        ("Stadt Tann (Rhön)", "tann"),
        ("Stadt Tann (Rhön (Kreis Fulda), Hessen)", "tann"),
        ("Neuhof (Kreis", "neuhofkreis"),
        ("Bad Salzschlirf", "badsalzschlirf"),
        ("Gemeinde", "gemeinde"),
    ],
)
def test_a_municipality_by_its_bare_name(name: str, bare: str) -> None:
    assert bare_name(name) == bare


def test_cleaning_derives_after_the_defaults_and_says_so(tmp_path: Path) -> None:
    context = context_of(write_region(tmp_path, one='url = "https://a.example"\nprotocol = "ckan"'), "one")
    cleaned = clean(Reading("1", Dataset(iri="https://a.example/1", title=TITLE)), context)
    assert isinstance(cleaned.record, Dataset)
    assert cleaned.record.spatial == (HERE,)
    assert TraceEntry("spatial", "region.toml: municipality neuhof", "derived") in cleaned.trace
    assert TraceEntry("political_geocoding_level", "spatial", "derived") in cleaned.trace
