"""Previews of files: made in a bound process, kept in the cache, read by pages, charts and maps.

`awaited()` gives the preview of a file and has it made if need be; requests wait for it without a thread. `find()` does so
where nobody else wants the thread, `peek()` never waits; `rows()`, `cells()`, `passing()` and `every()` filter and sort
all rows that were kept, `numbered()` gives those of some numbers, `features()` and `picture()` what is drawn. `freshen()`
has a calendar read again whose next dates run out. All but `awaited()` block.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catalog.preview.model import (
    Cells,
    Facet,
    Filter,
    Geometry,
    Passing,
    Picture,
    Preview,
    RowPage,
    Selection,
    Source,
    Wanted,
)
from catalog.preview.reasons import Reason

if TYPE_CHECKING:
    from catalog.preview.access import cells, every, features, find, freshen, numbered, passing, peek, picture, rows
    from catalog.preview.waiting import awaited
    from catalog.preview.wanting import wanted

__all__ = [
    "Cells",
    "Facet",
    "Filter",
    "Geometry",
    "Passing",
    "Picture",
    "Preview",
    "Reason",
    "RowPage",
    "Selection",
    "Source",
    "Wanted",
    "awaited",
    "cells",
    "every",
    "features",
    "find",
    "freshen",
    "numbered",
    "passing",
    "peek",
    "picture",
    "rows",
    "wanted",
]


def __getattr__(name: str) -> Any:
    """The doors, loaded when a page asks for one: the process that reads strangers' files has no use for the network."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from catalog.preview import access, waiting, wanting

    return getattr({"awaited": waiting, "wanted": wanting}.get(name, access), name)
