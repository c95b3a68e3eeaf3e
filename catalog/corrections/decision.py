"""A steward corrects records: the run that it is, opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from catalog.corrections import publication
from catalog.corrections.publication import Wish
from catalog.exceptions import NoSuchRun
from catalog.store import Store
from schemas.corrections import NotCorrectable
from schemas.region import Region


class Corrected(NamedTuple):
    """What was corrected: the run that it is, which an undo takes back, the records' KEYs, how many values.

    ``refused`` are wishes that could not be met, each with the reason.
    """

    run: int
    number: int
    records: tuple[str, ...]
    corrections: int
    refused: tuple[tuple[Wish, NotCorrectable], ...] = ()


def correct(region: Region, wishes: Sequence[Wish], now: datetime, kind: str = "correct") -> Corrected:
    """Corrects records at once, as one publication; the next harvests keep it.

    It is a run of the source of the first of them, of the kind ``correct`` or ``repair``. Raises NotCorrectable if no
    wish can be met, RunActive while that source is harvested, NoSuchRun if it is no longer configured.
    """
    store = Store(region)
    try:
        source_key = store.source_of(wishes[0].key) if wishes else None
        source = next((each for each in region.sources if each.key == source_key), None)
        if source is None:
            raise NoSuchRun("the source of the record is no longer configured")
        # What cannot be done is no run that failed.
        publication.refuse_vain(store, wishes, now)
        run = store.open_run(source, kind, now)
        try:
            made = publication.correct(store, wishes, run, source.key, now, kind)
        except BaseException as error:
            store.close_run(run, now, status="failed", reason_de=str(error), reason_en=str(error))
            raise
        return Corrected(run.id, made.number, made.records, made.corrections, made.refused)
    finally:
        store.close()
