"""``allmende status``: per source its last run, records, findings and next run."""

from __future__ import annotations

from datetime import datetime

import typer
from rich.console import Console
from rich.table import Table

from catalog import breaker, clock
from catalog.breaker import CALM
from catalog.cli.output import print_json, settings
from catalog.search import Catalogue
from catalog.store import utc_now

VERB = "status"


def command(
    context: typer.Context,
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Show the state of all sources.

    Example: `allmende status --json`
    """
    region = settings(context).region()
    catalogue = Catalogue(region)
    try:
        at = catalogue.number()
        states = {state.source.id: state for state in catalogue.sources()}
        counts = catalogue.counts(at)
        fared = breaker.strains(catalogue.engine, [source.key for source in region.sources])
    finally:
        catalogue.close()
    rows: list[dict[str, object]] = []
    for source in region.sources:
        state = states[source.id]
        last = state.last_run
        began = datetime.fromisoformat(last.started) if last else None
        strain = fared.get(source.key, CALM)
        following = clock.next_run(source, began, utc_now(), strain)
        rows.append(
            {
                "id": source.id,
                "title": source.title,
                "municipality": source.municipality,
                "protocol": source.protocol,
                "status": last.status if last else None,
                "reason": last.reason_de if last else "",
                "run": last.id if last else None,
                "last_run": last.started if last else None,
                "last_good_run": state.last_good.started if state.last_good else None,
                "records": state.records,
                "absent": state.absent,
                "set_aside": state.set_aside,
                "findings": {"violation": state.violations, "warning": state.warnings},
                "permission": source.permission,
                "failures": strain.failures,
                "next_run": following.strftime("%Y-%m-%dT%H:%M:%SZ") if following else None,
            }
        )
    if json:
        print_json({"number": at, "datasets": counts.datasets, "sources": rows})
    else:
        _show(rows, counts.datasets)
    return 1 if any(row["status"] in ("failed", "partial", "held") for row in rows) else 0


def _show(rows: list[dict[str, object]], datasets: int) -> None:
    columns = ("id", "status", "last_run", "records", "absent", "set_aside", "next_run")
    table = Table(*columns)
    for row in rows:
        table.add_row(*("–" if row[column] is None else str(row[column]) for column in columns))
    console = Console()
    console.width = max(console.width, 140)
    console.print(table)
    for row in rows:
        if row["permission"]:
            console.print(f"{row['id']}: mit Erlaubnis: {row['permission']}", markup=False)
        if row["reason"]:
            console.print(f"{row['id']}: {row['reason']}", markup=False)
        if isinstance(row["failures"], int) and row["failures"] >= breaker.OPENS_AT:
            told = f"{row['id']}: seit {row['failures']} Läufen in Folge gescheitert, Läufe nach Zeitplan nun seltener;"
            console.print(f"{told} ein Lauf von Hand versucht es immer.", markup=False)
    console.print(f"{datasets} datasets")
