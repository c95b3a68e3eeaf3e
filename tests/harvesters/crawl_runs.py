"""Crawls a source of a region folder in a process of its own and gives back what came: ``crawl(folder, source_id)``."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from harvesters.reading import Context, Kept, Outcome, Page, PageMemory
from harvesters.registry import spider_classes
from schemas import region

_ROOT = Path(__file__).resolve().parents[2]

REGION = """
[region]
title = "Testregion"
description = "Daten zum Testen"
base_url = "https://daten.example.org"
publisher = { name = "Zweckverband Test", email = "daten@example.org" }
allowed_hosts = ["127.0.0.1"]
[[municipality]]
id = "neuhof"
name = "Gemeinde Neuhof"
ags = "06631018"
ars = "066310018018"
"""


def write_region(folder: Path, **sources: str) -> Path:
    """Writes a region folder; each source by id, the text of its file without title and municipality."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text(REGION, encoding="utf-8")
    for source_id, text in sources.items():
        (folder / f"sources/{source_id}.toml").write_text(
            f'title = "Quelle {source_id}"\nmunicipality = "neuhof"\n{text}', encoding="utf-8"
        )
    return folder


def context_of(folder: Path, source_id: str) -> Context:
    """What a reader may know, for a source of a region folder."""
    loaded = region.load(folder, {})
    source = loaded.source(source_id)
    assert source is not None
    assert source.protocol
    municipality = loaded.municipality(source.municipality)
    assert municipality is not None
    return Context(loaded, source, municipality, spider_classes()[source.protocol].options_of(source))


class Site:
    """A web server on loopback: ``pages`` maps paths to bodies or to (status, headers, body); answers ETags with 304.

    ``asked`` are the paths asked for, ``whole`` those answered with a body.
    """

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.whole: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                site.answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        """Answers one request."""
        path = request.path
        self.asked.append(path)
        page = self.pages.get(path, (404, {}, b"not here"))
        page = page(path) if callable(page) else page
        status, headers, body = page if isinstance(page, tuple) else (200, {}, page)
        body = body.encode() if isinstance(body, str) else body
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        headers = {"Content-Type": mimetypes.guess_type(path)[0] or "text/html", **headers}
        if status == 200 and "ETag" not in headers:
            headers["ETag"] = tag
        if status == 200 and request.headers.get("If-None-Match") == tag:
            status, body = 304, b""
        elif path != "/robots.txt":
            self.whole.append(path)
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)


@dataclass
class ListSink:
    """A sink and a memory in one: what was delivered, and what the next run may know of it."""

    outcomes: list[Outcome] = field(default_factory=list)
    pages: list[Page] = field(default_factory=list)
    page_ids: list[list[str]] = field(default_factory=list)
    kept: dict[str, Kept] = field(default_factory=dict)
    hashes: dict[str, bytes] = field(default_factory=dict)
    page_memory: dict[str, PageMemory] = field(default_factory=dict)

    def keep(self, response: Kept) -> str:
        """The name is the address and the body's hash."""
        name = f"{response.url} {hash(response.body)}"
        self.kept[name] = response
        return name

    def deliver(self, page: Page, outcomes: Any) -> None:
        """Takes a page's outcomes."""
        delivered = list(outcomes)
        self.pages.append(page)
        self.page_ids.append([outcome.native_id for outcome in delivered if not outcome.set_aside])
        self.outcomes += delivered

    def memory(self) -> ListMemory:
        """What a following run knows of this one."""
        hashes = {o.native_id: o.input_hash for o in self.outcomes if not o.set_aside}
        pages = {
            page.url: PageMemory(
                page.etag,
                page.last_modified,
                tuple(ids),
                page.response,
            )
            for page, ids in zip(self.pages, self.page_ids, strict=True)
        }
        return ListMemory(hashes, pages)

    def replay(self, url: str) -> Kept | None:
        """The response kept of an address."""
        return next((kept for kept in self.kept.values() if kept.url == url), None)


@dataclass
class ListMemory:
    """What a run left behind."""

    hashes: dict[str, bytes]
    pages: dict[str, PageMemory]

    def known(self, native_ids: Any) -> dict[str, bytes]:
        """The published input hashes."""
        return {native_id: self.hashes[native_id] for native_id in native_ids if native_id in self.hashes}

    def page(self, url: str) -> PageMemory | None:
        """What is known of an address."""
        return self.pages.get(url)


