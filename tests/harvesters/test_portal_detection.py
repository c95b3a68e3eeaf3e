"""Portals with interfaces of their own are told from one another, and from CKAN, data.json and DCAT."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from harvesters import registry
from harvesters.answer import Answer
from harvesters.spider import Detected

SITE = "https://daten.example.com"
FEED = {"dataset": [{"title": "A", "identifier": "a", "accessLevel": "public"}]}
PACKAGE = {"id": "a", "name": "a", "title": "A", "resources": []}
PAGE = b"<!doctype html><html><head><title>Daten</title></head><body><h1>Daten</h1></body></html>"
# What each kind of portal answers, by the beginning of the path; the longest that fits counts.
PORTALS: dict[str, dict[str, Any]] = {
    "opendatasoft": {
        "/api/explore/v2.1/catalog/datasets": {
            "total_count": 1,
            "results": [{"dataset_id": "a", "metas": {"default": {"title": "A"}}}],
        },
        "/data.json": FEED,
    },
    "arcgis": {
        "/api/search/v1/collections/dataset/items": {
            "type": "FeatureCollection",
            "numberMatched": 1,
            "features": [{"id": "a", "type": "Feature", "properties": {"owner": "x", "type": "CSV", "title": "A"}}],
        },
        "/api/v3/datasets": {"data": [{"id": "a", "attributes": {"name": "A"}}], "meta": {"total": 1}},
        "/api/feed/dcat-us/1.1.json": FEED,
        "/data.json": FEED,
    },
    "udata": {
        "/api/1/datasets/": {"data": [{"id": "a", "slug": "a", "title": "A"}], "total": 1, "page": 1, "page_size": 3},
        "/api/2/datasets/": {"data": [{"id": "a", "slug": "a", "title": "A"}], "total": 1, "page": 1, "page_size": 3},
        "/data.json": FEED,
    },
    "piveau": {
        "/api/hub/search/search": {"result": {"count": 1, "results": [{"id": "a", "title": {"de": "A"}}]}},
    },
    "socrata": {
        "/api/catalog/v1": {"resultSetSize": 1, "results": [{"resource": {"id": "a", "name": "A"}}]},
        "/api/views/metadata/v1": [{"id": "a", "name": "A", "webUri": f"{SITE}/d/a"}],
        "/data.json": FEED,
    },
    "ckan": {
        "/api/3/action/package_search": {"success": True, "result": {"count": 1, "results": [PACKAGE]}},
        "/api/3/action/package_list": {"success": True, "result": ["a"]},
    },
    "datajson": {"/data.json": FEED},
}


def answer(address: str, document: Any) -> Answer:
    body = document if isinstance(document, bytes) else orjson.dumps(document)
    kind = "text/html" if isinstance(document, bytes) else "application/json"
    return Answer(address, address, 200, {"content-type": kind}, body, kind, 0.0)


def detected(portal: str) -> list[Detected]:
    """What all protocols make of a portal, the surest first; every other address of it answers with a page."""
    found = []
    for spider in registry.spider_classes().values():
        answers = {}
        for address in spider.probes(SITE):
            path = address.removeprefix(SITE).partition("?")[0] or "/"
            fits = [start for start in PORTALS[portal] if path == start]
            answers[address] = answer(address, PORTALS[portal][fits[0]] if fits else PAGE)
        result = spider.detect(SITE, answers)
        if result is not None:
            found.append(result)
    return sorted(found, key=lambda each: -each.certainty)


@pytest.mark.parametrize("portal", PORTALS)
def test_each_portal_is_known_by_its_own_protocol(portal: str) -> None:
    first, *others = detected(portal)
    assert (first.protocol, first.count) == (portal, 1)
    assert all(other.certainty < first.certainty for other in others)


@pytest.mark.parametrize("protocol", ["opendatasoft", "arcgis", "udata", "piveau", "socrata"])
@pytest.mark.parametrize("portal", PORTALS)
def test_no_portal_is_claimed_by_another_of_these_protocols(portal: str, protocol: str) -> None:
    assert portal == protocol or protocol not in {each.protocol for each in detected(portal)}


@pytest.mark.parametrize("protocol", ["opendatasoft", "arcgis", "udata", "piveau", "socrata"])
@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b"null", b"7", b"<html>", b'{"result": 1}', b'{"results": [null]}']
)
def test_what_is_no_answer_of_a_portal(protocol: str, body: bytes) -> None:
    spider = registry.spider_classes()[protocol]
    assert spider.detect(SITE, {address: answer(address, body) for address in spider.probes(SITE)}) is None
    assert spider.detect(SITE, {}) is None
