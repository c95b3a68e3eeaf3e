"""Previews ahead of demand: of what was published, politely, and never in the way of somebody who waits."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from catalog import preview as previews
from catalog.preview import ahead, wishes
from catalog.preview.keeping import Keeping, key_of
from catalog.preview.maker import Maker
from catalog.preview.model import Geometry, Preview
from schemas.tables.geometry import BoundingBox
from tests.catalog.builder import region_in
from tests.catalog.links.linked import Linked, file, linked
from tests.faultserver import FaultServer, Reply

CSV = b"a;b\n1;2\n3;4\n"


@pytest.fixture
def published(tmp_path: Path, server: FaultServer) -> Iterator[Linked]:
    region = region_in(tmp_path)
    sources = tuple(each.model_copy(update={"url": server.url("/")}) for each in region.sources)
    made = Linked(region.model_copy(update={"allowed_hosts": ("127.0.0.1",), "sources": sources}))
    yield made
    made.engine.dispose()


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as running:
        running.pages["/a.csv"] = running.pages["/b.csv"] = running.pages["/verboten.csv"] = Reply(CSV)
        yield running


def worked(made: Linked, until: Callable[[], bool], stays: bool = False) -> None:
    """Lets a maker work until something holds, at most four minutes."""
    kept = Keeping(made.region)
    handle = wishes.lock(kept)
    assert handle is not None
    end = time.monotonic() + 240
    try:
        asyncio.run(Maker(made.region, kept, stays).work(lambda: until() or time.monotonic() > end, idle_seconds=240))
    finally:
        os.close(handle)
    assert until()


def test_files_of_what_was_published_are_wished_for_and_services_are_not(
    published: Linked, server: FaultServer
) -> None:
    published.publish(
        a=linked("A", file(download=server.url("/a.csv"), form="CSV")),
        b=linked("B", file(access=server.url("/dienst"), form="WMS_SRVC"), file(download=server.url("/b.csv"))),
    )
    kept = Keeping(published.region)
    assert ahead.wish(published.region, published.engine, kept, 1) == 2
    left = list(wishes.left(kept))
    assert {wish.wanted.address for wish in left} == {server.url("/a.csv"), server.url("/b.csv")}
    assert {wish.urgency for wish in left} == {wishes.AHEAD}
    assert {wish.wanted.titles for wish in left} == {"A", "B"}
    assert ahead.wish(published.region, published.engine, kept, 1) == 2  # the same wishes, not more of them
    assert len(list(wishes.left(kept))) == 2


def test_a_map_that_is_no_longer_marked_is_wished_for_again(published: Linked, server: FaultServer) -> None:
    region, address = published.region, server.url("/a.csv")
    published.publish(a=linked("A", file(download=address, form="CSV")))
    kept = Keeping(region)
    wish = previews.wanted(region, region.sources[0].key, address)
    geometry = Geometry(1, 1, ("Point",), BoundingBox(9.6, 50.4, 9.7, 50.5), 1, 100, simplified=False)
    kept.put(Preview(key_of(wish), address, "ready", "map", geometry=geometry))
    assert ahead.wish(region, published.engine, kept, 1) == 0
    (kept.mapped / key_of(wish)).unlink()
    assert ahead.wish(region, published.engine, kept, 1) == 1


def test_serve_makes_them_as_robots_txt_allows(
    published: Linked, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.preview.maker._PUBLISHED_SECONDS", 0.0)
    server.robots = Reply(b"User-agent: *\nDisallow: /verboten\n")
    published.publish(
        a=linked("A", file(download=server.url("/a.csv"), form="CSV")),
        b=linked("B", file(download=server.url("/verboten.csv"), form="CSV")),
    )
    kept = Keeping(published.region)
    source_key = published.region.sources[0].key
    wish = previews.wanted(published.region, source_key, server.url("/a.csv"))
    worked(
        published, lambda: previews.peek(published.region, wish) is not None and not list(wishes.left(kept)), stays=True
    )
    assert server.hits["/a.csv"] == 1
    assert server.hits["/verboten.csv"] == 0
    forbidden = previews.wanted(published.region, source_key, server.url("/verboten.csv"))
    assert previews.peek(published.region, forbidden) is None
    # A person who asks for this one page is no crawler.
    wishes.leave(kept, forbidden)
    worked(published, lambda: previews.peek(published.region, forbidden) is not None)
    assert server.hits["/verboten.csv"] == 1


def test_one_maker_for_a_region(tmp_path: Path) -> None:
    kept = Keeping(region_in(tmp_path))
    assert wishes.lock(kept) is not None
    assert wishes.lock(kept) is None
