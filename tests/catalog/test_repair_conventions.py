"""The rules of repair that rest on the conventions and on the Musterdatenkatalog: what they propose, and when nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from catalog.repair.rules import conventions as by_conventions
from catalog.repair.rules import musterdatensatz, titles
from catalog.repair.subject import Subject
from schemas import conventions, musterdaten
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, Distribution
from schemas.proposals import Proposal
from schemas.vocabularies import LISTS

AT = "https://neuhof.example.org"
OFFICE = Agent(iri=f"{AT}/agent", name=(Literal("Gemeinde Neuhof", "de"),))
TREES = Dataset(iri=f"{AT}/1", title=(Literal("Baumkataster", "de"),))
ENTRY = musterdaten.BASE + "floraUndFauna/baumbestand/baumkataster"


def subject(dataset: Dataset, **more: Any) -> Subject:
    """A dataset with nothing around it but what is given."""
    return Subject(
        region=cast(Any, None), entry=cast(Any, None), dataset=dataset, source=None, municipality=None, **more
    )


def references(dataset: Dataset) -> list[Proposal]:
    return [each for each in musterdatensatz.propose(subject(dataset)) if each.attribute == "references"]


def test_the_entry_of_the_musterdatenkatalog_is_proposed_with_its_evidence() -> None:
    (found,) = references(TREES)
    assert (found.attribute, found.values) == ("references", (ENTRY,))
    assert "„Baumkataster“" in found.evidence_de
    assert 75 <= found.certainty < 100


@pytest.mark.parametrize(
    "dataset",
    [
        replace(TREES, references=(ENTRY,)),
        replace(TREES, references=(musterdaten.BASE + "verkehr/unfall",)),
        replace(TREES, title=(Literal("Datensatz 7", "de"),)),
    ],
)
def test_no_second_entry_and_none_without_a_sign(dataset: Dataset) -> None:
    assert references(dataset) == []


def test_the_name_of_the_entry_is_proposed_as_a_keyword() -> None:
    stated = replace(TREES, references=(ENTRY,))
    (found,) = musterdatensatz.propose(subject(stated))
    assert (found.rule, found.attribute, found.values) == (
        musterdatensatz.KEYWORD,
        "keyword",
        (Literal("Baumkataster", "de"),),
    )
    assert list(musterdatensatz.propose(subject(replace(stated, keyword=(Literal("BAUMKATASTER"),))))) == []


def test_conventions_look_up_the_publisher_among_what_the_dataset_refers_to() -> None:
    form = Distribution(iri=f"{AT}/d", access_url=(f"{AT}/a",), license=(LISTS["license"].base + "dl-by-de/2.0",))
    dataset = replace(TREES, publisher=(OFFICE.iri or "",), distribution=(form,))
    assert list(by_conventions.propose(subject(dataset))) == []
    (found,) = by_conventions.propose(subject(dataset, related=(OFFICE,)))
    assert (found.rule, found.values) == (conventions.ATTRIBUTION, (Literal("Gemeinde Neuhof", "de"),))


def test_every_rule_that_may_be_named_has_a_title() -> None:
    named = {
        *(conventions.CODE, conventions.TYPED, conventions.PUBLISHER, conventions.LEVEL),
        *(conventions.LICENSE, conventions.ATTRIBUTION, conventions.SERVICE, musterdatensatz.REFERENCE),
    }
    assert named <= titles().keys()
