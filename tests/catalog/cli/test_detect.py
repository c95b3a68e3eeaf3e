"""``allmende detect`` and ``add``: what answers at an address becomes a source file that runs."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from harvesters import registry
from schemas.region import load
from tests.catalog.cli.command import DEMO, allmende, region

SYSTEMS = [
    ("ckan-neuhof", "ckan", 13),
    ("dcat-flieden/catalog.ttl", "dcat", 13),
    ("hub-eichenzell", "datajson", 8),
    ("ordner-kalbach/", "folder", 10),
    ("web-eichenzell/", "website", None),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A region that may ask this machine, with a folder of files in it."""
    made = region(tmp_path_factory.mktemp("detect") / "region")
    shutil.copytree(DEMO / "servers" / "ordner-kalbach", made / "daten")
    return made


@pytest.mark.parametrize(("path", "protocol", "count"), SYSTEMS)
def test_each_demo_system_is_detected_and_added(
    folder: Path, samples: str, path: str, protocol: str, count: int | None
) -> None:
    url = f"{samples}/{path}"
    added = allmende("add", url, "--municipality", "neuhof", "--id", protocol, "--json", cwd=folder)
    best = added.json()
    assert added.code == 0
    assert set(best) == {"id", "url", "protocol", "count"}
    assert (best["id"], best["protocol"]) == (protocol, protocol)
    assert best["url"].startswith(url.rstrip("/"))
    if count is not None:
        assert best["count"] in (count, count - 1), "the second page of a catalogue is not counted"
    made = load(folder, {})
    registry.check_sources(made)
    source = made.source(protocol)
    assert source is not None
    assert (source.protocol, source.url, source.municipality) == (protocol, best["url"], "neuhof")


def test_detect_shows_what_add_would_write(folder: Path, samples: str) -> None:
    url = f"{samples}/hub-eichenzell"
    found = allmende("detect", url, "--json", cwd=folder)
    best = found.json()[0]
    assert (found.code, best["protocol"], best["count"], len(best["samples"])) == (0, "datajson", 8, 3)
    assert set(best) == {"protocol", "url", "count", "samples", "source"}
    assert allmende("add", url, "--municipality", "neuhof", "--id", "gleich", cwd=folder).code == 0
    assert (folder / "sources" / "gleich.toml").read_text(encoding="utf-8") == best["source"]


def test_detect_shows_titles_and_the_source_file(folder: Path, samples: str) -> None:
    shown = allmende("detect", f"{samples}/ckan-neuhof", cwd=folder)
    assert shown.code == 0
    assert "ckan: 13 Datensätze unter " in shown.out
    assert shown.out.count("\n  - ") == 3
    assert 'protocol = "ckan"' in shown.out
    assert "\n# sources/" in shown.out


def test_folder_of_the_region_is_added_relative_to_it(folder: Path) -> None:
    added = allmende("add", "daten", "--municipality", "neuhof", cwd=folder)
    assert added.code == 0
    assert 'url = "daten"' in (folder / "sources" / "daten.toml").read_text(encoding="utf-8")
    run = allmende("harvest", "daten", "--plan", "--json", cwd=folder).json()["sources"][0]
    assert (run["status"], run["plan"]["created"]) == ("ok", run["fetched"])
    assert run["fetched"] > 0


def test_nothing_known_there_is_exit_1_and_writes_nothing(folder: Path, samples: str) -> None:
    url = f"{samples}/nichts"
    found = allmende("detect", url, "--json", cwd=folder)
    assert (found.code, found.json()) == (1, [])
    added = allmende("add", url, "--municipality", "neuhof", "--id", "nichts", "--json", cwd=folder)
    assert (added.code, added.json()["protocol"]) == (1, None)
    assert not (folder / "sources" / "nichts.toml").exists()


def test_map_service_is_detected_and_harvested_as_it_was_added(folder: Path, samples: str) -> None:
    added = allmende("add", f"{samples}/wfs-flieden", "--municipality", "neuhof", "--id", "wfs", "--json", cwd=folder)
    assert (added.code, added.json()["protocol"]) == (0, "ows")
    assert 'service = "WFS"' in (folder / "sources" / "wfs.toml").read_text(encoding="utf-8")
    run = allmende("harvest", "wfs", "--plan", "--json", cwd=folder).json()["sources"][0]
    assert (run["coverage"], run["failed"]) == ("complete", 0)
    assert run["plan"]["created"] == run["fetched"] > 0


def test_single_file_at_an_address_is_added_and_harvested(folder: Path, samples: str) -> None:
    url = f"{samples}/ordner-kalbach/spielplaetze.csv"
    added = allmende("add", url, "--municipality", "neuhof", "--id", "datei", "--json", cwd=folder)
    assert (added.code, added.json()["protocol"], added.json()["count"]) == (0, "folder", 1)
    run = allmende("harvest", "datei", "--plan", "--json", cwd=folder).json()["sources"][0]
    assert (run["coverage"], run["failed"], run["plan"]["created"]) == ("complete", 0, 1)


def test_F37_host_that_may_not_be_asked_is_named(tmp_path: Path, samples: str) -> None:
    folder = region(tmp_path)
    file = folder / "region.toml"
    file.write_text(file.read_text().replace('allowed_hosts = ["127.0.0.1"]', ""))
    said = allmende("add", samples, "--municipality", "neuhof", cwd=folder).complaint
    assert "not a public one" in said
    assert list((folder / "sources").iterdir()) == []
