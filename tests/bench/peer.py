"""ckanext-dcat beside ours: installs it from its package into an environment of its own, and runs it on the same feed."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median

import orjson

from tests.bench import feed

ROOT = Path(__file__).parent.parent.parent
ENVIRONMENT = ROOT / ".venv-bench"
# ckanext-dcat declares neither CKAN nor what CKAN needs.
PACKAGES = ("ckan[requirements]==2.12.0", "ckanext-dcat==2.4.4", "setuptools<81")
DATASETS = 1000
RUNS = 3


@dataclass(frozen=True, slots=True)
class Peer:
    """What ckanext-dcat did: datasets/s of each kind of work, in runs; ``missing`` says why there is nothing, if so.

    Kinds: ``parse``, ``round`` (RDF → dicts → RDF), ``pages``, ``whole``, each with a syntax, as ``pages ttl``.
    """

    versions: str = ""
    datasets: int = 0
    statements: float = 0.0
    rates: Mapping[str, Sequence[float]] | None = None
    missing: str = ""

    def rate(self, work: str) -> float | None:
        """The median rate of a kind of work, or None if the peer could not be measured."""
        return median(self.rates[work]) if self.rates else None

    def line(self) -> str:
        """What was measured, for people."""
        if self.missing:
            return f"ckanext-dcat was not measured: {self.missing}"
        return (
            f"Peer: {self.versions}, as a library without a CKAN server, {self.datasets:,} datasets of the same feed in "
            "pages of 100, medians; one stub (the catalogue's last change, which a server would ask Solr for). Its "
            "rate for a whole catalogue falls with its size."
        )


@cache
def measured(datasets: int = DATASETS) -> Peer:
    """Measures the peer once in this process, on the first datasets of the feed that we harvest."""
    try:
        python = _environment()
        with tempfile.TemporaryDirectory(prefix="allmende-bench-peer-") as made:
            _write_feed(Path(made), datasets)
            script = Path(__file__).with_name("peer_ckanext_dcat.py")
            found = orjson.loads(_run(str(python), str(script), made, str(RUNS)))
    except (OSError, _Failed) as error:
        return Peer(missing=str(error))
    versions = ", ".join(f"{name} {number}" for name, number in found["versions"].items())
    return Peer(f"{versions}, Python {found['python']}", found["datasets"], found["statements"], found["rates"])


class _Failed(RuntimeError):
    """A command that ended with an error; carries the end of what it said."""


def _environment() -> Path:
    """The Python of the peer's environment, which is made if it is not there."""
    python = ENVIRONMENT / "bin" / "python"
    stamp = ENVIRONMENT / "installed"
    if not (stamp.exists() and stamp.read_text() == repr(PACKAGES)):
        print(f"installing {', '.join(PACKAGES)} into {ENVIRONMENT.name}", file=sys.stderr, flush=True)
        _run(sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
        _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES)
        stamp.write_text(repr(PACKAGES))
    return python


def _run(*command: str) -> bytes:
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise _Failed(f"{' '.join(command[1:4])} ended with {done.returncode}: {' '.join(said[-2:])[-300:]}")
    return done.stdout


def _write_feed(folder: Path, datasets: int) -> None:
    for syntax in feed.SYNTAXES:
        (folder / syntax).mkdir()
        for number, page in enumerate(feed.pages(datasets, "https://daten.example.org/catalog", syntax)):
            (folder / syntax / f"{number:06d}").write_bytes(page)
