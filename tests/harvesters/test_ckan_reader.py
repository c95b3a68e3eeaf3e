"""The CKAN reader on recordings, on what real portals sent, and on any JSON at all."""

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

from harvesters.ckan.fields import PACKAGE, RESOURCE, SERVICE
from harvesters.readers import ckan
from harvesters.reading import Native, Outcome, Reading, Unusable
from schemas.findings import WORDING
from schemas.model import Agent, DataService, DatasetSeries, Distribution
from schemas.ntriples import ntriples_of
from tests.harvesters.readings import (
    BASE,
    assert_as_recorded,
    assert_comes_back,
    context,
    dataset,
    json_values,
    outcomes_of,
)

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/ckan").iterdir())


def read(package: Any, location: str | None = "https://portal.example.org/dataset/x") -> Reading:
    return ckan.read(Native(package, orjson.dumps(package), location), context())


def through_pipelines(packages: list[Any]) -> list[Outcome]:
    natives = [Native(package, orjson.dumps(package)) for package in packages]
    return outcomes_of("ckan", natives, "https://portal.example.org/api")


def distributions(reading: Reading) -> list[Distribution]:
    return [each for each in dataset(reading).distribution if isinstance(each, Distribution)]


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = read(json.loads((folder / "input.json").read_text(encoding="utf-8")))
    assert_as_recorded(folder, reading)
    for finding in reading.findings:
        assert finding.message("de")
        assert finding.fix("en")


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    reading = read(json.loads((folder / "input.json").read_text(encoding="utf-8")))
    assert_comes_back(reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_every_value_has_a_trace(folder: Path) -> None:
    reading = read(json.loads((folder / "input.json").read_text(encoding="utf-8")))
    traced = {entry.attribute.split(".")[0] for entry in reading.trace}
    record = reading.record
    filled = {
        name for name in record.__dataclass_fields__ if getattr(record, name) and name not in ("iri", "types", "extra")
    }
    assert filled - traced <= {"distribution"}


def test_own_iri_is_kept_and_one_under_our_base_is_not() -> None:
    assert read({"id": "a", "title": "A", "uri": "https://www.example.org/a"}).record.iri == "https://www.example.org/a"
    loop = read({"id": "a", "title": "A", "extras": [{"key": "uri", "value": f"{BASE}/id/dataset/x"}]})
    assert loop.record.iri != f"{BASE}/id/dataset/x"
    assert "native-iri-under-base-url" in {finding.rule for finding in loop.findings}


def test_the_same_package_gives_the_same_iris() -> None:
    package = {"name": "a", "title": "A", "resources": [{"url": "https://www.example.org/a.csv"}] * 2}
    first, second = read(package), read(package)
    assert first == second
    subjects = [each.iri for each in distributions(first)]
    assert len(set(subjects)) == 2


def test_F10_no_id_gives_a_stable_one_and_a_finding() -> None:
    package = {"title": "Ohne Kennung", "resources": [{"url": "https://www.example.org/a.csv"}]}
    first, second = read(package), read(dict(package))
    assert first.native_id == second.native_id
    assert "identifier-derived" in {finding.rule for finding in first.findings}
    assert not dataset(first).identifier
    assert read({**package, "title": "Anderer"}).native_id != first.native_id


@pytest.mark.parametrize(
    "package", [{}, {"notes": "nur Text"}, {"title": ""}, {"id": None, "name": ""}, [], "text", 7, None]
)
def test_neither_title_nor_identity_is_set_aside(package: Any) -> None:
    with pytest.raises(Unusable) as refused:
        read(package)
    assert refused.value.finding.rule in ("record-without-identity", "record-unreadable")


@pytest.mark.parametrize(
    ("package", "said"),
    [
        ({"state": "deleted"}, "deleted"),
        ({"state": "draft"}, "draft"),
        ({"state": "active", "private": True}, "private"),
    ],
)
def test_what_is_not_public_is_left_out_with_a_finding(package: dict[str, Any], said: str) -> None:
    with pytest.raises(Unusable) as refused:
        read({"id": "a", "title": "A", **package})
    assert refused.value.finding.arguments == (said,)


def test_dkan_publishes_what_it_calls_private() -> None:
    assert read({"id": "a", "title": "A", "state": "Active", "private": True}).native_id == "a"


def test_modified_of_the_source_wins_over_that_of_the_portal() -> None:
    both = read(
        {
            "id": "a",
            "title": "A",
            "metadata_modified": "2026-01-01",
            "extras": [{"key": "modified", "value": "2020-05-05"}],
        }
    )
    assert [value.text for value in dataset(both).modified] == ["2020-05-05"]
    broken = read({"id": "a", "title": "A", "metadata_modified": "2026-01-01", "modified": "neulich"})
    assert [value.text for value in dataset(broken).modified] == ["2026-01-01"]


@pytest.mark.parametrize(
    ("resource", "download"),
    [
        ({"format": "CSV"}, True),
        ({"format": "HTML"}, False),
        ({"format": "WMS"}, False),
        ({"format": ""}, False),
        ({"format": "", "url_type": "upload"}, True),
        ({"format": "", "resource_type": "file"}, True),
        ({"format": "", "mimetype": "text/csv"}, True),
    ],
)
def test_download_address_only_for_files(resource: dict[str, Any], download: bool) -> None:
    reading = read(
        {"id": "a", "title": "A", "resources": [{"id": "r", "url": "https://www.example.org/x", **resource}]}
    )
    (found,) = distributions(reading)
    assert found.access_url == ("https://www.example.org/x",)
    assert found.download_url == (("https://www.example.org/x",) if download else ())


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//host/x", "siehe Amt"]
)
def test_F23_no_address_that_a_browser_runs(address: str) -> None:
    reading = read(
        {"id": "a", "title": "A", "url": address, "resources": [{"id": "r", "url": address, "uri": address}]}
    )
    written = ntriples_of(reading.record, "k")
    assert address not in written
    assert ("url", address) in reading.leftovers
    assert len(distributions(reading)) == 1


