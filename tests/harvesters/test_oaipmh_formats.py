"""OAI-PMH: the format that is asked for, and records of each, also those of a real pycsw."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.http import Request

from harvesters import registry
from harvesters.oai.answers import Format, best_format
from harvesters.readers import oaipmh
from tests.harvesters.crawl_runs import crawl, write_region
from tests.harvesters.oai_repository import SINCE, URL, Repository, gone, record
from tests.harvesters.source_walks import walk
from tests.servers import pycsw_server
from tests.servers.pycsw_server import Pycsw


@pytest.mark.parametrize(
    ("offered", "best"),
    [
        ((("oai_dc", ""), ("iso19139", "")), "iso19139"),
        ((("oai_dc", ""), ("gmd", "http://www.isotc211.org/2005/gmd")), "gmd"),
        ((("iso19115-3", ""), ("oai_dc", "")), "iso19115-3"),
        ((("iso19115-3.2018", "http://standards.iso.org/iso/19115/-3/mdb/2.0"), ("iso19139", "")), "iso19139"),
        ((("iso19139", ""), ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#")), "rdf"),
        ((("rdf", ""), ("dcat_ap", ""), ("dcat", ""), ("oai_dc", "")), "dcat_ap"),
        ((("dcat_ap", ""), ("dcat-ap-de", "")), "dcat-ap-de"),
        ((("oai_dc", ""), ("rdf", "http://www.openarchives.org/OAI/2.0/rdf/")), "oai_dc"),
        ((("marcxml", "http://www.loc.gov/MARC21/slim"),), None),
    ],
)
def test_the_best_format_on_offer(offered: tuple[tuple[str, str], ...], best: str | None) -> None:
    found = best_format(Format(*each) for each in offered)
    assert (found.prefix if found else None) == best


def test_no_format_that_is_read_fails_the_run() -> None:
    found = walk("oaipmh", URL, Repository({"": [record(1)]}, formats=("marcxml", "mods")))
    assert found.job.report().failure_de is not None
    assert "marcxml, mods" in found.failures


def test_prefix_of_the_source_is_asked_for_without_looking_for_others() -> None:
    repository = Repository({"": [record(1)]})
    walk("oaipmh", URL, repository, {"prefix": "rdf_special"})
    assert [query["verb"] for query in repository.asked] == ["Identify", "ListRecords"]
    assert repository.asked[1]["metadataPrefix"] == "rdf_special"


def dublin_core(number: int) -> str:
    return (
        '<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<dc:title>Karte {number}</dc:title><dc:identifier>https://data.example/{number}</dc:identifier></oai_dc:dc>"
    )


def iso(number: int) -> str:
    return (
        '<gmd:MD_Metadata xmlns:gmd="http://www.isotc211.org/2005/gmd" xmlns:gco="http://www.isotc211.org/2005/gco">'
        f"<gmd:fileIdentifier><gco:CharacterString>uuid-{number}</gco:CharacterString></gmd:fileIdentifier>"
        "<gmd:identificationInfo><gmd:MD_DataIdentification><gmd:citation><gmd:CI_Citation><gmd:title>"
        f"<gco:CharacterString>Plan {number}</gco:CharacterString></gmd:title></gmd:CI_Citation></gmd:citation>"
        "</gmd:MD_DataIdentification></gmd:identificationInfo></gmd:MD_Metadata>"
    )


def test_dublin_core_is_known_by_the_repositorys_identifier() -> None:
    repository = Repository({"": [record(1, dublin_core(1))]}, formats=("oai_dc",))
    found = walk("oaipmh", URL, repository)
    assert found.titles == {"oai:data.example:1": "Karte 1"}
    native = found.sink.pages[-1].natives[0]
    assert native.location == f"{URL}?verb=GetRecord&identifier=oai%3Adata.example%3A1&metadataPrefix=oai_dc"


def test_iso_is_known_by_its_own_identifier_and_deleted_by_the_last_part_of_the_repositorys() -> None:
    repository = Repository({"": [record(1, iso(1)), record(2, iso(2))]}, formats=("oai_dc", "iso19139"))
    found = walk("oaipmh", URL, repository)
    assert found.titles == {"uuid-1": "Plan 1", "uuid-2": "Plan 2"}
    assert repository.lists_asked[0]["metadataPrefix"] == "iso19139"
    lost = gone(1).replace("example:1", "example:uuid-1")
    later = walk("oaipmh", URL, Repository({"": [lost]}, formats=("iso19139",)), since=SINCE, before=found)
    assert later.deleted == ["uuid-1"]


def test_each_record_of_a_mixed_list_is_read_by_its_own_reader() -> None:
    found = walk("oaipmh", URL, Repository({"": [record(1), record(2, dublin_core(2)), record(3, iso(3))]}))
    assert found.titles == {"oai:data.example:1": "Daten 1", "oai:data.example:2": "Karte 2", "uuid-3": "Plan 3"}


def test_a_change_of_any_reader_used_maps_anew() -> None:
    assert set(oaipmh.READERS) == {"dcat", "iso19139", "dublincore"}
    assert registry.revision("oaipmh") != registry.revision("dcat")


@pytest.fixture(scope="module")
def pycsw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pycsw]:
    records = {f"{n}.xml": iso(n).encode() for n in range(5)}
    with pycsw_server.serving(tmp_path_factory.mktemp("pycsw"), records, maxrecords="2") as running:
        yield running


def test_F15_pycsw_is_read_to_its_end(pycsw: Pycsw, tmp_path: Path) -> None:
    url = f"{pycsw.url}?mode=oaipmh"
    folder = write_region(
        tmp_path,
        iso=f'url = "{url}"\nprotocol = "oaipmh"\n',
        dc=f'url = "{url}"\nprotocol = "oaipmh"\n[oaipmh]\nprefix = "oai_dc"\n',
    )
    run = crawl(folder, "iso")
    expected = {f"uuid-{n}": f"Plan {n}" for n in range(5)}
    assert run.titles == expected
    assert run.report["coverage"] == "complete"
    assert [rule for rule, _ in run.report["findings"]] == ["oai-token-not-exclusive"]
    assert crawl(folder, "dc").titles == expected
    again = crawl(folder, "iso", state=run.state, replay=True)
    assert (again.titles, again.report["coverage"]) == (expected, "complete")


def test_pycsw_is_asked_for_everything_since_its_dates_are_those_of_the_data(pycsw: Pycsw) -> None:
    def web(request: Request) -> bytes:
        with urllib.request.urlopen(request.url) as answer:
            return bytes(answer.read())

    found = walk("oaipmh", f"{pycsw.url}?mode=oaipmh", web, since=SINCE)
    assert len(found.ids) == 5
    assert found.coverage == "complete"


@pytest.mark.samples
def test_real_iso_records_come_through_pycsw(samples: Path, tmp_path: Path) -> None:
    names = (
        "iso19139_dwd_dataset",
        "iso_fisbroker_dataset_open_data",
        "iso_fisbroker_wfs_open_data",
        "iso_keywords_anchor",
    )
    records = {f"{name}.xml": (samples / f"geo/{name}.xml").read_bytes() for name in names}
    with pycsw_server.serving(tmp_path / "pycsw", records) as running:
        folder = write_region(tmp_path, s=f'url = "{running.url}?mode=oaipmh"\nprotocol = "oaipmh"\n')
        run = crawl(folder, "s")
        assert set(run.records) == set(running.identifiers())
    assert run.set_aside == {}
    assert run.report["coverage"] == "complete"
