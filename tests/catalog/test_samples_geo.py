"""What real geo-catalogues sent, harvested through the command: the counts of the samples' own list come out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.search import Catalogue
from schemas.model import Distribution
from tests.catalog.sampling import Harvested, Source, datasets, harvest
from tests.sample_server import serving

pytestmark = pytest.mark.samples

CAPABILITIES = {
    "bayern": "csw202_bayern_capabilities_1.xml",
    "fisbroker": "csw_fisbroker_berlin_capabilities.xml",
    "hessen": "csw202_geoportal_hessen_capabilities.xml",
    "gdi": "csw_gdi_de_capabilities.xml",
}
# Catalogues made of kept answers: capabilities, then the answer by start position. The list counts MD_Metadata.
CATALOGUES = {
    "bayern": ("bayern", {"1": "geo/csw202_bayern_getrecords_atom.xml"}),
    "fisbroker": ("fisbroker", {"1": "geo/csw_fisbroker_berlin_getrecords.xml"}),
    "geonetwork": (
        "gdi",
        {
            "1": "geo/csw_geonetwork_iso_page1.xml",
            "3": "geo/csw_geonetwork_iso_page3.xml",
            "5": "geo/csw_geonetwork_iso_page5.xml",
        },
    ),
    "geoide": ("hessen", {"1": "geo/csw_geoide_single.xml"}),
    "inspire": ("gdi", {"1": "geo/csw_inspire_getrecords.xml", "85": "geo/csw_inspire_getrecords.xml"}),
    "hits": ("gdi", {"1": "geo/csw_gdi_de_getrecords_hits.xml"}),
    "refusing": ("gdi", {"1": "broken/csw_exception_missing_id.xml"}),
}
# Source: protocol, path, records, status.
SAMPLES = {
    "csw-bayern": ("csw", "csw/bayern", 3, None),
    "csw-fisbroker": ("csw", "csw/fisbroker", 3, None),
    "csw-geonetwork": ("csw", "csw/geonetwork", 6, None),
    "csw-geoide": ("csw", "csw/geoide", 1, None),
    # 216 are promised, the page at 85 repeats what was there.
    "csw-inspire": ("csw", "csw/inspire", 2, "partial"),
    "csw-hits": ("csw", "csw/hits", 0, "failed"),
    "csw-refusing": ("csw", "csw/refusing", 0, "failed"),
    "csw-one": ("csw", "static/geo/csw_fisbroker_berlin_naehrstoffe.xml", 1, None),
    "csw-dwd": ("csw", "static/geo/iso19139_dwd_dataset.xml", 1, None),
    "csw-swiss": ("csw", "static/geo/iso_che_swiss.xml", 1, None),
    "csw-cuzk": ("csw", "static/geo/iso_cuzk_multilingual.xml", 1, None),
    "csw-bad-xml": ("csw", "static/broken/gemini_bad_xml.xml", 0, "failed"),
}
# Folders are regions of their own: they hold what the catalogues above gave, and an IRI has one owner.
FOLDERS = {
    # 23 records in the folder's files, three of them under the identifier of another.
    "waf-geo": ("wafxml", "folder/geo/", 20, None),
    "waf-broken": ("wafxml", "folder/broken/", 1, None),
}


def catalogue(folder: Path, rest: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
    """A catalogue service that answers with what a real one once sent."""
    asked = {name.lower(): values[0] for name, values in query.items()}
    described, pages = CATALOGUES[rest.strip("/")]
    if asked.get("request", "").lower() == "getcapabilities":
        return 200, "application/xml", (folder / "geo" / CAPABILITIES[described]).read_bytes()
    page = pages.get(asked.get("startposition", "1"))
    if page is None:
        return 404, "text/plain", b"no such position"
    return 200, "application/xml", (folder / page).read_bytes()


@pytest.fixture(scope="module")
def harvested(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    with serving(samples, csw=lambda rest, query: catalogue(samples, rest, query)) as address:
        sources = {
            name: Source(protocol, f"{address}/{path}", "[csw]\nmax_records = 2\n")
            for name, (protocol, path, _, _) in SAMPLES.items()
        }
        yield harvest(tmp_path_factory.mktemp("region"), address, sources)


@pytest.fixture(scope="module")
def folders(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, dict[str, Any]]]:
    with serving(samples) as address:
        yield {
            name: harvest(
                tmp_path_factory.mktemp(name), address, {name: Source(protocol, f"{address}/{path}")}
            ).results[name]
            for name, (protocol, path, _, _) in FOLDERS.items()
        }


@pytest.mark.parametrize("name", SAMPLES)
def test_counts_of_the_list_come_out(harvested: Harvested, name: str) -> None:
    _, _, count, status = SAMPLES[name]
    result = harvested.results[name]
    # A record whose IRI another source has already counts as a duplicate; it is kept behind that one.
    assert result["created"] + result["duplicates"] == count, result
    assert result["status"] in ((status,) if status else ("ok", "warnings")), result


@pytest.mark.parametrize("name", FOLDERS)
def test_counts_of_folders_come_out(folders: dict[str, dict[str, Any]], name: str) -> None:
    assert folders[name]["created"] == FOLDERS[name][2], folders[name]
    assert folders[name]["status"] == "warnings"


def test_reasons_of_failures_are_told(harvested: Harvested) -> None:
    assert "missing parameter Id" in harvested.results["csw-refusing"]["reason"]
    assert "enthält keinen" in harvested.results["csw-hits"]["reason"]


def test_unreadable_files_are_set_aside(folders: dict[str, dict[str, Any]]) -> None:
    # Two of the seven XML files are records, under one identifier; the other five are cut off, foreign, or no XML.
    assert (folders["waf-broken"]["failed"], folders["waf-broken"]["duplicates"]) == (5, 1)
    assert folders["waf-geo"]["duplicates"] == 3


def test_distributions_of_the_dwd_are_public(harvested: Harvested) -> None:
    catalogue = Catalogue(harvested.region)
    try:
        (found,) = datasets(catalogue, "csw-dwd")
    finally:
        catalogue.close()
    distributions = [each for each in found.distribution if isinstance(each, Distribution)]
    assert len(distributions) == 2
    assert all(each.access_url and each.format for each in distributions)
    assert "Wind speed at RBSN stations" in {each.text for each in found.title}
