"""Debian's Chromium for tests in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ViewportSize, sync_playwright

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
DESK = ViewportSize(width=1280, height=900)
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
