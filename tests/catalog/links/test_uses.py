"""Which addresses a dataset names, and the request that is valid for each kind of service."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.links.questions import OGC, SERVICES, Question, is_capabilities, question
from catalog.links.uses import Use, uses
from schemas.vocabularies import LISTS
from tests.catalog.links.linked import file, linked

A = "https://daten.example.org/a"


def test_each_address_stands_once_for_each_role() -> None:
    record = linked("Bäume", file(A, f"{A}.csv"), file(A, f"{A}.csv", "CSV"), file(A, A))
    assert uses(record) == (Use(A, "access"), Use(f"{A}.csv", "download"), Use(A, "download"))


def test_a_service_is_known_by_its_format() -> None:
    assert uses(linked("Karte", file(A, form="WMS_SRVC"))) == (Use(A, "access", "WMS"),)
    assert uses(linked("Karte", file(A), file(A, form="WFS_SRVC"))) == (Use(A, "access", "WFS"),)
    assert uses(linked("Nichts")) == ()


def test_services_are_file_types_of_the_list() -> None:
    assert all(LISTS["file-type"].by_code(code) for code in SERVICES)


@pytest.mark.parametrize(
    ("address", "service", "asked"),
    [
        (A, "", Question(A, False)),
        (A, "WMS", Question(f"{A}?SERVICE=WMS&REQUEST=GetCapabilities", True, "WMS")),
        (f"{A}?", "WMS", Question(f"{A}?SERVICE=WMS&REQUEST=GetCapabilities", True, "WMS")),
        (
            f"{A}?map=/x/y.map&service=wms&Request=GetMap&BBOX=1,2,3,4",
            "WMS",
            Question(f"{A}?map=%2Fx%2Fy.map&SERVICE=WMS&REQUEST=GetCapabilities", True, "WMS"),
        ),
        (f"{A}/WMTSCapabilities.xml", "WMTS", Question(f"{A}/WMTSCapabilities.xml", True, "WMTS")),
        (f"{A}/MapServer?f=html", "ArcGIS", Question(f"{A}/MapServer?f=json", False, "ArcGIS")),
        (f"{A}/sparql", "SPARQL", Question(f"{A}/sparql?query=ASK+%7B%7D", False, "SPARQL")),
    ],
)
def test_questions(address: str, service: str, asked: Question) -> None:
    assert question(address, service) == asked


@pytest.mark.parametrize(
    ("body", "yes"),
    [
        (b"<WMS_Capabilities/>", True),
        (b"<wfs:WFS_Capabilities xmlns:wfs='x'>", True),
        (b"<wcs:Capabilities>", True),
        (b"<Capabilities\n>", True),
        (b"<ows:ExceptionReport>", False),
        (b"<NoCapabilitiesHere>", False),
        (b"Capabilities", False),
        (b"", False),
    ],
)
def test_capabilities_are_known_by_their_element(body: bytes, yes: bool) -> None:
    assert is_capabilities(body) is yes


@given(st.sampled_from(sorted(OGC)), st.text(max_size=30))
def test_any_query_becomes_one_valid_request(service: str, query: str) -> None:
    asked = question(f"https://daten.example.org/ows?{query}", service)
    assert asked.url.count("REQUEST=GetCapabilities") == 1
    assert question(asked.url, service) == asked
