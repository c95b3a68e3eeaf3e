"""Backup and restore: the drill (F58), damaged backups, and moving a region from one store to the other."""

from __future__ import annotations

import gzip
import os
import random
import shutil
import tarfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from catalog import backup, database, occupancy, restoring, tables
from catalog.backup import BackupDamaged
from catalog.search import Catalogue
from catalog.store import Store
from schemas.region import ConfigurationError, Region, load
from tests.catalog.runs import Source, package, region

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def lived(folder: Path, store: str = "sqlite:///data/allmende.db") -> Source:
    """A region with a history: two publications, an absent record, a plan that waits."""
    portal = Source(region(folder, store))
    portal.harvest([package(n) for n in range(1, 26)])
    portal.harvest([package(n, title="Neu" if n == 3 else None) for n in range(1, 25)])
    portal.harvest([*(package(n, title="Geplant") for n in range(1, 25)), package(1)], plan=True)
    return portal


def feed(of: Region) -> bytes:
    catalogue = Catalogue(of)
    found = b"".join(catalogue.dump(catalogue.number()))
    catalogue.close()
    return found


def test_F58_restored_catalogue_is_the_one_that_was_saved(tmp_path: Path) -> None:
    portal = lived(tmp_path / "region")
    before, file = feed(portal.region), tmp_path / "there" / "backup.tar.gz"
    contents = backup.make(portal.region, file, NOW)
    assert contents == backup.verify(file)
    portal.harvest([package(n) for n in range(1, 40)])
    assert feed(portal.region) != before
    done = restoring.restore(portal.region, file, NOW)
    assert done.is_proven
    assert (done.number, done.datasets, done.left) == (contents.number, 25, ())
    assert feed(portal.region) == before
    assert done.aside is not None
    assert (done.aside / "allmende.db").exists()
    assert not list(portal.region.data.glob(".restore-*"))


def test_F58_region_comes_back_on_an_empty_machine_and_goes_on(tmp_path: Path) -> None:
    portal = lived(tmp_path / "region")
    before, file = feed(portal.region), tmp_path / "backup.tar.gz"
    backup.make(portal.region, file, NOW)
    again = tmp_path / "again"
    with tarfile.open(file) as packed:
        names = set(packed.getnames())
    assert {"manifest.json", "store.db", "region/region.toml", "region/sources/portal.toml"} <= names
    again.mkdir()
    shutil.copy(portal.region.folder / "region.toml", again)
    restored = restoring.restore(load(again, {}), file, NOW)
    assert restored.is_proven
    made = load(again, {})
    assert [source.id for source in made.sources] == ["portal"]
    assert feed(made) == before
    # What runs found and what they left as duplicates, the plan that waited, the kept responses: all is there.
    reports = {file.name: file.read_bytes() for file in (portal.region.data / "reports").iterdir()}
    assert len(reports) > 3
    assert {file.name: file.read_bytes() for file in (made.data / "reports").iterdir()} == reports
    store = Store(made)
    assert store.waiting("portal") == (3,)
    kept = store.kept(2)
    assert kept
    assert all(store.response(url, kept) for url in kept)
    store.close()
    later = Source(made, now=portal.now)
    assert later.harvest([package(n, title="Neu" if n == 3 else None) for n in range(1, 25)]).counts.unchanged == 24


def test_backup_moves_a_region_to_postgresql_and_back(tmp_path: Path, postgres: str) -> None:
    portal = lived(tmp_path / "region")
    before, file = feed(portal.region), tmp_path / "backup.tar.gz"
    backup.make(portal.region, file, NOW)
    moved = region(tmp_path / "moved", postgres)
    assert restoring.restore(moved, file, NOW).is_proven
    assert feed(moved) == before
    there = Source(moved, now=portal.now)
    result = there.harvest([package(n) for n in range(1, 27)])
    assert (result.counts.created, result.counts.updated) == (1, 1)
    back, third = tmp_path / "back.tar.gz", region(tmp_path / "third")
    backup.make(moved, back, NOW)
    assert restoring.restore(third, back, NOW).is_proven
    assert feed(third) == feed(moved) != before
    # What was in PostgreSQL before a restore is kept as a backup, too.
    aside = restoring.restore(moved, file, NOW).aside
    assert aside is not None
    assert backup.verify(aside).datasets == 26


def test_backup_while_runs_publish_is_one_state(tmp_path: Path) -> None:
    portal = lived(tmp_path / "region")
    numbers = set()
    for round_ in range(3):
        store = Store(portal.region)
        run, staging = portal.stage(store, [package(n, title=f"Stand {round_}") for n in range(1, 25)])
        file = tmp_path / f"{round_}.tar.gz"
        numbers.add(backup.make(portal.region, file, NOW).number)
        staging.remove()
        store.close_run(run, portal.now, status="failed")
        store.close()
        other = region(tmp_path / f"other-{round_}")
        assert restoring.restore(other, file, NOW).is_proven
        with database.engine(other.store_url).connect() as connection:
            states = connection.scalars(sa.select(tables.runs.c.state).where(tables.runs.c.id == run.id)).all()
        assert states == ["done"], "no process of the saved state lives any more"
    assert len(numbers) == 1


