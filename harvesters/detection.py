"""Finds out which protocols answer at an address: asks each spider where it would look, and what it makes of the answers."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from harvesters import registry
from harvesters.answer import Answer
from harvesters.crawl import agent
from harvesters.fetch import fetch
from harvesters.guards.exceptions import FetchRefused
from harvesters.guards.pins import Pin
from harvesters.reasons import LOCAL_FILE, Reason
from harvesters.spider import Detected
from harvesters.website.web_pages import is_html, parse, title_of
from schemas.limits import Limits
from schemas.region import HarvestSource, Region

_LISTINGS = frozenset({"folder", "wafxml"})
_SURE, _LAST_RESORT = 50, 10


@dataclass(frozen=True, slots=True)
class Examined:
    """What answers at an address, the surest first; where nothing does, why not (German and English), if that is known."""

    found: tuple[Detected, ...]
    reason: Reason | None = None


def detect(url: str, region: Region, source: HarvestSource | None = None) -> tuple[Detected, ...]:
    """The protocols that answer at or below an address, the surest first; empty if none does."""
    return examine(url, region, source).found


def examine(url: str, region: Region, source: HarvestSource | None = None, certificate: Sequence[str] = ()) -> Examined:
    """Asks each spider's probes and what it makes of the answers. All requests go through the guards.

    Takes an address or a folder of this machine (relative to the region's), and a source for its limits and certificate;
    or, where there is no source yet, the fingerprints of its certificate.
    """
    named = url
    if "://" not in url:
        folder = (region.folder / url).resolve()
        if not folder.is_dir():
            de, en = f"{url}: Diesen Ordner gibt es nicht.", f"{url}: there is no such folder."
            return Examined((), Reason(de, en, LOCAL_FILE))
        url = str(folder)
    limits = source.limits if source else Limits()
    pin = Pin.of(source.url, source.certificate) if source else Pin.of(url, certificate)
    spiders = registry.spider_classes()
    probes = {name: tuple(spider.probes(url)) for name, spider in spiders.items()}
    wanted = list(dict.fromkeys(address for addresses in probes.values() for address in addresses))
    answers, refusals = asyncio.run(_ask([a for a in wanted if "://" in a], limits, region, pin))
    for name, spider in spiders.items():
        closer = spider.closer(url, {address: answers[address] for address in probes[name] if address in answers})
        probes[name] = (*probes[name], *closer)
    if more := [
        address for address in dict.fromkeys(a for each in probes.values() for a in each) if address not in wanted
    ]:
        answers |= asyncio.run(_ask(more, limits, region, pin))[0]
    found = []
    for name, spider in spiders.items():
        result = spider.detect(url, {address: answers[address] for address in probes[name] if address in answers})
        if result is not None:
            found.append(result)
    if any(each.certainty >= _SURE for each in found):
        # That any answer could also be kept as a file is worth saying only where nothing better is known.
        found = [each for each in found if each.certainty >= _LAST_RESORT]
    found = [each if each.title else replace(each, title=_page_title(each, answers.get(url))) for each in found]
    # Findings name a folder as its source does: where on this machine it lies is nobody's business.
    found = [replace(each, url=named) if each.url == url else each for each in found]
    reason = None
    if not found and not answers and refusals:
        refused = next((each for each in refusals if each.url == url), refusals[0])
        reason = Reason.refused(refused.finding())
    return Examined(tuple(sorted(found, key=lambda detected: -detected.certainty)), reason)


def _page_title(found: Detected, answer: Answer | None) -> str:
    """What the page at the address calls itself, for interfaces that do not say it; the title of a listing says nothing."""
    if answer is None or found.protocol in _LISTINGS or not is_html(answer.body, answer.headers.get("content-type")):
        return ""
    page = parse(answer.body, answer.final_url, answer.headers.get("content-type"))
    return title_of(page) if page is not None else ""


async def _ask(
    addresses: Sequence[str], limits: Limits, region: Region, pin: Pin | None
) -> tuple[dict[str, Answer], list[FetchRefused]]:
    answers: dict[str, Answer] = {}
    refusals = []
    for address in addresses:
        try:
            answer = await fetch(address, limits, region.allowed_hosts, agent(region), pin=pin)
        except FetchRefused as refused:
            refusals.append(refused)
            continue
        if 200 <= answer.status < 300:
            answers[address] = answer
    return answers, refusals
