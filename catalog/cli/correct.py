"""``allmende correct RECORD FIELD VALUE …``: sets a property of a record by hand, whatever its source says."""

from __future__ import annotations

from typing import Any

import typer

from catalog.cli.choice import choose
from catalog.cli.output import complain, print_json, settings
from catalog.corrections import kept
from catalog.corrections.decision import correct
from catalog.corrections.shown import shown
from catalog.corrections.wishing import Said, wishes
from catalog.exceptions import NoSuchRun, RunActive
from catalog.follower import Follower
from catalog.reading.entries import Entry, Gone
from catalog.search import Catalogue
from catalog.store import utc_now
from schemas.corrections import NotCorrectable
from schemas.region import ConfigurationError, Region

VERB = "correct"


def command(
    context: typer.Context,
    record: str = typer.Argument(metavar="RECORD", help="SLUG, KEY, IRI or SOURCE/NATIVE_ID."),
    field: str = typer.Argument("", metavar="[FIELD", help="As in `show --json`: theme, distribution.license …"),
    value: list[str] | None = typer.Argument(None, metavar="VALUE …]", help="A code, a text, a date, an IRI …"),
    file: list[str] | None = typer.Option(None, "--file", metavar="NAME", help="Only this file: its IRI or address."),
    add: bool = typer.Option(False, "--add", help="Keep what is there, and add the VALUE."),
    empty: bool = typer.Option(False, "--empty", help="The property shall have no value."),
    remove: bool = typer.Option(False, "--remove", help="Take the correction back; the source's value holds again."),
    lang: str = typer.Option("", "--lang", metavar="TAG", help="The language of a text (default: the source's)."),
    because: str = typer.Option("", "--because", metavar="TEXT", help="Why; shown beside the correction."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Correct a record: at once, for all harvests to come, shown as a correction; `undo` takes it back.

    Examples:

    - `allmende correct pegel-fliede-x1y2z3` shows its corrections
    - `allmende correct pegel-fliede-x1y2z3 theme ENVI`
    - `allmende correct pegel-fliede-x1y2z3 distribution.license dl-by-de/2.0`
    - `allmende correct pegel-fliede-x1y2z3 theme --remove`
    """
    region = settings(context).region()
    entry = _entry(region, record)
    if not field:
        return _list(region, entry, json)
    if [bool(value), empty, remove].count(True) != 1:
        raise ConfigurationError(
            "correct: Geben Sie einen oder mehrere Werte an, oder --empty, oder --remove (a VALUE, --empty or --remove)"
        )
    if add and not value:
        raise ConfigurationError("--add: nur zusammen mit einem Wert (goes with a VALUE)")
    texts = None if remove else tuple(value or ())
    try:
        made = correct(
            region, wishes(region, entry, Said(field, texts, tuple(file or ()), lang, add, because)), utc_now()
        )
    except (NotCorrectable, NoSuchRun) as refused:
        raise ConfigurationError(f"correct: {refused}") from refused
    except RunActive as active:
        return complain(str(active))
    Follower(region).catch_up()
    after = _entry(region, entry.key)
    if json:
        print_json(
            {"run": made.run, "record": entry.key, "corrected": made.corrections, "corrections": _told(region, after)}
        )
    else:
        print(f"{entry.slug}: {field} {'wieder wie an der Quelle' if remove else 'korrigiert'} (Lauf {made.run}).")
        print(f"  Zurücknehmen: allmende undo {made.run}")
    return 0


def _entry(region: Region, record: str) -> Entry:
    catalogue = Catalogue(region)
    try:
        found = choose(catalogue, record)
    finally:
        catalogue.close()
    if isinstance(found, Gone):
        raise ConfigurationError(f"record {record!r} ({found.title}) was withdrawn on {found.withdrawn}")
    return found


def _list(region: Region, entry: Entry, json: bool) -> int:
    told = _told(region, entry)
    if json:
        print_json({"record": entry.key, "corrections": told})
        return 0
    print(entry.title)
    for each in told:
        where = f" ({each['file']})" if each["file"] else ""
        print(f"  {each['attribute']}{where}: {each['shown']['value']}")
        print(f"      an der Quelle: {each['shown']['source']}; {each['rule']}, Lauf {each['run']}, {each['state']}")
        if each["evidence"]["de"]:
            print(f"      {each['evidence']['de']}")
    if not told:
        print("  keine Korrekturen")
    return 0


def _told(region: Region, entry: Entry) -> list[dict[str, Any]]:
    catalogue = Catalogue(region)
    try:
        return [
            each.to_json() for each in shown(kept.of_record(catalogue.engine, entry.key, catalogue.number()), entry)
        ]
    finally:
        catalogue.close()
