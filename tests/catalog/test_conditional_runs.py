"""Runs against a source that answers 304: nothing is forgotten, and what changed here is applied."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalog.runs.conclusion import RunResult
from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from harvesters import cleaning
from schemas.region import load
from tests.catalog.runs import REGION


class Feed:
    """A data.json with an ETag; ``answers`` are the statuses given so far."""

    def __init__(self) -> None:
        self.datasets: list[dict[str, Any]] = [dataset(n) for n in range(6)]
        self.answers: list[int] = []

    def body(self) -> bytes:
        return orjson.dumps({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": self.datasets})


def dataset(number: int, title: str | None = None) -> dict[str, Any]:
    return {
        "identifier": f"d{number}",
        "title": title or f"Datensatz {number}",
        "description": "Text",
        "distribution": [{"accessURL": f"https://example.org/{number}.csv", "mediaType": "text/csv"}],
    }


@pytest.fixture
def feed() -> Iterator[tuple[Feed, str]]:
    told = Feed()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = told.body() if self.path.endswith("data.json") else b""
            etag = f'"{hash(body) & 0xFFFFFFFF:x}"'
            known = bool(body) and self.headers.get("If-None-Match") == etag
            status = 404 if not body else 304 if known else 200
            if body:
                told.answers.append(status)
            self.send_response(status)
            self.send_header("ETag", etag)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", "0" if known else str(len(body)))
            self.end_headers()
            if not known:
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield told, f"http://127.0.0.1:{server.server_address[1]}/data.json"
    server.shutdown()
    server.server_close()


def write(folder: Path, url: str, more: str = "") -> None:
    (folder / "sources").mkdir(exist_ok=True)
    region = REGION.replace("STORE", "sqlite:///data/allmende.db")
    (folder / "region.toml").write_text(region.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher'))
    (folder / "sources" / "hub.toml").write_text(
        f'title = "Hub"\nmunicipality = "neuhof"\nurl = "{url}"\nprotocol = "datajson"\n{more}'
    )


def run(folder: Path, wish: Wish | None = None) -> RunResult:
    return next(iter(run_sources(load(folder, {}), ["hub"], wish or Wish())))


def test_page_that_did_not_change_counts_as_seen(feed: tuple[Feed, str], tmp_path: Path) -> None:
    told, url = feed
    write(tmp_path, url)
    assert run(tmp_path).counts.created == 6
    again = run(tmp_path)
    assert (again.counts.fetched, again.counts.unchanged, again.counts.absent) == (6, 6, 0)
    assert told.answers == [200, 304]


def test_setting_of_the_source_is_applied_although_the_page_did_not_change(
    feed: tuple[Feed, str], tmp_path: Path
) -> None:
    told, url = feed
    write(tmp_path, url)
    run(tmp_path)
    write(tmp_path, url, 'license = "dl-by-de/2.0"\n')
    assert run(tmp_path).counts.updated == 6
    assert told.answers == [200, 200]


def test_record_that_was_set_aside_is_not_forgotten_by_a_304(feed: tuple[Feed, str], tmp_path: Path) -> None:
    told, url = feed
    told.datasets += [{**dataset(n), "description": "x" * 3_000_000} for n in range(10, 13)]
    write(tmp_path, url)
    first = run(tmp_path)
    assert (first.counts.created, first.counts.failed) == (6, 3)
    second = run(tmp_path)
    assert (second.status, second.counts.fetched, second.counts.failed) == ("warnings", 9, 3)
    assert told.answers == [200, 200], "a page with a record that was not taken is asked for anew"


def test_replay_maps_kept_responses_of_a_run_that_saw_304(feed: tuple[Feed, str], tmp_path: Path) -> None:
    told, url = feed
    write(tmp_path, url)
    run(tmp_path)
    newest = run(tmp_path).run
    asked = len(told.answers)
    replayed = run(tmp_path, Wish(replay=newest))
    assert (replayed.coverage, replayed.counts.unchanged, replayed.counts.absent) == ("complete", 6, 0)
    assert len(told.answers) == asked, "no address was opened"


def test_limit_of_records_makes_a_run_partial(feed: tuple[Feed, str], tmp_path: Path) -> None:
    _, url = feed
    write(tmp_path, url, "[limits]\nrecords = 3\n")
    result = run(tmp_path)
    assert (result.status, result.coverage, result.counts.created) == ("partial", "partial", 3)
    assert "records" in result.reason_de


def test_one_record_that_breaks_a_step_is_set_aside_and_the_others_go_on(
    feed: tuple[Feed, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from harvesters import pipelines
    from tests.catalog.runs import Source, package, region

    def breaking(reading: Any, context: Any) -> Any:
        if reading.native_id.endswith("3"):
            raise RuntimeError("broken on purpose")
        return cleaning.clean(reading, context)

    monkeypatch.setattr(pipelines, "clean", breaking)
    result = Source(region(tmp_path)).harvest([package(n) for n in range(7)])
    assert (result.status, result.counts.created, result.counts.failed) == ("warnings", 6, 1)


def test_F50_run_after_a_killed_one_goes_on_from_what_was_fetched(feed: tuple[Feed, str], tmp_path: Path) -> None:
    told, url = feed
    write(tmp_path, url)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from catalog import harvest\n"
        "from schemas.region import load\n"
        "harvest.conclude = lambda *_: os.kill(os.getpid(), 9)\n"
        "harvest.run_source(load(Path(sys.argv[1]), {}), 'hub')\n"
    )
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], cwd=root, check=False)
    assert killed.returncode == -9
    assert told.answers == [200]
    result = run(tmp_path)
    assert (result.status, result.counts.created) == ("warnings", 6)
    assert told.answers == [200], "what was fetched is not fetched again"
    run(tmp_path)
    assert len(told.answers) == 2, "the run after that asks again"
