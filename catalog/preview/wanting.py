"""From a record's distribution to the preview that is wanted of it: its address and the kind of service that it says."""

from __future__ import annotations

from dataclasses import replace

from catalog.links.questions import SERVICES
from catalog.links.uses import service_of
from catalog.preview.model import Wanted
from schemas.kinds import is_web
from schemas.model import Dataset, Distribution, iri_of
from schemas.region import Region

LONGEST_NAME = 200
"""Characters of a layer's name, and of what a dataset is called."""


def wanted(region: Region, source_key: str, address: str, service: str = "", layer: str = "") -> Wanted:
    """What a page wants to show: a distribution's address, and what the source of its record allows.

    ``service`` is the kind of service that it is, or its format (a code of the EU's list); a format that is none is a file.
    """
    service = SERVICES.get(service, service)
    source = next((each for each in region.sources if each.key == source_key), None)
    personal = source is not None and source.personal_data == "allowed"
    return Wanted(address, source_key, service if service in SERVICES.values() else "", layer[:LONGEST_NAME], personal)


def of_file(
    region: Region, source_key: str, file: Distribution, layer: str = "", record: Dataset | None = None
) -> Wanted | None:
    """The wish for the preview of a distribution: its download, else its access address; none without a web address.

    Many datasets are a layer of one service: ``record`` says by its identifier which.
    """
    addresses = filter(None, map(iri_of, (*file.download_url, *file.access_url)))
    address = next((each for each in addresses if is_web(each)), None)
    if address is None:
        return None
    wish = wanted(region, source_key, address, service_of(file), layer)
    if record is None or not wish.service:
        return wish
    return replace(wish, called=next((each.text for each in record.identifier), "")[:LONGEST_NAME])


def of_summary(region: Region, source_key: str, address: str, file_format: str, called: str = "") -> Wanted:
    """The same wish by what lists know of a file: its address and its format (a code).

    ``called`` is the first identifier of its dataset. A service that only its standard tells is taken for a file here.
    """
    service = file_format
    if file_format not in SERVICES and "service=" in address.lower():
        service = service_of(Distribution(access_url=(address,)))
    wish = wanted(region, source_key, address, service)
    return replace(wish, called=called) if wish.service else wish
