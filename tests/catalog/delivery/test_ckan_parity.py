"""CKAN's own DCAT harvester reads our feeds over HTTP; what it makes of each dataset is what we said it would."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog.delivery.ckan_package import package
from catalog.delivery.ckan_values import Breaks, Reader
from catalog.web.app import create_app
from schemas.namespaces import DCAT
from schemas.region import load
from schemas.syntax import load as load_rdf
from tests.catalog.delivery.feed_server import application, documents, serving
from tests.catalog.delivery.feeds import DATASETS, PREFIXES
from tests.catalog.web.asking import Asking
from tests.clients.dcat_client import SITE, Client, Gathered

PROFILES = ("euro_dcat_ap_2", "euro_dcat_ap_3")
NO_OTHER_NAME = ("name", "extras", "tags", "license_id")  # the portal's own: a free name, its register of licences


def predicted(body: bytes, profile: str) -> list[dict[str, Any]]:
    """What we say of each dataset of a page."""
    triples = load_rdf(body, "http://feed.example.org/").triples
    reader = Reader(triples)
    return [package(reader, each, profile) for each in triples.of_type(str(DCAT.Dataset))]


def taken(found: dict[str, Any]) -> dict[str, Any]:
    """A package of CKAN in the form of ours."""
    made = {key: _read(value) for key, value in found.items() if key not in NO_OTHER_NAME}
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
    theirs = [taken(each) for each in gathered.packages]
    assert [each["extras"]["uri"] for each in ours] == [each["extras"]["uri"] for each in theirs]
    found = [
        f"{one['extras']['uri']}{difference}"
        for one, other in zip(ours, theirs, strict=True)
        for difference in differences(one, other)
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


def test_comparison_sees_what_differs(client: Client, harvested: Path) -> None:
    ask = Asking(create_app(load(harvested, {})))
    body = ask.get("/catalog.ttl").content
    with serving(application(ask)) as url:
        gathered = client.gather(f"{url}/catalog.ttl", "euro_dcat_ap_2")
    ours = predicted(body.replace(b"dct:license", b"dct:rights"), "euro_dcat_ap_2")
    with pytest.raises(AssertionError, match="license"):
        agree(ours, gathered)


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("name", DATASETS)
def test_odd_datasets_are_read_as_we_say(client: Client, name: str, profile: str) -> None:
    body = (PREFIXES + DATASETS[name]).encode()
    with serving(documents({"/catalog.ttl": body})) as url:
        gathered = client.gather(f"{url}/catalog.ttl", profile)
    try:
        ours = predicted(body, profile)
    except Breaks:
        assert gathered.packages == []
        assert gathered.errors != []
        return
    if any("title" not in each for each in ours):
        assert gathered.packages == [], "a dataset without a title ends the whole harvest"
        assert "title" in gathered.errors[0]
        return
    agree(ours, gathered)


@pytest.mark.parametrize(
    "name", ["metadata_max.rdf", "metadata_max_1_0.rdf", "metadata_max_1_0_1.rdf", "metadata_max_only_valid_uris.rdf"]
)
@pytest.mark.parametrize("profile", PROFILES)
def test_examples_of_govdata_are_read_as_we_say(client: Client, standards: Path, name: str, profile: str) -> None:
    folder = standards / "data/GovDataOfficial+ckanext-dcatde/master/ckanext/dcatde/tests/resources"
    body = (folder / name).read_bytes()
    with serving(documents({"/catalog.rdf": body}, "application/rdf+xml")) as url:
        gathered = client.gather(f"{url}/catalog.rdf", profile)
    agree(predicted(body, profile), gathered)
