"""What a robots.txt says to us, as RFC 9309 reads it (F35, F36)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property

from protego import Protego

from schemas.limits import Limits

PRODUCT_TOKEN = "Allmende"


class Verdict(StrEnum):
    """What a robots.txt comes to for an origin."""

    RULES = "rules"
    ALLOW_ALL = "allow-all"
    DISALLOW_ALL = "disallow-all"


@dataclass(frozen=True)
class Robots:
    """The robots.txt of one origin as it was fetched; kept with the run, and handed to the next one while fresh.

    ``status`` is None where no answer came, ``reason`` says in a few words why the verdict is what it is.
    """

    origin: str
    status: int | None
    verdict: Verdict
    reason: str
    fetched: datetime
    text: str = ""

    def allows(self, url: str) -> bool:
        """Whether ``url`` (of this origin) may be fetched by Allmende."""
        if self.verdict is Verdict.RULES:
            return bool(self._rules.can_fetch(url, PRODUCT_TOKEN))
        return self.verdict is Verdict.ALLOW_ALL

    @property
    def crawl_delay(self) -> float:
        """Seconds between two requests that the file asks of Allmende; 0 if it asks for none."""
        if self.verdict is not Verdict.RULES:
            return 0.0
        return float(self._rules.crawl_delay(PRODUCT_TOKEN) or 0.0)

    def fresh(self, now: datetime, hours: float) -> bool:
        """Whether it may be used at ``now`` without fetching it again. A failure is not remembered for another run."""
        return self.status is not None and self.status < 500 and now - self.fetched < timedelta(hours=hours)

    @cached_property
    def _rules(self) -> Protego:
        return Protego.parse(self.text)


def read(origin: str, status: int, body: bytes, fetched: datetime, limits: Limits) -> Robots:
    """The verdict of an answer to /robots.txt after redirects (RFC 9309 section 2.3.1).

    2xx: the rules in the first ``limits.robots_bytes``; 4xx: everything is allowed; 5xx, and 429 as the same plea with
    another number: everything is disallowed. A 3xx that was not followed to an end counts as unavailable, like 4xx.
    """
    if status == 429 or status >= 500:
        return Robots(origin, status, Verdict.DISALLOW_ALL, f"HTTP {status}", fetched)
    if status >= 300:
        return Robots(origin, status, Verdict.ALLOW_ALL, f"HTTP {status}", fetched)
    head = body[: limits.robots_bytes]
    if len(body) >= limits.robots_bytes:
        # Half a line could forbid more than the whole one: "Disallow: /" instead of "Disallow: /intern".
        head = head[: max(head.rfind(b"\n"), head.rfind(b"\r")) + 1]
    return Robots(origin, status, Verdict.RULES, f"HTTP {status}", fetched, head.decode("utf-8-sig", errors="replace"))


def unreachable(origin: str, reason: str, fetched: datetime) -> Robots:
    """The verdict where no answer came: everything is disallowed (RFC 9309 section 2.3.1.4)."""
    return Robots(origin, None, Verdict.DISALLOW_ALL, reason, fetched)
