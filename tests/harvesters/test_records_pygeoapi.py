"""The spider for OGC APIs against a real pygeoapi: feature collections from real files, a catalogue of records."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import rdflib

from harvesters.detection import detect
from schemas import region
from tests.harvesters.crawl_runs import Run, crawl, write_region
from tests.servers.pygeoapi_server import RECORDS, Pygeoapi, serving

pytestmark = pytest.mark.samples


class Harvested(NamedTuple):
    """A running pygeoapi, the region folder, and the first run."""

    server: Pygeoapi
    folder: Path
    run: Run
    asked: list[str]


def collection(title: str, data: Path, **provider: Any) -> dict[str, Any]:
    """A collection as pygeoapi's settings write it."""
    license = {
        "rel": "license",
        "type": "text/html",
        "title": "Lizenz",
        "href": "https://creativecommons.org/licenses/by/4.0/",
    }
    whole: dict[str, Any] = {"rel": "enclosure", "type": "application/geo+json", "title": "Alles"}
    # pygeoapi asks for the length of a file that states none, and drops the link if nothing answers.
    whole |= {"href": f"https://www.example.org/{data.name}", "length": data.stat().st_size}
    return {
        "title": title,
        "description": f"{title}, aus {data.name}",
        "keywords": ["Parken"],
        "links": [license, whole],
        "extents": {
            "spatial": {"bbox": [7.4, 51.8, 7.8, 52.1]},
            "temporal": {"begin": "2020-01-01T00:00:00Z", "end": None},
        },
        "providers": [{"type": "feature", "data": str(data), "id_field": "id", **provider}],
    }


def record(number: int, title: str = "") -> dict[str, Any]:
    """A record as TinyDB's catalogue keeps it."""
    name = f"urn:satz:{number}"
    contact = {
        "organization": "Bauamt",
        "emails": [{"value": "bauamt@example.org"}],
        "roles": ["publisher", "pointOfContact"],
    }
    properties = {
        "externalId": name,
        "recordCreated": "2024-01-01T00:00:00Z",
        "type": "dataset",
        "title": title or f"Satz {number}",
        "description": f"Beschreibung von Satz {number}",
        "contacts": [contact],
        "license": "https://www.govdata.de/dl-de/zero-2-0",
        "themes": [
            {"scheme": "http://publications.europa.eu/resource/authority/data-theme", "concepts": [{"id": "TRAN"}]}
        ],
    }
    box = [[[9.5, 50.3], [9.5, 50.5], [9.7, 50.5], [9.7, 50.3], [9.5, 50.3]]]
    link = {"rel": "enclosure", "type": "text/csv", "href": f"https://www.example.org/{number}.csv"}
    geometry = {"type": "Polygon", "coordinates": box}
    return {"id": name, "type": "Feature", "geometry": geometry, "properties": properties, "links": [link]}


def table_of(samples: Path, folder: Path) -> Path:
    """A real table with its points in columns, as pygeoapi's provider for CSV wants them."""
    target = folder / "parkflaechen.csv"
    with (samples / "files/reutlingen_parkflaechen.csv").open(encoding="utf-8-sig", newline="") as source:
        rows = [row for row in csv.DictReader(source) if re.match(r"POINT \(", row["GEOM"])]
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["id", "ort", "x", "y"])
        for row in rows:
            writer.writerow([row["id"], row["ort"], *re.findall(r"-?[\d.]+", row["GEOM"])])
    return target


