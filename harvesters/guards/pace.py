"""How long to wait before a host is asked again: pause between requests, crawl-delay, Retry-After, back-off."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from schemas.addresses import listed, normal_host
from schemas.limits import Limits

# Statuses whose Retry-After asks for rest (RFC 9110 section 15.6.4, RFC 6585 section 4).
BUSY = frozenset({429, 503})

# Hosts in allowed_hosts are our own machines: no manners needed, and tests stay quick.
_BACKOFF_SECONDS = 1.0
_BACKOFF_SECONDS_OWN = 0.05


@dataclass
class _Host:
    crawl_delay: float = 0.0
    free_at: float = 0.0


class Pace:
    """The waiting times of all hosts in one run. ``clock`` gives monotonic seconds."""

    def __init__(
        self, limits: Limits, allowed_hosts: Sequence[str] = (), clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limits = limits
        self._allowed_hosts = tuple(allowed_hosts)
        self._clock = clock
        self._hosts: dict[str, _Host] = {}

    def wait(self, host: str) -> float:
        """Seconds until ``host`` may be asked again; 0 if it may be asked now."""
        return max(0.0, self._state(host).free_at - self._clock())

    def answered(self, host: str, latency: float) -> None:
        """Notes that ``host`` has just answered after ``latency`` seconds: from now on it rests for
        max(delay, crawl-delay, latency). A host in ``allowed_hosts`` rests for its own crawl-delay only.
        """
        state = self._state(host)
        pause = state.crawl_delay
        if not listed(host, self._allowed_hosts):
            pause = max(pause, self._limits.delay_seconds, min(latency, self._limits.response_seconds))
        state.free_at = max(state.free_at, self._clock() + pause)

    def crawl_delay(self, host: str, seconds: float) -> None:
        """Notes the crawl-delay that the robots.txt of ``host`` asks for (seconds)."""
        self._state(host).crawl_delay = max(0.0, seconds)

    def hold(self, host: str, seconds: float) -> None:
        """Keeps ``host`` from being asked for the next ``seconds``."""
        state = self._state(host)
        state.free_at = max(state.free_at, self._clock() + seconds)

    def backoff(self, host: str, attempt: int) -> float:
        """Seconds to wait before the ``attempt``-th retry (from 1): doubling, with jitter up to as much again (F25)."""
        base = _BACKOFF_SECONDS_OWN if listed(host, self._allowed_hosts) else _BACKOFF_SECONDS
        return base * 2.0 ** (attempt - 1) * (1.0 + random.random())

    def _state(self, host: str) -> _Host:
        return self._hosts.setdefault(normal_host(host), _Host())


def retry_after(value: str, date: str = "", now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks to wait (RFC 9110 section 10.2.3); None if it says nothing usable.

    A date is read against ``date``, the server's own Date header, so that neither clock need be right; without one
    against ``now`` (default: the present).
    """
    text = value.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    until = _http_date(text)
    if until is None:
        return None
    since = _http_date(date) or now or datetime.now(UTC)
    return max(0.0, (until - since).total_seconds())


def _http_date(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
