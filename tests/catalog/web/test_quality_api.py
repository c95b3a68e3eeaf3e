"""The scores for programs: DQV as an RDF library reads it, JSON, refusals, ETags; nothing of them in any feed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.namespace import PROV, XSD

from catalog.feeds import formats
from catalog.web.api import quality
from schemas import iris
from schemas.mqa import METRICS, PIVEAU
from tests.catalog.builder import BASE, Stored, dataset
from tests.catalog.web.asking import Place, companions, place_in, whole
from tests.catalog.web.pages_reading import file
from tests.catalog.web.scored import FINE, GONE, NOW, answer, history, score

DQV, PV = Namespace("http://www.w3.org/ns/dqv#"), Namespace(PIVEAU)
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
CSV = "https://www.neuhof-fulda.de/daten.csv"


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        yield made


@pytest.fixture
def full(place: Place) -> Place:
    place.publish(
        *companions(),
        Stored("bau", whole("Bauplätze in Neuhof")),
        Stored("rad", dataset("Radwege", distribution=(file(1),))),
        Stored("bad", dataset("Badeseen"), source_key="flieden-portal"),
    )
    history(place, {CSV: FINE, "https://x.example/1": GONE})
    return place


def turtle(place: Place, path: str) -> Graph:
    answered = place.ask.get(path)
    assert answered.status_code == 200, answered.text
    assert answered.headers["content-type"].startswith("text/turtle")
    return Graph().parse(data=answered.content, format="turtle")


def measured(graph: Graph, on: str | None = None) -> dict[str, object]:
    """Metric to value of the measurements of one resource."""
    found: dict[str, object] = {}
    for measurement in graph.subjects(RDF.type, DQV.QualityMeasurement):
        if on is None or (measurement, DQV.computedOn, URIRef(on)) in graph:
            metric = str(graph.value(measurement, DQV.isMeasurementOf)).removeprefix(PIVEAU)
            metric = metric.removeprefix(f"{BASE}/quality.ttl#")
            value = graph.value(measurement, DQV.value)
            assert isinstance(value, Literal)
            found[metric] = value.toPython()
    return found


def test_a_dataset_is_measured_in_the_terms_of_the_piveau_vocabulary(full: Place) -> None:
    slug = full.slug("bau")
    graph = turtle(full, f"/dataset/{slug}/quality.ttl")
    iri = iris.mint(BASE, "dataset", iris.key("neuhof-portal", "bau"))
    file_iri = f"{BASE}/id/distribution/{iris.key('neuhof-portal', 'Bauplätze in Neuhof')}"
    own, of_file = measured(graph, iri), measured(graph, file_iri)
    assert own["keywordAvailability"] is True
    assert own["dcatApCompliance"] is True
    assert (own["scoring"], own["findabilityScoring"], own["contextualityScoring"]) == (390, 100, 5)
    assert (own["govdata-license"], own["govdata-publisher"], own["govdata-contributor"]) == (3, True, True)
    assert of_file["accessUrlStatusCode"] == 200
    assert of_file["byteSizeAvailability"] is False
    assert {metric.id for metric in METRICS} == (own.keys() | of_file.keys()) - {
        name for name in own if name.endswith("coring") or name.startswith("govdata")
    }
    for measurement in graph.subjects(RDF.type, DQV.QualityMeasurement):
        assert str(measurement).startswith(f"{BASE}/dataset/{slug}/quality.ttl#")
        on = graph.value(measurement, DQV.computedOn)
        assert (on, DQV.hasQualityMeasurement, measurement) in graph
        when = graph.value(measurement, PROV.generatedAtTime)
        assert isinstance(when, Literal)
        assert when.datatype == XSD.dateTime


def test_metrics_of_ours_are_defined_where_their_iri_leads(full: Place) -> None:
    graph, of_dataset = turtle(full, "/quality.ttl"), turtle(full, f"/dataset/{full.slug('bau')}/quality.ttl")
    defined = set(graph.subjects(RDF.type, DQV.Metric))
    used = set(of_dataset.objects(None, DQV.isMeasurementOf))
    assert {metric for metric in used if not str(metric).startswith(PIVEAU)} == defined
    assert len(defined) == 4


def test_what_is_not_known_is_not_measured(full: Place) -> None:
    """An address that was not asked has no status code; one that is dead has it, or 0 where nothing answered."""
    graph = turtle(full, f"/dataset/{full.slug('rad')}/quality.ttl")
    found = measured(graph)
    assert found["accessUrlStatusCode"] == 404
    assert "downloadUrlStatusCode" not in found
    bare = measured(turtle(full, f"/dataset/{full.slug('bad', 'flieden-portal')}/quality.ttl"))
    assert "formatAvailability" not in bare
    assert bare["scoring"] == 0


def test_the_same_as_json(full: Place) -> None:
    told = full.ask.get(f"/dataset/{full.slug('rad')}/quality.json").json()
    assert told["band"] == "bad"
    assert told["dimensions"]["accessibility"] == {"score": 20, "highest": 100}
    metrics = {each["metric"]: each for each in told["metrics"]}
    assert metrics["accessUrlStatusCode"]["met"] is False
    assert metrics["accessUrlStatusCode"]["status"] == 404
    assert metrics["downloadUrlStatusCode"]["met"] is None
    assert sum(each["points"] for each in told["metrics"]) == told["score"]
    assert {link["address"]: link["works"] for link in told["links"]} == {
        "https://x.example/1": False,
        "https://x.example/1.csv": None,
    }
    assert [day["day"] for day in told["history"]] == ["2025-12-31", "2026-01-10"]
    assert told["govdata"]["license"] == 3


def test_the_region_is_measured_on_the_catalogue_its_municipalities_and_sources(full: Place) -> None:
    graph = turtle(full, "/quality.ttl")
    told = full.ask.get("/quality.json").json()
    own = measured(graph, f"{BASE}/id/catalog")
    assert float(str(own["scoring"])) == told["score"]
    subjects = {str(o) for o in graph.objects(None, DQV.computedOn)}
    assert f"{BASE}/quality#source-neuhof-portal" in subjects
    assert len([each for each in subjects if "/id/agent/" in each]) == 2
    totals = [measured(graph, iri)["scoring"] for iri in subjects if "/id/dataset/" in iri]
    assert sorted(map(int, map(str, totals))) == sorted(
        full.ask.get(f"/dataset/{full.slug(*which)}/quality.json").json()["score"]
        for which in (("bau",), ("rad",), ("bad", "flieden-portal"))
    )
    assert told["datasets"] == 3
    assert [each["id"] for each in told["municipalities"]] == ["neuhof", "flieden"]
    assert told["sources"][0]["score"] == told["municipalities"][0]["score"]
    assert told["addresses"] == {"good": 1, "bad": 1, "unknown": 1}
    assert [each["address"] for each in told["broken"]] == ["https://x.example/1"]
    assert told["causes"][0]["points"] >= told["causes"][-1]["points"]


def test_the_document_of_the_region_is_paged(full: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "PAGE", 2)
    found: set[object] = set()
    address: str | None = "/quality.ttl?page=1"
    visited = 0
    while address is not None:
        graph = turtle(full, address)
        found |= {o for o in graph.objects(None, DQV.computedOn) if "/id/dataset/" in str(o)}
        following = graph.value(URIRef(f"{BASE}{address}"), HYDRA.next)
        address = str(following).removeprefix(BASE) if following is not None else None
        visited += 1
    assert (visited, len(found)) == (2, 3)
    assert measured(turtle(full, "/quality.ttl?page=9")) == {}


@pytest.mark.parametrize("page", ["0", "-1", "x", "", "1.5"])
def test_a_page_that_is_no_number_is_refused(full: Place, page: str) -> None:
    assert full.ask.get(f"/quality.ttl?page={page}").status_code == 400


def test_what_has_no_score(full: Place, place: Place) -> None:
    assert full.ask.get("/dataset/nichts/quality.ttl").status_code == 404
    key = iris.key("neuhof-portal", "bau")
    moved = full.ask.get(f"/dataset/{key}/quality.json")
    assert (moved.status_code, moved.headers["location"]) == (301, f"/dataset/{full.slug('bau')}/quality.json")
    full.publish(Stored("neu", whole("Neu")))
    assert full.ask.get(f"/dataset/{full.slug('neu')}/quality.ttl").status_code == 404
    slug = full.slug("rad")
    full.publish(Stored("rad", None))
    assert full.ask.get(f"/dataset/{slug}/quality.ttl").status_code == 410


def test_before_anything_is_scored_there_is_an_empty_document(place: Place) -> None:
    assert place.ask.get("/quality.json").json()["datasets"] == 0
    assert measured(turtle(place, "/quality.ttl"), f"{BASE}/id/catalog")["scoring"] == 0


def test_answers_are_open_and_have_an_etag(full: Place) -> None:
    for path in ("/quality.ttl", "/quality.json", f"/dataset/{full.slug('bau')}/quality.ttl"):
        first = full.ask.get(path)
        assert first.headers["access-control-allow-origin"] == "*"
        assert full.ask.get(path, if_none_match=first.headers["etag"]).status_code == 304
        assert full.ask.get(path, "HEAD").content == b""


def test_no_feed_knows_of_scores(full: Place) -> None:
    """Feeds must not change when only we looked."""
    paths = [f"/catalog.{suffix}" for suffix in formats()] + [f"/dataset/{full.slug('bau')}.ttl", "/feed.atom"]
    before = {path: full.ask.get(path).content for path in paths}
    answer(full, {CSV: GONE}, NOW + timedelta(days=5))
    score(full, NOW + timedelta(days=5))
    for path, content in before.items():
        assert b"dqv" not in content
        assert full.ask.get(path).content == content, path
