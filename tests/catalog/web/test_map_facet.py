"""A table in a folder from the harvest to the filter "Mit Karte": its map is known once its preview is made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import RdfFormat, parse

from catalog.follower import Follower
from catalog.harvest import run_source
from catalog.search import Catalogue
from catalog.web import previewed
from catalog.web.app import create_app
from schemas.region import Region
from tests.catalog.preview.region_of_files import end_maker, make_region
from tests.catalog.web.asking import Asking

TREES = "Baum;Art;lat;lon\n" + "".join(f"{n};Linde;{50.4 + n / 1000:.4f};{9.6 + n / 1000:.4f}\n" for n in range(40))
BUDGET = "Jahr;Betrag\n" + "".join(f"{year};{year * 3}\n" for year in range(2000, 2024))


@pytest.fixture
def region(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Region]:
    made = make_region(tmp_path / "r")
    (made.folder / "files" / "baumkataster.csv").write_text(TREES)
    (made.folder / "files" / "haushalt.csv").write_text(BUDGET)
    monkeypatch.setattr(previewed, "PATIENCE", 120.0)
    yield made
    end_maker(made)


def datasets(ask: Asking, query: str) -> dict[str, Any]:
    answer = ask.get(f"/datasets.json{query}")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_a_table_with_coordinates_is_found_by_its_map_once_it_was_seen(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_source(region, "ordner").status in ("ok", "warnings")
    follower, catalogue = Follower(region), Catalogue(region)
    follower.catch_up()
    ask = Asking(create_app(region, catalogue))
    slugs = {each["files"][0]["url"].rpartition("/")[2]: each["slug"] for each in datasets(ask, "")["datasets"]}
    assert sorted(slugs) == ["baumkataster.csv", "haushalt.csv"]
    before = ask.get("/datasets.json?map=yes")
    assert (before.json()["total"], before.json()["facets"]["map"]) == (0, {"yes": 0})
    assert "last-modified" not in ask.get("/catalog.nt?map=yes").headers
    for slug in slugs.values():
        assert ask.get(f"/dataset/{slug}/file/1", accept="text/html").status_code == 200
    assert "view=map" in ask.get(f"/dataset/{slugs['baumkataster.csv']}/file/1", accept="text/html").text
    number = catalogue.number()
    assert follower.sweep() == 1

    real = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: real() + 61)  # answers that depend on maps are kept for a minute
    after = ask.get("/datasets.json?map=yes", if_none_match=before.headers["etag"])
    assert after.status_code == 200
    assert [each["slug"] for each in after.json()["datasets"]] == [slugs["baumkataster.csv"]]
    assert after.json()["number"] == number == catalogue.number()
    assert datasets(ask, "")["facets"]["map"] == {"yes": 1}
    page = ask.get("/datasets?map=yes", accept="text/html").text
    assert f"/dataset/{slugs['baumkataster.csv']}" in page
    assert f"/dataset/{slugs['haushalt.csv']}" not in page
    feed = parse(ask.get("/catalog.nt?map=yes").content, format=RdfFormat.N_TRIPLES)
    titles = {each.object.value for each in feed if each.predicate.value.endswith("/terms/title")}
    assert any("aumkataster" in title for title in titles)
    assert not any("aushalt" in title for title in titles)
    catalogue.close()
    follower.close()
