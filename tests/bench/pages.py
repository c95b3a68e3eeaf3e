"""Pages in a real browser on a slow phone: when the largest thing is there, what moves, how much comes, how soon it answers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.bench.figures import Figure, of_runs
from tests.catalog.web.browsing import chromium
from tests.catalog.web.demo_site import Region, demo_site
from tests.catalog.web.slow_phone import first_visit, slow_phone

SLOWER = 4  # web.md 3: a processor that is four times slower
PAGES = ("home", "search", "dataset-chart", "dataset-map", "file-table", "file-chart")
_RUNS = 5
_MS = 1000


def measure() -> list[Figure]:
    """Part ``pages``: the budgets of web.md 3, on the demo region, first visits with an empty cache."""
    found = []
    with tempfile.TemporaryDirectory() as folder, demo_site(Path(folder)) as site, chromium() as browser:
        for name in PAGES:
            first_visit(browser, site.url(name), SLOWER)  # what the server makes once it has made by now
            seen = [first_visit(browser, site.url(name), SLOWER) for _ in range(_RUNS)]
            found += [
                of_runs(f"{name}: largest paint", [each.painted / _MS for each in seen], "s", 1.5, at_most=True),
                of_runs(f"{name}: layout shift", [each.moved for each in seen], "", 0.02, at_most=True),
                of_runs(f"{name}: first load", [each.bytes / _MS for each in seen], "kB", 120.0, at_most=True),
            ]
        for what, page, act in _ACTIONS:
            answers = [_answered(browser, site, page, act) for _ in range(_RUNS)]
            found.append(of_runs(f"{what}: until it shows", answers, "ms", 100.0, at_most=True))
    return found


def _typed(page: Page) -> None:
    page.locator("#q").press_sequentially("wass", delay=120)
    page.locator("[role=option]").first.wait_for()


def _opened(page: Page) -> None:
    page.locator("details.filter > summary").click()
    page.get_by_role("checkbox").first.check()


def _coloured(page: Page) -> None:
    page.get_by_role("button", name="Dunkel").click()


_ACTIONS: tuple[tuple[str, str, Callable[[Page], None]], ...] = (
    ("typing into the search", "home", _typed),
    ("opening the filters and ticking one", "search", _opened),
    ("changing the colours", "dataset-chart", _coloured),
)


def _answered(browser: Browser, site: Region, name: str, act: Callable[[Page], None]) -> float:
    """The longest that a key or click took until the page showed it (ms)."""
    with slow_phone(browser, SLOWER) as phone:
        phone.page.goto(site.url(name), wait_until="networkidle")
        act(phone.page)
        phone.page.wait_for_timeout(300)  # the browser tells of an event once it has painted
        return phone.told().answered
