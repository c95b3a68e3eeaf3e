"""The OAI-PMH reader on a recording, and on anything at all inside a record."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from harvesters import pipelines
from harvesters.oai.answers import listed, read_answer
from harvesters.oai.records import Cut, Places, cut
from harvesters.readers import oaipmh
from harvesters.reading import Page, Reading
from harvesters.spider import Job
from schemas.findings import WORDING
from schemas.limits import Limits
from schemas.ntriples import ntriples_of
from schemas.syntax import Unreadable
from tests.harvesters.source_walks import BASE, Sink, context

URL = "https://katalog.example/oai"
RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/oaipmh").iterdir())


def records(body: bytes) -> Cut:
    return cut(listed(read_answer(body)).records, Places(URL, URL, "dcat_ap", BASE), Limits())


def readings(folder: Path) -> list[Reading]:
    where = context("oaipmh", URL)
    return [oaipmh.read(native, where) for native in records((folder / "input.xml").read_bytes()).natives]


def graph_of(found: list[Reading]) -> rdflib.Graph:
    graph = rdflib.Graph()
    for number, record in enumerate(each for reading in found for each in (reading.record, *reading.companions)):
        graph.parse(data=ntriples_of(record, f"k{number}"), format="nt")
    return graph


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    found = readings(folder)
    expected = rdflib.Graph().parse(folder / "expected.ttl", format="turtle")
    assert isomorphic(graph_of(found), expected)
    said = [[str(f.severity), f.focus, f.path, f.rule, list(f.arguments)] for each in found for f in each.findings]
    assert said == json.loads((folder / "findings.json").read_text(encoding="utf-8"))


def test_records_are_known_by_the_repository_and_deleted_ones_named() -> None:
    (folder,) = RECORDINGS
    where = context("oaipmh", URL)
    found = records((folder / "input.xml").read_bytes())
    assert [oaipmh.native_id(native, where) for native in found.natives] == [
        "oai:katalog.example:baeume",
        "oai:katalog.example:karte",
    ]
    assert [reading.native_id for reading in readings(folder)] == [
        "oai:katalog.example:baeume",
        "oai:katalog.example:karte",
    ]
    assert found.deleted == ["oai:katalog.example:alt"]


ROOTS = st.sampled_from(
    [
        ("rdf:RDF", 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'),
        ("d:Dataset", 'xmlns:d="http://www.w3.org/ns/dcat#"'),
        ("gmd:MD_Metadata", 'xmlns:gmd="http://www.isotc211.org/2005/gmd"'),
        ("o:dc", 'xmlns:o="http://www.openarchives.org/OAI/2.0/oai_dc/"'),
        ("x", ""),
    ]
)
INNER = st.lists(
    st.sampled_from(
        [
            '<d:Dataset xmlns:d="http://www.w3.org/ns/dcat#"/>',
            '<t:title xmlns:t="http://purl.org/dc/terms/">T</t:title>',
            '<t:identifier xmlns:t="http://purl.org/dc/terms/">7</t:identifier>',
            '<dc:title xmlns:dc="http://purl.org/dc/elements/1.1/">T</dc:title>',
            '<dc:identifier xmlns:dc="http://purl.org/dc/elements/1.1/">x</dc:identifier>',
            '<g:fileIdentifier xmlns:g="http://www.isotc211.org/2005/gmd"><c:CharacterString xmlns:c="http://www.isotc211.org/2005/gco">i</c:CharacterString></g:fileIdentifier>',
            "text",
            "<!-- c -->",
            "<a/>",
        ]
    ),
    max_size=5,
)


@given(st.lists(st.tuples(ROOTS, INNER, st.sampled_from(["", "i", "oai:x:1", "https://a.example/1"])), max_size=4))
def test_any_record_is_read_or_set_aside(found: list[tuple[tuple[str, str], list[str], str]]) -> None:
    inner = "".join(
        f"<record><header><identifier>{identifier}</identifier></header><metadata><{name} {space}>{''.join(parts)}</{name}>"
        "</metadata></record>"
        for (name, space), parts, identifier in found
    )
    cut_out = records(f"<OAI-PMH><ListRecords>{inner}</ListRecords></OAI-PMH>".encode())
    sink = Sink()
    pipelines.run(Job(context("oaipmh", URL), sink, revision=b"r"), "oaipmh", Page(URL, cut_out.natives))
    assert len(cut_out.natives) + len(cut_out.unusable) >= len(found)
    for outcome in sink.outcomes:
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")


@given(st.binary(max_size=200))
def test_any_bytes_are_an_answer_or_refused(body: bytes) -> None:
    try:
        assert listed(read_answer(body)).records == []
    except Unreadable as unreadable:
        assert unreadable.de  # noqa: PT017
