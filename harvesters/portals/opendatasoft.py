"""What the address of an Opendatasoft portal says, and how the portal forms addresses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from harvesters.mapping.native_values import word

API = "/api/explore/v2.1/catalog"


# The export formats that become distributions where a source file names no others.
FORMATS = ("csv", "json", "geojson", "xlsx", "parquet")


class Portal(NamedTuple):
    """What an address says: the portal's root, and facets named in it."""

    root: str
    refine: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def datasets(self, **more: str | int) -> str:
        """The address of a page of the list of datasets."""
        return f"{self.root}{API}/datasets?{urlencode(more, quote_via=quote)}"

    def dataset(self, identity: str, rest: str = "") -> str:
        """The address of a dataset in the interface, and of what lies below it."""
        return f"{self.root}{API}/datasets/{quote(identity, safe='@')}{rest}"

    def page(self, identity: str) -> str:
        """The address at which a person can look at a dataset."""
        return f"{self.root}/explore/dataset/{quote(identity, safe='@')}/"


def portal(url: str) -> Portal:
    """The portal behind an address: its root, a page of its explorer with ``refine.FACET=VALUE``, or its interface."""
    parts = urlsplit(url)
    segments = [segment for segment in parts.path.split("/") if segment]
    at = next(
        (n for n, segment in enumerate(segments) if segment in ("explore", "api", "pages", "page")), len(segments)
    )
    root = f"{parts.scheme}://{parts.netloc}" + "".join(f"/{segment}" for segment in segments[:at])
    refine: list[str] = []
    exclude: list[str] = []
    for name, value in parse_qsl(parts.query):
        kind, dot, facet = name.partition(".")
        if kind in ("refine", "exclude"):
            (refine if kind == "refine" else exclude).append(f"{facet}:{value}" if dot else value)
    return Portal(root, tuple(refine), tuple(exclude))


def metas(entry: Mapping[str, Any], template: str = "default") -> Mapping[str, Any]:
    """The metadata of a dataset from one of its templates."""
    given = entry.get("metas")
    found = given.get(template) if isinstance(given, dict) else None
    return found if isinstance(found, dict) else {}


def titles(entries: list[Any]) -> tuple[str, ...]:
    """The titles of the first three datasets."""
    shown = [entry for entry in entries[:3] if isinstance(entry, dict)]
    return tuple(word(metas(entry).get("title")) or word(entry.get("dataset_id")) for entry in shown)
