"""The SPARQL spider against an endpoint of pyoxigraph: pages, caps, failures, formats, and what real catalogues hold."""

from __future__ import annotations

import sys
import threading

import pytest
from scrapy.http import Request

from harvesters.answer import Answer
from harvesters.sparql import results
from harvesters.sparql.queries import check_pattern
from harvesters.spiders.sparql import SparqlSpider
from schemas.model import DataService
from schemas.ntriples import ntriples_of
from schemas.region import ConfigurationError
from schemas.syntax import Unreadable
from tests.harvesters.source_walks import distributions, walk
from tests.harvesters.sparql_catalogue import SHARED, URL, catalog, dataset, ids, store, titles
from tests.harvesters.sparql_endpoint import ROWS, STATEMENTS, Endpoint

# ---------------------------------------------------------------------------------------------------------- whole


def test_datasets_come_with_all_that_hangs_on_them() -> None:
    endpoint = Endpoint(catalog(3))
    found = walk("sparql", URL, endpoint)
    assert found.titles == titles(3)
    assert (found.coverage, found.job.stated_total, found.rules) == ("complete", 3, [])
    record = found.datasets[ids(3)[1]]
    (distribution,) = distributions(record)
    assert distribution.access_url == ("https://data.example/1.csv",)
    written = ntriples_of(record, "k")
    assert "Bauamt" in written
    assert "mailto:bauamt@example.org" in written
    outcome = found.sink.outcomes[1]
    assert outcome.reading is not None
    companions = {companion.iri: companion for companion in outcome.reading.companions}
    service = companions["https://data.example/wfs"]
    assert isinstance(service, DataService)
    # The source names no publisher of the service: it is the municipality, which comes along.
    assert set(companions) == {"https://data.example/amt", "https://data.example/wfs", *map(str, service.publisher)}


def test_services_and_series_that_no_dataset_names_come_as_records() -> None:
    more = """
    ex:wms a dcat:DataService ; dct:title "WMS"@de . ex:reihe a dcat:DatasetSeries ; dct:title "Reihe"@de .
    ex:jahr a dcat:Dataset ; dct:title "2026"@de ; dcat:inSeries ex:jahre . ex:jahre a dcat:DatasetSeries .
    ex:katalog a dcat:Catalog , dcat:Dataset ; dct:title "Katalog"@de ; dcat:dataset ex:d0000 .
    ex:eintrag a dcat:CatalogRecord ; foaf:primaryTopic ex:d0000 .
    """
    found = walk("sparql", URL, Endpoint(catalog(1, more)))
    assert sorted(found.ids) == [f"https://data.example/{name}" for name in ("d0000", "jahr", "reihe", "wms")]
    first = found.sink.outcomes[0].reading
    assert first is not None
    assert first.source_record == "https://data.example/eintrag"
    assert found.coverage == "complete"


def test_code_lists_and_other_datasets_are_not_followed() -> None:
    more = """
    ex:d0000 dcat:theme ex:thema ; dct:relation ex:d0001 . ex:thema a skos:Concept ; skos:prefLabel "Umwelt"@de .
    """
    found = walk("sparql", URL, Endpoint(catalog(2, more)), {"page": 1})
    assert "Umwelt" not in ntriples_of(found.datasets[ids(1)[0]], "k")
    assert found.titles == titles(2)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("statements", STATEMENTS)
def test_answers_in_every_format(rows: str, statements: str) -> None:
    found = walk("sparql", URL, Endpoint(catalog(2), kinds=(rows, statements)))
    assert found.titles == titles(2)
    assert found.coverage == "complete"


def test_pages_and_batches() -> None:
    endpoint = Endpoint(catalog(25))
    found = walk("sparql", URL, endpoint, {"page": 10})
    assert found.ids == ids(25)
    assert len(endpoint.descriptions) == 3
    assert len(endpoint.lists) == 1
    assert found.job.pages == 3


def test_long_queries_go_by_post_and_all_where_asked_for() -> None:
    endpoint = Endpoint(catalog(60))
    walk("sparql", URL, endpoint)
    assert {method for method, query in endpoint.asked if "CONSTRUCT" in query} == {"POST"}
    assert {method for method, query in endpoint.asked if "COUNT(DISTINCT" in query} == {"GET"}
    endpoint = Endpoint(catalog(3))
    assert walk("sparql", URL, endpoint, {"method": "post"}).ids == ids(3)
    assert {method for method, _ in endpoint.asked} == {"POST"}