@pytest.mark.parametrize(
    ("fields", "license", "labels"),
    [
        ({"license_id": "dl-de/by-2-0"}, "http://dcat-ap.de/def/licenses/dl-by-de/2.0", ()),
        ({"license_id": "cc-by", "license_title": "CC BY 4.0"}, "http://dcat-ap.de/def/licenses/cc-by/4.0", ()),
        (
            {"license_id": "other-open", "license_url": "https://www.govdata.de/dl-de/zero-2-0"},
            "http://dcat-ap.de/def/licenses/dl-zero-de/2.0",
            (),
        ),
        ({"license_id": "notspecified", "license_title": "Keine Angabe"}, None, ()),
        ({"license_id": "", "license_title": None}, None, ()),
        ({"license_id": "hausordnung", "license_title": "Hausordnung"}, None, ("Hausordnung",)),
        ({"license_url": "https://www.example.org/l"}, "https://www.example.org/l", ()),
    ],
)
def test_F76_licence_is_looked_up_and_never_guessed(
    fields: dict[str, Any], license: str | None, labels: tuple[str, ...]
) -> None:
    reading = read({"id": "a", "title": "A", **fields, "resources": [{"id": "r", "url": "https://www.example.org/a"}]})
    (found,) = distributions(reading)
    assert found.license == ((license,) if license else ())
    kept = [label.text for statement in found.rights for label in getattr(statement, "label", ())]
    assert tuple(kept) == labels
    assert ("license-not-understood" in {finding.rule for finding in reading.findings}) == bool(labels)


def test_licence_of_a_package_without_resources_stays() -> None:
    extra = dict(dataset(read({"id": "a", "title": "A", "license_id": "cc-zero"})).extra)
    assert extra["http://purl.org/dc/terms/license"] == "http://dcat-ap.de/def/licenses/cc-zero"


def test_long_licence_text_is_kept_beside_its_code() -> None:
    sentence = "Die Daten stehen unter der Datenlizenz Deutschland Namensnennung 2.0; die Quelle ist stets anzugeben."
    reading = read(
        {"id": "a", "title": "A", "license_title": sentence, "resources": [{"url": "https://www.example.org/a"}]}
    )
    (found,) = distributions(reading)
    assert found.license == ("http://dcat-ap.de/def/licenses/dl-by-de/2.0",)
    (statement,) = found.rights
    assert getattr(statement, "label")[0].text == sentence  # noqa: B009


