"""Previews ahead of demand: after a publication the files of datasets are wished for, newest first, a bounded number."""

from __future__ import annotations

import heapq

import sqlalchemy as sa

from catalog.links.questions import SERVICES
from catalog.preview import wishes
from catalog.preview.keeping import Keeping, key_of
from catalog.preview.wanting import needs_names, titled, wanted
from catalog.reading import rows
from schemas.region import Region

MOST = 300
"""Most files that are wished for after one publication; the others are made when somebody asks."""
MAX_SIZE = 50_000_000


def wish(region: Region, engine: sa.Engine, kept: Keeping, at: int) -> int:
    """Wish for the files of what is public at a number and has no preview yet; gives how many were wished for.

    Services are left to those who ask: what they say is not kept for long, and their layers are known by the record.
    """
    found = (
        (said.modified, row.source_key, address, said.title)
        for row, said in rows.summaries(engine, at)
        if said.kind == "dataset"
        for _, form, address, size in said.files
        if address and form not in SERVICES and not (size.isascii() and size.isdigit() and int(size) > MAX_SIZE)
    )
    newest = heapq.nlargest(10 * MOST, found)
    wished = 0
    for _, source_key, address, title in newest:
        want = titled(wanted(region, source_key, address), title)
        if needs_names(region, want):
            continue
        ready = kept.get(key_of(want))
        # One whose dataset was away for so long that its marker is gone is made again, and marked with that.
        if ready is None or not kept.is_marked(ready):
            wishes.leave(kept, want, wishes.AHEAD)
            wished += 1
            if wished == MOST:
                break
    return wished
