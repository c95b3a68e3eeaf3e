"""``allmende undo RUN``: takes a whole run back."""

from __future__ import annotations

import typer

from catalog.cli.output import complain, print_json, settings
from catalog.exceptions import RunActive
from catalog.follower import Follower
from catalog.runs import decisions
from catalog.store import utc_now
from catalog.web import run_words
from catalog.web.texts import SOURCE, texts

VERB = "undo"


def command(
    context: typer.Context,
    run: int = typer.Argument(metavar="RUN", help="The run's number, as in `allmende history`."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Take a whole run back. Records that a later run changed since stay and are named.

    Example: `allmende undo 12`
    """
    region = settings(context).region()
    try:
        undone = decisions.undo(region, run, utc_now())
    except RunActive as active:
        return complain(str(active), active.de)
    Follower(region).catch_up()
    if json:
        conflicts = [conflict._asdict() for conflict in undone.conflicts]
        print_json({**undone._asdict(), "run": run, "undo": undone.run, "conflicts": conflicts})
    else:
        for line in run_words.undone(run, undone, texts(SOURCE)):
            print(line)
    return 1 if undone.conflicts else 0
