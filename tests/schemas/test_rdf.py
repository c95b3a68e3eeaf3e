"""Records to statements and back: everything the model can hold, in every syntax, with the same bytes for the same content."""

from __future__ import annotations

import os
import random
import re
from dataclasses import fields
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas import model, rdf
from schemas.dcat import TABLE_OF, TABLES
from schemas.kinds import Kind, Literal, writable
from schemas.model import Agent, ContactPoint, DataService, Dataset, Distribution, Resource
from schemas.ntriples import ntriples_of, rdflib_graph
from schemas.triples import Fingerprints, RecordLimit, Triples

EX = "https://source.example/"
KEY = "k" * 13
EXAMPLES = 10_000 if os.environ.get("ALLMENDE_TEST_PROFILE") == "full" else settings().max_examples

# ------------------------------------------------------------------------------------------- what a record can hold

characters = st.characters(exclude_categories=["Cs"])
texts = st.one_of(
    st.text(characters, min_size=1),
    st.sampled_from(
        ['"', "\\", 'a"b\\n', "\x00", "\x01\x1f\x7f", "\u2028\x85", "\r\n", "<b>&amp;</b>", "]]>", "\ufeff", "\ufffe"]
    ),
).filter(lambda text: bool(text.strip()) and not text.isspace())
tags = st.sampled_from([None, "de", "en", "de-at", "sr-latn-rs", "x-a", "gsw", "de-1901"])
datatypes = st.sampled_from(
    [
        None,
        *(f"http://www.w3.org/2001/XMLSchema#{name}" for name in ("date", "decimal", "anyURI", "integer")),
        f"{EX}typ",
    ]
)
literals = st.builds(
    lambda text, lang, datatype: Literal(text, lang, None if lang else datatype), texts, tags, datatypes
)
iris = st.one_of(
    st.text(characters, max_size=12).map(lambda text: writable(EX + text)),
    st.sampled_from([f"{EX}ü", "mailto:amt@source.example", "urn:x:y", "javascript:alert(1)", f"{EX}?a=1&b=2#c"]),
)
predicates = st.sampled_from([f"{EX}p", f"{EX}eigene#q", "http://www.w3.org/2000/01/rdf-schema#seeAlso"])


def records(record_class: type[Resource], depth: int, named: bool = False) -> st.SearchStrategy[Any]:
    """Random records of a class with nested ones down to a depth; without an IRI unless ``named``."""
    table = TABLE_OF.get(record_class)
    attributes: dict[str, st.SearchStrategy[Any]] = {}
    for row in table.rows if table else ():
        if row.kind in (Kind.IRI, Kind.NODE):
            values: st.SearchStrategy[Any] = iris
            if row.node is not None and depth > 0:
                values = st.one_of(iris, _nested(row.node, depth - 1))
        elif row.kind is Kind.GEOMETRY and row.attribute == "geometry":
            values = st.one_of(literals, iris)
        else:
            values = literals
        attributes[row.attribute] = st.lists(values, max_size=2, unique_by=_key).map(tuple)
    extra: st.SearchStrategy[Any] = st.one_of(literals, iris)
    if depth > 0:
        extra = st.one_of(literals, iris, _nested(Resource, depth - 1))
    return st.fixed_dictionaries({}, optional=attributes).flatmap(
        lambda chosen: st.builds(
            record_class,
            iri=st.just(f"{EX}record") if named else st.none(),
            types=st.lists(st.sampled_from([f"{EX}Typ", f"{EX}Art"]), max_size=2, unique=True).map(tuple),
            extra=st.lists(st.tuples(predicates, extra), max_size=2, unique_by=lambda e: (e[0], _key(e[1]))).map(tuple),
            **{name: st.just(value) for name, value in chosen.items()},
        )
    )


def _nested(node: type[Resource], depth: int) -> st.SearchStrategy[Any]:
    return st.deferred(lambda: records(node, depth))


def _key(value: object) -> object:
    return id(value) if isinstance(value, Resource) else value


def content(record: Resource) -> Any:
    """All that a record holds, without the order that RDF does not know."""
    held: dict[str, Any] = {}
    for each in fields(record):
        value = getattr(record, each.name)
        if each.name == "iri":
            held["iri"] = value
        elif value:
            held[each.name] = sorted((_content(v) for v in value), key=repr)
    return type(record).__name__, sorted(held.items(), key=lambda item: item[0])


def _content(value: Any) -> Any:
    if isinstance(value, Resource):
        return content(value)
    if isinstance(value, tuple) and not isinstance(value, Literal):
        return value[0], _content(value[1])
    return value


_UNSAYABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


def _text(term: object) -> str:
    return term.value if isinstance(term, ox.Literal) else ""


def _parsed(text: str | bytes, syntax: ox.RdfFormat) -> list[ox.Quad]:
    return list(ox.parse(text, format=syntax))


def _canonical(quads: list[ox.Quad]) -> set[str]:
    dataset = ox.Dataset(quads)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return {str(quad) for quad in dataset}


@settings(max_examples=EXAMPLES, deadline=None)
@given(
    st.sampled_from([Dataset, DataService, model.DatasetSeries, model.CatalogRecord]).flatmap(
        lambda c: records(c, 2, True)
    )
)
def test_F62_random_record_comes_back_equal(record: Resource) -> None:
    ntriples = ntriples_of(record, KEY)
    reading = rdf.Reading(Triples.from_quads(ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES)), max_blank_nodes=10_000)
    again = reading.record(f"{EX}record", type(record))
    assert ntriples_of(again, KEY) == ntriples
    assert content(again) == content(record)


@settings(max_examples=EXAMPLES, deadline=None)
@given(records(Dataset, 1, True))
def test_F62_random_record_is_the_same_in_every_syntax(record: Dataset) -> None:
    quads = _parsed(ntriples_of(record, KEY), ox.RdfFormat.N_TRIPLES)
    for syntax in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.TURTLE, ox.RdfFormat.JSON_LD):
        written = ox.serialize((quad.triple for quad in quads), format=syntax)
        assert written is not None
        assert _canonical(_parsed(written, syntax)) == _canonical(quads)
    # XML 1.0 has no way to write control characters; cleaning takes them out before a record is written.
    sayable = [quad for quad in quads if not _UNSAYABLE.search(_text(quad.object))]
    written = ox.serialize((quad.triple for quad in sayable), format=ox.RdfFormat.RDF_XML)
    assert written is not None
    assert _canonical(_parsed(written, ox.RdfFormat.RDF_XML)) == _canonical(sayable)


@given(records(Dataset, 2, True), st.randoms(use_true_random=False))
def test_order_in_the_source_changes_no_byte(record: Dataset, shuffle: random.Random) -> None:
    ntriples = ntriples_of(record, KEY)
    lines = ntriples.removesuffix("\n").split("\n")
    shuffle.shuffle(lines)
    triples, shuffled = (
        Triples.from_quads(ox.parse(text, format=ox.RdfFormat.N_TRIPLES)) for text in (ntriples, "\n".join(lines))
    )
    first, second = (rdf.Reading(t, max_blank_nodes=10_000).record(f"{EX}record", Dataset) for t in (triples, shuffled))
    assert ntriples_of(first, KEY) == ntriples_of(second, KEY)
    assert Fingerprints(triples).of(f"{EX}record") == Fingerprints(shuffled).of(f"{EX}record")


@given(literals, iris, st.text(characters))
def test_F62_ntriples_are_strictly_valid(literal: Literal, iri: str, broken: str) -> None:
    record = Dataset(iri=broken, title=(literal,), theme=(iri, broken), extra=((broken, literal),))
    quads = _parsed(ntriples_of(record, KEY), ox.RdfFormat.N_TRIPLES)
    values = [quad.object.value for quad in quads if isinstance(quad.object, ox.Literal)]
    assert set(values) == {literal.text}


def test_every_attribute_of_every_class_has_a_row() -> None:
    for table in TABLES:
        attributes = {f.name for f in fields(table.record)} - {"iri", "types", "extra"}
        assert attributes == {row.attribute for row in table.rows}, table.record.__name__


# ------------------------------------------------------------------------------------------------------- writing


def test_blank_nodes_are_named_after_record_and_content() -> None:
    contact = ContactPoint(fn=(Literal("Bauamt"),))
    one = ntriples_of(Dataset(iri=EX, contact_point=(contact,)), "one")
    other = ntriples_of(Dataset(iri=EX, contact_point=(ContactPoint(fn=(Literal("Bauamt"),)),)), "other")
    assert "_:bone" in one
    assert one.replace("_:bone", "_:bother") == other


def test_equal_blank_nodes_in_different_places_have_names_that_do_not_depend_on_order() -> None:
    def document(*order: int) -> str:
        rights = [model.RightsStatement(label=(Literal("frei"),)) for _ in order]
        parts = [Distribution(iri=f"{EX}d{i}", rights=(rights[i],)) for i in order]
        return ntriples_of(Dataset(iri=EX, distribution=tuple(parts)), KEY)

    text = document(0, 1, 2)
    assert text == document(2, 0, 1)
    assert len({line.split(" ")[2] for line in text.splitlines() if "dc/terms/rights> " in line}) == 3


