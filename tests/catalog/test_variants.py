"""Sizes and forms of faults that runs meet: large catalogues that shrink, dates that do not move, texts no feed could hold."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import sqlalchemy as sa
from defusedxml import ElementTree

from catalog import tables
from catalog.search import Catalogue
from catalog.store import Store
from catalog.web.app import create_app
from harvesters.reading import DERIVED_ID
from schemas.loose_json import load_json
from tests.catalog.runs import Source, package, region, titles
from tests.catalog.test_side_by_side import SYNTAXES
from tests.catalog.web.asking import Asking

# rdflib's own JSON-LD parser uses what rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
_RDFLIB = {"ttl": "turtle", "rdf": "xml", "nt": "nt", "jsonld": "json-ld"}
_ODD_ADDRESSES = (
    "https://portal.example.org/a b.csv",
    "https://portal.example.org/a>b.csv",
    "https://portal.example.org/a{b}|c^`.csv",
    "https://straße.example/ä.csv",
    "https://portal.example.org/%zz.csv",
    "javascript:alert(1)",
    "http://[::1",
    'https://portal.example.org/"a"\\b.csv',
    "https://portal.example.org/\n\ta.csv",
    "kein Link",
)
_ODD_TEXTS = (
    "lone \ud800 surrogate",
    "nul \0 and \x0b controls \x1b[31m",
    "not a character \ufffe",
    "quotes \"\"\" ''' \\ ]]> <b>&amp;",
    "\u202eturned",
    "Größe Fließ Gemarkung",
)


@pytest.fixture
def portal(tmp_path: Path) -> Source:
    return Source(region(tmp_path))


def feeds(portal: Source) -> dict[str, bytes]:
    """The first page in every syntax, and the Atom feed."""
    catalogue = Catalogue(portal.region)
    ask = Asking(create_app(portal.region, catalogue))
    try:
        answers = {name: ask.get(f"/catalog.{name}") for name in SYNTAXES} | {"atom": ask.get("/feed.atom")}
    finally:
        catalogue.close()
    assert {answer.status_code for answer in answers.values()} == {200}
    return {name: answer.content for name, answer in answers.items()}


def parsed(body: bytes, syntax: str) -> set[tuple[str, str]]:
    """What pyoxigraph, which is strict, and rdflib read alike; predicates and objects without blank nodes."""
    strict = {
        (quad.predicate.value, quad.object.value)
        for quad in ox.parse(io.BytesIO(body), format=SYNTAXES[syntax])
        # The addresses of the feed's own pages name its syntax.
        if not isinstance(quad.object, ox.BlankNode) and "/catalog." not in quad.object.value
    }
    graph = rdflib.Graph().parse(data=body, format=_RDFLIB[syntax])
    assert len({(p, o) for _, p, o in graph if not isinstance(o, rdflib.BNode)}) >= len({p for p, _ in strict})
    return strict


@pytest.mark.parametrize("count", [1, 5, 500])
def test_F04_empty_catalogue_of_any_size_is_held_until_a_steward_says_so(portal: Source, count: int) -> None:
    portal.harvest([package(n) for n in range(count)])
    for _ in range(3):
        result = portal.harvest([])
        assert (result.status, result.counts.absent, result.counts.withdrawn) == ("held", 0, 0)
    assert len(titles(portal.region)) == count


def test_F05_300_of_1000_missing_are_held(portal: Source) -> None:
    packages = [package(n) for n in range(1000)]
    portal.harvest(packages)
    held = portal.harvest(packages[:700])
    assert (held.status, held.counts.withdrawn) == ("held", 0)
    assert "300 von 1000" in held.reason_de.replace(".", "")
    assert portal.harvest(packages[:800]).status == "ok", "a fifth may be missing"
    assert len(titles(portal.region)) == 1000


def test_F10_record_without_identifier_is_the_same_in_the_next_run(portal: Source) -> None:
    nameless = [{k: v for k, v in package(n).items() if k not in ("id", "name")} for n in range(5)]
    first = portal.harvest(nameless)
    assert first.counts.created == 5
    store = Store(portal.region)
    with store.engine.connect() as connection:
        findings = connection.scalars(sa.select(tables.versions.c.findings)).all()
    store.close()
    assert sum(DERIVED_ID in str(each) for each in findings) == 5
    before = titles(portal.region)
    second = portal.harvest(list(reversed(nameless)))
    assert (second.counts.unchanged, second.counts.created, second.counts.absent) == (5, 0, 0)
    assert titles(portal.region) == before


def test_F19_content_decides_though_the_date_of_change_did_not_move(portal: Source) -> None:
    dated: dict[str, Any] = {"metadata_modified": "2026-01-02T03:04:05", "metadata_created": "2026-01-01T00:00:00"}
    portal.harvest([package(n, **dated) for n in range(5)])
    result = portal.harvest([package(0, "Neuer Titel", **dated), *(package(n, **dated) for n in range(1, 5))])
    assert (result.counts.updated, result.counts.unchanged) == (1, 4)
    assert titles(portal.region)[package(0)["id"]] == "Neuer Titel"


def test_F23_no_feed_breaks_of_an_odd_address(portal: Source) -> None:
    odd = [
        package(
            n,
            url=address,
            resources=[{"id": "r", "url": address, "format": "CSV"}],
            extras=[{"key": "theme", "value": f'["{address}"]'}, {"key": "uri", "value": address}],
        )
        for n, address in enumerate(_ODD_ADDRESSES)
    ]
    result = portal.harvest([*odd, package(99)])
    assert result.counts.created + result.counts.failed == len(odd) + 1
    assert result.counts.failed == 0
    told = feeds(portal)
    ElementTree.fromstring(told.pop("atom"))
    read = {name: parsed(body, name) for name, body in told.items()}
    assert read["nt"] == read["ttl"] == read["rdf"] == read["jsonld"]
    assert not any(value.startswith("javascript:") for predicate, value in read["nt"] if "URL" in predicate)


def test_F44_database_and_feeds_stay_valid_whatever_texts_come(portal: Source) -> None:
    sent = [package(n, title=text, notes=text, tags=[{"name": text}]) for n, text in enumerate(_ODD_TEXTS)]
    document, repaired = load_json(json.dumps(sent).encode())
    assert repaired
    assert portal.harvest(document).counts.created == len(sent)
    told = feeds(portal)
    for name, body in told.items():
        text = body.decode("utf-8")
        assert "\0" not in text, name
        assert "\ud800" not in text
    ElementTree.fromstring(told.pop("atom"))
    read = {name: parsed(body, name) for name, body in told.items()}
    assert read["nt"] == read["ttl"] == read["jsonld"]
    assert "Größe Fließ Gemarkung" in {value for _, value in read["rdf"]}
