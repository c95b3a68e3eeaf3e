"""Which addresses a dataset gives access at: taken out of its record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

from catalog.links.questions import OGC, SERVICES
from schemas.kinds import Literal
from schemas.model import DataService, Dataset, Distribution, iri_of
from schemas.namespaces import DCAT, DCTERMS
from schemas.vocabularies import LISTS, find_file_type

_FORMATS = frozenset({str(DCTERMS.format), str(DCAT.mediaType)})
# OGC's names of its standards: …/def/serviceType/ogc/wfs, …/spec/wms/1.3, …/standards/wmts; never those of OGC API.
_STANDARD = re.compile(
    r"(?:opengis\.net|ogc\.org)/(?:def/serviceType/ogc/|spec/|standards?/|is/|doc/is/)?(wms|wfs|wcs|wmts)(?![a-z])",
    re.IGNORECASE,
)


class Use(NamedTuple):
    """An address of a record: its role (access, download) and the kind of service that it is said to be, or nothing."""

    address: str
    role: str
    service: str = ""


def uses(dataset: Dataset) -> tuple[Use, ...]:
    """The addresses of a dataset's distributions, each once for each role; a stated service goes before none."""
    found: dict[tuple[str, str], str] = {}
    for file in dataset.distribution:
        if not isinstance(file, Distribution):
            continue
        service = service_of(file)
        for role, values in (("access", file.access_url), ("download", file.download_url)):
            for address in filter(None, map(iri_of, values)):
                found[address, role] = found.get((address, role)) or service
    return tuple(Use(address, role, service) for (address, role), service in found.items())


def service_of(file: Distribution) -> str:
    """The kind of service that a distribution is said to be; nothing for a file.

    Said by its format, as IRI or text, by the standard that its service conforms to, or by the request in its address.
    """
    for stated in _formats(file):
        code = LISTS["file-type"].by_iri(stated) or find_file_type(stated)
        if code is not None and code.code in SERVICES:
            return SERVICES[code.code]
    standards = [*file.conforms_to]
    for service in file.access_service:
        standards += service.conforms_to if isinstance(service, DataService) else ()
    for iri in filter(None, map(iri_of, standards)):
        if found := _STANDARD.search(iri):
            return found.group(1).upper()
    for iri in filter(None, map(iri_of, (*file.access_url, *file.download_url))):
        # A query that asks for features or an image is an address of data; only the bare service is one of a service.
        named = {name.lower(): value.upper() for name, value in parse_qsl(urlsplit(iri).query)}
        if named.get("service") in OGC and named.get("request", "GETCAPABILITIES") == "GETCAPABILITIES":
            return named["service"]
    return ""


def _formats(file: Distribution) -> Iterator[str]:
    yield from filter(None, map(iri_of, (*file.format, *file.media_type)))
    for path, value in file.extra:
        if path in _FORMATS and isinstance(value, Literal):
            yield value.text
