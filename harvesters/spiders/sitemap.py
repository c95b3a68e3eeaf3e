"""Reaches the data on the pages that a site's map lists: no link is followed, unchanged pages are not asked for again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from fnmatch import fnmatchcase
from hashlib import blake2b
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

from pydantic import Field, field_validator
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.feeds.moments import instant
from harvesters.guards.exceptions import RedirectRefused, RequestRefused, RobotsRefused
from harvesters.reading import Kept, Native, Page
from harvesters.reasons import FAILURE, LIMIT
from harvesters.spider import Detected, HarvestSpider, Options, asked, request_of
from harvesters.spiders.website import BROKEN_SCRIPT, DEAD_LINKS
from harvesters.website import link_groups
from harvesters.website.frontier import Frontier
from harvesters.website.link_texts import data_format, stable_url
from harvesters.website.page_datasets import PageDatasets
from harvesters.website.page_links import DataLink, PageFacts, read_links
from harvesters.website.sitemaps import Listed, SiteMap, named_in_robots, read_sitemap
from harvesters.website.web_pages import header, moment_of, parse
from schemas.findings import Finding, Severity, declare
from schemas.kinds import date
from schemas.namespaces import XSD
from schemas.refusals import Wrong
from schemas.syntax import Unreadable

NO_LASTMOD = declare(
    "sitemap-lastmod-unreadable",
    "{0} Angaben lastmod der Sitemap sind keine Zeitpunkte, zum Beispiel „{1}“; die Seiten wurden abgefragt.",
    "{0} lastmod of the sitemap are no moments, for example “{1}”; the pages were asked for.",
    "Geben Sie Zeitpunkte nach dem W3C-Format an (2026-03-01 oder 2026-03-01T10:00:00+01:00).",
    "Give moments in the W3C's format (2026-03-01 or 2026-03-01T10:00:00+01:00).",
    "sitemaps.org protocol, lastmod",
)

_MOST_MAPS = 200
# Prime to the days of a week, so that weekly runs come round too.
_TURNS = 5
_PAGE_BYTES = 5_000_000
_AT_ONCE = 2
_MOVED = "text/uri-list"
_SIGNS = (".xml", ".gz", ".txt")
# What is neither a page nor data.
_OTHER = frozenset(
    {
        *("jpg", "jpeg", "png", "gif", "svg", "webp", "avif", "ico", "mp3", "mp4", "m4a", "webm", "ogg"),
        *("css", "js", "woff", "woff2", "rss", "atom", "doc", "docx", "ppt", "pptx"),
    }
)


class SitemapOptions(Options):
    """The table ``[sitemap]`` of a source file."""

    include: tuple[str, ...] = ()
    """Patterns of paths (``/daten/*``) that pages must have one of; empty for all."""

    exclude: tuple[str, ...] = ()
    """Patterns of paths of pages that are left out."""

    max_pages: int = Field(default=1_000, ge=1, le=50_000)
    """How many pages are read at most."""

    pdf: bool = False
    """Whether PDF files are datasets of their own."""

    @field_validator("include", "exclude")
    @classmethod
    def _patterns(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not pattern.startswith(("/", "*")) for pattern in value):
            raise Wrong("patterns that begin with / or * are allowed", "erlaubt sind Muster, die mit / oder * beginnen")
        if any(pattern.count("*") > 10 or len(pattern) > 500 for pattern in value):
            raise Wrong(
                "patterns of at most ten * and 500 characters are allowed",
                "erlaubt sind Muster mit höchstens zehn * und 500 Zeichen",
            )
        return value


class SitemapSpider(HarvestSpider):
    """The maps first, then their pages in the maps' order, each read as those of a website."""

    name = "sitemap"
    keeps_final_address = True
    reader = "website"
    title = ("Website nach ihrer Sitemap", "Website by its sitemap")
    options_model: ClassVar[type[Options]] = SitemapOptions

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The address itself, if it may be a map's; a site's start page is the website spider's."""
        return (url,) if url.startswith(("http://", "https://")) and _is_map(url) else ()

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """A map at the address itself; how many datasets its pages hold, nobody knows before they are read."""
        answer = answers.get(url)
        if answer is None or answer.status != 200:
            return None
        try:
            found = read_sitemap(answer.body, answer.final_url)
        except Unreadable:
            return None
        if not found.listed:
            return None
        return Detected(cls.name, url, None, tuple(each.url for each in found.listed[:3]), {}, 70)

    def first(self) -> Iterable[Request | Page]:
        """The map, or robots.txt, which says where it is."""
        self.frontier = Frontier(self.source.url, self.options.max_pages, 0)
        self.pages_read = PageDatasets(self.options.pdf)
        self._dead: list[str] = []
        self._waiting: deque[Listed] = deque()
        self._files: dict[str, str] = {}
        self._maps_left: deque[str] = deque()
        self._known_maps: set[str] = set()
        self._unclear: list[str] = []
        self._open = self._listed = self._left = self._given = 0
        if _is_map(self.source.url):
            yield self._ask_map(self.source.url)
        else:
            yield self.request(
                self._at_root("/robots.txt"), self.told, conditional=False, dont_filter=True, errback=self.untold
            )

    def _at_root(self, path: str) -> str:
        parts = urlsplit(self.source.url)
        return f"{parts.scheme}://{parts.netloc}{path}"

    # --- Maps -------------------------------------------------------------------------------------------------------

    def told(self, response: Response) -> Iterator[Request | Page]:
        """A robots.txt: the maps that it names on this site, else the usual place."""
        yield self._aside(response)
        named = [address for address in named_in_robots(response.body, response.url) if self._same_site(address)]
        for address in named or [self._at_root("/sitemap.xml")]:
            self._add_map(address)
        yield from self._next_map()

    def untold(self, failure: Failure) -> Iterator[Request | Page]:
        """Without a robots.txt the map lies at its usual place; a site that cannot be reached has none."""
        error = failure.value
        if isinstance(error, (HttpError, IgnoreRequest)):
            self._add_map(self._at_root("/sitemap.xml"))
            yield from self._next_map()
        else:
            self.failed(failure)

    def _add_map(self, address: str) -> None:
        if address in self._known_maps:
            return
        self._known_maps.add(address)
        if len(self._known_maps) <= _MOST_MAPS:
            self._maps_left.append(address)
        elif len(self._known_maps) == _MOST_MAPS + 1:
            self._partial(f"mehr als {_MOST_MAPS} Sitemaps", f"more than {_MOST_MAPS} sitemaps", LIMIT)

    def _ask_map(self, url: str) -> Request:
        self._known_maps.add(url)
        return self.request(url, self.mapped, conditional=False, dont_filter=True, errback=self._unmapped)

    def _unmapped(self, failure: Failure) -> Iterator[Request | Page]:
        """Without one of the maps nobody knows which pages are missing; those of the others are read."""
        self.failed(failure)
        yield from self._next_map()

    def _next_map(self) -> Iterator[Request | Page]:
        if self._maps_left:
            yield self._ask_map(self._maps_left.popleft())
        else:
            self._open = 1
            yield from self._further()

    def mapped(self, response: Response) -> Iterator[Request | Page]:
        """A map: further maps, or pages."""
        try:
            found = read_sitemap(response.body, response.url)
        except Unreadable as unreadable:
            self.fail(
                f"{response.url}: erwartet war eine Sitemap: {unreadable.de}",
                f"{response.url}: a sitemap was expected: {unreadable.en}",
            )
            yield from self._next_map()
            return
        yield self.page(response, ())
        if found.cut:
            self._partial(f"{response.url} ist größer als erlaubt", f"{response.url} is larger than allowed")
        self._enter(found)
        yield from self._next_map()

    def _enter(self, found: SiteMap) -> None:
        for each in found.listed:
            if not self._same_site(each.url):
                continue
            if found.is_index:
                self._add_map(each.url)
            elif self._wanted(each.url) and not self.frontier.visited(each.url):
                self._sort_in(each)

    def _sort_in(self, each: Listed) -> None:
        if each.changed and instant(date(each.changed)) is None:
            self._unclear.append(each.changed)
        if data_format(each.url, "", "", ""):
            self._files.setdefault(stable_url(each.url), each.changed)
        elif urlsplit(each.url).path.rpartition(".")[2].lower() not in _OTHER:
            self._listed += 1
            if self._listed <= self.options.max_pages:
                self._waiting.append(each)
            else:
                self._left += 1

    def _same_site(self, url: str) -> bool:
        return self.frontier.covers(url)

    def _wanted(self, url: str) -> bool:
        path = unquote(urlsplit(url).path) or "/"
        if any(fnmatchcase(path, pattern) for pattern in self.options.exclude):
            return False
        return not self.options.include or any(fnmatchcase(path, pattern) for pattern in self.options.include)

    # --- Pages ------------------------------------------------------------------------------------------------------

    def _visit(self, url: str) -> Request:
        self._given += 1
        return self.request(
            url,
            self.visited,
            dont_filter=True,
            errback=self._unvisited,
            # In the order of the map: which page names a file first must not be chance.
            priority=-self._given,
            meta={"max_bytes": min(_PAGE_BYTES, self.source.limits.body_bytes), "cut": True},
        )

    def visited(self, response: Response) -> Iterator[Any]:
        """A page: its datasets."""
        if (known := self.not_modified(response)) is not None:
            self.pages_read.seen(known.seen_ids)
            yield known
        elif self.job.replay is not None and header(response, "Content-Type") == _MOVED:
            self._open += 1
            yield self._visit(response.body.decode("ascii", "replace").strip())
        else:
            yield from self._take(response)
        yield from self._further()

    def _take(self, response: Response) -> Iterator[Page]:
        redirected = list(response.request.meta.get("redirect_urls", ())) if response.request is not None else []
        for address in redirected:
            # A replay asks for the address that was asked then, and has to learn where it led.
            kept = Kept(address, _MOVED, response.url.encode("ascii", "replace"))
            yield Page(address, response=self.job.sink.keep(kept))
        if redirected and self.frontier.visited(response.url):
            # It is listed under its own address too.
            return
        page = parse(response.body, response.url, header(response, "Content-Type"))
        if page is None:
            yield self.page(response, ())
            return
        links = read_links(page, header(response, "X-Robots-Tag") or "")
        stated = links.canonical
        own = stated if stated and self._same_site(stated) and urlsplit(stated).path not in ("", "/") else response.url
        found = self.pages_read.read(page, links, own, _changed(response))
        for script in found.broken:
            self._find(Severity.WARNING, page.url, BROKEN_SCRIPT, page.url, script)
        yield self.page(response, found.natives)

    def _unvisited(self, failure: Failure) -> Iterator[Any]:
        """A page that could not be had: one that is gone is the site's affair, a failing server makes the run partial."""
        error, request = failure.value, request_of(failure)
        address = request.meta.get("redirect_urls", [request.url])[0]
        known = self.job.memory.page(address) if self.job.memory else None
        closed = isinstance(error, (RobotsRefused, RedirectRefused, RequestRefused)) or (
            isinstance(error, HttpError) and 400 <= error.response.status < 500 and error.response.status != 429
        )
        # What a replayed run had not been given it does without again.
        closed = closed or (self.job.replay is not None and isinstance(error, IgnoreRequest))
        # A page that gave datasets and is now forbidden must not take them down with it (F36).
        lost = isinstance(error, RobotsRefused) and known is not None and bool(known.native_ids)
        if closed and not lost:
            self._dead.append(address)
        else:
            self.failed(failure)
        yield from self._further()

    def _further(self) -> Iterator[Any]:
        """Asks for the next pages; those that the map calls unchanged since the last run count as seen."""
        self._open -= 1
        while self._open < _AT_ONCE and self._waiting:
            each = self._waiting.popleft()
            if (page := self._unchanged(each)) is not None:
                yield page
            else:
                self._open += 1
                yield self._visit(each.url)
        if self._open == 0 and not self._waiting:
            yield from self._files_alone()
            self._close()

    def _unchanged(self, each: Listed) -> Page | None:
        """The page with the ids last read from it, where the map says that it is what it was (DESIGN 3, Fetch)."""
        since, memory = self.job.since, self.job.memory
        literal = date(each.changed) if each.changed else None
        moment = instant(literal)
        if since is None or memory is None or moment is None or literal is None:
            return None
        if literal.datatype == str(XSD.date):
            # Changed at any time of that day.
            moment += timedelta(days=1)
        known = memory.page(each.url)
        if moment >= since or known is None or known.revision != self.job.revision or _has_turn(each.url, since):
            return None
        self.pages_read.seen(known.native_ids)
        self.job.pages += 1
        self.job.records += len(known.native_ids)
        return Page(
            url=each.url,
            seen_ids=known.native_ids,
            response=known.response,
            etag=known.etag,
            last_modified=known.last_modified,
            revision=known.revision,
        )

    def _files_alone(self) -> Iterator[Page]:
        """Files of data that the map lists and no page named: all that is known of them is their address and date."""
        fresh = [url for url in self._files if url not in self.pages_read.taken]
        links = []
        for url in fresh:
            literal = date(self._files[url]) if self._files[url] else None
            stated = (literal, "lastmod der Sitemap") if literal is not None else None
            links.append(DataLink(url, data_format(url, "", "", ""), "", date=stated))
        natives = tuple(
            Native(group, group.fingerprint(), group.links[0].url)
            for group in link_groups.group(links, PageFacts(self.source.url, ""), self.options.pdf)
        )
        if natives:
            self.job.pages += 1
            self.job.records += len(natives)
            yield Page(f"{self.source.url}#files", natives, revision=self.job.revision)

    def _close(self) -> None:
        if self._left:
            most = self.options.max_pages
            self._partial(
                f"nach {most} Seiten (max_pages) wurde aufgehört; {self._left} weitere stehen in der Sitemap. Grenzen Sie sie "
                "mit include und exclude unter [sitemap] ein, oder heben Sie max_pages an",
                f"stopped after {most} pages (max_pages); {self._left} more are in the sitemap. Narrow them with include and "
                "exclude under [sitemap], or raise max_pages",
                LIMIT,
            )
        if self._unclear:
            self._find(Severity.INFO, self.source.url, NO_LASTMOD, str(len(self._unclear)), self._unclear[0][:100])
        if self._dead:
            shown = ", ".join(self._dead[:10]) + (" …" if len(self._dead) > 10 else "")
            self._find(Severity.INFO, self.source.url, DEAD_LINKS, str(len(self._dead)), shown)

    def _find(self, severity: Severity, focus: str, rule: str, *arguments: str) -> None:
        self.job.findings.append(Finding(severity, focus, None, rule, arguments))

    def _partial(self, de: str, en: str, rule: str = FAILURE) -> None:
        self.fail(f"{self.source.url}: {de}.", f"{self.source.url}: {en}.", rule)

    def _aside(self, response: Response) -> Page:
        """An answer that holds no records, kept so that a replay finds its way."""
        kept = Kept(asked(response), header(response, "Content-Type"), response.body)
        return Page(kept.url, response=self.job.sink.keep(kept), revision=self.job.revision)


def _has_turn(url: str, since: datetime) -> bool:
    """Whether a page is asked for in any case: each on one day of five, since some systems never change a lastmod."""
    return (
        blake2b(url.encode("utf-8", "surrogatepass"), digest_size=4).digest()[0] % _TURNS == since.toordinal() % _TURNS
    )


def _changed(response: Response) -> str | None:
    """When the page changed by its Last-Modified, unless the server made that up for this answer."""
    stated, now = header(response, "Last-Modified"), header(response, "Date")
    moment = moment_of(stated or "")
    return None if moment and now and (made := moment_of(now)) and made[:13] == moment[:13] else moment


def _is_map(url: str) -> bool:
    path = urlsplit(url).path.lower()
    return (path.endswith(_SIGNS) and not path.endswith("/robots.txt")) or "sitemap" in path
