"""What a measurement was made on: machine, versions, commit."""

from __future__ import annotations

import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

PACKAGES = (
    *("allmende", "rdflib", "pyoxigraph", "scrapy", "twisted", "SQLAlchemy", "tantivy", "orjson", "pydantic"),
    *("zstandard", "psycopg"),
)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The machine and the software of a measurement. ``load`` is the load of the last minute before it began."""

    date: str
    commit: str
    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    packages: str
    load: float

    @property
    def busy(self) -> bool:
        """Whether others were using the machine, so that rates are too low."""
        return self.load > 0.3 * self.cores

    def lines(self) -> list[str]:
        """The surroundings for people."""
        lines = [
            f"{self.date}, commit {self.commit}; {self.processor}, {self.cores} cores, {self.memory_gb:.0f} GB, {self.system}",
            f"Python {self.python}; {self.packages}",
        ]
        if self.busy:
            lines.append(f"The machine was busy (load {self.load:.1f} on {self.cores} cores): rates are too low.")
        return lines

    def to_json(self) -> dict[str, Any]:
        """The surroundings for ``--json``."""
        return asdict(self)


def surroundings() -> Surroundings:
    """Those of this moment (Linux)."""
    return Surroundings(
        date=datetime.now(UTC).strftime("%Y-%m-%d"),
        commit=_commit(),
        processor=_after("/proc/cpuinfo", "model name") or platform.machine(),
        cores=len(os.sched_getaffinity(0)),
        memory_gb=int(_after("/proc/meminfo", "MemTotal").split()[0]) / 1024**2,
        system=platform.system() + " " + platform.release().split("-")[0],
        python=platform.python_version(),
        packages=", ".join(f"{name} {number}" for name in PACKAGES if (number := _version(name))),
        load=os.getloadavg()[0],
    )


def server_version(store: str) -> str:
    """The name and version of the database behind a store's address."""
    url = sa.make_url(store)
    engine = sa.create_engine(url if url.get_backend_name() != "sqlite" else "sqlite://")
    try:
        with engine.connect():
            numbers = engine.dialect.server_version_info or ()
    finally:
        engine.dispose()
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    return f"{names[url.get_backend_name()]} {'.'.join(map(str, numbers))}"


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:  # psycopg belongs to an extra
        return None


def _after(file: str, field: str) -> str:
    lines = (line.partition(":") for line in Path(file).read_text().splitlines())
    return next((value.strip() for name, _, value in lines if name.strip() == field), "")


def _commit() -> str:
    def git(*arguments: str) -> str:
        done = subprocess.run(("git", *arguments), capture_output=True, text=True, check=False)
        return done.stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + (
        " with changes" if git("status", "--porcelain") else ""
    )
