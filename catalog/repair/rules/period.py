"""The period that the data speak of: from the columns of the file, else from a year in the title."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.formats import day
from catalog.repair.subject import Subject
from schemas.kinds import Literal, date
from schemas.model import PeriodOfTime, text
from schemas.proposals import Proposal

TEMPORAL = "temporal"
TITLES = {TEMPORAL: ("Zeitraum der Daten", "Period of the data")}
_YEARS = re.compile(r"(?<![\d.,/])((?:19|20)\d\d)(?:\s*(?:[-–/]|bis)\s*((?:19|20)\d\d))?(?![\d.,])")


def propose(subject: Subject) -> Iterator[Proposal]:
    """The period of a dataset that states none."""
    if subject.dataset.temporal:
        return
    spans = [file.look.period for file in subject.files if file.look is not None and file.look.period is not None]
    if spans:
        first, last = min(spans, key=lambda each: each.start), max(spans, key=lambda each: each.end)
        # Only who says the first and the last day is named, not every column with a date.
        columns = list(dict.fromkeys((*first.columns, *last.columns)))[:3]
        named = ", ".join(f"„{name}“" for name in columns)
        where = (
            f"in der Spalte {named}" if len(columns) == 1 else f"in den Spalten {named}" if columns else "in der Datei"
        )
        yield _proposal(
            *(first.start, last.end, 90),
            f"Die Daten reichen {where} vom {day(first.start)} bis zum {day(last.end)}.",
            f"The data in {named or 'the file'} reach from {day(first.start, 'en')} to {day(last.end, 'en')}.",
        )
        return
    found = _YEARS.findall(text(subject.dataset.title, subject.language))
    if len(found) == 1:
        first, last = found[0][0], found[0][1] or found[0][0]
        if first <= last:
            said = first if first == last else f"{first}–{last}"
            yield _proposal(
                *(f"{first}-01-01", f"{last}-12-31", 65),
                f"Im Titel steht {said}; die Daten selbst nennen keinen anderen Zeitraum.",
                f"The title says {said}; the data themselves name no other period.",
            )


def _proposal(start: str, end: str, certainty: int, de: str, en: str) -> Proposal:
    return Proposal(
        rule=TEMPORAL,
        attribute="temporal",
        values=(PeriodOfTime(start_date=_day(start), end_date=_day(end)),),
        adds=False,
        certainty=certainty,
        evidence_de=de,
        evidence_en=en,
    )


def _day(said: str) -> tuple[Literal, ...]:
    found = date(said)
    return (found,) if found is not None else ()
