"""Periods of time from what sources write: two dates, years with a dash, an interval, a single date."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from harvesters.mapping.account import Account
from harvesters.mapping.native_values import entries, word
from schemas.kinds import Literal, date
from schemas.model import PeriodOfTime

_OPEN = frozenset({"", ".."})
_YEARS = re.compile(r"(\d{4})\s*(?:-|–|bis|to)\s*(\d{4})")


def periods(account: Account, field: str, value: Any) -> Sequence[PeriodOfTime]:
    """Periods from ``begin/end``, ``2010-2020``, a single date, or objects with ``start`` and ``end``."""
    found: list[PeriodOfTime] = []
    for entry in entries(value):
        if isinstance(entry, dict):
            begin, end = word(entry.get("start")), word(entry.get("end"))
        else:
            text = word(entry)
            years = _YEARS.fullmatch(text)
            begin, slash, end = (years[1], "/", years[2]) if years else text.partition("/")
            begin, end = (begin, end) if slash else (text, text)
        found.extend(period(account, (field, begin), (field, end), entry))
    return found


def period(account: Account, begin: tuple[str, str], end: tuple[str, str], whole: Any = None) -> Sequence[PeriodOfTime]:
    """A period from two fields and their texts, either of which may be empty (``..`` is open)."""
    found: list[tuple[Literal, ...]] = []
    refused: set[str] = set()
    for field, text in (begin, end):
        typed = date(text) if text not in _OPEN else None
        if text not in _OPEN and typed is None and field not in refused:
            refused.add(field)
            account.refuse(field, text if whole is None else whole, "temporal")
        found.append((typed,) if typed else ())
    return (PeriodOfTime(start_date=found[0], end_date=found[1]),) if found[0] or found[1] else ()
