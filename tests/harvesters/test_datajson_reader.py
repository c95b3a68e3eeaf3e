"""The DCAT-US reader on recordings, on what real portals sent, and on any JSON at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pyoxigraph
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from harvesters.readers import dcatus
from harvesters.reading import Native, Outcome, Reading, Unusable
from schemas.findings import WORDING
from schemas.model import Distribution
from schemas.ntriples import ntriples_of
from tests.harvesters.readings import VALUES, assert_as_recorded, assert_comes_back, context, dataset, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/dcatus").iterdir())


def read(entry: Any) -> Reading:
    return dcatus.read(Native(entry, orjson.dumps(entry)), context())


def through_pipelines(entries: list[Any]) -> list[Outcome]:
    natives = [Native(entry, orjson.dumps(entry)) for entry in entries]
    return outcomes_of("dcatus", natives, "https://www.example.org/data.json")


def distributions(reading: Reading) -> list[Distribution]:
    return [each for each in dataset(reading).distribution if isinstance(each, Distribution)]


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = read(json.loads((folder / "input.json").read_text(encoding="utf-8")))
    assert_as_recorded(folder, reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    reading = read(json.loads((folder / "input.json").read_text(encoding="utf-8")))
    assert_comes_back(reading)


def test_placeholders_are_findings_and_no_values() -> None:
    reading = read({"identifier": "a", "title": "A", "description": "{{description}}", "keyword": ["{{tags}}", "Wald"]})
    assert dataset(reading).description == ()
    assert [keyword.text for keyword in dataset(reading).keyword] == ["Wald"]
    assert [finding.arguments for finding in reading.findings] == [
        ("description", "{{description}}"),
        ("keyword", "{{tags}}"),
    ]
    assert ("description", "{{description}}") in reading.leftovers


def test_nulls_are_as_if_absent() -> None:
    fields = (
        "description",
        "modified",
        "keyword",
        "publisher",
        "contactPoint",
        "spatial",
        "license",
        "distribution",
        "theme",
    )
    reading = read({"identifier": "a", "title": "A", **dict.fromkeys(fields)})
    assert reading.findings == ()
    assert reading.leftovers == ()


@pytest.mark.parametrize(
    ("modified", "accrual", "expected"),
    [("R/P1D", None, "DAILY"), ("R/P1D", "R/P1Y", "ANNUAL"), ("2020-01-01", "irregular", "IRREG")],
)
def test_modified_may_be_an_interval(modified: str, accrual: str | None, expected: str) -> None:
    record = dataset(read({"identifier": "a", "title": "A", "modified": modified, "accrualPeriodicity": accrual}))
    assert record.accrual_periodicity == (f"http://publications.europa.eu/resource/authority/frequency/{expected}",)
    assert bool(record.modified) == (modified[0] == "2")


def test_collection_is_a_relation_to_its_record() -> None:
    part = read({"identifier": "b", "title": "B", "isPartOf": "a"})
    whole = read({"identifier": "a", "title": "A"})
    assert dataset(part).relation == (whole.record.iri,)


def test_bodies_of_the_same_name_below_different_ones_are_two() -> None:
    def body(above: str) -> Reading:
        publisher = {"name": "Bauamt", "subOrganizationOf": {"name": above}}
        return read({"identifier": "a", "title": "A", "publisher": publisher})

    assert dataset(body("Neuhof")).publisher != dataset(body("Flieden")).publisher
    assert dataset(body("Neuhof")).publisher == dataset(body("Neuhof")).publisher


def test_download_without_access_address_serves_as_both() -> None:
    reading = read(
        {"identifier": "a", "title": "A", "distribution": [{"downloadURL": "https://www.example.org/a.csv"}]}
    )
    (found,) = distributions(reading)
    assert found.access_url == found.download_url == ("https://www.example.org/a.csv",)
    assert ("distribution.access_url", "distribution[0].downloadURL", "K39") in reading.trace


def test_one_licence_text_is_one_statement_for_all_distributions() -> None:
    entry = {
        "identifier": "a",
        "title": "A",
        "license": "<p>Nur mit Dank</p>",
        "distribution": [{"title": "1"}, {"title": "2"}],
    }
    reading = read(entry)
    assert ntriples_of(reading.record, "k").count("Nur mit Dank") == 1
    assert [finding.rule for finding in reading.findings] == ["license-not-understood"]


@pytest.mark.parametrize("entry", [{}, {"description": "x"}, {"title": "{{x}}".strip("{x}")}, [], "text", None, 3])
def test_neither_title_nor_identity_is_set_aside(entry: Any) -> None:
    with pytest.raises(Unusable) as refused:
        read(entry)
    assert refused.value.finding.rule in ("record-without-identity", "record-unreadable")


def test_F10_no_identifier_gives_a_stable_one_and_a_finding() -> None:
    entry = {"title": "A", "landingPage": "https://www.example.org/a"}
    assert read(entry).native_id == read(dict(entry)).native_id
    assert "identifier-derived" in {finding.rule for finding in read(entry).findings}


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "datasets", "count"),
    [
        ("portals/arcgishub_evian_dcatus.json", 8, 34),
        ("portals/philadelphia_dcatus_none.json", 402, 2841),
        ("portals/cftc_dcatus.json", 7, 7),
        ("portals/newyork_socrata_dcatus.json", 1, 4),
        ("portals/usda_dcatus.json", 3, 6),
        ("portals/dkan_data_json.json", 2, 2),
        ("broken/dcatus_multiple_invalid.json", 1, 1),
    ],
)
def test_sample(samples: Path, name: str, datasets: int, count: int) -> None:
    entries = json.loads((samples / name).read_text(encoding="utf-8"))["dataset"]
    outcomes = through_pipelines(entries)
    assert [outcome.traceback for outcome in outcomes if outcome.set_aside] == []
    readings = [outcome.reading for outcome in outcomes if outcome.reading]
    assert len(readings) == datasets
    assert sum(len(distributions(reading)) for reading in readings) == count
    for outcome in outcomes:
        assert len(list(pyoxigraph.parse(outcome.ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES)))
    accesses = [each.access_url for reading in readings for each in distributions(reading)]
    assert sum(not access for access in accesses) == (1 if name.startswith("broken") else 0)


@pytest.mark.samples
def test_sample_of_a_broken_feed_names_record_and_field(samples: Path) -> None:
    entries = json.loads((samples / "broken/dcatus_multiple_invalid.json").read_text(encoding="utf-8"))["dataset"]
    (outcome,) = through_pipelines(entries)
    broken = [finding for finding in outcome.findings if finding.rule == "field-not-understood"]
    assert [finding.arguments for finding in broken] == [("distribution[0].accessURL", "//////not-a-url.example.com/")]
    assert outcome.reading is not None
    assert broken[0].focus == outcome.reading.record.iri


KEYS = st.sampled_from(sorted({*dcatus.DATASET, *dcatus.DISTRIBUTION, "name", "fn", "hasEmail", "subOrganizationOf"}))
ENTRIES = st.dictionaries(KEYS | st.text(max_size=8), VALUES, max_size=14)


@given(ENTRIES, st.lists(st.dictionaries(KEYS, VALUES, max_size=8), max_size=3))
def test_any_object_is_a_record_or_set_aside(entry: dict[str, Any], distribution: list[Any]) -> None:
    for outcome in through_pipelines([entry, {**entry, "distribution": distribution}]):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")