@pytest.mark.parametrize("seed", range(12))
def test_damaged_backup_is_refused_and_nothing_touched(tmp_path: Path, seed: int) -> None:
    portal = lived(tmp_path / "region")
    file = tmp_path / "backup.tar.gz"
    backup.make(portal.region, file, NOW)
    content, chance = bytearray(file.read_bytes()), random.Random(seed)
    if seed % 3 == 0:
        content = content[: chance.randrange(len(content))]
    elif seed % 3 == 1:
        content[chance.randrange(20, len(content) - 20)] ^= 0xFF
    else:
        plain = bytearray(gzip.decompress(content))
        start = plain.index(b"SQLite format 3")
        plain[chance.randrange(start, start + 40_000)] ^= 0xFF
        content = bytearray(gzip.compress(plain))
    file.write_bytes(content)
    before = feed(portal.region)
    with pytest.raises(BackupDamaged, match=r"backup\.tar\.gz"):
        restoring.restore(portal.region, file, NOW)
    assert feed(portal.region) == before


@pytest.mark.parametrize("name", ["../../evil.toml", "/etc/evil", "region/../../evil", "data/x", "manifest.json"])
def test_backup_with_a_foreign_name_writes_nothing_outside(tmp_path: Path, name: str) -> None:
    portal = lived(tmp_path / "region")
    file, evil = tmp_path / "backup.tar.gz", tmp_path / "evil.tar.gz"
    backup.make(portal.region, file, NOW)
    with tarfile.open(file) as packed, tarfile.open(evil, "w:gz") as made:
        for member in packed:
            made.addfile(member, packed.extractfile(member))
        entry = tarfile.TarInfo(name)
        entry.size = 4
        made.addfile(entry, BytesIO(b"evil"))
    with pytest.raises(BackupDamaged, match="does not belong"):
        restoring.restore(portal.region, evil, NOW)
    assert not list(tmp_path.rglob("evil"))
    assert not list(tmp_path.rglob("evil.toml"))


def test_restore_waits_for_nobody_and_refuses_while_a_server_works(tmp_path: Path) -> None:
    portal = lived(tmp_path / "region")
    file = tmp_path / "backup.tar.gz"
    backup.make(portal.region, file, NOW)
    with (
        occupancy.shared(portal.region),
        occupancy.shared(portal.region),
        pytest.raises(occupancy.Occupied, match="in use"),
    ):
        restoring.restore(portal.region, file, NOW)
    assert restoring.restore(portal.region, file, NOW).is_proven


def test_configuration_that_is_there_is_left_and_named(tmp_path: Path) -> None:
    portal = lived(tmp_path / "region")
    file = tmp_path / "backup.tar.gz"
    backup.make(portal.region, file, NOW)
    source = portal.region.folder / "sources" / "portal.toml"
    changed = source.read_text().replace("Portal", "Anderes Portal")
    source.write_text(changed)
    assert restoring.restore(portal.region, file, NOW).left == ("sources/portal.toml",)
    assert source.read_text() == changed


def test_F54_damaged_store_is_refused_and_the_newest_backup_brings_it_back(tmp_path: Path) -> None:
    portal = lived(tmp_path / "region")
    before = feed(portal.region)
    made = backup.nightly(portal.region, NOW)
    assert made is not None
    file = portal.region.data / "allmende.db"
    for journal in file.parent.glob("allmende.db-*"):
        journal.unlink()
    content = bytearray(file.read_bytes())
    content[100:120] = os.urandom(20)
    file.write_bytes(content)
    with pytest.raises(ConfigurationError, match="damaged") as refused:
        Store(portal.region)
    assert f"allmende restore {made}" in str(refused.value)
    done = restoring.restore(portal.region, made, NOW)
    assert done.is_proven
    assert feed(portal.region) == before
    assert done.aside is not None
    assert (done.aside / "allmende.db").read_bytes() == content, "the damaged file is kept"


def test_nightly_backup_is_one_a_day_and_old_ones_go(tmp_path: Path) -> None:
    portal = lived(tmp_path / "region")
    made = [backup.nightly(portal.region, NOW + timedelta(hours=12 * n)) for n in range(10)]
    assert [file is not None for file in made] == [True, False] * 5
    kept = sorted(file.name for file in (portal.region.data / "backups").iterdir())
    assert kept == [f"allmende-2026-11-{day}.tar.gz" for day in (22, 23, 24)]
    assert all(backup.verify(portal.region.data / "backups" / name).datasets == 25 for name in kept)
    without = portal.region.model_copy(update={"backups": 0})
    assert backup.nightly(without, NOW + timedelta(days=9)) is None


def test_F51_full_disk_leaves_the_old_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    portal = lived(tmp_path / "region")
    file = tmp_path / "backups" / "backup.tar.gz"
    backup.make(portal.region, file, NOW)
    before = file.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        backup.make(portal.region, file, NOW)
    assert file.read_bytes() == before
    assert [entry.name for entry in file.parent.iterdir()] == ["backup.tar.gz"]


def test_F55_store_is_copied_before_its_schema_changes(tmp_path: Path) -> None:
    portal = lived(tmp_path / "region")
    before = feed(portal.region)
    with database.writing(database.engine(portal.region.store_url)).begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with pytest.raises(ConfigurationError):
        # The tables of the newer schema are there already: the migration breaks off.
        database.prepare(portal.region)
    copy = next((portal.region.data / "backups").glob("before-schema-*-allmende.db"))
    engine = database.engine(f"sqlite:///{copy}")
    assert backup.state_of(engine, portal.region.base_url)[1] == 25
    engine.dispose()
    assert before
