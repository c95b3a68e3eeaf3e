"""Who may write without proving to be human: a field that only programs fill, a signed time, a limit per neighbourhood.

No captcha, no cookie, no address kept: of an IP address only a hash of its network stands for an hour in ``data/cache/``,
under a key that changes each day.
"""

from __future__ import annotations

import fcntl
import hashlib
import ipaddress
import os
import secrets
import time
from collections.abc import Mapping
from typing import Any

import orjson

from catalog.signing import is_word, word
from schemas.region import Region

QUICKEST = 3.0
"""Seconds that nobody needs less of to write a letter."""

LONGEST = 86_400.0
"""Seconds that a form may stand open."""

PER_NETWORK, PER_REGION = 5, 100
"""How many letters an hour are taken from one network (IPv4 /24, IPv6 /48), and in all."""

_HOUR = 3600.0
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def stamp(region: Region, now: float) -> str:
    """The hidden field of a new form: when it was made, a number of its own, and the word that proves both."""
    said = f"{int(now * 10):x}.{secrets.token_hex(8)}"
    return f"{said}.{word(region, f'feedback {said}')}"


def age(region: Region, claimed: str, now: float) -> float | None:
    """How many seconds ago a form was made; None if the stamp is none of ours."""
    said, _, proof = claimed[:200].rpartition(".")
    if not said or not is_word(region, f"feedback {said}", proof):
        return None
    return now - int(said.partition(".")[0], 16) / 10


def reference(region: Region, claimed: str) -> str:
    """The reference of the letter of a form: the same however often it is sent, and nothing that others can guess."""
    digits = int(word(region, f"reference {claimed}"), 16)
    signs = [_ALPHABET[digits >> (5 * place) & 31] for place in range(8)]
    return f"F-{''.join(signs[:4])}-{''.join(signs[4:])}"


def network(client: str) -> str:
    """The network of an address: what a neighbourhood shares. Empty for this machine: a proxy that tells no addresses."""
    try:
        found = ipaddress.ip_address(client)
    except ValueError:
        return ""
    found = getattr(found, "ipv4_mapped", None) or found
    if found.is_loopback:
        return ""
    return str(ipaddress.ip_network((found, 24 if found.version == 4 else 48), strict=False))


def admit(region: Region, client: str, now: float | None = None) -> bool:
    """Whether one more letter is taken from an address; it then counts for an hour. Raises OSError."""
    now = time.time() if now is None else now
    file = region.data / "cache" / "feedback.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        day = int(now // 86_400)
        known = _read(opened.read(), day)
        seen = _recent(known["seen"], now)
        place = network(client)
        name = hashlib.blake2b(place.encode(), key=bytes.fromhex(known["salt"]), digest_size=12).hexdigest()
        own = seen.setdefault(name, [])
        admitted = (not place or len(own) < PER_NETWORK) and sum(map(len, seen.values())) < PER_REGION
        if admitted:
            own.append(now)
        opened.seek(0)
        opened.truncate()
        opened.write(orjson.dumps({"day": day, "salt": known["salt"], "seen": seen}))
    return admitted


def prune(region: Region, now: float | None = None) -> None:
    """Forget what is older than an hour, also where no further letter comes; with the last of it its key. Raises OSError."""
    now = time.time() if now is None else now
    try:
        opened = (region.data / "cache" / "feedback.json").open("r+b")
    except FileNotFoundError:
        return
    with opened:
        fcntl.flock(opened, fcntl.LOCK_EX)
        content = opened.read()
        known = _read(content, int(now // 86_400))
        seen = _recent(known["seen"], now)
        if not content or (seen and seen == known["seen"]):
            return
        # Emptied, not deleted: whoever waits for the lock has this file open.
        opened.seek(0)
        opened.truncate()
        if seen:
            opened.write(orjson.dumps({"day": int(now // 86_400), "salt": known["salt"], "seen": seen}))


def _recent(seen: Mapping[str, list[float]], now: float) -> dict[str, list[float]]:
    """What is not older than an hour."""
    return {name: recent for name, times in seen.items() if (recent := [t for t in times if now - _HOUR < t])}


def _read(content: bytes, day: int) -> dict[str, Any]:
    try:
        known: dict[str, Any] = orjson.loads(content)
        if known["day"] == day and len(bytes.fromhex(known["salt"])) == 16:
            return {"salt": known["salt"], "seen": {str(k): list(map(float, v)) for k, v in known["seen"].items()}}
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        pass  # new, of another day, or damaged: it is only a cache
    return {"salt": secrets.token_hex(16), "seen": {}}
