"""Under which terms the program, what it ships and what it stands on may be used."""

from __future__ import annotations

import re
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from catalog.web import conditional, static
from catalog.web.templates import Page, routes

PROGRAM = "allmende"
_LONGEST = 60  # some packages put the whole text where the name of the licence belongs


class Library(NamedTuple):
    """An installed Python package that the program stands on."""

    name: str
    version: str
    licence: str


@conditional.kept
async def licences(request: Request) -> Response:
    """``/licences``: the program's, with their texts those of the packages whose files pages load, and Python packages."""
    page = Page(request)
    return page.render(
        "licences.html",
        title=page.texts.text("Lizenzen"),
        packages=static.packages(),
        libraries=libraries(),
    )


@cache
def libraries() -> tuple[Library, ...]:
    """The Python packages that the program needs directly and that are installed, by name."""
    try:
        needed = distribution(PROGRAM).requires or []
    except PackageNotFoundError:
        return ()
    names = {re.split(r"[^\w.-]", each, maxsplit=1)[0].lower() for each in needed if "extra ==" not in each}
    return tuple(found for name in sorted(names) if (found := _library(name)))


def _library(name: str) -> Library | None:
    try:
        told = distribution(name).metadata.json
    except PackageNotFoundError:
        return None
    stated = str(told.get("license_expression") or told.get("license") or "").strip()
    if not stated or len(stated) > _LONGEST or "\n" in stated:
        classifiers = [each for each in told.get("classifier", ()) if each.startswith("License ::")]
        stated = ", ".join(each.rpartition(" :: ")[2] for each in classifiers)
    return Library(str(told["name"]), str(told["version"]), stated)


ROUTES = routes("/licences", licences)
