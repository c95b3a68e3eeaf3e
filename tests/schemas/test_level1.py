"""What counts as valid for data.europa.eu's score: exactly ``shapes.ttl`` and ``range.ttl`` of DCAT-AP 3.0.1."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from rdflib import SH, BNode, Graph

from schemas import level1, mqa
from schemas.classes import HVD_LEGISLATION
from schemas.constraints import Ask
from schemas.kinds import DATATYPES, Kind, Literal
from schemas.model import Agent, Dataset, Distribution
from schemas.namespaces import LOCN
from schemas.triples import Triples
from schemas.validation import check
from schemas.views import View
from schemas.vocabularies import LISTS
from tests import mutants
from tests.parity import Mark, _counts, _loaded, _mark, theirs

FILES = tuple(f"data/SEMICeu+DCAT-AP/master/releases/3.0.1/html/shacl/{name}.ttl" for name in ("shapes", "range"))
_ASKED = {
    SH.minCount: Ask.MIN,
    SH.maxCount: Ask.MAX,
    SH.nodeKind: Ask.NODE_KIND,
    SH.datatype: Ask.DATATYPE,
    SH["class"]: Ask.CLASS,
}
_NODES = {
    "DateOrDateTimeDataType_Shape": (Ask.DATATYPE, " ".join(sorted(DATATYPES[Kind.DATE]))),
    "DcatResource_Shape": (Ask.CLASS, "http://www.w3.org/ns/dcat#Resource"),
}


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logger = logging.getLogger("rdflib.term")
    before, logger.level = logger.level, logging.CRITICAL
    yield
    logger.level = before


def official(shapes: Graph) -> Iterator[tuple[str, str, Ask, str]]:
    for node, target in shapes.subject_objects(SH.targetClass):
        for each in shapes.objects(node, SH.property):
            path = shapes.value(each, SH.path)
            if shapes.value(each, SH.severity) == SH.Violation and not isinstance(path, BNode):
                for word, ask in _ASKED.items():
                    for value in shapes.objects(each, word):
                        yield str(target), str(path), ask, str(value).removeprefix(str(SH))
                for inner in shapes.objects(each, SH.node):
                    yield (str(target), str(path), *_NODES[str(inner).rpartition("#")[2]])


def test_the_table_holds_what_the_files_ask(standards: Path) -> None:
    theirs = {each for each in official(_loaded(standards, FILES)) if each[1] != str(LOCN.geometry)}
    ours = {(each.target, each.path, each.ask, each.parameter) for each in level1.constraints()}
    assert ours == theirs
    assert len(ours) > 200


def test_pyshacl_finds_the_same_with_these_files(standards: Path) -> None:
    shapes = _loaded(standards, FILES)
    triples = mutants.of("dcat-ap", 200, (shapes,))
    found = {_mark(each) for each in level1.evaluate(View(triples.by_subject))}
    ours, theirs_ = compared(found, triples), compared(theirs(triples, shapes), triples)
    assert len(ours) > 60
    assert sorted(theirs_ - ours) == []
    assert sorted(ours - theirs_) == []


def compared(marks: set[Mark], triples: Triples) -> set[Mark]:
    """The marks of violations: a series without members is a warning, and geometries are left out.

    The file names four classes where we ask for dcat:Resource, which all four are; nobody publishes what is only that.
    """
    return {
        mark
        for mark in marks
        if not mark.path.startswith("^")
        and mark.path != str(LOCN.geometry)
        and not ("/Resource/" in mark.about and mark.ask == "class")
        and _counts(mark, triples)
    }


TITLE = (Literal("Baumkataster", "de"),)
SOUND = Dataset(
    iri="https://neuhof.example.org/1",
    title=TITLE,
    description=TITLE,
    publisher=(Agent(name=TITLE),),
    distribution=(Distribution(access_url=("https://neuhof.example.org/a.csv",)),),
)


@pytest.mark.parametrize(
    "changed",
    [
        {"applicable_legislation": (HVD_LEGISLATION,)},  # what HVD demands beyond
        {"language": ("http://id.loc.gov/vocabulary/iso639-1/de",)},  # the code list
        {"availability": ("https://neuhof.example.org/soon",)},  # a property that the profile does not list
        {"modified": (Literal("2026"),)},  # a datatype that the file means but does not ask
    ],
)
def test_what_else_we_demand_costs_no_points(changed: dict[str, object]) -> None:
    record = replace(SOUND, **changed)  # type: ignore[arg-type]
    assert mqa.compliant(record)
    assert [each for each in check(record, "dcat-ap") if each.severity == "violation"]


@pytest.mark.parametrize(
    "changed",
    [
        {"title": ()},
        {"access_rights": (f"{LISTS['access-right'].base}PUBLIC", f"{LISTS['access-right'].base}RESTRICTED")},
        {"publisher": ("https://neuhof.example.org/nobody-knows",)},
        {"theme": ("https://neuhof.example.org/own-theme",)},
        {"type": ("http://dcat-ap.de/def/datasetTypes/collection",)},
        {"distribution": (Distribution(title=TITLE),)},
    ],
)
def test_what_the_files_demand_costs_the_points(changed: dict[str, object]) -> None:
    assert mqa.compliant(SOUND)
    assert not mqa.compliant(replace(SOUND, **changed))  # type: ignore[arg-type]
