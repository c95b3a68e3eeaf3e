"""Searches as citizens type them find what they mean in the demo region (tests/bench/relevance.csv)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.reading.entries import Query
from catalog.search import Catalogue
from schemas.region import load
from tests.bench import relevance


@pytest.fixture(scope="module")
def catalogue(harvested: Path) -> Iterator[Catalogue]:
    opened = Catalogue(load(harvested, {}))
    yield opened
    opened.close()


def test_expected_datasets_stand_among_the_first_ten(catalogue: Catalogue) -> None:
    measured = relevance.measure(catalogue, relevance.judged("demo"))
    assert len(measured.answers) >= 60
    assert measured.recall >= relevance.RECALL, measured.misses()
    assert measured.mrr >= relevance.MRR, measured.misses()


def test_every_expected_title_is_in_the_demo_region(catalogue: Catalogue) -> None:
    titles = {
        hit.summary.title for page in (1, 2) for hit in catalogue.find(Query(sort="title", page=page, size=100)).hits
    }
    expected = {title for judged in relevance.judged("demo") for title in judged.expected}
    assert expected <= titles
