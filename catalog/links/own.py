"""Addresses of the catalogue itself: looked up where they lie, not asked over the network.

The catalogue that checks need not be the one that serves, and its public address need not lead anywhere from inside.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from catalog.web.api.files import opened
from schemas.region import Region


def local(region: Region) -> Callable[[str], int | None]:
    """A function that gives 200 for a file of the region's folders that is there, 0 for one that is not.

    It gives None for all other addresses, also for those of the catalogue's pages.
    """
    prefix = f"{region.base_url}/files/"

    def status(address: str) -> int | None:
        if not address.startswith(prefix):
            return None
        source_id, _, path = urlsplit(address[len(prefix) :]).path.partition("/")
        source = region.source(unquote(source_id))
        if source is None or not source.is_folder:
            return 0
        try:
            os.close(opened(region.folder / source.url, unquote(path)))
        except (OSError, ValueError):
            return 0
        return 200

    return status
