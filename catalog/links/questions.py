"""How an address is asked: files by HEAD, services by a request that is valid for their kind."""

from __future__ import annotations

import re
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# File types of the EU's table that are interfaces, and the kind of request that each understands.
SERVICES = {
    "WMS_SRVC": "WMS",
    "WFS_SRVC": "WFS",
    "WCS_SRVC": "WCS",
    "WMTS_SRVC": "WMTS",
    "MAP_SRVC": "ArcGIS",
    "REST": "ArcGIS",
    "SPARQLQ": "SPARQL",
}
OGC = frozenset({"WMS", "WFS", "WCS", "WMTS"})
# Enough for the root element of capabilities behind a long prologue, too little to be a burden.
BODY_BYTES = 64_000
_CAPABILITIES = re.compile(rb"<(?:[\w.-]+:)?(?:\w*_)?Capabilities[\s>/]")
# What belongs to one request of a service and not to its address (OGC WMS 1.3.0, WFS 2.0, WCS 2.0, WMTS 1.0: key-value
# pairs in any case). A parameter that only the server knows, such as MapServer's map=, stays.
_OF_REQUEST = frozenset(
    {
        *("service", "request", "version", "acceptversions", "sections", "updatesequence", "format", "outputformat"),
        *("layers", "layer", "styles", "style", "crs", "srs", "srsname", "bbox", "width", "height", "transparent"),
        *("typename", "typenames", "count", "maxfeatures", "startindex", "featureid", "resourceid", "filter"),
        *("coverageid", "coverage", "subset", "tilematrixset", "tilematrix", "tilerow", "tilecol"),
    }
)


class Question(NamedTuple):
    """An address to be fetched, and whether its answer must be read: then it is asked by GET."""

    url: str
    reads: bool
    service: str = ""


def question(address: str, service: str = "") -> Question:
    """How to ask an address that is said to be a ``service`` (a value of SERVICES; empty: a file or page)."""
    if service in OGC:
        # A RESTful WMTS, or a stored capabilities document, is its own answer.
        if urlsplit(address).path.lower().endswith(".xml"):
            return Question(address, True, service)
        return Question(_with(address, SERVICE=service, REQUEST="GetCapabilities"), True, service)
    if service == "ArcGIS":
        return Question(_with(address, f="json"), False, service)
    if service == "SPARQL":
        return Question(_with(address, query="ASK {}"), False, service)
    return Question(address, False)


def is_capabilities(body: bytes) -> bool:
    """Whether the first bytes of an answer are a capabilities document and no report of an exception."""
    return _CAPABILITIES.search(body) is not None


def _with(address: str, **parameters: str) -> str:
    """The address with these parameters, and without those of another request."""
    parts = urlsplit(address)
    taken = {name.lower() for name in parameters} | (_OF_REQUEST if "SERVICE" in parameters else frozenset())
    kept = [(n, v) for n, v in parse_qsl(parts.query, keep_blank_values=True) if n.lower() not in taken]
    return urlunsplit(parts._replace(query=urlencode([*kept, *parameters.items()]), fragment=""))
