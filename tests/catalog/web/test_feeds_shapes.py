"""Feed pages pass the official shapes without inference (DESIGN 4.3)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pyshacl import validate
from rdflib import RDF, SH, Graph

from tests.catalog.builder import Stored
from tests.catalog.web.asking import Place, companions, place_in, whole

_EU = "data/SEMICeu+DCAT-AP/master/releases/3.0.0/shacl/dcat-ap-SHACL.ttl"
_EU_BASE = "data/SEMICeu+DCAT-AP/master/releases/3.0.0/html/shacl/shapes.ttl"
_DE = "data/GovDataOfficial+DCAT-AP.de/3.0/Releases/DCAT-AP.de V3.0/shacl"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as made:
        made.publish(*companions(), *(Stored(f"d{i}", whole(f"Plan {i}")) for i in range(3)))
        yield made


@pytest.fixture(
    scope="module",
    params=[(_EU, f"{_DE}/dcat-ap-SHACL-DE.ttl", f"{_DE}/dcat-ap-spec-german-additions.ttl"), (_EU_BASE,)],
    ids=["dcat-ap-de-3.0", "dcat-ap-3.0.0-base"],
)
def shapes(standards: Path, request: pytest.FixtureRequest) -> Graph:
    graph = Graph()
    for name in request.param:
        graph.parse(standards / name, format="turtle")
    return graph


def violations(data: Graph, shapes: Graph) -> list[str]:
    _, report, _ = validate(data, shacl_graph=shapes, inference="none", advanced=True)
    assert isinstance(report, Graph)
    return [
        f"{report.value(result, SH.focusNode)} {report.value(result, SH.resultPath)} "
        f"{report.value(result, SH.value)} {report.value(result, SH.resultMessage)}"
        for result in report.subjects(RDF.type, SH.ValidationResult)
        if report.value(result, SH.resultSeverity) == SH.Violation
    ]


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