def test_equal_blank_nodes_in_one_place_stay_apart() -> None:
    contacts = tuple(ContactPoint(fn=(Literal("Amt"),)) for _ in range(3))
    text = ntriples_of(Dataset(iri=EX, contact_point=contacts), KEY)
    assert text.count("contactPoint> _:") == 3
    assert text.count("vcard/ns#fn>") == 3


def test_one_object_is_one_node() -> None:
    agent = Agent(name=(Literal("Amt"),))
    text = ntriples_of(Dataset(iri=EX, publisher=(agent,), creator=(agent,)), KEY)
    assert text.count("foaf/0.1/name>") == 1


def test_node_without_statements_writes_no_line_of_its_own() -> None:
    text = ntriples_of(Dataset(iri=EX, extra=((f"{EX}p", Resource()),)), KEY)
    assert len(_parsed(text, ox.RdfFormat.N_TRIPLES)) == text.count("\n") == 3


def test_lines_are_sorted() -> None:
    text = ntriples_of(Dataset(iri=EX, distribution=(Distribution(iri=f"{EX}a"), Distribution(iri=f"{EX}a/b"))), KEY)
    assert text.splitlines() == sorted(text.splitlines())


def test_graph_keeps_lexical_forms() -> None:
    date = Literal("2020-1-1", None, "http://www.w3.org/2001/XMLSchema#date")
    graph = rdflib_graph(Dataset(iri=EX, issued=(date,), title=(Literal("Ä", "de"),)))
    assert str(graph.value(rdflib.URIRef(EX), rdflib.DCTERMS.issued)) == "2020-1-1"
    assert rdf.read(graph, EX, Dataset) == Dataset(iri=EX, issued=(date,), title=(Literal("Ä", "de"),))


# ------------------------------------------------------------------------------------------------------- reading

