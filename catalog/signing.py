"""Words that only this region's folder can make: what opens a signed link, and what shows that a form is one of ours.

The secret lies in ``data/links.key``; whoever deletes it makes all such words void.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets

from schemas.region import Region

_SECRET = "links.key"


def word(region: Region, what: str) -> str:
    """The word for a thing: 32 hexadecimal digits (HMAC-SHA-256, cut). Makes the secret where there is none yet."""
    return hmac.new(_secret(region), what.encode(), hashlib.sha256).hexdigest()[:32]


def is_word(region: Region, what: str, claimed: str) -> bool:
    """Whether a word is the one for a thing; takes as long for a wrong one as for the right one."""
    return hmac.compare_digest(word(region, what).encode(), claimed.encode())


def _secret(region: Region) -> bytes:
    file = region.data / _SECRET
    try:
        return file.read_bytes()
    except FileNotFoundError:
        pass
    region.data.mkdir(parents=True, exist_ok=True)
    own = file.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
        written.write(secrets.token_bytes(32))
    try:
        os.link(own, file)  # whole or not at all, and the first one wins
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return file.read_bytes()
