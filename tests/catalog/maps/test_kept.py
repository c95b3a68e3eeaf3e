"""Pictures on disk: young and old ones, a bound that holds, the least used go first."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from catalog.maps.kept import Kept

DAY = 86_400.0


def used(folder: Path, name: str, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(folder / name, (then, then))


def test_a_picture_is_there_until_it_is_old(tmp_path: Path) -> None:
    kept = Kept(tmp_path, 1_000_000, 30)
    assert kept.get("12/1/2") is None
    kept.put("12/1/2", b"picture")
    assert kept.get("12/1/2") == (b"picture", True)
    used(tmp_path, "12/1/2", 31)
    assert kept.get("12/1/2") == (b"picture", False)
    kept.put("12/1/2", b"newer")
    assert kept.get("12/1/2") == (b"newer", True)
    assert not list(tmp_path.glob(".new-*"))


def test_the_least_used_go_first(tmp_path: Path) -> None:
    kept = Kept(tmp_path, 10_000, 365)
    for number in range(15):
        kept.put(f"1/{number}/0", bytes(1_000))
    for number in range(15):
        used(tmp_path, f"1/{number}/0", 20 - number)
    # A use makes an old picture young again.
    assert kept.get("1/0/0") is not None
    assert kept.clear_up() == 6
    left = {file.parent.name for file in tmp_path.glob("1/*/0")}
    assert left == {"0", *map(str, range(7, 15))}
    assert kept.clear_up() == 0


def test_the_bound_holds_by_itself(tmp_path: Path) -> None:
    kept = Kept(tmp_path, 50_000, 365)
    for number in range(450):
        kept.put(f"1/{number}/0", bytes(1_000))
    assert sum(1 for _ in tmp_path.glob("1/*/0")) <= 250


def test_a_disk_that_keeps_nothing_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    kept = Kept(tmp_path / "file", 1_000, 1)
    kept.put("1/2/3", b"picture")
    assert kept.get("1/2/3") is None
