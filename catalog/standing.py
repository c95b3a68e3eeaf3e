"""How each source stands, for the command, the page and programs: last run, records, findings, points, next run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from catalog import clock
from catalog.quality import history
from catalog.quality.figures import Figures
from catalog.reading.entries import SourceState
from catalog.runs import breaker
from catalog.runs.breaker import CALM, Strain
from catalog.runs.staging import now_text
from catalog.search import Catalogue
from schemas.mqa import HIGHEST


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
