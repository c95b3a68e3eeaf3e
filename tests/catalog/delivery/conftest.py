"""The harvested demo region of the command's tests, and a real client of feeds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.catalog.cli.conftest import first_run, harvested, samples
from tests.clients.dcat_client import Client, real_client

__all__ = ["client", "first_run", "harvested", "samples"]


@pytest.fixture(scope="session")
def client() -> Iterator[Client]:
    """CKAN's own DCAT harvester."""
    with real_client() as running:
        yield running
