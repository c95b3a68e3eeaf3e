"""Processes of a server: who answers goes on until the next one answers; who dies is replaced."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from catalog import children
from catalog.children import Answering, Child


def answering(folder: Path, answers: Any) -> None:
    """Writes its number, answers once it may, and ends with SIGTERM; where it must not start it ends at once."""
    (folder / f"{os.getpid()}.started").touch()
    if (folder / "broken").exists():
        raise SystemExit(1)
    while answers is not None and not (folder / "may-answer").exists():
        time.sleep(0.01)  # between two looks; the file ends the loop
    if answers is not None:
        answers.set()
    signal.pause()


def resting(folder: Path) -> None:
    (folder / f"{os.getpid()}.started").touch()
    signal.pause()


def begun(folder: Path) -> int:
    """How many processes have begun."""
    return len(list(folder.glob("*.started")))


def tended(child: Child, reached: Callable[[], bool]) -> None:
    """Tends a process until something is so."""
    until = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < until, "not reached"
        child.tend()
        time.sleep(0.01)  # between two looks


@pytest.fixture
def child(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Answering]:
    monkeypatch.setattr(children, "_PAUSE_SECONDS", 0.0)
    made = Answering(answering, (tmp_path,))
    try:
        tended(made, lambda: begun(tmp_path) == 1)
        yield made
    finally:
        made.end()


def test_the_present_one_answers_until_the_next_one_does(child: Answering, tmp_path: Path) -> None:
    first = child.process
    child.restart()
    tended(child, lambda: begun(tmp_path) == 2)
    for _ in range(5):
        child.tend()
    assert first.is_alive()
    assert child.process is first
    (tmp_path / "may-answer").touch()
    tended(child, lambda: child.next is None)
    assert not first.is_alive()
    assert child.process.is_alive()
    assert begun(tmp_path) == 2


def test_a_next_one_that_does_not_start_is_tried_anew_while_the_present_one_answers(
    child: Answering, tmp_path: Path
) -> None:
    first = child.process
    (tmp_path / "broken").touch()
    child.restart()
    tended(child, lambda: begun(tmp_path) >= 3)
    assert first.is_alive()
    assert child.process is first
    (tmp_path / "broken").unlink()
    (tmp_path / "may-answer").touch()
    tended(child, lambda: child.next is None)
    assert child.process.is_alive()
    assert not first.is_alive()


def test_a_second_change_gives_up_the_next_one_of_the_first(child: Answering, tmp_path: Path) -> None:
    child.restart()
    assert child.next is not None
    given_up = child.next[0]
    child.restart()
    assert not given_up.is_alive()
    (tmp_path / "may-answer").touch()
    tended(child, lambda: child.next is None)
    assert child.process.is_alive()


def test_the_next_one_takes_over_where_the_present_one_has_died(child: Answering, tmp_path: Path) -> None:
    child.restart()
    assert child.next is not None
    following = child.next[0]
    os.kill(child.process.pid, signal.SIGKILL)
    child.process.join()
    tended(child, lambda: child.process is following)
    assert child.next is None


def test_the_end_ends_both(child: Answering, tmp_path: Path) -> None:
    child.restart()
    assert child.next is not None
    both = child.process, child.next[0]
    child.end()
    assert [process.is_alive() for process in both] == [False, False]


def test_a_process_that_dies_is_started_anew_and_a_restart_ends_it_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "_PAUSE_SECONDS", 0.0)
    child = Child(resting, (tmp_path,))
    try:
        tended(child, lambda: begun(tmp_path) == 1)
        first = child.process
        os.kill(first.pid, signal.SIGKILL)
        first.join()
        tended(child, lambda: child.process is not first)
        second = child.process
        child.restart()
        assert not second.is_alive()
        assert child.process.is_alive()
    finally:
        child.end()
