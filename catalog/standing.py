"""How each source stands, for the command, the page and programs: last run, records, findings, points, next run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from catalog import clock
from catalog.links import report
from catalog.preview.keeping import Keeping
from catalog.quality import history
from catalog.quality.figures import Figures
from catalog.reading.entries import SourceState
from catalog.runs import breaker
from catalog.runs.breaker import CALM, Strain
from catalog.runs.staging import now_text
from catalog.search import Catalogue
from schemas.mqa import HIGHEST
from schemas.region import Region


class Stand(NamedTuple):
    """How a source stands, how its runs fared, when it runs next (None: only by hand), how well its data are described."""

    state: SourceState
    strain: Strain
    following: datetime | None
    quality: Figures


def stands(catalogue: Catalogue, states: Sequence[SourceState], now: datetime) -> tuple[tuple[Stand, ...], Figures]:
    """How some sources stand, and how well the region's data are described as a whole."""
    fared = breaker.strains(catalogue.engine, [state.source.key for state in states])
    with catalogue.engine.connect() as connection:
        quality = history.latest(connection, catalogue.region)
    found = []
    for state in states:
        began = datetime.fromisoformat(state.last_run.started) if state.last_run else None
        strain = fared.get(state.source.key, CALM)
        following = clock.next_run(state.source, began, now, strain)
        own = quality.get(history.of_source(state.source.key), Figures())
        found.append(Stand(state, strain, following, own))
    return tuple(found), quality.get(history.REGION, Figures())


class Queue(NamedTuple):
    """What is under way and what waits: runs, addresses to be asked, previews that are wished for.

    ``due`` are sources whose time has come, ``held`` runs that wait for a steward.
    """

    running: int
    due: int
    held: int
    addresses: int
    previews: int


def queue(region: Region, connection: sa.Connection, stands: Sequence[Stand], now: datetime) -> Queue:
    """What is under way and what waits, of the whole region; ``stands`` are those of all its sources."""
    last = [stand.state.last_run.state if stand.state.last_run else "" for stand in stands]
    due = (
        stand.following is not None and stand.following <= now and run != "running"
        for stand, run in zip(stands, last, strict=True)
    )
    wishes = Keeping(region).folder / "wishes"
    return Queue(
        last.count("running"),
        sum(due),
        last.count("waiting"),
        report.waiting(connection, now),
        sum(1 for _ in wishes.glob("*.json")),
    )


def row(stand: Stand) -> dict[str, Any]:
    """A source as a row of ``status --json`` and of ``/status.json``."""
    state, source, last = stand.state, stand.state.source, stand.state.last_run
    return {
        "id": source.id,
        "title": source.title,
        "municipality": source.municipality,
        "protocol": source.protocol,
        "status": last.outcome if last else None,
        "reason": last.reason_de if last else "",
        "run": last.id if last else None,
        "last_run": last.started if last else None,
        "last_good_run": state.last_good.started if state.last_good else None,
        "records": state.records,
        "absent": state.absent,
        "set_aside": state.set_aside,
        "findings": {"violation": state.violations, "warning": state.warnings},
        "quality": points(stand.quality),
        "failures": stand.strain.failures,
        "stale_since": state.stale.since if state.stale else None,
        "next_run": now_text(stand.following) if stand.following else None,
    }


def points(figures: Figures) -> dict[str, Any] | None:
    """The score of a source or the region; None where nothing is scored."""
    if not figures.datasets:
        return None
    return {"score": figures.average, "highest": HIGHEST, "band": figures.band, "datasets": figures.datasets}
