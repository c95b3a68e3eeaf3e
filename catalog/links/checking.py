"""One round of checks: asks what is due, within what a host may be asked in a day, and keeps what came."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from aiohttp.abc import AbstractResolver

from catalog import database, tables
from catalog.links import book, own
from catalog.links.answers import Outcome
from catalog.links.asking import Asking
from catalog.links.book import Link
from catalog.links.budget import A_DAY, Budget
from harvesters.city import tenants
from harvesters.guards.run import agent_string
from schemas.limits import Limits
from schemas.mqa import reachable
from schemas.region import Region

Tell = Callable[[Link, Outcome], None]


@dataclass
class Round:
    """What a round found: how many addresses answered well, badly, or could not be judged, and which changed.

    ``changed`` are the ids of addresses whose status is another than before; ``postponed`` counts addresses that had to
    wait because their host has been asked enough. ``answered`` are the ids of those that answered well, ``resized`` of those
    among them that told another size than the time before.
    """

    good: int = 0
    bad: int = 0
    unknown: int = 0
    postponed: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    changed: set[int] = field(default_factory=set)
    answered: set[int] = field(default_factory=set)
    resized: set[int] = field(default_factory=set)
    links: list[Link] = field(default_factory=list)

    @property
    def asked(self) -> int:
        """How many addresses were asked."""
        return self.good + self.bad + self.unknown


def check(
    region: Region,
    engine: sa.Engine,
    now: Callable[[], datetime],
    *,
    source_key: str | None = None,
    limits: Limits | None = None,
    resolver: AbstractResolver | None = None,
    ended: Callable[[], bool] = lambda: False,
    tell: Tell = lambda _link, _outcome: None,
    keep: bool = False,
    a_day: int = A_DAY,
) -> Round:
    """Asks the addresses that are due, or all of one source; gives what came.

    ``ended`` is asked before each address and ends the round; what was found by then is kept. ``keep`` keeps every link
    in the round's ``links``, for a report. Each address is asked once although many records share it.
    """
    with engine.connect() as connection:
        due = book.due(connection, now(), source_key)
    budget = Budget(engine, region.allowed_hosts, now(), a_day)
    chosen, waiting = _within_a_day(due, budget)
    if waiting:
        with database.writing(engine).begin() as connection:
            book.postpone(connection, waiting, now() + timedelta(days=1))
    asking = Asking(
        agent=agent_string(region.base_url, region.publisher.email),
        allowed_hosts=region.allowed_hosts,
        limits=limits or Limits(),
        local=own.local(region),
        permitted=permitted(region),
        sent=lambda address: tenants.of_address(region, address),
        resolver=resolver,
        take=budget.take,
        ended=ended,
    )
    done = Round(postponed=len(waiting))

    async def run() -> None:
        async for link, outcome in asking.outcomes(chosen):
            with database.writing(engine).begin() as connection:
                new = book.record(connection, link, outcome, now())
            _count(done, link, new, outcome)
            if keep:
                done.links.append(new)
            tell(new, outcome)

    asyncio.run(run())
    return done


def permitted(region: Region) -> frozenset[str]:
    """The hosts of sources whose publisher allows more than its robots.txt, as the crawl takes it (guards.md)."""
    sources = (each for each in region.sources if each.permission and each.personal_data == "remove")
    return frozenset(host for host in (book.host_of(source.url) for source in sources) if host)


def _count(done: Round, before: Link, after: Link, outcome: Outcome) -> None:
    if outcome.status is None:
        done.unknown += 1
    elif reachable(outcome.status):
        done.good += 1
        done.answered.add(after.id)
        if None not in (before.byte_size, after.byte_size) and before.byte_size != after.byte_size:
            done.resized.add(after.id)
    else:
        done.bad += 1
    if outcome.reason:
        done.reasons[outcome.reason] += 1
    if before.status != after.status:
        done.changed.add(after.id)


def _within_a_day(due: list[Link], budget: Budget) -> tuple[list[Link], list[Link]]:
    """The addresses that may be asked now, and those that wait because their host has been asked enough today."""
    budget.learn({link.host for link in due})
    chosen: list[Link] = []
    waiting: list[Link] = []
    for link in due:
        (chosen if budget.take(link.host, book.port_of(link.address)) else waiting).append(link)
    return chosen, waiting


def last_round(engine: sa.Engine) -> str | None:
    """When an address was last asked; None if none ever was."""
    with engine.connect() as connection:
        found: str | None = connection.scalar(sa.select(sa.func.max(tables.links.c.checked)))
    return found
