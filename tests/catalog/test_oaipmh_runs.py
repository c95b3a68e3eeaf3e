"""Runs of an OAI-PMH source through the command: all at first, then changes and deletions only, then nothing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest
from scrapy.http import Request

from tests.catalog.sampling import ALLMENDE
from tests.harvesters.crawl_runs import Site, write_region
from tests.harvesters.oai_repository import Repository, dcat, gone, record


class _Pages(dict[str, Any]):
    """The pages of a site that a repository answers."""

    def __init__(self, repository: Repository) -> None:
        super().__init__()
        self.repository = repository

    def get(self, path: str, default: Any = None) -> Any:
        if not path.startswith("/oai"):
            return default
        found = self.repository(Request(f"https://repository.example{path}"))
        return found if isinstance(found, tuple) else (200, {"Content-Type": "text/xml"}, found)


def _harvest(folder: Path) -> dict[str, Any]:
    done = subprocess.run([ALLMENDE, "--region", str(folder), "harvest", "--json"], capture_output=True, check=False)
    assert done.stdout, done.stderr.decode()
    found: dict[str, Any] = orjson.loads(done.stdout)["sources"][0]
    return found


@pytest.fixture
def repository() -> Repository:
    return Repository({"": [record(number) for number in range(5)]})


def test_changes_and_deletions_after_a_complete_list(tmp_path: Path, repository: Repository) -> None:
    with Site(_Pages(repository)) as site:
        folder = write_region(tmp_path, oai=f'url = "{site.url}/oai"\nprotocol = "oaipmh"\n')
        first = _harvest(folder)
        assert (first["coverage"], first["created"], first["status"] in ("ok", "warnings")) == ("complete", 5, True), (
            first
        )
        changed = dcat(1).replace("Daten 1", "Daten 1, neu")
        repository.lists[""] = [record(1, changed), gone(2)]
        repository.asked.clear()
        second = _harvest(folder)
        assert "from" in repository.lists_asked[0]
        assert second["status"] in ("ok", "warnings"), second
        counts = (second["coverage"], second["created"], second["updated"], second["absent"], second["withdrawn"])
        assert counts == ("changes", 0, 1, 1, 0), second
        repository.lists[""] = []
        third = _harvest(folder)
        assert third["status"] in ("ok", "warnings"), third
        assert (third["coverage"], third["created"], third["updated"]) == ("changes", 0, 0)
