"""The command ``allmende``: each verb is a module of this folder with a function of its name."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import typer

from catalog.cli.output import Settings, complain
from catalog.store import NoSuchRun
from schemas.region import ConfigurationError

DONE, INCOMPLETE, WRONG = 0, 1, 2

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


def _verbs() -> dict[str, Callable[..., Any]]:
    modules = (importlib.import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__))
    return {m.VERB: m.command for m in modules if hasattr(m, "VERB")}


for _name, _command in _verbs().items():
    app.command(_name)(_command)


def main() -> None:
    """Runs the command and ends the process: 0 done, 1 something failed or is held, 2 wrong use (DESIGN 4.2)."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    warnings.simplefilter("ignore")
    try:
        code = app(standalone_mode=False, args=_region_first(sys.argv[1:]))
    except click.exceptions.NoArgsIsHelpError as help_text:
        print(help_text.format_message())
        code = DONE
    except click.ClickException as error:
        code = complain(error.format_message())
    except (ConfigurationError, NoSuchRun) as error:
        code = complain(str(error))
    except (click.Abort, KeyboardInterrupt):
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
