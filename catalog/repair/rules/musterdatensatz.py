"""The entry of the Musterdatenkatalog that a dataset is, as dcterms:references (Konventionenhandbuch 2.0)."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.repair.subject import Subject
from schemas import musterdaten
from schemas.model import iri_of
from schemas.proposals import Proposal

REFERENCE = "musterdatensatz"
TITLES = {REFERENCE: ("Eintrag im Musterdatenkatalog", "Entry of the Musterdatenkatalog")}


def propose(subject: Subject) -> Iterator[Proposal]:
    """The surest entry of a dataset that names none; a dataset should name one only."""
    stated = [iri for value in subject.dataset.references if (iri := iri_of(value))]
    kind = subject.kind
    if kind is None or kind.where == "references" or any(map(musterdaten.by_iri, stated)):
        return
    yield Proposal(
        rule=REFERENCE,
        attribute="references",
        values=(kind.entry.iri,),
        certainty=max(1, kind.certainty - 5),
        evidence_de=f"„{kind.words}“ ist im Musterdatenkatalog „{kind.entry.de}“.",
        evidence_en=f"“{kind.words}” is “{kind.entry.en}” in the Musterdatenkatalog.",
    )
