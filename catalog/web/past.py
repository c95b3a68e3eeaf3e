"""The day that an address asks for (``on=2026-03-01``), and the publication number that was public at its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from starlette.requests import Request

from catalog import formats
from catalog.reading import past
from catalog.search import Catalogue
from catalog.web import conditional
from catalog.web.refusing import Refused

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_KEPT = "allmende.on"


class Wanted(NamedTuple):
    """A day and what was public at its end; ``number`` is 0 where nothing was yet, ``first`` is when that began."""

    day: date
    number: int
    published_at: str
    first: str

    @property
    def text(self) -> str:
        """The day as it stands in addresses."""
        return self.day.isoformat()


def wanted(request: Request) -> Wanted | None:
    """The day that a request asks for; None for now. Taken once, however often it is asked for. Raises Refused (400)."""
    text = request.query_params.get("on", "").strip()
    if not text:
        return None
    known: Wanted | None = request.scope.get(_KEPT)
    if known is None:
        known = request.scope[_KEPT] = _wanted(request, _begun(day_of(text), today(request)))
    return known


def number(request: Request) -> int:
    """The publication number to read at: the one of the day that is asked for, else the newest. Raises Refused (400, 404)."""
    then = wanted(request)
    if then is None:
        return conditional.number(request)
    if then.number == 0:
        raise nothing_yet(then)
    return then.number


def day_of(text: str) -> date:
    """The day of a text. Raises Refused (400) where it is none of the calendar."""
    day = day_in(text)
    if day is None:
        raise Refused(
            400,
            f"on={text[:40]} ist kein Tag. Ein Tag sieht so aus: on=2026-03-01.",
            f"on={text[:40]} is no day. A day looks like this: on=2026-03-01.",
        )
    return day


def day_in(text: str) -> date | None:
    """The day of a text (2026-03-01); None where it is none of the calendar."""
    try:
        return date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        return None


def today(request: Request) -> date:
    """The day that it is in Europe/Berlin; an application's ``state.now`` replaces the clock."""
    clock: Callable[[], datetime] | None = getattr(request.app.state, "now", None)
    return past.today(clock() if clock else None)


def _begun(day: date, today: date) -> date:
    if day > today:
        raise Refused(
            400,
            f"Der {formats.day(day.isoformat())} liegt in der Zukunft. Möglich sind Tage bis heute.",
            f"{formats.day(day.isoformat(), 'en')} lies in the future. Days up to today are possible.",
        )
    return day


def nothing_yet(then: Wanted) -> Refused:
    """The refusal of a day before the first publication."""
    began = (
        f" Der erste Stand ist vom {formats.day(then.first)}.",
        f" The first state is of {formats.day(then.first, 'en')}.",
    )
    de, en = began if then.first else ("", "")
    return Refused(
        404,
        f"Am {formats.day(then.text)} war hier noch nichts veröffentlicht.{de}",
        f"On {formats.day(then.text, 'en')} nothing was published here yet.{en}",
    )


def too_large() -> Refused:
    """The refusal of a search in a past state that is too large for one."""
    return Refused(
        400,
        "So große Kataloge lassen sich an einem vergangenen Tag nicht durchsuchen. Ohne Suchwörter und Filter geht es.",
        "Catalogues as large as this cannot be searched as on a past day. Without words and filters it works.",
    )


def headers(request: Request) -> dict[str, str]:
    """What an answer of a past day says of itself (RFC 7089): when it was the present; not for search engines."""
    then = wanted(request)
    if then is None or not then.published_at:
        return {}
    return {"memento-datetime": conditional.http_date(then.published_at), "x-robots-tag": "noindex"}


def _wanted(request: Request, day: date) -> Wanted:
    catalogue: Catalogue = request.app.state.catalogue
    newest = conditional.number(request)
    with catalogue.engine.connect() as connection:
        then = past.at_end_of(connection, day, newest)
        first = past.first(connection)
    return Wanted(day, then.number if then else 0, then.published_at if then else "", first)
