"""Capabilities that real OGC services sent, harvested through the command: the counts of the samples' own list come out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from catalog.search import Catalogue
from schemas.model import Distribution
from tests.catalog.sampling import Harvested, Source, datasets, harvest
from tests.sample_server import serving

pytestmark = pytest.mark.samples


class Sample(NamedTuple):
    """A document, the datasets that the samples' list counts in it, the distributions of each, more lines of the source."""

    path: str
    datasets: int
    distributions: int
    more: str = ""


# Feature types as the samples' README counts them; the WMS (which it counts as broken) has two layers under one.
SAMPLES = {
    "dwd": Sample("geo/wfs200_dwd_capabilities.xml", 55, 6),
    "dwd-some": Sample("geo/wfs200_dwd_capabilities.xml", 1, 6, '[ows]\nlayers = ["dwd:RBSN_T2*"]\nservice = "wfs"\n'),
    "koeln": Sample("geo/wfs200_koeln_arcgis_capabilities.xml", 86, 6),
    "bayern": Sample("geo/wfs20_bayern_verwaltungsgrenzen_capabilities.xml", 5, 6),
    "mesonet": Sample("broken/wms130_mesonet_bom_capabilities.xml", 2, 2),
    "mesonet-group": Sample("broken/wms130_mesonet_bom_capabilities.xml", 1, 2, "[ows]\ngroup = true\n"),
}
OTHERS = (
    *("csw_exception_missing_id.xml", "csw_no_record_found.xml", "gemini_bad_xml.xml", "iso_decode_error.xml"),
    "aalborg_plaintext_as_html.html",
)


def _harvested(samples: Path, folder: Path, names: list[str], others: tuple[str, ...] = ()) -> Iterator[Harvested]:
    with serving(samples) as address:
        sources = {name: Source("ows", f"{address}/static/{SAMPLES[name].path}", SAMPLES[name].more) for name in names}
        sources |= {
            f"no-{number}": Source("ows", f"{address}/static/broken/{name}") for number, name in enumerate(others)
        }
        yield harvest(folder, address, sources)


@pytest.fixture(scope="module")
def harvested(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    names = [name for name, sample in SAMPLES.items() if not sample.more]
    yield from _harvested(samples, tmp_path_factory.mktemp("ows"), names, OTHERS)


@pytest.fixture(scope="module")
def chosen(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    """In a region of its own: there the same dataset of two sources would be shown once."""
    names = [name for name, sample in SAMPLES.items() if sample.more]
    yield from _harvested(samples, tmp_path_factory.mktemp("chosen"), names)


@pytest.mark.parametrize("name", SAMPLES)
def test_sample(harvested: Harvested, chosen: Harvested, name: str) -> None:
    sample = SAMPLES[name]
    region, told = next((each.region, each.results[name]) for each in (harvested, chosen) if name in each.results)
    assert told["status"] in ("ok", "warnings"), told
    assert (told["failed"], told["coverage"]) == (0, "complete"), told
    catalogue = Catalogue(region)
    found = datasets(catalogue, name)
    catalogue.close()
    assert len(found) == told["created"] == sample.datasets
    forms = {sum(isinstance(each, Distribution) for each in dataset.distribution) for dataset in found}
    assert forms == {sample.distributions}


@pytest.mark.parametrize("number", range(len(OTHERS)), ids=OTHERS)
def test_F01_F02_what_is_no_capabilities_document_fails(harvested: Harvested, number: int) -> None:
    told = harvested.results[f"no-{number}"]
    assert told["status"] == "failed"
    assert told["created"] == 0
    assert OTHERS[number] in told["reason"]
