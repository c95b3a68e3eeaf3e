"""What portals with interfaces of their own sent, harvested through the command: the counts of the samples' list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalog.search import Catalogue
from schemas.model import Distribution, text
from tests.catalog.sampling import Harvested, Source, datasets, harvest
from tests.sample_server import Kind, serving

pytestmark = pytest.mark.samples


def _udata(folder: Path) -> Kind:
    """The portal's stored objects as its interface gives them: resources and organisation within the dataset."""
    stored = orjson.loads((folder / "portals/udata_datagouv_results.json").read_bytes())["datasets"]
    whole: list[dict[str, Any]] = []
    for entry in stored:
        own = dict(entry["dataset"])
        dates = {"created_at": own.pop("created_at_internal"), "last_modified": own.pop("last_modified_internal")}
        whole.append({**own, **dates, "organization": entry["organization"], "resources": entry["resources"]})

    def answer(rest: str, query: dict[str, list[str]]) -> tuple[int, str, bytes]:
        if rest != "api/1/datasets":
            return 404, "application/json", b"{}"
        number, size = (int(query[name][0]) for name in ("page", "page_size"))
        shown = whole[(number - 1) * size : number * size]
        following = "more" if number * size < len(whole) else None
        page = {"data": shown, "total": len(whole), "page": number, "page_size": size, "next_page": following}
        return 200, "application/json", orjson.dumps(page)

    return answer


def _piveau(folder: Path) -> Kind:
    """The recorded answer for every search."""
    body = (folder / "portals/piveau_hub_search_govdata.json").read_bytes()
    return lambda rest, query: (200, "application/json", body) if rest == "search" else (404, "text/plain", b"")


@pytest.fixture(scope="module")
def harvested(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    folder = tmp_path_factory.mktemp("portals")
    with serving(samples, udata=_udata(samples), piveau=_piveau(samples)) as address:
        sources = {"udata": Source("udata", f"{address}/udata", 'language = "fr"\n[udata]\npage_size = 6\n')}
        sources["piveau"] = Source("piveau", f"{address}/piveau/search")
        yield harvest(folder, address, sources)


@pytest.fixture(scope="module")
def catalogue(harvested: Harvested) -> Iterator[Catalogue]:
    opened = Catalogue(harvested.region)
    yield opened
    opened.close()


def test_udata_brings_15_datasets_with_99_resources(harvested: Harvested, catalogue: Catalogue) -> None:
    result = harvested.results["udata"]
    assert (result["created"], result["failed"], result["duplicates"], result["coverage"]) == (15, 0, 0, "complete")
    found = datasets(catalogue, "udata")
    assert len(found) == 15
    parts = [each for record in found for each in record.distribution if isinstance(each, Distribution)]
    assert len(parts) == 99
    assert all(part.access_url for part in parts)
    assert sum(1 for part in parts if part.checksum) > 50
    assert "Baromètre des résultats de l’action publique" in {text(record.title, "fr") for record in found}
    assert sum(1 for record in found if record.temporal) == 6
    assert all(record.publisher for record in found)


def test_piveau_brings_2_datasets_in_all_their_languages(harvested: Harvested, catalogue: Catalogue) -> None:
    result = harvested.results["piveau"]
    assert (result["created"], result["failed"], result["coverage"]) == (2, 0, "complete")
    found = {record.identifier[0].text: record for record in datasets(catalogue, "piveau")}
    assert set(found) == {"1", "2"}
    assert {(title.lang, title.text) for title in found["1"].title} == {
        ("en", "example title 1"),
        ("es", "título de ejemplo 1"),
    }
    assert {title.lang for title in found["2"].description} == {"de", "en"}
    assert [date.text for date in found["2"].modified] == ["2019-12-04T00:00:00Z"]
