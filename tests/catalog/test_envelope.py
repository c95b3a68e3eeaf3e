"""What stands around the records of a feed: the quick way to write it says what the table says, in each syntax."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat

from catalog.feeds.envelope import Envelope, View, around_page, around_record, catalog_of, hydra
from catalog.fragments import document
from catalog.reading.entries import Entry
from catalog.search import Catalogue
from schemas import iris
from schemas.kinds import Literal
from schemas.model import CatalogRecord
from schemas.namespaces import DCAT, HYDRA, XSD
from schemas.ntriples import ntriples_of
from schemas.region import Region
from tests.catalog.builder import Builder, Stored, dataset, region_in

SYNTAXES = {
    "ttl": RdfFormat.TURTLE,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
    "nt": RdfFormat.N_TRIPLES,
}
# What needs care in one of the syntaxes, or cannot be written at all.
ODD = (
    "https://example.org/a%20b",
    "https://example.org/?a=1&b='x'",
    "https://münchen.example/ä",
    "https://h.example/a<b>",
)
VIEW = View("https://x.example/catalog?page=1", "https://x.example/catalog?page=1", None, None, None, 4, 100)


def statements(syntax: str, fragment: bytes) -> set[str]:
    """The statements of a fragment; blank nodes by what they are called."""
    quads = pyoxigraph.parse(document(syntax, fragment), format=SYNTAXES[syntax], lenient=True)
    return {str(quad.triple) for quad in quads}


def record_about(base_url: str, entry: Entry) -> CatalogRecord:
    """The catalogue's entry about a record, through the model.

    It names no entry of the source's catalogue: dct:source must lead to a described dcat:CatalogRecord, and ours is the
    only one that the feed describes.
    """
    moment = str(XSD.dateTime)
    return CatalogRecord(
        iri=iris.mint(base_url, "record", entry.key),
        primary_topic=(entry.iri,),
        issued=(Literal(entry.first_seen, None, moment),),
        modified=(Literal(entry.changed, None, moment),),
    )


def fragment(envelope: Envelope, syntax: str) -> bytes:
    return envelope.ntriples if syntax == "nt" else bytes(getattr(envelope, syntax))


def with_entries(folder: Path, check: Callable[[Region, list[Entry]], None]) -> None:
    """Runs a check on entries of each kind, and of IRIs that syntaxes write differently."""
    region = region_in(folder)
    builder = Builder(region)
    builder.publish(
        Stored("1", dataset("Pegel")), *(Stored(f"o{n}", dataset("Bäume", iri=iri)) for n, iri in enumerate(ODD))
    )
    catalogue = Catalogue(region)
    try:
        found = list(catalogue.page(1, catalogue.number()).entries)
        kinds = [
            replace(found[0], kind=kind, key=kind * 2, iri=f"https://k.example/{kind}")
            for kind in ("service", "series", "agent")
        ]
        check(region, [*found, *kinds])
    finally:
        catalogue.close()
        builder.close()


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_entry_about_a_record_is_what_the_table_writes(syntax: str, tmp_path: Path) -> None:
    def check(region: Region, entries: list[Entry]) -> None:
        for entry in entries:
            if entry.kind != "agent":
                expected = ntriples_of(record_about(region.base_url, entry), "envelope").encode()
                assert statements(syntax, fragment(around_record(region, entry), syntax)) == statements("nt", expected)

    with_entries(tmp_path, check)


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_envelope_of_a_page_is_what_the_table_writes(syntax: str, tmp_path: Path) -> None:
    def check(region: Region, entries: list[Entry]) -> None:
        listed = [entry for entry in entries if entry.kind != "agent"]
        catalogue = replace(
            catalog_of(region, "2026-01-01T00:00:00Z"),
            dataset=tuple(entry.iri for entry in listed if entry.kind == "dataset"),
            service=tuple(entry.iri for entry in listed if entry.kind == "service"),
            record=tuple(iris.mint(region.base_url, "record", entry.key) for entry in listed),
            extra=(
                (str(HYDRA.view), VIEW.address),
                *((str(DCAT.resource), e.iri) for e in listed if e.kind == "series"),
            ),
        )
        whole = [catalogue, hydra(VIEW), *(record_about(region.base_url, entry) for entry in listed)]
        expected = "".join(ntriples_of(resource, "envelope") for resource in whole).encode()
        envelope = around_page(region, "2026-01-01T00:00:00Z", entries, VIEW)
        assert statements(syntax, fragment(envelope, syntax)) == statements("nt", expected)

    with_entries(tmp_path, check)


def test_a_page_without_records_says_only_what_the_catalogue_is(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    envelope = around_page(region, "", (), VIEW)
    plain = statements("nt", envelope.ntriples)
    assert not [line for line in plain if str(DCAT.record) in line]
    assert {frozenset(statements(syntax, fragment(envelope, syntax))) for syntax in SYNTAXES} == {frozenset(plain)}
