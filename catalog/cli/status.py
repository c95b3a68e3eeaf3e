"""``allmende status``: per source its last run, records, findings, quality and next run."""

from __future__ import annotations

import html
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from catalog import formats, standing
from catalog.cli.output import print_json, settings
from catalog.quality import following as scores
from catalog.quality.figures import Figures
from catalog.runs import run_findings
from catalog.search import Catalogue
from catalog.standing import Stand
from catalog.store import utc_now
from catalog.web import run_words
from catalog.web.texts import SOURCE, texts
from schemas.mqa import HIGHEST
from schemas.region import Region

VERB = "status"


def command(
    context: typer.Context,
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Show the state of all sources.

    Example: `allmende status --json`
    """
    region = settings(context).region()
    now = utc_now()
    catalogue = Catalogue(region)
    try:
        at = catalogue.number()
        counts = catalogue.counts(at)
        with suppress(sa.exc.OperationalError):  # a store that cannot be written to now has its former scores
            scores.follow(region, catalogue.engine, now)
        stands, quality = standing.stands(catalogue, catalogue.sources(), now)
    finally:
        catalogue.close()
    rows = [{**standing.row(stand), "permission": stand.state.source.permission} for stand in stands]
    if json:
        total = standing.points(quality)
        print_json({"number": at, "datasets": counts.datasets, "quality": total, "sources": rows})
    else:
        _show(region, stands, counts.datasets, now)
        _show_quality(quality)
        if lacking := region.imprint.missing:
            print(f"Im Impressum fehlt: {', '.join(lacking)} (region.toml, [region.imprint])")
    last_runs = [stand.state.last_run for stand in stands if stand.state.last_run is not None]
    held = any(run.state == "done" and run.counts.get("held") for run in last_runs)
    return 1 if held or any(row["status"] in ("failed", "partial", "held") for row in rows) else 0


def _show(region: Region, stands: Sequence[Stand], datasets: int, now: datetime) -> None:
    said = texts(SOURCE)
    table = Table(*run_words.status_head(said), said.plain("Punkte"))
    for stand in stands:
        following = run_words.next_run(stand.following, now, said)
        points = formats.number(stand.quality.average, SOURCE) if stand.quality.datasets else "–"
        table.add_row(*map(Text, (*run_words.status_row(stand.state, following, said), points)))
    console = Console()
    console.width = max(console.width, 160)
    console.print(table)
    for stand in stands:
        source, last = stand.state.source, stand.state.last_run
        lines = [f"  {run_words.permission(source.permission, said)}"] if source.permission else []
        if last is not None and last.reason_de:
            lines.append(f"  {run_words.run_line(last, said)}")
        if last is not None and last.outcome in ("failed", "partial"):
            published = last.outcome == "partial" and last.published is not None
            lines += run_words.remedies(source.id, run_findings.summary(region, last.id), said, published)
        lines += run_words.stale(stand.state, said)
        lines += run_words.strain(source.id, stand.strain, now, said)
        if lines:
            print(f"{source.title} ({source.id})", *lines, sep="\n")
    print(html.unescape(said.plural("{n} Datensatz", "{n} Datensätze", datasets)))


def _show_quality(figures: Figures) -> None:
    if figures.datasets:
        points = formats.number(figures.average, SOURCE)
        print(f"Qualität der Beschreibungen: im Durchschnitt {points} von {HIGHEST} Punkten (Seite /quality)")
