"""How the data came to be and to what they conform: lineage, conformity results."""

from __future__ import annotations

import re
from collections.abc import Sequence

from harvesters.iso.codes import CONFORMITY_BASE
from harvesters.iso.elements import Element, anchor, first, found, text
from harvesters.iso.record import IsoRecord
from harvesters.mapping.account import Account
from harvesters.mapping.native_values import address_of
from schemas.kinds import Literal, date, is_web
from schemas.model import ProvenanceStatement, Resource, Standard, Value
from schemas.namespaces import DCTERMS, PROV

_REGULATIONS = {
    f"{number}/{year}": f"http://data.europa.eu/eli/reg/{year}/{number}"
    for number, year in ((1089, 2010), (976, 2009), (268, 2010), (1205, 2008))
}
_REGULATION = re.compile("|".join(_REGULATIONS))


def enter_quality(account: Account, record: IsoRecord) -> None:
    """Lineage as provenance; what the data conform to; other results of tests in the terms of GeoDCAT-AP 3."""
    for path, element in record.paths("dataQualityInfo/lineage", "resourceLineage"):
        for statement in found(element, "statement"):
            if words := record.literals(statement):
                account.add("provenance", [ProvenanceStatement(label=tuple(words))], f"{path}/statement", "copy")
        for step in found(element, "processStep/description", "source/description"):
            if said := text(step):
                account.leave(f"{path}/description", said)
    for path, element in record.paths("dataQualityInfo/report/result"):
        if first(element, "specification") is not None:
            _enter_result(account, record, path, element)


def _enter_result(account: Account, record: IsoRecord, path: str, result: Element) -> None:
    specification = first(result, "specification")
    title = first(specification, "title")
    words = record.literals(title)
    address = anchor(title) or next((each.text for each in words if is_web(each.text)), "")
    known = (address_of(address) if address else None) or _regulation([each.text for each in words])
    dated = [typed for each in found(specification, "date") if (typed := date(text(first(each, "date"))))]
    issued: tuple[tuple[str, Value], ...] = tuple((str(DCTERMS.issued), each) for each in dated[:1])
    standard = Standard(iri=known, title=tuple(each for each in words if not is_web(each.text)), extra=issued)
    if not (standard.iri or standard.title):
        return
    passed = text(first(result, "pass")).lower()
    if passed in ("true", "1"):
        account.add("conforms_to", [standard], path, "copy")
        return
    degree = "notConformant" if passed in ("false", "0") else "notEvaluated"
    explanation = tuple((str(DCTERMS.description), each) for each in record.literals(first(result, "explanation")))
    account.extra.append((str(PROV.wasUsedBy), _activity(account, standard, degree, explanation)))
    account.note("wasUsedBy", path, "copy")


def _regulation(words: Sequence[str]) -> str | None:
    """The ELI of one of INSPIRE's regulations, whatever its title's language."""
    numbers = {match[0] for each in words if "2007/2" in each for match in _REGULATION.finditer(each)}
    return _REGULATIONS[numbers.pop()] if len(numbers) == 1 else None


def _activity(
    account: Account, standard: Standard, degree: str, explanation: tuple[tuple[str, Literal], ...]
) -> Resource:
    """The test of conformity as an activity (GeoDCAT-AP 3, conformity)."""
    plan = Resource(types=(str(PROV.Plan),), extra=((str(PROV.wasDerivedFrom), standard),))
    association = Resource(types=(str(PROV.Association),), extra=((str(PROV.hadPlan), plan),))
    outcome = Resource(types=(str(PROV.Entity),), extra=((str(DCTERMS.type), CONFORMITY_BASE + degree), *explanation))
    return Resource(
        types=(str(PROV.Activity),),
        extra=(
            (str(PROV.used), account.focus),
            (str(PROV.qualifiedAssociation), association),
            (str(PROV.generated), outcome),
        ),
    )
