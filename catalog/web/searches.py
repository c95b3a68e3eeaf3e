"""A search and its address: what the parameters of /datasets mean, and how a search is written as parameters."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from starlette.datastructures import QueryParams

from catalog.maps import boxes
from catalog.reading.entries import FACETS, SORTS, Query
from catalog.web import paging, past
from catalog.web.refusing import Refused
from schemas.tables.geometry import BoundingBox

SIZE = 20
LAST_PAGE = 500
LONGEST = 200
_MOST_VALUES = 50
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,12})?")


class Mistake(NamedTuple):
    """Why a filter of an address cannot be used: its parameter, what it says, the reason for programs in two languages.

    ``kind`` is what a form tells its readers: "day", "order", "future", "number", "missing", or "edges".
    """

    kind: str
    name: str
    value: str
    de: str
    en: str

    def refused(self) -> Refused:
        """The refusal that names the parameter."""
        stated = f"{self.name}={self.value[:40]}"
        return Refused(400, f"{stated} geht nicht: {self.de}.", f"{stated} does not work: {self.en}.")


def asked(parameters: QueryParams) -> Query:
    """The search that an address asks for; unknown values of facets find nothing.

    Raises Refused (400) for a box or a day that is none, naming the parameter.
    """
    query, mistakes = read(parameters)
    for mistake in mistakes:
        raise mistake.refused()
    return query


def read(parameters: QueryParams) -> tuple[Query, tuple[Mistake, ...]]:
    """The search that an address asks for without the filters that cannot be used, and what is wrong with those."""
    mistakes: list[Mistake] = []
    chosen = {name: tuple(dict.fromkeys(_values(parameters, name))) for name in FACETS}
    sort = parameters.get("sort", "")
    begin, end = _day(parameters, "from", mistakes), _day(parameters, "to", mistakes)
    if begin and end and begin > end:
        reason = "der Tag liegt nach dem von to", "the day is after that of to"
        mistakes.append(Mistake("order", "from", parameters["from"], *reason))
        begin = end = None
    box, wrong = _box(parameters)
    query = Query(
        q=text(parameters),
        **chosen,
        bbox=box,
        begin=begin,
        end=end,
        on=_on(parameters, mistakes),
        sort=sort if sort in SORTS else SORTS[0],
        page=paging.asked(parameters.get("page", "1"), LAST_PAGE),
        size=SIZE,
    )
    return query, (*mistakes, *wrong)


def text(parameters: QueryParams) -> str:
    """The words that an address asks for; of more than :data:`LONGEST` characters the whole words within them."""
    said = _said(parameters)
    if len(said) <= LONGEST:
        return said
    kept, space, _ = said[: LONGEST + 1].rpartition(" ")
    return kept if space else said[:LONGEST]


def is_shortened(parameters: QueryParams) -> bool:
    """Whether an address asks for more words than are searched for: whoever is answered is told so."""
    return len(_said(parameters)) > LONGEST


def _said(parameters: QueryParams) -> str:
    return " ".join(parameters.get("q", "").split())


def filters(query: Query) -> list[tuple[str, str]]:
    """The parameters that say what a search finds."""
    pairs = [("q", query.q)] if query.q else []
    pairs += [(name, value) for name in FACETS for value in getattr(query, name)]
    if query.bbox is not None:
        pairs.append(("bbox", boxes.written(query.bbox)))
    days = (("from", query.begin), ("to", query.end), ("on", query.on))
    pairs += [(name, day.isoformat()) for name, day in days if day]
    return pairs


def pairs(query: Query) -> list[tuple[str, str]]:
    """All parameters of a search's address; what is as usual is left out."""
    found = filters(query)
    if query.sort != SORTS[0]:
        found.append(("sort", query.sort))
    if query.page > 1:
        found.append(("page", str(query.page)))
    return found


def without(query: Query, name: str, value: str = "") -> Query:
    """A search without one of its filters (a facet: without that value), from its first page."""
    none: Mapping[str, Mapping[str, Any]] = {
        "q": {"q": ""},
        "bbox": {"bbox": None},
        "time": {"begin": None, "end": None},
        "on": {"on": None},
    }
    left = none.get(name) or {name: tuple(other for other in getattr(query, name) if other != value)}
    return replace(query, page=1, **left)


def _values(parameters: QueryParams, name: str) -> Iterator[str]:
    yield from (value[:LONGEST] for value in parameters.getlist(name)[:_MOST_VALUES] if value)


def box(parameters: QueryParams) -> BoundingBox | None:
    """``bbox=west,south,east,north``, or the four fields of the form, which are needed together. Raises Refused (400)."""
    found, mistakes = _box(parameters)
    for mistake in mistakes:
        raise mistake.refused()
    return found


def _box(parameters: QueryParams) -> tuple[BoundingBox | None, tuple[Mistake, ...]]:
    stated = parameters.get("bbox", "").strip()
    fields = {name: parameters.get(name, "").strip() for name in BoundingBox._fields}
    if not stated and not any(fields.values()):
        return None, ()
    written = {"bbox": stated} if stated else fields
    edges = [edge.strip() for edge in stated.split(",")] if stated else [e.replace(",", ".") for e in fields.values()]
    reason = (
        "erlaubt sind vier Zahlen in Grad: Westen, Süden, Osten, Norden",
        "four numbers in degrees are allowed: west, south, east, north",
    )
    if stated and not (len(edges) == 4 and all(_NUMBER.fullmatch(edge) for edge in edges)):
        return None, (Mistake("number", "bbox", stated, *reason),)
    if wrong := {} if stated else {name: value for name, value in fields.items() if not _NUMBER.fullmatch(value)}:
        return None, tuple(
            Mistake("number" if value else "missing", name, value, *reason) for name, value in wrong.items()
        )
    west, south, east, north = map(float, edges)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90 and math.isfinite(west)):
        name, value = next(iter(written.items()))
        reason = (
            "der Westen muss links vom Osten liegen, der Süden unter dem Norden",
            "the west must lie left of the east, the south below the north",
        )
        return None, (Mistake("edges", name, value, *reason),)
    return BoundingBox(west, south, east, north), ()


def _on(parameters: QueryParams, mistakes: list[Mistake]) -> date | None:
    """The past day that is asked for."""
    stated = parameters.get("on", "").strip()
    if not stated:
        return None
    found = past.day_in(stated)
    if found is None:
        mistakes.append(
            Mistake("day", "on", stated, "ein Tag sieht so aus: on=2026-03-01", "a day looks like this: on=2026-03-01")
        )
    return found


def _day(parameters: QueryParams, name: str, mistakes: list[Mistake]) -> date | None:
    """A day; of a year or month the first, and for ``to`` the last."""
    stated = parameters.get(name, "").strip()
    if not stated:
        return None
    found = _DAY.fullmatch(stated)
    try:
        if found is None:
            raise ValueError(stated)
        year, month = int(found[1]), int(found[2] or (12 if name == "to" else 1))
        last = calendar.monthrange(year, month)[1] if name == "to" else 1
        return date(year, month, int(found[3] or last))
    except (ValueError, calendar.IllegalMonthError):
        reason = (
            "erlaubt ist ein Tag wie 2026-03-01, ein Monat wie 2026-03 oder ein Jahr",
            "a day like 2026-03-01, a month like 2026-03 or a year is allowed",
        )
        mistakes.append(Mistake("day", name, stated, *reason))
        return None
