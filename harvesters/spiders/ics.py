"""Reaches calendars in iCalendar form: one file, or all that a page links to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Literal
from urllib.parse import unquote, urldefrag, urljoin, urlsplit

from pydantic import field_validator
from scrapy.http import Request, Response

from harvesters.answer import Answer
from harvesters.city.calendars import Calendar, calendar_in, slim
from harvesters.city.series import earlier
from harvesters.markup import html_tree
from harvesters.reading import Native, Page
from harvesters.reasons import LIMIT
from harvesters.spider import Detected, HarvestSpider, Options
from schemas.kinds import is_web
from schemas.loose_json import sorted_json
from schemas.refusals import Wrong
from schemas.syntax import Unreadable, decode

_WEBCAL = re.compile(r"webcals?://", re.IGNORECASE)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_SPACE = re.compile(r"[\W_]+")
_MOST_CALENDARS = 500


class IcsOptions(Options):
    """Where the calendars are, and how they become datasets."""

    per: Literal["calendar", "year"] = "calendar"
    links: tuple[str, ...] = ()
    identity: Literal["address", "name"] = "address"

    @field_validator("links")
    @classmethod
    def _short(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        if any(not 0 < len(pattern) <= 200 or pattern.count("*") > 5 for pattern in patterns):
            raise Wrong(
                "patterns of at most 200 characters and five * are allowed, as '*.ics'",
                "erlaubt sind Muster von höchstens 200 Zeichen und fünf *, wie '*.ics'",
            )
        return patterns


def fetchable(url: str) -> str:
    """The address behind ``webcal:``, which is HTTP by another name."""
    return _WEBCAL.sub("https://", url, count=1) if _WEBCAL.match(url) else url


class IcsSpider(HarvestSpider):
    """A calendar, or a page and the calendars that it links to; a calendar or a year of it becomes one native."""

    name = "ics"
    reader = "ics"
    title = ("Kalender (iCalendar)", "Calendars (iCalendar)")
    options_model: ClassVar[type[Options]] = IcsOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The address itself."""
        return (fetchable(url),) if fetchable(url).startswith(("http://", "https://")) else ()

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A calendar."""
        address = fetchable(url)
        if address not in answers:
            return None
        try:
            found = calendar_in(answers[address].body)
        except Unreadable:
            return None
        name = found.texts.get("name", "")
        return Detected(cls.name, address, 1, (name,) if name else tuple(found.kinds()[:3]), {}, 95, name)

    def first(self) -> Iterable[Request | Page]:
        """The calendar, or the page of links."""
        # A replay has no memory: it cannot say that the years before are still there, so it counts no absence.
        self.job.changes_only = self.job.replay is not None
        self.met: set[str] = set()
        self.waiting = 1
        url = fetchable(self.source.url)
        if self.options.links:
            yield self.request(url, self.linked, conditional=False)
        else:
            yield self.request(url, self.read, cb_kwargs={"label": ""})

    def linked(self, response: Response) -> Iterator[Any]:
        """The calendars that a page links to, by the patterns of the source's file."""
        found = links_in(response.body, response.url, self.options.links)
        if not found:
            shown = ", ".join(self.options.links)
            self.fail(f"{response.url}: kein Link passt auf {shown}", f"{response.url}: no link fits {shown}")
            return
        if len(found) > _MOST_CALENDARS:
            self.fail(
                f"{response.url}: mehr als {_MOST_CALENDARS} Kalender; die übrigen blieben liegen",
                f"{response.url}: more than {_MOST_CALENDARS} calendars; the others were left",
                LIMIT,
            )
        yield self.page(response, [])
        chosen = list(found.items())[:_MOST_CALENDARS]
        self.waiting = len(chosen)
        for address, label in chosen:
            yield self.request(address, self.read, cb_kwargs={"label": label})

    def read(self, response: Response, label: str) -> Iterator[Any]:
        """A calendar; after the last one, the years before of what is a series."""
        self.waiting -= 1
        page = self.not_modified(response)
        if page is None:
            try:
                found = calendar_in(response.body)
            except Unreadable as unreadable:
                self.fail(f"{response.url}: {unreadable.de}", f"{response.url}: {unreadable.en}")
                return
            page = self.page(response, self.natives(found, response.url, label), kept_body=slim(response.body))
        self.met.update(page.seen_ids)
        self.met.update(native.data["id"] for native in page.natives)
        yield page
        # Where a calendar failed, nothing counts as absent anyway.
        if self.waiting == 0 and (known := earlier(self.job.memory, self.met)):
            yield Page(f"{fetchable(self.source.url)}#earlier", seen_ids=known, revision=self.job.revision)

    def natives(self, found: Calendar, url: str, label: str) -> list[Native]:
        """The datasets of a calendar: itself, the one year that it is of, or each of its years."""
        name = found.texts.get("name") or label
        key = identity_of(name, self.options.identity) if name and self.options.identity == "name" else ""
        key = key or identity_of(url, "address")
        years = sorted(found.by_year)
        split = self.options.per == "year" and bool(years)
        only = year_of(found, name, url) if not split else None
        wanted: list[int | None] = [*years] if split else [only]
        made = []
        for year in wanted:
            begin, end = found.span(year) if split else found.span()
            data = {
                "id": f"{key}/{year}" if year else key,
                "series": key if year else None,
                "year": year,
                "address": url,
                "label": label,
                "texts": dict(sorted(found.texts.items())),
                "days": [_written(begin), _written(end)],
                "kinds": found.kinds(year if split else None),
                "remarks": [list(remark) for remark in found.remarks],
                "events": found.digest(year if split else None),
            }
            made.append(Native(data, sorted_json(data), url))
        return made


def links_in(body: bytes, url: str, patterns: Sequence[str]) -> dict[str, str]:
    """The addresses on a page that fit one of the patterns (``*.ics``), each with the text of its link."""
    text, _ = decode(body)
    tree = html_tree(text)
    base = tree.css_first("base[href]")
    start = urljoin(url, (base.attributes.get("href") or "").strip()) if base is not None else url
    found: dict[str, str] = {}
    for node in tree.css("a[href]"):
        href = (node.attributes.get("href") or "").strip()
        try:
            address = urldefrag(urljoin(start, fetchable(href))).url
            named = (href, address, unquote(urlsplit(address).path))
        except ValueError:
            continue
        if is_web(address) and any(fnmatchcase(each.lower(), p.lower()) for each in named for p in patterns):
            found.setdefault(address, " ".join(node.text(separator=" ").split())[:200])
    return found


def identity_of(text: str, kind: str) -> str:
    """What stays the same of a calendar from year to year: its address without the year, or its name without it."""
    if kind == "name":
        return " ".join(_SPACE.sub(" ", _YEAR.sub(" ", text)).casefold().split())
    parts = urlsplit(text)
    rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return f"{parts.netloc}{_YEAR.sub('~', unquote(rest))}"


def year_of(found: Calendar, name: str, url: str) -> int | None:
    """The year that a calendar is of: its name or address says it, and nearly all events (nine of ten) are in it."""
    parts = urlsplit(url)
    stated = {int(year) for text in (name, f"{parts.path}?{parts.query}") for year in _YEAR.findall(unquote(text))}
    by_year = {year: len(events) for year, events in found.by_year.items()}
    total = sum(by_year.values())
    fitting = [year for year in stated if total and by_year.get(year, 0) >= 0.9 * total]
    return fitting[0] if len(fitting) == 1 else None


def _written(day: date | None) -> str | None:
    return day.isoformat() if day else None
