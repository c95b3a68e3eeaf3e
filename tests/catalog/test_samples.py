"""What real servers sent, harvested through the command: the counts of the samples' own list come out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from catalog.search import Catalogue
from tests.catalog.sampling import Harvested, Source, datasets, harvest
from tests.sample_server import serving

pytestmark = [pytest.mark.samples, pytest.mark.long]


class Sample(NamedTuple):
    """A payload as a source: protocol, address, and what the samples' list counts (None: not counted there)."""

    protocol: str
    path: str
    datasets: int
    distributions: int | None = None
    status: str | None = None
    more: str = ""


# Counts are those of the samples' README.
SAMPLES = {
    "ckan-envidat": Sample("ckan", "ckan/envidat_package_search", 2, 5, "partial"),
    "ckan-envidat-show": Sample("ckan", "ckan/envidat_package_show", 1, 3),
    "ckan-govdata": Sample("ckan", "ckan/govdata_package_search_uba", 3, 3),
    "ckan-dkan": Sample("ckan", "ckan/dkan_hauts_de_france_package_show", 1),
    "ckan-moers": Sample("ckan", "ckan/moers_ogd_dataset_2013", 1, 1),
    "dcat-rostock": Sample("dcat", "static/dcat/rostock_catalog_page1_hydra.rdf", 100, 773, "partial"),
    "dcat-rostock-one": Sample("dcat", "static/dcat/rostock_dataset_extracted.rdf", 1, 7),
    "dcat-rostock-2024": Sample("dcat", "static/dcat/rostock_single_dataset_2024.rdf", 1, 9),
    "dcat-brandenburg": Sample("dcat", "static/dcat/brandenburg_catalog.rdf", 112, 212),
    "dcat-brandenburg-ttl": Sample("dcat", "static/dcat/brandenburg_catalog.ttl", 112, 212),
    "dcat-brandenburg-one": Sample("dcat", "static/dcat/brandenburg_datasets_extracted.rdf", 1, 2),
    "dcat-destatis": Sample("dcat", "static/dcat/destatis_catalog.rdf", 135, 135),
    "dcat-destatis-one": Sample("dcat", "static/dcat/destatis_dataset_extracted.rdf", 1, 1),
    "dcat-govdata": Sample("dcat", "static/dcat/govdata_ckan_catalog_endpoint_2017.rdf", 6, 17),
    "dcat-sweden": Sample("dcat", "static/dcat/sweden_dataset.rdf", 1, 1),
    "dcat-bfs": Sample("dcat", "static/dcat/opendata_swiss_bfs_catalog.xml", 2, 6),
    "dcat-swiss": Sample("dcat", "static/dcat/opendata_swiss_dataset_1894.xml", 1, 3),
    "dcat-oreme": Sample("dcat", "static/dcat/geonetwork_oreme_catalog.rdf", 1, 1),
    "dcat-udata": Sample("dcat", "static/dcat/udata_site_catalog.xml", 2, 6),
    "dcat-datara": Sample("dcat", "static/dcat/datara_2.rdf", 1, 0),
    "dcat-bnodes": Sample("dcat", "static/dcat/udata_bnodes.jsonld", 3, 5),
    # Its next page lies on a host that does not exist.
    "dcat-paged-1": Sample("dcat", "static/dcat/udata_hydra_paged_1.jsonld", 3, 3, "partial"),
    "dcat-paged-2": Sample("dcat", "static/dcat/udata_hydra_paged_2.jsonld", 1, 1),
    "datajson-evian": Sample("datajson", "static/portals/arcgishub_evian_dcatus.json", 8, 34),
    "datajson-philadelphia": Sample("datajson", "static/portals/philadelphia_dcatus_none.json", 402, 2841),
    "datajson-cftc": Sample("datajson", "static/portals/cftc_dcatus.json", 7, 7),
    "datajson-newyork": Sample("datajson", "static/portals/newyork_socrata_dcatus.json", 1, 4),
    "datajson-usda": Sample("datajson", "static/portals/usda_dcatus.json", 3, 6),
    "datajson-dkan": Sample("datajson", "static/portals/dkan_data_json.json", 2, 2),
    "datajson-invalid": Sample("datajson", "static/broken/dcatus_multiple_invalid.json", 1, 1),
    "folder-files": Sample("folder", "folder/files/", 24, 24),
}
# Town pages hold no list of data files; the crawl must come to its end and lose nothing.
PAGES = (
    *("aalter_eid", "affligem_sitemap", "bonn_parken", "dresden_parken", "hanau_parken", "limburg_parken"),
    *("mannheim_parken", "muenster_parken", "nova_gorica_forms", "nuernberg_parken", "ulm_parken", "wien_amtshelfer"),
    "zagreb_service_downloads",
)
BROKEN = {
    "dcat": ("gemini_bad_xml.xml", "iso_decode_error.xml", "csw_exception_missing_id.xml", "csw_no_record_found.xml"),
    "datajson": ("aalborg_plaintext_as_html.html", "iso_decode_error.xml"),
    "ckan": ("aalborg_plaintext_as_html.html",),
}


