"""A number is published whole or not at all: whoever is killed, waits, reads meanwhile or has lost the right to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog import tables
from catalog.exceptions import LeaseLost, RunActive
from catalog.runs import number_writer
from catalog.runs.conclusion import Terms, conclude
from catalog.runs.staging import now_text
from catalog.store import Store
from harvesters.reading import CrawlReport
from tests.catalog.runs import PACKAGES, Source, package, region, titles


@pytest.fixture
def portal(tmp_path: Path, each_store: str) -> Source:
    return Source(region(tmp_path, store=each_store, portal='grace = "1d"\n'))


def test_F53_second_run_of_a_source_is_refused(portal: Source) -> None:
    store = Store(portal.region)
    store.open_run(portal.source, "harvest", portal.now)
    with pytest.raises(RunActive):
        store.open_run(portal.source, "harvest", portal.now)
    elsewhere = "another-machine:1:1:token"
    with store.writing.begin() as connection:
        connection.execute(sa.update(tables.runs).values(token=elsewhere))
    with pytest.raises(RunActive):
        store.open_run(portal.source, "harvest", portal.now)
    late = store.open_run(portal.source, "harvest", portal.now + timedelta(minutes=10))
    with store.engine.connect() as connection:
        states = dict(connection.execute(sa.select(tables.runs.c.id, tables.runs.c.status)).all())
    store.close()
    assert states == {late.id - 1: "failed", late.id: None}, "a run without heartbeat has lost its lease"


KILLED = """
import os, sys
from pathlib import Path
sys.path.insert(0, {root!r})
from catalog.runs import number_writer
from catalog.runs import publishing
from tests.catalog.runs import Source, package
from schemas.region import load

left = {left}
def counted(write):
    def writing(self, *args):
        global left
        if left == 0:
            os.kill(os.getpid(), 9)
        left -= 1
        write(self, *args)
    return writing
number_writer.NumberWriter.write = counted(number_writer.NumberWriter.write)
number_writer.SqliteNumberWriter.copy = counted(number_writer.SqliteNumberWriter.copy)
number_writer.BATCH = 5
flip = number_writer.NumberWriter.flip
def killed(self, also):
    if {at_flip}:
        os.kill(os.getpid(), 9)
    flip(self, also)
number_writer.NumberWriter.flip = killed
remember = publishing._remember
def after(*args):
    if {after_flip}:
        os.kill(os.getpid(), 9)
    remember(*args)
publishing._remember = after
source = Source(load(Path({folder!r})))
source.harvest([package(n, f"Neu {{n}}") for n in range(40)])
"""


@pytest.mark.parametrize("point", ["first batch", "third batch", "flip", "after flip"])
def test_F50_killed_while_publishing_leaves_the_old_state_or_the_new(portal: Source, point: str) -> None:
    packages = [package(n) for n in range(40)]
    portal.harvest(packages)
    before = titles(portal.region)
    script = KILLED.format(
        root=str(Path(__file__).parents[2]),
        folder=str(portal.region.folder),
        left={"first batch": 0, "third batch": 2}.get(point, 1000),
        at_flip=point == "flip",
        after_flip=point == "after flip",
    )
    killed = subprocess.run([sys.executable, "-c", script], check=False, env=dict(os.environ))
    assert killed.returncode == -9
    now = titles(portal.region)
    assert now == (before if point != "after flip" else {p["id"]: f"Neu {n}" for n, p in enumerate(packages)})
    changed = [package(n, f"Neu {n}") for n in range(40)]
    result = portal.harvest(changed)
    assert result.status == "ok"
    assert titles(portal.region) == {p["id"]: p["title"] for p in changed}
    store = Store(portal.region)
    with store.engine.connect() as connection:
        invisible = connection.scalar(
            sa.select(sa.func.count()).select_from(tables.versions).where(tables.versions.c.valid_from > store.number())
        )
        active = connection.scalar(
            sa.select(sa.func.count()).select_from(tables.runs).where(tables.runs.c.state == "running")
        )
    store.close()
    assert (invisible, active) == (0, 0)


def test_F57_reader_sees_one_number_while_the_next_is_written(portal: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    packages = [package(n) for n in range(40)]
    portal.harvest(packages)
    before = titles(portal.region)
    seen: list[bool] = []
    renew = number_writer.NumberWriter.renew

    def watched(self: number_writer.NumberWriter) -> None:
        renew(self)
        seen.append(titles(portal.region) == before)

    monkeypatch.setattr(number_writer, "BATCH", 5)
    monkeypatch.setattr(number_writer.NumberWriter, "renew", watched)
    portal.harvest([package(n, f"Neu {n}") for n in range(40)])
    assert seen
    assert all(seen)
    assert titles(portal.region) != before


def test_whoever_publishes_is_waited_for_and_not_overtaken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    both = region(tmp_path, eins="", zwei="")
    one, two = Source(both, "eins"), Source(both, "zwei")
    store = Store(both)
    other = store.open_run(two.source, "harvest", two.now)
    run, staging = one.stage(store, PACKAGES)
    with store.writing.begin() as connection:
        connection.execute(sa.update(tables.publication).values(holder=other.token, held_at=now_text()))
    report = CrawlReport("complete", 1)
    monkeypatch.setattr(number_writer, "WAIT_SECONDS", 0.2)
    with pytest.raises(LeaseLost):
        conclude(store, one.source, run, staging, report, Terms(one.now))
    assert titles(both) == {}
    store.close_run(other, one.now, status="failed")
    assert conclude(store, one.source, run, staging, report, Terms(one.now)).counts.created == 12
    store.close()


def test_publisher_that_lost_its_right_publishes_nothing(portal: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(portal.region)
    run, staging = portal.stage(store, PACKAGES)
    flip = number_writer.NumberWriter.flip

    def overtaken(self: number_writer.NumberWriter, also: Callable[[sa.Connection], None]) -> None:
        with store.writing.begin() as connection:
            connection.execute(sa.update(tables.publication).values(holder="another", held_at=now_text()))
        flip(self, also)

    monkeypatch.setattr(number_writer.NumberWriter, "flip", overtaken)
    with pytest.raises(LeaseLost):
        conclude(store, portal.source, run, staging, CrawlReport("complete", 1), Terms(portal.now))
    store.close()
    assert titles(portal.region) == {}
