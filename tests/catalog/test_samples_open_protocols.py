"""What real servers sent, behind a SPARQL endpoint, an OAI-PMH repository and a sitemap, harvested through the command."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalog.search import Catalogue
from tests.catalog.sampling import Harvested, Source, datasets, harvest
from tests.harvesters.sparql_endpoint import Endpoint
from tests.sample_server import serving

pytestmark = pytest.mark.samples

Query = dict[str, list[str]]
Answer = tuple[int, str, bytes]


class Sample(NamedTuple):
    """A source: protocol, path, how many datasets and distributions the samples' list counts, more of its file."""

    protocol: str
    path: str
    datasets: int
    distributions: int | None = None
    more: str = ""


GET = '[sparql]\nmethod = "get"\npage = 20\n'
# Counts are those of the samples' README; the files of one record are counted here.
SAMPLES = {
    "sparql-rostock": Sample("sparql", "sparql/rostock_catalog_page1_hydra.rdf", 100, 773, GET),
    "sparql-brandenburg": Sample("sparql", "sparql/brandenburg_catalog.ttl", 112, 212, GET),
    "sparql-destatis": Sample("sparql", "sparql/destatis_catalog.rdf", 135, 135, GET),
    "sparql-govdata": Sample("sparql", "sparql/govdata_ckan_catalog_endpoint_2017.rdf", 6, 17, GET),
    "oai-dcat": Sample("oaipmh", "oai/dcat", 2, 2),
    "oai-iso": Sample("oaipmh", "oai/iso", 3),
    "web-sitemap": Sample("sitemap", "map/sitemap.xml", 0),
}
OF_ONE = {
    "dcat": ("dcat/geonetwork_oreme_catalog.rdf", "dcat/sweden_dataset.rdf"),
    "iso": ("geo/iso19139_dwd_dataset.xml", "geo/iso_fisbroker_dataset_open_data.xml", "geo/iso_keywords_anchor.xml"),
}


@pytest.fixture(scope="module")
def harvested(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    @cache
    def endpoint(name: str) -> Endpoint:
        store = pyoxigraph.Store()
        kind = RdfFormat.TURTLE if name.endswith(".ttl") else RdfFormat.RDF_XML
        store.bulk_load(
            input=(samples / "dcat" / name).read_bytes(), format=kind, base_iri="https://data.example/", lenient=True
        )
        # With the cap of many a public endpoint.
        return Endpoint(store, rows=50, statements=1_000)

    def sparql(rest: str, query: Query) -> Answer:
        status, headers, body = endpoint(rest).answer("GET", query["query"][0])
        return status, headers.get("Content-Type", "text/plain"), body

    def oai(rest: str, query: Query) -> Answer:
        return 200, "text/xml", _repository(samples, rest, {name: values[0] for name, values in query.items()})

    def sitemap(rest: str, query: Query) -> Answer:
        pages = "".join(
            f"<url><loc>/static/web/{file.name}</loc></url>" for file in sorted((samples / "web").iterdir())
        )
        return 200, "text/xml", f"<urlset>{pages}</urlset>".encode()

    folder = tmp_path_factory.mktemp("samples")
    with serving(samples, sparql=sparql, oai=oai, map=sitemap) as address:
        sources = {name: Source(s.protocol, f"{address}/{s.path}", s.more) for name, s in SAMPLES.items()}
        yield harvest(folder, address, sources)


def _repository(samples: Path, kind: str, query: dict[str, str]) -> bytes:
    """Files of one record each as an OAI-PMH repository, one record in a part."""
    verb, prefix = query.get("verb", ""), {"dcat": "dcat_ap", "iso": "iso19139"}[kind]
    inner = "<granularity>YYYY-MM-DD</granularity>"
    if verb == "ListMetadataFormats":
        inner = f"<metadataFormat><metadataPrefix>{prefix}</metadataPrefix></metadataFormat>"
    elif verb == "ListRecords":
        number = int(query.get("resumptionToken", "0"))
        name = OF_ONE[kind][number]
        payload = re.sub(r"^\s*<\?xml[^>]*\?>", "", (samples / name).read_text(encoding="utf-8-sig"))
        payload = re.sub(r"<!DOCTYPE[^>\[]*(\[[^\]]*\])?>", "", payload)
        following = str(number + 1) if number + 1 < len(OF_ONE[kind]) else ""
        inner = (
            f"<record><header><identifier>oai:samples:{escape(name)}</identifier></header><metadata>{payload}</metadata>"
            f'</record><resumptionToken completeListSize="{len(OF_ONE[kind])}">{following}</resumptionToken>'
        )
    space = "http://www.openarchives.org/OAI/2.0/"
    return f'<o:OAI-PMH xmlns:o="{space}"><o:{verb}>{inner}</o:{verb}></o:OAI-PMH>'.encode()


@pytest.fixture(scope="module")
def catalogue(harvested: Harvested) -> Iterator[Catalogue]:
    opened = Catalogue(harvested.region)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_harvested_with_the_counts_of_its_list(harvested: Harvested, catalogue: Catalogue, name: str) -> None:
    sample, result = SAMPLES[name], harvested.results[name]
    assert result["status"] in ("ok", "warnings"), result
    parts = ("created", "updated", "unchanged", "held", "failed", "duplicates")
    assert result["fetched"] == sum(result[part] for part in parts)
    if sample.protocol == "sitemap":
        # Town pages hold no list of data files; the crawl must come to its end.
        return
    records = datasets(catalogue, name)
    assert len(records) + result["duplicates"] + result["failed"] == sample.datasets, result
    if sample.distributions is not None and not result["duplicates"]:
        assert sum(len(record.distribution) for record in records) == sample.distributions
