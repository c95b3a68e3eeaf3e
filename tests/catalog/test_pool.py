"""Runs side by side: those of different hosts at once, those of one host in turn, one that hangs delays nobody (F59)."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from catalog.runs.processes import run_sources
from catalog.runs.wish import Wish
from catalog.store import Store, utc_now
from schemas.region import Region, load
from tests.catalog.runs import REGION
from tests.faultserver import FaultServer, Reply, closed_port

GOOD = 9
HOSTILE = 3


def data_json(count: int) -> Reply:
    entries = [{"identifier": f"id-{n}", "title": f"Daten {n}", "accessLevel": "public"} for n in range(count)]
    return Reply(json.dumps({"dataset": entries}).encode(), headers={"Content-Type": "application/json"})


def region(folder: Path, urls: dict[str, str], limits: str = "") -> Region:
    (folder / "sources").mkdir(parents=True)
    text = REGION.replace("STORE", "sqlite:///data/allmende.db")
    (folder / "region.toml").write_text(text.replace("publisher", 'allowed_hosts = ["127.0.0.1"]\npublisher'))
    for name, url in urls.items():
        (folder / "sources" / f"{name}.toml").write_text(
            f'title = "{name}"\nmunicipality = "neuhof"\nurl = "{url}"\nprotocol = "datajson"\n{limits}'
        )
    return load(folder, {})


@pytest.fixture
def servers() -> Iterator[list[FaultServer]]:
    with ExitStack() as stack:
        started = [stack.enter_context(FaultServer()) for _ in range(GOOD + HOSTILE - 1)]
        for server in started:
            server.robots = Reply(b"", 404)
            server.pages = {"/data.json": data_json(20)}
        yield started


def test_F59_sources_that_hang_delay_no_other(tmp_path: Path, servers: list[FaultServer]) -> None:
    slow, silent = servers[:2]
    urls = {
        "haengt-1": slow.url("/slow-body", gap=0.5),
        "haengt-2": silent.url("/slow-headers", gap=0.5),
        "haengt-3": f"http://127.0.0.1:{closed_port()}/data.json",
    }
    urls |= {f"gemeinde-{n}": server.url("/data.json") for n, server in enumerate(servers[2:], 1)}
    asked = run_sources(region(tmp_path, urls), list(urls), Wish())
    status = {}
    left = {name for name in urls if name.startswith("gemeinde")}
    for result in asked:
        status[result.id] = result.status
        left.discard(result.id)
        if not left:
            break
    asked.close()  # type: ignore[attr-defined]
    assert all(status[name] in ("ok", "warnings") for name in urls if name.startswith("gemeinde"))
    # Those that trickle are given half a minute for each try; nobody waited for that.
    assert status.keys() & {"haengt-1", "haengt-2"} == set()
    assert status.get("haengt-3", "failed") == "failed"


def test_one_host_is_asked_by_one_run_at_a_time(tmp_path: Path) -> None:
    with FaultServer() as server:
        server.robots = Reply(b"", 404)
        slow = data_json(3)
        server.pages = {f"/{n}/data.json": Reply(slow.body, headers=slow.headers, delay=0.3) for n in range(4)}
        urls = {f"amt-{n}": server.url(f"/{n}/data.json") for n in range(4)}
        results = list(run_sources(region(tmp_path, urls), list(urls), Wish()))
        assert [result.id for result in results] == list(urls)
        assert all(result.counts.created == 3 for result in results)
        assert max(server.peak.values()) == 1


def test_runs_end_with_whoever_asked_for_them(tmp_path: Path, servers: list[FaultServer]) -> None:
    urls = {"haengt": servers[0].url("/slow-headers", gap=0.2), "gut": servers[1].url("/data.json")}
    made = region(tmp_path, urls)
    asked = run_sources(made, list(urls), Wish())
    assert next(asked).id == "gut"
    began = time.monotonic()
    asked.close()  # type: ignore[attr-defined]
    assert time.monotonic() - began < 60
    store = Store(made)
    hung = made.source("haengt")
    assert hung is not None
    # A run that still lived would refuse another.
    assert store.open_run(hung, "harvest", utc_now()).id == 3
    store.close()


def test_F52_source_that_takes_all_memory_fails_alone(tmp_path: Path, servers: list[FaultServer]) -> None:
    huge, small = servers[:2]
    entry = {"identifier": "id", "title": "Daten", "accessLevel": "public", "description": "x" * 1000}
    body = json.dumps({"dataset": [{**entry, "identifier": f"id-{n}"} for n in range(120_000)]}).encode()
    huge.pages = {"/data.json": Reply(body, headers={"Content-Type": "application/json"})}
    urls = {"riesig": huge.url("/data.json"), "klein": small.url("/data.json")}
    made = region(tmp_path, urls, "[limits]\nmemory_bytes = 200000000\n")
    results = {result.id: result for result in run_sources(made, list(urls), Wish())}
    assert results["klein"].counts.created == 20
    assert (results["riesig"].status, results["riesig"].counts.created) == ("failed", 0)
    store = Store(made)
    source = made.source("riesig")
    assert source is not None
    assert store.open_run(source, "harvest", utc_now()).id == 3, "its lease is free again"
    store.close()
