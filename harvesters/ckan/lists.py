"""The way to the packages of a portal without search, as DKAN's are: names, lists of packages, single packages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from harvesters.ckan.answers import Refusal, cut, no_packages
from harvesters.ckan.packages import PackageSpider
from harvesters.mapping.native_values import word


class PackageLists:
    """Goes through the lists; ``refused`` is why there is no search, and what counts if there are no lists either."""

    def __init__(self, spider: PackageSpider, refused: Refusal) -> None:
        self.spider = spider
        self.tally = spider.tally
        self.refused = refused

    def first(self) -> Request:
        """The names of all packages; what else is there has to be known before absences may count."""
        return self._names(0)

    def _names(self, offset: int) -> Request:
        url = self.spider.portal.action("package_list", limit=self.spider.options.rows, offset=offset)
        return self.spider.ask(url, self.named, conditional=False, errback=self.no_names)

    def named(self, response: Response) -> Iterator[Any]:
        """Names, until no new ones come: DKAN ignores limit and offset and sends all of them each time."""
        answer = self.spider.result_of(response)
        found = None if isinstance(answer, Refusal) else cut(answer)
        if found is None or found.entries:
            yield from self.no_names()
        elif self.tally.add_names(found.names):
            yield self.spider.page(response, [])
            yield self._names(len(self.tally.names))
        else:
            self.spider.job.stated_total = len(self.tally.names)
            yield self._packages(0)

    def no_names(self, failure: Failure | None = None) -> Iterator[Any]:
        """What is left to do without names: the packages whose names came, else nothing."""
        if self.tally.names:
            yield self._packages(0)
        else:
            self.spider.fail(self.refused.de, self.refused.en, self.refused.rule)

    def _packages(self, offset: int) -> Request:
        action = "current_package_list_with_resources"
        url = self.spider.portal.action(action, limit=self.spider.options.rows, offset=offset)
        kwargs: dict[str, Any] = {"errback": self.list_failed, "cb_kwargs": {"offset": offset}}
        return self.spider.ask(url, self.listed, conditional=False, **kwargs)

    def listed(self, response: Response, offset: int) -> Iterator[Any]:
        """A page of whole packages, then the next as long as one came and names are missing, then single packages."""
        answer = self.spider.result_of(response)
        found = None if isinstance(answer, Refusal) else cut(answer)
        if found is None:
            yield from self._single()
            return
        entries = found.entries
        if offset and entries and all(self._is_met(entry) for entry in entries):
            entries = []  # a portal that ignores the offset sends the same page again (F11)
        page = self.spider.page_of(response, entries)
        if page is None:
            return
        yield page
        if entries and any(name not in self.tally.met for name in self.tally.names):
            yield self._packages(offset + len(entries))
        else:
            yield from self._single()

    def list_failed(self, failure: Failure) -> Iterator[Any]:
        """No list of whole packages: one by one."""
        if isinstance(failure.value, IgnoreRequest):  # an error status, or nothing kept for a replay
            yield from self._single()
        else:
            self.spider.failed(failure)

    def _single(self) -> Iterator[Any]:
        """Each package that no list had."""
        for name in self.tally.names:
            if name not in self.tally.met:
                yield self.spider.ask(self.spider.portal.action("package_show", id=name), self.shown)

    def shown(self, response: Response) -> Iterator[Any]:
        """One package; DKAN wraps it into a list."""
        if (page := self.spider.not_modified(response)) is not None:
            yield page
            return
        answer = self.spider.result_of(response)
        if isinstance(answer, Refusal):
            self.spider.fail_at(response.url, answer.de, answer.en)
        elif (found := cut(answer)) is None:
            self.spider.fail_at(response.url, *no_packages(answer))
        elif (page := self.spider.page_of(response, found.entries)) is not None:
            yield page

    def _is_met(self, entry: Any) -> bool:
        return isinstance(entry, dict) and (word(entry.get("id")) or word(entry.get("name"))) in self.tally.met
