"""Crawls sources one after another in a child process under the real settings and pipelines, and gives back what came."""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from scrapy.crawler import CrawlerRunner
from scrapy.utils.reactor import install_reactor
from twisted.internet import threads

from harvesters import registry, settings
from harvesters.crawl import revision_of
from harvesters.reading import Context, Kept, Outcome, Page, PageMemory
from harvesters.spider import Job
from schemas.limits import Limits
from schemas.model import text
from schemas.region import HarvestSource, Municipality, Publisher, Region
from tests.harvesters.crawl_runs import Run

_ROOT = Path(__file__).resolve().parents[2]


class Crawls:
    """A child process with one reactor that crawls one source after another under the real settings and pipelines."""

    def __init__(self) -> None:
        self.child = subprocess.Popen(
            [sys.executable, "-W", "error", str(Path(__file__))],
            cwd=_ROOT,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def crawl(self, protocol: str, url: str, options: Mapping[str, Any] | None = None, **wishes: Any) -> Run:
        """``state`` is that of an earlier run, ``replay`` maps its responses again, ``full`` sends no validators."""
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        job = {"protocol": protocol, "url": url, "options": dict(options or {}), **wishes}
        print(json.dumps(job), file=self.child.stdin, flush=True)
        line = self.child.stdout.readline()
        if not line:
            raise RuntimeError(f"the crawling process ended with {self.child.wait()}")
        return Run(**json.loads(line))

    def stop(self) -> None:
        assert self.child.stdin is not None
        assert self.child.stdout is not None
        self.child.stdin.close()
        self.child.wait(30)
        self.child.stdout.close()


def _serve() -> None:
    """The child of `Crawls`: a job a line in, a run a line out."""
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    reactor: Any = importlib.import_module("twisted.internet.reactor")

    def obey() -> None:
        try:
            for line in sys.stdin:
                print(json.dumps(threads.blockingCallFromThread(reactor, _run, json.loads(line))), flush=True)
        finally:
            # A crawl that cannot begin ends the child: whoever waits for its line would wait for ever.
            reactor.callFromThread(reactor.stop)

    threading.Thread(target=obey, daemon=True).start()
    reactor.run(installSignalHandlers=False)


@dataclass
class _Sink:
    outcomes: list[Outcome] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)

    def keep(self, response: Kept) -> str:
        name = f"{response.url} {hash(response.body)}"
        self.kept[name] = response
        return name

    def deliver(self, page: Page, outcomes: Iterable[Outcome]) -> None:
        self.pages.append(page)
        self.outcomes += outcomes


@dataclass
class _Memory:
    hashes: dict[str, bytes]
    pages: dict[str, PageMemory]

    def known(self, native_ids: Sequence[str]) -> Mapping[str, bytes]:
        return {native_id: self.hashes[native_id] for native_id in native_ids if native_id in self.hashes}

    def page(self, url: str) -> PageMemory | None:
        return self.pages.get(url)


def _run(asked: dict[str, Any]) -> Any:
    municipality = Municipality(id="neuhof", name="Gemeinde Neuhof", ags="06631018", ars="066310018018")
    region = Region(
        folder=_ROOT,
        title="Testregion",
        description="Daten zum Testen",
        base_url="https://daten.example.org",
        publisher=Publisher(name="Zweckverband Test", email="daten@example.org"),
        allowed_hosts=("127.0.0.1",),
        municipalities=(municipality,),
    )
    source = HarvestSource(
        id="s",
        key="s",
        title="S",
        municipality="neuhof",
        url=asked["url"],
        options=asked["options"],
        limits=Limits(retries=0),
        protocol=asked["protocol"],
    )
    spider = registry.spider_classes()[asked["protocol"]]
    sink, state = _Sink(), asked.get("state")
    job = Job(Context(region, source, municipality, spider.options_of(source)), sink, full=asked.get("full", False))
    job.since = datetime.fromisoformat(asked["since"]) if asked.get("since") else None
    job.revision = revision_of(spider, job)
    if state and asked.get("replay"):
        kept = {url: Kept(url, kind, body.encode("latin-1")) for url, kind, body in state["kept"]}
        job.replay = kept.get
    elif state:
        hashes = {native_id: bytes.fromhex(digest) for native_id, digest in state["hashes"].items()}
        pages = {
            url: PageMemory(etag, date, tuple(ids), name, job.revision) for url, etag, date, ids, name in state["pages"]
        }
        job.memory = _Memory(hashes, pages)
    runner = CrawlerRunner(
        {
            **{key: getattr(settings, key) for key in dir(settings) if key.isupper()},
            "DOWNLOADER_MIDDLEWARES": {**settings.DOWNLOADER_MIDDLEWARES, "harvesters.replay.ReplayMiddleware": 1},
            "ALLMENDE_LIMITS": source.limits,
            "ALLMENDE_ALLOWED_HOSTS": region.allowed_hosts,
        }
    )
    return runner.crawl(spider, job=job).addCallback(lambda _: _told(job, sink))


def _told(job: Job, sink: _Sink) -> dict[str, Any]:
    report = job.report()
    reader = registry.reader(registry.spider_classes()[job.context.source.protocol or "ckan"].reader)
    return {
        "records": {
            outcome.native_id: {
                "unchanged": outcome.reading is None,
                "title": text(outcome.reading.record.title) if outcome.reading else "",
                "ntriples": outcome.ntriples,
                "companions": [companion.ntriples for companion in outcome.companions],
            }
            for outcome in sink.outcomes
            if not outcome.set_aside
        },
        "set_aside": {o.native_id: [*(f.rule for f in o.findings), o.traceback] for o in sink.outcomes if o.set_aside},
        "unusable": [finding.message() for page in sink.pages for finding in page.unusable],
        "report": {
            "coverage": report.coverage,
            "pages": report.pages,
            "failure": report.failure_de,
            "failures": [failure.de for failure in report.failures],
            "findings": [[finding.rule, finding.message()] for finding in report.findings],
            "stated": report.stated_total,
            "records": job.records,
        },
        "state": {
            "kept": [[kept.url, kept.content_type, kept.body.decode("latin-1")] for kept in sink.kept.values()],
            "hashes": {o.native_id: o.input_hash.hex() for o in sink.outcomes if not o.set_aside},
            "pages": [
                [
                    page.url,
                    page.etag,
                    page.last_modified,
                    [*page.seen_ids, *(reader.native_id(native, job.context) for native in page.natives)],
                    page.response,
                ]
                for page in sink.pages
            ],
        },
    }


if __name__ == "__main__":
    _serve()
