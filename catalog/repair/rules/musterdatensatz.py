"""The entry of the Musterdatenkatalog that a dataset is, as dcterms:references (Konventionenhandbuch 2.0)."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.repair.subject import Subject
from schemas import musterdaten
from schemas.convention_rules import names_of
from schemas.kinds import Literal
from schemas.model import iri_of
from schemas.proposals import Proposal

REFERENCE, KEYWORD = "musterdatensatz", "musterdatensatz-keyword"
TITLES = {
    REFERENCE: ("Eintrag im Musterdatenkatalog", "Entry of the Musterdatenkatalog"),
    KEYWORD: ("Schlagwort des Musterdatensatzes", "Keyword of the entry of the Musterdatenkatalog"),
}


def propose(subject: Subject) -> Iterator[Proposal]:
    """The surest entry of a dataset that names none; a dataset should name one only."""
    stated = [iri for value in subject.dataset.references if (iri := iri_of(value))]
    yield from _keyword(subject, stated)
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


def _keyword(subject: Subject, stated: list[str]) -> Iterator[Proposal]:
    """The name of the entry that the dataset states, which the convention wants among the keywords."""
    words = {word.text.lower() for word in subject.dataset.keyword}
    for entry in filter(None, map(musterdaten.by_iri, stated)):
        if words.isdisjoint(names_of(entry)):
            yield Proposal(
                rule=KEYWORD,
                attribute="keyword",
                values=(Literal(entry.de.split(" – ")[-1], "de"),),
                certainty=95,
                evidence_de=f"Die Quelle nennt den Musterdatensatz „{entry.de}“, aber kein Schlagwort dazu.",
                evidence_en=f"The source names the entry “{entry.en}” of the Musterdatenkatalog, but no keyword of it.",
            )
