"""Who holds a lease: a holder of this machine lives as long as its process, another one as long as its heartbeat (F50)."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from catalog.runs.lease import LEASE, alive, process_start, token
from catalog.store import utc_now


def of(pid: int, start: str, host: str = socket.gethostname()) -> str:
    return f"{host}:{pid}:{start}:00ff"


def test_this_process_lives_however_old_its_heartbeat_is() -> None:
    assert alive(token(), (utc_now() - 10 * LEASE).isoformat(), utc_now())


def test_F50_killed_process_that_nobody_has_asked_for_is_dead() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:  # it is killed at once
        held = of(process.pid, process_start(process.pid))
        assert alive(held, utc_now().isoformat(), utc_now())
        process.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
        assert process_start(process.pid) == ""
        assert not alive(held, utc_now().isoformat(), utc_now())


def test_another_process_with_the_number_of_a_dead_one_does_not_hold_its_lease() -> None:
    assert not alive(of(os.getpid(), str(int(process_start(os.getpid())) - 1)), utc_now().isoformat(), utc_now())


@pytest.mark.parametrize(("age", "lives"), [(LEASE - timedelta(seconds=1), True), (LEASE, False)])
def test_holder_on_another_machine_lives_as_long_as_its_heartbeat(age: timedelta, lives: bool) -> None:
    now = utc_now()
    assert alive(of(1, "7", "other.example"), (now - age).isoformat(), now) is lives
