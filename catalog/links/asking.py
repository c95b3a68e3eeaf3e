"""Asks addresses over the network under the crawler's guards: host by host, one connection each, with pauses."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from aiohttp.abc import AbstractResolver

from catalog.links.answers import Outcome, of_answer, of_refusal
from catalog.links.book import Link
from catalog.links.questions import BODY_BYTES, Question, question
from harvesters.answer import Answer
from harvesters.fetch import fetch, fetch_robots
from harvesters.guards.destinations import Origin, check_destination, origin
from harvesters.guards.exceptions import FetchFailed, FetchRefused, Rescheduled, RobotsRefused
from harvesters.guards.pace import Pace
from harvesters.robots import Robots
from schemas.limits import Limits

# Hosts that are asked side by side; each of them over one connection at a time.
HOSTS_AT_ONCE = 20
# What servers answer that do not know HEAD, or do not want it: 405 and 501 say so, the others mean it often.
HEAD_REFUSED = frozenset({400, 401, 403, 405, 406, 500, 501, 502})
_BROKEN_BY_HEAD = frozenset({"reset", "protocol", "damaged"})
# A host that asks for more rest than this is asked again another time, not waited for.
PATIENCE_SECONDS = 60.0
Local = Callable[[str], Outcome | None]
Take = Callable[[str, int], bool]
_A_DAY_SECONDS = 86_400.0


@dataclass
class Asking:
    """How addresses are asked: under which limits, in whose name. ``local`` knows addresses of the catalogue itself: their
    outcome without asking; None for any other address. ``permitted`` are hosts whose publisher's
    permission stands above their robots.txt. ``sent`` gives the headers that an address needs, one set for each tenant
    that shares it: it answers if it does for one of them. ``take`` is asked before a redirect to another server is
    followed, with its host and port, whether it may be asked once more today.
    """

    agent: str
    allowed_hosts: Sequence[str] = ()
    limits: Limits = field(default_factory=Limits)
    local: Local = lambda _address: None
    permitted: Collection[str] = ()
    sent: Callable[[str], Sequence[Mapping[str, str]]] = lambda _address: ()
    take: Take = lambda _host, _port: True
    resolver: AbstractResolver | None = None
    ended: Callable[[], bool] = lambda: False

    def __post_init__(self) -> None:
        self.limits = self.limits.model_copy(update={"retry_after_seconds": PATIENCE_SECONDS})
        self.pace = Pace(self.limits, self.allowed_hosts)
        self._robots: dict[Origin, tuple[Robots, list[FetchRefused]]] = {}

    async def outcomes(self, links: Iterable[Link]) -> AsyncIterator[tuple[Link, Outcome]]:
        """The outcomes of some addresses, each as soon as it is there."""
        by_host: defaultdict[str, list[Link]] = defaultdict(list)
        for link in links:
            by_host[link.host].append(link)
        found: asyncio.Queue[tuple[Link, Outcome] | None] = asyncio.Queue()
        gate = asyncio.Semaphore(HOSTS_AT_ONCE)

        async def ask_host(own: list[Link]) -> None:
            async with gate:
                for link in own:
                    if self.ended():
                        return
                    await found.put((link, await self.ask(link)))

        async def ask_all() -> None:
            try:
                async with asyncio.TaskGroup() as group:
                    for own in by_host.values():
                        group.create_task(ask_host(own))
            finally:
                await found.put(None)

        asking = asyncio.create_task(ask_all())
        try:
            while (each := await found.get()) is not None:
                yield each
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        if not asking.cancelled() and (error := asking.exception()) is not None:
            raise error

    async def ask(self, link: Link) -> Outcome:
        """The outcome of one address. Never raises because of what the other side does."""
        own = self.local(link.address)
        if own is not None:
            return own
        visited: dict[tuple[str, int], None] = {}
        try:
            asked = question(link.address, link.service)
            here = check_destination(asked.url, "HEAD", self.allowed_hosts, self.limits)
            if (wait := self.pace.wait(link.host)) > PATIENCE_SECONDS:
                return Outcome(None, "busy", wait=wait)
            if here.host not in self.permitted:
                await self.obey_robots(here, asked.url)
            for headers in self.sent(link.address) or ({},):
                outcome = await self._asked(asked, visited, headers)
                if outcome.status is not None and outcome.status < 400:
                    break
        except FetchRefused as refused:
            outcome = of_refusal(refused)
        except ValueError:  # no address that could be taken apart
            return Outcome(None, "not-asked")
        return outcome._replace(visited=tuple(visited))

    async def _asked(
        self, asked: Question, visited: dict[tuple[str, int], None], headers: Mapping[str, str]
    ) -> Outcome:
        if asked.reads:
            return of_answer(asked, await self._fetch(asked, visited, "GET", headers))
        try:
            answer = await self._fetch(asked, visited, "HEAD", headers)
        except FetchFailed as failed:
            if failed.code not in _BROKEN_BY_HEAD:
                raise
        else:
            if answer.status not in HEAD_REFUSED:
                return of_answer(asked, answer)
        answer = await self._fetch(asked, visited, "GET", {**headers, "Range": "bytes=0-0"})
        if answer.status == 416:  # an empty file has no first byte
            answer = await self._fetch(asked, visited, "GET", headers)
        return of_answer(asked, answer, head_refused=answer.status < 400)

    async def _fetch(
        self,
        asked: Question,
        visited: dict[tuple[str, int], None],
        method: str,
        headers: Mapping[str, str],
    ) -> Answer:
        async def hop(target: str) -> None:
            """Another server is asked as the first one is: as its robots.txt allows, and so often in a day."""
            here, there = origin(asked.url), check_destination(target, method, self.allowed_hosts, self.limits)
            if there == here or (there.host, there.port) in visited:
                return
            if not self.take(there.host, there.port):
                raise Rescheduled(target, _A_DAY_SECONDS)
            visited[there.host, there.port] = None
            if there.host not in self.permitted:
                await self.obey_robots(there, target)

        return await fetch(
            asked.url,
            self.limits,
            self.allowed_hosts,
            self.agent,
            method=method,
            headers=headers,
            max_bytes=BODY_BYTES if asked.reads else 1_000,
            cut=True,
            # A person follows a redirect to another server too; each hop is checked as the first address is.
            any_domain=True,
            hop=hop,
            pace=self.pace,
            resolver=self.resolver,
        )

    async def obey_robots(self, here: Origin, url: str) -> None:
        """Raises RobotsRefused where robots.txt forbids the address, or what keeps the server from answering at all."""
        known = self._robots.get(here)
        if known is None or not self._usable(known[0]):
            failures: list[FetchRefused] = []
            robots = await fetch_robots(
                url,
                self.limits,
                self.allowed_hosts,
                self.agent,
                pace=self.pace,
                failures=failures,
                resolver=self.resolver,
            )
            known = self._robots[here] = robots, failures
        robots, failures = known
        if failures:
            raise failures[0]
        if robots.status == 429:
            raise RobotsRefused("robots-unreachable", url, robots.reason)
        if not robots.allows(url):
            code = "robots-unreachable" if robots.status is None or robots.status >= 500 else "robots"
            raise RobotsRefused(code, url, *((robots.reason,) if code == "robots-unreachable" else ()))

    def _usable(self, robots: Robots) -> bool:
        # What failed stays failed for one round: a dead host is not knocked at for each of its addresses.
        return (
            robots.fresh(datetime.now(UTC), self.limits.robots_cache_hours)
            or robots.status is None
            or (time.time() - robots.fetched.timestamp() < 3600)
        )
