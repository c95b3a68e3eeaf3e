"""The differences that a waiting run would make: not public before a steward accepts, but open to whoever has the link.

Nothing of a held or planned run may become public (DESIGN 3, step 6; F66), and there is no login yet: so the address of
the differences holds a word that only this region's folder can make. The command prints it.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple

from schemas.region import Region

SHOWN = 200
_SECRET = "links.key"


class Differences(NamedTuple):
    """What a waiting run would change, record by record as :func:`catalog.harvest.planned_changes` tells it.

    ``more`` says that there are more than are listed.
    """

    changes: tuple[Mapping[str, Any], ...]
    more: bool


def address(region: Region, run_id: int) -> str:
    """Where the differences of a run can be looked at."""
    return f"{region.base_url}/runs/{run_id}?key={_word(region, run_id)}"


def opens(region: Region, run_id: int, word: str) -> bool:
    """Whether a word is the one in the address of a run's differences."""
    return hmac.compare_digest(_word(region, run_id).encode(), word.encode())


def differences(region: Region, run_id: int) -> Differences | None:
    """What a waiting run would change; None if its plan is no longer there."""
    # The harvester is large, and only this page of a worker needs it.
    from catalog.decisions import planned_changes
    from catalog.exceptions import NoSuchRun

    try:
        found = tuple(islice(planned_changes(region, run_id), SHOWN + 1))
    except NoSuchRun:
        return None
    return Differences(found[:SHOWN], len(found) > SHOWN)


def _word(region: Region, run_id: int) -> str:
    return hmac.new(_secret(region), f"plan {run_id}".encode(), hashlib.sha256).hexdigest()[:32]


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
