"""From a record's distribution to the preview that is wanted of it: its address and the kind of service that it says."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from catalog.links.questions import SERVICES
from catalog.links.uses import service_of
from catalog.preview.model import Wanted
from catalog.reading.extents import tells_live
from harvesters.city import tenants
from schemas.kinds import is_web
from schemas.model import Dataset, Distribution, iri_of, text
from schemas.region import Region

LONGEST_NAME = 200
"""Characters of a layer's name, and of what a dataset is called."""
_MOST_IDENTIFIERS = 8
_MOST_TITLES = 6
# Where an OGC API begins, or lists its collections; what stands below one collection is that of one dataset.
_API = re.compile(
    r"/(?:collections|pygeoapi|ldproxy|oapif|oaf|(?:ogc|ogcapi|oapi|features)(?:/(?:features|api))?(?:/v\d{1,3})?)/?$",
    re.I,
)
FileSummary = tuple[str, str, str, str]


def wanted(region: Region, source_key: str, address: str, service: str = "", layer: str = "") -> Wanted:
    """What a page wants to show: a distribution's address, and what the source of its record allows.

    ``service`` is the kind of service that it is, or its format (a code of the EU's list); a format that is none is a file.
    """
    service = SERVICES.get(service, service)
    source = next((each for each in region.sources if each.key == source_key), None)
    personal = source is not None and source.personal_data == "allowed"
    return Wanted(address, source_key, service if service in SERVICES.values() else "", layer[:LONGEST_NAME], personal)


def has_layers(wish: Wanted) -> bool:
    """Whether what is wanted may hold the layers of several datasets: a service, or the beginning of an OGC API."""
    return bool(wish.service) or _API.search(wish.address.partition("?")[0].partition("#")[0]) is not None


def needs_names(region: Region, wish: Wanted) -> bool:
    """Whether what is wanted is told by the names of its dataset: one of several layers, or of a broker's tenants."""
    return has_layers(wish) or tenants.has_tenants(region, wish.source_key)


def named(wish: Wanted, called: str, *titles: str) -> Wanted:
    """A wish with the names by which what may have several layers is known.

    ``called`` are the identifiers of its dataset (:func:`identifiers`), ``titles`` those of its file and its dataset. For
    what has no layers, a broker's tenant, the identifiers are enough.
    """
    if not has_layers(wish):
        return replace(wish, called=called)
    names = (*called.split("\n"), *map(_line, titles))
    return replace(wish, called="\n".join(dict.fromkeys(filter(None, names))))


def identifiers(said: Iterable[str]) -> str:
    """The identifiers of a dataset, one a line, in an order that does not depend on theirs."""
    return "\n".join(sorted(set(filter(None, map(_line, said))))[:_MOST_IDENTIFIERS])


def _line(said: str) -> str:
    return " ".join(said.split())[:LONGEST_NAME].strip()


def titled(wish: Wanted, *titles: str) -> Wanted:
    """A wish with the titles of its dataset and file, in whatever languages they have: a chart shows what they speak of."""
    return replace(wish, titles="\n".join(filter(None, map(_line, titles[:_MOST_TITLES]))))


def of_file(
    region: Region, source_key: str, file: Distribution, layer: str = "", record: Dataset | None = None
) -> Wanted | None:
    """The wish for the preview of a distribution: its download, else its access address; none without a web address.

    Many datasets are a layer of one service: ``record`` says by its identifiers and titles which.
    """
    addresses = filter(None, map(iri_of, (*file.download_url, *file.access_url)))
    address = next((each for each in addresses if is_web(each)), None)
    if address is None:
        return None
    spoken = (*(record.title if record is not None else ()), *file.title)
    wish = titled(wanted(region, source_key, address, service_of(file), layer), *(each.text for each in spoken))
    wish = replace(wish, live=says_live(file))
    if record is None or not needs_names(region, wish):
        return wish
    titles = (text(each.title, region.language) for each in (file, record))
    return named(wish, identifiers(each.text for each in record.identifier), *titles)


def says_live(file: Distribution) -> bool:
    """Whether a distribution says, by its standard or format, that it gives the values of now."""
    said = map(iri_of, (*file.conforms_to, *file.format, *file.media_type))
    return tells_live(filter(None, said))


def of_summary(region: Region, source_key: str, file: FileSummary, title: str = "", called: str = "") -> Wanted:
    """The same wish by what lists know of a file: its title, format (a code), address and size.

    ``title`` is that of its dataset, ``called`` are its :func:`identifiers`. A service that only its standard tells is
    taken for a file here.
    """
    own, service, address, _ = file
    if service not in SERVICES and "service=" in address.lower():
        service = service_of(Distribution(access_url=(address,)))
    wish = wanted(region, source_key, address, service)
    return named(wish, called, own, title) if needs_names(region, wish) else wish
