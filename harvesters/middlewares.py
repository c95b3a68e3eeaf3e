"""The guards on every request, as Scrapy's downloader middlewares; the rules stand in ``harvesters/guards``."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import get_retry_request
from scrapy.http import Request, Response
from scrapy.http.request import NO_CALLBACK

from harvesters.guards.decoding import ACCEPT_ENCODING
from harvesters.guards.destinations import Origin, check_destination, origin
from harvesters.guards.exceptions import (
    AddressRefused,
    DeadlineExceeded,
    FetchFailed,
    FetchRefused,
    RedirectRefused,
    Rescheduled,
    RobotsRefused,
)
from harvesters.guards.handler import asked_rest
from harvesters.guards.redirects import follow, is_redirect, may_carry, next_method
from harvesters.guards.run import RunGuards
from harvesters.robots import Robots, Verdict, read, unreachable

_ROBOTS_REQUEST = "allmende_robots"
# Answers that another try may mend: overload, time-outs and failures of proxies (Scrapy's own list).
_RETRIED = frozenset({408, 429, 500, 502, 503, 504, 522, 524})


class _Guard:
    """What all guards know: the crawler and the state they share."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.guards = RunGuards.of(crawler)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> _Guard:
        return cls(crawler)


class RefusalGuard(_Guard):
    """Keeps each refusal for the run's report, so that none is lost where a spider has no errback."""

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Notes refusals and passes them on."""
        if isinstance(exception, FetchRefused) and not request.meta.get(_ROBOTS_REQUEST):
            self.guards.note(exception)


class RequestGuard(_Guard):
    """Refuses what is never sent, counts the pages of the run, and signs each request with our name."""

    def process_request(self, request: Request) -> None:
        """Raises RequestRefused or BudgetSpent."""
        check_destination(request.url, request.method, self.guards.allowed_hosts, self.guards.limits)
        if not request.meta.get(_ROBOTS_REQUEST):
            self.guards.spend_page(request.url)
        request.headers["User-Agent"] = self.guards.agent
        request.headers["Accept-Encoding"] = ACCEPT_ENCODING


class RobotsGuard(_Guard):
    """Asks robots.txt before anything else of an origin, as RFC 9309 says; Scrapy's own goes on when it gets a 503."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._locks: dict[Origin, asyncio.Lock] = {}
        self._causes: dict[str, FetchRefused] = {}
        self._noted: set[str] = set()

    async def process_request(self, request: Request) -> None:
        """Raises RobotsRefused, or what kept the server from answering at all."""
        if request.meta.get(_ROBOTS_REQUEST):
            return
        asked = origin(request.url)
        if self.guards.permission:
            self.guards.note_permission(str(asked))
            return
        async with self._locks.setdefault(asked, asyncio.Lock()):
            robots = self.guards.robots.get(str(asked))
            if robots is None or not self._usable(robots):
                robots = await self._fetch(asked)
                self._noted.discard(robots.origin)
            if robots.origin not in self._noted:
                self._noted.add(robots.origin)
                self.guards.note_robots(robots)
        self.guards.pace.crawl_delay(asked.host, robots.crawl_delay)
        if robots.allows(request.url):
            return
        cause = self._causes.get(robots.origin)
        # What failed has been tried again for robots.txt already.
        request.meta["dont_retry"] = True
        if isinstance(cause, (AddressRefused, FetchFailed)):
            # "The name is unknown" helps more than "robots.txt cannot be had".
            raise type(cause)(cause.code, request.url, *cause.arguments[1:]) from cause
        if robots.verdict is Verdict.DISALLOW_ALL:
            raise RobotsRefused("robots-unreachable", request.url, robots.reason) from cause
        raise RobotsRefused("robots", request.url)

    def _usable(self, robots: Robots) -> bool:
        hours = self.guards.limits.robots_cache_hours
        # A failure holds for the rest of this run, but one handed in from an earlier run does not.
        return robots.fresh(datetime.now(UTC), hours) or robots.origin in self._causes

    async def _fetch(self, asked: Origin) -> Robots:
        limits = self.guards.limits
        now = datetime.now(UTC)
        request = Request(
            f"{asked}/robots.txt",
            priority=1000,
            dont_filter=True,
            callback=NO_CALLBACK,
            meta={_ROBOTS_REQUEST: True, "max_bytes": limits.robots_bytes, "cut": True, "handle_httpstatus_all": False},
        )
        assert self.crawler.engine is not None
        try:
            response = await self.crawler.engine.download_async(request)
        except FetchRefused as refusal:
            if isinstance(refusal, RedirectRefused) and refusal.code == "redirect-loop":
                # More than five redirects: unavailable, as if it were not there (RFC 9309 section 2.3.1.2).
                return read(str(asked), 310, b"", now, limits)
            self._causes[str(asked)] = refusal
            return unreachable(str(asked), refusal.message("en"), now)
        robots = read(str(asked), response.status, response.body, now, limits)
        if robots.verdict is Verdict.DISALLOW_ALL:
            self._causes[str(asked)] = RobotsRefused("robots-unreachable", request.url, robots.reason)
        return robots