def test_publisher_of_an_organisation_is_one_record_for_all_its_datasets() -> None:
    organization = {
        "id": "o-1",
        "name": "amt",
        "title": "Ordnungsamt",
        "dcat_type": "http://purl.org/adms/publishertype/LocalAuthority",
    }
    first = read({"id": "a", "title": "A", "organization": organization})
    second = read({"id": "b", "title": "B", "organization": organization})
    assert first.companions == second.companions
    (agent,) = first.companions
    assert isinstance(agent, Agent)
    assert dataset(first).publisher == (agent.iri,)
    assert agent.name[0].text == "Ordnungsamt"
    stated = read(
        {
            "id": "c",
            "title": "C",
            "organization": organization,
            "extras": [{"key": "publisher_name", "value": "Gemeinde"}],
        }
    )
    assert isinstance(stated.companions[0], Agent)
    assert stated.companions[0].name[0].text == "Gemeinde"


def test_a_remark_on_a_publisher_is_on_each_of_its_datasets() -> None:
    organization = {"id": "o-2", "title": "Bauamt", "email": "keine Adresse"}
    readings = [read({"id": name, "title": name, "organization": organization}) for name in ("a", "b")]
    assert [{finding.rule for finding in reading.findings} for reading in readings] == [{"field-not-understood"}] * 2
    assert readings[0].findings[0].focus != readings[1].findings[0].focus
    assert readings[0].companions == readings[1].companions


def test_what_comes_again_keeps_its_trace_and_the_same_object() -> None:
    package = {
        "title": "A",
        "license_id": "dl-de/by-2-0",
        "organization": {"id": "o-3", "title": "Forstamt"},
        "maintainer": "Forstamt",
        "resources": [{"id": "r", "url": "https://portal.example.org/a.csv", "license_id": "cc-by/4.0"}],
    }
    first, second = (read({"id": name, **package}) for name in ("a", "b"))
    assert first.trace == second.trace
    assert first.companions[0] is second.companions[0]
    assert dataset(first).contact_point[0] is dataset(second).contact_point[0]


def test_geometry_without_a_readable_type_is_a_finding() -> None:
    for kind in ({"a": 1}, ["Point"], None):
        reading = read({"id": "a", "title": "A", "spatial": {"type": kind, "coordinates": [9, 50]}})
        assert [finding.rule for finding in reading.findings] == ["field-not-understood"]
        assert dataset(reading).spatial == ()


def test_series_and_its_member_name_the_same_iri() -> None:
    series = read({"id": "s-1", "name": "s", "title": "Reihe", "type": "dataset_series"})
    member = read({"id": "m", "title": "Teil", "in_series": ["s-1"]})
    assert isinstance(series.record, DatasetSeries)
    assert dataset(member).in_series == (series.record.iri,)


def test_persons_are_taken_out_behind_the_reader() -> None:
    package = json.loads((RECORDINGS[0].parent / "persons-in-json/input.json").read_text(encoding="utf-8"))
    (outcome,) = through_pipelines([package])
    assert "achname" not in outcome.ntriples
    assert "Institut f\u00fcr Schnee" in outcome.ntriples


def test_values_of_other_types_than_expected_are_kept() -> None:
    reading = read(
        {
            "id": 7,
            "title": {"de": "Titel", "fr": "Titre"},
            "notes": ["a", "b"],
            "tags": "eins, zwei",
            "groups": "envi",
            "version": 2,
            "resources": {"a": 1},
        }
    )
    record = dataset(reading)
    assert reading.native_id == "7"
    assert {(value.text, value.lang) for value in record.title} == {("Titel", "de"), ("Titre", "fr")}
    assert [value.text for value in record.keyword] == ["eins", "zwei"]
    assert record.theme == ("http://publications.europa.eu/resource/authority/data-theme/ENVI",)
    assert "resources" in dict(reading.leftovers)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "datasets", "resources"),
    [
        ("moers_ogd_dataset_2013.json", 1, 1),
        ("envidat_package_search.json", 2, 5),
        ("envidat_package_show.json", 1, 3),
        ("dkan_hauts_de_france_package_show.json", 1, 2),
        ("govdata_package_search_uba.json", 3, 3),
    ],
)
def test_sample(samples: Path, name: str, datasets: int, resources: int) -> None:
    answer = json.loads((samples / "ckan" / name).read_text(encoding="utf-8"))
    result = answer.get("result", answer)
    packages = result.get("results", [result]) if isinstance(result, dict) else result
    outcomes = through_pipelines(packages)
    assert [outcome.traceback for outcome in outcomes if outcome.set_aside] == []
    records = [outcome.reading.record for outcome in outcomes if outcome.reading]
    assert len(records) == datasets
    assert sum(len(getattr(record, "distribution")) for record in records) == resources  # noqa: B009
    for outcome in outcomes:
        assert len(list(pyoxigraph.parse(outcome.ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES)))


