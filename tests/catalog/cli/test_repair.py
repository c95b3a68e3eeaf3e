"""``allmende repair`` and ``correct`` on the demo region: points, corrections, harvests after them, and back again."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from rdflib import DCAT, RDF, Graph

from catalog.web.app import create_app
from schemas.region import load
from tests.catalog.cli.command import allmende
from tests.catalog.web.asking import Asking
from tests.official_shapes import FILES, shapes_of, violations


@pytest.fixture(scope="module")
def repaired(harvested: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any], dict[str, Any]]:
    """The demo region with everything accepted: its folder, what was proposed, and what became of it."""
    folder = tmp_path_factory.mktemp("repair") / "region"
    shutil.copytree(harvested, folder)
    proposed = allmende("repair", "--all", "--json", cwd=folder).json()
    rules = [argument for each in proposed["rules"] for argument in ("--accept", each["rule"])]
    made = allmende("repair", "--all", "--offline", *rules, "--json", cwd=folder)
    assert made.code == 0, made
    return folder, proposed, made.json()


def test_the_demo_region_is_excellent_after_repairs(repaired: tuple[Path, dict[str, Any], dict[str, Any]]) -> None:
    folder, proposed, made = repaired
    assert proposed["average_after"] > proposed["average"]
    assert made["corrections"] > 100
    after = allmende("repair", "--all", "--offline", "--json", cwd=folder).json()
    assert after["average"] >= 351, "excellent begins there (MQA)"
    assert after["average"] == pytest.approx(proposed["average_after"], abs=5)
    first = next(each for each in proposed["records"] if each["proposals"])["proposals"][0]
    assert {"rule", "attribute", "gain", "certainty", "turtle", "evidence"} <= first.keys()


@pytest.mark.parametrize("name", FILES)
def test_the_repaired_feed_passes_the_official_shapes(
    repaired: tuple[Path, dict[str, Any], dict[str, Any]], standards: Path, name: str
) -> None:
    data = Graph()
    ask = Asking(create_app(load(repaired[0], {})))
    for page in (1, 2):
        data.parse(data=ask.get(f"/catalog.ttl?page={page}").text, format="turtle")
    assert len(list(data.subjects(RDF.type, DCAT.Dataset))) > 40
    assert violations(data, shapes_of(standards, name)) == []


def test_harvests_keep_repairs_and_undo_takes_all_back(repaired: tuple[Path, dict[str, Any], dict[str, Any]]) -> None:
    folder, proposed, made = repaired
    again = allmende("harvest", "kalbach-ordner", "flieden-katalog", "--json", cwd=folder).json()
    assert [(each["created"], each["updated"]) for each in again["sources"]] == [(0, 0), (0, 0)]
    some = made["records"][0]
    shown = allmende("show", some, "--json", cwd=folder).json()
    assert shown["corrections"]
    assert all(each["state"] == "applied" and each["run"] == made["run"] for each in shown["corrections"])
    assert {each["rule"] for each in shown["trace"]} >= {"correction"}
    assert "Korrektur:" in allmende("show", some, "--explain", cwd=folder).out
    undone = allmende("undo", made["run"], "--json", cwd=folder).json()
    assert (undone["restored"] > 40, undone["conflicts"]) == (True, [])
    back = allmende("repair", "--all", "--offline", "--json", cwd=folder).json()
    assert back["average"] == proposed["average"]
    assert allmende("show", some, "--json", cwd=folder).json()["corrections"] == []


def test_a_property_is_set_by_hand(harvested: Path, tmp_path: Path) -> None:
    folder = tmp_path / "region"
    shutil.copytree(harvested, folder)
    record = allmende("repair", "--all", "--offline", "--json", cwd=folder).json()["records"][0]["key"]
    made = allmende("correct", record, "theme", "ENVI", "--because", "Umweltdaten", "--json", cwd=folder).json()
    (one,) = made["corrections"]
    assert (one["shown"]["value"], one["evidence"]["de"], one["state"]) == ("ENVI", "Umweltdaten", "applied")
    listed = allmende("correct", record, cwd=folder)
    assert "theme: ENVI" in listed.out
    assert "ENVI" in allmende("correct", record, "theme", "Unsinn", cwd=folder).complaint
    assert "möglich:" in allmende("correct", record, "thema", "ENVI", cwd=folder).complaint
    assert "--empty" in allmende("correct", record, "theme", cwd=folder).complaint
    assert allmende("correct", "gibt-es-nicht", cwd=folder).code == 2
    taken = allmende("correct", record, "theme", "--remove", "--json", cwd=folder).json()
    assert taken["corrections"] == []


def test_wrong_use_of_repair_says_what_is_right(harvested: Path) -> None:
    assert "--all" in allmende("repair", cwd=harvested).complaint
    assert "byte-size" in allmende("repair", "--all", "--offline", "--accept", "unsinn", cwd=harvested).complaint
