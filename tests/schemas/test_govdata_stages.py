"""GovData's stages one by one, and that GovData's own shapes say the same of some hundred records."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import RDF, SH, Graph, Namespace, URIRef

from schemas.govdata_stages import Stages, stages
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, Distribution, Resource
from schemas.namespaces import DCAT, DCTERMS
from schemas.ntriples import rdflib_graph
from tests.official_shapes import report_of

OPEN = "http://dcat-ap.de/def/licenses/dl-by-de/2.0"
CLOSED = "http://dcat-ap.de/def/licenses/other-closed"
FOREIGN = "https://example.org/agb"
HESSEN = "http://dcat-ap.de/def/contributors/hessen"
ANOTHER = "http://dcat-ap.de/def/contributors/berlinOpenData"
AGENT = "https://daten.example.org/neuhof"
SHAPES = "data/GovDataOfficial+DCAT-AP.de-SHACL-Validation/master/validator/resources/dashboard-live/shapes"
GOVDATA = Namespace("http://govdata.de/mqa/#")
FULL = Dataset(
    keyword=(Literal("Baum", "de"),),
    contributor_id=(HESSEN,),
    publisher=(Agent(iri=AGENT, name=(Literal("Gemeinde Neuhof", "de"),)),),
    distribution=(Distribution(license=(OPEN,)),),
)


def licensed(*each: tuple[str, ...]) -> Dataset:
    return replace(FULL, distribution=tuple(Distribution(license=licenses) for licenses in each))


def test_a_full_record_is_complete() -> None:
    assert stages(FULL) == Stages(True, True, True, 3)
    assert stages(FULL).complete
    assert stages(Dataset()) == Stages(False, False, False, 0)


@pytest.mark.parametrize(
    ("record", "stage"),
    [
        (licensed(), 0),
        (licensed(()), 0),
        (licensed((OPEN, CLOSED)), 0),
        (licensed((OPEN,), ()), 0),
        (licensed((FOREIGN,)), 1),
        (licensed((OPEN,), (FOREIGN,)), 1),
        (licensed((CLOSED,)), 2),
        (licensed((CLOSED,), (OPEN,)), 3),
        # The official address of the licence itself is no IRI of the list.
        (licensed(("https://www.govdata.de/dl-de/by-2-0",)), 1),
        (replace(FULL, distribution=(Distribution(extra=((str(DCTERMS.license), Literal("frei")),)),)), 1),
    ],
)
def test_stages_of_the_licence(record: Dataset, stage: int) -> None:
    assert stages(record).license == stage


@pytest.mark.parametrize(
    ("publishers", "named", "right"),
    [
        ((), (), False),
        ((AGENT,), (), False),
        ((AGENT,), (AGENT,), True),
        ((Agent(iri=AGENT),), (), False),
        ((AGENT, "https://example.org/flieden"), (AGENT, "https://example.org/flieden"), False),
    ],
)
def test_one_publisher_with_a_name(publishers: tuple[str, ...], named: tuple[str, ...], right: bool) -> None:
    assert stages(replace(FULL, publisher=publishers), named).publisher is right


@pytest.mark.parametrize(
    ("contributors", "right"), [((), False), ((HESSEN,), True), ((HESSEN, ANOTHER), False), ((HESSEN, FOREIGN), True)]
)
def test_one_contributor_of_the_list(contributors: tuple[str, ...], right: bool) -> None:
    assert stages(replace(FULL, contributor_id=contributors)).contributor is right


def _records() -> dict[str, Dataset]:
    """Records by IRI with any mixture of what the shapes ask for."""
    dice = random.Random(11)
    licenses = ((), (OPEN,), (CLOSED,), (FOREIGN,), (OPEN, CLOSED))
    agents: tuple[str | Resource, ...] = (AGENT, Agent(iri=f"{AGENT}/2"), Agent(name=(Literal("Gemeinde Flieden"),)))
    made = {}
    for number in range(300):
        iri = f"https://daten.example.org/{number}"
        # The distributions have IRIs, so that the report can be read back to their dataset.
        files = tuple(
            Distribution(iri=f"{iri}#{place}", access_url=(iri,), license=dice.choice(licenses))
            for place in range(dice.randint(1, 3))
        )
        made[iri] = Dataset(
            iri=iri,
            keyword=dice.choice(((), (Literal("Baum"),))),
            contributor_id=tuple(dice.sample((HESSEN, ANOTHER, FOREIGN), dice.randint(0, 2))),
            publisher=tuple(dice.sample(agents, dice.randint(0, 2))),
            distribution=files,
        )
    return made


def test_govdatas_own_shapes_say_the_same(standards: Path) -> None:
    records = _records()
    data, shapes, background = Graph(), Graph(), Graph()
    for number, record in enumerate(records.values()):
        data += rdflib_graph(record, f"n{number}")
    data += rdflib_graph(Agent(iri=AGENT, name=(Literal("Gemeinde Neuhof"),)))
    shapes.parse(standards / SHAPES / "db-shapes.ttl", format="turtle")
    for lists in ("dcat-ap-de-contributors.rdf", "dcat-ap-de-licenses-open.rdf"):
        background.parse(standards / SHAPES / lists, format="xml")
    report = report_of(data + background, shapes)
    found: dict[str, set[str]] = defaultdict(set)
    for result in report.subjects(RDF.type, SH.ValidationResult):
        found[str(report.value(result, SH.resultSeverity)).rpartition("#")[2]].add(
            str(report.value(result, SH.focusNode))
        )
    nameless = found["no_correct_publisher"]
    for iri, record in records.items():
        said = stages(record, {AGENT})
        assert said.keyword is (iri not in found["no_literal_keyword"]), iri
        assert said.contributor is (iri not in found["no_correct_contributorID"]), iri
        publishers = {str(o) for o in data.objects(URIRef(iri), DCTERMS.publisher)}
        assert said.publisher is (iri not in nameless and not publishers & nameless), iri
        assert said.license == _stage(data, iri, found), iri


def _stage(data: Graph, iri: str, found: dict[str, set[str]]) -> int:
    """The stage of a dataset by the texts of the shapes: results on its distributions and on their licences."""
    files = {str(o) for o in data.objects(URIRef(iri), DCAT.distribution)}
    licenses = {str(o) for file in files for o in data.objects(URIRef(file), DCTERMS.license)}
    if files & (found["multiple_licenses"] | found["no_license"]):
        return 0
    if licenses & found["no_license_from_list"]:
        return 1
    return 3 if licenses - found["no_open_license_from_list"] else 2
