"""The processes that serving is made of: started anew when they die, and handed over without a pause."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable
from typing import Any

_PAUSE_SECONDS = 2.0
_PATIENCE_SECONDS = 5.0
context = multiprocessing.get_context("spawn")


class Child:
    """A process that is started anew when it dies, soon, but not at once again and again."""

    def __init__(self, target: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.target = target
        self.args = args
        self.started = 0.0
        self.process = self._start(self.args)

    def _start(self, args: tuple[Any, ...]) -> Any:
        self.started = time.monotonic()
        process = context.Process(target=self.target, args=args, daemon=True)
        process.start()
        return process

    def tend(self) -> None:
        """Starts the process anew if it has died; to be called now and then."""
        if not self.process.is_alive() and time.monotonic() - self.started > _PAUSE_SECONDS:
            self.process = self._start(self.args)

    def restart(self) -> None:
        """Ends the process in peace and starts it anew: it reads the region's files when it starts."""
        self.end()
        self.process = self._start(self.args)

    def end(self) -> None:
        """Ends the process in peace, or after five seconds at once."""
        _end(self.process)


class Answering(Child):
    """A process that answers readers: one that shall start anew answers until the next one does."""

    def __init__(self, target: Callable[..., None], args: tuple[Any, ...]) -> None:
        self.next: tuple[Any, Any] | None = None
        super().__init__(target, (*args, None))

    def tend(self) -> None:
        """Lets the next process take over once it answers, or once the present one has died."""
        if self.next is not None:
            process, answers = self.next
            if not process.is_alive():
                if time.monotonic() - self.started > _PAUSE_SECONDS:
                    self.restart()  # what kept it from starting is in the log; the present one goes on meanwhile
            elif answers.is_set() or not self.process.is_alive():
                _end(self.process)
                self.process, self.next = process, None
        super().tend()

    def restart(self) -> None:
        """Starts the next process, which takes over as soon as it answers; one that was on its way is given up."""
        if self.next is not None:
            _end(self.next[0])
        answers = context.Event()
        self.next = self._start((*self.args[:-1], answers)), answers

    def end(self) -> None:
        """Ends the process, and the next one if there is one."""
        if self.next is not None:
            _end(self.next[0])
        super().end()


def _end(process: Any) -> None:
    process.terminate()
    process.join(_PATIENCE_SECONDS)
    if process.is_alive():
        process.kill()
        process.join()
