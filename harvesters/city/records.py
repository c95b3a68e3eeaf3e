"""What the records of a smart city's sources have in common: texts in both languages, places, services, distributions."""

from __future__ import annotations

from collections.abc import Sequence

from harvesters.cleaning import municipality_agent
from harvesters.mapping.account import Account
from harvesters.mapping.places import boxed, places
from harvesters.reading import Context, Native, Reading
from schemas.kinds import Literal, iri
from schemas.model import Agent, DataService, Dataset, Distribution, PeriodOfTime, Resource, RightsStatement
from schemas.namespaces import XSD
from schemas.region import Municipality
from schemas.vocabularies import LISTS, find_file_type, find_geocoding_level, media_type_of

_YEAR, _DATE = str(XSD.gYear), str(XSD.date)


def both(de: str, en: str) -> tuple[Literal, ...]:
    """A text of ours in German and English."""
    return Literal(de, "de"), Literal(en, "en")


def say(account: Account, attribute: str, de: str, en: str, field: str) -> None:
    """Enters a text that is made from a field."""
    account.add(attribute, both(de, en), field, "composed")


def place_town(account: Account, town: Municipality, field: str) -> Agent:
    """Makes a municipality of the region the publisher and the place of a record; gives it as a record of its own."""
    body = municipality_agent(account.context.base_url, town, account.context.region.language)
    assert body.iri
    account.add("publisher", [body.iri], field, "lookup")
    place_key(account, town.ags, field)
    return body


def place_key(account: Account, ags: str, field: str) -> bool:
    """Enters the place of an official key of eight digits (DCAT-AP.de 3.0, convention 11); False if there is none such."""
    code, level = LISTS["municipality-key"].by_code(ags), find_geocoding_level("Gemeinde")
    if code is None or level is None:
        return False
    account.add("spatial", [code.iri], field, "lookup")
    account.add("political_geocoding_level", [level.iri], field, "lookup")
    return True


def place_box(account: Account, box: Sequence[float] | None, field: str) -> None:
    """Enters the bounding box in which the data lie: west, south, east, north."""
    if box:
        account.attribute = "spatial"
        west, south, east, north = box
        point = {"type": "Point", "coordinates": [west, south]} if (west, south) == (east, north) else None
        if found := places(account, field, point) if point else boxed(account, field, (west, south, east, north)):
            account.add("spatial", found, field, "computed")


def years(account: Account, span: Sequence[str] | None, field: str) -> None:
    """Enters the years between which the data lie."""
    if span:
        begin, end = (Literal(year, None, _YEAR) for year in span)
        account.add("temporal", [PeriodOfTime(start_date=(begin,), end_date=(end,))], field, "computed")


def days(account: Account, span: Sequence[str] | None, field: str) -> None:
    """Enters the first and the last day of the data."""
    if span:
        begin, end = (Literal(day, None, _DATE) for day in span)
        account.add("temporal", [PeriodOfTime(start_date=(begin,), end_date=(end,))], field, "computed")


def distribution(
    account: Account,
    name: str,
    address: str,
    title: tuple[str, str],
    file_type: str,
    *,
    field: str = "url",
    description: tuple[str, str] | None = None,
    service: str | None = None,
    standards: Sequence[str] = (),
    download: bool = False,
    license: Sequence[str] = (),
    rights: Sequence[RightsStatement] = (),
) -> Distribution:
    """A distribution at an address. ``name`` tells it from others of the source for good, whatever its address becomes.

    ``title`` and ``description`` are German and English, ``file_type`` a code of the EU's list; ``download`` says that
    the address gives the data to anyone who asks, without more than the address.
    """
    inner = account.within("distribution", Distribution)
    where = iri(address)
    if where is None:
        inner.refuse(field, address, "access_url")
    else:
        inner.add("access_url", [where], field, "copy")
        if download:
            inner.add("download_url", [where], field, "copy")
    inner.add("title", both(*title), field, "composed")
    if description:
        inner.add("description", both(*description), field, "composed")
    if kind := find_file_type(file_type):
        inner.add("format", [kind.iri], field, "lookup")
        if media := media_type_of(kind.code):
            inner.add("media_type", [media.iri], field, "lookup")
    if service:
        inner.add("access_service", [service], field, "mint")
    if standards:
        inner.add("conforms_to", list(standards), field, "lookup")
    return Distribution(
        iri=inner.mint("distribution", name), license=tuple(license), rights=tuple(rights), **inner.tuples()
    )


def data_service(
    account: Account,
    name: str,
    address: str,
    title: tuple[str, str],
    datasets: Sequence[str],
    *,
    description: tuple[str, str] | None = None,
    standards: Sequence[str] = (),
    publisher: Sequence[str] = (),
    documents: Sequence[str] = (),
    license: Sequence[str] = (),
) -> DataService:
    """The interface that gives access to datasets, these by their native ids, as a record of its own."""
    where = iri(address)
    return DataService(
        iri=account.mint("service", name),
        title=both(*title),
        description=both(*description) if description else (),
        endpoint_url=(where,) if where else (),
        endpoint_description=tuple(documents),
        conforms_to=tuple(standards),
        publisher=tuple(publisher),
        license=tuple(license),
        serves_dataset=tuple(account.mint("dataset", each) for each in datasets),
    )


def town_of(context: Context, municipality: str | None) -> Municipality | None:
    """The municipality of the region that an option names."""
    return context.region.municipality(municipality) if municipality else None


def reading_of(account: Account, native: Native, native_id: str, companions: Sequence[Resource]) -> Reading:
    """What an account has become: the dataset with its trace, leftovers, findings and what comes with it."""
    return Reading(
        native_id=native_id,
        record=Dataset(iri=account.focus, extra=tuple(account.extra), **account.tuples()),
        trace=tuple(account.trace),
        leftovers=tuple(account.leftovers),
        findings=tuple(account.findings),
        companions=tuple(companions),
        source_record=native.location,
    )
