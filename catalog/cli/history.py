"""``allmende history [RECORD]``: the runs, or the versions of a record."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import typer

from catalog.cli.choice import choose
from catalog.cli.output import print_json, settings
from catalog.entries import Version
from catalog.search import Catalogue

VERB = "history"


def command(
    context: typer.Context,
    record: str = typer.Argument("", metavar="[RECORD]", help="SLUG, KEY, IRI or SOURCE/NATIVE_ID; none: the runs."),
    limit: int = typer.Option(50, "--limit", help="How many runs to show.", min=1),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Show the runs, newest first, or the versions of a record.

    Examples:

    - `allmende history`
    - `allmende history pegel-fliede-x1y2z3`
    """
    region = settings(context).region()
    catalogue = Catalogue(region)
    try:
        if record:
            found = choose(catalogue, record)
            versions = catalogue.history(found.key)
            if json:
                print_json([_version(version) for version in versions])
            else:
                for version in versions:
                    until = f" bis {version.ended_at}" if version.ended_at else ""
                    print(f"{version.published_at}{until}  run {version.run_id}  {version.title}")
        else:
            runs = catalogue.runs(limit=limit)
            if json:
                print_json([asdict(run) for run in runs])
            else:
                for run in runs:
                    print(
                        f"{run.id}  {run.started}  {run.source_id}  {run.kind}  {run.status or run.state}  {run.reason_de}"
                    )
    finally:
        catalogue.close()
    return 0


def _version(version: Version) -> dict[str, Any]:
    return {
        "valid_from": version.valid_from,
        "valid_to": version.valid_to,
        "published": version.published_at,
        "ended": version.ended_at,
        "run": version.run_id,
        "title": version.title,
        "content_hash": version.content_hash.hex(),
    }
