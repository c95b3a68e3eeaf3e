"""The SPARQL spider against an endpoint of pyoxigraph: pages, caps, failures, formats, and what real catalogues hold."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import RdfFormat
from rdflib.compare import isomorphic
from scrapy.http import Request

from harvesters.answer import Answer
from harvesters.sparql import results
from harvesters.sparql.queries import Scope, check_pattern
from harvesters.spiders.sparql import SparqlSpider
from schemas import rdf, syntax
from schemas.limits import Limits
from schemas.model import DataService
from schemas.region import ConfigurationError
from schemas.syntax import Unreadable
from tests.harvesters import sparql_endpoint
from tests.harvesters.crawl_runs import crawl, write_region
from tests.harvesters.source_walks import Reply, Walk, distributions, walk
from tests.harvesters.sparql_endpoint import ROWS, STATEMENTS, Endpoint

URL = "https://endpoint.example/sparql"
_SERVERS = Path(__file__).resolve().parents[2] / ".venv-servers/bin/python"
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix ex: <https://data.example/> .
"""


def dataset(number: int, more: str = "") -> str:
    return f"""
ex:d{number:04} a dcat:Dataset ; dct:title "Daten {number}"@de ; dct:publisher ex:amt ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "Bauamt" ; vcard:hasEmail <mailto:bauamt@example.org> ] ;
  dcat:distribution ex:d{number:04}-csv {more} .
ex:d{number:04}-csv a dcat:Distribution ; dcat:accessURL <https://data.example/{number}.csv> ;
  dcat:accessService ex:wfs .
"""


SHARED = """
ex:amt a foaf:Organization ; foaf:name "Amt"@de .
ex:wfs a dcat:DataService ; dct:title "WFS"@de ; dcat:endpointURL <https://data.example/wfs> ;
  dcat:contactPoint [ a vcard:Organization ; vcard:fn "GIS" ] ; dcat:servesDataset ex:d0001 .
"""


def store(turtle: str, graph: str | None = None) -> pyoxigraph.Store:
    found = pyoxigraph.Store()
    to_graph = pyoxigraph.NamedNode(graph) if graph else None
    found.load(input=(PREFIXES + turtle).encode(), format=RdfFormat.TURTLE, to_graph=to_graph)
    return found


def catalog(count: int, more: str = "") -> pyoxigraph.Store:
    return store("".join(dataset(number) for number in range(count)) + SHARED + more)


def ids(count: int) -> list[str]:
    return [f"https://data.example/d{number:04}" for number in range(count)]


def titles(count: int) -> dict[str, str]:
    return {iri: f"Daten {number}" for number, iri in enumerate(ids(count))}


# ---------------------------------------------------------------------------------------------------------- whole


def test_datasets_come_with_all_that_hangs_on_them() -> None:
    endpoint = Endpoint(catalog(3))
    found = walk("sparql", URL, endpoint)
    assert found.titles == titles(3)
    assert (found.coverage, found.job.stated_total, found.rules) == ("complete", 3, [])
    record = found.datasets[ids(3)[1]]
    (distribution,) = distributions(record)
    assert distribution.access_url == ("https://data.example/1.csv",)
    written = rdf.ntriples(record, "k")
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
    assert "Umwelt" not in rdf.ntriples(found.datasets[ids(1)[0]], "k")
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


# --------------------------------------------------------------------------------------------------------- faults


def test_F70_rows_capped_without_a_word() -> None:
    endpoint = Endpoint(catalog(25), rows=10)
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(25)
    assert found.coverage == "complete"
    assert len(endpoint.lists) == 3


def test_F70_rows_capped_where_nothing_is_counted() -> None:
    endpoint = Endpoint(catalog(25), rows=10, quirks={"COUNT(DISTINCT": (500, {}, b"too dear")})
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(25)
    assert found.coverage == "complete"
    assert len(endpoint.lists) == 4


@pytest.mark.parametrize("most", [20, 33, 57])
def test_F70_statements_capped_without_a_word(most: int) -> None:
    endpoint = Endpoint(catalog(10), statements=most)
    found = walk("sparql", URL, endpoint)
    whole = walk("sparql", URL, Endpoint(catalog(10)))
    assert found.coverage == "complete"
    assert {k: rdf.ntriples(r, "k") for k, r in found.datasets.items()} == {
        k: rdf.ntriples(r, "k") for k, r in whole.datasets.items()
    }


