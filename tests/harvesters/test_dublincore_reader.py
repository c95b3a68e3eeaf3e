"""The Dublin Core reader on recordings, on forms of its elements, and on records damaged in any way."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from harvesters import pipelines
from harvesters.readers import dublincore, iso19139
from harvesters.reading import Native, Page, Reading, Unusable
from harvesters.spider import Job
from schemas.findings import WORDING
from schemas.model import DataService, Distribution, Location
from tests.harvesters.readings import ListSink, assert_as_recorded, context, dataset

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/dublincore").iterdir())


def record(inside: str, identifier: str = "a", title: str = "A") -> bytes:
    return (
        '<csw:Record xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:dct="http://purl.org/dc/terms/" xmlns:ows="http://www.opengis.net/ows">'
        f"<dc:identifier>{identifier}</dc:identifier><dc:title>{title}</dc:title>{inside}</csw:Record>"
    ).encode()


def read(body: bytes, stated_id: str | None = None) -> Reading:
    return dublincore.read(Native(body, body), context(), stated_id)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = read((folder / "input.xml").read_bytes())
    assert_as_recorded(folder, reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_the_iso_reader_takes_it_as_well(folder: Path) -> None:
    body = (folder / "input.xml").read_bytes()
    native = Native(body, body)
    assert iso19139.read(native, context()) == dublincore.read(native, context())
    assert iso19139.native_id(native, context()) == dublincore.native_id(native, context())


def test_stated_identifier_goes_before_those_in_the_record() -> None:
    assert read(record(""), "oai:archiv:1").native_id == "oai:archiv:1"
    assert read(record("", identifier="https://www.example.org/a")).native_id == "https://www.example.org/a"


def test_service_with_its_endpoint() -> None:
    inside = (
        "<dc:type>service</dc:type><dct:references scheme='OGC:WMS'>https://x.example/wms?service=WMS</dct:references>"
    )
    found = read(record(inside)).record
    assert isinstance(found, DataService)
    assert found.endpoint_url == ("https://x.example/wms",)


@pytest.mark.parametrize(
    ("crs", "lower", "upper"),
    [
        ("urn:ogc:def:crs:EPSG::4326", "50.3 9.5", "50.5 9.7"),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", "50.3 9.5", "50.5 9.7"),
        ("urn:x-ogc:def:crs:EPSG:6.11:4326", "50.3 9.5", "50.5 9.7"),
        ("", "9.5 50.3", "9.7 50.5"),
    ],
)
def test_F48_axes_of_boxes(crs: str, lower: str, upper: str) -> None:
    box = f"<ows:LowerCorner>{lower}</ows:LowerCorner><ows:UpperCorner>{upper}</ows:UpperCorner>"
    (place,) = dataset(read(record(f'<ows:BoundingBox crs="{crs}">{box}</ows:BoundingBox>'))).spatial
    assert isinstance(place, Location)
    assert place.bbox[0].text == "POLYGON((9.5 50.5,9.7 50.5,9.7 50.3,9.5 50.3,9.5 50.5))"


def test_F76_licence_in_words_stays_in_words() -> None:
    reading = read(record("<dc:rights>Nur für den Dienstgebrauch</dc:rights><dc:URI>https://x.example/a.csv</dc:URI>"))
    (found,) = dataset(reading).distribution
    assert isinstance(found, Distribution)
    assert found.license == ()
    assert "license-not-understood" in {finding.rule for finding in reading.findings}


@pytest.mark.parametrize("data", [b"", b"<a/>", b"<html/>", None, record("", identifier="", title="")])
def test_what_is_no_record_is_set_aside(data: bytes | None) -> None:
    with pytest.raises(Unusable):
        dublincore.read(Native(data, b""), context())


SEEDS = [(folder / "input.xml").read_bytes() for folder in RECORDINGS]
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=30)


@given(st.sampled_from(SEEDS), st.lists(st.tuples(st.integers(0, 1000), st.booleans(), WORDS), max_size=10))
def test_any_damage_is_a_record_or_set_aside(seed: bytes, damages: list[tuple[int, bool, str]]) -> None:
    root = etree.fromstring(seed)
    for number, is_text, word in damages:
        element = list(root.iter("*"))[number % len(list(root.iter("*")))]
        if is_text:
            element.text = word
        elif element.getparent() is not None:
            root.append(etree.fromstring(etree.tostring(element, with_tail=False)))
    body = etree.tostring(root)
    sink = ListSink()
    pipelines.run(
        Job(context(), sink, revision=b"r"), "dublincore", Page("https://x.example/oai", [Native(body, body)])
    )
    for outcome in sink.outcomes:
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")
