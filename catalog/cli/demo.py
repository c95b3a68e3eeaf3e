"""``allmende demo``: a region with sample sources served from this machine, harvested, served."""

from __future__ import annotations

import errno
import re
import shutil
import sys
from pathlib import Path

import typer

import harvesters.regions
from catalog import serving
from catalog.cli.output import complain
from catalog.runs import processes
from catalog.runs.wish import Wish
from harvesters import registry
from harvesters.regions import server as samples
from schemas.region import load

VERB = "demo"
# The port of a sample source, in its file.
_SAMPLES = re.compile(r"(?<=http://127\.0\.0\.1:)\d{1,5}(?=/)")


def command(
    folder: Path = typer.Option(Path("demo-region"), "--folder", metavar="DIR", help="Where the region's folder lies."),
    host: str = typer.Option("127.0.0.1", "--host", help="The address to listen at."),
    port: int = typer.Option(8000, "--port", help="The port; the next free one if it is taken.", min=0, max=65485),
    workers: int = typer.Option(1, "--workers", help="Web workers.", min=1, max=64),
) -> int:
    """Harvest and serve a region of sample data; no network is needed.

    Example: `allmende demo`
    """
    demo = Path(harvesters.regions.__file__).parent / "demo"
    if not (folder / "region.toml").exists():
        shutil.copytree(demo, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("servers", "__pycache__"))
    try:
        listening = serving.bind(host, port)
        sources = _samples(demo, folder)
    except OSError as error:
        return complain(error.strerror or str(error))
    _name(folder / "region.toml", serving.address(listening))
    with sources:
        region = load(folder)
        registry.check_sources(region)
        for result in processes.run_sources(region, [source.id for source in region.sources], Wish()):
            counts = result.counts
            print(
                f"{result.id}: {result.status}, {counts.fetched} gelesen {result.reason_de}",
                file=sys.stderr,
                flush=True,
            )
        return serving.serve(region, listening, workers)


def _samples(demo: Path, folder: Path) -> samples.Server:
    """The sample sources, at the port that the folder's files name; if another program has it, at a free one."""
    files = sorted((folder / "sources").glob("*.toml"))
    named = next((found[0] for file in files if (found := _SAMPLES.search(file.read_text(encoding="utf-8")))), None)
    try:
        return samples.start(demo, int(named) if named else samples.PORT)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
    running = samples.start(demo, 0)
    for file in files:
        text = file.read_text(encoding="utf-8")
        moved = _SAMPLES.sub(running.base_url.rpartition(":")[2], text)
        if moved != text:
            file.write_text(moved, encoding="utf-8")
    return running


def _name(file: Path, address: str) -> None:
    """Writes the address into the demo's file: its IRIs, and what other commands say, follow the port that was free."""
    text = file.read_text(encoding="utf-8")
    named = re.sub(r"http://(?:127\.0\.0\.1|localhost):\d{1,5}(?=\")", address, text)
    if named != text:
        file.write_text(named, encoding="utf-8")
