"""A category that a steward confirmed: what the feed then says is what DCAT-AP HVD 3.0.0 demands, by the official shapes too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef

from catalog.corrections.decision import correct
from catalog.reading.entries import Entry
from catalog.repair.accepting import chosen, wishes
from catalog.repair.proposing import Advice, Proposing
from schemas import corrections, hvd, iris, syntax
from schemas.findings import Severity
from schemas.kinds import Literal
from schemas.model import DataService, Dataset, Distribution
from schemas.validation import check_view
from schemas.views import View
from tests.catalog.builder import BASE, Stored
from tests.catalog.web.asking import SERVICE, Place, companions, place_in, whole
from tests.official_shapes import violations

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC)
_HVD = "data/SEMICeu+DCAT-AP/master/releases/3.0.0-hvd"
_PLAIN = ("shacl/hvd-SHACL.ttl",)
# hvd-SHACL-full.ttl joins these, but in an older form: there a service has to be named, in the usage notes it need not.
_NOTED = ("html/hvd-SHACL-base.ttl", "html/hvd-SHACL-ranges.ttl", "html/hvd-SHACL-usagenotes.ttl")
INNER = DataService(
    title=(Literal("API Niederschlag", "de"),),
    endpoint_url=("https://www.neuhof-fulda.de/api",),
    endpoint_description=("https://www.neuhof-fulda.de/api/openapi.json",),
)
CC_BY = "http://dcat-ap.de/def/licenses/cc-by/4.0"


def rainfall(title: str = "Niederschlag an den Messstellen") -> Dataset:
    """A dataset of high value that does not say so, with a service of its own and one described in place."""
    record = whole(title)
    (file,) = record.distribution
    assert isinstance(file, Distribution)
    page = ("https://www.neuhof-fulda.de/niederschlag",)
    return replace(
        record, landing_page=page, distribution=(file, replace(file, iri=f"{file.iri}-api", access_service=(INNER,)))
    )


def published(place: Place, *datasets: Dataset) -> None:
    wfs = DataService(
        iri=SERVICE, title=(Literal("WFS Niederschlag", "de"),), endpoint_url=("https://www.neuhof-fulda.de/wfs",)
    )
    others = [each for each in companions() if each.native_id != "wfs"]
    own = [Stored(f"d{number}", each) for number, each in enumerate(datasets)]
    place.publish(*others, Stored("wfs", wfs, positioned=False), *own)


def advice(place: Place) -> list[Advice]:
    found = [place.catalogue.get(each.key) for each in place.catalogue.positions(place.catalogue.number())]
    return list(Proposing(place.catalogue, NOW, fetches=False).advise([e for e in found if isinstance(e, Entry)]))


def found_by_the_official_shapes(feed: str, standards: Path, files: tuple[str, ...]) -> list[str]:
    """The violations that pySHACL finds in a feed page, without inference but that whatever has an IRI is a resource.

    That is an axiom of RDF Schema (rdfs4a); the shapes ask it of addresses, of which no feed states it.
    """
    data = Graph().parse(data=feed, format="turtle")
    for node in {each for each in data.all_nodes() if isinstance(each, URIRef)}:
        data.add((node, RDF.type, RDFS.Resource))
    shapes = Graph()
    for file in files:
        shapes.parse(standards / _HVD / file, format="turtle")
    for statement in list(shapes.triples((None, SH.property, None))):
        if (statement[2], None, None) not in shapes:  # one reference of hvd-SHACL-base.ttl leads nowhere
            shapes.remove(statement)
    return violations(data, shapes)


def found_by_us(feed: str) -> list[str]:
    """The violations that our own profile finds in a feed page."""
    view = View(syntax.load(feed.encode(), BASE).triples.by_subject)
    return [f"{each.rule} {each.focus}" for each in check_view(view, "hvd") if each.severity is Severity.VIOLATION]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with place_in(tmp_path) as made:
        yield made


def test_what_a_steward_confirmed_is_valid_by_the_official_shapes_and_by_ours(place: Place, standards: Path) -> None:
    published(place, rainfall())
    before = place.ask.get("/catalog.ttl").text
    assert any("hvdCategory" in line for line in found_by_the_official_shapes(before, standards, _PLAIN))
    assert found_by_us(before)
    wanted = chosen(advice(place), [hvd.CATEGORY])
    made = correct(place.region, wishes(wanted), NOW, "repair")
    assert made.refused == ()
    after = place.ask.get("/catalog.ttl").text
    assert [found_by_the_official_shapes(after, standards, files) for files in (_PLAIN, _NOTED)] == [[], []]
    assert found_by_us(after) == []
    (category,) = {each.value for each in wishes(wanted) if each.attribute == "hvd_category"}
    assert corrections.shown(Dataset, "hvd_category", category or "").startswith(
        "Beobachtungsdaten von Wetterstationen (c_"
    )
    (again,) = advice(place)
    assert [each.proposal.rule for each in again.proposals if each.proposal.rule.startswith("hvd-")] == []


def test_a_licence_about_which_two_datasets_of_a_service_differ_is_not_set_for_it(place: Place) -> None:
    other = rainfall("Niederschlag der Wetterstation")
    files = tuple(replace(each, license=(CC_BY,)) for each in other.distribution if isinstance(each, Distribution))
    published(place, rainfall(), replace(other, distribution=files))
    wanted = wishes(chosen(advice(place), [hvd.CATEGORY]))
    key = iris.key("neuhof-portal", "wfs")
    said = {each.attribute for each in wanted if each.key == key}
    assert "license" not in said
    assert "endpoint_description" in said, "about which they agree"
    agreed = {w.proposal.attribute for a in advice(place)[:1] for w in chosen([a], [hvd.CATEGORY]) if w.key == key}
    assert "license" in agreed
