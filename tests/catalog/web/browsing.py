"""Debian's Chromium for tests in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from catalog.web import static

CHROMIUM = next((Path(p) for p in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(p).exists()), None)
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]
# Whoever built without npm packages has no maps that move: what is drawn is tested elsewhere, and CI builds with them.
LIVE_MAPS = [
    *MARKS,
    pytest.mark.skipif("leaflet/leaflet.js" not in static.paths(), reason="built without npm packages (SKIP_ASSETS)"),
]
PHONE, DESK = ViewportSize(width=360, height=740), ViewportSize(width=1280, height=900)
PATIENCE = 120_000.0  # milliseconds; a machine that is busy with other tests takes its time
_ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser."""
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=str(CHROMIUM), args=_ARGUMENTS)
        yield launched
        launched.close()


def watched(browser: Browser, address: str, **context: Any) -> tuple[Page, list[str]]:
    """A page in a context of its own, and what the browser complains of or asks of others than the server at an address."""
    page = browser.new_context(**context).new_page()
    page.set_default_timeout(PATIENCE)
    noted: list[str] = []
    page.on("console", lambda message: noted.append(message.text))
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("dialog", lambda dialog: noted.append(dialog.message))
    own = urlsplit(address).netloc
    page.on("request", lambda request: noted.append(request.url) if urlsplit(request.url).netloc != own else None)
    return page, noted
