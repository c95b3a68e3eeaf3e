"""What a list of a council's information system is about, gathered from its objects: when, what kinds, the newest titles.

Of people nothing is taken: no names, no texts, no files (GDPR Art. 5; region.md, row 12).
"""

from __future__ import annotations

import heapq
import re
from typing import Any

from harvesters.city.oparl_answers import said
from harvesters.mapping.native_values import word
from harvesters.persons.texts import without_persons
from harvesters.persons.words import is_likely_a_person, is_surely_a_person

# By list: the field that dates an object, and those that say of what kind it is.
_DATES = {"paper": ("date",), "meeting": ("start", "end"), "consultation": (), "organization": ()}
_KINDS = {"paper": ("paperType",), "meeting": (), "consultation": ("role",), "organization": ("organizationType",)}
_KEPT = ("id", "deleted", "date", "start", "end", "modified", "paperType", "role", "organizationType")
_DAY = re.compile(r"(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])")
_MOST_KINDS = 40
# Bodies of the council; a parliamentary group can bear its only member's name.
_NAMED = ("gremium", "ausschuss", "rat", "beirat", "ortsbeirat", "kommission", "committee", "hauptorgan", "institution")


class Part:
    """The objects of a list that make one dataset."""

    def __init__(self) -> None:
        self.first = self.last = self.modified = ""
        self.kinds: dict[str, None] = {}
        self.newest: list[tuple[str, str, str]] = []

    def add(self, entry: dict[str, Any], name: str, titles: int) -> None:
        """Takes an object of the list of a name; ``titles`` is how many of the newest papers are wanted by title."""
        for day in days_of(entry, name):
            self.first = min(self.first or day, day)
            self.last = max(self.last, day)
        if changed := _DAY.match(word(entry.get("modified"))):
            self.modified = max(self.modified, changed[0])
        kinds = [said(entry.get(field)) for field in _KINDS.get(name, ())]
        if name == "organization" and any(word in kinds[0].casefold() for word in _NAMED):
            kinds.append(said(entry.get("name")))
        for kind in kinds:
            if kind and len(kind) <= 100 and len(self.kinds) < _MOST_KINDS and not is_likely_a_person(kind):
                self.kinds[kind] = None
        if titles and name == "paper" and (title := _title(entry)):
            heapq.heappush(self.newest, (word(entry.get("date"))[:10], said(entry.get("reference"))[:60], title))
            if len(self.newest) > titles:
                heapq.heappop(self.newest)

    def summary(self) -> dict[str, Any]:
        """What the reader takes."""
        return {
            "days": [self.first, self.last] if self.first else None,
            "modified": self.modified or None,
            "kinds": sorted(self.kinds),
            "papers": [f"{number}: {title}" if number else title for _, number, title in sorted(self.newest)[::-1]],
        }


class Parts:
    """A list in parts: whole, by year, or by legislative term."""

    def __init__(self, name: str, per: str, terms: list[dict[str, Any]], titles: int) -> None:
        self.name, self.per, self.titles = name, per, titles
        self.terms = [
            (term_key(term), word(term.get("startDate")), word(term.get("endDate")) or "9999") for term in terms
        ]
        self.found: dict[str, Part] = {}
        if not self.is_split:
            self.found[""] = Part()

    @property
    def is_split(self) -> bool:
        """Whether the list is split; only what bears a date can be."""
        return self.per != "list" and bool(_DATES.get(self.name))

    def add(self, entry: dict[str, Any]) -> None:
        """Takes an object; one that is deleted or belongs to no part is passed over."""
        if entry.get("deleted") is True:
            return
        key = self._key(entry)
        if key is not None:
            self.found.setdefault(key, Part()).add(entry, self.name, self.titles)

    def _key(self, entry: dict[str, Any]) -> str | None:
        if not self.is_split:
            return ""
        day = next(iter(days_of(entry, self.name)), None)
        if day is None:
            return None
        if self.per == "year":
            return day[:4]
        return next((key for key, begin, end in self.terms if key and begin and begin <= day <= end), None)


def days_of(entry: dict[str, Any], name: str) -> list[str]:
    """The days that date an object of a list."""
    return [found[0] for field in _DATES.get(name, ()) if (found := _DAY.match(word(entry.get(field))))]


def term_key(term: dict[str, Any]) -> str:
    """What names a legislative term for good: its id, else its name."""
    return word(term.get("id")) or said(term.get("name"))


def _title(entry: dict[str, Any]) -> str:
    title = without_persons(said(entry.get("name")), "de")[:300]
    return "" if is_surely_a_person(title) else title


def slim(entry: dict[str, Any], name: str, titles: int) -> dict[str, Any]:
    """An object as it is kept for replays: what parts are made of."""
    left = {field: entry[field] for field in _KEPT if field in entry}
    if name == "organization" and any(each in said(entry.get("organizationType")).casefold() for each in _NAMED):
        left["name"] = entry.get("name")
    if name == "paper" and titles:
        left |= {"name": _title(entry), "reference": entry.get("reference")}
    return left
