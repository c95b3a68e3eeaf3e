"""An OGC API by the landing page that a real server sent, harvested through the command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from catalog.search import Catalogue
from schemas.model import Distribution
from tests.catalog.sampling import Harvested, Source, datasets, harvest
from tests.sample_server import serving

pytestmark = pytest.mark.samples
_REAL = b"https://demo.ldproxy.net/daraa"


@pytest.fixture(scope="module")
def harvested(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    landing = (samples / "geo/ogcapi_ldproxy_landing.json").read_bytes()
    here: list[str] = []

    def daraa(rest: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
        """The sample as its server would send it, with the collections that it links to."""
        at = f"{here[0]}/daraa"
        if not rest:
            return 200, "application/json", landing.replace(_REAL, at.encode())
        if rest == "collections":
            items = {"rel": "items", "type": "application/geo+json", "href": f"{at}/collections/roads/items?f=json"}
            box = {"spatial": {"bbox": [[36.0, 32.6, 36.2, 32.7]]}}
            roads = {"id": "roads", "title": "Roads", "extent": box, "links": [items]}
            return 200, "application/json", orjson.dumps({"collections": [roads], "links": []})
        if rest == "conformance":
            return 200, "application/json", orjson.dumps({"conformsTo": []})
        return 404, "application/json", b'{"status": 404, "detail": "not here"}'

    with serving(samples, daraa=daraa) as address:
        here.append(address)
        sources = {
            "daraa": Source("records", f"{address}/daraa"),
            # The file itself: what it links to lies on a server that is not there.
            "landing": Source("records", f"{address}/static/geo/ogcapi_ldproxy_landing.json"),
            "features": Source("records", f"{address}/static/geo/wfs_karlsruhe_parkhaeuser.json"),
        }
        yield harvest(tmp_path_factory.mktemp("records"), address, sources)


def test_landing_page_leads_to_the_collections(harvested: Harvested) -> None:
    told = harvested.results["daraa"]
    assert (told["status"], told["coverage"], told["created"], told["failed"]) == ("warnings", "complete", 1, 0), told
    # The landing page links to a description that its server no longer has.
    assert "/daraa/api" in told["reason"]
    catalogue = Catalogue(harvested.region)
    (roads,) = datasets(catalogue, "daraa")
    catalogue.close()
    (form,) = [each for each in roads.distribution if isinstance(each, Distribution)]
    assert [text.text for text in form.license_attribution] == ["US National Geospatial Intelligence Agency (NGA)"]


def test_F25_landing_page_whose_server_is_gone_fails(harvested: Harvested) -> None:
    told = harvested.results["landing"]
    assert (told["status"], told["created"]) == ("failed", 0), told
    assert "demo.ldproxy.net/daraa/collections" in told["reason"]


def test_features_are_no_records(harvested: Harvested) -> None:
    told = harvested.results["features"]
    assert told["created"] == 0, told
    assert told["status"] == "failed", told
