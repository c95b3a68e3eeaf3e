"""What all tests of readers need: a source without a file, a sink, and what a recording and a round trip must hold."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import rdflib
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from harvesters import pipelines
from harvesters.reading import Context, Kept, Native, Outcome, Page, Reading
from harvesters.spider import Job
from schemas import rdf
from schemas.model import Dataset
from schemas.ntriples import ntriples_of, rdflib_graph
from schemas.region import HarvestSource, Municipality, Publisher, Region

BASE = "https://daten.example.org"


class ListSink:
    """A sink that keeps what it gets."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def keep(self, response: Kept) -> str:
        return response.url

    def deliver(self, page: Page, outcomes: Any) -> None:
        self.outcomes += outcomes


def context(**settings: Any) -> Context:
    """A source of Neuhof in a region of its own; ``settings`` are further lines of its file."""
    municipality = Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018")
    region = Region(
        folder=Path("/nowhere"),
        title="Testregion",
        description="Daten zum Testen",
        base_url=BASE,
        publisher=Publisher(name="Zweckverband Test", email="daten@example.org"),
        municipalities=(municipality,),
    )
    url = "https://portal.example.org"
    source = HarvestSource(id="t", key="t", title="T", municipality="neuhof", url=url, **settings)
    return Context(region, source, municipality)


def outcomes_of(reader: str, natives: Iterable[Native], url: str, known: Context | None = None) -> list[Outcome]:
    """What becomes of the records of a page behind the reader: cleaned, corrected and judged, or set aside."""
    sink = ListSink()
    pipelines.run(Job(known or context(), sink, revision=b"r"), reader, Page(url, list(natives)))
    return sink.outcomes


def dataset(reading: Reading) -> Dataset:
    """The record of a reading that has to be a dataset."""
    assert isinstance(reading.record, Dataset)
    return reading.record


def graph_of(reading: Reading) -> rdflib.Graph:
    """The record and those that came with it."""
    result = rdflib_graph(reading.record, "record")
    for number, companion in enumerate(reading.companions):
        result += rdflib_graph(companion, f"c{number}")
    return result


def remarks(readings: Iterable[Reading]) -> list[list[Any]]:
    """The findings, as recordings keep them."""
    return [[str(f.severity), f.focus, f.path, f.rule, list(f.arguments)] for each in readings for f in each.findings]


def assert_as_recorded(folder: Path, *readings: Reading) -> None:
    """All together hold what the recording expects: the graph of expected.ttl and the findings of findings.json."""
    whole = rdflib.Graph()
    for reading in readings:
        whole += graph_of(reading)
    assert isomorphic(whole, rdflib.Graph().parse(folder / "expected.ttl", format="turtle"))
    assert remarks(readings) == json.loads((folder / "findings.json").read_text(encoding="utf-8"))


def assert_comes_back(*readings: Reading) -> None:
    """Each record and each companion is the same after it was written and read."""
    for record in (record for reading in readings for record in (reading.record, *reading.companions)):
        assert record.iri
        written = ntriples_of(record, "k")
        graph = rdflib.Graph().parse(data=written, format="nt")
        assert ntriples_of(rdf.read(graph, record.iri, type(record)), "k") == written


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=30),
    st.sampled_from(
        [
            "[]",
            "{}",
            '["a", 1, null]',
            '{"a": [1]}',
            "https://www.example.org/ä b",
            "2026-01-01",
            '{"type": "Point", "coordinates": [9, 50]}',
            "a@b.de; c",
            '{"de": "x"}',
            "\x00",
            "null",
        ]
    ),
)


def json_values(keys: st.SearchStrategy[str]) -> st.SearchStrategy[Any]:
    """Any JSON at all, whose members often bear the names that a format knows."""
    return st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys | st.text(max_size=8), inner, max_size=5),
        max_leaves=25,
    )


VALUES = json_values(
    st.sampled_from(["coordinates", "de", "description", "id", "key", "name", "title", "url", "value"])
)
