"""What every reading gets by the conventions, whatever format it came in: contributor ID, licence, access address."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from harvesters.cleaning import clean
from harvesters.reading import Context, Reading, TraceEntry
from schemas.kinds import Literal
from schemas.model import Agent, ContactPoint, DataService, Dataset, DatasetSeries, Distribution, Location
from schemas.namespaces import DCTERMS
from schemas.validation import check
from schemas.vocabularies import LISTS
from tests.harvesters.crawl_runs import context_of, write_region

OWN = "http://dcat-ap.de/def/contributors/hessen"
OTHER = "http://dcat-ap.de/def/contributors/brandenburg"
FILE, PAGE = "https://a.example/x.csv", "https://a.example/x"


@pytest.fixture
def context(tmp_path: Path) -> Context:
    found = context_of(write_region(tmp_path, one='url = "https://a.example"\nprotocol = "ckan"'), "one")
    return replace(found, region=found.region.model_copy(update={"contributor_id": OWN}))


def cleaned(context: Context, **values: tuple[object, ...]) -> tuple[Dataset, Reading]:
    record = Dataset(iri="https://a.example/1", title=(Literal("A", "de"),), **values)  # type: ignore[arg-type]
    reading = clean(Reading("1", record), context)
    assert isinstance(reading.record, Dataset)
    return reading.record, reading


def test_K12_a_dataset_gets_the_region_s_contributor_id(context: Context) -> None:
    record, reading = cleaned(context)
    assert record.contributor_id == (OWN,)
    assert TraceEntry("contributor_id", "region.toml: contributor_id", "default") in reading.trace


def test_K13_one_contributor_id_of_the_list_and_others_beside_it(context: Context) -> None:
    assert cleaned(context, contributor_id=(OTHER,))[0].contributor_id == (OTHER,)
    foreign = "https://geoportal.example/providers/7"
    assert cleaned(context, contributor_id=(foreign,))[0].contributor_id == (foreign, OWN)


def test_K39_a_mere_download_is_its_own_access_address(context: Context) -> None:
    both = Distribution(access_url=(PAGE,), download_url=(FILE,))
    record, reading = cleaned(context, distribution=(Distribution(download_url=(FILE,)), both))
    assert record.distribution == (Distribution(access_url=(FILE,), download_url=(FILE,)), both)
    assert TraceEntry("distribution.access_url", "downloadURL", "K39") in reading.trace
    untouched, without = cleaned(context, distribution=(both,))
    assert untouched.distribution == (both,)
    assert not [entry for entry in without.trace if entry.rule == "K39"]


def test_services_and_series_that_come_with_a_record_have_publisher_and_contact_too(context: Context) -> None:
    bare = (
        DataService(iri="https://a.example/s", endpoint_url=("https://a.example/wfs",)),
        DatasetSeries(iri="https://a.example/r", publisher=("https://a.example/agent",)),
    )
    record = Dataset(iri="https://a.example/1", title=(Literal("A", "de"),), publisher=("https://a.example/agent",))
    service, series, agent = clean(Reading("1", record, companions=bare), context).companions
    assert isinstance(service, DataService)
    assert isinstance(series, DatasetSeries)
    assert isinstance(agent, Agent)
    assert service.publisher == (agent.iri,)
    assert series.publisher == ("https://a.example/agent",)
    for each in (service, series):
        (point,) = each.contact_point
        assert isinstance(point, ContactPoint)
        assert point.has_email == ("mailto:daten@example.org",)


def test_a_kind_from_the_list_that_was_removed_is_no_kind_any_more(context: Context) -> None:
    gone, kept = "http://dcat-ap.de/def/datasetTypes/collection", LISTS["dataset-type"].base + "STATISTICAL"
    record, _ = cleaned(context, type=(gone, kept))
    assert record.type == (kept,)
    assert record.extra == ((str(DCTERMS.subject), gone),), "nothing that a source says is lost"
    assert not [each for each in check(record, "dcat-ap") if each.path == str(DCTERMS.type)]


def test_K11_a_key_goes_out_as_spatial_alone_and_the_trace_says_so(context: Context) -> None:
    key = "http://dcat-ap.de/def/politicalGeocoding/districtKey/06631"
    entry = TraceEntry("political_geocoding", "geocoding", "copy")
    record = Dataset(iri="https://a.example/1", title=(Literal("A", "de"),), political_geocoding=(key,))
    reading = clean(Reading("1", record, trace=(entry,)), context)
    assert isinstance(reading.record, Dataset)
    assert (reading.record.political_geocoding, reading.record.spatial) == ((), (Location(iri=key),))
    assert entry not in reading.trace
    assert TraceEntry("spatial", "politicalGeocodingURI", "derived") in reading.trace
    deprecated = [each for each in check(reading.record, "dcat-ap-de") if each.rule == "deprecated-property"]
    assert deprecated == []
