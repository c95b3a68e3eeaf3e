"""What all spiders share: requests with validators, pages for the pipelines, and an account of what failed."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any, ClassVar

import scrapy
from pydantic import BaseModel, ConfigDict, ValidationError
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters import correcting
from harvesters.answer import Answer
from harvesters.guards.exceptions import FetchRefused
from harvesters.persons import errors
from harvesters.reading import Context, CrawlReport, Kept, Memory, Native, Page, Sink
from harvesters.reasons import FAILURE, LIMIT, NO_ANSWER, PROGRAM, Reason, answered
from harvesters.robots import Robots
from schemas import refusals
from schemas.findings import Finding
from schemas.region import ConfigurationError, HarvestSource, Region

log = logging.getLogger(__name__)
# In a request's meta: the name under which its answer is remembered and kept.
ASKED = "allmende_asked"


class Options(BaseModel):
    """The options of a protocol: the table of its name in the source file. Spiders declare their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Detected:
    """What answers at an address: protocol, the address to harvest, records there (or None), some titles, options.

    ``title`` is what the source calls itself; empty if it does not say.
    """

    protocol: str
    url: str
    count: int | None
    samples: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)
    certainty: int = 50
    title: str = ""


@dataclass(slots=True)
class Job:
    """What one crawl is given, and the account that it keeps.

    ``replay`` gives kept responses in the place of all requests, ``resume`` those that an interrupted run had fetched.
    ``since`` is the moment (UTC, overlap taken off) after which changes suffice, or None where all is wanted; a spider
    that asks its source only for changes sets ``changes_only``. ``robots`` are files that the last run fetched.
    ``now`` is the run's clock (UTC), for findings only (F18): a record never depends on when it was read.
    """

    context: Context
    sink: Sink
    memory: Memory | None = None
    revision: bytes = b""
    full: bool = False
    replay: Callable[[str], Kept | None] | None = None
    resume: Callable[[str], Kept | None] | None = None
    pages: int = 0
    records: int = 0
    first_answer: bool = False
    failures: list[Reason] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    stated_total: int | None = None
    since: datetime | None = None
    changes_only: bool = False
    robots: Sequence[Robots] = ()
    now: datetime | None = None
    holds: list[tuple[str, str]] = field(default_factory=list)

    def input_hash(self, fingerprint: bytes, native_id: str | None) -> bytes:
        """What a native record became a record of: its bytes, its mapping and settings, its corrections (DESIGN 3, step 4)."""
        corrections = self.context.corrections.get(native_id, ()) if native_id is not None else ()
        covered = fingerprint + correcting.digest(corrections) if corrections else fingerprint
        return blake2b(covered, digest_size=16, key=self.revision).digest()

    def report(self, robots: Iterable[tuple[str, str]] = ()) -> CrawlReport:
        """The account as a report: complete only if nothing failed."""
        failed = self.failures[0] if self.failures else None
        unusable = failed is not None and self.pages == 0
        return CrawlReport(
            coverage="partial" if failed else "changes" if self.changes_only else "complete",
            pages=self.pages,
            failure_de=failed.de if failed and unusable else None,
            failure_en=failed.en if failed and unusable else None,
            findings=tuple(self.findings),
            robots=tuple(robots),
            stated_total=self.stated_total,
            failures=tuple(self.failures),
            holds=tuple(self.holds),
        )


