"""``allmende init DIR``: writes a commented region folder."""

from __future__ import annotations

import shutil
from pathlib import Path

import typer

import harvesters.regions
from schemas.region import ConfigurationError

VERB = "init"


def command(
    folder: Path = typer.Argument(metavar="DIR", help="The folder to write; it must not hold a region yet."),
) -> None:
    """Write a commented region folder.

    Example: `allmende init suedkreis`
    """
    if (folder / "region.toml").exists():
        raise ConfigurationError(
            f"{folder}: holds a region already; nothing was written",
            f"{folder}: hier liegt schon eine Region; nichts wurde geschrieben",
        )
    blank = Path(harvesters.regions.__file__).parent / "blank"
    shutil.copytree(blank, folder, dirs_exist_ok=True)
    (folder / "data").mkdir(exist_ok=True)
    print(f"{folder}: angelegt. Tragen Sie in region.toml ein, was gilt; dann:")
    print(f"  allmende --region {folder} add ADRESSE --municipality ID")
