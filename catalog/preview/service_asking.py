"""How a service is asked: each request under the guards of every fetch, its description taken apart."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from aiohttp.abc import AbstractResolver
from anyio.to_thread import run_sync

from catalog.links.questions import question
from catalog.preview import fetching
from catalog.preview.fetching import Fetched, NotFetched
from catalog.preview.layer_names import places_of
from catalog.preview.model import Wanted
from catalog.preview.reasons import Reason
from harvesters.ogc import standards
from harvesters.ogc.capabilities import Capabilities
from schemas.region import Region
from schemas.syntax import Unreadable

DESCRIPTION_BYTES = 10_000_000


@dataclass(frozen=True)
class Asking:
    """How a service is asked: for which region, by whom it is wanted, and when."""

    region: Region
    wanted: Wanted
    now: datetime
    resolver: AbstractResolver | None = None

    @property
    def places(self) -> frozenset[str]:
        """The words by which the region and its municipalities are called."""
        return places_of(self.region)

    async def fetch(self, address: str, most: int) -> Fetched:
        """One answer, whole. Raises NotFetched."""
        got = await fetching.from_network(
            self.region,
            replace(self.wanted, address=address),
            None,
            self.now,
            resolver=self.resolver,
            most=most,
        )
        if got.reason is not None:
            raise NotFetched(got.reason)
        return got


async def description(asked: Asking) -> Fetched:
    """The capabilities document of a service, as it came. Raises NotFetched."""
    return await asked.fetch(question(asked.wanted.address, asked.wanted.service).url, DESCRIPTION_BYTES)


async def capabilities(asked: Asking) -> Capabilities:
    """The description of a WFS or WMS. Raises NotFetched."""
    got = await description(asked)
    try:
        cut = await run_sync(lambda: standards.cut(got.body, got.source.final_address, asked.wanted.service))
    except Unreadable as error:
        raise NotFetched(Reason("no-service"), got.source.status) from error
    return cut.capabilities
