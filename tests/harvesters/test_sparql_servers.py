"""The SPARQL spider against servers on loopback, and real catalogues out of an endpoint."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import RdfFormat
from rdflib.compare import isomorphic

from schemas import syntax
from schemas.ntriples import ntriples_of
from tests.harvesters import sparql_endpoint
from tests.harvesters.crawl_runs import crawl, write_region
from tests.harvesters.source_walks import Walk, walk
from tests.harvesters.sparql_catalogue import PREFIXES, SHARED, URL, catalog, dataset, titles
from tests.harvesters.sparql_endpoint import Endpoint

_SERVERS = Path(__file__).resolve().parents[2] / ".venv-servers/bin/python"


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
        stored.load(input=ntriples_of(each.datasets[key], "k").encode(), format=RdfFormat.N_TRIPLES)
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
        for _ in range(1200):
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
        process.wait(120)


def test_crawl_of_rdflib_endpoint(rdflib_endpoint: str, tmp_path: Path) -> None:
    folder = write_region(tmp_path, s=f'url = "{rdflib_endpoint}"\nprotocol = "sparql"\n[sparql]\npage = 5\n')
    run = crawl(folder, "s")
    assert run.titles == titles(12)
    assert run.report["coverage"] == "complete"
