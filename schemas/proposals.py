"""What could be said of a record that it does not say, with the evidence: never applied unless somebody confirms it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from schemas.class_tables import Row
from schemas.dcat import TABLE_OF
from schemas.kinds import Kind, Literal
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


class Unproposed(NamedTuple):
    """What a record lacks and nobody but its publisher can say, and why nothing is proposed for it."""

    attribute: str
    because_de: str
    because_en: str
    part: str | None = None


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
    there = stated(record, attribute) if proposal.adds else ()
    return with_values(record, attribute, (*there, *(value for value in proposal.values if value not in there)))


def stated(record: Resource, attribute: str) -> tuple[Value, ...]:
    """All that a record says of a property: its values, then those that stand in a form which the property has not.

    A text where an IRI belongs is kept as an extra; whoever asks whether something is said must not pass it over.
    """
    own: tuple[Value, ...] = getattr(record, attribute)
    row = _row(record, attribute)
    if row is None or not record.extra:
        return own
    path = str(row.property)
    return (*own, *(value for name, value in record.extra if name == path))


def with_values(record: R, attribute: str, values: Iterable[Value]) -> R:
    """The record with these values of a property and no others; texts where an IRI belongs become extras."""
    row = _row(record, attribute)
    changed: dict[str, Any] = {attribute: tuple(values)}
    if row is not None:
        path = str(row.property)
        strange = [v for v in changed[attribute] if isinstance(v, Literal) and row.kind in (Kind.IRI, Kind.NODE)]
        changed[attribute] = tuple(value for value in changed[attribute] if value not in strange)
        rest = (each for each in record.extra if each[0] != path)
        changed["extra"] = (*rest, *((path, value) for value in strange))
    return replace(record, **changed)


def fitted(record: Resource, proposal: Proposal) -> Proposal:
    """The proposal as one that takes the place of what is there, where the property may have one value only.

    Only where nothing but texts in a wrong place are there: of values in the right form none gives way to another.
    """
    target, name = _target(record, proposal), proposal.attribute.rpartition(".")[2]
    empty = proposal.adds and is_single(record, proposal) and not getattr(target, name)
    return replace(proposal, adds=False) if empty else proposal


def is_single(record: Resource, proposal: Proposal) -> bool:
    """Whether the property that a proposal is about may have one value only, in any profile."""
    row = _row(_target(record, proposal), proposal.attribute.rpartition(".")[2])
    return row is not None and any(demand.maximum == 1 for demand in row.obligations.values())


def _target(record: Resource, proposal: Proposal) -> Resource:
    if proposal.part is None or not isinstance(record, Dataset):
        return record
    parts = [d for d in record.distribution if isinstance(d, Distribution) and is_named(d, proposal.part)]
    return parts[0] if parts else record


def _row(record: Resource, attribute: str) -> Row | None:
    return _ROWS.get(type(record), {}).get(attribute)


_ROWS: Mapping[type[Resource], Mapping[str, Row]] = {
    record_class: {row.attribute: row for row in table.rows} for record_class, table in TABLE_OF.items()
}
