"""Two things that one answer needs, at the same time: on the second core, where that is idle."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


class Beside:
    """One thread beside its callers', of which one at a time has the use. Safe for several threads.

    It helps with work that lets go of the interpreter (the index does); who finds it taken does the work himself, so
    that under load nothing waits and nothing is done in more threads than before.
    """

    def __init__(self) -> None:
        self._taken = threading.Lock()
        self._thread = ThreadPoolExecutor(1, "beside")

    def begin(self, work: Callable[[], T]) -> Callable[[], T]:
        """Begins with some work if the thread is free; gives what waits for the outcome, or does the work then.

        What the work raises, the given function raises.
        """
        if not self._taken.acquire(blocking=False):
            return work
        begun: Future[T] = self._thread.submit(work)
        begun.add_done_callback(lambda _: self._taken.release())
        return begun.result
