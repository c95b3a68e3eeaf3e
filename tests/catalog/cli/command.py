"""The real command in a process of its own, as a person at a terminal calls it."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import orjson

import harvesters.regions

ALLMENDE = str(Path(sys.executable).with_name("allmende"))
DEMO = Path(harvesters.regions.__file__).parent / "demo"

REGION = """
[region]
title = "Testregion"
description = "Eine Region für Tests"
base_url = "https://daten.example.org"
publisher = { name = "Zweckverband Test", email = "daten@example.org" }
allowed_hosts = ["127.0.0.1"]

[[municipality]]
id = "neuhof"
name = "Gemeinde Neuhof"
ags = "06631018"
ars = "066310018018"
"""


class Result(NamedTuple):
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What was printed: exactly one JSON document."""
        return orjson.loads(self.out)

    @property
    def complaint(self) -> str:
        """The one line on stderr of a command that was used wrongly."""
        assert (self.code, self.out) == (2, ""), self
        assert self.err.startswith("allmende: "), self.err
        assert self.err.count("\n") == 1, self.err
        return self.err.strip()


def allmende(*arguments: object, cwd: Path | None = None, **environment: str) -> Result:
    """Runs ``allmende`` with arguments; never ends in a traceback."""
    done = subprocess.run(
        [ALLMENDE, *map(str, arguments)],
        cwd=cwd,
        env=environ(environment),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=400,  # what hangs fails; what only waits for a busy processor does not
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Result(done.returncode, done.stdout, done.stderr)


def environ(more: dict[str, str] | None = None) -> dict[str, str]:
    """This process's environment without settings of a region, and with some more."""
    return {k: v for k, v in os.environ.items() if not k.startswith("ALLMENDE_")} | (more or {})


@contextmanager
def started(*arguments: object, cwd: Path | None = None, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """``allmende`` in the background, the leader of a group of its own; what is left of it is ended."""
    process = subprocess.Popen(
        [ALLMENDE, *map(str, arguments)],
        cwd=cwd,
        env=environ(environment),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def group(leader: int) -> list[int]:
    """The living processes of a group: all that a command started."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit():
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[2]) == leader and fields[0] != "Z":
                    found.append(int(entry.name))
    return found


def none_left(leader: int, seconds: float = 60) -> bool:
    """Whether all processes of a group end within some seconds."""
    until = time.monotonic() + seconds
    while group(leader) and time.monotonic() < until:
        time.sleep(0.05)
    return not group(leader)


def region(folder: Path, **sources: str) -> Path:
    """A region folder; each value is the text of a source file after ``municipality``."""
    (folder / "sources").mkdir(parents=True, exist_ok=True)
    (folder / "region.toml").write_text(REGION, encoding="utf-8")
    for name, text in sources.items():
        whole = f'title = "{name}"\nmunicipality = "neuhof"\n{text}\n'
        (folder / "sources" / f"{name}.toml").write_text(whole, encoding="utf-8")
    return folder


def ckan(url: str, more: str = "") -> str:
    """A source file's text for a CKAN portal."""
    return f'url = "{url}"\nprotocol = "ckan"\n{more}'


def demo(folder: Path, address: str) -> Path:
    """The demo's region folder with its sources at another address."""
    shutil.copytree(DEMO, folder, ignore=shutil.ignore_patterns("servers"))
    for file in (folder / "sources").glob("*.toml"):
        file.write_text(file.read_text(encoding="utf-8").replace("http://127.0.0.1:8410", address), encoding="utf-8")
    return folder


def address(process: subprocess.Popen[str], seconds: float = 240) -> str:
    """The line on stdout that names the address; nothing else stands there."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], seconds)
    assert ready, "no address within the time"
    line = process.stdout.readline()
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+\n", line), line
    return line.strip()


def get(url: str) -> tuple[int, bytes]:
    with urllib.request.urlopen(url, timeout=20) as answer:
        return answer.status, answer.read()


def free_ports() -> int:
    """A port that is free, with a free one above it."""
    for _ in range(50):
        with socket.socket() as one:
            one.bind(("127.0.0.1", 0))
            port: int = one.getsockname()[1]
            with socket.socket() as two:
                try:
                    two.bind(("127.0.0.1", port + 1))
                except (OSError, OverflowError):
                    continue
                return port
    raise AssertionError("no two free ports")
