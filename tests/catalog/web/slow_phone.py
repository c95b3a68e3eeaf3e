"""A first visit on a slow phone, as design/web.md 3 has it: what comes over the line, what holds up the page, what moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, Page

from tests.catalog.web.browsing import PHONE

BYTES_PER_SECOND = 1.6e6 / 8
LATENCY_MS = 150
_WATCH = """
window.seen = {painted: 0, image: '', moved: 0, answered: 0};
new PerformanceObserver(list => { for (const e of list.getEntries()) { seen.painted = e.startTime; seen.image = e.url; } })
    .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) if (!e.hadRecentInput) seen.moved += e.value; })
    .observe({type: 'layout-shift', buffered: true});
new PerformanceObserver(list => { for (const e of list.getEntries()) seen.answered = Math.max(seen.answered, e.duration); })
    .observe({type: 'event', durationThreshold: 16, buffered: true});
"""
_TOLD = """() => ({...window.seen, blocking: performance.getEntriesByType('resource')
    .filter(each => each.renderBlockingStatus === 'blocking').map(each => [each.name, each.initiatorType])})"""


class Load(NamedTuple):
    """What a page took until the line was quiet.

    ``painted`` is when the largest thing was there (ms), ``image`` its address if it is a picture; ``moved`` the layout
    shift; ``answered`` the longest that a press of a key or button took to show (ms; 0: less than 16). ``bytes`` is all that
    was sent; ``sent`` are bodies as sent, without headers, by the browser's kinds (Document, Stylesheet, Script, Font, …);
    ``blocking`` is address and kind of what had to be there before anything was painted.
    """

    painted: float
    image: str
    moved: float
    answered: float
    bytes: float
    sent: Mapping[str, float]
    blocking: tuple[tuple[str, str], ...]


class SlowPhone:
    """A page on a slow phone with an empty cache. ``slower`` is how many times slower its processor is than this one."""

    def __init__(self, browser: Browser, slower: float) -> None:
        self._context = browser.new_context(viewport=PHONE)
        self.page: Page = self._context.new_page()
        self.page.add_init_script(_WATCH)
        self._begun: dict[str, tuple[str, float]] = {}  # kind, bytes of headers
        self._bytes = 0.0
        self._sent: dict[str, float] = {}
        protocol = self._context.new_cdp_session(self.page)
        protocol.send("Network.enable")
        slow: dict[str, Any] = {"offline": False, "latency": LATENCY_MS}
        slow |= {"downloadThroughput": BYTES_PER_SECOND, "uploadThroughput": BYTES_PER_SECOND}
        protocol.send("Network.emulateNetworkConditions", slow)
        protocol.send("Emulation.setCPUThrottlingRate", {"rate": slower})
        protocol.on("Network.responseReceived", self._received)
        protocol.on("Network.loadingFinished", self._finished)

    def _received(self, said: dict[str, Any]) -> None:
        self._begun[said["requestId"]] = said["type"], said["response"]["encodedDataLength"]

    def _finished(self, said: dict[str, Any]) -> None:
        kind, headers = self._begun.get(said["requestId"], ("Other", 0.0))
        self._bytes += said["encodedDataLength"]
        self._sent[kind] = self._sent.get(kind, 0.0) + said["encodedDataLength"] - headers

    def told(self) -> Load:
        """What was seen so far."""
        told: dict[str, Any] = self.page.evaluate(_TOLD)
        blocking = tuple((str(name), str(kind)) for name, kind in told.pop("blocking"))
        return Load(**told, bytes=self._bytes, sent=dict(self._sent), blocking=blocking)

    def close(self) -> None:
        """Closes the page."""
        self._context.close()


@contextmanager
def slow_phone(browser: Browser, slower: float) -> Iterator[SlowPhone]:
    """A slow phone, as long as it is needed."""
    phone = SlowPhone(browser, slower)
    try:
        yield phone
    finally:
        phone.close()


def first_visit(browser: Browser, address: str, slower: float = 1) -> Load:
    """A first visit to an address."""
    with slow_phone(browser, slower) as phone:
        phone.page.goto(address, wait_until="networkidle")
        return phone.told()
