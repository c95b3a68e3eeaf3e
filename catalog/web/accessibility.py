"""What the last test run in a real browser found about accessibility; the statement is made of it.

``accessibility.json`` is written by ``scripts/accessibility``, never by hand; ``accessibility.toml`` names the exceptions
that people know of and machines do not find.
"""

from __future__ import annotations

import json
import tomllib
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_HERE = Path(__file__).parent
REPORT = _HERE / "accessibility.json"
_EXCEPTIONS = _HERE / "accessibility.toml"
_A_YEAR = 366


class Report(NamedTuple):
    """The last test run: its day (ISO 8601), the versions of what tested, what was looked at how, and what was found.

    ``pages`` are the names of pages, ``looks`` of appearances in which each was tested, ``checks`` of what was asked of it;
    ``findings`` are sentences of the test run (English), none if all was well.
    """

    day: str
    axe: str
    browser: str
    pages: tuple[str, ...]
    languages: tuple[str, ...]
    looks: tuple[str, ...]
    checks: tuple[str, ...]
    findings: tuple[str, ...]


def is_old(report: Report, today: date) -> bool:
    """Whether the statement has to be made anew: it is reviewed every year (decision EU 2018/1523)."""
    return today - date.fromisoformat(report.day) > timedelta(days=_A_YEAR)


class Exemption(NamedTuple):
    """What is known not to be accessible, and what there is instead, in German and English."""

    de: str
    en: str


@cache
def report() -> Report:
    """The last test run."""
    said: dict[str, Any] = json.loads(REPORT.read_text(encoding="utf-8"))
    return Report(
        *(said[name] for name in ("day", "axe", "browser")),
        *(tuple(said[name]) for name in ("pages", "languages", "looks", "checks", "findings")),
    )


@cache
def exemptions() -> tuple[Exemption, ...]:
    """The known exceptions."""
    said = tomllib.loads(_EXCEPTIONS.read_text(encoding="utf-8"))
    return tuple(Exemption(each["de"], each["en"]) for each in said["exception"])
