"""How often data of a kind are brought up to date: as neighbours say of theirs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from catalog.repair.subject import Subject, others
from schemas.model import iri_of
from schemas.proposals import Proposal
from schemas.vocabularies import LISTS

FREQUENCY = "frequency"
TITLES = {FREQUENCY: ("Wie oft die Daten erneuert werden", "How often the data are updated")}
_ASKED = 5


def propose(subject: Subject) -> Iterator[Proposal]:
    """The frequency that all neighbours who state one have in common."""
    if subject.dataset.accrual_periodicity:
        return
    said: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for each in others(subject)[:_ASKED]:
        record = subject.record_of(each.key)
        for value in record.accrual_periodicity if record is not None else ():
            if (iri := iri_of(value)) in LISTS["frequency"] and iri is not None:
                said[iri] += 1
                titles.setdefault(iri, each.title)
    if len(said) == 1:
        ((iri, number),) = said.items()
        code = LISTS["frequency"].by_iri(iri)
        de, en = (code.de, code.en) if code is not None else (iri, iri)
        yield Proposal(
            rule=FREQUENCY,
            attribute="accrual_periodicity",
            values=(iri,),
            certainty=40 + 10 * min(number, 3),
            evidence_de=f"Datensätze derselben Art in der Region geben „{de}“ an, etwa „{titles[iri]}“.",
            evidence_en=f"Datasets of the same kind in the region say “{en}”, for example “{titles[iri]}”.",
        )
