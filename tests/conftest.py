"""What all tests share: hypothesis profiles and the folders of recorded payloads and standards."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, settings

settings.register_profile("quick", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# The gate asks every commit the same examples: a new random one tells nothing about what the commit changed.
settings.register_profile("gate", settings.get_profile("quick"), derandomize=True, database=None)
settings.register_profile("full", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile(os.environ.get("ALLMENDE_TEST_PROFILE", "quick"))

_BESIDE = Path(__file__).parent.parent.parent / "shared"


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Bytes name no test: archives bear the time at which they were packed, and all processes of a run must agree."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files that take long come first, so that no process works on alone at the end."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of payloads that real servers sent."""
    folder = Path(os.environ.get("ALLMENDE_SAMPLES", _BESIDE / "samples"))
    if not folder.is_dir():
        pytest.skip("the recorded payloads are not here: set ALLMENDE_SAMPLES to their folder")
    return folder


@pytest.fixture(scope="session")
def standards() -> Path:
    """The folder of the specifications' tables and official shapes."""
    folder = Path(os.environ.get("ALLMENDE_STANDARDS", _BESIDE / "standards"))
    if not folder.is_dir():
        pytest.skip("the standards are not here: set ALLMENDE_STANDARDS to their folder")
    return folder


@pytest.fixture
def postgres() -> Iterator[str]:
    """The address of an empty PostgreSQL database of this test's own."""
    address = os.environ.get("ALLMENDE_TEST_POSTGRES")
    if not address:
        pytest.skip("no PostgreSQL: set ALLMENDE_TEST_POSTGRES to postgresql+psycopg://USER@HOST/DATABASE")
    name = f"allmende_{uuid.uuid4().hex[:12]}"
    admin = sa.create_engine(address, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{name}"'))
    try:
        yield sa.make_url(address).set(database=name).render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            connection.execute(sa.text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        admin.dispose()
