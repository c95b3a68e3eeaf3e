"""What tests of several files in this folder begin with."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def each_store(request: pytest.FixtureRequest) -> str:
    """The address of an empty store: all that a run does, it does on both."""
    if request.param == "postgresql":
        address = request.getfixturevalue("postgres")
        assert isinstance(address, str)
        return address
    return "sqlite:///data/allmende.db"
