"""Accepting proposals: each becomes a correction, all of them one publication."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from catalog.corrections.publication import Wish
from catalog.repair.proposing import Advice, Weighed
from catalog.repair.rules import titles
from schemas import hvd
from schemas.model import DataService, Dataset, DatasetSeries
from schemas.proposals import is_single
from schemas.region import ConfigurationError

_ID = re.compile(r"[a-z2-7]{8}")


# What a law hangs on is not declared in bulk while it is doubtful.
ONE_BY_ONE = {hvd.CATEGORY: 75}


def doubtful(weighed: Weighed) -> bool:
    """Whether a proposal is to be looked at by itself: its rule has grave consequences, and it is not certain enough."""
    return weighed.proposal.certainty < ONE_BY_ONE.get(weighed.proposal.rule, 0)


def chosen(advice: Iterable[Advice], names: Collection[str], least: int = 0, bulk: bool = False) -> list[Weighed]:
    """The proposals that are named: by a rule, as far as they are so certain at least, or each by its own id.

    ``bulk``: for many records at once; what is doubtful is then left out. With an HVD category comes what follows from
    it. Raises ConfigurationError for a rule that there is not, naming those that there are, and for an id that is not, or
    no longer, that of a proposal.
    """
    unknown = sorted(name for name in names if name not in titles() and not _ID.fullmatch(name))
    if unknown:
        allowed = ", ".join(sorted(titles()))
        raise ConfigurationError(f"--accept: Regel {unknown[0]!r} gibt es nicht; möglich: {allowed} (no such rule)")
    missing = {name for name in names if name not in titles()}
    found = []
    for each in advice:
        own = [
            w
            for w in each.proposals
            if w.id in names
            or (w.proposal.rule in names and w.proposal.certainty >= least and not (bulk and doubtful(w)))
        ]
        missing -= {w.id for w in own}
        found += list(_with_completion(each, own))
    if missing:
        gone = ", ".join(sorted(missing))
        raise ConfigurationError(
            f"--accept: {gone} ist weder eine Regel noch ein Vorschlag, der noch gilt (no rule, and no proposal any more)"
        )
    return found


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
    """Proposals as wishes, one for each place; several that add to one place are joined.

    Where only one value may stand and datasets that share a service say different ones, none of them is taken.
    """
    found: dict[tuple[str, str, str | None], Weighed] = {}
    disputed = set()
    for each in weighed:
        place = (each.key, each.proposal.attribute, each.proposal.part)
        known = found.get(place)
        if known is None:
            found[place] = each
        elif known.about != each.about and is_single(each.present, each.proposal):
            if known.proposal.values != each.proposal.values:
                disputed.add(place)
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
        for place, each in found.items()
        if place not in disputed
    ]