def test_an_endpoint_that_takes_no_post_is_asked_for_less() -> None:
    endpoint = Endpoint(catalog(40), post=False)
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(40)
    assert found.coverage == "complete"


def test_own_pattern_narrows_down() -> None:
    endpoint = Endpoint(catalog(3, 'ex:d0002 dcat:keyword "Wald" .'))
    found = walk("sparql", URL, endpoint, {"query": '?dataset dcat:keyword "Wald"'})
    assert found.ids == ids(3)[2:]
    assert found.job.stated_total == 1


def test_graph() -> None:
    endpoint = Endpoint(store(dataset(0) + SHARED, "https://data.example/graph"))
    found = walk("sparql", URL, endpoint, {"graph": "https://data.example/graph"})
    assert found.titles == titles(1)
    (distribution,) = distributions(found.datasets[ids(1)[0]])
    assert distribution.access_url


def test_F04_no_datasets_is_complete_and_other_graphs_are_named() -> None:
    found = walk("sparql", URL, Endpoint(store(dataset(0), "https://data.example/graph")))
    assert (found.ids, found.coverage, found.job.pages) == ([], "complete", 1)
    assert found.rules == ["sparql-other-graphs"]
    assert "https://data.example/graph" in found.job.findings[0].message()


def test_datasets_without_iri_are_counted() -> None:
    found = walk("sparql", URL, Endpoint(catalog(1, '[] a dcat:Dataset ; dct:title "Namenlos" .')))
    assert found.ids == ids(1)
    assert found.rules == ["sparql-datasets-without-iri"]


def test_replay_asks_nobody_and_halves_where_the_run_had_to() -> None:
    found = walk("sparql", URL, Endpoint(catalog(12), most=5), {"page": 12})
    again = walk("sparql", URL, {}, {"page": 12}, replay=found)
    assert again.titles == found.titles == titles(12)
    assert again.coverage == found.coverage == "complete"


def test_unchanged_records_are_known() -> None:
    before = walk("sparql", URL, Endpoint(catalog(3)))
    found = walk("sparql", URL, Endpoint(catalog(3)), before=before)
    assert [outcome.reading for outcome in found.sink.outcomes] == [None] * 3


# ------------------------------------------------------------------------------------------------ options, detection


@pytest.mark.parametrize("options", [{"graph": "kein IRI"}, {"query": "?x a ?y"}, {"query": "?dataset a"}, {"page": 0}])
def test_options_are_checked(options: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError):
        walk("sparql", URL, {}, options)


def test_F42_own_pattern_asks_no_other_endpoint() -> None:
    with pytest.raises(ValueError, match="SERVICE"):
        check_pattern("SERVICE <https://elsewhere.example/> { ?dataset a ?x }")
    assert check_pattern("?dataset dct:title ?title") == "?dataset dct:title ?title"


def test_detection() -> None:
    endpoint = Endpoint(catalog(5))
    answers = {}
    for place in SparqlSpider.probes(URL):
        _, _, body = endpoint(Request(place))
        answers[place] = Answer(place, place, 200, {}, body, "", 0.0)
    found = SparqlSpider.detect(URL, answers)
    assert found is not None
    assert (found.url, found.count, len(found.samples)) == (URL, 5, 3)
    assert SparqlSpider.probes("https://www.example.org/x/")[0].startswith("https://www.example.org/x/sparql?query=")
    assert SparqlSpider.probes("ordner") == ()
    html = Answer(URL, URL, 200, {}, b"<html>", "", 0.0)
    assert SparqlSpider.detect(URL, dict.fromkeys(SparqlSpider.probes(URL), html)) is None


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe", b"{", b"[]", b"?a\n<", b"<sparql>", b'{"head":{"vars":["a"]}}', b"a,b"]
)
def test_F01_what_is_no_result_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        results.rows(body)
    assert refused.value.de != refused.value.en


def test_a_refusal_may_be_freed_on_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    complaints: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", complaints.append)
    kept: list[Unreadable] = []

    def read() -> None:
        try:
            results.rows(b'{"head":{"vars":["a"]},"results":{"bindings":[{"a":{"type":"uri","value":"no iri"}}]}}')
        except Unreadable as error:
            kept.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    reader.join()
    assert kept
    kept.clear()
    assert complaints == []