def test_F70_one_description_cut_leaves_the_run_partial() -> None:
    found = walk("sparql", URL, Endpoint(catalog(2), statements=6))
    assert found.ids == []
    assert found.job.report().failure_de is not None
    assert re.search(r"nur 6 von \d+ Aussagen", found.failures)


def test_a_heavy_batch_is_halved() -> None:
    endpoint = Endpoint(catalog(12), most=5)
    found = walk("sparql", URL, endpoint, {"page": 12})
    assert found.ids == ids(12)
    assert found.coverage == "complete"


def test_F14_F22_one_dataset_that_fails_leaves_the_others() -> None:
    endpoint = Endpoint(catalog(4))
    answer = endpoint.answer

    def failing(method: str, query: str) -> Reply:
        bad = "CONSTRUCT" in query and "d0002" in query
        return (500, {}, b"kaputt") if bad else answer(method, query)

    endpoint.answer = failing  # type: ignore[method-assign]
    found = walk("sparql", URL, endpoint)
    assert found.ids == [iri for iri in ids(4) if "d0002" not in iri]
    assert found.coverage == "partial"
    assert "d0002: nicht abgefragt, Status 500" in found.failures


def test_F13_an_endpoint_that_always_fails_is_left_alone_soon() -> None:
    endpoint = Endpoint(catalog(64), quirks={"CONSTRUCT": (500, {}, b"kaputt")})
    found = walk("sparql", URL, endpoint, {"page": 1})
    assert len(endpoint.descriptions) == 8
    assert found.job.report().failure_de is not None


def test_F11_a_list_that_repeats_itself_ends() -> None:
    endpoint = Endpoint(catalog(3))
    endpoint.quirks["ORDER BY ?dataset"] = endpoint.answer("GET", Scope().page("", 2))
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(2)
    assert found.coverage == "partial"
    assert "nur 2 von 3" in found.failures


def test_F16_a_dataset_that_goes_while_we_page_is_no_failure() -> None:
    endpoint = Endpoint(catalog(2))
    listed = endpoint.answer("GET", Scope().page("", 9))
    whole = endpoint.answer("GET", Scope().count())
    endpoint = Endpoint(catalog(1), quirks={"ORDER BY ?dataset": listed, "isIRI": whole})
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(1)
    assert found.rules == ["sparql-dataset-not-described"]
    assert found.coverage == "complete"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, {}, b"<!doctype html><title>Wartung</title>"), "Wartung"),
        ((200, {}, b"Virtuoso 37000 Error SP030: SPARQL compiler, line 1"), "Virtuoso 37000"),
        ((200, {}, b'{"error": "nein"}'), "nein"),
        ((200, {}, b'{"head": {}, "boolean": true}'), "boolean"),
        ((200, {}, b'{"head": {"vars": ["count"]}, "results": {"bindings": ['), "bindings"),
        ((200, {}, b"<!DOCTYPE a [<!ENTITY b 'c'>]><sparql/>"), "DOCTYPE"),
        ((200, {}, b" "), "leer"),
    ],
    ids=["F01-html", "F02-virtuoso", "F02-json", "boolean", "F21-cut", "F39-doctype", "F03-empty"],
)
def test_F01_F02_an_error_sent_with_200_fails_the_run(reply: Reply, said: str) -> None:
    found = walk("sparql", URL, lambda request: reply)
    assert found.job.report().failure_de is not None
    assert said in found.failures


def test_F02_an_error_in_the_place_of_statements_is_no_empty_answer() -> None:
    error: Reply = (200, {"Content-Type": "text/plain"}, b"Virtuoso S1T00 Error SR171: Transaction timed out")
    found = walk("sparql", URL, Endpoint(catalog(2), quirks={"CONSTRUCT": error}))
    assert found.job.report().failure_de is not None
    assert "SR171" in found.failures


def test_F25_a_closed_endpoint_fails_the_run() -> None:
    found = walk("sparql", URL, lambda request: (403, {}, b""))
    assert len(found.job.failures) == 1
    assert "403" in found.failures


def test_F13_budget_of_records() -> None:
    found = walk("sparql", URL, Endpoint(catalog(9)), {"page": 2}, limits=Limits(records=4))
    assert len(found.ids) == 4
    assert found.coverage == "partial"


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


# ---------------------------------------------------------------------------------------------------- real servers


@pytest.fixture(scope="module")
def endpoint_address() -> Iterator[str]:
    with sparql_endpoint.serving(Endpoint(catalog(70), rows=30)) as address:
        yield address


