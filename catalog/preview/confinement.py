"""What keeps a reader of strangers' files small: memory, time, size of files, no network, no other programs (web.md 4)."""

from __future__ import annotations

import ctypes
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MEMORY_BYTES = 600_000_000
"""Most address space beyond what the process had before it read anything (bytes)."""
CPU_SECONDS = 20
"""Most time of the processor; the first rows of a table are shown long before (seconds)."""
FILE_BYTES = 300_000_000
"""Largest file that a reader may write (bytes)."""

PICTURE_SECONDS = 4
"""Most time of the processor for a picture or a page of a document (seconds)."""

_PR_SET_NO_NEW_PRIVS = 38
_PR_SET_SECCOMP = 22
_SECCOMP_MODE_FILTER = 2
_ALLOW, _REFUSE = 0x7FFF0000, 0x00050000 | 1  # EPERM
_LOAD, _EQUAL, _GREATER, _RETURN = 0x20, 0x15, 0x35, 0x06
# Machine: its name for the kernel's audit, and its numbers of socket, connect, execve, execveat, ptrace.
_CALLS = {
    "x86_64": (0xC000003E, (41, 42, 59, 322, 101)),
    "aarch64": (0xC00000B7, (198, 203, 221, 281, 117)),
}
_EVENTS = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
)


def confine() -> None:
    """Bind this process for good. Raises OSError where the system refuses the limits of time and memory.

    The kernel refuses sockets and other programs where it knows how (Linux on x86-64 and 64-bit ARM); everywhere Python
    itself refuses them. Neither depends on what the file makes a library do.
    """
    address_space = _address_space() + MEMORY_BYTES
    for kind, soft, hard in (
        (resource.RLIMIT_AS, address_space, address_space),
        (resource.RLIMIT_CPU, CPU_SECONDS, CPU_SECONDS + 1),
        (resource.RLIMIT_FSIZE, FILE_BYTES, FILE_BYTES),
        (resource.RLIMIT_CORE, 0, 0),
    ):
        _, most = resource.getrlimit(kind)
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))
    sys.addaudithook(_refuse)
    _filter_calls()


def shorten(seconds: int) -> None:
    """Leave this process so many seconds of the processor from now on; it is ended then."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + seconds
    if most == resource.RLIM_INFINITY or until < most:
        resource.setrlimit(resource.RLIMIT_CPU, (until, most))


class TooLong(BaseException):
    """Raised in the midst of what takes too long; no library takes it for an error of its own."""


@contextmanager
def hurried(seconds: float) -> Iterator[None]:
    """Ends with TooLong what takes more of the processor (seconds), even where it never comes back.

    Only in Python's own code, and only in the main thread: elsewhere it raises ValueError before anything is done. Not to be
    nested.
    """
    usual = signal.signal(signal.SIGVTALRM, _too_long)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds)
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, usual)


def _too_long(_number: int, _frame: object) -> None:
    raise TooLong


def _address_space() -> int:
    """Bytes of address space that this process has now; 0 where the system does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _EVENTS:
        raise PermissionError(f"a reader of files may not do this: {event}")


def _filter_calls() -> None:
    """A seccomp filter (BPF, linux/seccomp.h) that lets these calls fail with EPERM; nothing where it is not known."""
    known = _CALLS.get(platform.machine())
    if not sys.platform.startswith("linux") or known is None:
        return
    architecture, calls = known
    # A call in another architecture's numbers (32 bit, x32) would pass the comparison: refused altogether.
    steps = [(_LOAD, 0, 0, 4), (_EQUAL, 0, len(calls) + 3, architecture), (_LOAD, 0, 0, 0)]
    steps += [(_GREATER, len(calls) + 1, 0, 0x40000000)]
    steps += [(_EQUAL, len(calls) + 1 - index, 0, call) for index, call in enumerate(calls, start=1)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("@HxxxxxxP", len(steps), ctypes.addressof(code)))
    kernel = ctypes.CDLL(None, use_errno=True)
    if kernel.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        # A kernel without seccomp refuses; then Python's own refusal has to do.
        kernel.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, program, 0, 0)
