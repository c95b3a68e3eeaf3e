"""The addresses and answers of AWIDO, the waste calendar of many districts (Cubefour).

No specification is public; what is here is what the calendar's own page and open clients of it ask: getPlaces,
getGroupedStreets, getStreetAddons, getData, and KalenderICS.aspx for a file. CSV is not offered.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from harvesters.mapping.native_values import word
from schemas.loose_json import load_json
from schemas.syntax import Unreadable, excerpt

_SERVICE = "/WebServices/Awido.Service.svc/secure"
_CUSTOMER = re.compile(r"/Customer/([A-Za-z0-9_-]{1,60})", re.IGNORECASE)
_DAY = re.compile(r"(20\d\d)(\d\d)(\d\d)")
# Without a reminder the server answers with a page instead of a file.
_REMINDER = "-1.17:00"


class Place(NamedTuple):
    """Where a customer's calendar is: the server's base address and the customer's key."""

    base: str
    customer: str


def place(url: str, customer: str | None = None) -> Place | None:
    """What an address says: ``https://awido.cubefour.de/Customer/fulda/…``; None where no customer is named."""
    parts = urlsplit(url)
    match = _CUSTOMER.search(parts.path)
    before = parts.path[: match.start()] if match else parts.path.partition("/WebServices/")[0].rstrip("/")
    named = customer or (match[1] if match else "")
    return Place(f"{parts.scheme}://{parts.netloc}{before}", named) if named else None


def service(at: Place) -> str:
    """The address of the JSON interface."""
    return at.base + _SERVICE


def places_address(at: Place) -> str:
    """All places of a customer."""
    return f"{service(at)}/getPlaces/client={at.customer}"


def streets_address(at: Place, key: str) -> str:
    """The streets, or the parts, of a place."""
    return f"{service(at)}/getGroupedStreets/{quote(key, safe='')}?client={at.customer}"


def addons_address(at: Place, key: str) -> str:
    """The house numbers of a street that has several calendars."""
    return f"{service(at)}/getStreetAddons/{quote(key, safe='')}?client={at.customer}"


def data_address(at: Place, key: str) -> str:
    """The calendar of the running year."""
    return f"{service(at)}/getData/{quote(key, safe='')}?fractions=&client={at.customer}"


def file_address(at: Place, key: str, year: int) -> str:
    """The calendar of a year as an iCalendar file."""
    asked = f"oid={quote(key, safe='')}&jahr={year}&fraktionen=&reminder={quote(_REMINDER)}"
    return f"{at.base}/Customer/{at.customer}/KalenderICS.aspx?{asked}"


def entries_in(body: bytes) -> list[tuple[str, str]]:
    """Key and name of each entry of a list of places, streets or house numbers. Raises Unreadable (F01, F02)."""
    document, _ = load_json(body)
    if not isinstance(document, list):
        raise _no_answer(document)
    good = [each for each in document if isinstance(each, dict)]
    return [(key, " ".join(word(each.get("value")).split())) for each in good if (key := word(each.get("key")))]


class Year(NamedTuple):
    """The collections of a year: first and last day, the names of their kinds."""

    first: date
    last: date
    kinds: tuple[str, ...]


def years_in(body: bytes) -> dict[int, Year]:
    """The years of a calendar. Public holidays stand in it too, without address and kind: they are dropped.

    Raises Unreadable.
    """
    document, _ = load_json(body)
    entries = document.get("calendar") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise _no_answer(document)
    names = dict(_names(document.get("fracts")))
    days: dict[int, list[date]] = {}
    kinds: dict[int, set[str]] = {}
    for entry in entries:
        if not isinstance(entry, dict) or entry.get("ad") is None or not isinstance(entry.get("fr"), list):
            continue
        day = _day(word(entry.get("dt")))
        codes = [word(code) for code in entry["fr"] if word(code)]
        if day is None or not codes:
            continue
        days.setdefault(day.year, []).append(day)
        kinds.setdefault(day.year, set()).update(names.get(code, code) for code in codes)
    return {year: Year(min(found), max(found), tuple(sorted(kinds[year]))) for year, found in sorted(days.items())}


def _names(fractions: Any) -> Iterable[tuple[str, str]]:
    for each in fractions if isinstance(fractions, list) else []:
        if isinstance(each, dict) and word(each.get("snm")) and word(each.get("nm")):
            yield word(each["snm"]), " ".join(word(each["nm"]).split())[:100]


def _day(text: str) -> date | None:
    match = _DAY.fullmatch(text)
    try:
        return date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        return None


def identity_of(name: str) -> str:
    """What tells a place from others for good: its name, for its key is another one each year."""
    return " ".join(unquote(name).casefold().split())


def _no_answer(document: Any) -> Unreadable:
    said = word(document.get("Message")) or word(document.get("message")) if isinstance(document, dict) else ""
    shown = excerpt(said or str(document)[:300])
    return Unreadable(f"keine Antwort von AWIDO; sie sagt: {shown}", f"no answer of AWIDO; it says: {shown}")
