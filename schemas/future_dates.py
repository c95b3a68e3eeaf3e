"""Dates of issue and change that lie in the future: a finding for as long as they do (faults F18).

It is the only finding that depends on the clock, so it stands beside the record and never in it: content, hash and
feeds are the same whenever one looks. It is kept with the date as its last argument, and who shows findings of earlier
runs asks :func:`in_force` whether that date has come meanwhile.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, cast

from rdflib.namespace import DCTERMS

from schemas.findings import Finding, Severity, declare
from schemas.kinds import Literal
from schemas.model import Resource

FUTURE = declare(
    "date-in-future",
    "{0} liegt mit {1} in der Zukunft.",
    "{0} lies in the future ({1}).",
    "Berichtigen Sie das Datum an der Quelle; vielleicht geht die Uhr des Servers falsch, oder Tag und Monat sind vertauscht.",
    "Correct the date at the source; perhaps the server's clock is wrong, or day and month are swapped.",
    "faults F18",
)

# Nobody's time zone is further ahead than 14 hours, and a clock may be some hours wrong.
TOLERANCE = timedelta(days=1)

_PATHS = {"issued": str(DCTERMS.issued), "modified": str(DCTERMS.modified)}
_DATE = re.compile(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?(?![\d.])", re.ASCII)


def check(records: Iterable[Resource], now: datetime) -> tuple[Finding, ...]:
    """Warnings on dct:issued and dct:modified of records, and of what is described in them, that lie after ``now``.

    ``now`` is the run's clock (UTC); a day's difference is let pass.
    """
    return tuple(dict.fromkeys(each for record in records for each in _check(record, record.iri or "_:record", now)))


def in_force(findings: Iterable[Finding], now: datetime) -> tuple[Finding, ...]:
    """The findings without those on a date that has come by ``now`` (UTC)."""
    return tuple(each for each in findings if each.rule != FUTURE or is_future(each.arguments[-1], now))


def is_future(text: str, now: datetime) -> bool:
    """Whether a date, in ISO 8601 of any precision, begins more than a day after ``now`` (UTC); text that is no date does not."""
    begin = _begin(text.strip())
    return begin is not None and begin > now + TOLERANCE


def _check(record: Resource, focus: str, now: datetime) -> Iterator[Finding]:
    for attribute, path in _PATHS.items():
        for value in getattr(record, attribute, ()):
            if isinstance(value, Literal) and is_future(value.text, now):
                yield Finding(Severity.WARNING, focus, path, FUTURE, (attribute, value.text.strip()[:40]))
    for name in _nesting(cast(Any, type(record))):
        for value in getattr(record, name):
            if isinstance(value, Resource):
                yield from _check(value, value.iri or focus, now)


@cache
def _nesting(record_class: Any) -> tuple[str, ...]:
    """The attributes that may hold described resources: a distribution, a catalogue's record."""
    return tuple(each.name for each in fields(record_class) if "Resources" in str(each.type))


def _begin(text: str) -> datetime | None:
    try:
        if "T" in text:
            moment = datetime.fromisoformat(text)
            return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        match = _DATE.match(text)
        if match is None:
            return None
        year, month, day = (int(part or 1) for part in match.groups())
        return datetime(year, month, day, tzinfo=UTC)
    except (ValueError, OverflowError):
        return None
