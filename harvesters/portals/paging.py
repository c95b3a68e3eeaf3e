"""Goes through the list of a portal's interface page by page, with the guards that every such list needs (F11 to F16)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple
from urllib.parse import urlsplit

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.ckan.tally import Tally
from harvesters.reading import UNREADABLE_RECORD, Native, Page
from harvesters.reasons import FAILURE, INCOMPLETE, LIMIT, Reason, answered, joined
from harvesters.spider import HarvestSpider
from schemas.findings import Finding, Severity, declare
from schemas.loose_json import JSON_REPAIRED, load_json, sorted_json
from schemas.syntax import Unreadable, excerpt

GAP = declare(
    "portal-count-gap",
    "Die Schnittstelle nennt {0} Datensätze, geliefert wurden {1}.",
    "The interface states {0} datasets, {1} were delivered.",
    "Bitten Sie den Betreiber des Portals, den Suchindex neu aufbauen zu lassen; fehlende Datensätze zählen nicht als gelöscht.",
    "Ask the portal's operator to have the search index rebuilt; missing datasets do not count as deleted.",
    "faults F14",
)
LIST_CHANGED = declare(
    "portal-list-changed",
    "Die Liste änderte sich während des Abrufs ({0}); sie wurde ein zweites Mal durchgesehen.",
    "The list changed while it was fetched ({0}); it was gone through a second time.",
    "Es ist nichts zu tun; ein Abruf zu einer ruhigen Zeit vermeidet den zweiten Durchgang.",
    "Nothing needs to be done; a run at a quiet time avoids the second pass.",
    "faults F16",
)
MANNER_REFUSED = declare(
    "portal-query-refused",
    "Die Schnittstelle lehnte eine Abfrage ab ({0}); sie wurde anders gestellt.",
    "The interface refused a query ({0}); it was put differently.",
    "Es ist nichts zu tun.",
    "Nothing needs to be done.",
    "faults F79",
)
WITHHELD = declare(
    "portal-record-not-public",
    "Der Eintrag ist an der Quelle nicht öffentlich ({0}) und wurde nicht übernommen.",
    "The entry is not public at the source ({0}) and was not taken.",
    "Geben Sie den Datensatz an der Quelle frei, wenn er veröffentlicht werden soll.",
    "Make the dataset public at the source if it is to be published.",
)

_SAME_PAGE = (
    "die nächste Seite gleicht einer schon gelesenen; der Abruf endet hier, Fehlendes zählt nicht als gelöscht",
    "the next page equals one read before; fetching ends here, and what is missing does not count as deleted",
)
_CIRCLE = (
    "die nächste Seite wurde schon abgerufen; der Abruf endet hier, Fehlendes zählt nicht als gelöscht",
    "the next page was fetched before; fetching ends here, and what is missing does not count as deleted",
)
_BUDGET = (
    "die Grenze der Datensätze ist erreicht; der Abruf endet hier",
    "the limit of records is reached; fetching ends here",
)


class Cut(NamedTuple):
    """What an answer holds: its entries, how many the whole list has (or None), whether it says that more follow
    (None: it does not say), and the mark from which the next page goes on, where the interface has one.
    """

    entries: list[Any]
    total: int | None = None
    more: bool | None = None
    mark: str | None = None


class Spot(NamedTuple):
    """Where paging stands: entries that lie before, the page's number from 0, the way of asking, the second pass."""

    passed: int = 0
    number: int = 0
    manner: int = 0
    second: bool = False
    mark: str = ""