@dataclass(frozen=True)
class Run:
    """What a crawl brought: records by native id, findings by native id, the report, and what a next run may know."""

    records: dict[str, dict[str, Any]]
    set_aside: dict[str, list[str]]
    unusable: list[str]
    report: dict[str, Any]
    state: dict[str, Any]

    @property
    def titles(self) -> dict[str, str]:
        """Titles by native id."""
        return {native_id: record["title"] for native_id, record in self.records.items()}


def crawl(
    folder: Path, source_id: str, *, state: dict[str, Any] | None = None, replay: bool = False, full: bool = False
) -> Run:
    """Runs the crawl; ``state`` is that of an earlier run, for conditional requests or a replay."""
    job = {"folder": str(folder), "source": source_id, "state": state, "replay": replay, "full": full}
    done = subprocess.run(
        [sys.executable, str(Path(__file__))],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT)},
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    answer["report"]["log"] = done.stderr
    return Run(**answer)


def _serve() -> None:
    from harvesters import registry
    from harvesters.crawl import crawl as crawl_source
    from harvesters.crawl import revision_of
    from harvesters.spider import Job
    from schemas.model import text

    asked = json.loads(sys.stdin.read())
    context = context_of(Path(asked["folder"]), asked["source"])
    sink = ListSink()
    job = Job(context, sink, full=asked["full"])
    if asked["state"]:
        kept = {
            name: Kept(entry[0], entry[1], entry[2].encode("latin-1")) for name, entry in asked["state"]["kept"].items()
        }
        sink.kept.update(kept)
        if asked["replay"]:
            pages = {page["url"]: page["response"] for page in asked["state"]["pages"]}
            job.replay = lambda url: kept.get(pages.get(url) or "")
        else:
            hashes = {key: bytes.fromhex(value) for key, value in asked["state"]["hashes"].items()}
            revision = revision_of(registry.spider_classes()[context.source.protocol or ""], job)
            job.memory = ListMemory(
                hashes,
                {
                    p["url"]: PageMemory(p["etag"], p["last_modified"], tuple(p["ids"]), p["response"], revision)
                    for p in asked["state"]["pages"]
                },
            )
    report = crawl_source(context.source.protocol or "", job)
    records = {}
    for outcome in sink.outcomes:
        reading = outcome.reading
        if outcome.set_aside:
            continue
        records[outcome.native_id] = {
            "unchanged": reading is None,
            "title": text(reading.record.title) if reading else "",
            "description": text(reading.record.description) if reading else "",
            "ntriples": outcome.ntriples,
            "findings": [[str(f.severity), f.rule, f.message()] for f in outcome.findings],
            "trace": [list(entry) for entry in reading.trace] if reading else [],
            "leftovers": [list(entry) for entry in reading.leftovers] if reading else [],
            "companions": [companion.ntriples for companion in outcome.companions],
        }
    print(
        json.dumps(
            {
                "records": records,
                "set_aside": {
                    o.native_id: [f.message() for f in o.findings] + [o.traceback] for o in sink.outcomes if o.set_aside
                },
                "unusable": [f.message() for page in sink.pages for f in page.unusable],
                "report": {
                    "coverage": report.coverage,
                    "pages": report.pages,
                    "failure": report.failure_de,
                    "failures": [failure.de for failure in report.failures],
                    "findings": [[f.rule, f.message()] for f in report.findings],
                    "records": job.records,
                },
                "state": {
                    "hashes": {o.native_id: o.input_hash.hex() for o in sink.outcomes if not o.set_aside},
                    "kept": {name: [k.url, k.content_type, k.body.decode("latin-1")] for name, k in sink.kept.items()},
                    "pages": [
                        {
                            "url": page.url,
                            "etag": page.etag,
                            "last_modified": page.last_modified,
                            "ids": ids,
                            "response": page.response,
                        }
                        for page, ids in zip(sink.pages, sink.page_ids, strict=True)
                    ],
                },
            }
        )
    )


if __name__ == "__main__":
    _serve()
