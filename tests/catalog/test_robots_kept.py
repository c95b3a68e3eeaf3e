"""The robots.txt of a source: its verdict is kept with the run, the file itself spares the next run a request (F35, F36)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from catalog.runs.conclusion import RunResult
from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from catalog.store import Store
from schemas.region import Region
from tests.catalog.test_pool import data_json, region
from tests.faultserver import FaultServer, Reply


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as started:
        started.robots = Reply(b"User-agent: *\nDisallow: /intern\n", headers={"Content-Type": "text/plain"})
        started.pages = {"/data.json": data_json(3)}
        yield started


def run(made: Region, wish: Wish | None = None) -> RunResult:
    return next(iter(run_sources(made, ["hub"], wish or Wish())))


def verdicts(made: Region, run_id: int | None) -> list[list[str]]:
    assert run_id is not None
    store = Store(made)
    found = store.run(run_id).report["robots"]
    store.close()
    return list(found)


def test_F35_verdict_is_kept_and_the_file_is_asked_for_once_a_day(tmp_path: Path, server: FaultServer) -> None:
    made = region(tmp_path, {"hub": server.url("/data.json")})
    origin = server.url("/data.json").removesuffix("/data.json")
    for _ in range(3):
        result = run(made)
        assert result.status in ("ok", "warnings")
        assert verdicts(made, result.run) == [[origin, "rules: HTTP 200"]]
    assert server.hits["/robots.txt"] == 1
    run(made, Wish(full=True))
    assert server.hits["/robots.txt"] == 2


def test_F35_robots_older_than_the_limit_is_asked_for_again(tmp_path: Path, server: FaultServer) -> None:
    made = region(tmp_path, {"hub": server.url("/data.json")}, "[limits]\nrobots_cache_hours = 0\n")
    run(made)
    run(made)
    assert server.hits["/robots.txt"] == 2


def test_F36_refusal_holds_what_is_public_and_ends_when_robots_is_mended(tmp_path: Path, server: FaultServer) -> None:
    made = region(tmp_path, {"hub": server.url("/data.json")}, "[limits]\nrobots_cache_hours = 0\n")
    assert run(made).counts.created == 3
    allowed, server.robots = server.robots, Reply(b"User-agent: *\nDisallow: /\n")
    refused = run(made)
    assert (refused.status, refused.counts.withdrawn) == ("failed", 0)
    assert "robots.txt" in refused.reason_de
    server.robots = allowed
    assert run(made).counts.fetched == 3


def test_F35_503_of_one_run_does_not_bind_the_next(tmp_path: Path, server: FaultServer) -> None:
    made = region(tmp_path, {"hub": server.url("/data.json")})
    good, server.robots = server.robots, Reply(b"", 503)
    assert run(made).status == "failed"
    server.robots = good
    assert run(made).status in ("ok", "warnings")