class ListSpider(HarvestSpider):
    """The base of spiders that go through a list: they say how to ask for a page and what an answer holds.

    ``manners`` is how many ways of asking there are; one that is refused leads to the next.
    """

    manners: ClassVar[int] = 1
    # The header that carries an API key, and what stands before it.
    key_header: ClassVar[tuple[str, str]] = ("Authorization", "")

    def address(self, spot: Spot) -> str | None:
        """The address of a page; None if there is none (no second pass in another order, no such way of asking)."""
        raise NotImplementedError

    def name_of(self, url: str, spot: Spot) -> str:
        """The name under which a page is kept: its address, where that tells pages apart."""
        return url

    def cut(self, document: Any, spot: Spot) -> Cut | None:
        """What an answer holds; None if it is none of this interface."""
        raise NotImplementedError

    def location(self, entry: dict[str, Any]) -> str | None:
        """The address at which a person can look at an entry."""
        raise NotImplementedError

    def withheld(self, entry: dict[str, Any]) -> str | None:
        """Why an entry is not public, or None."""
        return None

    def gone(self, entry: dict[str, Any]) -> str | None:
        """The id of an entry that the source says is deleted, or None."""
        return None

    def taken(self, entry: dict[str, Any], fingerprint: bytes) -> Native | None:
        """An entry as a native; None if it needs more requests before it is one."""
        return Native(entry, fingerprint, self.location(entry))

    def is_old(self, entry: dict[str, Any]) -> bool:
        """Whether an entry lies before the moment since which changes are wanted; for lists in the order of change."""
        return False

    def first(self) -> Iterable[Request | Page]:
        """The first page."""
        self.tally = Tally()
        self._asked: set[str] = set()
        yield from self.go_to(Spot())

    def go_to(self, spot: Spot) -> Iterator[Request]:
        """The request for a page, unless it was fetched before (F12) or the budget is spent (F13)."""
        url = self.address(spot)
        if url is None:
            return
        name = self.name_of(url, spot)
        if name in self._asked:
            self.fail_at(url, *_CIRCLE, INCOMPLETE)
        elif self.job.records >= self.source.limits.records:
            self.fail_at(url, *_BUDGET, LIMIT)
        else:
            self._asked.add(name)
            yield self.ask(url, self.listed, asked_as=name, cb_kwargs={"spot": spot}, errback=self.unlisted)

    def ask(self, url: str, callback: Callable[..., Any], **kwargs: Any) -> Request:
        """A request; to the source's own origin it carries the API key.

        It has no validators: what a page of a list holds depends on all others.
        """
        headers: dict[str, str] = {"Accept": "application/json"}
        if self.source.api_key and _origin(url) == _origin(self.source.url):
            name, before = self.key_header
            headers[name] = before + self.source.api_key
        return self.request(url, callback, conditional=False, headers=headers, dont_filter=True, **kwargs)

    def listed(self, response: Response, spot: Spot) -> Iterator[Any]:
        """A page of the list, then the next, until the list's end."""
        found = self.found(response, spot)
        if isinstance(found, tuple) and not isinstance(found, Cut):
            yield from self.otherwise(response.url, Reason(*found), spot)
            return
        page = self.page_of(response, found.entries, spot)
        if page is None:
            return
        yield page
        if found.total is not None:
            self.tally.totals[found.total] = None
            if not self.job.changes_only:
                self.job.stated_total = found.total
        yield from self.go_on(spot, found)

    def found(self, response: Response, spot: Spot) -> Cut | tuple[str, str]:
        """What an answer holds, or why it is none (German, English; F01, F02, F03, F21)."""
        try:
            document, repaired = load_json(response.body)
        except Unreadable as unreadable:
            return unreadable.de, unreadable.en
        found = self.cut(document, spot)
        if found is None:
            shown = excerpt(sorted_json(document)[:2000].decode("utf-8", "replace"))
            return (
                f"JSON, aber keine Antwort dieser Schnittstelle: {shown}",
                f"JSON, but no answer of this interface: {shown}",
            )
        if repaired:
            self.note(JSON_REPAIRED)
        return found

    def go_on(self, spot: Spot, found: Cut) -> Iterator[Any]:
        """The next page, or the end; a list that changed or has gaps is gone through a second time (F14, F16)."""
        passed = spot.passed + len(found.entries)
        followed = spot._replace(passed=passed, number=spot.number + 1, mark=found.mark or "")
        done = any(isinstance(entry, dict) and self.is_old(entry) for entry in found.entries)
        more = found.more if found.more is not None else found.total is None or passed < found.total
        if found.entries and more and not done:
            yield from self.go_to(followed)
        elif not done:
            yield from self.end(spot, found.total)

    def end(self, spot: Spot, total: int | None) -> Iterator[Any]:
        """What is to be done when a pass came to the list's end."""
        missing = (total or 0) - self.tally.came
        if missing <= 0 and not self.tally.is_unsteady:
            return
        again = Spot(manner=spot.manner, second=True)
        if not spot.second and self.address(again) is not None:
            if self.tally.is_unsteady:
                self.note(LIST_CHANGED, ", ".join(map(str, self.tally.totals)))
            self.tally.begin_again()
            yield from self.go_to(again)
        elif missing > 0:
            finding = self.note(GAP, str(total), str(self.tally.came))
            self.fail_at(self.source.url, finding.message("de"), finding.message("en"), INCOMPLETE)

    def page_of(self, response: Response, entries: Sequence[Any], spot: Spot) -> Page | None:
        """The page's entries as natives, each only once in a run; None, and a failure, if the page came before (F11)."""
        written = [sorted_json(entry) for entry in entries]
        marks = [hash(each) for each in written]
        if self.tally.is_repeated(marks):
            self.fail_at(response.url, *_SAME_PAGE, INCOMPLETE)
            return None
        natives: list[Native] = []
        unusable: list[Finding] = []
        deleted: list[str] = []
        for entry, fingerprint, mark in zip(entries, written, marks, strict=True):
            fresh = self.tally.is_fresh(mark)
            if not isinstance(entry, dict) or not fingerprint:
                reason = type(entry).__name__ if fingerprint else "nested too deeply"
                unusable.append(Finding(Severity.VIOLATION, response.url, None, UNREADABLE_RECORD, (reason,)))
            elif fresh and not self.is_old(entry):
                if identity := self.gone(entry):
                    deleted.append(identity)
                elif hidden := self.withheld(entry):
                    place = self.location(entry) or self.source.url
                    self.job.findings.append(Finding(Severity.INFO, place, None, WITHHELD, (hidden,)))
                elif (native := self.taken(entry, fingerprint)) is not None:
                    natives.append(native)
        return self.page(response, natives, unusable, deleted_ids=deleted)

    def unlisted(self, failure: Failure) -> Iterator[Any]:
        """A page that did not come: refused with a status, or missing in a replay; other failures go into the account."""
        error, request = failure.value, getattr(failure, "request", None)
        assert isinstance(request, Request)
        spot: Spot = request.cb_kwargs["spot"]
        if isinstance(error, HttpError) and error.response.status < 500 and error.response.status != 429:
            status = error.response.status
            yield from self.otherwise(request.url, answered(status), spot)
        elif self.job.replay is not None and isinstance(error, IgnoreRequest) and not spot.passed and not spot.second:
            # A replay has no answers of what the replayed run was refused.
            yield from self.otherwise(request.url, Reason(str(error), str(error)), spot, silent=True)
        else:
            self.failed(failure)

    def otherwise(self, url: str, said: Reason, spot: Spot, silent: bool = False) -> Iterator[Any]:
        """The next way of asking, if the first page was refused and there is one; else a failure with all reasons."""
        self._reasons: list[Reason] = getattr(self, "_reasons", [])
        self._reasons.append(said.at(url))
        manner = spot.manner + 1
        while not (spot.passed or spot.second) and manner < self.manners:
            if self.address(Spot(manner=manner)) not in self._asked | {None}:
                if not silent:
                    self.note(MANNER_REFUSED, said.en)
                yield from self.go_to(Spot(manner=manner))
                return
            manner += 1
        reasons = self._reasons[-self.manners :] if not (spot.passed or spot.second) else self._reasons[-1:]
        self.job.failures.append(joined(reasons))

    def note(self, rule: str, *arguments: str) -> Finding:
        """Enters a finding on the source into the account, once; gives it."""
        finding = Finding(Severity.WARNING, self.source.url, None, rule, arguments)
        if finding not in self.job.findings:
            self.job.findings.append(finding)
        return finding

    def fail_at(self, url: str, de: str, en: str, rule: str = FAILURE) -> None:
        """Enters a failure at an address into the account."""
        self.fail(f"{url}: {de}", f"{url}: {en}", rule)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()
