"""Feed pages pass the official shapes without inference (DESIGN 4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import Graph

from tests.catalog.builder import Stored
from tests.catalog.web.asking import Place, companions, place_in, whole
from tests.official_shapes import FILES, shapes_of, violations


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as made:
        made.publish(*companions(), *(Stored(f"d{i}", whole(f"Plan {i}")) for i in range(3)))
        yield made


@pytest.fixture(scope="module", params=FILES)
def shapes(standards: Path, request: pytest.FixtureRequest) -> Graph:
    return shapes_of(standards, request.param)


@pytest.mark.parametrize(
    "address", ["/catalog.ttl", "/catalog.ttl?municipality=neuhof", "/catalog.ttl?page=7", "/dataset/{slug}.ttl"]
)
def test_pages_pass_the_official_shapes(place: Place, shapes: Graph, address: str) -> None:
    body = place.ask.get(address.format(slug=place.slug("d0"))).text
    assert violations(Graph().parse(data=body, format="turtle"), shapes) == []


def test_the_shapes_see_what_is_wrong(place: Place, shapes: Graph) -> None:
    body = place.ask.get("/catalog.ttl").text
    data = Graph().parse(data=body.replace("dct:title", "dct:alternative"), format="turtle")
    assert violations(data, shapes)
