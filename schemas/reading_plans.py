"""Where the values of a property go that a document spells in one way or another: the table of DCAT-AP, ready for reading."""

from __future__ import annotations

from typing import NamedTuple

from schemas.dcat import TABLE_OF
from schemas.kinds import Kind
from schemas.model import Resource
from schemas.normalisations import present_property
from schemas.triples import RDF_TYPE

# What a value is taken as: up to GEOMETRY it goes into an attribute.
LITERAL, REFERENCE, GEOMETRY, TYPED, EXTRA = range(5)
_LITERAL_KINDS = frozenset(
    {Kind.TEXT, Kind.DATE, Kind.DECIMAL, Kind.INTEGER, Kind.DURATION, Kind.HEX, Kind.NOTATION, Kind.GEOMETRY}
)


class Plan(NamedTuple):
    """What to do with the values of a property as it is spelled in a document."""

    attribute: str
    mode: int
    node: type[Resource] | None
    property: str


class Plans(dict[str, Plan]):
    """The plans of one class, by the property's spelling; one that the table does not know is kept as an extra."""

    def __init__(self, record_class: type[Resource]) -> None:
        super().__init__({RDF_TYPE: Plan("types", TYPED, None, RDF_TYPE)})
        table = TABLE_OF.get(record_class)
        self.types = frozenset(str(t) for t in table.types) if table else frozenset()
        for row in table.rows if table else ():
            mode = LITERAL if row.kind in _LITERAL_KINDS else REFERENCE
            if row.kind is Kind.GEOMETRY and row.attribute == "geometry":
                mode = GEOMETRY
            plan = Plan(row.attribute, mode, row.node, str(row.property))
            for spelled in (row.property, *row.reads):
                self.setdefault(str(spelled), plan)
            self[str(row.property)] = plan

    def __missing__(self, spelled: str) -> Plan:
        known = self.get(present_property(spelled))
        plan = known or Plan("", EXTRA, None, present_property(spelled))
        if len(self) < 10_000:
            self[spelled] = plan
        return plan


_PLANS: dict[type[Resource], Plans] = {}


def plans_of(record_class: type[Resource]) -> Plans:
    """The plans of a class, made once."""
    plans = _PLANS.get(record_class)
    if plans is None:
        plans = _PLANS[record_class] = Plans(record_class)
    return plans


def place_of(record_class: type[Resource], spelled: str) -> tuple[str | None, str]:
    """Where a property in any spelling goes: the attribute (None: it is kept as an extra) and its present IRI."""
    plan = plans_of(record_class)[spelled]
    return plan.attribute or None, plan.property
