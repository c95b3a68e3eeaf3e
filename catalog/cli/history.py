"""``allmende history [RECORD]``: the runs, or the versions of a record."""

from __future__ import annotations

import typer

from catalog.cli.choice import choose
from catalog.cli.output import print_json, settings
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
                print_json([version._asdict() for version in versions])
            else:
                for version in versions:
                    until = f"–{version.valid_to - 1}" if version.valid_to else "–"
                    print(f"{version.changed}  {version.valid_from}{until}  run {version.run_id}  {version.title}")
        else:
            runs = catalogue.runs(limit=limit)
            if json:
                print_json([run.to_json() for run in runs])
            else:
                for run in runs:
                    print(
                        f"{run.id}  {run.started}  {run.source_id}  {run.kind}  {run.status or run.state}  {run.reason_de}"
                    )
    finally:
        catalogue.close()
    return 0
