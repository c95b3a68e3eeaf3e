"""Where a service of the OGC describes itself: the address of its capabilities (OWS Common, section 7)."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from schemas.model import DataService, Standard, iri_of
from schemas.vocabularies import LISTS

# What follows the host says the kind only as a word of its own: …/wfs, …/wms?map=…, service=WMS.
_KIND = re.compile(r"(?<![a-z])(wfs|wms|wmts|wcs|csw)(?![a-z])", re.IGNORECASE)
_OGC = re.compile(r"opengis\.net/(?:def/service(?:type)?|spec|standards?)\b|ogc:", re.IGNORECASE)


def kind_of(service: DataService) -> str | None:
    """Which OGC service it is, by its format, its standards or the address itself; None unless they say one."""
    found: set[str] = set()
    for value in service.format:
        code = LISTS["file-type"].by_iri(iri_of(value) or "")
        if code is not None and code.code.endswith("_SRVC"):
            found.update(kind.upper() for kind in _KIND.findall(code.code.removesuffix("_SRVC")))
    for standard in service.conforms_to:
        said = [iri_of(standard) or ""]
        if isinstance(standard, Standard):
            said += [f"ogc:{title.text}" for title in standard.title]
        found.update(kind.upper() for text in said if _OGC.search(text) for kind in _KIND.findall(text))
    if not found:
        for address in filter(None, map(iri_of, service.endpoint_url)):
            parts = urlsplit(address)
            asked = {name.lower(): value for name, value in parse_qsl(parts.query)}.get("service", "")
            found.update(kind.upper() for kind in _KIND.findall(asked) or _KIND.findall(parts.path))
    return found.pop() if len(found) == 1 else None


def description_of(service: DataService) -> str | None:
    """The address under which an OGC service describes itself; None for a service of no known kind or without endpoint.

    The server's own parameters (MapServer's ``map``) stay, those of the request are ours.
    """
    kind = kind_of(service)
    address = next(filter(None, map(iri_of, service.endpoint_url)), None)
    if kind is None or address is None:
        return None
    parts = urlsplit(address)
    ours = {"service", "request", "version"}
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name.lower() not in ours]
    query = urlencode([*kept, ("SERVICE", kind), ("REQUEST", "GetCapabilities")], quote_via=quote, safe="/:,")
    return urlunsplit((parts.scheme, parts.netloc, parts.path, query, ""))
