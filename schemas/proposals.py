"""What could be said of a record that it does not say, with the evidence: never applied unless somebody confirms it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from schemas.model import Dataset, Distribution, Resource, Value, iri_of

R = TypeVar("R", bound=Resource)
CERTAIN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """One missing or better point of one record.

    ``attribute`` is the path in the model: ``theme``, or ``distribution.format`` for the distribution that ``part``
    names (:func:`is_named`). ``values`` stand in the model's terms; they join those that are there (``adds``) or take
    their place. ``certainty`` is 1 to 100. ``evidence`` says in one sentence where this is known from. ``record`` is the
    IRI of the record where a proposal concerns another than the one that was asked about (members of a series).
    ``companions`` are records of their own that the values refer to and that do not exist yet.
    """

    rule: str
    attribute: str
    values: tuple[Value, ...]
    evidence_de: str
    evidence_en: str
    certainty: int = CERTAIN
    adds: bool = True
    part: str | None = None
    record: str | None = None
    companions: tuple[Resource, ...] = ()


def name_of(distribution: Distribution) -> str | None:
    """What a distribution is called in a proposal: its IRI, else its download address, else its access address."""
    return distribution.iri or next(
        (iri for value in (*distribution.download_url, *distribution.access_url) if (iri := iri_of(value))), None
    )


def is_named(distribution: Distribution, name: str) -> bool:
    """Whether the distribution bears the name: as IRI, as download or as access address."""
    return name == distribution.iri or any(
        iri_of(value) == name for value in (*distribution.download_url, *distribution.access_url)
    )


def applied(record: R, proposals: Iterable[Proposal]) -> R:
    """The record as it would be with the proposals; a part that it does not have changes nothing.

    Raises AttributeError for a path that the record's class does not have.
    """
    for proposal in proposals:
        head, _, rest = proposal.attribute.partition(".")
        if not rest:
            record = _with(record, head, proposal)
        elif isinstance(record, Dataset) and head == "distribution":
            record = replace(record, distribution=tuple(_part(each, rest, proposal) for each in record.distribution))
        else:
            raise AttributeError(f"{type(record).__name__} has no path {proposal.attribute!r}")
    return record


def _part(distribution: Any, attribute: str, proposal: Proposal) -> Any:
    if not isinstance(distribution, Distribution):
        return distribution
    if proposal.part is not None and not is_named(distribution, proposal.part):
        return distribution
    return _with(distribution, attribute, proposal)


def _with(record: R, attribute: str, proposal: Proposal) -> R:
    there: tuple[Value, ...] = getattr(record, attribute) if proposal.adds else ()
    values = there + tuple(value for value in proposal.values if value not in there)
    changed: dict[str, Any] = {attribute: values}
    return replace(record, **changed)
