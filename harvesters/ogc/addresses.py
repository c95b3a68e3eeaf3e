"""Addresses of requests to OGC services: what the standards demand, beside the parameters that a server needs."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

# What OGC requests set themselves; anything else in an address (MapServer's ``map``, a key, a tenant) belongs to the server.
_OURS = frozenset(
    {
        *("service", "request", "version", "acceptversions", "acceptformats", "sections", "updatesequence", "wmtver"),
        *(
            "typename",
            "typenames",
            "outputformat",
            "srsname",
            "layers",
            "styles",
            "crs",
            "srs",
            "bbox",
            "width",
            "height",
        ),
        *("format", "exceptions", "transparent", "bgcolor", "coverageid", "identifier", "identifiers", "coverage"),
    }
)
_INNER = re.compile(r"localhost|[^.:]+|.*\.(?:local|internal|intern|lan|localdomain)", re.IGNORECASE)


def base(url: str) -> str:
    """An address without fragment and without parameters of OGC requests; those of the server stay."""
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in _OURS
    ]
    query = urlencode(kept, quote_via=quote, safe="/:,")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))


def asking(url: str, **parameters: str) -> str:
    """The address of a request: the server's own parameters, then these, in the order in which they are given."""
    root = base(url)
    query = urlencode(parameters, quote_via=quote, safe="/:,")
    return f"{root}{'&' if urlsplit(root).query else '?'}{query}"


def parameter(url: str, name: str) -> str:
    """A parameter of an address, whatever its case; empty if there is none."""
    query = parse_qsl(urlsplit(url).query)
    return next((value.strip() for key, value in query if key.lower() == name.lower()), "")


def is_inner(url: str) -> bool:
    """Whether an address names a host that nobody outside the server's own network can reach."""
    host = urlsplit(url).hostname or ""
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return _INNER.fullmatch(host) is not None
