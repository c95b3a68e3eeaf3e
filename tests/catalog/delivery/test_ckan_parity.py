"""CKAN's own DCAT harvester reads our feeds over HTTP; what it makes of each dataset is what we said it would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.delivery.ckan_fields import package
from catalog.delivery.ckan_values import Breaks, Reader
from catalog.web.app import create_app
from schemas.namespaces import DCAT
from schemas.region import load
from schemas.syntax import load as load_rdf
from tests.catalog.delivery.feed_server import application, documents, serving
from tests.catalog.web.asking import Asking
from tests.clients.dcat_client import SITE, Client, Gathered, real_client

PROFILES = ("euro_dcat_ap_2", "euro_dcat_ap_3")
PREFIXES = """
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dcatap: <http://data.europa.eu/r5r/> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix geo: <http://www.opengis.net/ont/geosparql#> .
@prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix locn: <http://www.w3.org/ns/locn#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix time: <http://www.w3.org/2006/time#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://daten.example.org/id/dataset/> .
"""


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with real_client() as running:
        yield running


def predicted(body: bytes, profile: str) -> list[dict[str, Any]]:
    """What we say of each dataset of a page."""
    triples = load_rdf(body, "http://feed.example.org/").triples
    reader = Reader(triples)
    return [package(reader, each, profile) for each in triples.of_type(str(DCAT.Dataset))]


def taken(found: dict[str, Any]) -> dict[str, Any]:
    """A package of CKAN in the form of ours."""
    made = {key: _read(value) for key, value in found.items() if key not in ("name", "extras", "tags", "license_id")}
    extras = {each["key"]: _read(each["value"]) for each in found["extras"]}
    assert len(extras) == len(found["extras"]), "a key stands twice"
    extras.pop("guid", None)
    if extras.get("homepage") == SITE:
        del extras["homepage"]
    made |= {"extras": extras, "tags": [tag["name"] for tag in found["tags"]], "resources": []}
    for resource in found["resources"]:
        kept = {key: _read(value) for key, value in resource.items() if key != "distribution_ref"}
        for service in kept.get("access_services", ()):
            del service["access_service_ref"]
        made["resources"].append(kept)
    return made


def _read(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str) and value[:1] in ("[", "{") else value
    except ValueError:
        return value


def differences(ours: Any, theirs: Any, path: str = "") -> Iterator[str]:
    """Where two packages differ; the name that a parser gives to an unnamed node is any."""
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted({*ours, *theirs}):
            yield from differences(_read(ours.get(key)), theirs.get(key), f"{path}.{key}")
    elif isinstance(ours, list | tuple) and isinstance(theirs, list) and len(ours) == len(theirs):
        for number, (one, other) in enumerate(zip(ours, theirs, strict=True)):
            yield from differences(_read(one), other, f"{path}[{number}]")
    elif isinstance(ours, str) and ours.startswith("_:"):
        if not isinstance(theirs, str) or ":" in theirs:
            yield f"{path}: an unnamed node, there {theirs!r}"
    elif ours != theirs:
        yield f"{path}: we say {ours!r}, there {theirs!r}"


def agree(ours: list[dict[str, Any]], gathered: Gathered) -> None:
    """Both see the same datasets, each with the same fields."""
    assert gathered.errors == []
    by_uri = {each["extras"]["uri"]: each for each in ours}
    theirs = [taken(each) for each in gathered.packages]
    assert sorted(by_uri) == sorted(each["extras"]["uri"] for each in theirs)
    found = [
        f"{each['extras']['uri']}{difference}"
        for each in theirs
        for difference in differences(by_uri[each["extras"]["uri"]], each)
    ]
    assert found == []


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("suffix", ["ttl", "rdf", "jsonld"])
def test_demo_region_is_read_as_we_say(client: Client, harvested: Path, suffix: str, profile: str) -> None:
    ask = Asking(create_app(load(harvested, {})))
    body = ask.get(f"/catalog.{suffix}").content
    with serving(application(ask)) as url:
        gathered = client.gather(f"{url}/catalog.{suffix}", profile)
    ours = predicted(body, profile)
    assert len(ours) > 40
    agree(ours, gathered)
