"""``allmende status``: per source its last run, records, findings, quality and next run."""

from __future__ import annotations

import html
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from catalog import clock
from catalog.cli.output import print_json, settings
from catalog.quality import following as scores
from catalog.quality import history
from catalog.quality.figures import Figures
from catalog.reading.entries import SourceState
from catalog.runs import breaker, run_findings
from catalog.runs.breaker import CALM, Strain
from catalog.search import Catalogue
from catalog.store import utc_now
from catalog.web import formats, run_words
from catalog.web.texts import SOURCE, texts
from schemas.mqa import HIGHEST
from schemas.region import Region

VERB = "status"


class _Stand(NamedTuple):
    """How a source stands, how its runs fared, when it runs next, and how well its data are described."""

    state: SourceState
    strain: Strain
    following: datetime | None
    quality: Figures


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
        states = {state.source.id: state for state in catalogue.sources()}
        counts = catalogue.counts(at)
        fared = breaker.strains(catalogue.engine, [source.key for source in region.sources])
        with suppress(sa.exc.OperationalError):  # a store that cannot be written to now has its former scores
            scores.follow(region, catalogue.engine, now)
        with catalogue.engine.connect() as connection:
            quality = history.latest(connection, region)
    finally:
        catalogue.close()
    rows: list[dict[str, object]] = []
    stands: list[_Stand] = []
    for source in region.sources:
        state = states[source.id]
        last = state.last_run
        began = datetime.fromisoformat(last.started) if last else None
        strain = fared.get(source.key, CALM)
        following = clock.next_run(source, began, now, strain)
        own = quality.get(history.of_source(source.key), Figures())
        stands.append(_Stand(state, strain, following, own))
        rows.append(
            {
                "id": source.id,
                "title": source.title,
                "municipality": source.municipality,
                "protocol": source.protocol,
                "status": last.outcome if last else None,
                "reason": last.reason_de if last else "",
                "run": last.id if last else None,
                "last_run": last.started if last else None,
                "last_good_run": state.last_good.started if state.last_good else None,
                "records": state.records,
                "absent": state.absent,
                "set_aside": state.set_aside,
                "findings": {"violation": state.violations, "warning": state.warnings},
                "quality": _quality(own),
                "permission": source.permission,
                "failures": strain.failures,
                "stale_since": state.stale.since if state.stale else None,
                "next_run": following.strftime("%Y-%m-%dT%H:%M:%SZ") if following else None,
            }
        )
    if json:
        total = _quality(quality.get(history.REGION, Figures()))
        print_json({"number": at, "datasets": counts.datasets, "quality": total, "sources": rows})
    else:
        _show(region, stands, counts.datasets, now)
        _show_quality(quality.get(history.REGION, Figures()))
    last_runs = [stand.state.last_run for stand in stands if stand.state.last_run is not None]
    held = any(run.state == "done" and run.counts.get("held") for run in last_runs)
    return 1 if held or any(row["status"] in ("failed", "partial", "held") for row in rows) else 0


def _show(region: Region, stands: list[_Stand], datasets: int, now: datetime) -> None:
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


def _quality(figures: Figures) -> dict[str, object] | None:
    """The score of a source or the region for ``--json``; None where nothing is scored."""
    if not figures.datasets:
        return None
    return {"score": figures.average, "highest": HIGHEST, "band": figures.band, "datasets": figures.datasets}


def _show_quality(figures: Figures) -> None:
    if figures.datasets:
        points = formats.number(figures.average, SOURCE)
        print(f"Qualität der Beschreibungen: im Durchschnitt {points} von {HIGHEST} Punkten (Seite /quality)")