class RetryGuard(_Guard):
    """Tries again after failures that may pass, never before the server or the back-off allows it (F25, F34)."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """A new try, or the response; raises Rescheduled where the server asks for more time than a run has."""
        if response.status not in _RETRIED or request.meta.get("dont_retry"):
            return response
        host = origin(request.url).host
        asked = asked_rest(response)
        if asked is not None and asked > min(self.guards.limits.retry_after_seconds, self.guards.seconds_left()):
            refusal = Rescheduled(request.url, asked)
            self.guards.note(refusal)
            raise refusal
        if asked is None:
            self.guards.pace.hold(host, self._backoff(request, host))
        return self._again(request, f"HTTP {response.status}") or response

    def process_exception(self, request: Request, exception: Exception) -> Request | None:
        """A new try, or None: the exception goes on to the errback."""
        if not isinstance(exception, (FetchFailed, DeadlineExceeded)) or request.meta.get("dont_retry"):
            return None
        if exception.code in ("tls", "certificate", "protocol"):
            return None
        host = origin(request.url).host
        self.guards.pace.hold(host, self._backoff(request, host))
        return self._again(request, exception.code)

    def _backoff(self, request: Request, host: str) -> float:
        return self.guards.pace.backoff(host, request.meta.get("retry_times", 0) + 1)

    def _again(self, request: Request, reason: str) -> Request | None:
        assert self.crawler.spider is not None
        retry: Request | None = get_retry_request(
            request,
            spider=self.crawler.spider,
            reason=reason,
            max_retry_times=self.guards.limits.retries,
            give_up_log_level="INFO",
        )
        return retry


class RedirectGuard(_Guard):
    """Follows a redirect where the rule of redirects.py allows it, without credentials across origins (F30 to F32)."""

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """The request to the new address, or the response if it is no redirect; raises what `follow` raises."""
        location = _header(response, "Location")
        if request.meta.get("dont_redirect") or not is_redirect(response.status, location):
            return response
        guards = self.guards
        chain = (*request.meta.get("redirect_urls", ()), request.url)
        of_robots = bool(request.meta.get(_ROBOTS_REQUEST))
        try:
            target = follow(chain, location, guards.allowed_hosts, guards.limits, any_domain=of_robots)
        except FetchRefused as refusal:
            if not of_robots:
                guards.note(refusal)
            raise
        return self._redirected(request, response.status, target, chain)

    @staticmethod
    def _redirected(request: Request, status: int, target: str, chain: tuple[str, ...]) -> Request:
        method = next_method(status, request.method)
        headers = {
            name: values
            for name, values in request.headers.items()
            if may_carry(name.decode("latin-1"), request.url, target)
        }
        meta = {
            key: value
            for key, value in request.meta.items()
            # The slot is the old host's: kept, two slots would ask the new host at once.
            if key not in ("download_slot", "download_latency", "retry_times")
        }
        meta |= {"redirect_urls": list(chain), "redirect_times": len(chain)}
        return request.replace(
            url=target,
            method=method,
            headers=headers,
            body=request.body if method == request.method else b"",
            meta=meta,
            # A filtered redirect would vanish without a word to the spider.
            dont_filter=True,
        )


def _header(response: Response, name: str) -> str:
    value = response.headers.get(name)
    return value.decode("utf-8", errors="replace") if value else ""
