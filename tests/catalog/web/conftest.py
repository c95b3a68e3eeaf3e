"""What several tests of pages need: a browser, and the demo region harvested and served; each once in a file of tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.catalog.web.browsing import DESK, chromium
from tests.catalog.web.demo_site import Region, demo_site


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with chromium() as launched:
        yield launched


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh visitor's tabs at a desk."""
    made = browser.new_context(viewport=DESK, reduced_motion="reduce")
    yield made
    made.close()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Region]:
    """The demo region, served."""
    with demo_site(tmp_path_factory.mktemp("demo")) as made:
        yield made
