"""What says that two records are one dataset, and what says that they are two."""

from __future__ import annotations

import pytest

from catalog.identity.likeness import Likeness
from catalog.identity.traits import Known, evidence

ADDRESS = "plattform.example.org/orion/v2/entities?type=WaterLevel"


def record(name: str, identifier: str) -> Known:
    title = f"Wasserstände (Gemeinde {name})"
    return Known(f"https://daten.example.org/id/dataset/{name}", Likeness(title, (identifier,), (ADDRESS,)))


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        # The address of a broker is that of all its tenants: their identifiers tell them apart.
        ("https://plattform.example.org#neuhof|WaterLevel", "https://plattform.example.org#kalbach|WaterLevel", False),
        ("https://plattform.example.org#neuhof|WaterLevel", "https://plattform.example.org#neuhof|WaterLevel", True),
        # Another portal calls the same dataset as it likes.
        ("https://plattform.example.org#neuhof|WaterLevel", "https://portal.example.org#12", True),
        ("https://plattform.example.org#neuhof|WaterLevel", "12", True),
        ("11", "12", True),
    ],
)
def test_one_server_has_two_names_for_two_datasets_at_one_address(one: str, other: str, is_same: bool) -> None:
    assert (evidence(record("Neuhof", one), record("Kalbach", other)) is not None) is is_same
