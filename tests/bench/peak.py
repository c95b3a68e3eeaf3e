"""Runs the command and says on stderr the highest resident size that it or a process of its had."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path


def main() -> int:
    """``python -m tests.bench.peak ARGUMENTS``: the command's exit code; ``peak MB`` on stderr."""
    command = str(Path(sys.executable).parent / "allmende")
    done = subprocess.run([command, *sys.argv[1:]], check=False)
    print(f"peak {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024} MB", file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
