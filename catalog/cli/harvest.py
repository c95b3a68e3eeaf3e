"""``allmende harvest``: runs sources, shows what they would change, publishes what a steward accepts."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from catalog.cli.choice import choose
from catalog.cli.output import print_json, settings
from catalog.exceptions import NoCluster, RunActive
from catalog.follower import Follower
from catalog.reading.entries import Entry, Gone
from catalog.runs import decisions, processes, run_findings
from catalog.runs.conclusion import RunResult
from catalog.runs.decisions import Decided
from catalog.runs.wish import Wish
from catalog.search import Catalogue
from catalog.store import utc_now
from catalog.web import run_words
from catalog.web.plans import address
from catalog.web.texts import SOURCE, texts
from schemas import iris
from schemas.region import ConfigurationError, Region

VERB = "harvest"


def command(
    context: typer.Context,
    sources: list[str] | None = typer.Argument(None, metavar="[ID …]", help="Sources to run (default: all)."),
    plan: bool = typer.Option(False, "--plan", help="Publish nothing; store and print what would change."),
    full: bool = typer.Option(False, "--full", help="Ignore ETag, Last-Modified and modified-since."),
    accept: int | None = typer.Option(None, "--accept", metavar="RUN", help="Publish a held or planned run."),
    reject: int | None = typer.Option(None, "--reject", metavar="RUN", help="Drop a held or planned run."),
    relink: bool = typer.Option(
        False, "--relink", help="With --accept: new records take the place of proposed old ones."
    ),
    split: str | None = typer.Option(
        None, "--split", metavar="RECORD", help="RECORD is no duplicate of other sources'."
    ),
    primary: str | None = typer.Option(
        None, "--primary", metavar="RECORD", help="Show RECORD, the others of its cluster behind it."
    ),
    replay: int | None = typer.Option(None, "--replay", metavar="RUN", help="Map a run's kept responses again."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Run sources.

    Examples:

    - `allmende harvest` runs all sources
    - `allmende harvest neuhof-portal --plan` shows what a run would change
    - `allmende harvest --accept 12` publishes run 12, which was held or planned
    - `allmende harvest --split neuhof-portal/abfall` takes a record out of its cluster; `undo` puts it back
    - `allmende harvest --primary kreis-portal/17` shows this one of the same dataset's records; `undo` takes it back
    - `allmende harvest --accept 12 --relink` publishes it; what has new identifiers stays the record it was
    """
    _refuse_contradictions(sources, plan, full, accept, reject, replay)
    if relink and accept is None:
        raise ConfigurationError("--relink: goes with --accept RUN", "--relink: geht mit --accept LAUF")
    region = settings(context).region()
    if split is not None or primary is not None:
        if (split is not None and primary is not None) or sources or plan or full or accept or reject or replay:
            option = "--split" if split is not None else "--primary"
            raise ConfigurationError(
                f"{option}: nothing else is allowed beside it but --json", f"{option}: daneben ist nur --json erlaubt"
            )
        return _split(region, split, json) if split is not None else _prefer(region, primary or "", json)
    if accept is not None:
        results = [decisions.accept(region, accept, utc_now(), relink)]
    elif reject is not None:
        results = [decisions.reject(region, reject, utc_now())]
    else:
        results = _run(region, _chosen(region, sources, replay), Wish(plan, full, replay))
    Follower(region).catch_up()
    if json:
        print_json({"sources": [_to_json(region, result) for result in results]})
    else:
        for result in results:
            _show(region, result)
    return 1 if any(_is_incomplete(result) for result in results) else 0


def _is_incomplete(result: RunResult) -> bool:
    # A run that is published may hold records still: what an undo blocked waits for a decision. A plan was asked for.
    return result.status in ("failed", "partial", "held") or (result.counts.held > 0 and not result.waiting)


def _split(region: Region, record: str, json: bool) -> int:
    found, made = _decided(region, "--split", record, decisions.split)
    if json:
        print_json({"run": made.run, "record": found.key, "from": list(made.others), "named": list(made.named)})
    else:
        print(f"{found.slug}: steht jetzt für sich (Lauf {made.run}). Zurücknehmen: allmende undo {made.run}")
        for key in made.named:
            print(
                f"  {iris.mint(region.base_url, 'dataset', key)}: eigene IRI; die der Quelle bezeichnet einen anderen"
            )
    return 0


def _prefer(region: Region, record: str, json: bool) -> int:
    found, made = _decided(region, "--primary", record, decisions.prefer)
    if json:
        print_json({"run": made.run, "record": found.key, "before": made.others[0]})
    else:
        print(f"{found.slug}: wird jetzt gezeigt (Lauf {made.run}). Zurücknehmen: allmende undo {made.run}")
    return 0


