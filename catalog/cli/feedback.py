"""``allmende feedback``: what citizens wrote on the pages, and whether it reached the offices."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import typer

from catalog import formats
from catalog.cli.output import plain, print_json, settings
from catalog.feedback import post
from catalog.feedback.box import Box
from catalog.feedback.letters import Letter
from catalog.store import utc_now
from schemas.region import ConfigurationError, Region

VERB = "feedback"
_KINDS = {"question": "Frage", "error": "Fehler", "wish": "Wunsch"}


def command(
    context: typer.Context,
    reference: str = typer.Argument("", metavar="[REFERENCE]", help="Show one letter whole."),
    send: bool = typer.Option(False, "--send", help="Bring letters to the mail server now, without waiting."),
    delete: bool = typer.Option(False, "--delete", help="Delete the letter REFERENCE."),
    json: bool = typer.Option(False, "--json", help="Print one JSON document."),
) -> int:
    """Read what citizens wrote.

    Lists the letters of `data/feedback/` and whether the mail server took them. `serve` brings them by itself.

    Examples:

    - `allmende feedback` lists all letters
    - `allmende feedback F-7K3M-92QX` shows one
    - `allmende feedback --send` tries again what could not be sent
    """
    region = settings(context).region()
    box = Box(region)
    if delete and not reference:
        raise ConfigurationError("--delete needs a REFERENCE", "--delete: die Nummer des Vorgangs fehlt")
    if reference:
        return _one(box, reference, delete, json)
    if send:
        _send(region)
    letters = list(box.letters())
    if json:
        print_json({"letters": [letter.to_json() for letter in letters], "mail": region.feedback.server is not None})
    else:
        print("\n".join(_listed(region, letters)))
    return 1 if any(letter.attempts and letter.sent is None for letter in letters) else 0


def _one(box: Box, reference: str, delete: bool, json: bool) -> int:
    letter = box.get(reference)
    if letter is None:
        raise ConfigurationError(f"there is no letter {reference!r}", f"einen Vorgang {reference!r} gibt es nicht")
    if delete:
        box.delete(reference)
        print(f"{reference}: gelöscht", file=sys.stderr)
    elif json:
        print_json(letter.to_json())
    else:
        print("\n".join(_told(letter)))
    return 0


def _send(region: Region) -> None:
    if region.feedback.server is None:
        raise ConfigurationError(
            "--send: region.toml names no mail server ([region.feedback] smtp)",
            "--send: region.toml nennt keinen Mailserver ([region.feedback] smtp)",
        )
    done = post.deliver(region, utc_now(), at_once=True)
    print(f"Gesendet: {done.sent}. Noch nicht gesendet: {done.waiting}.", file=sys.stderr)


def _listed(region: Region, letters: list[Letter]) -> Iterator[str]:
    if not letters:
        yield "Keine Nachrichten."
    for letter in letters:
        about = plain(letter.title or letter.page or letter.municipality)
        yield f"{letter.reference}  {formats.time(letter.written)}  {_KINDS[letter.kind]}{f': {about}' if about else ''}"
        yield f"    {_state(region, letter)}"


def _state(region: Region, letter: Letter) -> str:
    if letter.sent:
        return f"gesendet an {letter.to}, {formats.time(letter.sent)}"
    if letter.attempts:
        return f"noch nicht gesendet an {letter.to}: {plain(letter.reason)} ({letter.attempts} Versuche)"
    return f"für {letter.to}" + ("" if region.feedback.server else " (kein Mailserver eingestellt)")


def _told(letter: Letter) -> Iterator[str]:
    facts: dict[str, Any] = {
        "Vorgang": letter.reference,
        "Art": _KINDS[letter.kind],
        "Geschrieben": formats.time(letter.written),
        "Datensatz": letter.title and f"{letter.title} (/dataset/{letter.dataset})",
        "Seite": letter.page,
        "An": letter.to,
        "Gesendet": formats.time(letter.sent) if letter.sent else "nein",
        "Antwort an": letter.email or "nicht gewünscht",
    }
    yield from (f"{label + ':':<13}{plain(value)}" for label, value in facts.items() if value)
    yield ""
    yield from map(plain, letter.text.split("\n"))
