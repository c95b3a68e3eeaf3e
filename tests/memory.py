"""The highest resident size of a process, as the kernel keeps it for its present program."""

from __future__ import annotations

from pathlib import Path


def peak_kilobytes(pid: int | str = "self") -> int:
    """VmHWM in kB. Unlike ``ru_maxrss`` it does not count what the process was before it began this program."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0])
