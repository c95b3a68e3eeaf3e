"""What a feed page says about what its records only name: class, scheme and label, the same in each syntax."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
import zstandard

from catalog.feeds.described import DESCRIBED, code_of, described, lines_of
from catalog.fragments import document
from catalog.reading.entries import Entry
from catalog.web.negotiation import ready_form
from schemas import rdf, syntax
from schemas.classes import BARE
from schemas.kinds import Literal
from schemas.model import Dataset, Distribution
from schemas.ntriples import ntriples_of

AUTHORITY = "http://publications.europa.eu/resource/authority"
SCHEME = "http://www.w3.org/2004/02/skos/core#ConceptScheme"
RECORD = Dataset(
    iri="https://daten.example.org/1",
    title=(
        Literal("Plan", "de"),
        Literal('Ein Text: <https://a.example/> <http://purl.org/dc/terms/license> "x" .', "de"),
    ),
    theme=(f"{AUTHORITY}/data-theme/ENVI", "https://example.org/own-theme"),
    language=(f"{AUTHORITY}/language/DEU",),
    landing_page=("https://daten.example.org/page", "urn:x:no-page"),
    publisher=("https://daten.example.org/agent",),
    distribution=(
        Distribution(
            iri="https://daten.example.org/1/csv",
            license=("http://dcat-ap.de/def/licenses/cc-zero",),
            media_type=("https://www.iana.org/assignments/media-types/text/csv",),
            access_url=("https://daten.example.org/1.csv",),
        ),
    ),
)
NTRIPLES = ntriples_of(RECORD, "k").encode()


def entry(ntriples: bytes = NTRIPLES) -> Entry:
    return Entry.made({"packed": zstandard.ZstdCompressor().compress(ntriples)})


def said(ntriples: bytes) -> dict[str, set[str]]:
    """The objects by subject."""
    found: dict[str, set[str]] = {}
    for quad in ox.parse(ntriples, format=ox.RdfFormat.N_TRIPLES):
        assert isinstance(quad.subject, ox.NamedNode)
        found.setdefault(quad.subject.value, set()).add(getattr(quad.object, "value", ""))
    return found


def test_class_scheme_and_label_of_what_is_named() -> None:
    assert said("".join(lines_of(NTRIPLES)).encode()) == {
        f"{AUTHORITY}/data-theme/ENVI": {
            "http://www.w3.org/2004/02/skos/core#Concept",
            f"{AUTHORITY}/data-theme",
            "Umwelt",
        },
        f"{AUTHORITY}/language/DEU": {"http://purl.org/dc/terms/LinguisticSystem", f"{AUTHORITY}/language"},
        "https://daten.example.org/page": {"http://xmlns.com/foaf/0.1/Document"},
        "http://dcat-ap.de/def/licenses/cc-zero": {
            "http://purl.org/dc/terms/LicenseDocument",
            "http://dcat-ap.de/def/licenses",
            f"{AUTHORITY}/licence/CC0",
        },
        "https://www.iana.org/assignments/media-types/text/csv": {"http://purl.org/dc/terms/MediaType"},
        f"{AUTHORITY}/data-theme": {SCHEME, "Datenthemen"},
        f"{AUTHORITY}/language": {SCHEME, "Sprachen"},
        "http://dcat-ap.de/def/licenses": {SCHEME, "Lizenzen"},
    }, "no agent, no address of a file, no concept without a label, nothing out of a text"


@pytest.mark.parametrize("suffix", DESCRIBED)
def test_each_syntax_says_the_same_once(suffix: str) -> None:
    more = described(suffix, [entry(), entry()], NTRIPLES)
    body = more.ntriples if suffix == "nt" else getattr(more, suffix)
    found = syntax.load(document(suffix, body)).triples.by_subject
    expected = syntax.parse(more.ntriples, "nt").by_subject
    assert {s: sorted(map(str, st)) for s, st in found.items()} == {
        s: sorted(map(str, st)) for s, st in expected.items()
    }
    assert all(len(set(statements)) == len(statements) for statements in found.values())
    assert ready_form(suffix) == ((suffix,) if suffix != "nt" else ())


def test_nothing_named_is_nothing_said() -> None:
    nothing = described("ttl", [])
    assert (nothing.ntriples, nothing.ttl.strip()) == (b"", b"")
    assert described("jsonld", []).jsonld == b""


def test_our_reader_takes_none_of_it_into_a_record() -> None:
    page = syntax.parse(NTRIPLES + described("nt", [entry()]).ntriples, "nt")
    assert RECORD.iri is not None
    read = rdf.Reading(page, {RECORD.iri}).record(RECORD.iri, Dataset)
    assert ntriples_of(read, "k").encode() == NTRIPLES


def test_a_name_is_not_enough_of_whoever_owes_more() -> None:
    assert not {each for each in BARE if each.endswith(("Agent", "Kind", "Dataset", "DataService", "Distribution"))}
    assert code_of("https://example.org/own-theme") == (None, "")
