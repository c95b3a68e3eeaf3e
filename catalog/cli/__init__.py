"""The command ``allmende``: each verb is a module of this folder with a function of its name."""

from __future__ import annotations

import importlib
import logging
import os
import pkgutil
import sys
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import typer

from catalog.cli.output import Settings, complain
from catalog.cli.parsing import Verb, Verbs
from catalog.exceptions import NoSuchRun
from catalog.runs import forkserver
from schemas.region import ConfigurationError

DONE, INCOMPLETE, WRONG = 0, 1, 2
RUNS_SOURCES = ("harvest", "demo")
# Typer brings its own Click; these are the roots of what it raises for wrong use.
_WRONG_USE: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

app = typer.Typer(
    name="allmende",
    cls=Verbs,
    help="Harvest what municipalities publish, map it to DCAT-AP.de, and serve it as one regional catalogue.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)


@app.callback()
def _settings(
    context: typer.Context,
    region: Path = typer.Option(Path(), "--region", metavar="DIR", help="The region's folder (default: this one)."),
) -> None:
    context.obj = Settings(region)


def _register(verb: str | None) -> None:
    """Enters the verb that was asked for, or all of them where none was: a verb's imports cost time."""
    for name in [verb] if verb is not None and verb in _verbs() else _verbs():
        module = importlib.import_module(f"{__name__}.{name.replace('-', '_')}")
        app.command(module.VERB, cls=Verb)(module.command)


def main() -> None:
    """Runs the command and ends the process: 0 done, 1 something failed or is held, 2 wrong use (DESIGN 4.2)."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    warnings.simplefilter("ignore")
    arguments = _region_first(sys.argv[1:])
    try:
        verb = _verb(arguments)
        if verb is not None and verb not in _verbs():
            sys.exit(complain(f"{verb!r} is no verb; there are: {', '.join(_verbs())}", f"{verb!r} ist kein Befehl"))
        if arguments[-1:] == ["--region"]:
            sys.exit(complain("--region: DIR is missing", "--region: der Ordner fehlt"))
        if verb in RUNS_SOURCES and "--help" not in arguments:
            forkserver.start()
        _register(verb)
        code = app(standalone_mode=False, args=arguments)
    except _WRONG_USE as error:
        message = error.format_message()
        if type(error).__name__ == "NoArgsIsHelpError":
            print(message)
            code = DONE
        else:
            code = complain(message, _in_german(error, verb))
    except (ConfigurationError, NoSuchRun) as error:
        code = complain(str(error), error.de)
    except (typer.Abort, KeyboardInterrupt):
        code = complain("interrupted", "abgebrochen")
    except BrokenPipeError:
        # Whoever read our output has seen enough; what is still buffered goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = DONE
    except OSError as error:
        code = complain(f"{error.filename or 'system'}: {error.strerror or error}")
    sys.exit(code if isinstance(code, int) else DONE)


def _in_german(error: Any, verb: str | None) -> str:
    """What Typer says of wrong use, in German: what is wrong, and where to read how it is right."""
    help_at = f"allmende {verb} --help" if verb else "allmende --help"
    kind = type(error).__name__
    if kind == "NoSuchOption":
        return f"die Option {error.option_name} gibt es nicht (welche es gibt, sagt {help_at})"
    parameter = getattr(error, "param", None)
    name = next(iter(parameter.opts), "") if parameter is not None else ""
    shown = name if name.startswith("-") else (getattr(parameter, "metavar", None) or name.upper())
    if kind == "MissingParameter":
        return f"{shown} fehlt ({help_at})"
    if kind == "BadParameter":
        return f"{shown}: dieser Wert passt nicht ({help_at})"
    return f"so geht es nicht ({help_at})"


@cache
def _verbs() -> list[str]:
    """The verbs: the modules of this folder that declare one; a verb of two words has a - where its module has a _."""
    folder = Path(__path__[0])
    return sorted(
        found.name.replace("_", "-")
        for found in pkgutil.iter_modules(__path__)
        if _declares(folder / f"{found.name}.py")
    )


def _declares(module: Path) -> bool:
    # Read, not imported: the imports of all verbs cost a second.
    return "\nVERB = " in module.read_text(encoding="utf-8")


def _verb(arguments: list[str]) -> str | None:
    """The word that stands where a verb should; ``--region DIR`` stands before it."""
    position = 0
    while position < len(arguments) and arguments[position].startswith("--region"):
        position += 1 if arguments[position].startswith("--region=") else 2
    found = arguments[position : position + 1]
    return None if not found or found[0].startswith("-") else found[0]


def _region_first(arguments: list[str]) -> list[str]:
    """``--region DIR`` is accepted after the verb too; it is moved before it."""
    moved, rest, position = [], [], 0
    while position < len(arguments):
        argument = arguments[position]
        if argument == "--":
            rest.extend(arguments[position:])
            break
        if argument == "--region" and position + 1 < len(arguments):
            moved.extend(arguments[position : position + 2])
            position += 1
        elif argument.startswith("--region="):
            moved.append(argument)
        else:
            rest.append(argument)
        position += 1
    return moved + rest
