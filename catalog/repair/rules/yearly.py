"""Yearly files of one kind: the series that a dataset is one of, by its title without the year."""

from __future__ import annotations

from collections.abc import Iterable

from catalog.repair.subject import Subject
from schemas import series
from schemas.proposals import Proposal

TITLES = {series.SERIES: ("Datenserie", "Dataset series")}


def propose(subject: Subject) -> Iterable[Proposal]:
    """The series of a dataset that is in none."""
    return subject.series
