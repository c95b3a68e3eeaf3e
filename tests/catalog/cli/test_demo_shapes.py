"""The feed of the demo region passes the official shapes: every page, without inference and without a violation."""

from __future__ import annotations

from pathlib import Path

import pytest
from rdflib import DCAT, RDF, Graph

from catalog.web.app import create_app
from schemas.region import load
from tests.catalog.web.asking import Asking
from tests.official_shapes import FILES, shapes_of, violations


@pytest.mark.parametrize("name", FILES)
def test_feed_of_the_demo_region_has_no_violation(harvested: Path, standards: Path, name: str) -> None:
    data = Graph()
    ask = Asking(create_app(load(harvested, {})))
    for page in (1, 2):
        answer = ask.get(f"/catalog.ttl?page={page}")
        assert answer.status_code == 200
        data.parse(data=answer.text, format="turtle")
    assert len(list(data.subjects(RDF.type, DCAT.Dataset))) > 40
    assert violations(data, shapes_of(standards, name)) == []
