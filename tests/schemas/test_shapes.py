"""The SHACL graph of each profile is valid SHACL, and pySHACL finds with it what our own check finds."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from functools import cache

import pyshacl
import pytest
import rdflib
from rdflib import RDF, SH, Graph, URIRef

from schemas import rules, syntax
from schemas.constraints import Ask, constraints
from schemas.evaluation import evaluate
from schemas.kinds import Literal, to_term
from schemas.profiles import ALL, PROFILES
from schemas.rule_shapes import twins
from schemas.shapes import rule_name, shape_names, write
from schemas.triples import Triples
from schemas.views import View
from tests import mutants, rule_examples
from tests.mutants import BASE
from tests.official_shapes import report_of

pytestmark = pytest.mark.long

FULL = os.environ.get("ALLMENDE_TEST_PROFILE") == "full"
MUTANTS = 1000 if FULL else 150
ADDRESS = "https://daten.example.org/shapes"
Found = set[tuple[str, str]]


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """rdflib tells of each broken literal on its way; that is what these are made for."""
    logger = logging.getLogger("rdflib.term")
    before, logger.level = logger.level, logging.CRITICAL
    normalising = rdflib.NORMALIZE_LITERALS
    yield
    logger.level, rdflib.NORMALIZE_LITERALS = before, normalising


@cache
def shapes(profile: str) -> Graph:
    return Graph().parse(data=write(profile, f"{ADDRESS}/{profile}.ttl"), format="turtle")


def by_pyshacl(triples: Triples, profile: str) -> Found:
    """Nodes and the local names of the shapes that they break."""
    data = Graph()
    for subject, statements in triples.by_subject.items():
        for path, value in statements:
            data.add((_term(subject), URIRef(path), _term(value)))
    report = report_of(data, shapes(profile))
    found = set()
    for result in report.objects(None, SH.result):
        node, shape = report.value(result, SH.focusNode), report.value(result, SH.sourceShape)
        found.add((f"_:{node}" if isinstance(node, rdflib.BNode) else str(node), str(shape).rpartition("#")[2]))
    return found


def _term(value: str | Literal) -> rdflib.term.Node:
    return rdflib.BNode(value[2:]) if isinstance(value, str) and value.startswith("_:") else to_term(value)


def by_table(triples: Triples, profile: str) -> Found:
    """The same from our own check."""
    view = View(triples.by_subject)
    names = {constraint: name for name, constraint in shape_names(profile).items()}
    found = {(each.node, names[each.constraint]) for each in evaluate(view, profile)}
    return found | {(finding.focus, rule_name(finding.rule)) for finding in rules.check(view, profile)}


def by_rules(profile: str) -> set[str]:
    return {rule_name(twin.rule) for twin in twins(profile, lambda _name, _iris: "()")}


@pytest.mark.parametrize("profile", PROFILES)
def test_pyshacl_finds_the_same_with_our_shapes(profile: str) -> None:
    triples = mutants.Mutants(profile, (), seed=2).make(MUTANTS)
    rule_examples.add(triples)
    theirs, ours = by_pyshacl(triples, profile), by_table(triples, profile)
    assert len(ours) > MUTANTS // 2
    assert {name for _, name in ours if name.startswith("rule-")} == by_rules(profile), "each rule has an example"
    assert sorted(theirs - ours) == []
    assert sorted(ours - theirs) == []


@pytest.mark.parametrize("name", rule_examples.EXAMPLES)
def test_an_example_breaks_its_rule_and_what_is_like_it_does_not(name: str) -> None:
    wrong, right = (syntax.load(said.encode(), f"{BASE}x.ttl").triples for said in rule_examples.example(name))
    for triples, expected in ((wrong, True), (right, False)):
        found = {finding.rule for finding in rules.check(View(triples.by_subject), "dcat-ap-de")}
        assert (name in found) is expected


@pytest.mark.parametrize("profile", PROFILES)
def test_shapes_are_valid_shacl(profile: str) -> None:
    """By the shapes of SHACL for shapes (W3C, appendix C), which pySHACL holds; the same text at each call."""
    graph = Graph()
    for statement in shapes(profile):
        # The long lists of codes are one list like any other: their first codes are enough for the shapes of shapes.
        cut = statement[1] == RDF.rest and isinstance(statement[0], URIRef)
        graph.add((statement[0], RDF.rest, RDF.nil) if cut else statement)
    conforms, _, text = pyshacl.validate(Graph(), shacl_graph=graph, meta_shacl=True, inference="none")
    assert conforms, text
    assert write(profile, ADDRESS) == write(profile, ADDRESS)


@pytest.mark.parametrize("profile", PROFILES)
def test_each_constraint_has_its_shape_with_messages_in_both_languages(profile: str) -> None:
    graph = shapes(profile)
    names = shape_names(profile)
    # A demand that another property settles is one shape over both.
    assert len(names) == len(constraints(profile))
    for name, constraint in names.items():
        shape = URIRef(f"{ADDRESS}/{profile}.ttl#{name}")
        assert (shape, RDF.type, SH.PropertyShape) in graph, name
        messages = [each for each in graph.objects(shape, SH.message) if isinstance(each, rdflib.Literal)]
        assert {each.language for each in messages} == {"de", "en"}
        severity = graph.value(shape, SH.severity)
        assert str(severity).rpartition("#")[2].lower() == str(constraint.severity)
    assert not [o for o in graph.objects(None, SH.property) if (o, SH.path, None) not in graph], (
        "no reference to nothing"
    )
    assert any(ALL[profile].version == str(o) for o in graph.objects())


def test_every_question_occurs_in_some_profile() -> None:
    assert {each.ask for profile in PROFILES for each in constraints(profile)} == set(Ask)
