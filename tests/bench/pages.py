"""Pages in a real browser on a slow phone: when the largest thing is there, what moves, how many bytes come."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize

from tests.bench.figures import Figure, of_runs
from tests.catalog.web.browsing import chromium
from tests.catalog.web.demo_site import Region, demo_site

# web.md 3: a processor that is four times slower, 1.6 Mbit/s, 150 ms, 360 pixels.
SLOWER = 4
BYTES_PER_SECOND = 1.6e6 / 8
LATENCY_MS = 150
PHONE = ViewportSize(width=360, height=740)
PAGES = ("home", "search", "dataset-chart", "dataset-map", "file-table", "file-chart")
_RUNS = 5
_WATCH = """
window.painted = 0; window.moved = 0;
new PerformanceObserver(list => { for (const e of list.getEntries()) window.painted = e.startTime; })
    .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) window.moved += e.value; })
    .observe({type: 'layout-shift', buffered: true});
"""


def measure() -> list[Figure]:
    """Part ``pages``: the budgets of web.md 3, on the demo region, first visits with an empty cache."""
    found = []
    with tempfile.TemporaryDirectory() as folder, demo_site(Path(folder)) as site, chromium() as browser:
        for name in PAGES:
            _visit(browser, site, name)  # what the server makes once it has made by now
            seen = [_visit(browser, site, name) for _ in range(_RUNS)]
            found += [
                of_runs(f"{name}: largest paint", [each["painted"] / 1000 for each in seen], "s", 1.5, at_most=True),
                of_runs(f"{name}: layout shift", [each["moved"] for each in seen], "", 0.02, at_most=True),
                of_runs(f"{name}: first load", [each["bytes"] / 1000 for each in seen], "kB", 120.0, at_most=True),
            ]
    return found


def _visit(browser: Browser, site: Region, name: str) -> dict[str, float]:
    with _slow_phone(browser) as (page, sent):
        page.goto(site.url(name), wait_until="networkidle")
        told: dict[str, float] = page.evaluate("({painted: window.painted, moved: window.moved})")
        return {**told, "bytes": sum(sent)}


@contextmanager
def _slow_phone(browser: Browser) -> Iterator[tuple[Page, list[float]]]:
    """A page on a slow phone, and the bytes of each answer that comes."""
    context = browser.new_context(viewport=PHONE)
    page = context.new_page()
    page.add_init_script(_WATCH)
    protocol = context.new_cdp_session(page)
    protocol.send("Network.enable")
    slow: dict[str, Any] = {"offline": False, "latency": LATENCY_MS}
    slow |= {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
    protocol.send("Network.emulateNetworkConditions", slow)
    protocol.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    sent: list[float] = []
    protocol.on("Network.loadingFinished", lambda said: sent.append(said["encodedDataLength"]))
    yield page, sent
    context.close()
