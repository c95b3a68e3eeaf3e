"""``/shapes/PROFILE.ttl``: the SHACL graph of each profile, under the region's address and open to every origin."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rdflib import OWL, RDF, SH, Graph, URIRef

from schemas.profiles import PROFILES
from tests.catalog.builder import BASE
from tests.catalog.web.asking import Place, place_in


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place_in(tmp_path_factory.mktemp("region")) as made:
        yield made


@pytest.mark.parametrize("profile", PROFILES)
def test_profile_is_served_as_shapes(place: Place, profile: str) -> None:
    answer = place.ask.get(f"/shapes/{profile}.ttl")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/turtle; charset=utf-8")
    assert answer.headers["access-control-allow-origin"] == "*"
    again = place.ask.get(f"/shapes/{profile}.ttl", if_none_match=answer.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    graph = Graph().parse(data=answer.text, format="turtle")
    assert (URIRef(f"{BASE}/shapes/{profile}.ttl"), RDF.type, OWL.Ontology) in graph
    assert len(list(graph.subjects(RDF.type, SH.NodeShape))) > 15


def test_unknown_profile_is_told_which_there_are(place: Place) -> None:
    answer = place.ask.get("/shapes/dcat-us.ttl")
    assert answer.status_code == 404
    assert all(profile in answer.text for profile in PROFILES)
