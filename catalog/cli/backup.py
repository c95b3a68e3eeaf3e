"""``allmende backup FILE``: everything in data/ as one file, also while the catalogue is served."""

from __future__ import annotations

from pathlib import Path

import typer

from catalog import backup
from catalog.cli.output import complain, print_json, settings
from catalog.store import utc_now

VERB = "backup"


def command(
    context: typer.Context,
    file: Path = typer.Argument(metavar="FILE", help="Where to write it, for example allmende-2026-11-28.tar.gz."),
    verify: bool = typer.Option(False, "--verify", help="Write nothing; check a backup that is there."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Save everything in data/ but the cache; read back and verified before the file is put in place.

    Examples:

    - `allmende backup /mnt/backups/suedkreis.tar.gz`
    - `allmende backup /mnt/backups/suedkreis.tar.gz --verify` checks it
    """
    region = settings(context).region()
    try:
        contents = backup.verify(file) if verify else backup.make(region, file, utc_now())
    except OSError as error:
        return complain(f"{error.filename or file}: {error.strerror or error}")
    if json:
        print_json(backup.told(contents))
    else:
        print(
            f"{file}: Stand {contents.number} vom {contents.made}, {contents.datasets} Datensätze, "
            f"{len(contents.files)} Dateien, {file.stat().st_size} Byte, geprüft"
        )
    return 0
