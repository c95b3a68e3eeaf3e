"""Years of a series that no source has any more: they stay published (F81)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from harvesters.reading import Memory

# How far back the years of a series are remembered.
YEARS_KEPT = 20
_OF_YEAR = re.compile(r"(.+)/(20\d\d)", re.DOTALL)


def earlier(memory: Memory | None, met: Iterable[str]) -> list[str]:
    """The ids of the years before that are published of the same series.

    Takes what is remembered (a replay remembers nothing) and the ids met in this run, as ``SERIES/2027``; gives none
    of these.
    """
    if memory is None:
        return []
    here = set(met)
    asked: set[str] = set()
    for each in here:
        if match := _OF_YEAR.fullmatch(each):
            year = int(match[2])
            asked.update(f"{match[1]}/{before}" for before in range(year - YEARS_KEPT, year))
    wanted = sorted(asked - here)
    return list(memory.known(wanted)) if wanted else []
