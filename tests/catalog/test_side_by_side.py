"""What happens at the same time: readers during publications, ten starts of one source, a store that lost its last writes."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
import threading
from pathlib import Path

import pyoxigraph as ox
import pytest
import sqlalchemy as sa
from hypothesis import settings

from catalog import tables
from catalog.exceptions import RunActive
from catalog.runs import lease
from catalog.search import Catalogue
from catalog.store import Store
from catalog.web.app import create_app
from schemas.region import load
from tests.catalog.runs import Source, package, region, titles
from tests.catalog.web.asking import Asking

FULL = settings().max_examples > 100
RECORDS = 20
SYNTAXES = {
    "ttl": ox.RdfFormat.TURTLE,
    "rdf": ox.RdfFormat.RDF_XML,
    "nt": ox.RdfFormat.N_TRIPLES,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_TITLE = "http://purl.org/dc/terms/title"


def versions(body: bytes, syntax: str) -> set[str]:
    """The numbers in the titles of the datasets of a feed; parsing it is half of the test."""
    found = set()
    for quad in ox.parse(body, format=SYNTAXES[syntax], base_iri="https://daten.example.org/"):
        if quad.predicate.value == _TITLE and isinstance(quad.object, ox.Literal):
            word, _, number = quad.object.value.partition(" ")
            if word == "Stand":
                found.add(number)
    return found


class Publisher(threading.Thread):
    """Publishes one whole new state after the other until it is told to stop."""

    def __init__(self, portal: Source) -> None:
        super().__init__(daemon=True)
        self.portal = portal
        self.enough = threading.Event()
        self.published = 0
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while not self.enough.is_set():
                self.published += 1
                self.portal.harvest([package(n, f"Stand {self.published}") for n in range(RECORDS)])
        except BaseException as error:  # the test tells it
            self.error = error


@pytest.fixture
def portal(tmp_path: Path) -> Source:
    made = Source(region(tmp_path))
    made.harvest([package(n, "Stand 0") for n in range(RECORDS)])
    return made


def test_F57_each_of_a_thousand_reads_during_publications_parses_and_shows_one_state(portal: Source) -> None:
    catalogue = Catalogue(portal.region)
    ask = Asking(create_app(portal.region, catalogue))
    publisher = Publisher(portal)
    publisher.start()
    tags: dict[tuple[str, str], str] = {}
    seen: list[int] = []
    try:
        for number in range(1000):
            syntax = list(SYNTAXES)[number % 4]
            answer = ask.get(f"/catalog.{syntax}")
            assert answer.status_code == 200, answer.text
            (state,) = versions(answer.content, syntax)
            seen.append(int(state))
            digest = hashlib.sha256(answer.content).hexdigest()
            assert tags.setdefault((syntax, answer.headers["etag"]), digest) == digest, "one ETag, one content"
    finally:
        publisher.enough.set()
        publisher.join(60)
        catalogue.close()
    assert publisher.error is None
    assert seen == sorted(seen), "nobody sees an older state after a newer one"
    assert publisher.published > 3
    # Each state has one ETag in each syntax: it changes once with a publication.
    assert len(tags) <= 4 * (len(set(seen)))


def test_F53_of_ten_starts_at_once_one_runs(portal: Source) -> None:
    store = Store(portal.region)
    gate = threading.Barrier(10)
    outcomes: list[str] = []

    def start() -> None:
        gate.wait()
        try:
            store.open_run(portal.source, "harvest", portal.now)
            outcomes.append("runs")
        except RunActive:
            outcomes.append("refused")

    threads = [threading.Thread(target=start) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with store.engine.connect() as connection:
        active = connection.scalar(
            sa.select(sa.func.count()).select_from(tables.runs).where(tables.runs.c.state == "running")
        )
    store.close()
    assert sorted(outcomes) == ["refused"] * 9 + ["runs"]
    assert active == 1


def test_F50_F54_store_that_lost_its_last_writes_is_an_older_state_or_the_newer_and_goes_on(
    portal: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Loss of power: of the writes since the last fsync any may be lost or torn (faults 5).

    In WAL mode that are the last pages of the log: it is cut or damaged at random places.
    """
    file = portal.region.data / "allmende.db"
    # A reader keeps the log from being written back into the file.
    reader = sqlite3.connect(file)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM runs").fetchone()
    old = titles(portal.region)
    packages = [package(n, "Stand 1") for n in range(RECORDS)]
    portal.harvest(packages)
    new = titles(portal.region)
    lost = tmp_path / "lost"
    shutil.copytree(portal.region.folder, lost, ignore=shutil.ignore_patterns("lost"))
    reader.close()
    log = (lost / "data/allmende.db-wal").read_bytes()
    assert len(log) > 100_000
    # The process that ran when the power went off is gone; here it is this one.
    monkeypatch.setattr(lease, "alive", lambda *_: False)
    chance = random.Random(50)
    found = set()
    for number in range(200 if FULL else 12):
        again = tmp_path / f"again-{number}"
        shutil.copytree(lost, again)
        damaged = bytearray(log)
        at = chance.randrange(len(log)) if number else len(log)
        if number % 2:
            damaged[at : at + 4096] = chance.randbytes(len(damaged[at : at + 4096]))
        else:
            del damaged[at:]
        (again / "data/allmende.db-wal").write_bytes(damaged)
        (again / "data/allmende.db-shm").unlink(missing_ok=True)
        after = Source(load(again, {}), now=portal.now)
        state = titles(after.region)
        assert state in (old, new), "a mixed state"
        found.add("new" if state == new else "old")
        result = after.harvest(packages)
        assert result.status == "ok", result
        assert titles(after.region) == new
        shutil.rmtree(again)
    assert found == {"old", "new"}
