"""The feed of the demo region by the official shapes of the conventions."""

from __future__ import annotations

from pathlib import Path

from rdflib import SKOS, Graph, URIRef

from catalog.web.app import create_app
from schemas.namespaces import DCTERMS
from schemas.region import load
from schemas.vocabularies import LISTS
from tests.catalog.web.asking import Asking
from tests.official_shapes import violations

_SHAPES = (
    "data/GovDataOfficial+DCAT-AP.de-SHACL-Validation/master/validator/resources/v2.0/shapes/dcat-ap-konventionen.ttl"
)


def test_the_feed_of_the_demo_region_passes_the_shapes_of_the_conventions(harvested: Path, standards: Path) -> None:
    data = Graph()
    ask = Asking(create_app(load(harvested, {})))
    for page in (1, 2):
        data.parse(data=ask.get(f"/catalog.ttl?page={page}").text, format="turtle")
    # The shapes ask the lists themselves for a code, so they have to stand beside the data (constraints.md, section 3).
    for value in {each for each in data.objects() if isinstance(each, URIRef)}:
        for each in LISTS.values():
            if str(value) in each:
                data.add((value, SKOS.inScheme, URIRef(each.scheme)))
    shapes = Graph().parse(standards / _SHAPES)
    assert violations(data, shapes) == []
    file, _, code = next(data.triples((None, DCTERMS.license, None)))
    data.set((file, DCTERMS.license, URIRef("https://www.example.org/licence")))
    assert [line.split(" ")[:2] for line in violations(data, shapes)] == [[str(file), str(DCTERMS.license)]], code
