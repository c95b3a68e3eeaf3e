"""Looks at data files over the network, under the crawler's guards: host by host, robots.txt obeyed, each file once a week."""

from __future__ import annotations

import asyncio
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from urllib.parse import unquote, urlsplit

from catalog.folder_files import opened
from catalog.links.book import host_of
from catalog.repair import looks
from catalog.repair.looks import Look, Looks
from harvesters.fetch import fetch, fetch_robots
from harvesters.guards.destinations import Origin, check_destination
from harvesters.guards.exceptions import FetchRefused
from harvesters.guards.pace import Pace
from harvesters.guards.run import agent_string
from harvesters.robots import Robots
from schemas.limits import Limits
from schemas.region import Region

HOSTS_AT_ONCE = 8
# A host that wants more rest than this between two files is not waited for.
PATIENCE_SECONDS = 60.0
Tell = Callable[[Look], None]


def look_at(
    region: Region, addresses: Iterable[str], now: datetime, tell: Tell = lambda _look: None
) -> dict[str, Look]:
    """A look at each address, from the cache where it is not older than a week. Never raises for what a server does."""
    kept = Looks(region)
    found: dict[str, Look] = {}
    wanted = []
    for address in dict.fromkeys(addresses):
        known = kept.of(address, now)
        if known is not None:
            found[address] = known
        elif (own := _own(region, address, now)) is not None:
            found[address] = own
            kept.keep(own)
        else:
            wanted.append(address)
    for look in asyncio.run(_Looking(region, now).all(wanted, tell)) if wanted else ():
        found[look.address] = look
        kept.keep(look)
    return found


def known(region: Region, addresses: Iterable[str], now: datetime) -> dict[str, Look]:
    """The looks that are kept, and those at files of the region's own folders; nothing is asked over the network."""
    kept = Looks(region)
    found = {}
    for address in dict.fromkeys(addresses):
        look = kept.of(address, now)
        if look is not None:
            found[address] = look
    return found


def _own(region: Region, address: str, now: datetime) -> Look | None:
    """The look at a file of the region's own folders; None for any other address."""
    prefix = f"{region.base_url}/files/"
    if not address.startswith(prefix):
        return None
    source_id, _, path = urlsplit(address[len(prefix) :]).path.partition("/")
    source = region.source(unquote(source_id))
    if source is None or not source.is_folder:
        return looks.nothing(address, now, 404)
    try:
        with os.fdopen(opened(region.folder / source.url, unquote(path)), "rb") as file:
            changed = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
            return looks.of_file(address, file.read(looks.LARGEST + 1), changed, now)
    except (OSError, ValueError):
        return looks.nothing(address, now, 404)


class _Looking:
    """One round over some addresses."""

    def __init__(self, region: Region, now: datetime) -> None:
        self.region = region
        self.now = now
        self.limits = Limits().model_copy(update={"retry_after_seconds": PATIENCE_SECONDS})
        self.pace = Pace(self.limits, region.allowed_hosts)
        self.agent = agent_string(region.base_url, region.publisher.email)
        self.robots: dict[Origin, Robots] = {}

    async def all(self, addresses: Iterable[str], tell: Tell) -> list[Look]:
        by_host: defaultdict[str, list[str]] = defaultdict(list)
        for address in addresses:
            by_host[host_of(address)].append(address)
        gate = asyncio.Semaphore(HOSTS_AT_ONCE)
        found: list[Look] = []

        async def ask(own: list[str]) -> None:
            async with gate:
                for address in own:
                    look = await self._one(address)
                    tell(look)
                    found.append(look)

        async with asyncio.TaskGroup() as group:
            for own in by_host.values():
                group.create_task(ask(own))
        return found

    async def _one(self, address: str) -> Look:
        try:
            here = check_destination(address, "GET", self.region.allowed_hosts, self.limits)
            if not (await self._rules(here, address)).allows(address):
                return looks.nothing(address, self.now)
            answer = await fetch(
                address,
                self.limits,
                self.region.allowed_hosts,
                self.agent,
                max_bytes=looks.LARGEST,
                cut=True,
                any_domain=True,
                pace=self.pace,
            )
        except (FetchRefused, ValueError):
            return looks.nothing(address, self.now)
        return looks.of_answer(address, answer, self.now)

    async def _rules(self, here: Origin, address: str) -> Robots:
        known = self.robots.get(here)
        if known is None:
            known = await fetch_robots(address, self.limits, self.region.allowed_hosts, self.agent, pace=self.pace)
            self.robots[here] = known
        return known
