"""``allmende restore FILE``: puts the state of a backup in the place of a region's data."""

from __future__ import annotations

from pathlib import Path

import typer

from catalog import restoring
from catalog.cli.output import complain, print_json, settings
from catalog.store import utc_now

VERB = "restore"


def command(
    context: typer.Context,
    file: Path = typer.Argument(metavar="FILE", help="A backup that `allmende backup` or the nightly run made."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Bring a backup back. What is there now is kept aside; `serve` must not be running.

    The configuration (region.toml, sources/) is written only where a file is missing. The number of datasets and a hash
    of the whole feed are compared with those of the backup.

    Example: `allmende restore data/backups/allmende-2026-11-27.tar.gz`
    """
    region = settings(context).region()
    try:
        done = restoring.restore(region, file, utc_now())
    except OSError as error:
        return complain(f"{error.filename or file}: {error.strerror or error}")
    if json:
        document = {"proven": done.is_proven, "number": done.number, "datasets": done.datasets, "feed": done.feed}
        aside = str(done.aside) if done.aside else None
        print_json({**document, "made": done.contents.made, "aside": aside, "left": list(done.left)})
    else:
        proof = "derselbe Feed, der gesichert wurde" if done.is_proven else "NICHT der Feed, der gesichert wurde"
        print(f"Stand {done.number} vom {done.contents.made}: {done.datasets} Datensätze, {proof}")
        if done.aside:
            print(f"  was vorher da war: {done.aside}")
        for name in done.left:
            print(f"  weicht von der Sicherung ab und blieb, wie es ist: {name}")
    return 0 if done.is_proven else 1