def _decided(
    region: Region, option: str, record: str, decide: Callable[[Region, str, datetime], Decided]
) -> tuple[Entry | Gone, Decided]:
    catalogue = Catalogue(region)
    try:
        found = choose(catalogue, record)
    finally:
        catalogue.close()
    try:
        made = decide(region, found.key, utc_now())
    except (NoCluster, RunActive) as refused:
        raise ConfigurationError(f"{option}: {refused}", f"{option}: {getattr(refused, 'de', refused)}") from refused
    Follower(region).catch_up()
    return found, made


def _refuse_contradictions(
    sources: list[str] | None, plan: bool, full: bool, accept: int | None, reject: int | None, replay: int | None
) -> None:
    given = [
        name for name, value in (("--accept", accept), ("--reject", reject), ("--replay", replay)) if value is not None
    ]
    if len(given) > 1:
        raise ConfigurationError(
            f"{' and '.join(given)}: one at a time is allowed", f"{' und '.join(given)}: erlaubt ist eines auf einmal"
        )
    if given and full:
        raise ConfigurationError(
            f"{given[0]}: fetches nothing; --full is not allowed with it",
            f"{given[0]}: ruft nichts ab; --full ist dabei nicht erlaubt",
        )
    if given and plan and replay is None:
        raise ConfigurationError(
            f"{given[0]}: decides a run; --plan is not allowed with it",
            f"{given[0]}: entscheidet über einen Lauf; --plan ist dabei nicht erlaubt",
        )
    if given and sources:
        raise ConfigurationError(
            f"{given[0]}: the run names its source; no ID is allowed beside it",
            f"{given[0]}: der Lauf nennt seine Quelle; daneben ist keine ID erlaubt",
        )


def _chosen(region: Region, ids: list[str] | None, replay: int | None) -> list[str]:
    if replay is not None:
        return [decisions.source_of(region, replay)]
    for source_id in ids or ():
        if region.source(source_id) is None:
            allowed = ", ".join(source.id for source in region.sources) or "none"
            raise ConfigurationError(
                f"source {source_id!r} does not exist; there are: {allowed}",
                f"eine Quelle {source_id!r} gibt es nicht; es gibt: {allowed}",
            )
    if not region.sources:
        raise ConfigurationError(
            "no sources yet; 'allmende add URL --municipality ID' writes one",
            "noch keine Quelle; 'allmende add ADRESSE --municipality ID' legt eine an",
        )
    return list(dict.fromkeys(ids)) if ids else [source.id for source in region.sources]


def _run(region: Region, ids: list[str], wish: Wish) -> list[RunResult]:
    with _progress(ids) as progress:
        found = {result.id: result for result in processes.run_sources(region, ids, wish, progress)}
    return [found[source_id] for source_id in ids if source_id in found]


@contextmanager
def _progress(ids: list[str]) -> Iterator[Callable[[str, int], None]]:
    console = Console(stderr=True)
    if not console.is_terminal:
        told: dict[str, int] = {}

        def line(source_id: str, records: int) -> None:
            if records and told.get(source_id) != records:
                told[source_id] = records
                print(f"{source_id}: {records} Einträge", file=sys.stderr, flush=True)

        yield line
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} Einträge"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        tasks = {source_id: bar.add_task(source_id, total=None) for source_id in ids}

        def move(source_id: str, records: int) -> None:
            bar.update(tasks[source_id], completed=records)

        yield move


def _to_json(region: Region, result: RunResult) -> dict[str, object]:
    document = result.to_json()
    if result.plan is not None and result.run is not None and result.waiting:
        changes = list(decisions.planned_changes(region, result.run))
        relink = list(decisions.proposed_relinks(region, result.run))
        document["plan"] = {**result.plan, "changes": changes, "relink": relink}
    return document


def _show(region: Region, result: RunResult) -> None:
    said = texts(SOURCE)
    for line in run_words.result(region, result, said):
        print(line)
    if result.run is None or not result.waiting:
        return
    with closing(decisions.planned_changes(region, result.run)) as changes:
        for line in run_words.plan(changes, decisions.planned_number(region, result.run), said):
            print(line)
    for line in run_words.frequent_causes(run_findings.summary(region, result.run), said):
        print(line)
    relink = ""
    for proposal in decisions.proposed_relinks(region, result.run):
        relink = f"   Annehmen als dieselben Datensätze: allmende harvest --accept {result.run} --relink"
        print(run_words.relink(proposal, said))
    print(f"  Ansehen: {address(region, result.run)}")
    print(
        f"  Annehmen: allmende harvest --accept {result.run}   Ablehnen: allmende harvest --reject {result.run}{relink}"
    )
