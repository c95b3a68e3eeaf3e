"""What is no answer of its protocol fails the run of every protocol, with words and without a record (F01, F02, F03, F21)."""

from __future__ import annotations

import pytest

from harvesters import registry
from tests.harvesters.source_walks import walk

URL = "https://source.example/daten"
PROTOCOLS = sorted(registry.spider_classes())
# A page of HTML is what these protocols ask for: one without data is an empty list, which the guard holds (F04).
OF_PAGES = frozenset({"folder", "website", "wafxml"})
# Where the list stands, a source file says.
OPTIONS = {"restjson": {"items": "daten"}}
MAINTENANCE = b"<!doctype html><html><head><title>Wartung</title></head><body><h1>Wartungsarbeiten</h1></body></html>"
ERRORS = {
    "ckan": b'{"help": "x", "success": false, "error": {"__type": "Search Error", "message": "Solr antwortet nicht"}}',
    "graphql": b'{"errors": [{"message": "Solr antwortet nicht"}], "data": null}',
    "ows": b'<ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" version="2.0.0"><ows:Exception '
    b'exceptionCode="NoApplicableCode"><ows:ExceptionText>Solr antwortet nicht</ows:ExceptionText></ows:Exception>'
    b"</ows:ExceptionReport>",
}
CUT = (b'{"count": 3, "result": [{"id": "a", "title": "Bau', b"<?xml version='1.0'?><a:b xmlns:a='urn:a'><a:c>Bau")


@pytest.mark.parametrize("protocol", sorted(set(PROTOCOLS) - OF_PAGES))
@pytest.mark.parametrize("status", [200, 204])
@pytest.mark.parametrize(
    "body",
    [MAINTENANCE, b"", b" \r\n\t", *ERRORS.values(), *CUT],
    ids=["F01-page", "F03-empty", "F03-blanks", *(f"F02-{name}" for name in ERRORS), "F21-json", "F21-xml"],
)
def test_F01_F02_F03_F21_no_protocol_takes_it_for_an_answer(protocol: str, body: bytes, status: int) -> None:
    run = walk(protocol, URL, lambda _: (status, {"Content-Type": "text/html"}, body), OPTIONS.get(protocol))
    report = run.job.report()
    assert run.ids == []
    assert run.tracebacks == []
    assert report.failure_de, "the run has failed and says why"
    assert report.failure_en
    assert len(report.failure_de) < 3_000


@pytest.mark.parametrize("protocol", sorted(OF_PAGES))
@pytest.mark.parametrize("body", [MAINTENANCE, b"", b" \r\n\t"], ids=["page", "empty", "blanks"])
def test_F01_F03_F04_page_without_data_gives_no_record(protocol: str, body: bytes) -> None:
    run = walk(protocol, URL, {URL: (200, {"Content-Type": "text/html"}, body)})
    assert run.ids == []
    assert run.tracebacks == []


@pytest.mark.parametrize("protocol", ["ckan", "datajson", "dcat", "csw"])
def test_F01_words_of_the_page_are_told(protocol: str) -> None:
    told = walk(protocol, URL, lambda _: MAINTENANCE).job.report().failure_de
    assert told is not None
    assert "Wartung" in told
