"""The files of a dataset under their numbers: in the order in which its source names them, the first is 1."""

from __future__ import annotations

from catalog.reading.entries import Entry
from catalog.reading.summary import Summary, file_of
from schemas.model import Dataset, Distribution


def in_order(summary: Summary, record: Dataset) -> tuple[Distribution, ...]:
    """The distributions of a record in the order of its source, as lists show them.

    A stored record has its distributions in the order of their IRIs, which says nothing to anybody; the summary was
    made before and has kept the source's. What it does not know (a correction added it) stands at the end.
    """
    waiting = [each for each in record.distribution if isinstance(each, Distribution)]
    found: list[Distribution] = []
    for title, *rest in summary.files:
        alike = [each for each in waiting if file_of(each)[1:] == tuple(rest)]
        # Several layers of one service differ in their titles alone.
        called = (each for each in alike if any(said.text == title for said in each.title))
        match = next(called, next(iter(alike), None))
        if match is not None:
            waiting.remove(match)
            found.append(match)
    return (*found, *waiting)


def number_of(entry: Entry, iri: str) -> int | None:
    """The number of the distribution with an IRI; none if the dataset has none with it."""
    record = entry.record()
    if not isinstance(record, Dataset):
        return None
    files = in_order(entry.summary, record)
    return next((number for number, each in enumerate(files, 1) if each.iri == iri), None)
