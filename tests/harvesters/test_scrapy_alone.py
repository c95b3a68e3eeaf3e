"""The harvester without the catalogue: ``scrapy crawl ckan -a source=… -O out.ttl`` needs no database (DESIGN 2)."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph
import pytest
from pyoxigraph import RdfFormat
from scrapy.settings import Settings

from harvesters import exporters, registry, settings
from harvesters.pipelines import Batch
from harvesters.reading import Outcome, Page, Reading
from harvesters.regions import server
from schemas.kinds import Literal
from schemas.model import Dataset
from schemas.ntriples import ntriples_of
from tests.faultserver import FaultServer

ROOT = Path(__file__).parent.parent.parent
DEMO = Path(server.__file__).parent / "demo"
DATASET = "<http://www.w3.org/ns/dcat#Dataset>"
FORMATS = {
    "ttl": RdfFormat.TURTLE,
    "nt": RdfFormat.N_TRIPLES,
    "rdf": RdfFormat.RDF_XML,
    "jsonld": RdfFormat.JSON_LD,
}


@pytest.fixture(scope="module")
def region(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo region with its systems on a free port; the folder may not be written to."""
    folder = tmp_path_factory.mktemp("alone") / "region"
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("servers"))
    with server.start(DEMO, 0) as running:
        for file in (folder / "sources").glob("*.toml"):
            file.write_text(file.read_text().replace("http://127.0.0.1:8410", running.base_url))
        yield folder


def scrapy(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def datasets(file: Path) -> set[str]:
    """The datasets in a file of any of the formats."""
    parsed = pyoxigraph.parse(file.read_bytes(), format=FORMATS[file.suffix[1:]])
    return {str(quad.subject) for quad in parsed if str(quad.object) == DATASET}


def test_scrapy_lists_the_protocols() -> None:
    assert scrapy("list").stdout.split() == sorted(registry.spider_classes())


@pytest.mark.parametrize(
    ("source", "protocol", "suffix", "count"),
    [("neuhof-portal", "ckan", "ttl", 12), ("eichenzell-hub", "datajson", "rdf", 8)],
)
def test_source_is_crawled_into_a_file(
    region: Path, tmp_path: Path, source: str, protocol: str, suffix: str, count: int
) -> None:
    out = tmp_path / f"out.{suffix}"
    done = scrapy("crawl", protocol, "-a", f"source={region}/sources/{source}.toml", "-O", out)
    assert done.returncode == 0, done.stderr
    assert len(datasets(out)) == count
    assert not (region / "data").exists(), "no database, nothing kept"
    assert ("set aside" in done.stderr) == (source == "neuhof-portal"), "what was left out is told"


def test_source_that_fails_is_told(region: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(region, tmp_path / "region"))
    with FaultServer() as faulty:
        address = faulty.url("/ok", status=500)
        (folder / "sources" / "fault.toml").write_text(
            f'title = "x"\nmunicipality = "neuhof"\nurl = "{address}"\n[limits]\nretries = 0\n'
        )
        done = scrapy("crawl", "dcat", "-a", f"source={folder}/sources/fault.toml", "-O", tmp_path / "out.nt")
    assert "status 500" in done.stderr
    assert "Allmende/" in faulty.seen[-1].headers["user-agent"]
    assert "daten@example.org" in faulty.seen[-1].headers["user-agent"], "the region's contact signs the requests"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "-a source=REGION/sources/ID.toml is needed"),
        (("-a", "source={region}/region.toml"), "not a file sources/ID.toml of a region's folder"),
        (("-a", "source={region}/sources/flieden-katalog.toml"), "its protocol is dcat"),
    ],
)
def test_wrong_source_is_refused(region: Path, arguments: tuple[str, ...], said: str) -> None:
    done = scrapy("crawl", "ckan", *(argument.format(region=region) for argument in arguments))
    assert said in done.stderr


# ------------------------------------------------------------------------------------------------------- exporters


def batch(*titles: str) -> Batch:
    """A page of datasets that passed the pipelines; the last outcome was set aside."""
    outcomes = []
    for title in titles:
        record = Dataset(iri=f"https://example.org/{title}", title=(Literal(f'„{title}" <&>', "de"),))
        extra = ((f"https://example.org/{title}/123", "https://example.org/x"),) if title == "unsayable" else ()
        record = Dataset(iri=record.iri, title=record.title, extra=extra)
        outcomes.append(Outcome(title, b"", Reading(title, record), ntriples=ntriples_of(record, title)))
    return Batch(Page("https://example.org/"), (*outcomes, Outcome("x", b"", set_aside=True)))


def exported(name: str, *batches: Batch) -> bytes:
    classes: dict[str, type[exporters.RdfExporter]] = {
        "ttl": exporters.Turtle,
        "nt": exporters.NTriples,
        "rdf": exporters.RdfXml,
        "jsonld": exporters.JsonLd,
    }
    file = io.BytesIO()
    exporter = classes[name](file)
    exporter.start_exporting()
    for each in batches:
        exporter.export_item(each)
    exporter.finish_exporting()
    return file.getvalue()


@pytest.mark.parametrize("name", FORMATS)
def test_formats_say_the_same_statements(name: str) -> None:
    batches = (batch("eins", "zwei"), batch("drei"), batch("eins"))
    wanted = set(pyoxigraph.parse(exported("nt", *batches), format=RdfFormat.N_TRIPLES))
    document = exported(name, *batches)
    assert set(pyoxigraph.parse(document, format=FORMATS[name])) == wanted
    assert len(wanted) == 3 * 3, "a record that comes again is written once"


@pytest.mark.parametrize("name", FORMATS)
def test_nothing_is_an_empty_document(name: str) -> None:
    assert list(pyoxigraph.parse(exported(name), format=FORMATS[name])) == []


def test_what_rdf_xml_cannot_say_is_left_out_alone(caplog: pytest.LogCaptureFixture) -> None:
    document = exported("rdf", batch("unsayable", "zwei"))
    found = {str(quad.predicate) for quad in pyoxigraph.parse(document, format=RdfFormat.RDF_XML)}
    assert "<http://purl.org/dc/terms/title>" in found
    assert not any("123" in predicate for predicate in found)
    assert "https://example.org/unsayable/123" in caplog.text


def test_settings_name_every_exporter() -> None:
    loaded = Settings()
    loaded.setmodule(settings)
    assert set(loaded.getdict("FEED_EXPORTERS")) == set(FORMATS)