@pytest.mark.samples
def test_sample_of_govdata_in_detail(samples: Path) -> None:
    answer = json.loads((samples / "ckan/govdata_package_search_uba.json").read_text(encoding="utf-8"))
    first, second, *_ = [read(package) for package in answer["result"]["results"]]
    record = dataset(first)
    assert record.iri == "https://registry.gdi-de.org/id/de.bund.uba.inspire/d1e16cd3-dda8-440f-92a9-391e70647a49"
    assert record.contributor_id == ("http://dcat-ap.de/def/contributors/umweltbundesamt",)
    assert [theme.rsplit("/", 1)[-1] for theme in record.theme if isinstance(theme, str)] == ["REGI", "TRAN", "ECON"]
    assert distributions(first)[0].license == ("http://dcat-ap.de/def/licenses/cc-by/4.0",)
    assert distributions(second)[0].license == ()
    assert "license-not-understood" in {finding.rule for finding in second.findings}


@pytest.mark.samples
@pytest.mark.parametrize(
    "name",
    ["envidat_organization_list.json", "govdata_organization_list_all_fields.json", "stadt_zuerich_group_list.json"],
)
def test_sample_of_organisations_never_crashes(samples: Path, name: str) -> None:
    answer = json.loads((samples / "ckan" / name).read_text(encoding="utf-8"))
    entries = answer["result"] if isinstance(answer, dict) else answer
    assert [outcome.traceback for outcome in through_pipelines(entries)] == [""] * len(entries)


KEYS = st.sampled_from(
    sorted({*PACKAGE, *RESOURCE, "extras", "resources", "de", "name", "key", "value", "coordinates"})
)
VALUES = json_values(KEYS)
PACKAGES = st.dictionaries(KEYS | st.text(max_size=8), VALUES, max_size=14)


@given(
    PACKAGES,
    st.lists(st.dictionaries(KEYS, VALUES, max_size=8), max_size=3),
    st.lists(st.tuples(KEYS, VALUES), max_size=5),
)
def test_any_object_is_a_record_or_set_aside(
    package: dict[str, Any], resources: list[Any], extras: list[tuple[str, Any]]
) -> None:
    whole = {**package, "resources": resources, "extras": [{"key": key, "value": value} for key, value in extras]}
    for outcome in through_pipelines([package, whole]):
        assert outcome.traceback == ""
        for finding in outcome.findings:
            assert finding.rule in WORDING
            assert finding.message("de")
        if outcome.set_aside:
            continue
        assert outcome.reading is not None
        list(pyoxigraph.parse(outcome.ntriples, format=pyoxigraph.RdfFormat.N_TRIPLES))
        record = outcome.reading.record
        assert record.iri
        graph = rdflib.Graph().parse(data=outcome.ntriples, format="nt")
        assert len(graph) == outcome.ntriples.count("\n")


@given(st.dictionaries(st.sampled_from(sorted(SERVICE)), VALUES, max_size=8))
def test_any_access_service_is_read(service: dict[str, Any]) -> None:
    package = {"id": "a", "title": "A", "resources": [{"id": "r", "access_services": json.dumps([service])}]}
    (outcome,) = through_pipelines([package])
    assert outcome.traceback == ""
    assert outcome.reading is not None
    assert all(isinstance(record, Agent | DataService) for record in outcome.reading.companions)
