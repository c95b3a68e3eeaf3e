"""Reaches the data on a town's website: a bounded crawl for links to data files and schema.org Datasets."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import urljoin, urlsplit

from defusedxml import DefusedXmlException, ElementTree
from pydantic import Field, field_validator
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.guards.exceptions import RedirectRefused, RequestRefused, RobotsRefused
from harvesters.reading import Kept, Native, Page
from harvesters.reasons import LIMIT
from harvesters.spider import Detected, HarvestSpider, Options, request_of
from harvesters.website import link_groups
from harvesters.website.blocks import Block
from harvesters.website.frontier import Frontier
from harvesters.website.link_groups import LinkedFiles
from harvesters.website.linked_data import find_datasets
from harvesters.website.page_links import PageLinks, read_links
from harvesters.website.proposals import propose
from harvesters.website.schema_org import SchemaDataset, files_of, identity
from harvesters.website.site_rules import SiteRules
from harvesters.website.web_pages import WebPage, header, is_html, moment_of, page_text, parse, title_of
from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal, date
from schemas.refusals import Wrong
from schemas.syntax import excerpt

_PAGE_BYTES = 5_000_000
_AT_ONCE = 2
_SITEMAPS = 10
_MOVED = "text/uri-list"

DEAD_LINKS = declare(
    "website-dead-links",
    "Nicht erreichbar oder gesperrt und darum ausgelassen ({0}): {1}",
    "{0} pages of the website cannot be reached or are closed to us and were left out: {1}",
    "Berichtigen Sie die Verweise auf der Website, wenn dort Daten liegen sollten.",
    "Correct the links on the website if there should be data.",
)
ALIKE = declare(
    "website-pages-alike",
    "{0} Seiten wurden ausgelassen, weil sich ihre Adressen nur in Zahlen oder Parametern unterscheiden.",
    "{0} pages were left out because their addresses differ in numbers or parameters only.",
    "Meist sind es Kalender oder Suchergebnisse; liegen dort Daten, nennen Sie ihren Pfad als url der Quelle.",
    "Mostly these are calendars or search results; if there are data, name their path as the source's url.",
    "faults F13",
)
BROKEN_SCRIPT = declare(
    "json-ld-broken",
    "{0}: Die Angaben für Maschinen (JSON-LD) sind kein gültiges JSON: {1}",
    "{0}: the description for machines (JSON-LD) is no valid JSON: {1}",
    "Lassen Sie die Seite mit dem Rich Results Test prüfen und berichtigen.",
    "Have the page checked with the Rich Results Test and corrected.",
)


LAYOUT_CHANGED = declare(
    "website-layout-changed",
    "{0}: Das Layout hat sich geändert: {1} findet nichts mehr (vorher {2} Einträge). Jetzt passt: {3}.",
    "{0}: the layout has changed: {1} finds nothing any more ({2} entries before). What fits now: {3}.",
    "Lassen Sie mit allmende detect eine neue Regel vorschlagen und tragen Sie sie unter [[website.block]] ein.",
    "Have a new rule proposed by allmende detect and enter it under [[website.block]].",
    "faults F24",
)
RULE_UNCONFIRMED = declare(
    "website-rule-unconfirmed",
    "{0} vorgeschlagene Regeln unter [[website.block]] sind noch nicht bestätigt und wurden nicht angewandt.",
    "{0} proposed rules under [[website.block]] are not confirmed yet and were not used.",
    "Sehen Sie sich die Titel im Vorschlag an und setzen Sie confirmed = true, oder löschen Sie die Regel.",
    "Look at the titles in the proposal and set confirmed = true, or delete the rule.",
)


class WebsiteOptions(Options):
    """The table ``[website]`` of a source file."""

    depth: int = Field(default=3, ge=0, le=20)
    """How many links away from the start pages are visited."""

    max_pages: int = Field(default=200, ge=1, le=20_000)
    """How many pages are visited at most."""

    allow: tuple[str, ...] = ()
    """Beginnings of paths that pages must have to be visited; empty for all."""

    deny: tuple[str, ...] = ()
    """Beginnings of paths of pages that are not visited."""

    sitemap: bool = True
    """Whether the site's sitemap.xml is read for pages."""

    pdf: bool = False
    """Whether PDF files are datasets of their own."""

    block: tuple[Block, ...] = ()
    """The site's own rules: blocks that are datasets, and what in them is title, link, date, description."""

    @field_validator("allow", "deny")
    @classmethod
    def _paths(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if any(not prefix.startswith("/") for prefix in value):
            raise Wrong("paths that begin with / are allowed", "erlaubt sind Pfade, die mit / beginnen")
        return value


class WebsiteSpider(HarvestSpider):
    """A site: page by page from the start and the sitemap, nearest first."""

    name = "website"
    keeps_final_address = True
    reader = "website"
    title = ("Website mit Dateien", "Website with files")
    options_model: ClassVar[type[Options]] = WebsiteOptions

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """Any page in HTML, with little certainty: more of it where data are linked on the page itself."""
        answer = answers.get(url)
        if answer is None or not is_html(answer.body, answer.headers.get("content-type")):
            return None
        page = parse(answer.body, answer.final_url, answer.headers.get("content-type"))
        if page is None:
            return None
        found = read_links(page)
        groups = link_groups.group(found.data, found.facts, pdf=False)
        named = [str(entry.get("name", "")) for entry in find_datasets(page).datasets]
        samples = [*named, *(link_groups.title_of_links(group.links, group.facts)[0] for group in groups)]
        count = len(samples)
        options: dict[str, Any] = {}
        if (proposal := propose(page, found.facts)) is not None:
            options["block"] = [proposal.rule.model_dump(exclude_defaults=True) | {"confirmed": False}]
            samples = samples if named else [*proposal.titles]
        return Detected(cls.name, page.url, count, tuple(samples[:3]), options, 20 if count else 10, title_of(page))

    def first(self) -> Iterable[Request | Page]:
        """The start page, and the site's map."""
        options = self.options
        self.frontier = Frontier(self.source.url, options.max_pages, options.depth, options.allow, options.deny)
        # The start is visited whatever allow and deny say of it.
        self.frontier.visited(self.source.url)
        self.frontier.given = 1
        self._open = 1
        self._contents: set[bytes] = set()
        self._read: set[str] = set()
        self._taken: set[str] = set()
        self._dead: list[str] = []
        self._maps = self._maps_open = 0
        self._rules = SiteRules(options.block, self.job.memory)
        yield self._visit(self.source.url, 0)

    # --- Pages --------------------------------------------------------------------------------------------------

    def _visit(self, url: str, depth: int) -> Request:
        return self.request(
            url,
            self.visited,
            # Only a page whose links lead no further can be left unread when it is what it was.
            conditional=depth >= self.options.depth and depth > 0,
            dont_filter=True,
            errback=self._unvisited,
            cb_kwargs={"depth": depth},
            # In the order of the frontier, not the last one first: which page names a file first must not be chance.
            priority=-self.frontier.given,
            meta={"max_bytes": min(_PAGE_BYTES, self.source.limits.body_bytes), "cut": True},
        )

    def visited(self, response: Response, depth: int) -> Iterator[Request | Page]:
        """A page: its datasets, and the pages it leads to."""
        if (known := self.not_modified(response)) is not None:
            self._taken.update(known.seen_ids)
            yield known
        elif (moved := self._moved_to(response)) is not None:
            self._open += 1
            yield self._visit(moved, depth)
        else:
            yield from self._take(response, depth)
            if depth == 0 and self.options.sitemap and self._maps == 0:
                yield self._ask_map(urljoin(response.url, "/sitemap.xml"))
        yield from self._further()

    def _take(self, response: Response, depth: int) -> Iterator[Page]:
        page = parse(response.body, response.url, header(response, "Content-Type"))
        if page is None:
            if depth == 0:
                found = excerpt(page_text(response.body, header(response, "Content-Type")).text)
                self.fail(
                    f"{response.url}: erwartet wurde eine Web-Seite (HTML), gekommen ist: {found}",
                    f"{response.url}: a web page (HTML) was expected, what came is: {found}",
                )
            return
        for asked in _redirected(response):
            # A replay asks for the address that was asked then, and has to learn where it led.
            yield Page(asked, response=self.job.sink.keep(Kept(asked, _MOVED, response.url.encode())))
        if self._elsewhere(response):
            return
        links = read_links(page, header(response, "X-Robots-Tag") or "")
        own = self._canonical(links, response.url)
        digest = hashlib.blake2b(page.decoded.text.encode("utf-8", "replace"), digest_size=16).digest()
        if (own != response.url and own in self._read) or digest in self._contents:
            yield self.page(response, ())
            return
        self._contents.add(digest)
        self._read |= {own, response.url}
        links = links._replace(facts=links.facts._replace(url=own))
        yield self.page(response, tuple(self._natives(page, links, response, depth)) if links.may_list else ())
        if links.may_follow:
            for target in links.pages:
                self.frontier.add(target, depth + 1)

    def _elsewhere(self, response: Response) -> bool:
        """Whether a redirect led to a page that is visited under its own address."""
        asked = _redirected(response)
        return bool(asked) and asked[0] != self.source.url and self.frontier.visited(response.url)

    def _canonical(self, links: PageLinks, url: str) -> str:
        """The address that the page gives for itself. Systems that name the start page on every page are not believed."""
        stated = links.canonical
        if stated is None or not self.frontier.covers(stated) or urlsplit(stated).path in ("", "/"):
            return url
        return stated

    def _natives(self, page: WebPage, links: PageLinks, response: Response, depth: int) -> Iterator[Native]:
        """The datasets of a page that no page before it had: those described for machines first, then linked files."""
        found = find_datasets(page)
        for script in found.broken:
            self._find(Severity.WARNING, page.url, BROKEN_SCRIPT, page.url, script)
        for entry in found.datasets:
            native_id = identity(entry, page.url)
            if native_id not in self._taken:
                data = SchemaDataset(native_id, entry, page.url, links.facts.language)
                self._taken |= {native_id, *files_of(entry, page.url)}
                yield Native(data, data.fingerprint(), page.url)
        facts = links.facts
        if facts.date is None and (moment := self._last_modified(response)) is not None:
            facts = facts._replace(date=moment)
        ruled = self._rules.read(page, facts)
        for entry_of_rule in ruled.datasets:
            yield from self._by_rule(entry_of_rule, depth)
        claimed = self._rules.claimed(page.url, links.data, facts)
        if claimed is not None and claimed.native_id not in self._taken:
            self._taken |= {claimed.native_id, *(link.url for link in claimed.links)}
            yield Native(claimed, claimed.fingerprint(), page.url)
        if ruled.alone or claimed is not None:
            return
        fresh = [link for link in links.data if link.url not in self._taken]
        for group in link_groups.group(fresh, facts, self.options.pdf):
            self._taken.update(link.url for link in group.links)
            yield Native(group, group.fingerprint(), page.url)

    def _by_rule(self, found: LinkedFiles, depth: int) -> Iterator[Native]:
        """A dataset of a block. One that only leads to a page of its own is read there, with the files of that page."""
        assert found.given is not None
        if not found.links and self.frontier.covers(found.given.page) and found.given.page not in self._read:
            self._rules.claim(found)
            self.frontier.add(found.given.page, min(depth + 1, self.options.depth))
        elif found.native_id not in self._taken:
            self._taken |= {found.native_id, *(link.url for link in found.links)}
            yield Native(found, found.fingerprint(), found.facts.url)

    def _last_modified(self, response: Response) -> tuple[Literal, str] | None:
        """The page's Last-Modified, unless the server made it up for this answer."""
        stated, now = header(response, "Last-Modified"), header(response, "Date")
        moment = moment_of(stated or "")
        if moment is None or (now and (made := moment_of(now)) and made[:13] == moment[:13]):
            return None
        literal = date(moment)
        return (literal, "Last-Modified der Seite") if literal else None

    def _unvisited(self, failure: Failure) -> Iterator[Request | Page]:
        """A page that could not be had. A dead link is the town's affair; a failing server makes the run partial."""
        error, request = failure.value, request_of(failure)
        asked = request.meta.get("redirect_urls", [request.url])[0]
        known = self.job.memory.page(asked) if self.job.memory else None
        closed = isinstance(error, (RobotsRefused, RedirectRefused, RequestRefused)) or (
            isinstance(error, HttpError) and 400 <= error.response.status < 500 and error.response.status != 429
        )
        # What a replayed run had not been given it does without again.
        closed = closed or (self.job.replay is not None and isinstance(error, IgnoreRequest))
        # A page that gave datasets and is now forbidden must not take them down with it (F36).
        lost = isinstance(error, RobotsRefused) and known is not None and bool(known.native_ids)
        if closed and not lost and asked != self.source.url:
            self._dead.append(asked)
        else:
            self.failed(failure)
        yield from self._further()

    def _further(self) -> Iterator[Request]:
        """Asks for the next pages; at the end says what was left out."""
        self._open -= 1
        while self._open < _AT_ONCE and (visit := self.frontier.next()) is not None:
            self._open += 1
            yield self._visit(visit.url, visit.depth)
        if self._open == 0 and self._maps_open == 0:
            self._close()

    def _close(self) -> None:
        if len(self.frontier):
            most = self.options.max_pages
            self.fail(
                f"{self.source.url}: nach {most} Seiten (max_pages) wurde aufgehört; {len(self.frontier)} weitere waren "
                "bekannt. Grenzen Sie die Suche mit allow und deny unter [website] ein, oder heben Sie max_pages an.",
                f"{self.source.url}: stopped after {most} pages (max_pages); {len(self.frontier)} more were known. "
                "Narrow the search with allow and deny under [website], or raise max_pages.",
                LIMIT,
            )
        self._judge_rules()
        if self.frontier.passed_over:
            self._find(Severity.INFO, self.source.url, ALIKE, str(self.frontier.passed_over))
        if self._dead:
            shown = ", ".join(self._dead[:10]) + (" …" if len(self._dead) > 10 else "")
            self._find(Severity.INFO, self.source.url, DEAD_LINKS, str(len(self._dead)), shown)

    def _judge_rules(self) -> None:
        """Rules that find nothing any more hold the run; what fits in their place is told (F24)."""
        for change in self._rules.changes():
            arguments = (change.page or self.source.url, ", ".join(change.missing), str(change.was), change.now)
            finding = Finding(Severity.WARNING, change.page or self.source.url, None, LAYOUT_CHANGED, arguments)
            self.job.findings.append(finding)
            if change.grave:
                self.job.holds.append((finding.message("de"), finding.message("en")))
        if waiting := sum(not rule.confirmed for rule in self.options.block):
            self._find(Severity.INFO, self.source.url, RULE_UNCONFIRMED, str(waiting))

    def _moved_to(self, response: Response) -> str | None:
        """In a replay, where the address led when it was fetched."""
        if self.job.replay is None or header(response, "Content-Type") != _MOVED:
            return None
        return response.body.decode("ascii", "replace").strip()

    def _find(self, severity: Severity, focus: str, rule: str, *arguments: str) -> None:
        self.job.findings.append(Finding(severity, focus, None, rule, arguments))

    # --- The site's map -------------------------------------------------------------------------------------------

    def _ask_map(self, url: str) -> Request:
        self._maps += 1
        self._maps_open += 1
        return self.request(
            url,
            self.mapped,
            conditional=False,
            dont_filter=True,
            errback=self._unmapped,
            meta={"max_bytes": 50_000_000},
        )

    def mapped(self, response: Response) -> Iterator[Request | Page]:
        """A sitemap (sitemaps.org): pages to visit after those the start links to, or further maps."""
        locations, is_index = _locations(response.body)
        if locations:
            yield self.page(response, ())
        for location in locations:
            address = urljoin(response.url, location)
            if not is_index:
                self.frontier.add(address, 1, later=True)
            elif self._maps < _SITEMAPS and self.frontier.covers(address):
                yield self._ask_map(address)
        yield from self._map_done()

    def _unmapped(self, failure: Failure) -> Iterator[Request | Page]:
        # Most towns have no sitemap; the links of the pages do without.
        yield from self._map_done()

    def _map_done(self) -> Iterator[Request]:
        self._maps_open -= 1
        self._open += 1
        yield from self._further()


def _redirected(response: Response) -> list[str]:
    """The addresses that led to a response, the one asked for first."""
    return list(response.request.meta.get("redirect_urls", [])) if response.request is not None else []


def _locations(body: bytes) -> tuple[list[str], bool]:
    """The addresses of a sitemap, and whether it lists further sitemaps; nothing if it is none."""
    if body[:2] == b"\x1f\x8b":
        try:
            body = zlib.decompressobj(31).decompress(body, 50_000_000)
        except zlib.error:
            return [], False
    try:
        root = ElementTree.fromstring(body, forbid_dtd=True)
    except (ElementTree.ParseError, DefusedXmlException, ValueError):
        return [], False
    name = root.tag.rpartition("}")[2]
    if name not in ("urlset", "sitemapindex"):
        return [], False
    found = [node.text.strip() for node in root.iter() if node.tag.rpartition("}")[2] == "loc" and node.text]
    return found[:50_000], name == "sitemapindex"
