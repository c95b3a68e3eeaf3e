"""Accepted facts about a file's bytes (size, checksum, date of change) are taken back when the file has changed.

What was counted of a file holds for that file. A checksum that stays public beside other bytes would make readers throw
good data away; so it goes, as a publication of its own, and repair proposes it anew from the new bytes.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog import tables
from catalog.corrections import kept
from catalog.corrections.decision import Corrected, correct
from catalog.corrections.publication import Wish
from catalog.exceptions import NoSuchRun, RunActive
from catalog.links import own
from catalog.reading import rows
from catalog.reading.rows import batches
from catalog.repair.looks import LARGEST, Looks
from schemas.corrections import OF_BYTES, Correction, NotCorrectable
from schemas.region import Region

KIND = "outdated"
SIZE, CHECKSUM, MODIFIED = OF_BYTES
_corrections, _links, _uses = tables.corrections, tables.links, tables.link_uses
_log = logging.getLogger(__name__)


class _Fact(NamedTuple):
    """One accepted fact, with its record and the address of the file."""

    key: str
    source_key: str
    correction: Correction
    made: str
    link_id: int
    address: str
    changed: str | None


def retract(
    region: Region, engine: sa.Engine, answered: Collection[int], resized: Collection[int], now: datetime
) -> list[Corrected]:
    """Takes back the accepted facts of files that have changed since; gives the publications that this makes.

    ``answered`` are the ids of addresses that have just answered well, ``resized`` those of them that told another size
    than the time before. A source that is being harvested waits for the next round.
    """
    wishes: defaultdict[str, list[Wish]] = defaultdict(list)
    for fact in _facts(engine, answered):
        if _has_changed(region, fact, resized):
            names = fact.correction.names
            wishes[fact.source_key].append(Wish(fact.key, fact.correction.attribute, None, names))
            Looks(region).forget(fact.address)
    made = []
    for some in wishes.values():
        try:
            made.append(correct(region, list(dict.fromkeys(some)), now, KIND))
        except (RunActive, NoSuchRun, NotCorrectable) as refused:
            _log.info("outdated facts stay for now: %s", refused)
    return made


def _facts(engine: sa.Engine, answered: Collection[int]) -> list[_Fact]:
    found = []
    with engine.connect() as connection:
        number, _ = rows.published(connection)
        for some in batches(sorted(answered)):
            statement = (
                sa.select(
                    _corrections, _uses.c.source_key, _links.c.id.label("link"), _links.c.address, _links.c.changed
                )
                .join(_uses, _uses.c.key == _corrections.c.key)
                .join(_links, _links.c.id == _uses.c.link_id)
                .where(_links.c.id.in_(some), _corrections.c.rule.in_(OF_BYTES), kept.valid(number))
                .where(sa.or_(_corrections.c.part == _links.c.address, _corrections.c.part_address == _links.c.address))
                .distinct()
            )
            found += [_fact(row) for row in connection.execute(statement)]
    return found


def _fact(row: Any) -> _Fact:
    return _Fact(row.key, row.source_key, kept.correction(row), row.made, row.link, row.address, row.changed)


def _has_changed(region: Region, fact: _Fact, resized: Collection[int]) -> bool:
    if fact.changed is not None and fact.changed <= fact.made:
        return False
    if (digest := own.digest(region, fact.address, LARGEST)) is not None:
        # Of our own files the bytes tell; a copy of the folder has new dates and the same files.
        now = {SIZE: str(digest[0]), CHECKSUM: digest[1], MODIFIED: (fact.changed or "")[:10]}
        return f'"{now[fact.correction.rule]}"' not in fact.correction.value
    return fact.changed is not None or fact.link_id in resized
