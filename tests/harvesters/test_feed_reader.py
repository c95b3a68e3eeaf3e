"""The feed reader on recordings, on the modules that feeds use, and on anything at all in their place."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st
from rdflib.compare import isomorphic

from harvesters import pipelines
from harvesters.feeds import moments
from harvesters.feeds.documents import FeedDocument, load_feed
from harvesters.feeds.natives import entry_native, holds_datasets, whole_native
from harvesters.readers import feed
from harvesters.reading import Native, Page, Reading
from harvesters.spider import Job
from schemas import rdf
from schemas.findings import WORDING
from schemas.model import Dataset, Location, text
from schemas.ntriples import ntriples_of
from schemas.syntax import Unreadable
from tests.harvesters.source_walks import Sink, context, distributions

URL = "https://feed.example/feed.xml"
RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/feed").iterdir())


def natives(document: FeedDocument, own: FeedDocument | None = None) -> list[Native]:
    if not holds_datasets(document):
        return [whole_native(document, URL)]
    return [native for item in document.items if (native := entry_native(item, document, URL, own))]


def readings(body: bytes | str, own: bytes | None = None) -> list[Reading]:
    document = load_feed(body if isinstance(body, bytes) else body.encode(), URL)
    found = natives(document, load_feed(own, "https://geo.example/daten/feed.xml") if own else None)
    where = context("feed", URL)
    return [feed.read(native, where) for native in found]


def item(inner: str, head: str = "", spaces: str = "") -> Dataset:
    data = '<enclosure url="https://feed.example/a.csv" type="text/csv" length="1"/>'
    entry = f"<item><title>T</title><guid>g</guid>{data}{inner}</item>"
    body = f'<rss version="2.0" {spaces}><channel><title>F</title>{head}{entry}</channel></rss>'
    (reading,) = readings(body)
    assert isinstance(reading.record, Dataset)
    return reading.record


def read_recording(folder: Path) -> list[Reading]:
    own = folder / "dataset.xml"
    return readings((folder / "input.xml").read_bytes(), own.read_bytes() if own.exists() else None)


def graph_of(found: list[Reading]) -> rdflib.Graph:
    graph = rdflib.Graph()
    records = [record for reading in found for record in (reading.record, *reading.companions)]
    for number, record in enumerate(records):
        graph.parse(data=ntriples_of(record, f"k{number}"), format="nt")
    return graph


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    found = read_recording(folder)
    said = [[str(f.severity), f.focus, f.path, f.rule, list(f.arguments)] for each in found for f in each.findings]
    expected = rdflib.Graph().parse(folder / "expected.ttl", format="turtle")
    assert isomorphic(graph_of(found), expected)
    assert said == json.loads((folder / "findings.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_records_come_back_from_their_ntriples(folder: Path) -> None:
    for reading in read_recording(folder):
        assert reading.record.iri
        written = ntriples_of(reading.record, "k")
        graph = rdflib.Graph().parse(data=written, format="nt")
        assert ntriples_of(rdf.read(graph, reading.record.iri, Dataset), "k") == written


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Tue, 03 Mar 2026 10:00:00 +0100", "2026-03-03T10:00:00+01:00"),
        ("Di, 3 Mär 2026 10:00:00 GMT", "2026-03-03T10:00:00Z"),
        ("Mo., 05 Okt 2026 08:00:00 +0200", "2026-10-05T08:00:00+02:00"),
        ("Sat, 07 Dezember 2024 00:00:00 +0100", "2024-12-07T00:00:00+01:00"),
        ("03 Mar 26 10:00 EST", "2026-03-03T10:00:00-05:00"),
        ("Tue, 03 Mar 2026 10:00:00 -0000", "2026-03-03T10:00:00"),
        ("2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00.5Z"),
        ("01.03.2026", "2026-03-01"),
        ("Tue, 31 Feb 2026 10:00:00 +0100", None),
        ("gestern", None),
        ("", None),
    ],
)
def test_moments_as_feeds_write_them(written: str, expected: str | None) -> None:
    found = moments.moment(written)
    assert (found.text if found else None) == expected


def test_the_newest_of_moments_in_several_forms() -> None:
    texts = ["Tue, 03 Mar 2026 10:00:00 +0100", "2026-03-03T09:30:00Z", "2026-03-03", "nie"]
    assert moments.newest(texts) == "2026-03-03T09:30:00Z"
    assert moments.newest(["nie"]) == ""


@given(
    st.text(max_size=40)
    | st.from_regex(r"[A-Z][a-z]{2}, \d{1,2} [A-Z][a-z]{2} \d{1,4} \d\d:\d\d:\d\d [+-]\d{4}", fullmatch=True)
)
def test_any_text_is_a_moment_or_none(written: str) -> None:
    found = moments.moment(written)
    assert found is None or found.datatype
    assert moments.newest([written]) in ("", written)


GEORSS = 'xmlns:georss="http://www.georss.org/georss" xmlns:gml="http://www.opengis.net/gml" xmlns:geo="http://www.w3.org/2003/01/geo/wgs84_pos#"'


ENVELOPE = (
    "<gml:Envelope><gml:lowerCorner>50 9</gml:lowerCorner><gml:upperCorner>51 10</gml:upperCorner></gml:Envelope>"
)


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("<georss:box>50 9 51 10</georss:box>", "POLYGON((9 51,10 51,10 50,9 50,9 51))"),
        ("<georss:polygon>50 9 50 10 51 10 51 9 50 9</georss:polygon>", "POLYGON((9 51,10 51,10 50,9 50,9 51))"),
        ("<georss:line>50 9 51 10</georss:line>", "POLYGON((9 51,10 51,10 50,9 50,9 51))"),
        (
            f"<georss:where>{ENVELOPE}</georss:where>",
            "POLYGON((9 51,10 51,10 50,9 50,9 51))",
        ),
        ("<georss:point>50.5 9.5</georss:point>", "POINT(9.5 50.5)"),
        ("<geo:lat>50.5</geo:lat><geo:long>9.5</geo:long>", "POINT(9.5 50.5)"),
        ("<georss:where><gml:Point><gml:pos>50.5 9.5</gml:pos></gml:Point></georss:where>", "POINT(9.5 50.5)"),
    ],
)
def test_F48_places_give_latitude_first(shape: str, expected: str) -> None:
    (place,) = item(shape, spaces=GEORSS).spatial
    assert isinstance(place, Location)
    assert [literal.text for literal in (*place.bbox, *place.centroid)] == [expected]


@pytest.mark.parametrize(
    "shape", ["box>1 2 3", "box>a b c d", "polygon>50 9", "point>95 9", "line>1", "box>50 9 51 nan"]
)
def test_F48_places_that_are_none_are_findings(shape: str) -> None:
    name = shape.partition(">")[0]
    body = f'<rss {GEORSS}><channel><item><guid>g</guid><title>T</title><enclosure url="https://a.example/a.csv"/><georss:{shape}</georss:{name}></item></channel></rss>'
    (reading,) = readings(body)
    assert [f.rule for f in reading.findings] == ["field-not-understood"]
    assert isinstance(reading.record, Dataset)
    assert reading.record.spatial == ()


def test_titles_lose_their_markup_and_texts_keep_it() -> None:
    found = item("<description>&lt;p&gt;Text&lt;/p&gt;</description>")
    assert text(found.description) == "<p>Text</p>"
    body = "<rss><channel><item><guid>g</guid><title>B &amp;amp; &lt;i&gt;C&lt;/i&gt; &lt; D</title><enclosure url='https://a.example/a.csv'/></item></channel></rss>"
    (reading,) = readings(body)
    assert text(reading.record.title) == "B & C < D"


@pytest.mark.parametrize(
    ("rights", "license"),
    [
        ("<copyright>CC BY 4.0</copyright>", "http://dcat-ap.de/def/licenses/cc-by/4.0"),
        (
            '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="license" href="https://www.govdata.de/dl-de/zero-2-0"/>',
            "dl-zero-de/2.0",
        ),
    ],
)
def test_rights_of_the_feed_hold_for_its_entries(rights: str, license: str) -> None:
    (distribution,) = distributions(item("", head=rights))
    assert str(distribution.license[0]).endswith(license)


def test_F76_rights_of_an_entry_go_before_those_of_the_feed() -> None:
    own = '<dc:rights xmlns:dc="http://purl.org/dc/elements/1.1/">Nur mit Genehmigung</dc:rights>'
    (distribution,) = distributions(item(own, head="<copyright>CC BY 4.0</copyright>"))
    assert distribution.license == ()
    assert distribution.rights


def test_F75_authors_stand_nowhere_but_in_agents_and_contacts() -> None:
    found = item("<author>sachgebiet@example.org (Sachgebiet Tiefbau)</author>")
    written = ntriples_of(found, "k")
    lines = [line for line in written.splitlines() if "Tiefbau" in line]
    assert len(lines) == 2
    assert all("foaf/0.1/name" in line or "vcard/ns#fn" in line for line in lines)


def test_languages_are_those_of_the_element_the_feed_and_the_source() -> None:
    assert item("", head="<language>fr-BE</language>").title[0].lang == "fr"
    assert item("").title[0].lang == "de"


def test_a_feed_that_was_only_made_anew_is_unchanged() -> None:
    def feed_of(built: str, entry: str) -> bytes:
        item = f"<item><title>A</title><pubDate>{entry}</pubDate></item>"
        made = f"<pubDate>{built}</pubDate><lastBuildDate>{built}</lastBuildDate>"
        return f"<rss><channel><title>N</title>{made}{item}</channel></rss>".encode()

    first, same, other = (
        whole_native(load_feed(body, URL), URL).fingerprint
        for body in (
            feed_of("2026-01-01", "2026-01-01"),
            feed_of("2026-02-02", "2026-01-01"),
            feed_of("2026-02-02", "2026-02-01"),
        )
    )
    assert first == same != other


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"{}", b"<a/>", b"<rss/>", b"<!DOCTYPE a><rss/>", b"<rss>", b"<rss>" * 5000, b"\xff\xfe"]
)
def test_F01_F39_F40_what_is_no_feed(body: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        load_feed(body, URL)
    assert refused.value.de != refused.value.en


ELEMENTS = st.sampled_from(
    [
        *(
            "title",
            "link",
            "guid",
            "description",
            "pubDate",
            "category",
            "author",
            "enclosure",
            "georss:box",
            "georss:polygon",
        ),
        *(
            "georss:point",
            "geo:lat",
            "geo:long",
            "dc:creator",
            "dc:publisher",
            "dc:date",
            "dc:rights",
            "dc:identifier",
            "a:link",
        ),
        *(
            "a:updated",
            "a:summary",
            "inspire:spatial_dataset_identifier_code",
            "media:content",
            "cc:license",
            "language",
            "x",
        ),
    ]
)
SPACES = (
    f'{GEORSS} xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:a="http://www.w3.org/2005/Atom" '
    'xmlns:media="http://search.yahoo.com/mrss/" '
    'xmlns:inspire="http://inspire.ec.europa.eu/schemas/inspire_dls/1.0" xmlns:cc="http://web.resource.org/cc/"'
)
TEXTS = st.sampled_from(
    ["", "50 9 51 10", "https://a.example/x.csv", "//", "mailto:x", "http://[", "CC BY 4.0", "a@b.de (C)"]
) | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"), max_size=30)


@given(
    st.lists(
        st.tuples(
            ELEMENTS, TEXTS, st.sampled_from(["url", "href", "type", "rel", "length", "term", "xml:lang", "y"]), TEXTS
        ),
        max_size=12,
    )
)
def test_any_entry_is_a_record_or_set_aside(elements: list[tuple[str, str, str, str]]) -> None:
    quoted = {'"': "&quot;"}
    inner = "".join(
        f'<{name} {key}="{escape(value, quoted)}">{escape(said)}</{name}>' for name, said, key, value in elements
    )
    document = load_feed(f"<rss {SPACES}><channel>{inner}<item>{inner}</item></channel></rss>".encode(), URL)
    found: list[Any] = [whole_native(document, URL)]
    found += [native for entry in document.items if (native := entry_native(entry, document, URL, document))]
    sink = Sink()
    pipelines.run(Job(context("feed", URL), sink, revision=b"r"), "feed", Page(URL, found))
    for outcome in sink.outcomes:
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")
