"""``allmende history [RECORD]``: the runs, the versions of a record, or all findings of a run."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import typer

from catalog.cli.choice import choose
from catalog.cli.output import print_json, settings
from catalog.exceptions import NoSuchRun, no_run
from catalog.reading.entries import Version
from catalog.runs import run_findings
from catalog.runs.run_book import STATE_WORDS
from catalog.search import Catalogue
from catalog.web import run_files, run_words
from catalog.web.texts import SOURCE, texts
from schemas.region import ConfigurationError, Region

VERB = "history"


def command(
    context: typer.Context,
    record: str = typer.Argument("", metavar="[RECORD]", help="SLUG, KEY, IRI or SOURCE/NATIVE_ID; none: the runs."),
    findings: bool = typer.Option(False, "--findings", help="All findings of a run, by cause: give its number."),
    csv: bool = typer.Option(False, "--csv", help="With --findings: as a table for Excel in German."),
    limit: int = typer.Option(50, "--limit", help="How many runs to show.", min=1),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Show the runs, newest first, the versions of a record, or all findings of a run.

    Examples:

    - `allmende history`
    - `allmende history pegel-fliede-x1y2z3`
    - `allmende history 12 --findings` tells what run 12 found, by cause, and how to mend it
    - `allmende history 12 --findings --csv > befunde.csv` names every record
    """
    if csv and (json or not findings):
        raise ConfigurationError(
            "--csv: goes with --findings, and not with --json", "--csv: geht mit --findings, und nicht mit --json"
        )
    region = settings(context).region()
    catalogue = Catalogue(region)
    try:
        if findings:
            _findings(region, catalogue, record, json, csv)
        elif record:
            found = choose(catalogue, record)
            versions = catalogue.history(found.key)
            if json:
                print_json([_version(version) for version in versions])
            else:
                for version in versions:
                    print(run_words.version_line(version, texts(SOURCE)))
        else:
            runs = catalogue.runs(limit=limit)
            if json:
                # "run" is what all other verbs call it; "id" stays for who reads it already.
                print_json([{"run": run.id, **asdict(run)} for run in runs])
            else:
                for run in runs:
                    print(run_words.run_line(run, texts(SOURCE)))
    finally:
        catalogue.close()
    return 0


def _findings(region: Region, catalogue: Catalogue, number: str, json: bool, csv: bool) -> None:
    if not (number.isascii() and number.isdigit()):
        raise ConfigurationError(
            "--findings: needs the number of a run, as 'allmende history' shows it",
            "--findings: nötig ist die Nummer eines Laufs, wie 'allmende history' sie zeigt",
        )
    run = catalogue.run(int(number)) if int(number) < 2**31 else None
    if run is None:
        raise no_run(number)
    found = run_findings.summary(region, run.id)
    if found is None:
        raise NoSuchRun(
            f"the findings of run {number} are not kept (it is {run.state}, or too old)",
            f"die Befunde von Lauf {number} sind nicht aufbewahrt ({STATE_WORDS[run.state]}, oder er ist zu alt)",
        )
    if json or csv:
        _write(run_files.document(region, run, found) if json else run_files.table(region, run, found))
    else:
        for line in run_words.findings(region, run, found, texts(SOURCE)):
            print(line)


def _write(pieces: Iterable[bytes]) -> None:
    for piece in pieces:
        sys.stdout.buffer.write(piece)
    sys.stdout.buffer.flush()


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
