"""Runs a command and tells its time, and the memory of it and of every process that it starts (Linux)."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.memory import peak_kilobytes

_PROC = Path("/proc")
_EVERY_SECONDS = 0.05
_SUMMED_EVERY = 5  # rounds: adding up the pages of all processes costs some milliseconds


class Ran(NamedTuple):
    """How a command ran: wall clock from its start to its end in seconds, peaks in MB.

    ``largest`` is the highest resident size that the kernel noted for one process; ``together`` the highest sum over
    all processes at one moment, with shared pages counted once (PSS), seen four times a second.
    """

    code: int
    output: bytes
    complaint: bytes
    seconds: float
    largest: float
    together: float


def run(command: Sequence[str], folder: Path | None = None) -> Ran:
    """Runs a command to its end."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as complaint:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, stderr=complaint, cwd=folder)
        with Watch(process.pid) as watch:
            code = process.wait()
            seconds = time.perf_counter() - began
        output.seek(0)
        complaint.seek(0)
        return Ran(code, output.read(), complaint.read(), seconds, watch.largest, watch.together)


class Watch:
    """Follows a process and its descendants while it is entered; afterwards it knows their peaks in MB."""

    def __init__(self, pid: int) -> None:
        self.largest = 0.0
        self.together = 0.0
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _follow(self) -> None:
        rounds = 0
        while not self._stop.wait(_EVERY_SECONDS):
            pids = list(_family(self._pid))
            for pid in pids:
                with contextlib.suppress(OSError, IndexError):  # a process that ends meanwhile has no status any more
                    self.largest = max(self.largest, peak_kilobytes(pid) / 1024)
            if rounds % _SUMMED_EVERY == 0:
                self.together = max(self.together, sum(map(_proportional, pids)))
            rounds += 1


def _family(pid: int) -> list[int]:
    """A process and all that descend from it."""
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        with contextlib.suppress(OSError):
            for task in (_PROC / str(each) / "task").iterdir():
                waiting.extend(map(int, (task / "children").read_text().split()))
    return found


def _proportional(pid: int) -> float:
    """The memory of a process in MB, each shared page divided by the number of those who share it (PSS)."""
    with contextlib.suppress(OSError, IndexError):
        return int((_PROC / str(pid) / "smaps_rollup").read_text().partition("Pss:")[2].split()[0]) / 1024
    return 0.0
