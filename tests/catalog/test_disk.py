"""A disk that is full, read-only or broken: the run fails and says so, what is public stays, the next run completes (F51)."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import settings

from catalog import disk
from catalog.search import Catalogue
from schemas.region import Region
from tests.catalog.full_disk import failing_at
from tests.catalog.runs import Source, package
from tests.catalog.runs import region as region_in
from tests.catalog.sampling import ALLMENDE
from tests.catalog.test_pool import data_json, region
from tests.faultserver import FaultServer, Reply

pytestmark = pytest.mark.long


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer() as started:
        started.robots = Reply(b"", 404)
        started.pages = {"/data.json": data_json(30)}
        yield started


def feed(of: Region) -> bytes:
    catalogue = Catalogue(of)
    found = b"".join(catalogue.dump(catalogue.number()))
    catalogue.close()
    return found


def harvest(of: Region, largest: int | None = None) -> tuple[int, dict[str, object]]:
    """``allmende harvest --json`` where no file may grow beyond so many bytes; exit code and the source's result."""

    def limit() -> None:
        if largest is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest, largest))

    command = [ALLMENDE, "--region", str(of.folder), "harvest", "--json"]
    done = subprocess.run(command, capture_output=True, preexec_fn=limit, check=False)
    return done.returncode, json.loads(done.stdout)["sources"][0] if done.stdout else {}


@pytest.mark.parametrize("room", [0.05, 0.5, 1.0, 1.1, 1.3] if settings().max_examples > 100 else [0.05, 1.1])
def test_F51_full_disk_fails_the_run_and_leaves_what_is_public(
    tmp_path: Path, server: FaultServer, room: float
) -> None:
    made = region(tmp_path, {"hub": server.url("/data.json")})
    assert harvest(made)[0] == 0
    before = feed(made)
    server.pages = {"/data.json": data_json(400)}
    size = (made.data / "allmende.db").stat().st_size
    code, result = harvest(made, int(size * room))
    assert code in (1, 2)
    if result:
        assert result["status"] == "failed"
        assert "Datenträger" in str(result["reason"])
        assert str(made.data) in str(result["reason"])
    assert feed(made) == before
    code, result = harvest(made)
    assert (code, result["created"]) == (0, 370)
    assert not list((made.data / "staging").glob("*"))


def test_F51_write_that_fails_anywhere_leaves_the_old_state_or_the_new(tmp_path: Path) -> None:
    """Each writing statement of a run fails once; each commit tries every fifth, the profile ``full`` all."""
    portal = Source(region_in(tmp_path))
    portal.harvest([package(n) for n in range(1, 6)])
    before, failed = feed(portal.region), 0
    for nth in range(1, 400, 1 if settings().max_examples > 100 else 5):
        packages = [package(n, title=f"Neu {nth}") for n in range(2, 7)]
        try:
            with failing_at(nth):
                portal.harvest(packages)
        except OSError as error:
            failed += 1
            reason = disk.reason(error, tmp_path)
            assert reason is not None
            assert "voll" in reason.de
            after = feed(portal.region)
            assert after == before or after.count(f"Neu {nth}".encode()) == 5
            _give_back(portal.region)
        else:
            break
        result = portal.harvest(packages)
        assert result.counts.unchanged + result.counts.updated + result.counts.created == 5
        before = feed(portal.region)
        assert before.count(f"Neu {nth}".encode()) == 5
    assert failed > 3


def _give_back(of: Region) -> None:
    from catalog import tables
    from catalog.store import Store

    store = Store(of)
    with store.writing.begin() as connection:
        connection.execute(
            sa.update(tables.runs).where(tables.runs.c.state == "running").values(state="done", status="failed")
        )
    store.close()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_F51_read_only_folder_is_named(tmp_path: Path, server: FaultServer) -> None:
    made = region(tmp_path, {"hub": server.url("/data.json")})
    harvest(made)
    made.data.chmod(0o500)
    try:
        done = subprocess.run(
            [ALLMENDE, "--region", str(made.folder), "harvest"], capture_output=True, text=True, check=False
        )
    finally:
        made.data.chmod(0o700)
    assert done.returncode == 2
    assert str(made.data) in done.stderr


@pytest.mark.parametrize(
    ("error", "word"),
    [
        (OSError(28, "No space left on device"), "voll"),
        (OSError(122, "Disk quota exceeded"), "voll"),
        (OSError(30, "Read-only file system"), "nicht beschreibbar"),
        (OSError(5, "Input/output error"), "Fehler beim Schreiben"),
        (ValueError("something else"), None),
        (ConnectionRefusedError(111, "Connection refused"), None),
    ],
)
def test_F51_reason_is_told_in_words(tmp_path: Path, error: BaseException, word: str | None) -> None:
    wrapped = RuntimeError("a driver's words")
    wrapped.__cause__ = error
    for each in (error, wrapped):
        found = disk.reason(each, tmp_path)
        assert found is None if word is None else found is not None and word in found.de
