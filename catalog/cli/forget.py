"""``allmende forget TEXT``: removes a person's data from everything kept, and proves it."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from catalog.cli.output import complain, print_json, settings
from catalog.exceptions import LeaseLost, RunActive
from catalog.forgetting import work
from catalog.forgetting.report import Report, not_reached
from harvesters.persons.spellings import Spellings, spellings_of
from harvesters.persons.words import is_given_name, is_office_word
from schemas.region import ConfigurationError, Region

VERB = "forget"
# More public records than these are no single person's, and one in twenty.
_MANY_RECORDS = 20


def command(
    context: typer.Context,
    texts: list[str] = typer.Argument(
        metavar="TEXT …", help="A name, mail address or telephone number; several of one person. -: lines of stdin."
    ),
    plan: bool = typer.Option(False, "--plan", help="Change nothing; show what would be hit."),
    yes: bool = typer.Option(False, "--yes", help="Go on although the text is common or hits much."),
    backup: list[Path] = typer.Option(
        [], "--backup", metavar="FILE", help="A backup kept elsewhere, to be looked into."
    ),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Remove a person's data from everything kept, and prove it.

    Examples:

    - `allmende forget "Kunigunde Testfall" --plan` shows what would be hit
    - `allmende forget "Kunigunde Testfall" k.testfall@example.org` removes both
    """
    region = settings(context).region()
    spellings = _spellings(texts)
    for file in backup:
        if not file.is_file():
            raise ConfigurationError(f"--backup: {file} does not exist", f"--backup: {file} gibt es nicht")
    if plan or not yes:
        seen = work.look(region, spellings, backup)
        if plan:
            _print(seen, json, planned=True)
            return 0
        if reason := _too_common(region, spellings, seen):
            return complain(f"{reason}; look at it with --plan, then add --yes")
    try:
        report = work.forget(region, spellings, backup, lambda step: print(f"{step} …", file=sys.stderr, flush=True))
    except (RunActive, LeaseLost) as active:
        return complain(str(active), getattr(active, "de", ""))
    _print(report, json, planned=False)
    return 1 if report.remains else 0


def _spellings(texts: Sequence[str]) -> Spellings:
    given = [
        line for text in texts for line in (sys.stdin.read().splitlines() if text == "-" else [text]) if line.strip()
    ]
    if not given:
        raise ConfigurationError("TEXT: nothing is given", "TEXT: nichts ist angegeben")
    try:
        return spellings_of(given)
    except ValueError as error:
        raise ConfigurationError(f"TEXT: {error}") from error


def _too_common(region: Region, spellings: Spellings, seen: Report) -> str:
    """Why a steward has to confirm; empty if the texts are surely a single person's."""
    for wanted in spellings.wanted:
        if wanted.kind != "name":
            continue
        if len(wanted.parts) == 1:
            return "TEXT: one word alone stands for streets, places and other people as well"
        if all(is_given_name(word) for word in wanted.parts):
            return "TEXT: given names alone stand for many people"
        if any(is_office_word(word) for word in wanted.parts):
            return "TEXT: it holds a word of an office's name"
        own = [region.title, region.publisher.name, *(each.name for each in region.municipalities)]
        if any(spellings.holds(name) for name in own):
            return "TEXT: it stands in the region's own names"
    hit = len(seen.records)
    if hit > _MANY_RECORDS:
        return f"TEXT: {hit} public records would be changed"
    return ""


def _print(report: Report, json: bool, planned: bool) -> None:
    if json:
        print_json(report.to_json() | ({"planned": True} if planned else {}))
        return
    places = sorted({*report.before, *report.after})
    print(f"{'Ort':40} {'vorher':>8} {'' if planned else 'nachher':>8}")
    for place in places:
        after = "" if planned else str(report.after.get(place, 0))
        print(f"{place:40} {report.before.get(place, 0):8} {after:>8}")
    if not places:
        print("nirgends gefunden")
    for key, title in report.records[:_MANY_RECORDS]:
        print(f"  {key}  {title}")
    if report.deleted_responses:
        print(
            f"{report.deleted_responses} aufbewahrte Antworten gelöscht; eine Wiederholung daraus nennt sie als fehlend."
        )
    for run_id in report.dropped_plans:
        print(f"Plan von Lauf {run_id} verworfen; der nächste Lauf macht einen neuen.")
    for name, reasons in report.unread.items():
        print(f"nicht lesbar: {name} ({', '.join(reasons)})")
    for each in report.backups:
        state = (
            "sauber"
            if each.clean
            else f"{each.hits} Treffer"
            if each.hits
            else f"nicht lesbar ({', '.join(each.unread)})"
        )
        print(f"Sicherung {each.file}: {state}")
    for name in report.configuration:
        print(f"von Hand zu ändern: {name}")
    if planned:
        return
    if not report.journal_empty:
        print("Das Journal der Datenbank wird noch gelesen; rufen Sie 'allmende forget' noch einmal auf.")
    print("Bewiesen: 0 Treffer in allem, was hier liegt." if report.proven else "NICHT bewiesen: siehe oben.")
    for german, _ in not_reached(report.postgres):
        print(f"- {german}")
