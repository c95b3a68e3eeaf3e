"""One harvested demo region for all tests that only read, and the sample systems behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harvesters.regions import server
from tests.catalog.cli.command import DEMO, Result, allmende, demo


@pytest.fixture(scope="session")
def samples() -> Iterator[str]:
    """The address of the demo's source systems."""
    with server.start(DEMO, 0) as running:
        yield running.base_url


@pytest.fixture(scope="session")
def first_run(samples: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """The demo region after its first harvest, and how that ended."""
    folder = demo(tmp_path_factory.mktemp("demo") / "region", samples)
    return folder, allmende("harvest", "--json", cwd=folder)


@pytest.fixture(scope="session")
def harvested(first_run: tuple[Path, Result]) -> Path:
    """The folder of the harvested demo region; for reading only."""
    return first_run[0]
