"""Reaches the waste calendars of a district at AWIDO (Cubefour): places, their streets or parts, the calendar of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from pydantic import Field
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.city import awido
from harvesters.city.series import earlier
from harvesters.reading import Native, Page
from harvesters.spider import Detected, HarvestSpider, Options, request_of
from schemas.findings import Finding, Severity, declare
from schemas.loose_json import sorted_json
from schemas.syntax import Unreadable

PLACE_MISSING = declare(
    "awido-place-missing",
    "Den Ort „{0}“, der unter „places“ steht, hat der Abfallkalender nicht.",
    "The waste calendar does not have the place “{0}” that stands under “places”.",
    "Schreiben Sie den Ort wie in der Auswahl des Abfallkalenders.",
    "Write the place as in the choice of the waste calendar.",
)
STREETS_LEFT = declare(
    "awido-streets-left",
    "{0} hat {1} Straßen oder Ortsteile; gelesen wurden die ersten {2}.",
    "{0} has {1} streets or parts; the first {2} were read.",
    "Erhöhen Sie „streets“ in der Datei der Quelle, wenn alle nötig sind.",
    "Raise “streets” in the source's file if all are needed.",
)


class AwidoOptions(Options):
    """Which customer, which places, how many streets of each."""

    customer: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,60}$")
    places: tuple[str, ...] = ()
    streets: int = Field(default=30, ge=1, le=200)


@dataclass
class Town:
    """A place being read: what is known of its years, by street; the last response, which its natives go with."""

    name: str
    streets: dict[str, tuple[str, dict[int, awido.Year]]] = field(default_factory=dict)
    failed: bool = False
    last: Response | None = None


class AwidoSpider(HarvestSpider):
    """All places, then their streets, then the calendar of each; a year of a place becomes one native."""

    name = "awido"
    reader = "awido"
    title = ("Abfallkalender (AWIDO)", "Waste calendars (AWIDO)")
    options_model: ClassVar[type[Options]] = AwidoOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The list of places, where the address names a customer."""
        at = awido.place(url) if url.startswith(("http://", "https://")) else None
        return (awido.places_address(at),) if at else ()

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A list of places."""
        for address in cls.probes(url):
            if address in answers:
                try:
                    found = awido.entries_in(answers[address].body)
                except Unreadable:
                    return None
                names = tuple(name for _, name in found)
                return Detected(cls.name, url, len(found), names[:3], {}, 90) if found else None
        return None

    def first(self) -> Iterable[Request | Page]:
        """The places."""
        # A replay has no memory: it cannot say that the years before are still there, so it counts no absence.
        self.job.changes_only = self.job.replay is not None
        self.towns: list[Town] = []
        self.waiting = 0
        at = awido.place(self.source.url, self.options.customer)
        if at is None:
            self.fail(
                f"{self.source.url}: die Adresse nennt keinen Kunden (…/Customer/NAME), auch „customer“ fehlt",
                f"{self.source.url}: the address names no customer (…/Customer/NAME), and “customer” is missing",
            )
            return
        self.at = at
        yield self.ask(awido.places_address(at), self.listed)

    def ask(self, url: str, callback: Any, **kwargs: Any) -> Request:
        """A request whose end is waited for."""
        self.waiting += 1
        errback = kwargs.pop("errback", self.missed)
        return self.request(url, callback, conditional=False, errback=errback, dont_filter=True, cb_kwargs=kwargs)

    def listed(self, response: Response) -> Iterator[Any]:
        """The places that are wanted, and the streets of each."""
        self.waiting -= 1
        found = self.entries(response)
        if found is None:
            return
        yield self.page(response, [])
        wanted = {awido.identity_of(name): name for name in self.options.places}
        there = {awido.identity_of(name) for _, name in found}
        for each, name in wanted.items():
            if each not in there:
                self.job.findings.append(Finding(Severity.WARNING, self.source.url, None, PLACE_MISSING, (name,)))
        for key, name in found:
            if name and (not wanted or awido.identity_of(name) in wanted):
                town = Town(name)
                self.towns.append(town)
                yield self.ask(awido.streets_address(self.at, key), self.grouped, town=town)
        if not self.waiting and not self.job.findings:
            self.fail(f"{response.url}: keine Orte", f"{response.url}: no places")

    def entries(self, response: Response) -> list[tuple[str, str]] | None:
        """The entries of a list; what is none goes into the account."""
        try:
            return awido.entries_in(response.body)
        except Unreadable as unreadable:
            self.fail(f"{response.url}: {unreadable.de}", f"{response.url}: {unreadable.en}")
            return None

    def grouped(self, response: Response, town: Town) -> Iterator[Any]:
        """The streets or parts of a place, and the calendar of each."""
        self.waiting -= 1
        found = self.entries(response)
        if found is None:
            town.failed = True
        else:
            yield from self.keep(town, response)
            most = self.options.streets
            if len(found) > most:
                told = (town.name, str(len(found)), str(most))
                self.job.findings.append(Finding(Severity.INFO, self.source.url, None, STREETS_LEFT, told))
            for key, name in sorted(found, key=lambda entry: entry[1])[:most]:
                url = awido.data_address(self.at, key)
                yield self.ask(url, self.dated, town=town, key=key, street=name or town.name, is_last=False)
        yield from self.end()

    def keep(self, town: Town, response: Response) -> Iterator[Page]:
        """Keeps a response for replays, but for the last one of a place, which waits for its natives."""
        if town.last is not None:
            yield self.page(town.last, [])
        town.last = response

    def dated(self, response: Response, town: Town, key: str, street: str, is_last: bool) -> Iterator[Any]:
        """The calendar of a street; where there is none, a street is divided by house numbers."""
        self.waiting -= 1
        try:
            years = awido.years_in(response.body)
        except Unreadable as unreadable:
            if is_last:
                self.fail(f"{response.url}: {unreadable.de}", f"{response.url}: {unreadable.en}")
                town.failed = True
            else:
                yield self.ask(awido.addons_address(self.at, key), self.numbered, town=town, street=street)
        else:
            yield from self.keep(town, response)
            town.streets[street] = (key, years)
        yield from self.end()

    def numbered(self, response: Response, town: Town, street: str) -> Iterator[Any]:
        """The house numbers of a street, and the calendar of each."""
        self.waiting -= 1
        found = self.entries(response)
        if not found:
            town.failed = True
        else:
            yield from self.keep(town, response)
        for key, number in (found or [])[: self.options.streets]:
            url = awido.data_address(self.at, key)
            yield self.ask(url, self.dated, town=town, key=key, street=f"{street} {number}".strip(), is_last=True)
        yield from self.end()

    def missed(self, failure: Failure) -> Iterator[Any]:
        """A request without an answer: its place is not taken, the others are."""
        self.waiting -= 1
        request = request_of(failure)
        if (town := request.cb_kwargs.get("town")) is not None:
            town.failed = True
        self.failed(failure)
        yield from self.end()

    def end(self) -> Iterator[Any]:
        """When all has come: whether files are really offered is seen by asking for one."""
        if self.waiting:
            return
        for town in self.towns:
            for key, years in town.streets.values():
                for year in years:
                    url = awido.file_address(self.at, key, year)
                    yield self.ask(url, self.offered, errback=self.not_offered)
                    return
        yield from self.deliver(False)

    def offered(self, response: Response) -> Iterator[Any]:
        """The file that was asked for, or a page in its place."""
        is_calendar = response.body.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"BEGIN:VCALENDAR")
        yield self.page(response, [], kept_body=b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n" if is_calendar else b"-")
        yield from self.deliver(is_calendar)

    def not_offered(self, failure: Failure) -> Iterator[Any]:
        """No file: the calendars are told of without one."""
        yield from self.deliver(False)

    def deliver(self, has_files: bool) -> Iterator[Any]:
        """The natives of all places that came whole, and the years before of the same series (F81)."""
        whole = [town for town in self.towns if not town.failed and town.last is not None]
        served = sorted(each for town in whole for each in self.ids(town))
        self.job.stated_total = len(served)
        for town in whole:
            assert town.last is not None
            yield self.page(town.last, list(self.natives(town, served, has_files)))
        if not self.job.failures and (known := earlier(self.job.memory, served)):
            yield Page(f"{self.source.url}#earlier", seen_ids=known, revision=self.job.revision)

    def ids(self, town: Town) -> set[str]:
        """The native ids of a place's years."""
        return {f"{self.series(town)}/{year}" for _, years in town.streets.values() for year in years}

    def series(self, town: Town) -> str:
        """What the years of a place have in common."""
        return f"{self.at.customer.lower()}/{awido.identity_of(town.name)}"

    def natives(self, town: Town, served: list[str], has_files: bool) -> Iterator[Native]:
        """Each year of a place, with the streets that have it."""
        for year in sorted({year for _, years in town.streets.values() for year in years}):
            found = {street: (key, years[year]) for street, (key, years) in town.streets.items() if year in years}
            data = {
                "id": f"{self.series(town)}/{year}",
                "series": self.series(town),
                "customer": self.at.customer,
                "place": town.name,
                "year": year,
                "kinds": sorted({kind for _, told in found.values() for kind in told.kinds}),
                "days": [
                    _first(told.first for _, told in found.values()),
                    _last(told.last for _, told in found.values()),
                ],
                "service": awido.service(self.at),
                "served": served,
                "streets": [
                    {
                        "name": street,
                        "json": awido.data_address(self.at, key),
                        "ics": awido.file_address(self.at, key, year) if has_files else None,
                    }
                    for street, (key, _) in sorted(found.items())
                ],
            }
            yield Native(data, sorted_json(data))


def _first(days: Iterable[date]) -> str:
    return min(days).isoformat()


def _last(days: Iterable[date]) -> str:
    return max(days).isoformat()
