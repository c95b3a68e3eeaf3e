"""The reader of OGC API collections and records on recordings, and on any JSON at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

from harvesters.ogc.api import Api, ApiEntry, is_landing, links, place, relation, with_query
from harvesters.readers import ogcrecords
from harvesters.reading import Native, Outcome, Reading, Unusable
from schemas.findings import WORDING
from schemas.model import DataService, Distribution
from schemas.ntriples import ntriples_of
from tests.harvesters.readings import VALUES, assert_as_recorded, assert_comes_back, context, dataset, outcomes_of

RECORDINGS = sorted((Path(__file__).parents[1] / "recordings/ogcrecords").iterdir())


def native(entry: Any, kind: str = "record", api: Api | None = None) -> Native:
    told = api or Api("https://api.example.org/")
    name = str(entry.get("id") or "") if isinstance(entry, dict) else ""
    data = ApiEntry(f"collections/{name}" if kind == "collection" else name, kind, entry, told)
    return Native(data, orjson.dumps(entry), None)


def read(entry: Any, kind: str = "record", api: Api | None = None) -> Reading:
    return ogcrecords.read(native(entry, kind, api), context())


def recorded(name: str) -> Reading:
    folder = Path(__file__).parents[1] / "recordings/ogcrecords" / name
    told = json.loads((folder / "input.json").read_text(encoding="utf-8"))
    api = {**told["api"], "conforms_to": tuple(told["api"].get("conforms_to", ()))}
    served = (f"collections/{told['entry'].get('id')}",) if told["kind"] == "collection" else ()
    return read(told["entry"], told["kind"], Api(**api, served=served))


def distributions(reading: Reading) -> dict[str, Distribution]:
    """By their address."""
    return {str(each.access_url[0]): each for each in dataset(reading).distribution if isinstance(each, Distribution)}


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_recording(folder: Path) -> None:
    reading = recorded(folder.name)
    assert_as_recorded(folder, reading)


@pytest.mark.parametrize("folder", RECORDINGS, ids=lambda folder: folder.name)
def test_record_comes_back_from_its_ntriples(folder: Path) -> None:
    reading = recorded(folder.name)
    assert_comes_back(reading)


def test_address_of_a_record_is_its_iri() -> None:
    assert recorded("record_full").record.iri == "https://www.example.org/id/laerm"


def test_only_whole_data_are_downloads() -> None:
    record = distributions(recorded("record_full"))
    downloads = {address for address, each in record.items() if each.download_url}
    assert {address.rpartition("/")[2][:10] for address in downloads} == {"laerm.gpkg", "wfs?servic"}
    collection = distributions(recorded("collection_features"))
    assert [address for address, each in collection.items() if each.download_url] == [
        "https://api.example.org/spielplaetze.gpkg"
    ]
    parts = [each for address, each in collection.items() if "/collections/" in address]
    assert len(parts) == 4
    assert all(each.access_service for each in parts)


def test_templates_lead_nowhere() -> None:
    reading = recorded("record_full")
    assert not any("{" in address for address in distributions(reading))
    assert not any("javascript" in address for address in distributions(reading))


def test_F48_metres_are_no_degrees() -> None:
    reading = recorded("collection_plain")
    assert dataset(reading).spatial == ()
    assert {"extent.spatial", "extent.temporal"} <= {finding.arguments[0] for finding in reading.findings}


def test_box_with_heights() -> None:
    assert "POLYGON((9.5 50.5,9.7 50.5,9.7 50.3,9.5 50.3,9.5 50.5))" in ntriples_of(
        recorded("collection_edr").record, "k"
    )


def test_swapped_point_is_a_finding() -> None:
    assert "coordinates-swapped" in {finding.rule for finding in recorded("record_bare").findings}


def test_F10_record_without_id_gets_a_stable_one() -> None:
    assert recorded("record_bare").native_id == recorded("record_bare").native_id != ""
    assert "identifier-derived" in {finding.rule for finding in recorded("record_bare").findings}


def test_F76_word_that_points_elsewhere_is_no_licence() -> None:
    full, bare = recorded("record_full"), recorded("record_bare")
    assert {each.license for each in distributions(full).values()} == {("http://dcat-ap.de/def/licenses/cc-by/4.0",)}
    assert "license-not-understood" not in {finding.rule for finding in (*full.findings, *bare.findings)}
    assert ("properties.license", "proprietary") in bare.leftovers


def test_collection_has_the_terms_of_its_api() -> None:
    reading = recorded("collection_features")
    assert {each.license for each in distributions(reading).values()} == {
        ("http://dcat-ap.de/def/licenses/dl-by-de/2.0",)
    }
    (service,) = [each for each in reading.companions if isinstance(each, DataService)]
    assert service.serves_dataset == (reading.record.iri,)
    assert service.endpoint_url == ("https://api.example.org/",)
    zero = {"rel": "license", "href": "https://creativecommons.org/publicdomain/zero/1.0/"}
    items = {"rel": "items", "type": "text/csv", "href": "https://api.example.org/a"}
    api = Api("https://api.example.org/", {}, {"license": {"name": "cc-by"}})
    own = read({"id": "a", "links": [zero, items]}, "collection", api)
    assert {each.license for each in distributions(own).values()} == {("http://dcat-ap.de/def/licenses/cc-zero",)}


def test_record_of_a_service_is_one() -> None:
    reading = recorded("record_service")
    assert isinstance(reading.record, DataService)
    assert reading.record.endpoint_url == ("https://geo.example.org/wms",)
    assert reading.record.license == ("http://dcat-ap.de/def/licenses/dl-zero-de/2.0",)


@pytest.mark.parametrize(
    "entry", [None, 3, "x", [], {}, {"properties": {}}, {"links": [{}], "properties": {"title": ""}}]
)
def test_neither_title_nor_identity_is_set_aside(entry: Any) -> None:
    with pytest.raises(Unusable) as refused:
        ogcrecords.read(Native(ApiEntry("", "record", entry, Api("https://api.example.org/")), b"x"), context())
    assert refused.value.finding.rule in ("record-without-identity", "record-unreadable")


@pytest.mark.parametrize(
    ("url", "landing", "collection"),
    [
        ("https://h.example/api", "https://h.example/api", ""),
        ("https://h.example/api/collections", "https://h.example/api", ""),
        ("https://h.example/api/collections/a%20b/items?f=json&limit=5", "https://h.example/api?f=json", "a%20b"),
        ("https://h.example/collections/", "https://h.example/", ""),
        ("https://h.example/collectionsx", "https://h.example/collectionsx", ""),
    ],
)
def test_places(url: str, landing: str, collection: str) -> None:
    assert place(url) == (landing, collection)


def test_addresses_and_relations() -> None:
    assert with_query("https://h.example/i?f=json&limit=3", limit="10", q="") == "https://h.example/i?f=json&limit=10"
    assert (
        relation("http://www.opengis.net/def/rel/ogc/1.0/tilesets-map")
        == relation("[ogc-rel:tilesets-map]")
        == "tilesets-map"
    )
    found = links(
        {"links": [{"rel": "next", "href": "../b?x=1"}, {"href": "http://[::1"}, {"href": 3}, 7]},
        "https://h.example/c/a",
    )
    assert [each.href for each in found] == ["https://h.example/b?x=1"]
    assert not is_landing({"collections": [], "links": [{"rel": "data", "href": "/x"}]})


LINKS = st.dictionaries(
    st.sampled_from(
        ["rel", "href", "type", "title", "length", "hreflang", "created", "updated", "protocol", "templated"]
    ),
    st.sampled_from(
        [
            "items",
            "item",
            "enclosure",
            "license",
            "service",
            "alternate",
            "https://x.example/a.csv",
            "text/csv",
            "text/html",
            "de",
        ]
    )
    | VALUES,
    max_size=6,
)
KEYS = st.sampled_from(sorted({*ogcrecords.FIELDS, "href", "rel", "type", "roles", "emails", "name", "organization"}))
ENTRIES = st.dictionaries(KEYS | st.text(max_size=6), VALUES | st.dictionaries(KEYS, VALUES, max_size=4), max_size=10)


def through_pipelines(data: list[ApiEntry]) -> list[Outcome]:
    natives = [Native(each, orjson.dumps(each.entry, default=str, option=orjson.OPT_NON_STR_KEYS)) for each in data]
    return outcomes_of("ogcrecords", natives, "https://api.example.org/")


@given(ENTRIES, ENTRIES, st.lists(LINKS, max_size=4), st.sampled_from(["record", "collection"]))
def test_any_object_is_a_record_or_set_aside(entry: Any, other: Any, linked: list[Any], kind: str) -> None:
    whole = {**entry, "links": linked, "properties": other}
    api = Api("https://api.example.org/", {**other, "links": linked}, entry, ("x",), ("collections/a",))
    for outcome in through_pipelines([ApiEntry("a", kind, whole, api), ApiEntry("", kind, other, api)]):
        assert outcome.traceback == ""
        assert all(finding.rule in WORDING and finding.message("de") for finding in outcome.findings)
        if not outcome.set_aside:
            assert len(rdflib.Graph().parse(data=outcome.ntriples, format="nt")) == outcome.ntriples.count("\n")
