"""The command ``allmende``: each verb is a module of this folder with a function of its name."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys
import warnings
from pathlib import Path
from typing import Any

import typer

from catalog.cli.output import Settings, complain
from catalog.store import NoSuchRun
from schemas.region import ConfigurationError

DONE, INCOMPLETE, WRONG = 0, 1, 2
# Typer brings its own Click; these are the roots of what it raises for wrong use.
_WRONG_USE: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")

app = typer.Typer(
    name="allmende",
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


def _register(arguments: list[str]) -> None:
    """Enters the verb that was asked for, or all of them where none was: a verb's imports cost time."""
    names = [found.name for found in pkgutil.iter_modules(__path__)]
    wanted = [argument for argument in arguments if argument in names][:1]
    for name in wanted or names:
        module = importlib.import_module(f"{__name__}.{name}")
        if hasattr(module, "VERB"):
            app.command(module.VERB)(module.command)
    if wanted and not app.registered_commands:
        _register([])


def main() -> None:
    """Runs the command and ends the process: 0 done, 1 something failed or is held, 2 wrong use (DESIGN 4.2)."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    warnings.simplefilter("ignore")
    arguments = _region_first(sys.argv[1:])
    try:
        _register(arguments)
        code = app(standalone_mode=False, args=arguments)
    except _WRONG_USE as error:
        message = error.format_message()
        if type(error).__name__ == "NoArgsIsHelpError":
            print(message)
            code = DONE
        else:
            code = complain(message)
    except (ConfigurationError, NoSuchRun) as error:
        code = complain(str(error))
    except (typer.Abort, KeyboardInterrupt):
        code = complain("interrupted")
    except BrokenPipeError:
        code = DONE
    sys.exit(code if isinstance(code, int) else DONE)


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
