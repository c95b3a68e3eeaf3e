"""One reactor in a process of its own that crawls what it is told, line by line; started by `CrawlProcess`."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from scrapy import Request, Spider
from scrapy.crawler import Crawler, CrawlerRunner
from scrapy.http import Response
from scrapy.settings import Settings
from scrapy.utils.reactor import install_reactor
from twisted.internet import threads
from twisted.internet.address import IPv4Address, IPv6Address

from harvesters.guards.exceptions import FetchRefused
from harvesters.guards.pins import Pin
from harvesters.guards.run import RunGuards, agent_string
from tests.memory import peak_kilobytes

_ROOT = Path(__file__).resolve().parents[2]
_PATIENCE_SECONDS = 60
_NO_PROXY_THERE = "http://127.0.0.1:9"


class CrawlProcess:
    """A running child: `crawl` gives what became of some addresses under the real settings and guards."""

    def __init__(self) -> None:
        proxies = {"http_proxy": _NO_PROXY_THERE, "https_proxy": _NO_PROXY_THERE}
        self._child = subprocess.Popen(
            [sys.executable, "-W", "error", str(Path(__file__))],
            cwd=_ROOT,
            env={**os.environ, **proxies, "PYTHONPATH": str(_ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def crawl(
        self,
        *urls: str,
        limits: dict[str, Any] | None = None,
        allowed_hosts: tuple[str, ...] = ("127.0.0.1",),
        **request: Any,
    ) -> dict[str, Any]:
        """``outcomes`` by address asked, ``refusals`` (codes), ``robots``, ``verdicts``, ``retries``, ``connects`` (the
        addresses of sockets), ``rss`` (peak memory of the child in kB).

        ``request``: ``headers``, ``method``, ``meta``; ``names`` is a fake DNS, a list of addresses per look-up, ``pin``
        a source's address and the digests of its certificate.
        """
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        job = {"urls": urls, "limits": limits or {}, "allowed_hosts": allowed_hosts, **request}
        # A hanging crawl shall end the test, not the test run.
        watchdog = threading.Timer(_PATIENCE_SECONDS, self._child.kill)
        watchdog.start()
        try:
            print(json.dumps(job), file=self._child.stdin, flush=True)
            line = self._child.stdout.readline()
        finally:
            watchdog.cancel()
        if not line:
            raise RuntimeError(f"the crawling process ended with {self._child.wait()}")
        report: dict[str, Any] = json.loads(line)
        return report

    def stop(self) -> None:
        """Ends the child."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.close()
        self._child.wait(30)
        self._child.stdout.close()


class Names:
    """A DNS that gives the next list of addresses at each look-up of a name, and asks the real one for the others."""

    def __init__(self, names: dict[str, list[list[str]]], real: Any) -> None:
        self._names = {name: iter(answers) for name, answers in names.items()}
        self._real = real

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *rest: Any) -> Any:
        """As IHostnameResolver.resolveHostName."""
        if name not in self._names:
            return self._real.resolveHostName(receiver, name, port, *rest)
        receiver.resolutionBegan(None)
        for address in next(self._names[name]):
            receiver.addressResolved((IPv6Address if ":" in address else IPv4Address)("TCP", address, port))
        receiver.resolutionComplete()
        return None


class OneShot(Spider):
    """Asks each address of its job once and keeps what the callback or errback got."""

    name = "oneshot"

    def __init__(self, job: dict[str, Any]) -> None:
        super().__init__()
        self.job = job
        self.outcomes: dict[str, Any] = {}

    async def start(self) -> AsyncIterator[Any]:
        """One request for each address."""
        for url in self.job["urls"]:
            yield Request(
                url,
                method=self.job.get("method", "GET"),
                headers=self.job.get("headers"),
                meta={**self.job.get("meta", {}), "asked": url, "handle_httpstatus_all": True},
                callback=self.answered,
                errback=self.failed,
                dont_filter=True,
            )

    def answered(self, response: Response) -> Iterator[Any]:
        """Keeps a response."""
        self.outcomes[response.meta["asked"]] = {
            "status": response.status,
            "final_url": response.url,
            "size": len(response.body),
            "body": response.body[:2000].decode("latin-1"),
            "flags": response.flags,
            "encoding": (response.headers.get("Content-Encoding") or b"").decode(),
        }
        return iter(())

    def failed(self, failure: Any) -> None:
        """Keeps a failure; one that is not ours has the code UNTYPED."""
        error = failure.value
        told = {"code": "UNTYPED", "kind": type(error).__name__, "de": "", "en": str(error)}
        if isinstance(error, FetchRefused):
            told |= {"code": error.code, "de": error.message("de")}
        self.outcomes[failure.request.meta["asked"]] = told


class _Orders:
    """Reads jobs from stdin and crawls them in the reactor, one after the other."""

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._connects: list[str] = []
        sys.addaudithook(self._watch)

    def obey(self) -> None:
        """Until stdin is closed."""
        for line in sys.stdin:
            print(json.dumps(threads.blockingCallFromThread(self._reactor, self._crawl, json.loads(line))), flush=True)
        self._reactor.callFromThread(self._reactor.stop)

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and arguments[0].family in (socket.AF_INET, socket.AF_INET6):
            self._connects.append(arguments[1][0])

    def _crawl(self, job: dict[str, Any]) -> Any:
        settings = Settings()
        settings.setmodule("harvesters.settings", priority="project")
        settings.setdict(
            {
                "ALLMENDE_LIMITS": job["limits"],
                "ALLMENDE_ALLOWED_HOSTS": tuple(job["allowed_hosts"]),
                "ALLMENDE_AGENT": agent_string("https://daten.example.org", "daten@example.org"),
                "ALLMENDE_PIN": Pin.of(*job["pin"]) if "pin" in job else None,
                "ITEM_PIPELINES": {},
            }
        )
        crawler = CrawlerRunner(settings).create_crawler(OneShot)
        self._connects.clear()
        real = self._reactor.nameResolver
        self._reactor.installNameResolver(Names(job.get("names", {}), real))

        def ended(_: Any) -> dict[str, Any]:
            self._reactor.installNameResolver(real)
            return self._report(crawler)

        return crawler.crawl(job).addCallback(ended)

    def _report(self, crawler: Crawler) -> dict[str, Any]:
        assert isinstance(crawler.spider, OneShot)
        assert crawler.stats is not None
        guards = RunGuards.of(crawler)
        return {
            "outcomes": crawler.spider.outcomes,
            "refusals": [refusal.code for refusal in guards.refusals],
            "robots": {o: [str(r.verdict), r.reason, r.crawl_delay] for o, r in guards.robots.items()},
            "verdicts": crawler.stats.get_value("allmende/robots", ()),
            "retries": crawler.stats.get_value("retry/count", 0),
            "connects": self._connects[:],
            "rss": peak_kilobytes(),
        }


def _serve() -> None:
    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor as installed

    reactor: Any = installed  # its class is chosen at run time
    reactor.callWhenRunning(threading.Thread(target=_Orders(reactor).obey, daemon=True).start)
    reactor.run(installSignalHandlers=False)


if __name__ == "__main__":
    _serve()
