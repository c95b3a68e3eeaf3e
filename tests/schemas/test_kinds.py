"""Values and their way to RDF terms: dates and IRIs as sources write them, literals that are kept to the letter."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from schemas import validation
from schemas.kinds import (
    UNUSABLE,
    Kind,
    Literal,
    date,
    from_term,
    iri,
    iri_to_ntriples,
    is_iri,
    is_web,
    language_tag,
    literal_to_ntriples,
    to_term,
    writable,
)

XSD = "http://www.w3.org/2001/XMLSchema#"
anything = st.text(st.characters())


@pytest.mark.parametrize(
    ("text", "lexical", "datatype"),
    [
        ("2026", "2026", "gYear"),
        ("2026-11", "2026-11", "gYearMonth"),
        (" 2026-11-03 ", "2026-11-03", "date"),
        ("2026-11-03Z", "2026-11-03Z", "date"),
        ("2026-11-03T08:05:00", "2026-11-03T08:05:00", "dateTime"),
        ("2026-11-03T08:05:00.123456", "2026-11-03T08:05:00.123456", "dateTime"),
        ("2026-11-03T08:05", "2026-11-03T08:05:00", "dateTime"),
        ("2026-11-03T08:05Z", "2026-11-03T08:05:00Z", "dateTime"),
        ("2026-11-03T08:05+01:00", "2026-11-03T08:05:00+01:00", "dateTime"),
        ("2026-11-03T24:00:00", "2026-11-03T24:00:00", "dateTime"),
        ("2026-11-03 08:05:06", "2026-11-03T08:05:06", "dateTime"),
        ("2026-11-03 08:05:06,25 +0100", "2026-11-03T08:05:06.25+01:00", "dateTime"),
        ("2026-1-3", "2026-01-03", "date"),
        ("2026-1-3 8:05", "2026-01-03T08:05:00", "dateTime"),
        ("3.11.2026", "2026-11-03", "date"),
        ("03. 11. 2026", "2026-11-03", "date"),
        ("3.11.2026, 8:05 Uhr", "2026-11-03T08:05:00", "dateTime"),
        ("29.02.2024", "2024-02-29", "date"),
    ],
)
def test_dates_as_sources_write_them(text: str, lexical: str, datatype: str) -> None:
    assert date(text) == Literal(lexical, None, XSD + datatype)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "heute",
            "29.02.2026",
            "31.11.2026",
            "2026-13",
            "2026-02-30",
            "0000",
            "2026-11-03T25:00:00",
            "2026-11-03T08:61",
        ),
        *("2026-11-03T08:05:00+15:00", "3.11.26", "11/03/2026", "2026-11-03 bis 2026-12-01", "٢٠٢٦", "20261103"),
    ],
)
def test_what_is_no_date_of_the_calendar_is_none(text: str) -> None:
    assert date(text) is None


@given(anything)
def test_every_date_is_valid_for_its_datatype(text: str) -> None:
    found = date(text)
    assert found is None or validation.fits(found, Kind.DATE)


@given(st.datetimes())
def test_every_isoformat_is_a_date(moment: object) -> None:
    found = date(str(moment))
    assert found is not None
    assert validation.fits(found, Kind.DATE)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://a.example/x", "https://a.example/x"),
        (" https://a.example/ä ", "https://a.example/ä"),
        ("www.a.example/x", "http://www.a.example/x"),
        ("https://a.example/b c.csv", "https://a.example/b%20c.csv"),
        ("https://a.example/100%", "https://a.example/100%25"),
        ("https://a.example/%C3%BC%", "https://a.example/%C3%BC%25"),
        ("https://a.example/?q={x}|[y]", "https://a.example/?q=%7Bx%7D%7C%5By%5D"),
        ("https://[2001:db8::1]/[x]", "https://[2001:db8::1]/%5Bx%5D"),
        ("https://a.example/#eins#zwei", "https://a.example/#eins%23zwei"),
        ("https://straße.example/", "https://straße.example/"),
        ("mailto:amt@a.example", "mailto:amt@a.example"),
        ("tel:+49 661 0", "tel:+49%20661%200"),
        ("urn:uuid:1", "urn:uuid:1"),
    ],
)
def test_F23_iris_are_repaired_where_there_is_one_reading(text: str, expected: str) -> None:
    assert iri(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", "a.example/x", "siehe https://a.example", "https://", "http://a.example:port/", "C:\\x y", "ja nein: x"],
)
def test_F23_what_has_no_one_reading_is_no_iri(text: str) -> None:
    assert iri(text) is None


@given(anything)
def test_F23_writable_gives_an_iri_for_any_text(text: str) -> None:
    written = writable(text)
    assert is_iri(written)
    assert writable(written) == written
    quads = list(ox.parse(f"<urn:s> <urn:p> {iri_to_ntriples(text)} .", format=ox.RdfFormat.N_TRIPLES))
    assert quads[0].object == ox.NamedNode(written)


def test_F23_what_is_no_iri_at_all_stays_readable() -> None:
    assert writable("kein IRI") == f"{UNUSABLE}kein%20IRI"


@pytest.mark.parametrize("text", ["https://a.example", "HTTP://a.example/x"])
def test_web_addresses(text: str) -> None:
    assert is_web(text)


@pytest.mark.parametrize("text", ["https://", "ftp://a.example", "https://a b", "//a.example", "mailto:a@b.example"])
def test_what_is_no_web_address(text: str) -> None:
    assert not is_web(text)


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("de", "de"),
        ("DE-at", "de-at"),
        ("de_DE", "de-de"),
        (" en ", "en"),
        ("deutsch (AT)", None),
        ("", None),
        ("a" * 99, None),
    ],
)
def test_language_tags(tag: str, expected: str | None) -> None:
    assert language_tag(tag) == expected


literals = st.builds(
    lambda text, lang, datatype: Literal(text, lang, None if lang else datatype),
    st.text(st.characters(exclude_categories=["Cs"])),
    st.sampled_from([None, "de", "de-at"]),
    st.sampled_from([None, f"{XSD}date", "https://a.example/typ"]),
)


@given(literals)
def test_F62_literal_is_read_back_from_ntriples_as_it_was(literal: Literal) -> None:
    (quad,) = ox.parse(f"<urn:s> <urn:p> {literal_to_ntriples(literal)} .", format=ox.RdfFormat.N_TRIPLES)
    assert isinstance(quad.object, ox.Literal)
    assert (quad.object.value, quad.object.language) == (literal.text, literal.lang)
    assert quad.object.datatype.value == (
        literal.datatype or (ox.Literal("", language="de").datatype.value if literal.lang else f"{XSD}string")
    )


@given(literals)
def test_literal_and_rdflib_term_are_the_same(literal: Literal) -> None:
    assert from_term(to_term(literal)) == literal


def test_rdflib_does_not_rewrite_literals() -> None:
    term = to_term(Literal("2020-1-1", None, f"{XSD}date"))
    assert isinstance(term, rdflib.Literal)
    assert str(term) == "2020-1-1"
    assert from_term(rdflib.Literal("x", datatype=rdflib.XSD.string)) == Literal("x")
    assert from_term(rdflib.BNode("b")) == "_:b"


@pytest.mark.parametrize("lang", ["kein tag", "de_", '"', "de\n."])
def test_F62_tag_that_is_none_never_reaches_a_feed(lang: str) -> None:
    assert literal_to_ntriples(Literal("x", lang)) == '"x"'
