"""Lets a spider walk through a web held in memory, with the whole way of a page behind it: ``walk(protocol, url, web)``."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from harvesters import pipelines, registry
from harvesters.crawl import revision_of
from harvesters.reading import Context, Kept, Outcome, Page, PageMemory
from harvesters.spider import ASKED, Job
from schemas.limits import Limits
from schemas.model import Dataset, Distribution, text
from schemas.region import HarvestSource, Municipality, Publisher, Region

BASE = "https://daten.example.org"

# Status, headers, body; a body alone is sent with 200.
Reply = tuple[int, dict[str, str], bytes]
Web = Mapping[str, "bytes | str | Reply"] | Callable[[Request], "bytes | str | Reply | None"]


def context(protocol: str, url: str, options: Mapping[str, Any] | None = None, **more: Any) -> Context:
    """What a reader may know of a source of the protocol."""
    municipality = Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018")
    region = Region(
        folder=Path(),
        title="Testregion",
        description="Daten zum Testen",
        base_url=BASE,
        publisher=Publisher(name="Zweckverband Test", email="daten@example.org"),
        allowed_hosts=("127.0.0.1",),
        municipalities=(municipality,),
    )
    source = HarvestSource(
        id="s",
        key="s",
        title="S",
        municipality="neuhof",
        url=url,
        options=dict(options or {}),
        protocol=protocol,
        **more,
    )
    return Context(region, source, municipality, registry.spider_classes()[protocol].options_of(source))


@dataclass
class Sink:
    """A sink and a memory in one."""

    outcomes: list[Outcome] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    ids: dict[str, list[str]] = field(default_factory=dict)
    kept: dict[str, Kept] = field(default_factory=dict)

    def keep(self, response: Kept) -> str:
        name = hashlib.sha256(response.url.encode() + response.body).hexdigest()
        self.kept[name] = response
        return name

    def deliver(self, page: Page, outcomes: Iterable[Outcome]) -> None:
        found = list(outcomes)
        self.pages.append(page)
        self.ids[page.url] = [outcome.native_id for outcome in found if not outcome.set_aside]
        self.outcomes.extend(found)


@dataclass
class Memory:
    """What a walk left behind for the next."""

    walk: Walk
    revision: bytes

    def known(self, native_ids: Sequence[str]) -> dict[str, bytes]:
        hashes = self.walk.hashes
        return {name: hashes[name] for name in native_ids if name in hashes}

    def page(self, url: str) -> PageMemory | None:
        for page in self.walk.sink.pages:
            if page.url == url:
                ids = tuple(self.walk.sink.ids[url])
                return PageMemory(page.etag, page.last_modified, ids, page.response, self.revision)
        return None


@dataclass
class Walk:
    """What became of a walk: the account, the requests in their order, what was delivered."""

    job: Job
    sink: Sink
    asked: list[Request] = field(default_factory=list)
    before: Walk | None = None

    @property
    def urls(self) -> list[str]:
        return [request.url for request in self.asked]

    @property
    def ids(self) -> list[str]:
        return [outcome.native_id for outcome in self.sink.outcomes if not outcome.set_aside]

    @property
    def hashes(self) -> dict[str, bytes]:
        known = self.before.hashes if self.before else {}
        return known | {o.native_id: o.input_hash for o in self.sink.outcomes if not o.set_aside}

    @property
    def set_aside(self) -> list[str]:
        return [finding.rule for o in self.sink.outcomes if o.set_aside for finding in o.findings]

    @property
    def unusable(self) -> list[str]:
        return [finding.rule for page in self.sink.pages for finding in page.unusable]

    @property
    def deleted(self) -> list[str]:
        return [name for page in self.sink.pages for name in page.deleted_ids]

    @property
    def datasets(self) -> dict[str, Dataset]:
        return {
            o.native_id: o.reading.record
            for o in self.sink.outcomes
            if o.reading is not None and isinstance(o.reading.record, Dataset)
        }

    @property
    def titles(self) -> dict[str, str]:
        return {name: text(record.title) for name, record in self.datasets.items()}

    @property
    def tracebacks(self) -> list[str]:
        return [o.traceback for o in self.sink.outcomes if o.traceback]

    @property
    def coverage(self) -> str:
        return self.job.report().coverage

    @property
    def failures(self) -> str:
        return "\n".join(failure.de for failure in self.job.failures)

    @property
    def rules(self) -> list[str]:
        return [finding.rule for finding in self.job.findings]

    def findings(self, native_id: str) -> list[str]:
        return [f.rule for o in self.sink.outcomes if o.native_id == native_id for f in o.findings]


def distributions(record: Dataset) -> list[Distribution]:
    """The distributions of a dataset."""
    return [each for each in record.distribution if isinstance(each, Distribution)]


def walk(
    protocol: str,
    url: str,
    web: Web,
    options: Mapping[str, Any] | None = None,
    *,
    before: Walk | None = None,
    replay: Walk | None = None,
    since: datetime | None = None,
    full: bool = False,
    limits: Limits | None = None,
    **source: Any,
) -> Walk:
    """A crawl without Scrapy's engine. ``before`` is the last run, ``replay`` one whose responses answer all requests."""
    sink = Sink()
    job = Job(context(protocol, url, options, limits=limits or Limits(), **source), sink, since=since, full=full)
    spider_class = registry.spider_classes()[protocol]
    job.revision = revision_of(spider_class, job)
    if replay is not None:
        kept = {page.url: replay.sink.kept[page.response] for page in replay.sink.pages if page.response}
        job.replay = kept.get
    elif before is not None:
        job.memory = Memory(before, job.revision)
    result = Walk(job, sink, before=before)
    spider = spider_class(job=job)
    waiting: list[Any] = list(spider.first())
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, Page):
            pipelines.run(job, spider_class.reader, item)
        else:
            result.asked.append(item)
            assert len(result.asked) < 500, "endless"
            waiting.extend(_answered(item, web, job) or ())
    return result


def _answered(request: Request, web: Web, job: Job) -> Iterable[Any] | None:
    if job.replay is not None:
        kept = job.replay(str(request.meta[ASKED]))
        if kept is None:
            return _failed(request, IgnoreRequest("the replayed run kept no answer"))
        found: Any = (200, {"Content-Type": kept.content_type} if kept.content_type else {}, kept.body)
    else:
        found = web(request) if callable(web) else web.get(request.url)
    if found is None:
        found = (404, {}, b"not here")
    status, headers, body = found if isinstance(found, tuple) else (200, {}, found)
    body = body.encode() if isinstance(body, str) else body
    response = Response(request.url, status, headers, body, request=request)
    if status >= 400:
        return _failed(request, HttpError(response, f"status {status}"))
    assert request.callback is not None
    return request.callback(response, **request.cb_kwargs) or ()


def _failed(request: Request, error: Exception) -> Iterable[Any] | None:
    assert request.errback is not None
    failure: Any = Failure(error)
    failure.request = request
    return request.errback(failure)  # type: ignore[no-any-return]
