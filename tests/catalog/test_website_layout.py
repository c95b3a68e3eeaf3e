"""F24 through the command: a rule is proposed, confirmed, used; after a relaunch the run is held and says what fits now."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import orjson
import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.search import Catalogue
from schemas.model import text
from schemas.region import load
from tests.catalog.runs import REGION
from tests.catalog.sampling import datasets
from tests.catalog.test_source_keys import allmende
from tests.harvesters.crawl_runs import Site
from tests.harvesters.town_sites import DATA, typo3, typo3_v2

TITLES = sorted(title for title, *_ in DATA)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sources").mkdir()
    text_of_region = REGION.replace("STORE", "sqlite:///data/allmende.db")
    text_of_region = text_of_region.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher')
    (tmp_path / "region.toml").write_text(text_of_region)
    return tmp_path


def harvested(folder: Path, *arguments: str) -> dict[str, Any]:
    done = allmende(folder, "harvest", *arguments, "--json")
    assert done.stdout, done.stderr.decode()
    result: dict[str, Any] = orjson.loads(done.stdout)["sources"][0]
    return result


def titles(folder: Path) -> list[str]:
    catalogue = Catalogue(load(folder))
    try:
        return sorted(text(record.title) for record in datasets(catalogue, "talheim"))
    finally:
        catalogue.close()


def reports(folder: Path) -> list[str]:
    """The reports of the runs as they lie in the store."""
    catalogue = Catalogue(load(folder))
    try:
        with catalogue.engine.connect() as connection:
            return list(connection.scalars(sa.select(tables.runs.c.report)))
    finally:
        catalogue.close()


def test_F24_relaunched_site_holds_the_run_with_the_selectors(folder: Path) -> None:
    pages: dict[str, Any] = {"/daten": typo3()}
    with Site(pages) as site:
        added = allmende(folder, "add", f"{site.url}/daten", "--municipality", "neuhof", "--id", "talheim")
        assert added.returncode == 0, added.stderr
        assert b"confirmed" in added.stdout
        file = folder / "sources/talheim.toml"
        proposed = file.read_text(encoding="utf-8")
        assert "# Vorschlag" in proposed
        assert tomllib.loads(proposed)["website"]["block"][0]["confirmed"] is False
        confirmed = proposed.replace("confirmed = false", "confirmed = true")
        consent = 'permission = "Schreiben des Hauptamts vom 3.11.2026"\n'
        file.write_text(consent + confirmed, encoding="utf-8")
        first = harvested(folder)
        assert (first["status"], first["created"]) in (("ok", 4), ("warnings", 4)), first
        assert titles(folder) == TITLES
        pages["/daten"] = typo3_v2()
        held = harvested(folder)
    assert (held["status"], held["fetched"], held["withdrawn"]) == ("held", 0, 0), held
    assert "ul.ce-uploads > li.ce-uploads-item findet nichts mehr (vorher 4 Einträge)" in held["reason"]
    assert "section.cards > article.card (4; title = h4" in held["reason"]
    assert titles(folder) == TITLES
    assert {"Schreiben des Hauptamts" in report for report in reports(folder)} == {True}
    (source,) = orjson.loads(allmende(folder, "status", "--json").stdout)["sources"]
    assert source["permission"] == "Schreiben des Hauptamts vom 3.11.2026"
    assert "Schreiben des Hauptamts" in allmende(folder, "status").stdout.decode()


def test_detect_shows_the_proposed_rule(folder: Path) -> None:
    with Site({"/daten": typo3()}) as site:
        shown = allmende(folder, "detect", f"{site.url}/daten").stdout.decode()
    assert "[[website.block]]" in shown
    assert 'block = "ul.ce-uploads > li.ce-uploads-item"' in shown
    assert "confirmed = false" in shown
    assert "#   - Hundebestand nach Ortsteil" in shown
