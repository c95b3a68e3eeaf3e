"""Reaches any JSON list whose place, paging and fields the source file states; or one live answer as one dataset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters.answer import Answer
from harvesters.configured import items
from harvesters.configured.guesses import guess
from harvesters.configured.lists import ListSpider, unreadable
from harvesters.configured.options import MappedOptions, PagingOptions
from harvesters.configured.paths import path
from harvesters.mapping.native_values import word
from harvesters.reading import Kept, Page
from harvesters.reasons import INCOMPLETE
from harvesters.spider import Detected, Options, asked
from schemas.syntax import Unreadable

# What is kept of the header that names the next page: a replay has no headers.
_NEXT = "#next"
_ADDRESS = "text/uri-list"
_LINKS = re.compile(r",\s{0,20}(?=<)")


class RestJsonOptions(MappedOptions):
    """The table ``[restjson]`` of a source file."""

    paging: PagingOptions | None = None
    """How the list goes on; without it, it is one answer."""

    since: str = ""
    """The parameter that asks for records changed after a moment (UTC, ISO 8601); without it all are asked for."""


class RestJsonSpider(ListSpider):
    """A list: answer by answer, until the source says or shows that it ends."""

    name = "restjson"
    reader = "restjson"
    title = ("JSON-Schnittstelle", "JSON interface")
    options_model: ClassVar[type[Options]] = RestJsonOptions

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """Any JSON list, with little certainty: a kind that knows the fields by name knows better."""
        answer = answers.get(url)
        if answer is None or answer.body[:1_000].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] not in (b"[", b"{"):
            return None
        try:
            document = items.answer(answer.body, answer.media_type).document
        except Unreadable:
            return None
        found = guess(document)
        if found is None:
            return None
        return Detected(cls.name, url, found.number, found.samples, found.options, 15)

    def first(self) -> Iterable[Request | Page]:
        """The first answer."""
        self.begin()
        self._seen: set[str] = set()
        self._last = 0
        paging = self.options.paging
        parameters = _size(paging)
        if paging is not None and paging.by in ("page", "offset"):
            parameters = {paging.name: str(paging.begin), **parameters}
        yield self._ask(with_parameters(self.source.url, parameters), paging.begin if paging else 0)

    def _ask(self, url: str, place: int) -> Request:
        """A request for the part of the list that begins at ``place``: a page's number, or an offset."""
        self._seen.add(url)
        address, since = url, self.job.since
        if self.options.since and since is not None and self.job.replay is None:
            self.job.changes_only = True
            address = with_parameters(url, {self.options.since: since.strftime("%Y-%m-%dT%H:%M:%SZ")})
        paging = self.options.paging
        # Where the next address stands in the answer, the answer is needed even if it is what it was.
        conditional = not self.options.since and (paging is None or paging.by in ("page", "offset"))
        headers = {"Accept": "application/json, application/x-ndjson;q=0.9, */*;q=0.1", **self.key_headers(url)}
        return self.request(
            address,
            self.listed,
            conditional=conditional,
            asked_as=url,
            headers=headers,
            dont_filter=True,
            errback=self._unanswered,
            cb_kwargs={"place": place},
        )

    def listed(self, response: Response, place: int) -> Iterator[Request | Page]:
        """One answer: its records, and the request for what follows."""
        if (known := self.not_modified(response)) is not None:
            self.unchanged(known.seen_ids)
            yield known
            yield from self._after(response, None, place, len(known.seen_ids))
            return
        body = self.masked(response.body)
        url = asked(response)
        try:
            document = self.document(response, body)
        except Unreadable as error:
            unreadable(self, url, error)
            return
        found = self.cut(document, url, body)
        if found is None:
            return
        natives, unusable, count = found
        paging = self.options.paging
        self.stated(document, paging.total if paging else None)
        if paging is not None and count and self.is_repeated(natives, count, body):
            self.finish()
            return
        yield self.page(response, natives, unusable, kept_body=body)
        yield from self._after(response, document, place, count)

    # --- What follows ---------------------------------------------------------------------------------------------

    def _after(self, response: Response, document: Any, place: int, count: int) -> Iterator[Request | Page]:
        paging = self.options.paging
        following: str | None = None
        step = place
        self._last = count
        if self.options.one:
            return
        if paging is not None and paging.by in ("page", "offset"):
            total = self.job.stated_total
            if count and (total is None or self.came < total):
                step = place + (1 if paging.by == "page" else count)
                following = with_parameters(self.source.url, {paging.name: str(step), **_size(paging)})
        elif paging is not None and paging.by == "cursor" and paging.cursor is not None:
            cursor = word(paging.cursor.first(document))
            if cursor and count:
                following = with_parameters(self.source.url, {paging.name: cursor, **_size(paging)})
        elif paging is not None:
            following = yield from self._next_address(response, document, paging)
        if following is None:
            self.finish()
        elif following in self._seen:
            self.fail(
                f"{following}: Die nächste Seite wurde schon gelesen; die Liste führt im Kreis.",
                f"{following}: the next page was read before; the list goes in a circle.",
                INCOMPLETE,
            )
            self.finish()
        else:
            yield self._ask(following, step)

    def _next_address(self, response: Response, document: Any, paging: PagingOptions) -> Any:
        """The address that the answer gives for the next page; kept where it stands in a header only."""
        name = asked(response)
        if paging.next == "Link":
            stated = _linked(response) or self._kept_address(name)
            if stated:
                kept = Kept(f"{name}{_NEXT}", _ADDRESS, self.masked(stated.encode()))
                yield Page(kept.url, response=self.job.sink.keep(kept))
        else:
            stated = word(path(paging.next).first(document))
        if not stated:
            return None
        target = urljoin(name, stated)
        if self.is_own(target):
            return target
        mine, there = urlsplit(self.source.url), urlsplit(target)
        if there.hostname == mine.hostname:
            # Servers behind a proxy name themselves with the scheme and the port that they see.
            return urlunsplit((mine.scheme, mine.netloc, there.path, there.query, ""))
        self.fail(
            f"{name}: Die nächste Seite liegt auf einem anderen Server ({there.hostname}) und wird nicht abgerufen.",
            f"{name}: the next page lies on another server ({there.hostname}) and is not fetched.",
        )
        return None

    def _kept_address(self, name: str) -> str:
        source = self.job.replay or self.job.resume
        kept = source(f"{name}{_NEXT}") if source is not None else None
        return kept.body.decode("utf-8", "replace") if kept is not None else ""

    def _unanswered(self, failure: Failure) -> None:
        """No answer. A page behind the last one that does not exist is how some lists end."""
        error, request = failure.value, getattr(failure, "request", None)
        paging = self.options.paging
        place = request.cb_kwargs["place"] if isinstance(request, Request) else 0
        beyond = paging is not None and paging.by in ("page", "offset") and place > paging.begin
        missing = isinstance(error, HttpError) and error.response.status in (404, 416)
        kept_none = self.job.replay is not None and not isinstance(error, HttpError)
        if beyond and paging is not None and (missing or kept_none) and self._is_short(paging):
            self.finish()
            return
        self.refused(failure)
        self.finish()

    def _is_short(self, paging: PagingOptions) -> bool:
        """Whether the last answer held fewer records than were asked for."""
        return paging.size is not None and self._last < paging.size


def _size(paging: PagingOptions | None) -> dict[str, str]:
    return {paging.size_parameter: str(paging.size)} if paging and paging.size_parameter else {}


def with_parameters(url: str, parameters: Mapping[str, str]) -> str:
    """An address with parameters set; those of the same name are replaced."""
    if not parameters:
        return url
    parts = urlsplit(url)
    kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    return urlunsplit(parts._replace(query=urlencode([*kept, *parameters.items()])))


def _linked(response: Response) -> str:
    """The target of ``rel=next`` in the Link header (RFC 8288)."""
    for value in response.headers.getlist("Link"):
        for link in _LINKS.split(value.decode("latin-1")):
            target, _, parameters = link.strip().lstrip("<").partition(">")
            rels = [
                part.partition("=")[2].strip(' "') for part in parameters.split(";") if part.strip().startswith("rel")
            ]
            if any("next" in rel.split() for rel in rels):
                return target.strip()
    return ""
