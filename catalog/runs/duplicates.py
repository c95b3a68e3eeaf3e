"""All duplicates of a run by name, as a table that a steward can send to the source (F08); the report names the first."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator
from pathlib import Path

from catalog.runs.staging import Staging
from catalog.spreadsheets import plain_cell
from schemas.region import Region

_HEAD = ("identifier", "address", "reason")
_SAME_ID, _FOREIGN_IRI = "identifier-twice", "iri-of-another-source"
_KEPT_DAYS = 365


def file_of(region: Region, run_id: int) -> Path:
    """Where the table of a run lies, if it had duplicates."""
    return region.data / "reports" / f"{run_id}-duplicates.csv"


def write(region: Region, run_id: int, staging: Staging) -> int:
    """Writes the table of a staged run; gives how many duplicates there are. No file without any; old ones are deleted."""
    file = file_of(region, run_id)
    rows = _rows(staging)
    first = next(rows, None)
    if first is None:
        file.unlink(missing_ok=True)
        return 0
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_suffix(".part")
    with unfinished.open("w", encoding="utf-8-sig", newline="") as opened:
        table = csv.writer(opened, delimiter=";")
        table.writerow(_HEAD)
        table.writerow(first)
        number = 1
        for row in rows:
            table.writerow(row)
            number += 1
    unfinished.replace(file)
    _prune(file.parent)
    return number


def _rows(staging: Staging) -> Iterator[tuple[str, ...]]:
    for native_id, url in staging.database.execute("SELECT native_id, url FROM duplicates ORDER BY rowid"):
        yield plain_cell(native_id), plain_cell(url), _SAME_ID
    foreign = (
        "SELECT s.native_id, s.iri FROM plan p JOIN staged s USING (key) WHERE p.action = 'foreign' ORDER BY s.seq"
    )
    for native_id, iri in staging.database.execute(foreign):
        yield plain_cell(native_id), plain_cell(iri or ""), _FOREIGN_IRI


def _prune(folder: Path) -> None:
    before = time.time() - _KEPT_DAYS * 86_400
    for file in folder.glob("*-duplicates.csv"):
        if file.stat().st_mtime < before:
            file.unlink(missing_ok=True)
