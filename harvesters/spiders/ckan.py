"""Reaches the packages of a CKAN or DKAN portal through the Action API, version 3."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, NamedTuple

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.ckan.answers import MISSING, REPLAYED, Refusal, cut, no_packages, packages_in, refused_by_status
from harvesters.ckan.lists import PackageLists
from harvesters.ckan.packages import PackageSpider
from harvesters.ckan.portal import CkanOptions, Portal, filter_query, portal
from harvesters.ckan.tally import Tally
from harvesters.mapping.native_values import word
from harvesters.reading import Page
from harvesters.spider import Detected, Options, request_of
from schemas.findings import declare
from schemas.loose_json import load_json
from schemas.syntax import Unreadable

COUNT_CHANGED = declare(
    "ckan-list-changed",
    "Die Liste änderte sich während des Abrufs ({0}); sie wurde ein zweites Mal durchgesehen.",
    "The list changed while it was fetched ({0}); it was gone through a second time.",
    "Es ist nichts zu tun; ein Abruf zu einer ruhigen Zeit vermeidet den zweiten Durchgang.",
    "Nothing needs to be done; a run at a quiet time avoids the second pass.",
    "faults F16",
)
MANNER_REFUSED = declare(
    "ckan-parameter-refused",
    "Die Schnittstelle lehnte eine Abfrage ab ({0}); sie wurde einfacher gestellt.",
    "The interface refused a query ({0}); it was put more simply.",
    "Es ist nichts zu tun.",
    "Nothing needs to be done.",
    "faults F79",
)


class Cursor(NamedTuple):
    """Where paging stands: the next start, the way of asking, whether it is the second pass."""

    start: int = 0
    manner: int = 0
    second: bool = False


class CkanSpider(PackageSpider):
    """CKAN's package_search, page by page; where it is missing (DKAN), the lists of packages."""

    name = "ckan"
    reader = "ckan"
    title = ("CKAN-Schnittstelle", "CKAN API")
    options_model: ClassVar[type[Options]] = CkanOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The search with three results, and the list of names that a portal without search has."""
        if not url.startswith(("http://", "https://")):
            return ()
        named = portal(url)
        return (url,) if named.document else (_search_probe(named), named.action("package_list", limit=3))

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A search that answers, else a list of packages; or a JSON file that holds packages."""
        named = portal(url) if url.startswith(("http://", "https://")) else None
        if named is None:
            return None
        stated = {"organizations": named.organizations, "groups": named.groups, "tags": named.tags, "fq": named.fq}
        options = {key: value if isinstance(value, str) else list(value) for key, value in stated.items() if value}
        for address, certainty in zip(cls.probes(url), (60,) if named.document else (90, 70), strict=True):
            found = packages_in(answers[address].body, named.document) if address in answers else None
            if found is None or not (found.entries or found.names or found.stated == 0):
                continue
            packages = [entry for entry in found.entries if isinstance(entry, dict)]
            # Titles by language: hub-search of piveau, whose envelope is the same.
            if (
                packages
                and not any("resources" in each for each in packages)
                and isinstance(packages[0].get("title"), dict)
            ):
                continue
            titles = tuple(word(entry.get("title")) or word(entry.get("name")) for entry in packages[:3])
            count = found.stated if found.stated is not None else len(packages) or len(found.names)
            return Detected(cls.name, url if named.document else named.root, count, titles, options, certainty)
        return None

    def first(self) -> Iterable[Request | Page]:
        """The first search, or the file of packages."""
        self.portal = portal(self.source.url)
        self.filter = filter_query(self.portal, self.options)
        self.tally = Tally()
        self._refused: Refusal | None = None
        if self.portal.document:
            yield self.ask(self.source.url, self.documented)
        else:
            yield self.search(Cursor())

    def search(self, cursor: Cursor) -> Request:
        """One page of the search. The second pass asks in the other order, so that no shift hides the same dataset."""
        rows = self.options.rows if cursor.manner < 2 else min(self.options.rows, 100)
        asked: dict[str, str | int] = {"q": "*:*", "rows": rows, "start": cursor.start}
        if cursor.manner == 0:
            asked["sort"] = "id desc" if cursor.second else "id asc"
        if self.filter:
            asked["fq"] = self.filter
        url = self.portal.action("package_search", **asked)
        return self.ask(
            url,
            self.searched,
            conditional=not cursor.second,
            errback=self.search_failed,
            cb_kwargs={"cursor": cursor},
        )

    def searched(self, response: Response, cursor: Cursor) -> Iterator[Any]:
        """A page of the search, then the next, until the count is reached; what counts is what came (F79)."""
        if (page := self.not_modified(response)) is not None:
            self.tally.add_unchanged(page.seen_ids)
            yield page
            yield from self.go_on(cursor, len(page.seen_ids), None)
            return
        answer = self.result_of(response)
        if isinstance(answer, Refusal):
            yield from self.refused(response.url, answer, cursor)
            return
        found = cut(answer)
        if found is None or found.names:
            self.fail_at(response.url, *no_packages(answer))
            return
        page = self.page_of(response, found.entries, cursor.second)
        if page is None:
            return
        if page.natives or not cursor.second:
            yield page
        if found.stated is not None:
            self.tally.totals[found.stated] = None
            self.job.stated_total = found.stated
        yield from self.go_on(cursor, len(found.entries), found.stated)

    def go_on(self, cursor: Cursor, came: int, total: int | None) -> Iterator[Any]:
        """The next page, or the end; a list that changed or has gaps is gone through a second time (F14, F16)."""
        reached = cursor.start + came
        if came and (total is None or reached < total):
            yield self.search(cursor._replace(start=reached))
        elif total is not None:
            missing = total - self.tally.came
            if not cursor.second and self.tally.is_unsteady:
                self.note(COUNT_CHANGED, ", ".join(map(str, self.tally.totals)))
            if not cursor.second and (missing > 0 or self.tally.is_unsteady):
                self.tally.begin_again()
                yield self.search(Cursor(manner=cursor.manner, second=True))
            elif missing > 0:
                self.gap(total)

    def search_failed(self, failure: Failure) -> Iterator[Any]:
        """A search that was refused with an error status; other failures go into the account."""
        error, request = failure.value, request_of(failure)
        cursor: Cursor = request.cb_kwargs["cursor"]
        if isinstance(error, HttpError) and error.response.status < 500 and error.response.status != 429:
            refusal = refused_by_status(error.response.status, error.response.body)
            yield from self.refused(request.url, refusal, cursor)
        elif self.job.replay is not None and isinstance(error, IgnoreRequest):
            # A replay has no answers of what the replayed run was refused.
            yield from self.refused(request.url, Refusal(REPLAYED, str(error), str(error)), cursor)
        else:
            self.failed(failure)

    def refused(self, url: str, refusal: Refusal, cursor: Cursor) -> Iterator[Any]:
        """Asks more simply where a parameter was refused, by the lists where the search is missing, or gives up."""
        self._refused = self._refused or refusal._replace(de=f"{url}: {refusal.de}", en=f"{url}: {refusal.en}")
        if cursor.start or cursor.second or not refusal.kind or "Authorization" in refusal.kind:
            self.fail_at(url, refusal.de, refusal.en, refusal.rule)
        elif cursor.manner < 2 and refusal.kind != MISSING and "not known" not in refusal.en:
            if refusal.kind != REPLAYED:
                self.note(MANNER_REFUSED, refusal.en)
            yield self.search(cursor._replace(manner=cursor.manner + 1))
        elif self.options.fq or self.portal.fq:
            self.fail(self._refused.de, self._refused.en, self._refused.rule)
        else:
            yield PackageLists(self, self._refused).first()

    def documented(self, response: Response) -> Iterator[Any]:
        """A JSON file: a kept answer of the interface, a list of packages, a single package."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        found = packages_in(response.body, True)
        if found is None or found.names:
            try:
                document, _ = load_json(response.body)
                self.fail_at(response.url, *no_packages(document))
            except Unreadable as unreadable:
                self.fail_at(response.url, unreadable.de, unreadable.en)
            return
        self.job.stated_total = found.stated
        if (page := self.page_of(response, found.entries)) is not None:
            yield page
        if found.stated is not None and found.stated > self.tally.came:
            self.gap(found.stated)


def _search_probe(named: Portal) -> str:
    fq = filter_query(named, CkanOptions())
    return named.action("package_search", q="*:*", rows=3, **({"fq": fq} if fq else {}))
