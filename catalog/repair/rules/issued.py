"""Since when a dataset is public: the day on which it was first seen at its source."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.formats import day
from catalog.repair.subject import Subject
from schemas.kinds import date
from schemas.model import Distribution
from schemas.proposals import Proposal

ISSUED = "issued"
TITLES = {ISSUED: ("Veröffentlicht am", "Date of issue")}


def propose(subject: Subject) -> Iterator[Proposal]:
    """The date of issue of a dataset that states none, and of which no file does."""
    dataset = subject.dataset
    if dataset.issued or any(isinstance(each, Distribution) and each.issued for each in dataset.distribution):
        return
    seen = subject.entry.first_seen[:10]
    changed = subject.entry.summary.modified[:10]
    # What was changed before we first saw it was public before that.
    if (found := date(seen)) is not None and not (changed and changed < seen):
        yield Proposal(
            rule=ISSUED,
            attribute="issued",
            values=(found,),
            certainty=50,
            evidence_de=f"Am {day(seen)} stand der Datensatz zum ersten Mal öffentlich in diesem Katalog.",
            evidence_en=f"On {day(seen, 'en')} the dataset stood public in this catalogue for the first time.",
        )
