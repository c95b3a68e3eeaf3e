"""What all lists of portals share: budgets, keys, entries that are nothing, deletions that a portal states."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from scrapy.http import Request

from harvesters import registry
from harvesters.reasons import LIMIT
from harvesters.spider import Job
from schemas.limits import Limits
from tests.harvesters.source_walks import Sink, context, walk

SITE = "https://daten.example.com"
# For each protocol: the first address below the site, an entry by its number, and the answer around some entries.
Shape = tuple[Callable[[int], dict[str, Any]], Callable[[list[Any], int], dict[str, Any]]]
SHAPES: dict[str, Shape] = {
    "opendatasoft": (
        lambda n: {"dataset_id": f"d{n}", "metas": {"default": {"title": f"Daten {n}"}}},
        lambda entries, total: {"total_count": total, "results": entries},
    ),
    "arcgis": (
        lambda n: {
            "id": f"d{n}",
            "type": "Feature",
            "properties": {"owner": "x", "type": "CSV", "title": f"Daten {n}"},
        },
        lambda entries, total: {"type": "FeatureCollection", "features": entries, "numberMatched": total},
    ),
    "udata": (
        lambda n: {"id": f"d{n}", "slug": f"d{n}", "title": f"Daten {n}", "resources": []},
        lambda entries, total: {"data": entries, "total": total, "page": 1, "page_size": 50, "next_page": "x"},
    ),
    "piveau": (
        lambda n: {"id": f"d{n}", "title": {"de": f"Daten {n}"}, "distributions": []},
        lambda entries, total: {"result": {"count": total, "results": entries, "scrollId": "DXF1="}},
    ),
    "socrata": (
        lambda n: {"resource": {"id": f"d{n}", "name": f"Daten {n}"}},
        lambda entries, total: {"resultSetSize": total, "results": entries},
    ),
}
PROTOCOLS = sorted(SHAPES)


def endless(protocol: str) -> Callable[[Request], bytes]:
    """A list that never ends: each page has ten entries that no other has."""
    entry, around = SHAPES[protocol]
    numbers = itertools.count()
    return lambda request: orjson.dumps(around([entry(next(numbers)) for _ in range(10)], 9_000))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_F13_an_endless_list_ends_with_the_budget(protocol: str) -> None:
    found = walk(protocol, SITE, endless(protocol), limits=Limits(records=45))
    assert len(found.ids) == 45
    assert found.coverage == "partial"
    assert len(found.asked) == 5
    assert "45" in found.failures
    assert found.job.failures[-1].rule == LIMIT


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_F13_a_budget_that_is_just_reached_ends_as_well(protocol: str) -> None:
    found = walk(protocol, SITE, endless(protocol), limits=Limits(records=20))
    assert (len(found.ids), found.coverage, len(found.asked)) == (20, "partial", 2)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_F22_F44_bad_entries_and_bad_json_stop_nothing(protocol: str) -> None:
    entry, around = SHAPES[protocol]
    body = orjson.dumps(around([entry(1), {**entry(2), "wert": "NAN"}, 7, None, entry(3)], 5)).replace(b'"NAN"', b"NaN")
    found = walk(protocol, SITE, lambda request: body)
    assert len(found.ids) == 3
    assert found.unusable == ["record-unreadable"] * 2
    assert found.rules == ["json-repaired"]
    assert found.tracebacks == []


KEYS = {
    "opendatasoft": ("Authorization", "Apikey s3cret"),
    "udata": ("X-API-KEY", "s3cret"),
    "socrata": ("X-App-Token", "s3cret"),
}


@pytest.mark.parametrize("protocol", sorted(KEYS))
def test_F32_the_key_goes_to_the_own_origin_only(protocol: str) -> None:
    known = context(protocol, SITE, api_key="s3cret")
    spider: Any = registry.spider_classes()[protocol](job=Job(known, Sink()))
    name, value = KEYS[protocol]
    request = next(iter(spider.first()))
    assert request.headers[name].decode() == value
    for foreign in ("https://andere.example.com/api", "http://daten.example.com/api", f"{SITE}:8443/api"):
        assert name not in spider.ask(foreign, spider.listed).headers


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_request_bears_validators(protocol: str) -> None:
    entry, around = SHAPES[protocol]
    body = orjson.dumps({**around([entry(1)], 1), "next_page": None})
    reply = (200, {"ETag": '"eins"'}, body)
    first = walk(protocol, SITE, lambda request: reply)
    again = walk(protocol, SITE, lambda request: reply, before=first)
    assert all("If-None-Match" not in request.headers for request in again.asked)
    assert [outcome.reading for outcome in again.sink.outcomes] == [None]


def test_what_udata_marks_as_deleted_is_stated_as_gone() -> None:
    entry, around = SHAPES["udata"]
    body = orjson.dumps({**around([entry(1), {**entry(2), "deleted": "2026-01-01T00:00:00"}], 2), "next_page": None})
    found = walk("udata", SITE, lambda request: body)
    assert (found.ids, found.deleted, found.coverage) == (["d1"], ["d2"], "complete")
