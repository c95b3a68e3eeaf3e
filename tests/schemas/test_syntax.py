"""Bytes to statements: every syntax by its content, and what must never be read, awaited or fetched."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import orjson
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import contexts, syntax
from schemas.kinds import Literal
from schemas.syntax import Unreadable, decode, load, sniff

TITLE = "http://purl.org/dc/terms/title"
WORDS = "Größe Fließ Gemarkung"
RDF = 'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"'
XML = f'<rdf:RDF {RDF}><rdf:Description rdf:about="https://a.example/d"><dct:title>{WORDS}</dct:title></rdf:Description></rdf:RDF>'
DOCUMENTS = {
    "ttl": f'@prefix dct: <http://purl.org/dc/terms/> .\n<https://a.example/d> dct:title "{WORDS}" .\n',
    "rdf": f'<?xml version="1.0" encoding="utf-8"?>\n{XML}',
    "jsonld": f'{{"@id": "https://a.example/d", "{TITLE}": "{WORDS}"}}',
    "nt": f'<https://a.example/d> <{TITLE}> "{WORDS}" .\n',
}


def _titles(data: bytes) -> list[str | Literal]:
    return load(data).triples.values("https://a.example/d", TITLE)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_syntax_is_told_by_content(name: str) -> None:
    document = load(DOCUMENTS[name].encode())
    assert document.syntax == name
    assert _titles(DOCUMENTS[name].encode()) == [Literal(WORDS)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Kommentar\n\n@PREFIX a: <http://a#> .\na:b a:c 1 .", "ttl"),
        ("BASE <http://a/>\n<b> <c> <d> .", "ttl"),
        ("[] a <http://a> .", "ttl"),
        ("_:a <http://b> _:c .", "nt"),
        ("# x\n<http://a> <http://b> <http://c> . # y\n", "nt"),
        (f"<!-- x --><rdf:RDF {RDF}/>", "rdf"),
        (f'\ufeff<?xml version="1.0"?><a:b xmlns:a="urn:a" {RDF}/>', "rdf"),
        ("<RDF xmlns='http://www.w3.org/1999/02/22-rdf-syntax-ns#'/>", "rdf"),
        ('[{"@id": "http://a"}]', "jsonld"),
        ('<http://a> <http://b> "c"@de, "d" .', "ttl"),
        ("<a> <b> <c> .", "ttl"),
        ("<!DOCTYPE html><html>…", None),
        ("<html><body>Wartung</body></html>", None),
        ('<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"/>', None),
        ('{"success": false, "error": {"message": "x"}}', None),
        ('["a", "b"]', None),
        ("", None),
        ("  \n", None),
        ("Wartungsarbeiten bis 12:30 Uhr", None),
        ("a;b;c\n1;2;3\n", None),
    ],
)
def test_sniff(text: str, expected: str | None) -> None:
    assert sniff(text) == expected


# ---------------------------------------------------------------------------------------------- not a document


@pytest.mark.parametrize("body", [b"", b" \n\t ", b"\xef\xbb\xbf", b"\x00\x00"])
def test_F03_empty_answer_is_refused(body: bytes) -> None:
    with pytest.raises(Unreadable, match="empty"):
        load(body)


@pytest.mark.parametrize("body", ["<html><h1>Wartung</h1></html>", '{"success": false}', "Fehler\x1b[31m 500"])
def test_F01_another_page_is_refused_with_its_beginning(body: str) -> None:
    with pytest.raises(Unreadable) as refused:
        load(body.encode())
    assert body[:6] in refused.value.de
    assert "\x1b" not in refused.value.de


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("tenth", range(10))
def test_F21_cut_off_document_is_refused(name: str, tenth: int) -> None:
    text = DOCUMENTS[name]
    body = text[len(text) // 2 :] if name == "nt" else text
    start = len(text) - len(body)
    # The last signs are a line end, which nobody misses, and the end of the statement, which somebody must.
    end = start + (len(body.rstrip()) - 1) * (tenth + 1) // 10
    with pytest.raises(Unreadable) as refused:
        load(text[:end].encode())
    assert str(refused.value)


def test_F21_position_is_in_the_message() -> None:
    with pytest.raises(Unreadable, match="line 3"):
        load(b'@prefix a: <http://a#> .\na:b a:c 1 .\na:b a:c "x')
    with pytest.raises(Unreadable, match="line 1"):
        load(b'{"@id": "http://a", ')


# ------------------------------------------------------------------------------------------------------ encodings


@pytest.mark.parametrize(
    ("data", "repaired"),
    [
        (DOCUMENTS["ttl"].encode(), 0),
        (b"\xef\xbb\xbf" + DOCUMENTS["ttl"].encode(), 0),
        (DOCUMENTS["ttl"].encode("utf-16"), 0),
        (b"\xfe\xff" + DOCUMENTS["ttl"].encode("utf-16-be"), 0),
        (DOCUMENTS["ttl"].encode("cp1252"), 1),
        (DOCUMENTS["ttl"].encode().decode("cp1252").encode(), 1),
        (DOCUMENTS["ttl"].encode().decode("latin-1").encode(), 1),
        (DOCUMENTS["rdf"].encode(), 0),
        (DOCUMENTS["rdf"].encode("cp1252"), 1),
        (DOCUMENTS["rdf"].replace("utf-8", "ISO-8859-1").encode("latin-1"), 0),
        (DOCUMENTS["rdf"].replace("utf-8", "ISO-8859-1").encode(), 1),
        (DOCUMENTS["rdf"].replace("utf-8", "windows-1252").encode("cp1252"), 0),
        (DOCUMENTS["rdf"].replace("utf-8", "UTF-16").encode("utf-16"), 0),
        (DOCUMENTS["rdf"].replace("utf-8", "no-such").encode("cp1252"), 1),
        (DOCUMENTS["jsonld"].encode("utf-16"), 0),
        (DOCUMENTS["nt"].encode("cp1252"), 1),
    ],
)
def test_F20_umlauts_are_right_whatever_the_encoding(data: bytes, repaired: int) -> None:
    assert _titles(data) == [Literal(WORDS)]
    assert load(data).repaired_lines == repaired


def test_F20_words_with_a_tilde_are_no_mistake() -> None:
    text = DOCUMENTS["ttl"].replace(WORDS, "São Paulo, SÃO, Ãußerst")
    assert decode(text.encode()) == (text, 0)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    text, _ = decode(data)
    assert "\ufffd" not in text or b"\xef\xbf\xbd" in data or data[:2] in (b"\xff\xfe", b"\xfe\xff")
    with suppress(Unreadable):
        load(data)


# -------------------------------------------------------------------------------------------- hostile documents

_LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 9))
HOSTILE = {
    "billion laughs": f'<!DOCTYPE rdf:RDF [<!ENTITY l0 "ha">{_LAUGHS}]>{XML.replace(WORDS, "&l8;")}',
    "quadratic": f'<!DOCTYPE rdf:RDF [<!ENTITY a "{"a" * 50_000}">]>{XML.replace(WORDS, "&a;" * 2_000)}',
    "external entity": f'<!DOCTYPE rdf:RDF [<!ENTITY x SYSTEM "file:///etc/passwd">]>{XML.replace(WORDS, "&x;")}',
    "external dtd": f'<!DOCTYPE rdf:RDF SYSTEM "http://127.0.0.1:9/x.dtd">{XML}',
    "parameter entity": f'<!DOCTYPE rdf:RDF [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p">%p;]>{XML}',
    "after a comment": f"<!-- x --><?x y?>\n<!DOCTYPE rdf:RDF>{XML}",
}


@contextmanager
def _no_doors() -> Iterator[list[str]]:
    """Collects what is opened or connected to meanwhile: the addresses and files of sockets, requests and open()."""
    opened: list[str] = []
    watching = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if watching and event in ("socket.connect", "socket.getaddrinfo", "urllib.Request", "open"):
            opened.append(f"{event} {arguments[:1]}")

    sys.addaudithook(hook)
    try:
        yield opened
    finally:
        watching = False


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_F39_doctype_is_refused_before_any_parser_sees_it(name: str, encoding: str) -> None:
    data = HOSTILE[name].encode(encoding)
    started = time.process_time()
    with _no_doors() as opened, pytest.raises(Unreadable, match="DOCTYPE"):
        load(data)
    assert opened == []
    assert time.process_time() - started < 2


@pytest.mark.parametrize("depth", [200, 1_000, 100_000])
@pytest.mark.parametrize(
    "name", ["ttl", "ttl lists", "rdf", "rdf comments", "jsonld", "jsonld lists", "jsonld contexts"]
)
def test_F40_deep_nesting_is_read_or_refused_at_once(name: str, depth: int) -> None:
    texts = {
        "ttl": "<http://a> <http://p> " + "[ <http://p> " * depth + "1" + " ]" * depth + " .",
        "ttl lists": "<http://a> <http://p> " + "(" * depth + ")" * depth + " .",
        "rdf": f"<rdf:RDF {RDF}>" + "<dct:A><dct:p>" * depth + "</dct:p></dct:A>" * depth + "</rdf:RDF>",
        # What looks like the ends of elements, but stands in comments and texts.
        "rdf comments": f"<rdf:RDF {RDF}>"
        + "<dct:A><!--</a></a>--><dct:p>/>" * depth
        + "</dct:p></dct:A>" * depth
        + "</rdf:RDF>",
        "jsonld": '{"@id": "http://a", "http://p": ' * depth + "1" + "}" * depth,
        "jsonld lists": '{"@id": "http://a", "http://p": ' + "[" * depth + "1" + "]" * depth + "}",
        "jsonld contexts": '{"@context": {"p": "http://p"}, "p": ' * depth + "1" + "}" * depth,
    }
    started = time.process_time()
    with suppress(Unreadable):
        load(texts[name].encode())
    assert time.process_time() - started < 5


def test_F40_ordinary_feed_is_not_too_deep() -> None:
    wide = (
        f"<rdf:RDF {RDF}>"
        + '<rdf:Description rdf:about="http://a"><dct:title>a &gt; b</dct:title></rdf:Description>' * 9_000
    )
    syntax.check_elements(f"{wide}</rdf:RDF>".encode())
    syntax.check_elements(f"{wide.replace('&gt;', '/>' * 9)}</rdf:RDF>".encode())


@pytest.mark.parametrize(
    "context",
    [
        '"http://127.0.0.1:9/context.jsonld"',
        '"file:///etc/passwd"',
        '["https://schema.org", "https://127.0.0.1:9/x"]',
        '{"@import": "http://127.0.0.1:9/context.jsonld"}',
        '{"a": {"@id": "http://a", "@context": "http://127.0.0.1:9/x"}}',
        '"https://semiceu.github.io/DCAT-AP/releases/3.0.0/html/examples/context.jsonld"',
        '"relative.jsonld"',
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_F41_foreign_context_is_refused_and_nothing_opened(context: str, nested: bool) -> None:
    inner = f'{{"@context": {context}, "@id": "http://a", "a": 1}}'
    text = f'{{"@context": {{}}, "@graph": [{inner}]}}' if nested else inner
    with _no_doors() as opened, pytest.raises(Unreadable, match="foreign server"):
        load(text.encode())
    assert opened == []


def test_F41_context_hidden_by_escapes_is_not_fetched_either() -> None:
    with _no_doors() as opened, pytest.raises(Unreadable):
        load(b'{"\\u0040context": "http://127.0.0.1:9/x", "@id": "http://a", "a": 1}')
    assert opened == []


def test_F42_imports_are_statements_and_never_followed() -> None:
    texts = (
        "<http://a> <http://www.w3.org/2002/07/owl#imports> <http://127.0.0.1:9/ontology> .",
        XML.replace(
            "<rdf:RDF",
            '<rdf:RDF xmlns:xi="http://www.w3.org/2001/XInclude" xsi:schemaLocation="a http://127.0.0.1:9/x" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        ).replace(WORDS, "x"),
        XML.replace("<rdf:RDF", '<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><rdf:RDF'),
    )
    with _no_doors() as opened:
        for text in texts:
            with suppress(Unreadable):
                load(text.encode())
    assert opened == []


def test_F43_huge_literal_and_many_nodes_are_read() -> None:
    huge = "x" * 15_000_000
    assert _titles(DOCUMENTS["nt"].replace(WORDS, huge).encode()) == [Literal(huge)]
    many = "".join(f"_:b{i} <http://p> _:b{i + 1} .\n" for i in range(100_000))
    assert len(load(many.encode()).triples.by_subject) == 100_000


@pytest.mark.parametrize(
    "body",
    [
        '{"@id": "http://a", "http://p": NaN}',
        '{"@id": "http://a", "http://p": "\\ud800"}',
        f'{{"@id": "http://a", "http://p": {"9" * 20_000}}}',
    ],
)
def test_F44_odd_json_is_read_or_refused(body: str) -> None:
    with suppress(Unreadable):
        orjson.dumps(load(body.encode()).triples.values("http://a", "http://p"))


# ---------------------------------------------------------------------------------------------- what was repaired


def test_F23_broken_iris_are_read_and_remembered() -> None:
    triples = load(b"<http://a.example/b c> <http://p> <http://a.example/%zz>, <http://a.example/x> .").triples
    assert list(triples.by_subject) == ["http://a.example/b%20c"]
    assert triples.values("http://a.example/b%20c", "http://p") == ["http://a.example/%25zz", "http://a.example/x"]
    assert triples.repaired == {
        "http://a.example/b%20c": "http://a.example/b c",
        "http://a.example/%25zz": "http://a.example/%zz",
    }


def test_blanks_around_an_iri_in_xml_are_no_part_of_it() -> None:
    text = XML.replace('rdf:about="https', 'rdf:about=" https').replace('/d">', '/d\n">')
    assert _titles(text.encode()) == [Literal(WORDS)]


def test_relative_iris_follow_the_address() -> None:
    triples = load(b"<d> <http://p> <#x>, <../y> .", "https://a.example/b/c").triples
    assert triples.values("https://a.example/b/d", "http://p") == ["https://a.example/b/c#x", "https://a.example/y"]


def test_tags_are_lower_case_and_plain_strings_have_no_datatype() -> None:
    triples = load(b'<http://a> <http://p> "a"@DE-at, "b"^^<http://www.w3.org/2001/XMLSchema#string> .').triples
    assert triples.values("http://a", "http://p") == [Literal("a", "de-at"), Literal("b")]
    xml = XML.replace("<dct:title>", '<dct:title xml:lang="">')
    assert _titles(xml.encode()) == [Literal(WORDS)]


def test_keys_without_meaning_in_json_ld_are_no_properties() -> None:
    triples = load(b'{"@id": "http://a", "note": "x", "http://p": "y"}').triples
    assert triples.by_subject == {"http://a": [("http://p", Literal("y"))]}


def test_graphs_are_read_as_one() -> None:
    triples = load(b'{"@id": "http://g", "@graph": [{"@id": "http://a", "http://p": "y"}]}').triples
    assert triples.values("http://a", "http://p") == [Literal("y")]


# ------------------------------------------------------------------------------------------------------ contexts


def test_document_with_our_own_context_is_read() -> None:
    text = """{"@context": "https://semiceu.github.io/DCAT-AP/releases/3.0.1/context/dcat-ap.jsonld", "@id": "https://a.example/d",
        "@type": "Dataset", "title": "T", "geographicalCoverage": "https://a.example/o", "releaseDate": "2026-01-01",
        "datasetDistribution": {"@type": "Distribution", "accessUrl": "https://a.example/x", "licence": "https://a.example/l"}}"""
    triples = load(text.encode()).triples
    assert triples.types("https://a.example/d") == {"http://www.w3.org/ns/dcat#Dataset"}
    assert triples.values("https://a.example/d", "http://purl.org/dc/terms/spatial") == ["https://a.example/o"]
    (distribution,) = triples.values("https://a.example/d", "http://www.w3.org/ns/dcat#distribution")
    assert triples.values(str(distribution), "http://purl.org/dc/terms/license") == ["https://a.example/l"]


@pytest.mark.parametrize(
    "address", ["https://schema.org", "http://schema.org/", "https://schema.org/docs/jsonldcontext.jsonld"]
)
def test_schema_org_is_a_vocabulary(address: str) -> None:
    triples = load(
        f'{{"@context": ["{address}", {{"x": "http://x"}}], "@id": "http://a", "@type": "Dataset", "name": "N"}}'.encode()
    ).triples
    assert triples.values("http://a", "http://schema.org/name") == [Literal("N")]


def test_our_context_means_what_the_official_one_means(standards: Path) -> None:
    found = sorted(standards.glob("data/**/3.0.1/context/dcat-ap.jsonld"))
    assert found
    official = orjson.loads(found[0].read_bytes())["@context"]
    ours = contexts.dcat_context()
    wrong = []
    for name, value in official.items():
        if isinstance(value, str) and not name.startswith("@") and ":" not in name and ours.get(name) != value:
            wrong.append(f"{name}: {ours.get(name)}, official {value}")
        for term, meaning in (value.get("@context", {}) if isinstance(value, dict) else {}).items():
            own = ours.get(term)
            wanted = {"@id": meaning["@id"]}
            if meaning.get("@type") in ("@id", "http://www.w3.org/2001/XMLSchema#decimal"):
                wanted["@type"] = meaning["@type"]
            if own != wanted:
                wrong.append(f"{name}.{term}: {own}, official {wanted}")
    assert not wrong, "\n".join(wrong)


def test_context_is_valid() -> None:
    text = orjson.dumps({"@context": contexts.dcat_context(), "@id": "http://a", "title": "x"})
    assert len(list(ox.parse(text, format=ox.RdfFormat.JSON_LD))) == 1