class HarvestSpider(scrapy.Spider):
    """The base of all spiders: a protocol, its options, its reader.

    A spider says how to reach records and cuts a response into natives; it never interprets them.
    """

    reader: ClassVar[str]
    title: ClassVar[tuple[str, str]]
    options_model: ClassVar[type[Options]] = Options
    # Whether links on a page are meant from where a redirect ended: then it is remembered under that address.
    keeps_final_address: ClassVar[bool] = False
    job: Job

    @classmethod
    def options_of(cls, source: HarvestSource) -> Options:
        """The source's options as the spider's model. Raises ConfigurationError."""
        try:
            return cls.options_model(**source.options)
        except ValidationError as error:
            where = f"sources/{source.id}.toml: [{cls.name}]"
            en, de = (refusals.first(error, cls.options_model, lang=lang) for lang in ("en", "de"))
            raise ConfigurationError(f"{where} {en}", f"{where} {de}") from error

    @classmethod
    def check(cls, region: Region, source: HarvestSource, options: Options) -> None:
        """Checks what a source needs beside its options, as a file next to its own. Raises ConfigurationError.

        It reads the region's folder and asks no server; called before each verb, so it must be quick.
        """

    @classmethod
    def probes(cls, url: str) -> Sequence[str]:
        """The addresses to ask in order to find out whether the protocol answers at or below an address."""
        return (url,)

    @classmethod
    def closer(cls, url: str, answers: Mapping[str, Answer]) -> Sequence[str]:
        """The addresses to ask next, where the answers to the probes leave open what it is; few, and mostly none."""
        return ()

    @classmethod
    def detect(cls, url: str, answers: Mapping[str, Answer]) -> Detected | None:
        """Whether the protocol answers; takes what was got from :meth:`probes`, by address."""
        raise NotImplementedError

    @property
    def source(self) -> HarvestSource:
        """The harvest source of this crawl."""
        return self.job.context.source

    @property
    def options(self) -> Any:
        """The source's options, as the spider's model."""
        return self.job.context.options

    def first(self) -> Iterable[Request | Page]:
        """The first requests of a crawl."""
        raise NotImplementedError

    async def start(self) -> AsyncIterator[Any]:
        """Hands Scrapy the first requests, or pages where no request is needed."""
        try:
            for item in self.first():
                yield item
        except Exception as error:  # Scrapy would log it and call the crawl finished
            self.broke_off(error)

    def request(
        self,
        url: str,
        callback: Callable[..., Any],
        *,
        conditional: bool = True,
        asked_as: str | None = None,
        **kwargs: Any,
    ) -> Request:
        """A request whose failure is kept in the account; with validators of the last run where there are any.

        ``asked_as`` names the page where the address alone does not tell requests apart, as those with a body: under
        that name it is remembered, kept and replayed.
        """
        headers = dict(kwargs.pop("headers", {}))
        name = asked_as or url
        meta = {"handle_httpstatus_list": [304], ASKED: name, **kwargs.pop("meta", {})}
        if conditional and not self.job.full and self.job.replay is None and self.job.memory is not None:
            known = self.job.memory.page(name)
            # Read by another mapping or other settings, the page must come again (DESIGN 3, step 4).
            if known is not None and known.revision == self.job.revision:
                if known.etag:
                    headers["If-None-Match"] = known.etag
                if known.last_modified:
                    headers["If-Modified-Since"] = known.last_modified
        kwargs.setdefault("errback", self.failed)
        return Request(url, callback=callback, headers=headers, meta=meta, **kwargs)

    def page(
        self,
        response: Response,
        natives: Sequence[Native],
        unusable: Sequence[Finding] = (),
        kept_body: bytes | None = None,
        deleted_ids: Sequence[str] = (),
    ) -> Page:
        """One page for the pipelines; its body is kept under its hash. ``kept_body`` replaces a body not worth keeping.

        ``deleted_ids`` are records that the source says are gone.
        """
        self.job.pages += 1
        most = self.source.limits.records
        if self.job.records + len(natives) > most:
            natives = natives[: max(0, most - self.job.records)]
            self.fail(
                f"{self.source.url}: mehr als {most} Datensätze; die übrigen blieben liegen (Grenze records)",
                f"{self.source.url}: more than {most} records; the others were left (limit records)",
                LIMIT,
            )
        self.job.records += len(natives)
        content_type = _header(response, "Content-Type")
        body = response.body if kept_body is None else kept_body
        url = self._place(response)
        name = self.job.sink.keep(Kept(url, content_type, body))
        return Page(
            url=url,
            natives=tuple(natives),
            response=name,
            etag=_header(response, "ETag"),
            last_modified=_header(response, "Last-Modified"),
            unusable=tuple(unusable),
            revision=self.job.revision,
            deleted_ids=tuple(deleted_ids),
        )

    def not_modified(self, response: Response) -> Page | None:
        """For a 304 the page with the ids last read from the address (DESIGN 3, Fetch); otherwise None."""
        if response.status != 304 or self.job.memory is None:
            return None
        url = self._place(response)
        known = self.job.memory.page(url)
        if known is None:
            return None
        self.job.pages += 1
        self.job.records += len(known.native_ids)
        return Page(
            url=url,
            seen_ids=known.native_ids,
            response=known.response,
            etag=known.etag,
            last_modified=known.last_modified,
            revision=known.revision,
        )

    def _place(self, response: Response) -> str:
        return response.url if self.keeps_final_address else asked(response)

    def failed(self, failure: Failure) -> None:
        """Keeps the reason why a request brought nothing usable."""
        error, request = failure.value, getattr(failure, "request", None)
        url = request.url if request is not None else self.source.url
        if isinstance(error, FetchRefused):
            self.job.failures.append(Reason.refused(error.finding()))
        elif isinstance(error, HttpError):
            self.job.failures.append(answered(error.response.status).at(url))
        else:
            reason = f"{type(error).__name__}: {error}"[:300]
            self.fail(f"{url}: keine Antwort ({reason})", f"{url}: no answer ({reason})", NO_ANSWER)

    def broke_off(self, error: BaseException) -> None:
        """Enters an error of the spider itself in the account: what it would have fetched is unknown."""
        allowed = self.source.personal_data == "allowed"
        reason = errors.message(error, allowed)
        log.error("%s: %s\n%s", self.source.id, reason, errors.trace(error, allowed))
        de, en = f"Fehler im Abruf ({reason})", f"error in the spider ({reason})"
        self.fail(f"{self.source.url}: {de}", f"{self.source.url}: {en}", PROGRAM)

    def fail(self, de: str, en: str, rule: str = FAILURE) -> None:
        """Enters a failure in the account: the run is partial, or failed if no page was usable.

        ``rule`` says what kind it is (:mod:`harvesters.reasons`), so that the advice fits.
        """
        self.job.failures.append(Reason(de, en, rule))


def request_of(failure: Failure) -> Request:
    """The request that brought a failure: Scrapy puts it on what it hands to an errback, which Twisted's types do not know."""
    request = getattr(failure, "request", None)
    assert isinstance(request, Request)
    return request


def asked(response: Response) -> str:
    """The address that was asked for, before any redirect: under it a page is remembered and kept."""
    request = response.request
    return str(request.meta.get(ASKED, request.url)) if request is not None else response.url


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None
