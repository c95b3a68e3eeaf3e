"""Who holds a lease: a token names machine, process and run, so that a dead holder is known at once."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta
from pathlib import Path

LEASE = timedelta(seconds=90)


def token() -> str:
    """A new token of this process."""
    return f"{socket.gethostname()}:{os.getpid()}:{process_start(os.getpid())}:{secrets.token_hex(8)}"


def process_start(pid: int) -> str:
    """When a process of this machine started, in clock ticks since boot; empty if there is none (proc_pid_stat(5))."""
    try:
        state, *rest = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # A dead process stays in the table until its parent asks for it; the first process of a container often never does.
        return "" if state in "ZX" else rest[18]
    except (OSError, ValueError, IndexError):
        return ""


def alive(token: str, heartbeat: str, now: datetime) -> bool:
    """Whether the run that holds a token still works: its process, if it is of this machine, else its heartbeat."""
    host, pid, start, _ = token.rsplit(":", 3)
    if host == socket.gethostname():
        return process_start(int(pid)) == start
    return now - datetime.fromisoformat(heartbeat) < LEASE
