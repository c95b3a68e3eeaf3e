"""Pictures of maps fetched once for all readers: kept, asked for one at a time, old ones shown where the source is silent."""

from __future__ import annotations

import asyncio
import time
from collections import Counter, OrderedDict, defaultdict
from collections.abc import Awaitable, Callable
from functools import partial

from anyio.to_thread import run_sync

from catalog.maps.kept import Kept
from harvesters.answer import Answer
from harvesters.fetch import fetch
from harvesters.guards.exceptions import FetchRefused
from harvesters.guards.run import agent_string
from schemas.limits import Limits
from schemas.region import Region

LARGEST = 2_000_000
AT_ONCE = 6
"""How many pictures one host is asked for at once."""
WAITING = 200
"""How many pictures of one host may be asked for or wait for their turn."""
PATIENCE = 20.0
"""How long a picture may take with the wait for its turn (seconds)."""
_SECONDS = 15.0
_SILENT = 60.0  # seconds in which a picture that did not come is not asked for again
_REMEMBERED = 5_000
_KINDS = (
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"RIFF", "image/webp"),
    (b"GIF8", "image/gif"),
)


Address = Callable[[], Awaitable[str | None]]
"""Makes the address of a picture when it is needed; None where there is no such picture."""


class Busy(Exception):
    """Raised where a host is asked for more pictures than it gives in time: it may be asked again soon."""


def media_type(content: bytes) -> str:
    """What a picture is by its first bytes; empty for what is none of the pictures that maps are made of."""
    return next((kind for begin, kind in _KINDS if content.startswith(begin)), "")


class Proxy:
    """Fetches pictures for a region's maps, under the guards of all fetching; one for each process."""

    def __init__(self, region: Region, kept: Kept) -> None:
        self._region = region
        self._kept = kept
        self._gates: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(AT_ONCE))
        self._waiting: Counter[str] = Counter()
        self._asked: dict[str, asyncio.Task[bytes | None]] = {}
        self._silent: OrderedDict[str, float] = OrderedDict()

    async def picture(self, name: str, address: Address, host: str, own: str | None) -> bytes | None:
        """The picture kept under a name, or fetched from an address, which is made only then; None if there is none.

        An old picture is shown where no new one comes. ``host`` is whom it is asked of: a slow one keeps no other waiting.
        Inner hosts are asked at the host and port of ``own`` alone, the
        address that the operator wrote: a service's description names hosts too. Raises Busy.
        """
        found = await run_sync(self._kept.get, name)
        if found is not None and found.fresh:
            return found.content
        if time.monotonic() - self._silent.get(name, -_SILENT) >= _SILENT:
            try:
                fetched = await self._once(name, address, host, own)
            except Busy:
                if found is None:
                    raise
                fetched = None
            if fetched is not None:
                return fetched
        return found.content if found is not None else None

    async def _once(self, name: str, address: Address, host: str, own: str | None) -> bytes | None:
        """What one fetch brings, for all who ask meanwhile; it goes on if one of them leaves. Raises Busy."""
        task = self._asked.get(name)
        if task is None:
            if self._waiting[host] >= WAITING:
                raise Busy
            self._waiting[host] += 1
            task = self._asked[name] = asyncio.create_task(self._fetched(name, address, host, own))
            task.add_done_callback(partial(self._ended, name, host))
        return await asyncio.shield(task)

    def _ended(self, name: str, host: str, task: asyncio.Task[bytes | None]) -> None:
        self._asked.pop(name, None)
        self._waiting[host] -= 1
        if not self._waiting[host]:
            del self._waiting[host]
            self._gates.pop(host, None)
        if not task.cancelled():
            task.exception()  # nobody may be left who would see it

    async def _fetched(self, name: str, address: Address, host: str, own: str | None) -> bytes | None:
        try:
            async with asyncio.timeout(PATIENCE), self._gates[host]:
                made = await address()
                answer = await self._answer(made, own) if made is not None else None
        except TimeoutError:
            raise Busy from None
        except (FetchRefused, ValueError):  # no answer, or no address that could be taken apart
            answer = None
        if answer is None or answer.status != 200 or not media_type(answer.body):
            self._silent[name] = time.monotonic()
            while len(self._silent) > _REMEMBERED:
                self._silent.popitem(last=False)
            return None
        await run_sync(self._kept.put, name, answer.body)
        return answer.body

    async def _answer(self, address: str, own: str | None) -> Answer:
        return await fetch(
            address,
            Limits(response_seconds=_SECONDS),
            self._region.allowed_hosts if own is not None else (),
            agent_string(self._region.base_url, self._region.publisher.email),
            max_bytes=LARGEST,
            inner_at=own,
        )
