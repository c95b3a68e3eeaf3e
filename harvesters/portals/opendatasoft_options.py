"""What the options of an Opendatasoft source ask for."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import Field

from harvesters.portals.opendatasoft import FORMATS, Portal
from harvesters.spider import Options


class OpendatasoftOptions(Options):
    """The table ``[opendatasoft]`` of a source file."""

    where: str | None = None
    """A filter in Opendatasoft's query language, as ``publisher = "Gemeinde Neuhof"``."""

    refine: tuple[str, ...] = ()
    """Facets that a dataset must have, as ``theme:Umwelt``."""

    exclude: tuple[str, ...] = ()
    """Facets that a dataset must not have, as ``theme:Intern``."""

    formats: tuple[str, ...] = FORMATS
    """The portal's export formats that become distributions; geographic ones only for data with a geometry."""

    page_size: int = Field(default=100, ge=1, le=100)
    """Datasets asked for in one request; the interface allows 100."""


def query(named: Portal, options: OpendatasoftOptions, since: datetime | None, fields: tuple[str, ...]) -> list[Any]:
    """The filters of a request as pairs of name and value; ``fields`` hold the dates that ``since`` is compared with."""
    clauses = [f"({options.where})"] if options.where else []
    if since is not None and fields:
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        dates = [f"{field} >= date'{moment}'" for field in fields]
        clauses.append(f"({' or '.join(dates)})")
    pairs = [("where", " and ".join(clauses))] if clauses else []
    pairs += [("refine", facet) for facet in (*named.refine, *options.refine)]
    return pairs + [("exclude", facet) for facet in (*named.exclude, *options.exclude)]
