"""The feed of the demo region by the official shapes of the conventions: what they find, a proposal mends."""

from __future__ import annotations

from pathlib import Path

from rdflib import SKOS, Graph, URIRef

from catalog.search import Catalogue
from catalog.web.app import create_app
from schemas import conventions
from schemas.region import load
from schemas.vocabularies import LISTS
from tests.catalog.sampling import datasets
from tests.catalog.web.asking import Asking
from tests.official_shapes import violations

_SHAPES = (
    "data/GovDataOfficial+DCAT-AP.de-SHACL-Validation/master/validator/resources/v2.0/shapes/dcat-ap-konventionen.ttl"
)


def test_what_the_convention_shapes_find_in_the_demo_region_is_what_repair_proposes(
    harvested: Path, standards: Path
) -> None:
    region = load(harvested, {})
    data = Graph()
    ask = Asking(create_app(region))
    for page in (1, 2):
        data.parse(data=ask.get(f"/catalog.ttl?page={page}").text, format="turtle")
    # The shapes ask the lists themselves for a code, so they have to stand beside the data (constraints.md, section 3).
    for value in {each for each in data.objects() if isinstance(each, URIRef)}:
        for each in LISTS.values():
            if str(value) in each:
                data.add((value, SKOS.inScheme, URIRef(each.scheme)))
    found = violations(data, Graph().parse(standards / _SHAPES))
    assert {line.split(" ")[1] for line in found} == {"http://purl.org/dc/terms/license"}
    catalogue = Catalogue(region)
    proposed = {
        proposal.part: proposal
        for source in region.sources
        for dataset in datasets(catalogue, source.key)
        for proposal in conventions.proposals(dataset)
        if proposal.attribute == "distribution.license"
    }
    catalogue.close()
    assert {line.split(" ")[0] for line in found} == set(proposed)
    for line in found:
        proposal = proposed[line.split(" ")[0]]
        assert proposal.rule == conventions.CODE
        assert all(str(value) in LISTS["license"] for value in proposal.values)
