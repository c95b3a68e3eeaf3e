"""What the options of an ArcGIS Hub source ask for."""

from __future__ import annotations

from datetime import datetime

from pydantic import Field

from harvesters.portals.arcgis import FORMATS
from harvesters.spider import Options

# The end of the span in which something changed; the search wants one, and nothing changes in the year 2100.
_FAR = 4_102_444_800_000


class ArcgisOptions(Options):
    """The table ``[arcgis]`` of a source file."""

    collection: str = "dataset"
    """The collection of the Hub's search: ``dataset``, ``document``, ``map``, ``app``, ``all``."""

    types: tuple[str, ...] = ()
    """Types of items, as ``Feature Service``; only these are taken."""

    tags: tuple[str, ...] = ()
    """Tags; only items with one of them are taken."""

    filter: str | None = None
    """A further filter in the search's own language, as ``source = 'Bauamt'``."""

    q: str | None = None
    """Words that an item must hold."""

    formats: tuple[str, ...] = FORMATS
    """Downloads of a layer that become distributions."""

    page_size: int = Field(default=100, ge=1, le=100)
    """Items asked for in one request."""


def filter_of(options: ArcgisOptions, since: datetime | None) -> str:
    """The filter of a request in the search's language (a part of CQL); empty if nothing is filtered."""
    clauses = []
    for field, values in (("type", options.types), ("tags", options.tags)):
        if values:
            quoted = ", ".join("'" + value.replace("'", "''") + "'" for value in values)
            clauses.append(f"({field} IN ({quoted}))")
    if options.filter:
        clauses.append(f"({options.filter})")
    if since is not None:
        clauses.append(f"(modified BETWEEN {int(since.timestamp() * 1000)} AND {_FAR})")
    return " AND ".join(clauses)
