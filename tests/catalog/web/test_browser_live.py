"""Live values in a real browser: no findings of axe in any look, values beside the points of the moving map."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ViewportSize, expect

from tests.catalog.web.browsing import DESK, LIVE_MAPS, PATIENCE, PHONE, watched
from tests.catalog.web.live_place import live_place
from tests.catalog.web.serving import served

pytestmark = LIVE_MAPS
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = ("", "/file/1", "/file/1?view=map")


class Here(NamedTuple):
    """Where the live dataset is served."""

    address: str
    path: str

    def url(self, page: str, language: str = "") -> str:
        """The address of its page, or of a page below it."""
        return f"{self.address}{language}{self.path}{page}"


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Here]:
    with live_place(tmp_path_factory.mktemp("live")) as live, served(live.place.app) as address:
        yield Here(address, f"/dataset/{live.slug}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(here: Here, browser: Browser, scheme: str, viewport: ViewportSize) -> None:
    page, noted = watched(browser, here.address, viewport=viewport, color_scheme=scheme, reduced_motion="reduce")
    found = []
    for number, name in enumerate(PAGES):
        page.goto(here.url(name, "/en" if number % 2 else ""))
        if page.locator("[data-map]").count():
            page.locator("[data-map]").scroll_into_view_if_needed()
            expect(page.locator(".map-live .map-mark")).to_have_count(1, timeout=PATIENCE)
        answer = Axe().run(page, options={"runOnly": {"type": "tag", "values": TAGS}})
        found += [(name, each["id"], each["nodes"][0]["target"]) for each in answer.response["violations"]]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), name
    page.context.close()
    assert not found
    assert not noted


def test_the_moving_map_says_each_value_and_its_point_is_called_by_it(here: Here, browser: Browser) -> None:
    for language, value in (("", "47,3 cm"), ("/en", "47.3 cm")):
        page, _ = watched(browser, here.address, viewport=DESK, color_scheme="light", reduced_motion="reduce")
        page.goto(here.url("/file/1?view=map", language))
        expect(page.locator(".map-live .map-mark")).to_have_text(value, timeout=PATIENCE)
        point = page.get_by_role("button", name=f"Pegel Brücke: {value}")
        point.press("Enter")
        words = page.locator(".map-words")
        expect(words).to_contain_text("Stand (cm)", timeout=PATIENCE)
        expect(words).not_to_contain_text("mark")
        page.context.close()
