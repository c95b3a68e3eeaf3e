"""What the address of a piveau hub-search and the source's options ask for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import orjson
from pydantic import Field, field_validator

from harvesters.spider import Options


class PiveauOptions(Options):
    """The table ``[piveau]`` of a source file."""

    catalog: tuple[str, ...] = ()
    """Ids of catalogues, as in the addresses of the portal; only their datasets are taken."""

    facets: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Further facets with the ids wanted, as ``categories = ["envi"]``; of one facet any, of several all."""

    q: str | None = None
    """Words that a dataset must hold."""

    page_size: int = Field(default=100, ge=1, le=1000)
    """Datasets asked for in one request; the interface allows 1000."""

    @field_validator("facets", mode="before")
    @classmethod
    def _lists(cls, value: Any) -> Any:
        """A single id may stand without brackets."""
        if not isinstance(value, dict):
            return value
        return {name: (ids,) if isinstance(ids, str) else ids for name, ids in value.items()}


class Portal(NamedTuple):
    """What an address says: where the interface may lie, the surest first, and the catalogues named in it.

    ``document`` says that it is the address of a file, a kept answer of the search.
    """

    places: tuple[str, ...]
    catalogs: tuple[str, ...] = ()
    document: bool = False


def portal(url: str) -> Portal:
    """The interface behind an address: its own, or the places below the pages of a portal.

    A page of the portal names catalogues: ``…/datasets?catalog=ID``, ``…/catalogues/ID``.
    """
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    segments = [segment for segment in parts.path.split("/") if segment]
    if segments and segments[-1].lower().endswith(".json"):
        return Portal((url,), document=True)
    query = parse_qs(parts.query)
    named = [identity for value in query.get("catalog", []) for identity in value.split(",") if identity]
    for mark in ("catalogues", "catalogs"):
        if mark in segments[:-1]:
            named.append(segments[segments.index(mark) + 1])
    path = "/" + "/".join(segments)
    if segments and segments[-1] in ("search", "scroll"):
        # "…/search" may be the interface's search, or the interface itself, whose search lies below.
        base = f"{origin}{path.removesuffix('/scroll').removesuffix('/search')}"
        return Portal((base, f"{base}/search") if segments[-1] == "search" else (base,), tuple(named))
    marks = ("datasets", "catalogues", "catalogs", "data")
    at = next((number for number, segment in enumerate(segments) if segment in marks), len(segments))
    above = origin + "".join(f"/{segment}" for segment in segments[:at])
    return Portal(tuple(dict.fromkeys((f"{above}/api/hub/search", f"{origin}/api/hub/search", above))), tuple(named))


def facets(named: Portal, options: PiveauOptions) -> str:
    """The facets of a request as the interface takes them, JSON in a parameter; empty if none is wanted."""
    wanted: dict[str, Sequence[str]] = dict(options.facets)
    if catalogs := list(dict.fromkeys((*named.catalogs, *options.catalog))):
        wanted["catalog"] = catalogs
    return orjson.dumps(wanted).decode() if wanted else ""
