"""Which addresses a dataset gives access at: taken out of its record."""

from __future__ import annotations

from typing import NamedTuple

from catalog.links.questions import SERVICES
from schemas.model import Dataset, Distribution, iri_of
from schemas.vocabularies import LISTS, find_file_type


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
    """The kind of service that a distribution's format says; nothing for a file."""
    for iri in filter(None, map(iri_of, (*file.format, *file.media_type))):
        code = LISTS["file-type"].by_iri(iri) or find_file_type(iri)
        if code is not None and code.code in SERVICES:
            return SERVICES[code.code]
    return ""
