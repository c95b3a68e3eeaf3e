"""Proposals name a place in a record, and say what it would be with them."""

import pytest

from schemas.kinds import Literal
from schemas.model import Dataset, Distribution
from schemas.proposals import Proposal, applied, is_named, name_of

CSV = Distribution(access_url=("https://neuhof.example.org/haushalt.csv",))
PAGE = Distribution(
    iri="https://neuhof.example.org/d/1",
    access_url=("https://neuhof.example.org/haushalt",),
    download_url=("https://neuhof.example.org/haushalt.pdf",),
)
DATASET = Dataset(title=(Literal("Haushalt", "de"),), theme=("https://example.org/GOVE",), distribution=(CSV, PAGE))


def proposal(attribute: str, *values: str, adds: bool = True, part: str | None = None) -> Proposal:
    return Proposal(
        rule="test", attribute=attribute, values=values, evidence_de="", evidence_en="", adds=adds, part=part
    )


def test_values_join_those_that_are_there() -> None:
    changed = applied(DATASET, [proposal("theme", "https://example.org/ECON", "https://example.org/GOVE")])
    assert changed.theme == ("https://example.org/GOVE", "https://example.org/ECON")
    assert DATASET.theme == ("https://example.org/GOVE",)


def test_values_take_the_place_of_those_that_are_there() -> None:
    changed = applied(DATASET, [proposal("theme", "https://example.org/ECON", adds=False)])
    assert changed.theme == ("https://example.org/ECON",)


@pytest.mark.parametrize("name", [PAGE.iri, PAGE.access_url[0], PAGE.download_url[0]])
def test_a_distribution_is_found_by_each_of_its_names(name: str) -> None:
    changed = applied(DATASET, [proposal("distribution.format", "https://example.org/PDF", part=name)])
    first, second = changed.distribution
    assert isinstance(first, Distribution)
    assert isinstance(second, Distribution)
    assert first.format == ()
    assert second.format == ("https://example.org/PDF",)


def test_an_unknown_part_changes_nothing() -> None:
    assert applied(DATASET, [proposal("distribution.format", "https://example.org/PDF", part="gone")]) == DATASET


def test_without_a_part_every_distribution_is_meant() -> None:
    changed = applied(DATASET, [proposal("distribution.language", "https://example.org/DEU")])
    assert all(each.language for each in changed.distribution if isinstance(each, Distribution))


def test_an_unknown_path_raises() -> None:
    with pytest.raises(AttributeError):
        applied(DATASET, [proposal("colour", "red")])
    with pytest.raises(AttributeError):
        applied(DATASET, [proposal("publisher.name", "Neuhof")])


def test_a_distribution_goes_by_its_iri_then_its_download_then_its_access() -> None:
    assert name_of(PAGE) == PAGE.iri
    assert name_of(CSV) == CSV.access_url[0]
    assert name_of(Distribution(access_url=("https://a.example",), download_url=("https://b.example",))) == (
        "https://b.example"
    )
    assert name_of(Distribution()) is None
    assert is_named(CSV, "https://neuhof.example.org/haushalt.csv")