def test_crawl_of_an_endpoint_on_loopback(endpoint_address: str, tmp_path: Path) -> None:
    folder = write_region(tmp_path, s=f'url = "{endpoint_address}"\nprotocol = "sparql"\n')
    run = crawl(folder, "s")
    assert run.titles == titles(70)
    assert run.report["coverage"] == "complete"
    again = crawl(folder, "s", state=run.state, replay=True)
    assert again.titles == run.titles


CATALOGS = {
    "rostock_catalog_page1_hydra.rdf": 100,
    "brandenburg_catalog.ttl": 112,
    "destatis_catalog.rdf": 135,
    "govdata_ckan_catalog_endpoint_2017.rdf": 6,
    # With a service that no dataset refers to.
    "udata_site_catalog.xml": 3,
}


def _loaded(samples: Path, name: str) -> pyoxigraph.Store:
    body = (samples / "dcat" / name).read_bytes()
    kind = RdfFormat.TURTLE if name.endswith(".ttl") else RdfFormat.RDF_XML
    found = pyoxigraph.Store()
    found.bulk_load(input=body, format=kind, base_iri="https://data.example/", lenient=True)
    return found


@pytest.mark.samples
@pytest.mark.parametrize("name", CATALOGS)
def test_real_catalogues_come_out_of_an_endpoint_as_out_of_their_feed(samples: Path, name: str) -> None:
    found = walk("sparql", URL, Endpoint(_loaded(samples, name), statements=10_000))
    feed = _feed(samples, name)
    assert len(found.ids) == CATALOGS[name]
    assert found.coverage == "complete"
    assert found.tracebacks == []
    assert set(found.ids) == set(feed.ids)
    different = [key for key in feed.datasets if not _alike(found, feed, key)]
    assert different == []


def _feed(samples: Path, name: str) -> Walk:
    body = (samples / "dcat" / name).read_bytes()
    place = "https://data.example/"
    syntax.load(body, place)
    pages = {place: body}
    return walk("dcat", place, lambda request: pages.get(request.url))


def _alike(found: Walk, feed: Walk, key: str) -> bool:
    graphs = []
    for each in (found, feed):
        # The store writes numbers and moments in their shortest form.
        stored = pyoxigraph.Store()
        stored.load(input=rdf.ntriples(each.datasets[key], "k").encode(), format=RdfFormat.N_TRIPLES)
        written = pyoxigraph.serialize([quad.triple for quad in stored], format=RdfFormat.N_TRIPLES)
        graphs.append(rdflib.Graph().parse(data=written, format="nt"))
    return bool(isomorphic(*graphs))


@pytest.fixture
def rdflib_endpoint(tmp_path: Path) -> Iterator[str]:
    """The address of rdflib-endpoint with a catalogue, in the servers' environment."""
    if not _SERVERS.exists():
        pytest.skip("no real servers here: run scripts/servers")
    probe = subprocess.run([str(_SERVERS), "-c", "import rdflib_endpoint, uvicorn"], capture_output=True, check=False)
    if probe.returncode:
        pytest.skip("rdflib-endpoint is not among the real servers")
    file = tmp_path / "catalog.ttl"
    file.write_text(PREFIXES + "".join(dataset(number) for number in range(12)) + SHARED)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    code = (
        "import rdflib, uvicorn\nfrom rdflib_endpoint import SparqlEndpoint\n"
        f"graph = rdflib.Dataset(default_union=True)\ngraph.parse({str(file)!r})\n"
        f"uvicorn.run(SparqlEndpoint(graph=graph, path='/sparql'), host='127.0.0.1', port={port}, log_level='error')"
    )
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen([str(_SERVERS), "-c", code], stdout=log, stderr=log)
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/sparql", timeout=5).close()
                break
            except urllib.request.HTTPError:
                break
            except OSError:
                assert process.poll() is None, (tmp_path / "log").read_text()
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/sparql"
    finally:
        process.terminate()
        process.wait(10)


def test_crawl_of_rdflib_endpoint(rdflib_endpoint: str, tmp_path: Path) -> None:
    folder = write_region(tmp_path, s=f'url = "{rdflib_endpoint}"\nprotocol = "sparql"\n[sparql]\npage = 5\n')
    run = crawl(folder, "s")
    assert run.titles == titles(12)
    assert run.report["coverage"] == "complete"
