"""From a record's file to the preview that is wanted of it: its address, its kind of service, what its source allows."""

from __future__ import annotations

from catalog.links.uses import service_of
from catalog.preview.model import Wanted
from schemas.kinds import is_web
from schemas.model import Distribution, iri_of
from schemas.region import Region


def wanted(region: Region, source_key: str, address: str, service: str = "", layer: str = "") -> Wanted:
    """The wish for the preview of an address of a source; of a source that is no longer there nothing personal is shown."""
    source = next((each for each in region.sources if each.key == source_key), None)
    personal = source is not None and source.personal_data == "allowed"
    return Wanted(address, source_key, service, layer, personal)


def of_file(region: Region, source_key: str, file: Distribution, layer: str = "") -> Wanted | None:
    """The wish for the preview of a distribution: its download, else its access address; none without a web address."""
    addresses = filter(None, map(iri_of, (*file.download_url, *file.access_url)))
    address = next((each for each in addresses if is_web(each)), None)
    return wanted(region, source_key, address, service_of(file), layer) if address else None
