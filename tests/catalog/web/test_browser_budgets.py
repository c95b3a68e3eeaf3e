"""What each page of the demo region takes on a slow line: the budgets of design/web.md 3, in what no machine's speed changes.

How long it takes is measured by ``scripts/bench pages``.
"""

from __future__ import annotations

from contextlib import suppress
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser

from tests.catalog.web.browsing import MARKS
from tests.catalog.web.demo_site import PAGES, Region
from tests.catalog.web.slow_phone import Load, first_visit, slow_phone

pytestmark = [*MARKS, pytest.mark.long]
KINDS = {"Document": 15_000, "Stylesheet": 38_000, "Script": 17_000, "Font": 50_000}
ALL, WITH_MAP = 120_000, 175_000
MOVED = 0.02
# Before anything is painted: with 1.6 Mbit/s a quarter of a second beside the ways of 150 ms.
BEFORE_PAINT = 50_000
COLOURS = "/assets/theme.js"
# What they show of the data is no page's: a picture, a map that is in sight at once.
PICTURES, MAPS = {"file-pdf"}, {"file-map"}


@pytest.fixture(scope="module")
def loads(browser: Browser, demo: Region) -> dict[str, Load]:
    """A first visit to every page, when the server has made what it makes once: previews for the pages of datasets, too."""
    for name in sorted(PAGES, key=lambda name: not name.startswith("file-")):
        with suppress(HTTPError), urlopen(demo.url(name)) as answer:
            answer.read()
    return {name: first_visit(browser, demo.url(name)) for name in PAGES}


@pytest.mark.parametrize("kind", KINDS)
def test_of_each_kind_comes_little(loads: dict[str, Load], kind: str) -> None:
    sent = {name: load.sent.get(kind, 0.0) for name, load in loads.items() if name not in MAPS}
    assert min(sent.values()) > 0
    assert {name: size for name, size in sent.items() if size > KINDS[kind]} == {}


def test_the_first_load_is_small(loads: dict[str, Load]) -> None:
    sizes = {name: load.bytes - load.sent.get("Image", 0.0) * (name in PICTURES) for name, load in loads.items()}
    assert {name: size for name, size in sizes.items() if size > (WITH_MAP if name in MAPS else ALL)} == {}


def test_nothing_moves_while_a_page_loads(loads: dict[str, Load]) -> None:
    assert {name: load.moved for name, load in loads.items() if load.moved > MOVED} == {}


def test_only_styles_hold_up_a_page(loads: dict[str, Load]) -> None:
    """And the chosen colours, which would change before the reader's eyes if they came later."""
    for name, load in loads.items():
        paths = {urlsplit(address).path for address, _ in load.blocking} - {COLOURS}
        assert len(paths) == 2, (name, load.blocking)
        assert all(path.endswith(".css") for path in paths), (name, load.blocking)
        assert load.sent["Document"] + load.sent["Stylesheet"] < BEFORE_PAINT, (name, load.sent)


def test_the_largest_thing_comes_with_the_page(loads: dict[str, Load]) -> None:
    """Text or a drawing of our own: what would have to be fetched after it would miss the 1.5 s on this line."""
    assert {name: load.image for name, load in loads.items() if load.image and name not in PICTURES} == {}


@pytest.mark.parametrize("name", ["dataset-map", "file-map", "municipality", "search"])
def test_a_map_that_is_seen_is_small_too(browser: Browser, demo: Region, name: str) -> None:
    with slow_phone(browser, 1) as phone:
        phone.page.goto(demo.url(name), wait_until="networkidle")
        if name == "search":
            phone.page.locator("details.filter > summary").click()
        phone.page.locator("[data-box]").first.scroll_into_view_if_needed()
        phone.page.locator(".leaflet-container").first.wait_for()
        phone.page.wait_for_load_state("networkidle")
        load = phone.told()
    tiles = load.sent.get("Image", 0.0)
    assert load.bytes - tiles < WITH_MAP, load.sent
    assert load.moved <= MOVED
