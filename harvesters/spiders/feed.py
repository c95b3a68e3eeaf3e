"""Reaches the datasets of an RSS or Atom feed: its pages, and the dataset feeds of an INSPIRE download service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, ClassVar, Literal
from urllib.parse import urldefrag

from pydantic import Field
from scrapy.http import Request, Response

from harvesters.answer import Answer
from harvesters.feeds.documents import FeedDocument, Item, load_feed
from harvesters.feeds.natives import dataset_feed, entry_native, holds_datasets, nameless, whole_native
from harvesters.reading import Native, Page
from harvesters.reasons import FAILURE, INCOMPLETE, LIMIT
from harvesters.spider import Detected, HarvestSpider, Options
from schemas.findings import Finding, Severity, declare
from schemas.kinds import is_web
from schemas.syntax import Unreadable

CHARSET = declare(
    "feed-charset-repaired",
    "{0}: {1} Zeilen standen nicht in der angegebenen Zeichenkodierung und wurden berichtigt.",
    "{0}: {1} lines were not in the stated character encoding and were put right.",
    "Liefern Sie den Feed an der Quelle in UTF-8, und geben Sie UTF-8 an.",
    "Deliver the feed in UTF-8 at the source, and state UTF-8.",
    "faults F20",
)

ACCEPT = "application/atom+xml, application/rss+xml;q=0.9, application/xml;q=0.7, text/xml;q=0.7, */*;q=0.1"


class FeedOptions(Options):
    """The table ``[feed]`` of a source file."""

    as_: Literal["entries", "feed"] | None = Field(default=None, alias="as")
    """Whether each entry is a dataset or the feed as a whole; without it, entries where they carry data."""

    complete: bool | None = None
    """Whether the feed lists all there is, so that what is no longer in it counts as absent; without it as the feed says."""

    max_pages: int = Field(default=100, ge=1, le=20_000)
    """The most pages (RFC 5005) of the feed read in one run."""


class FeedSpider(HarvestSpider):
    """A feed page by page (RFC 5005); an entry of a download service leads to the feed of its dataset."""

    name = "feed"
    reader = "feed"
    title = ("RSS- oder Atom-Feed", "RSS or Atom feed")
    options_model: ClassVar[type[Options]] = FeedOptions

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """RSS or Atom at the address itself; surer where its entries carry data."""
        answer = answers.get(url)
        if answer is None or answer.status != 200:
            return None
        try:
            document = load_feed(answer.body, answer.final_url)
        except Unreadable:
            return None
        name = document.head.text("title")
        if not holds_datasets(document):
            samples = (name,) if name else ()
            return Detected(cls.name, url, 1, samples, {"as": "feed"}, 60, name)
        titles = tuple(title for item in document.items[:3] if (title := item.text("title")))
        count = max(len(document.items), document.total or 0)
        return Detected(cls.name, url, count, titles, {}, 85 if document.inspire else 75, name)

    def first(self) -> Iterable[Request | Page]:
        """The feed."""
        self._visited: set[str] = set()
        self._contents: set[bytes] = set()
        self._taken: set[str] = set()
        self._entries = self.options.as_ == "entries"
        self._pages = 0
        self._came = 0
        yield self._ask(self.source.url)

    def _ask(self, url: str, **more: Any) -> Request:
        self._visited.add(urldefrag(url).url)
        self._pages += 1
        return self.request(url, self.fed, dont_filter=True, headers=self._headers(), **more)

    def _headers(self) -> dict[str, str]:
        headers = {"Accept": ACCEPT}
        if self.source.api_key:
            headers["Authorization"] = self.source.api_key
        return headers

    # --- Pages ----------------------------------------------------------------------------------------------------

    def fed(self, response: Response) -> Iterator[Any]:
        """A page of the feed, and the requests to the next one and to the feeds of its datasets."""
        if (page := self.not_modified(response)) is not None:
            # Only a feed of one page is asked for with validators; what slid out of it before is not absent.
            self._window(self.options.complete is True)
            yield page
            return
        document = self._document(response)
        if document is None:
            return
        if self._pages == 1 and self.options.as_ is None:
            self._entries = holds_datasets(document)
        if not self._entries:
            yield self.page(response, (whole_native(document, self.source.url),))
            return
        if self._repeated(document):
            self._stop(response.url, "die Seite wiederholt eine frühere", "the page repeats an earlier one", INCOMPLETE)
            return
        self.job.stated_total = document.total or self.job.stated_total
        yield from self._take(response, document)
        following = document.following or document.archive
        if following:
            yield from self._further(response.url, following)
        else:
            self._end(document)

    def _take(self, response: Response, document: FeedDocument) -> Iterator[Any]:
        natives: list[Native] = []
        unusable: list[Finding] = []
        own: list[Request] = []
        for number, item in enumerate(document.items, 1):
            identity, _ = item.identity
            if not identity:
                unusable.append(nameless(response.url, number))
                continue
            self._came += 1
            if identity in self._taken:
                # A later page holds older forms of the same entry (RFC 5005 section 4.2).
                continue
            self._taken.add(identity)
            address = dataset_feed(item) if document.inspire else ""
            if is_web(address) and urldefrag(address).url not in self._visited:
                own.append(self._ask_own(address, item, document))
            elif native := entry_native(item, document, response.url):
                natives.append(native)
        page = self.page(response, natives, unusable, deleted_ids=[name for name in document.deleted if name])
        if own or document.following or document.archive:
            # Without its content nobody knows what else to ask for: it must come whole next time.
            page = replace(page, etag=None, last_modified=None)
        yield page
        yield from own

    def _further(self, url: str, following: str) -> Iterator[Any]:
        most = min(self.options.max_pages, self.source.limits.pages)
        if urldefrag(following).url in self._visited:
            self._stop(
                url,
                f"die Seite {following} wurde schon abgerufen",
                f"the page {following} was fetched before",
                INCOMPLETE,
            )
        elif not is_web(following):
            self._stop(
                url, f"die Seite „{following}“ hat keine Webadresse", f"the page “{following}” has no web address"
            )
        elif self._pages >= most:
            self._stop(
                url, f"das Budget von {most} Seiten ist erschöpft", f"the budget of {most} pages is spent", LIMIT
            )
        elif self.job.records >= self.source.limits.records:
            most = self.source.limits.records
            self._stop(
                url,
                f"das Budget von {most} Datensätzen ist erschöpft",
                f"the budget of {most} records is spent",
                LIMIT,
            )
        else:
            yield self._ask(following, conditional=False)

    def _end(self, document: FeedDocument) -> None:
        """All pages came: whether that is all there is, the source's options say, or the feed itself."""
        stated = self.options.complete
        self._window(stated if stated is not None else document.complete or document.inspire or self._pages > 1)
        total = self.job.stated_total
        if total is not None and self._came < total:
            self._stop(
                self.source.url,
                f"nur {self._came} von {total} genannten Einträgen kamen",
                f"only {self._came} of {total} stated entries came",
                INCOMPLETE,
            )

    def _window(self, complete: bool) -> None:
        """A feed usually shows its latest entries only: those that it no longer shows are not gone."""
        if not complete:
            self.job.changes_only = True

    # --- Feeds of datasets ----------------------------------------------------------------------------------------

    def _ask_own(self, url: str, item: Item, document: FeedDocument) -> Request:
        # Changed words in the service's feed make it another page: an unchanged dataset feed would hide them.
        mark = blake2b(item.fingerprint(), digest_size=12).hexdigest()
        return self.request(
            url,
            self.own,
            asked_as=f"{url}#{mark}",
            dont_filter=True,
            headers=self._headers(),
            cb_kwargs={"item": item, "document": document._replace(items=())},
        )

    def own(self, response: Response, item: Item, document: FeedDocument) -> Iterator[Any]:
        """The feed of one dataset: where its data can be had."""
        if (page := self.not_modified(response)) is not None:
            yield page
            return
        found = self._document(response)
        if found is None:
            return
        native = entry_native(item, document, self.source.url, found)
        yield self.page(response, (native,) if native else ())

    def _document(self, response: Response) -> FeedDocument | None:
        try:
            document = load_feed(response.body, response.url)
        except Unreadable as unreadable:
            self.fail(
                f"{response.url}: erwartet war ein Feed (RSS, Atom): {unreadable.de}",
                f"{response.url}: a feed (RSS, Atom) was expected: {unreadable.en}",
            )
            return None
        if document.repaired_lines:
            arguments = (response.url, str(document.repaired_lines))
            self.job.findings.append(Finding(Severity.WARNING, response.url, None, CHARSET, arguments))
        return document

    def _repeated(self, document: FeedDocument) -> bool:
        """Whether a page holds the entries of an earlier one under another address (F11)."""
        if not document.items:
            return False
        content = blake2b(b"".join(item.fingerprint() for item in document.items), digest_size=16).digest()
        known = content in self._contents
        self._contents.add(content)
        return known

    def _stop(self, url: str, de: str, en: str, rule: str = FAILURE) -> None:
        self.fail(f"{url}: Abruf beendet, {de}", f"{url}: fetching ended, {en}", rule)

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The address itself."""
        return (url,) if url.startswith(("http://", "https://")) else ()
