"""Work beside: begun at once where the thread is free, else done by who needs it; errors come through either way."""

from __future__ import annotations

import threading

import pytest

from catalog.reading.beside import Beside


def test_work_is_done_while_its_caller_does_other_work() -> None:
    beside, begun, go_on = Beside(), threading.Event(), threading.Event()

    def work() -> str:
        begun.set()
        assert go_on.wait(60)
        return threading.current_thread().name

    outcome = beside.begin(work)
    assert begun.wait(60), "it did not begin before its outcome was asked for"
    go_on.set()
    assert outcome().startswith("beside")


def test_who_finds_the_thread_taken_does_the_work_himself_and_waits_for_nobody() -> None:
    beside, go_on = Beside(), threading.Event()
    first = beside.begin(lambda: go_on.wait(60))
    own = beside.begin(threading.current_thread)
    assert own() is threading.current_thread()
    go_on.set()
    assert first()


def test_errors_reach_who_asks_and_the_thread_is_free_again() -> None:
    beside = Beside()
    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            beside.begin(lambda: 1 // 0)()
    ended = threading.Event()

    def work() -> threading.Thread:
        ended.set()
        return threading.current_thread()

    while (outcome := beside.begin(work)) is work:  # the last one's end is noted a moment after its outcome
        pass
    assert ended.wait(60)
    assert outcome() is not threading.current_thread()