_PREFIXES = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix prov: <http://www.w3.org/ns/prov#> . @prefix ex: <https://source.example/> .
"""


def _triples(turtle: str) -> Triples:
    return Triples.from_quads(ox.parse((_PREFIXES + turtle).encode(), format=ox.RdfFormat.TURTLE, lenient=True))


def _read(turtle: str, own: tuple[str, ...] = (), **limits: int) -> tuple[Dataset, rdf.Reading]:
    reading = rdf.Reading(_triples(turtle), own, **limits)
    return reading.record(f"{EX}d", Dataset), reading


def _rules(reading: rdf.Reading) -> list[str]:
    return [finding.rule for finding in reading.findings]


def test_repeated_statements_and_spellings_count_once() -> None:
    record, _ = _read(
        'ex:d dct:title "a", "a" ; <http://www.w3.org/2002/07/owl#versionInfo> "1" ; dcat:version "1" ;'
        "dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI>,"
        "<https://publications.europa.eu/resource/authority/data-theme/ENVI> ."
    )
    assert (len(record.title), len(record.version), len(record.theme)) == (1, 1, 1)


def test_text_that_is_an_address_becomes_an_iri_where_one_is_wanted() -> None:
    record, reading = _read(
        'ex:d dcat:landingPage " https://a.example/ä " ; dct:identifier "https://a.example/x" ; dct:spatial "Hessen" .'
    )
    assert record.landing_page == ("https://a.example/ä",)
    assert record.identifier == (Literal("https://a.example/x"),)
    assert record.extra == (("http://purl.org/dc/terms/spatial", Literal("Hessen")),)
    assert _rules(reading) == [rdf.IRI_AS_TEXT]


@pytest.mark.parametrize(
    "text",
    ["siehe https://a.example", "https://a.example und https://b.example", "a.example", "amt@a.example", "C:\\\\x"],
)
def test_text_that_is_not_one_address_stays_text(text: str) -> None:
    record, _ = _read(f'ex:d dcat:landingPage "{text}" .')
    assert record.landing_page == ()
    assert [value.text for _, value in record.extra if isinstance(value, Literal)] == [text.replace("\\\\", "\\")]


def test_F23_broken_iri_is_repaired_and_named() -> None:
    record, reading = _read("ex:d dcat:landingPage <https://a.example/b c> .")
    assert record.landing_page == ("https://a.example/b%20c",)
    (finding,) = reading.findings
    assert finding.rule == rdf.IRI_REPAIRED
    assert finding.arguments == ("https://a.example/b c", "https://a.example/b%20c")


def test_F23_what_is_no_iri_stays_as_text() -> None:
    record, _ = _read("ex:d dcat:landingPage <http://a.example:port/> .")
    assert record.extra == (("http://www.w3.org/ns/dcat#landingPage", Literal("http://a.example:port/")),)


def test_invalid_tag_is_named_and_its_text_kept() -> None:
    triples = Triples()
    for tag in ("de_de", "kein tag", "de"):
        triples.add(f"{EX}d", "http://purl.org/dc/terms/title", Literal(tag, tag))
    reading = rdf.Reading(triples)
    record = reading.record(f"{EX}d", Dataset)
    assert record.title == (Literal("de_de", "de-de"), Literal("kein tag"), Literal("de", "de"))
    assert _rules(reading) == [rdf.TAG_CHANGED] * 2


def test_agents_services_and_series_with_iris_become_companions() -> None:
    record, reading = _read(
        "ex:d dct:publisher ex:amt ; ex:rechteinhaber ex:stadt ; dct:creator [ foaf:name 'Team' ] ."
        "ex:amt foaf:name 'Amt' ; ex:teilVon ex:stadt . ex:stadt a foaf:Organization ; ex:hat ex:amt ; foaf:name 'Stadt' ."
    )
    assert record.publisher == (f"{EX}amt",)
    assert record.extra == ((f"{EX}rechteinhaber", f"{EX}stadt"),)
    assert isinstance(record.creator[0], Agent)
    assert {iri: type(c) for iri, c in reading.companions.items()} == {f"{EX}amt": Agent, f"{EX}stadt": Agent}
    assert reading.companions[f"{EX}amt"].extra == ((f"{EX}teilVon", f"{EX}stadt"),)


def test_companions_are_those_of_each_record() -> None:
    triples = _triples(
        "ex:d dct:publisher ex:a . ex:e dct:publisher ex:b . ex:f dct:publisher ex:a . ex:a foaf:name 'A' . ex:b foaf:name 'B' ."
    )
    reading = rdf.Reading(triples)
    found = []
    for name in "def":
        reading.record(EX + name, Dataset)
        found.append(set(reading.companions))
    assert found == [{f"{EX}a"}, {f"{EX}b"}, {f"{EX}a"}]


def test_node_in_two_roles_is_read_once_if_blank_and_in_both_if_named() -> None:
    record, reading = _read(
        "ex:d dct:publisher _:x ; dcat:contactPoint _:x, ex:y ; dct:creator ex:y ."
        "_:x foaf:name 'Amt' ; vcard:fn 'Amt' . ex:y foaf:name 'Amt' ; vcard:fn 'Amt' ."
    )
    assert record.publisher[0] is record.contact_point[0]
    assert record.creator == (f"{EX}y",)
    assert isinstance(record.contact_point[1], ContactPoint)
    assert record.contact_point[1].fn == (Literal("Amt"),)
    assert set(reading.companions) == {f"{EX}y"}


def test_records_of_their_own_are_only_referred_to() -> None:
    record, _ = _read(
        "ex:d dct:relation ex:e ; dct:isPartOf ex:c . ex:e dct:title 'E' . ex:c dcat:dataset ex:d, ex:e .",
        (f"{EX}e", f"{EX}c"),
    )
    assert record.relation == (f"{EX}e",)
    assert record.extra == (("http://purl.org/dc/terms/isPartOf", f"{EX}c"),)


def test_circle_of_blank_nodes_keeps_every_statement() -> None:
    turtle = (
        "ex:d dct:provenance _:a . _:a dct:description 'a' ; prov:wasDerivedFrom _:b ."
        "_:b dct:description 'b' ; prov:x _:a ."
    )
    record, reading = _read(turtle)
    text = ntriples_of(record, KEY)
    assert _rules(reading) == [rdf.CYCLE]
    name = reading.findings[0].arguments[0]
    assert name.startswith("urn:allmende:node:")
    assert (
        text.count(f"<{name}>") == 5
    )  # from the record, from b, and as the subject of a type, a text and the way to b
    assert text == ntriples_of(_read(turtle.replace("_:a", "_:z"))[0], KEY)


def test_circle_of_named_nodes_needs_no_new_name() -> None:
    record, reading = _read("ex:d dct:provenance ex:a . ex:a prov:x ex:b . ex:b prov:y ex:a ; prov:z ex:d .")
    assert reading.findings == []
    assert f"<{EX}b> <http://www.w3.org/ns/prov#y> <{EX}a> ." in ntriples_of(record, KEY)


def test_F40_depth_is_limited() -> None:
    nested = "ex:d dct:provenance " + "[ ex:p " * 150 + "1" + " ]" * 150 + " ."
    with pytest.raises(RecordLimit, match="deeper than 100"):
        _read(nested)
    with pytest.raises(RecordLimit, match="deeper than 100"):
        Fingerprints(_triples(nested)).of(f"{EX}d")


def test_F43_blank_nodes_and_triples_are_limited() -> None:
    many = "ex:d dct:provenance " + ", ".join(f"[ ex:p {i} ]" for i in range(300)) + " ."
    with pytest.raises(RecordLimit, match="200 blank nodes"):
        _read(many)
    with pytest.raises(RecordLimit, match="100 triples"):
        _read(many, max_triples=100)
    with pytest.raises(RecordLimit, match="100 triples"):
        Fingerprints(_triples(many), max_triples=100).of(f"{EX}d")


def test_F43_ways_that_part_and_meet_are_walked_once() -> None:
    diamonds = "".join(
        f"_:n{i} ex:p _:l{i}, _:r{i} . _:l{i} ex:p _:n{i + 1} . _:r{i} ex:p _:n{i + 1} ." for i in range(30)
    )
    record, _ = _read(f"ex:d dct:provenance _:n0 . {diamonds} _:n30 ex:p 1 .")
    assert ntriples_of(record, KEY).count("\n") < 300
    assert len(Fingerprints(_triples(f"ex:d dct:provenance _:n0 . {diamonds}")).of(f"{EX}d")) < 30_000


def test_F43_companion_over_a_limit_is_left_out_with_a_finding() -> None:
    agent = "ex:amt foaf:name " + ", ".join(f"'{i}'" for i in range(200)) + " ."
    record, reading = _read(f"ex:d dct:title 'x' ; dct:publisher ex:amt . {agent}", max_triples=100)
    assert record.publisher == (f"{EX}amt",)
    assert reading.companions == {}
    assert _rules(reading) == [rdf.COMPANION_TOO_LARGE]


def test_chain_of_companions_needs_no_stack() -> None:
    chain = "".join(f"ex:a{i} a foaf:Organization ; ex:p ex:a{i + 1} ." for i in range(3_000))
    _, reading = _read(f"ex:d dct:publisher ex:a0 . {chain}")
    assert len(reading.companions) == 3_000


def test_statements_about_codes_are_left_out_and_about_own_concepts_kept() -> None:
    record, _ = _read(
        "ex:d dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI>, ex:thema ."
        "<http://publications.europa.eu/resource/authority/data-theme/ENVI> dct:title 'Umwelt' . ex:thema dct:title 'Thema' ."
    )
    assert record.theme[0] == "http://publications.europa.eu/resource/authority/data-theme/ENVI"
    assert isinstance(record.theme[1], Resource)


def test_fingerprint_changes_with_what_hangs_on_a_record_and_nothing_else() -> None:
    def mark(turtle: str) -> bytes:
        return Fingerprints(_triples(turtle), {f"{EX}d", f"{EX}e"}).of(f"{EX}d")

    base = (
        "ex:d dct:title 'x' ; dcat:contactPoint _:c ; dct:publisher ex:p ; dct:relation ex:e ."
        "_:c vcard:fn 'C' . ex:p foaf:name 'P' . ex:e dct:title 'E' ."
    )
    assert mark(base) == mark(base.replace("_:c", "_:other"))
    assert mark(base) == mark(base.replace("'E'", "'F'"))
    assert (
        len(
            {
                mark(base),
                mark(base.replace("'C'", "'D'")),
                mark(base.replace("'P'", "'Q'")),
                mark(base.replace("'x'", "'x'@de")),
            }
        )
        == 4
    )


def test_rdf_type_that_is_no_iri_is_kept() -> None:
    record, _ = _read("ex:d a 'Dataset', [ dct:title 'Art' ] .")
    assert record.types == ()
    assert len(record.extra) == 2
    assert ntriples_of(record, KEY).count("22-rdf-syntax-ns#type>") == 4


def test_dataset_that_is_its_own_distribution_is_both() -> None:
    record, _ = _read(
        "ex:d a dcat:Dataset, dcat:Distribution ; dct:title 'x' ; dcat:distribution ex:d ; dcat:accessURL ex:f .",
        (f"{EX}d",),
    )
    (distribution,) = record.distribution
    assert isinstance(distribution, Distribution)
    assert distribution.access_url == (f"{EX}f",)
    assert ntriples_of(record, KEY).count("accessURL> ") == 1
