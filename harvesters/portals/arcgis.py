"""What the address of an ArcGIS Hub site says."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

# The downloads of a layer that become distributions where a source file names no others.
FORMATS = ("csv", "geojson", "shapefile", "kml")


class Portal(NamedTuple):
    """What an address says: the site's origin, words searched for on it."""

    origin: str
    q: str = ""


def portal(url: str) -> Portal:
    """The site behind an address; a page of its search (``/search?q=…``) takes its words along."""
    parts = urlsplit(url)
    words = parse_qs(parts.query).get("q", [""])[0] if parts.path.rstrip("/").endswith("/search") else ""
    return Portal(f"{parts.scheme}://{parts.netloc}", words)
