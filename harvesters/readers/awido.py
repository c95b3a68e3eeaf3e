"""What a year of a waste calendar at AWIDO means: one dataset for a place and year, with files for its streets or parts."""

from __future__ import annotations

import re
from typing import Any

from harvesters.city.records import both, data_service, days, distribution, place_key, reading_of, say
from harvesters.cleaning import municipality_agent
from harvesters.mapping.account import Account
from harvesters.mapping.native_values import word
from harvesters.mapping.summaries import begun, summary_id
from harvesters.reading import Context, Native, Reading
from schemas.kinds import Literal, date
from schemas.model import DatasetSeries, Distribution, Location, Resource
from schemas.vocabularies import LISTS, find_frequency

_BEFORE = re.compile(r"(?i)^(gemeinde|stadt|markt|marktgemeinde)\s+")


def native_id(native: Native, context: Context) -> str | None:
    """Customer, place and year."""
    return summary_id(native)


def read(native: Native, context: Context) -> Reading:
    """The dataset of a place and year. Raises Unusable."""
    data, identity, account = begun(native, context)
    where = word(data.get("service"))
    account.add("identifier", [Literal(f"{where}#{identity}" if where else identity)], "key", "composed")
    place, year = word(data.get("place")) or identity, word(data.get("year"))
    kinds = [text for each in _list(data.get("kinds")) if (text := word(each))]
    say(account, "title", f"Abfallkalender {place} {year}".strip(), f"Waste calendar {place} {year}".strip(), "place")
    shown = f": {', '.join(kinds)}" if kinds else ""
    say(
        account,
        "description",
        f"Abfuhrtermine {year} in {place}{shown}. Feiertage sind nicht enthalten.",
        f"Waste collection dates {year} in {place}{shown}. Public holidays are not included.",
        "fracts",
    )
    account.add("keyword", [Literal(text, account.language) for text in ("Abfallkalender", *kinds)], "fracts", "copy")
    if theme := LISTS["data-theme"].by_code("ENVI"):
        account.add("theme", [theme.iri], "fracts", "lookup")
    span = [word(day) for day in _list(data.get("days"))]
    if len(span) == 2 and all(date(day) for day in span):
        days(account, span, "dt")
    _place(account, place)
    companions: list[Resource] = [_series(account, data, place)] if word(data.get("series")) and year else []
    companions.append(_service(account, data))
    account.values["distribution"] = [*_distributions(account, data, identity, place)]
    return reading_of(account, native, identity, companions)


def _place(account: Account, place: str) -> None:
    """A municipality of the region by its official key, any other place by its name."""
    named = _BEFORE.sub("", place).casefold()
    for town in account.context.region.municipalities:
        if _BEFORE.sub("", town.name).casefold() == named and place_key(account, town.ags, "place"):
            return
    account.add("spatial", [Location(pref_label=(Literal(place, account.language),))], "place", "copy")


def _publisher(account: Account) -> tuple[str, ...]:
    context = account.context
    iri = municipality_agent(context.base_url, context.municipality, context.region.language).iri
    return (iri,) if iri else ()


def _series(account: Account, data: dict[str, Any], place: str) -> Resource:
    """The series of a place's years (F81)."""
    iri = account.mint("series", f"series|{word(data['series'])}")
    account.add("in_series", [iri], "dt", "mint")
    often = find_frequency("annual")
    return DatasetSeries(
        iri=iri,
        title=both(f"Abfallkalender {place}", f"Waste calendar {place}"),
        description=both(
            f"Abfuhrtermine in {place}, Jahr um Jahr.", f"Waste collection dates in {place}, year by year."
        ),
        publisher=_publisher(account),
        spatial=tuple(account.values.get("spatial", ())),  # type: ignore[arg-type]
        accrual_periodicity=(often.iri,) if often else (),
    )


def _service_name(data: dict[str, Any]) -> str:
    return f"awido|{word(data.get('customer'))}"


def _service(account: Account, data: dict[str, Any]) -> Resource:
    return data_service(
        account,
        _service_name(data),
        word(data.get("service")),
        ("Schnittstelle des Abfallkalenders (AWIDO)", "Interface of the waste calendar (AWIDO)"),
        [text for each in _list(data.get("served")) if (text := word(each))],
        description=(
            "Orte, Straßen und Abfuhrtermine als JSON: getPlaces, getGroupedStreets, getStreetAddons, getData.",
            "Places, streets and collection dates as JSON: getPlaces, getGroupedStreets, getStreetAddons, getData.",
        ),
        publisher=_publisher(account),
    )


def _distributions(account: Account, data: dict[str, Any], identity: str, place: str) -> list[Distribution]:
    """The file and the JSON of each street or part; that a place has only itself is not said twice."""
    found: list[Distribution] = []
    for each in _list(data.get("streets")):
        street = word(each.get("name")) if isinstance(each, dict) else ""
        if not street:
            continue
        of = f" {place}" if street == place else f" {place}, {street}"
        if address := word(each.get("ics")):
            title = (f"Kalenderdatei{of} (iCalendar)", f"Calendar file{of} (iCalendar)")
            name = f"{identity}#{street}#ics"
            found.append(distribution(account, name, address, title, "ICS", field="key", download=True))
        if address := word(each.get("json")):
            title = (f"Termine{of} (JSON)", f"Dates{of} (JSON)")
            name = f"{identity}#{street}#json"
            told = ("Die Antwort enthält stets das laufende Jahr.", "The answer always holds the running year.")
            service = account.mint("service", _service_name(data))
            made = distribution(account, name, address, title, "JSON", field="key", description=told, service=service)
            found.append(made)
    return found


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []
