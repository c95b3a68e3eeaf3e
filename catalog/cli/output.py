"""What the verbs share: the chosen region, JSON on stdout, one line of complaint on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import typer

from schemas.region import Region, load


@dataclass(frozen=True, slots=True)
class Settings:
    """What stands before the verb."""

    folder: Path

    def region(self) -> Region:
        """The region of the chosen folder, its sources' options checked. Raises ConfigurationError."""
        # Imported here: the spiders take half a second, which a wrong configuration need not wait for.
        from harvesters import registry

        region = load(self.folder)
        registry.check_sources(region)
        return region


def settings(context: typer.Context) -> Settings:
    """The settings of the command under way."""
    found = context.find_object(Settings)
    assert found is not None
    return found


def print_json(document: Any) -> None:
    """One JSON document on stdout, and nothing else."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE)
    sys.stdout.buffer.write(text)
    sys.stdout.buffer.flush()


def print_json_rows(name: str, rows: Iterable[Any], rest: Callable[[], Mapping[str, Any]]) -> None:
    """One JSON document on stdout whose list ``name`` is written as it comes; ``rest`` is asked for after its last row."""
    write = sys.stdout.buffer.write
    write(b"{\n  " + orjson.dumps(name) + b": [")
    separator = b"\n"
    for row in rows:
        write(separator + orjson.dumps(row))
        separator = b",\n"
    write(b"]")
    for key, value in rest().items():
        write(b",\n  " + orjson.dumps(key) + b": " + orjson.dumps(value))
    write(b"\n}\n")
    sys.stdout.buffer.flush()


def complain(message: str, german: str = "") -> int:
    """One line on stderr, German first where there is German; gives the exit code 2."""
    said = f"{german} / {message}" if german and german != message else message
    print(f"allmende: {' '.join(said.split())}", file=sys.stderr)
    return 2


def plain(said: str) -> str:
    """A text from outside for a terminal: what a source or a citizen wrote into it moves no cursor (F63)."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in said)
