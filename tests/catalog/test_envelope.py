"""What stands around the records of a feed: the quick way to write it says what the table says."""

from __future__ import annotations

from pathlib import Path

from catalog.feeds.envelope import around_record, record_about
from catalog.search import Catalogue
from schemas import rdf
from tests.catalog.builder import Builder, Stored, dataset, region_in


def test_entry_about_a_record_is_what_the_table_writes(tmp_path: Path) -> None:
    region = region_in(tmp_path)
    builder = Builder(region)
    builder.publish(Stored("1", dataset("Pegel")), Stored("2", dataset("Bäume", iri="https://example.org/a%20b")))
    catalogue = Catalogue(region)
    at = catalogue.number()
    entries = catalogue.page(1, at).entries
    assert len(entries) == 2
    for entry in entries:
        expected = rdf.ntriples(record_about(region.base_url, entry), "envelope")
        written = around_record(region, entry).ntriples.decode()
        assert sorted(written.splitlines()) == sorted(expected.splitlines())
    catalogue.close()
    builder.close()
