"""``allmende check-links``: asks whether the addresses of the data answer, as far as they are due."""

from __future__ import annotations

import sys
from typing import Any

import typer

from catalog import database, occupancy
from catalog.cli.output import plain, print_json, settings
from catalog.links import report, rounds
from catalog.links.answers import Outcome, words
from catalog.links.book import Link
from catalog.links.checking import Round
from catalog.links.report import Broken, Reach
from catalog.store import utc_now
from schemas.region import ConfigurationError, Region

VERB = "check-links"
SHOWN = 20


def command(
    context: typer.Context,
    source: str | None = typer.Option(None, "--source", metavar="ID", help="All addresses of one source, due or not."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Check the addresses of the data.

    Asks those that are due: after good answers every one to four weeks, after bad ones within hours to a week. `serve`
    does it by itself.

    Examples:

    - `allmende check-links` asks what is due
    - `allmende check-links --source neuhof-portal` asks all addresses of a source
    """
    region = settings(context).region()
    key = _key(region, source)
    with occupancy.shared(region):
        engine = database.prepare(region)
        try:
            done = rounds.run(region, engine, utc_now, source_key=key, tell=_tell, keep=True)
            with engine.connect() as connection:
                broken = report.broken(connection, key)
                reach = report.reach(connection)
        finally:
            engine.dispose()
    if json:
        print_json(_to_json(done, broken, reach))
    else:
        _show(done, broken, reach)
    return 1 if broken else 0


def _key(region: Region, source: str | None) -> str | None:
    if source is None:
        return None
    found = region.source(source)
    if found is None:
        allowed = ", ".join(each.id for each in region.sources) or "none"
        raise ConfigurationError(
            f"--source: {source!r} does not exist; there are: {allowed}",
            f"--source: eine Quelle {source!r} gibt es nicht; es gibt: {allowed}",
        )
    return found.key


def _tell(link: Link, outcome: Outcome) -> None:
    said = words(outcome.reason, outcome.status)
    if outcome.status is None:
        said = f"nicht geprüft: {said}"
    elif not link.works:
        said = f"nicht erreichbar: {said}"
    else:
        said = f"erreichbar{f' ({said})' if said else ''}"
    print(f"{plain(link.address)}: {said}", file=sys.stderr, flush=True)


def _to_json(done: Round, broken: list[Broken], reach: Reach) -> dict[str, Any]:
    return {
        "asked": done.asked,
        "good": done.good,
        "bad": done.bad,
        "unknown": done.unknown,
        "postponed": done.postponed,
        "changed": len(done.changed),
        "links": [report.told(link) for link in done.links],
        "addresses": {"good": reach.good, "bad": reach.bad, "unknown": reach.unknown},
        "broken": [each.to_json() for each in broken],
    }


def _show(done: Round, broken: list[Broken], reach: Reach) -> None:
    if done.asked:
        print(
            f"Geprüft: {done.asked}. Erreichbar {done.good}, nicht erreichbar {done.bad}, nicht prüfbar {done.unknown}."
        )
    else:
        print("Keine Adresse ist fällig.")
    if done.postponed:
        print(f"Auf morgen verschoben, weil ihr Server heute genug gefragt wurde: {done.postponed}.")
    print(f"Von {reach.all} Adressen sind {reach.good} erreichbar, {reach.bad} nicht, {reach.unknown} ungeprüft.")
    for each in broken[:SHOWN]:
        link = each.link
        since = ".".join(reversed((link.failing_since or "")[:10].split("-")))
        print(f"  {plain(link.address)}\n    seit {since}: {words(link.reason, link.status)}")
        print(f"    in: {', '.join(each.datasets[:3])}{' …' if len(each.datasets) > 3 else ''}")
    if len(broken) > SHOWN:
        print(f"  … und {len(broken) - SHOWN} weitere: allmende check-links --json")
