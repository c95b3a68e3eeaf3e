"""Accepting proposals: each becomes a correction, all of them one publication."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from catalog.corrections.publication import Wish
from catalog.repair.proposing import Advice, Weighed
from catalog.repair.rules import titles
from schemas import hvd
from schemas.model import DataService, Dataset, DatasetSeries
from schemas.region import ConfigurationError


def chosen(advice: Iterable[Advice], rules: Collection[str], least: int = 0) -> list[Weighed]:
    """The proposals of the rules, as far as they are so certain at least; with an HVD category also what follows from it.

    Raises ConfigurationError for a rule that there is not, naming those that there are.
    """
    unknown = sorted(set(rules) - titles().keys())
    if unknown:
        allowed = ", ".join(sorted(titles()))
        raise ConfigurationError(f"--accept: Regel {unknown[0]!r} gibt es nicht; möglich: {allowed} (no such rule)")
    return [
        weighed
        for each in advice
        for weighed in _with_completion(
            each, [w for w in each.proposals if w.proposal.rule in rules and w.proposal.certainty >= least]
        )
    ]


def _with_completion(advice: Advice, own: list[Weighed]) -> Iterator[Weighed]:
    yield from own
    confirmed = [w for w in own if w.proposal.rule == hvd.CATEGORY and w.key == advice.entry.key]
    if not confirmed or not isinstance(dataset := confirmed[0].present, Dataset) or hvd.is_confirmed(dataset):
        return
    categories = tuple(str(value) for w in confirmed for value in w.proposal.values)
    confirmed_dataset = replace(dataset, hvd_category=(*dataset.hvd_category, *categories))
    related = {iri: other for iri, other in advice.related.items() if isinstance(other[1], DataService | DatasetSeries)}
    records = [other for _, other in related.values()]
    for proposal in hvd.completion(
        confirmed_dataset, [r for r in records if isinstance(r, DataService | DatasetSeries)]
    ):
        if proposal.record in (None, advice.entry.iri):
            yield Weighed(proposal, advice.entry.key, advice.entry.key, 0, advice.entry.iri, dataset)
        elif proposal.record in related:
            key, other = related[proposal.record]
            yield Weighed(proposal, key, advice.entry.key, 0, proposal.record, other)


def wishes(weighed: Iterable[Weighed]) -> list[Wish]:
    """Proposals as wishes, one for each place; several that add to one place are joined."""
    found: dict[tuple[str, str, str | None], Weighed] = {}
    for each in weighed:
        place = (each.key, each.proposal.attribute, each.proposal.part)
        known = found.get(place)
        if known is None:
            found[place] = each
        elif each.proposal.adds and known.proposal.adds:
            values = dict.fromkeys((*known.proposal.values, *each.proposal.values))
            companions = dict.fromkeys((*known.proposal.companions, *each.proposal.companions))
            found[place] = replace(
                known, proposal=replace(known.proposal, values=tuple(values), companions=tuple(companions))
            )
    return [
        Wish(
            *(each.key, each.proposal.attribute, each.value, each.names, each.proposal.rule),
            *(each.proposal.evidence_de, each.proposal.evidence_en),
        )
        for each in found.values()
    ]
