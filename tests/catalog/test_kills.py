"""Kill -9 at random moments of a run: old state or new, never a mixture; the next run repairs without hand work (F50).

Each commit tries a few; the profile ``full`` two hundred (faults 4, promise 2).
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import settings
from rdflib import DCTERMS

from catalog.search import Catalogue
from schemas.region import Region
from tests.catalog.cli.command import none_left
from tests.catalog.sampling import ALLMENDE
from tests.catalog.test_pool import region
from tests.faultserver import FaultServer, Reply

pytestmark = pytest.mark.long

RECORDS = 300
KILLS = 200 if settings().max_examples > 100 else 5
_TITLE = f'<{DCTERMS.title}> "Daten '.encode()


def listing(version: int) -> Reply:
    entries = [
        {"identifier": f"id-{n}", "title": f"Daten {version}", "accessLevel": "public", "description": f"Nummer {n}"}
        for n in range(RECORDS)
    ]
    return Reply(json.dumps({"dataset": entries}).encode(), headers={"Content-Type": "application/json"})


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as started:
        started.robots = Reply(b"", 404)
        started.pages = {"/data.json": listing(0)}
        yield started


def versions(of: Region) -> Counter[int]:
    """How many public records have which version of their title."""
    catalogue = Catalogue(of)
    try:
        dump = b"".join(catalogue.dump(catalogue.number()))
    finally:
        catalogue.close()
    return Counter(int(line.rpartition(_TITLE)[2].split(b'"')[0]) for line in dump.splitlines() if _TITLE in line)


def harvest(of: Region) -> dict[str, object]:
    command = [ALLMENDE, "--region", str(of.folder), "harvest", "--json"]
    done = subprocess.run(command, capture_output=True, check=False)
    result: dict[str, object] = json.loads(done.stdout)["sources"][0]
    return result


def killed(of: Region, after: float) -> None:
    """Starts a harvest and kills all of its processes after some seconds."""
    command = [ALLMENDE, "--region", str(of.folder), "harvest"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    time.sleep(after)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert none_left(process.pid)  # a killed process with much memory takes a moment to die


def test_F50_run_killed_at_any_moment_leaves_one_whole_state(tmp_path: Path, server: FaultServer) -> None:
    made = region(tmp_path, {"hub": server.url("/data.json")})
    began = time.monotonic()
    assert harvest(made)["status"] in ("ok", "warnings")
    took = time.monotonic() - began
    chance = random.Random(50)
    old, outcomes = 0, Counter[str]()
    for version in range(1, KILLS + 1):
        server.pages = {"/data.json": listing(version)}
        killed(made, chance.uniform(0.2, 1.1) * took)
        found = versions(made)
        assert found in (Counter({old: RECORDS}), Counter({version: RECORDS})), (version, found)
        outcomes["new" if version in found else "old"] += 1
        result = harvest(made)
        assert result["status"] in ("ok", "warnings"), result
        assert versions(made) == Counter({version: RECORDS})
        assert not list((made.data / "staging").iterdir())
        old = version
    assert sum(outcomes.values()) == KILLS
