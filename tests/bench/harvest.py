"""Harvest of a CKAN API on loopback through to the published, searchable catalogue: records/s and peak memory."""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

REGION = """
[region]
title = "Messung"
description = "Eine Region zum Messen"
base_url = "https://daten.example.org"
publisher = { name = "Zweckverband", email = "daten@example.org" }
allowed_hosts = ["127.0.0.1"]

[[municipality]]
id = "neuhof"
name = "Gemeinde Neuhof"
ags = "06631018"
ars = "066310018018"
"""


@contextmanager
def ckan(count: int) -> Iterator[int]:
    """A CKAN API with ``count`` packages in a process of its own; gives its port."""
    command = [sys.executable, "-m", "tests.bench.ckan_server", str(count)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.terminate()


def measure(count: int, store: str = "sqlite:///data/allmende.db") -> dict[str, Any]:
    """First and unchanged harvest of ``count`` records: seconds, records/s, peak memory of the run in MB."""
    folder = Path(tempfile.mkdtemp(prefix="allmende-bench-"))
    try:
        with ckan(count) as port:
            (folder / "sources").mkdir()
            region = REGION.replace("allowed_hosts", f'store = "{store}"\nallowed_hosts')
            (folder / "region.toml").write_text(region)
            (folder / "sources" / "portal.toml").write_text(
                f'title = "Portal"\nmunicipality = "neuhof"\nurl = "http://127.0.0.1:{port}"\nprotocol = "ckan"\n'
            )
            first, unchanged = _harvest(folder), _harvest(folder)
        assert first["created"] == count, first
        assert unchanged["unchanged"] == count, unchanged
        return {
            "records": count,
            "first/s": round(count / first["wall"]),
            "first run alone/s": round(count / first["seconds"]),
            "unchanged/s": round(count / unchanged["wall"]),
            "unchanged run alone/s": round(count / unchanged["seconds"]),
            "peak MB": first["peak"],
            "peak MB unchanged": unchanged["peak"],
        }
    finally:
        shutil.rmtree(folder)


def _harvest(folder: Path) -> dict[str, Any]:
    began = time.perf_counter()
    command = [sys.executable, "-m", "tests.bench.peak", "--region", str(folder), "harvest", "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    wall = time.perf_counter() - began
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode() + done.stdout.decode())
    result: dict[str, Any] = orjson.loads(done.stdout)["sources"][0]
    peak = int(done.stderr.decode().rpartition("peak ")[2].split()[0])
    return {**result, "wall": wall, "peak": peak}


def children_peak() -> int:
    """The highest resident size of any ended child of this process, in MB."""
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
