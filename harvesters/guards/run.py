"""What the guards of one crawl share: limits, waiting times, the budget, and what they saw."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from harvesters.guards.exceptions import BudgetSpent, FetchRefused, Rescheduled
from harvesters.guards.pace import Pace
from harvesters.guards.pins import Pin
from harvesters.robots import Robots
from schemas.limits import Limits

if TYPE_CHECKING:
    from scrapy.crawler import Crawler  # 0.8 s, which who only names himself to a server need not wait for

# How long a wait may go on unseen after the crawl was told to stop.
_SLICE_SECONDS = 1.0


def agent_string(base_url: str, contact: str) -> str:
    """How we introduce ourselves: ``Allmende/VERSION (+BASE_URL; E-MAIL)``."""
    try:
        release = version("allmende")
    except PackageNotFoundError:
        # A checkout that was not installed, as with a bare `scrapy crawl`.
        release = "0"
    return f"Allmende/{release} (+{base_url}; {contact})"


class RunGuards:
    """The shared state of one crawl's guards; `of` gives the one that belongs to a crawler.

    ``refusals`` holds each refusal that reached (or would have reached) an errback, in order, ``robots`` the robots.txt
    of each origin: both are kept with the run.
    """

    def __init__(self, crawler: Crawler) -> None:
        settings = crawler.settings
        limits = settings.get("ALLMENDE_LIMITS")
        self.limits = limits if isinstance(limits, Limits) else Limits(**settings.getdict("ALLMENDE_LIMITS"))
        self.allowed_hosts: tuple[str, ...] = tuple(settings.getlist("ALLMENDE_ALLOWED_HOSTS"))
        self.agent: str = settings["ALLMENDE_AGENT"]
        # What a publisher allowed in writing stands above what robots.txt asks of crawlers.
        self.permission: str = settings.get("ALLMENDE_PERMISSION") or ""
        self.pace = Pace(self.limits, self.allowed_hosts)
        self.refusals: list[FetchRefused] = []
        self.robots: dict[str, Robots] = {known.origin: known for known in settings.get("ALLMENDE_ROBOTS") or ()}
        self.pin: Pin | None = settings.get("ALLMENDE_PIN")
        self.pages = 0
        self.bytes = 0
        self._crawler = crawler
        self._ends_at = time.monotonic() + self.limits.run_seconds
        self._turns: dict[str, asyncio.Semaphore] = {}

    @classmethod
    def of(cls, crawler: Crawler) -> RunGuards:
        """The guards of ``crawler``, made at the first call."""
        if crawler not in _RUNS:
            _RUNS[crawler] = cls(crawler)
        return _RUNS[crawler]

    def note(self, refusal: FetchRefused) -> None:
        """Keeps a refusal for the report of the run."""
        if refusal not in self.refusals:
            self.refusals.append(refusal)
            if self._crawler.stats is not None:
                self._crawler.stats.inc_value(f"allmende/refused/{refusal.code}")

    def note_robots(self, robots: Robots) -> None:
        """Keeps a robots.txt for the rest of the run and its verdict for the report (stat ``allmende/robots``)."""
        self.robots[robots.origin] = robots
        if self._crawler.stats is not None:
            verdicts = tuple((known.origin, f"{known.verdict}: {known.reason}") for known in self.robots.values())
            self._crawler.stats.set_value("allmende/robots", verdicts)

    def note_permission(self, origin: str) -> None:
        """Keeps for the report that a permission stood in the place of robots.txt."""
        if self._crawler.stats is not None:
            verdicts = dict(self._crawler.stats.get_value("allmende/robots", ()))
            verdicts[origin] = f"permission: {self.permission}"
            self._crawler.stats.set_value("allmende/robots", tuple(verdicts.items()))

    def spend_page(self, url: str) -> None:
        """Takes one page from the budget; raises BudgetSpent when pages, bytes or time are used up (F13)."""
        if self.pages >= self.limits.pages:
            raise BudgetSpent("pages", url, str(self.limits.pages))
        self._check_rest(url)
        self.pages += 1

    def spend_bytes(self, size: int) -> None:
        """Takes the bytes of a body from the budget; one body is bounded by ``body_bytes``, the next is refused."""
        self.bytes += size

    def seconds_left(self) -> float:
        """Seconds that the run may still take."""
        return self._ends_at - time.monotonic()

    @asynccontextmanager
    async def turn(self, host: str, url: str) -> AsyncIterator[None]:
        """One connection to ``host``, when it is free and has rested. Raises Rescheduled if the host asked for more rest
        than a run may wait, or if the crawl is stopped meanwhile; BudgetSpent if the run would be over by then.
        """
        gate = self._turns.setdefault(host, asyncio.Semaphore(self.limits.connections_per_host))
        async with gate:
            while (wait := self.pace.wait(host)) > 0:
                if wait > self.limits.retry_after_seconds:
                    raise Rescheduled(url, wait)
                self._check_rest(url, wait)
                await asyncio.sleep(min(wait, _SLICE_SECONDS))
                if self._crawler.engine is not None and not self._crawler.engine.running:
                    raise Rescheduled(url, wait)
            self._check_rest(url)
            yield

    def _check_rest(self, url: str, needed: float = 0.0) -> None:
        # Asked again at each turn: requests that wait for theirs have passed the first check long before.
        if self.bytes >= self.limits.run_bytes:
            raise BudgetSpent("run-bytes", url, str(self.limits.run_bytes))
        if self.seconds_left() <= needed:
            raise BudgetSpent("run-time", url, f"{self.limits.run_seconds:g}")


_RUNS: WeakKeyDictionary[Crawler, RunGuards] = WeakKeyDictionary()