@pytest.fixture(scope="module")
def harvested(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    folder = tmp_path_factory.mktemp("samples")
    with serving(samples) as address:
        sources = {name: Source(s.protocol, f"{address}/{s.path}", s.more) for name, s in SAMPLES.items()}
        sources |= {
            f"web-{name.replace('_', '-')}": Source("website", f"{address}/static/web/{name}.html") for name in PAGES
        }
        for protocol, names in BROKEN.items():
            for name in names:
                source_id = f"broken-{protocol}-{name.split('.')[0].replace('_', '-')}"
                sources[source_id] = Source(protocol, f"{address}/static/broken/{name}")
        yield harvest(folder, address, sources)


@pytest.fixture(scope="module")
def catalogue(harvested: Harvested) -> Iterator[Catalogue]:
    opened = Catalogue(harvested.region)
    yield opened
    opened.close()


@pytest.mark.parametrize("name", SAMPLES)
def test_sample_is_harvested_with_the_counts_of_its_list(harvested: Harvested, catalogue: Catalogue, name: str) -> None:
    sample, result = SAMPLES[name], harvested.results[name]
    assert result["status"] in ((sample.status,) if sample.status else ("ok", "warnings")), result
    parts = ("created", "updated", "unchanged", "held", "failed", "duplicates")
    assert result["fetched"] == sum(result[part] for part in parts)
    # What another sample has as well is kept, and stands behind that one.
    records = datasets(catalogue, name, behind=True)
    assert len(records) + result["failed"] == sample.datasets, result
    if sample.distributions is not None:
        assert sum(len(record.distribution) for record in records) == sample.distributions


@pytest.mark.parametrize("name", PAGES)
def test_town_page_is_crawled_to_its_end(harvested: Harvested, name: str) -> None:
    result = harvested.results[f"web-{name.replace('_', '-')}"]
    assert result["run"] is not None
    assert result["status"] in ("ok", "warnings", "partial"), result


@pytest.mark.parametrize(
    "name", [f"broken-{p}-{n.split('.')[0].replace('_', '-')}" for p, names in BROKEN.items() for n in names]
)
def test_broken_sample_fails_with_a_reason_that_names_its_address(harvested: Harvested, name: str) -> None:
    result = harvested.results[name]
    assert (result["status"], result["fetched"]) == ("failed", 0), result
    assert harvested.address in result["reason"]


def test_whole_catalogue_of_samples_is_one_feed(harvested: Harvested, catalogue: Catalogue) -> None:
    from rdflib import Graph

    at = catalogue.number()
    feed = Graph()
    for chunk in (b"".join(catalogue.dump(at)),):
        feed.parse(data=chunk, format="nt")
    assert len(feed) > 30_000
    assert catalogue.counts(at).datasets == sum(
        len(datasets(catalogue, source.key)) for source in harvested.region.sources
    )
