"""When an address is asked again: ever more seldom while it answers, soon where it does not.

Source: data.europa.eu repeats its checks every few weeks; after positive results the interval grows by one week at a
time, up to four (methodology of MQA).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

LONGEST_WEEKS = 4
# After the first, second … failure in a row; the last holds for all further ones.
AFTER_FAILURES = (timedelta(hours=6), timedelta(days=1), timedelta(days=2), timedelta(days=4), timedelta(days=7))
# What cannot be asked (robots.txt, an odd port) may be allowed some day.
AFTER_REFUSAL = timedelta(weeks=LONGEST_WEEKS)
AFTER_POSTPONEMENT = timedelta(hours=1)
LONGEST_WAIT = timedelta(days=28)
_SPREAD = 0.1


def after_success(address: str, good: int, now: datetime) -> datetime:
    """When an address that has answered well ``good`` times in a row (from 1) is asked next."""
    return now + timedelta(weeks=min(max(good, 1), LONGEST_WEEKS)) * _spread(address)


def after_failure(address: str, failures: int, now: datetime) -> datetime:
    """When an address that has failed ``failures`` times in a row (from 1) is asked next."""
    place = min(max(failures, 1), len(AFTER_FAILURES)) - 1
    return now + AFTER_FAILURES[place] * _spread(address)


def after_refusal(address: str, now: datetime) -> datetime:
    """When an address that a guard or robots.txt keeps us from asking is tried next."""
    return now + AFTER_REFUSAL * _spread(address)


def after_postponement(wait: float | None, now: datetime) -> datetime:
    """When an address is asked next whose server asked for rest: after the seconds that it named (F34), up to 28 days."""
    named = timedelta(seconds=min(max(wait or 0.0, 0.0), LONGEST_WAIT.total_seconds()))
    return now + max(named, AFTER_POSTPONEMENT)


def _spread(address: str) -> float:
    """Up to a tenth longer, always the same for one address: what came in one harvest is not all due in one minute."""
    return 1.0 + _SPREAD * (crc32(address.encode("utf-8", "surrogatepass")) % 1000) / 1000
