"""``allmende check-links`` and the score in ``status``, as a steward calls them."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog import database
from catalog.links.report import Reach, reach
from schemas.region import load
from tests.catalog.cli.command import address, allmende, ckan, free_ports, get, region, started
from tests.catalog.cli.portal import Portal
from tests.faultserver import FaultServer, Reply


@pytest.fixture(scope="module")
def server() -> Iterator[FaultServer]:
    with FaultServer(pages={"/gut.csv": Reply(b"a;b"), "/weg.csv": Reply(status=404)}) as running:
        yield running


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, server: FaultServer) -> Path:
    """A region with two datasets, one of whose addresses is gone."""
    packages = [
        {
            "id": name,
            "name": name,
            "title": name,
            "notes": "Text",
            "resources": [{"id": f"{name}-1", "url": server.url(f"/{name}.csv"), "format": "CSV"}],
        }
        for name in ("gut", "weg")
    ]
    made = region(tmp_path_factory.mktemp("region"), portal="")
    with Portal(packages) as portal:
        region(made, portal=ckan(portal.url))
        assert allmende("harvest", cwd=made).code == 0
    return made


def reach_in(folder: Path) -> Reach:
    """How many addresses a region's store knows to answer."""
    engine = database.prepare(load(folder))
    try:
        with engine.connect() as connection:
            return reach(connection)
    finally:
        engine.dispose()


def test_serve_asks_what_is_due_by_itself(folder: Path, tmp_path: Path, server: FaultServer) -> None:
    own = tmp_path / "region"
    shutil.copytree(folder, own)
    before = server.hits["/weg.csv"]
    with started("serve", "--port", free_ports(), cwd=own) as serving:
        where = address(serving)
        until = time.monotonic() + 90
        while (reached := reach_in(own)).unknown and time.monotonic() < until:
            time.sleep(0.2)
        assert reached == (1, 1, 0)
        # What a page says of links is kept for a while, so it is first asked now.
        told = json.loads(get(f"{where}/quality.json")[1])
        assert told["addresses"] == {"good": 1, "bad": 1, "unknown": 0}
        assert [broken["address"] for broken in told["broken"]] == [server.url("/weg.csv")]
        assert server.hits["/weg.csv"] == before + 1, "asked once, by HEAD alone"
        serving.terminate()
        assert serving.wait(120) == 0


def test_what_is_due_is_asked_and_told(folder: Path, server: FaultServer) -> None:
    first = allmende("check-links", "--json", cwd=folder)
    told = first.json()
    assert first.code == 1, "an address in use does not answer"
    assert (told["asked"], told["good"], told["bad"]) == (2, 1, 1)
    assert told["addresses"] == {"good": 1, "bad": 1, "unknown": 0}
    (broken,) = told["broken"]
    assert broken["address"] == server.url("/weg.csv")
    assert broken["reason"] == {"de": "die Adresse gibt es nicht mehr (404)", "en": "the address is gone (404)"}
    assert broken["sources"] == ["portal"]
    assert "weg.csv: nicht erreichbar: die Adresse gibt es nicht mehr (404)" in first.err
    shown = allmende("show", "portal/weg", "--json", cwd=folder).json()
    assert "link-failed-once" in [finding["rule"] for finding in shown["findings"]]
    assert (
        "nicht erreichbar: die Adresse gibt es nicht mehr (404)"
        in allmende("show", "portal/weg", "--explain", cwd=folder).out
    )
    again = allmende("check-links", cwd=folder)
    assert again.code == 1
    assert again.out.startswith("Keine Adresse ist fällig.")
    assert "Von 2 Adressen sind 1 erreichbar, 1 nicht, 0 ungeprüft." in again.out
    by_hand = allmende("check-links", "--source", "portal", cwd=folder)
    assert "Geprüft: 2." in by_hand.out


def test_an_unknown_source_is_wrong_use(folder: Path) -> None:
    assert (
        "--source: 'nichts' does not exist; there are: portal"
        in allmende("check-links", "--source", "nichts", cwd=folder).complaint
    )


def test_status_tells_the_points(folder: Path) -> None:
    told = allmende("status", "--json", cwd=folder).json()
    assert told["quality"]["datasets"] == 2
    assert told["quality"]["score"] == told["sources"][0]["quality"]["score"] > 0
    status = allmende("status", cwd=folder).out
    assert "Qualität der Beschreibungen: im Durchschnitt" in status
    assert "Im Impressum fehlt: address, represented_by" in status


def test_a_region_without_data_has_nothing_to_ask(tmp_path: Path) -> None:
    made = region(tmp_path)
    done = allmende("check-links", "--json", cwd=made)
    assert (done.code, done.json()["asked"], done.json()["broken"]) == (0, 0, [])
    assert allmende("status", "--json", cwd=made).json()["quality"] is None
