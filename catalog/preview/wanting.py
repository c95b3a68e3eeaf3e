"""From a record's distribution to the preview that is wanted of it: its address and the kind of service that it says."""

from __future__ import annotations

from dataclasses import replace

from catalog.links.uses import service_of
from catalog.preview.access import wanted
from catalog.preview.model import Wanted
from schemas.kinds import is_web
from schemas.model import Dataset, Distribution, iri_of
from schemas.region import Region


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
    return replace(wish, called=next((each.text for each in record.identifier), "")[:200])
