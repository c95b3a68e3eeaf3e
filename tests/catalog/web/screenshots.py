"""The pictures that the README shows: the demo region's home on a screen, the chart of a file on a phone."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import FloatRect, ViewportSize

from tests.catalog.web.browsing import chromium
from tests.catalog.web.demo_site import demo_site

PICTURES = {
    "screenshot.png": ("home", ViewportSize(width=1280, height=1150)),
    "screenshot-phone.png": ("file-chart", ViewportSize(width=390, height=1250)),
}


def take(folder: Path) -> None:
    """Takes them anew into a folder."""
    with tempfile.TemporaryDirectory() as region, demo_site(Path(region)) as site, chromium() as browser:
        for name, (page_name, size) in PICTURES.items():
            page = browser.new_page(viewport=size)
            page.goto(site.url(page_name), wait_until="networkidle")
            clip = FloatRect(x=0, y=0, width=size["width"], height=size["height"])
            page.screenshot(path=folder / name, clip=clip)
            page.close()


if __name__ == "__main__":
    take(Path(sys.argv[1]))
