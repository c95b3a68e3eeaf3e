"""Which addresses a dataset names, and the request that is valid for each kind of service."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.links.questions import OGC, SERVICES, Question, is_capabilities, question
from catalog.links.uses import Use, uses
from schemas.kinds import Literal
from schemas.model import DataService
from schemas.namespaces import DCTERMS
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
    text = (str(DCTERMS.format), Literal("WMS"))
    assert uses(linked("Karte", file(A, extra=(text,)))) == (Use(A, "access", "WMS"),)


@pytest.mark.parametrize(
    ("standard", "service"),
    [
        ("http://www.opengis.net/def/serviceType/ogc/wfs", "WFS"),
        ("http://www.opengis.net/spec/wms/1.3", "WMS"),
        ("https://www.ogc.org/standards/wmts", "WMTS"),
        ("http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core", ""),
        ("http://www.opengis.net/def/crs/EPSG/0/25832", ""),
    ],
)
def test_a_service_is_known_by_the_standard_of_its_interface(standard: str, service: str) -> None:
    embedded = DataService(conforms_to=(standard,))
    assert uses(linked("Karte", file(A, access_service=(embedded,)))) == (Use(A, "access", service),)
    assert uses(linked("Karte", file(A, conforms_to=(standard,)))) == (Use(A, "access", service),)


@pytest.mark.parametrize(
    ("query", "service"),
    [
        ("service=WFS", "WFS"),
        ("map=a&SERVICE=wms&Request=GetCapabilities", "WMS"),
        ("service=WFS&request=GetFeature&outputFormat=json", ""),
        ("service=abfall", ""),
    ],
)
def test_a_service_is_known_by_the_request_in_its_address(query: str, service: str) -> None:
    assert uses(linked("Karte", file(f"{A}?{query}"))) == (Use(f"{A}?{query}", "access", service),)


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
