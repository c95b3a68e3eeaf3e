"""SPARQL endpoints that cap, fail, repeat or refuse (F01, F02, F11 to F16, F22, F25, F70)."""

from __future__ import annotations

import re

import pytest

from harvesters.sparql.queries import Scope
from schemas.limits import Limits
from schemas.ntriples import ntriples_of
from tests.harvesters.source_walks import Reply, walk
from tests.harvesters.sparql_catalogue import URL, catalog, ids
from tests.harvesters.sparql_endpoint import Endpoint


def test_F70_rows_capped_without_a_word() -> None:
    endpoint = Endpoint(catalog(25), rows=10)
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(25)
    assert found.coverage == "complete"
    assert len(endpoint.lists) == 3


def test_F70_rows_capped_where_nothing_is_counted() -> None:
    endpoint = Endpoint(catalog(25), rows=10, quirks={"COUNT(DISTINCT": (500, {}, b"too dear")})
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(25)
    assert found.coverage == "complete"
    assert len(endpoint.lists) == 4


@pytest.mark.parametrize("most", [20, 33, 57])
def test_F70_statements_capped_without_a_word(most: int) -> None:
    endpoint = Endpoint(catalog(10), statements=most)
    found = walk("sparql", URL, endpoint)
    whole = walk("sparql", URL, Endpoint(catalog(10)))
    assert found.coverage == "complete"
    assert {k: ntriples_of(r, "k") for k, r in found.datasets.items()} == {
        k: ntriples_of(r, "k") for k, r in whole.datasets.items()
    }


def test_F70_one_description_cut_leaves_the_run_partial() -> None:
    found = walk("sparql", URL, Endpoint(catalog(2), statements=6))
    assert found.ids == []
    assert found.job.report().failure_de is not None
    assert re.search(r"nur 6 von \d+ Aussagen", found.failures)


def test_a_heavy_batch_is_halved() -> None:
    endpoint = Endpoint(catalog(12), most=5)
    found = walk("sparql", URL, endpoint, {"page": 12})
    assert found.ids == ids(12)
    assert found.coverage == "complete"


def test_F14_F22_one_dataset_that_fails_leaves_the_others() -> None:
    endpoint = Endpoint(catalog(4))
    answer = endpoint.answer

    def failing(method: str, query: str) -> Reply:
        bad = "CONSTRUCT" in query and "d0002" in query
        return (500, {}, b"kaputt") if bad else answer(method, query)

    endpoint.answer = failing  # type: ignore[method-assign]
    found = walk("sparql", URL, endpoint)
    assert found.ids == [iri for iri in ids(4) if "d0002" not in iri]
    assert found.coverage == "partial"
    assert "d0002: nicht abgefragt, Status 500" in found.failures


def test_F13_an_endpoint_that_always_fails_is_left_alone_soon() -> None:
    endpoint = Endpoint(catalog(64), quirks={"CONSTRUCT": (500, {}, b"kaputt")})
    found = walk("sparql", URL, endpoint, {"page": 1})
    assert len(endpoint.descriptions) == 8
    assert found.job.report().failure_de is not None


def test_F11_a_list_that_repeats_itself_ends() -> None:
    endpoint = Endpoint(catalog(3))
    endpoint.quirks["ORDER BY ?dataset"] = endpoint.answer("GET", Scope().page("", 2))
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(2)
    assert found.coverage == "partial"
    assert "nur 2 von 3" in found.failures


def test_F16_a_dataset_that_goes_while_we_page_is_no_failure() -> None:
    endpoint = Endpoint(catalog(2))
    listed = endpoint.answer("GET", Scope().page("", 9))
    whole = endpoint.answer("GET", Scope().count())
    endpoint = Endpoint(catalog(1), quirks={"ORDER BY ?dataset": listed, "isIRI": whole})
    found = walk("sparql", URL, endpoint)
    assert found.ids == ids(1)
    assert found.rules == ["sparql-dataset-not-described"]
    assert found.coverage == "complete"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        ((200, {}, b"<!doctype html><title>Wartung</title>"), "Wartung"),
        ((200, {}, b"Virtuoso 37000 Error SP030: SPARQL compiler, line 1"), "Virtuoso 37000"),
        ((200, {}, b'{"error": "nein"}'), "nein"),
        ((200, {}, b'{"head": {}, "boolean": true}'), "boolean"),
        ((200, {}, b'{"head": {"vars": ["count"]}, "results": {"bindings": ['), "bindings"),
        ((200, {}, b"<!DOCTYPE a [<!ENTITY b 'c'>]><sparql/>"), "DOCTYPE"),
        ((200, {}, b" "), "leer"),
    ],
    ids=["F01-html", "F02-virtuoso", "F02-json", "boolean", "F21-cut", "F39-doctype", "F03-empty"],
)
def test_F01_F02_an_error_sent_with_200_fails_the_run(reply: Reply, said: str) -> None:
    found = walk("sparql", URL, lambda request: reply)
    assert found.job.report().failure_de is not None
    assert said in found.failures


def test_F02_an_error_in_the_place_of_statements_is_no_empty_answer() -> None:
    error: Reply = (200, {"Content-Type": "text/plain"}, b"Virtuoso S1T00 Error SR171: Transaction timed out")
    found = walk("sparql", URL, Endpoint(catalog(2), quirks={"CONSTRUCT": error}))
    assert found.job.report().failure_de is not None
    assert "SR171" in found.failures


def test_F25_a_closed_endpoint_fails_the_run() -> None:
    found = walk("sparql", URL, lambda request: (403, {}, b""))
    assert len(found.job.failures) == 1
    assert "403" in found.failures


def test_F13_budget_of_records() -> None:
    found = walk("sparql", URL, Endpoint(catalog(9)), {"page": 2}, limits=Limits(records=4))
    assert len(found.ids) == 4
    assert found.coverage == "partial"