@pytest.fixture(scope="module")
def harvested(samples: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    folder = tmp_path_factory.mktemp("pygeoapi")
    points = {"geometry": {"x_field": "x", "y_field": "y"}}
    collections = {
        "muenster": collection("P+R Münster", samples / "files/muenster_park_and_ride.geojson", name="GeoJSON"),
        "jena": collection("Parkplätze Jena", samples / "files/jena_parken.geojson", name="GeoJSON"),
        "reutlingen": collection("Parkflächen Reutlingen", table_of(samples, folder), name="CSV", **points),
    }
    with serving(folder / "server", collections, [record(number) for number in range(23)]) as server:
        write_region(folder, api=f'url = "{server.url}"\nprotocol = "records"\n[records]\nlimit = 10\n')
        run = crawl(folder, "api")
        yield Harvested(server, folder, run, server.requests())


def test_all_collections_and_records_come(harvested: Harvested) -> None:
    run = harvested.run
    expected = {"collections/muenster", "collections/jena", "collections/reutlingen"}
    assert {*run.records} == expected | {f"urn:satz:{number}" for number in range(23)}
    assert run.report["coverage"] == "complete"
    assert (run.set_aside, run.unusable, run.report["failures"]) == ({}, [], [])


def test_catalogue_is_asked_page_by_page(harvested: Harvested) -> None:
    items = [each for each in harvested.asked if each.startswith(f"/collections/{RECORDS}/items")]
    assert len(items) == 3
    assert "limit=10" in items[0]
    # No data of a feature collection are fetched.
    assert not any("/muenster/items" in each or "/jena/items" in each for each in harvested.asked)


def graph(record: dict[str, Any]) -> rdflib.Graph:
    return rdflib.Graph().parse(data=record["ntriples"] + "".join(record["companions"]), format="nt")


def test_collection_is_a_dataset_of_its_api(harvested: Harvested) -> None:
    found = graph(harvested.run.records["collections/jena"])
    dcat, dct = rdflib.Namespace("http://www.w3.org/ns/dcat#"), rdflib.DCTERMS
    (service,) = found.subjects(rdflib.RDF.type, dcat.DataService)
    assert len([*found.objects(service, dcat.servesDataset)]) == 3
    assert [str(each) for each in found.objects(service, dcat.endpointURL)] == [harvested.server.url]
    (dataset,) = found.subjects(rdflib.RDF.type, dcat.Dataset)
    forms = {
        str(found.value(each, dct["format"])).rpartition("/")[2]: bool(found.value(each, dcat.downloadURL))
        for each in found.objects(dataset, dcat.distribution)
        if (each, dcat.accessService, service) in found
    }
    assert forms == {"GEOJSON": False, "JSON_LD": False}
    assert [str(each) for each in found.objects(None, dcat.downloadURL)] == [
        "https://www.example.org/jena_parken.geojson"
    ]
    assert "POLYGON((7.4 52.1," in str(next(found.objects(None, dcat.bbox)))
    licenses = {str(found.value(each, dct.license)) for each in found.objects(dataset, dcat.distribution)}
    assert licenses == {"http://dcat-ap.de/def/licenses/cc-by/4.0"}


def test_records_have_no_violations(harvested: Harvested) -> None:
    for record in harvested.run.records.values():
        assert [finding for finding in record["findings"] if finding[0] == "violation"] == []


def test_replay_asks_nothing(harvested: Harvested) -> None:
    before = harvested.server.requests()
    again = crawl(harvested.folder, "api", state=harvested.run.state, replay=True)
    assert again.titles == harvested.run.titles
    assert again.report["coverage"] == "complete"
    assert harvested.server.requests() == before


def test_next_run_sees_what_changed_and_what_is_gone(harvested: Harvested) -> None:
    records = [record(number) for number in range(22)]
    records[3] = record(3, "Satz drei, neu")
    harvested.server.load(records)
    second = crawl(harvested.folder, "api", state=harvested.run.state)
    harvested.server.load([record(number) for number in range(23)])
    assert {key for key, each in second.records.items() if not each["unchanged"]} == {"urn:satz:3"}
    assert "urn:satz:22" not in second.records
    assert second.report["coverage"] == "complete"


def test_detection_finds_it_first(harvested: Harvested) -> None:
    found = detect(harvested.server.url, region.load(harvested.folder, {}))
    assert found[0].protocol == "records"
    assert found[0].url == harvested.server.url
    assert found[0].samples[:2] == ("P+R Münster", "Parkplätze Jena")
