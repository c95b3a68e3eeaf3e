"""The objects and lists of an OParl server (specification 1.0 and 1.1, https://dev.oparl.org/spezifikation)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin

import orjson

from harvesters.mapping.native_values import word
from schemas.loose_json import load_json
from schemas.syntax import Unreadable, excerpt

# The external lists of a Body (3.3; those below the line since 1.1), and whether they list people.
LISTS = (
    "paper",
    "meeting",
    "organization",
    "consultation",
    "agendaItem",
    "file",
    "locationList",
    "legislativeTermList",
)
OF_PEOPLE = ("person", "membership")
_TYPE = re.compile(r"https?://(?:schema\.)?oparl\.org/(?:schema/)?(1\.\d)/(\w+)")
# What servers enter where they have nothing.
_NOT_SAID = frozenset({"", "n/a", "n.a.", "na", "none", "null", "-", "–", "k.a.", "keine angabe", "unbekannt"})


class Kind(NamedTuple):
    """What an object is: its version of OParl and its name, as ``Body``."""

    version: str
    name: str


def kind_of(entry: Any) -> Kind | None:
    """The kind of an object by its ``type``; None if it is none of OParl."""
    match = _TYPE.fullmatch(word(entry.get("type")).rstrip("/")) if isinstance(entry, dict) else None
    return Kind(match[1], match[2]) if match else None


def said(value: Any) -> str:
    """A text, empty where only something that stands for nothing was entered."""
    text = word(value)
    return "" if text.casefold() in _NOT_SAID else text


def load(body: bytes) -> dict[str, Any]:
    """The object that an answer holds; a bare list becomes a page. Raises Unreadable, also for an error in words (F02)."""
    document, _ = load_json(body)
    if isinstance(document, list):
        return {"data": document}
    if isinstance(document, dict) and (kind_of(document) or isinstance(document.get("data"), list)):
        return document
    told = document if isinstance(document, dict) else {}
    shown = excerpt(word(told.get("message")) or word(told.get("error")) or orjson.dumps(document).decode()[:500])
    raise Unreadable(
        f"weder ein Objekt noch eine Liste von OParl; die Antwort sagt: {shown}",
        f"neither an object nor a list of OParl; the answer says: {shown}",
    )


class Listing(NamedTuple):
    """A page of a list: its objects, how many entries it had, the stated total, the address of the next page."""

    objects: list[dict[str, Any]]
    came: int
    total: int | None
    next_page: str | None


def listing_of(document: dict[str, Any], url: str) -> Listing | None:
    """The page that an answer is; ``url`` is where it came from. None if it is none."""
    data = document.get("data")
    if not isinstance(data, list):
        return None
    pagination, links = document.get("pagination"), document.get("links")
    total = pagination.get("totalElements") if isinstance(pagination, dict) else None
    following = word(links.get("next")) if isinstance(links, dict) else ""
    objects = [entry for entry in data if isinstance(entry, dict)]
    good = type(total) is int and total >= 0
    return Listing(objects, len(data), total if good else None, urljoin(url, following) if following else None)


def since_address(url: str, since: datetime) -> str:
    """The address of what has changed in a list since a moment (UTC); deleted objects stand in it (2.8)."""
    query = urlencode({"modified_since": since.strftime("%Y-%m-%dT%H:%M:%SZ")})
    return f"{url}{'&' if '?' in url else '?'}{query}"


def municipality_key(body: dict[str, Any]) -> str | None:
    """The eight-digit key of a Body's municipality, from ``ags``, else from the twelve digits of ``rgs``; None without."""
    ags, rgs = (re.sub(r"\s", "", word(body.get(name))) for name in ("ags", "rgs"))
    # Where a key went through a number, its first zero is gone (F80).
    ags, rgs = (f"0{key}" if re.fullmatch(digits, key) else key for key, digits in ((ags, r"\d{7}"), (rgs, r"\d{11}")))
    if re.fullmatch(r"\d{8}", ags):
        return ags
    # State, district and municipality; the four digits between name the association of municipalities.
    return rgs[:5] + rgs[9:] if re.fullmatch(r"\d{12}", rgs) else None
