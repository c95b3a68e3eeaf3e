"""Where the demo's sample sources answer."""

from __future__ import annotations

import shutil
import socket
from pathlib import Path

import httpx
import pytest

from catalog.cli.demo import _samples
from schemas.region import load
from tests.catalog.cli.command import DEMO, free_ports


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The demo's region; its sources at a port that was free a moment ago."""
    shutil.copytree(DEMO, tmp_path / "demo", ignore=shutil.ignore_patterns("servers"))
    port = free_ports()
    for file in (tmp_path / "demo/sources").glob("*.toml"):
        file.write_text(file.read_text(encoding="utf-8").replace(":8410/", f":{port}/"), encoding="utf-8")
    return tmp_path / "demo"


def addresses(folder: Path) -> set[str]:
    return {source.url.split("/")[2] for source in load(folder, {}).sources}


def test_sources_answer_where_the_folder_says(folder: Path) -> None:
    (named,) = addresses(folder)
    with _samples(DEMO, folder) as running:
        assert running.base_url == f"http://{named}"
    assert addresses(folder) == {named}


def test_a_port_that_another_program_has_is_left_to_it(folder: Path) -> None:
    (named,) = addresses(folder)
    with socket.create_server(("127.0.0.1", int(named.rpartition(":")[2]))), _samples(DEMO, folder) as running:
        (moved,) = addresses(folder)
        assert moved != named
        assert running.base_url == f"http://{moved}"
        for source in load(folder, {}).sources:
            assert httpx.get(source.url, trust_env=False, follow_redirects=True).status_code == 200
