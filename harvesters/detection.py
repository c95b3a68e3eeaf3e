"""Finds out which protocols answer at an address: asks each spider where it would look, and what it makes of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from harvesters import registry
from harvesters.crawl import agent
from harvesters.fetch import Answer, fetch
from harvesters.guards.exceptions import FetchRefused
from harvesters.spider import Detected
from schemas.limits import Limits
from schemas.region import HarvestSource, Region


def detect(url: str, region: Region, source: HarvestSource | None = None) -> tuple[Detected, ...]:
    """The protocols that answer at or below an address, the surest first; empty if none does.

    Takes an address or a folder of this machine (relative to the region's). All requests go through the guards.
    """
    if "://" not in url:
        url = str((region.folder / url).resolve())
    limits = source.limits if source else Limits()
    spiders = registry.spider_classes()
    probes = {name: tuple(spider.probes(url)) for name, spider in spiders.items()}
    wanted = list(dict.fromkeys(address for addresses in probes.values() for address in addresses))
    answers = asyncio.run(_ask([a for a in wanted if "://" in a], limits, region))
    found = []
    for name, spider in spiders.items():
        result = spider.detect(url, {address: answers[address] for address in probes[name] if address in answers})
        if result is not None:
            found.append(result)
    return tuple(sorted(found, key=lambda detected: -detected.certainty))


async def _ask(addresses: Sequence[str], limits: Limits, region: Region) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    for address in addresses:
        try:
            answer = await fetch(address, limits, region.allowed_hosts, agent(region))
        except FetchRefused:
            continue
        if 200 <= answer.status < 300:
            answers[address] = answer
    return answers
