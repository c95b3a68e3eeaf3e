"""A record and a profile to findings, by the table of :mod:`schemas.dcat` and the rules of :mod:`schemas.rules`.

Obligations become severities as in the official shapes: a missing mandatory or a surplus value is a violation, a
missing recommended one a warning (DCAT-AP 3.0.1 shapes and shapes_recommended; DCAT-AP.de 3.0).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from operator import attrgetter
from typing import Any, NamedTuple, cast

from schemas import rules
from schemas.dcat import HVD_LEGISLATION, TABLE_OF, Row
from schemas.findings import Finding, Severity, declare
from schemas.kinds import DATATYPES, Kind, Literal, date
from schemas.model import ContactPoint, Resource, iri_of
from schemas.vocabularies import LISTS

MISSING = declare(
    "missing-mandatory",
    "Die Pflichtangabe {0} fehlt.",
    "The mandatory property {0} is missing.",
    "Ergänzen Sie {0} an der Quelle.",
    "Add {0} at the source.",
    "DCAT-AP 3.0.1, DCAT-AP.de 3.0: class tables",
)
RECOMMENDED = declare(
    "missing-recommended",
    "Die empfohlene Angabe {0} fehlt.",
    "The recommended property {0} is missing.",
    "Ergänzen Sie {0} an der Quelle; der Datensatz wird so besser gefunden und bewertet.",
    "Add {0} at the source; the record will be found and rated better.",
    "DCAT-AP 3.0.1 shapes_recommended",
)
TOO_MANY = declare(
    "too-many-values",
    "{0} darf höchstens {1}-mal angegeben sein, hier {2}-mal.",
    "{0} may be given {1} times at most, here {2} times.",
    "Lassen Sie an der Quelle nur den zutreffenden Wert stehen.",
    "Keep only the value that applies at the source.",
    "DCAT-AP 3.0.1, DCAT-AP.de 3.0: class tables",
)
NODE_KIND = declare(
    "wrong-kind",
    "{0} hat den Wert „{1}“; verlangt ist {2}.",
    "{0} has the value “{1}”; what is demanded is {3}.",
    "Geben Sie {0} an der Quelle in der verlangten Form an.",
    "Give {0} at the source in the form demanded.",
    "DCAT-AP 3.0.1 range shapes (sh:nodeKind)",
)
DATATYPE = declare(
    "wrong-datatype",
    "{0} hat den Wert „{1}“, der kein gültiger Wert vom Typ {2} ist.",
    "{0} has the value “{1}”, which is no valid value of type {2}.",
    "Geben Sie {0} an der Quelle als {2} an, ein Datum zum Beispiel als 2026-11-03.",
    "Give {0} as {2} at the source, a date for example as 2026-11-03.",
    "DCAT-AP 3.0.1 range shapes (sh:datatype)",
)
NOT_IN_LIST = declare(
    "not-in-code-list",
    "{0} hat den Wert {1}, der nicht in der Codeliste {2} steht.",
    "{0} has the value {1}, which is not in the code list {2}.",
    "Wählen Sie einen Wert aus {3}.",
    "Choose a value from {3}.",
    "DCAT-AP 3.0.1 section 10; DCAT-AP.de 3.0 controlled vocabularies",
)
DEPRECATED = declare(
    "deprecated-property",
    "{0} ist in DCAT-AP.de 3.0 veraltet.",
    "{0} is deprecated in DCAT-AP.de 3.0.",
    "Die Angabe darf bleiben; neue Einträge sollten ohne sie auskommen.",
    "It may stay; new entries should do without it.",
    "DCAT-AP.de 3.0 deprecated",
)
UNPARSEABLE = declare(
    "unparseable",
    "Nicht lesbar: {0}",
    "Not readable: {1}",
    "Prüfen Sie das Dokument an der genannten Stelle.",
    "Check the document at the place named.",
)


class _Check(NamedTuple):
    row: Row
    path: str
    name: str
    maximum: int | None
    severity: Severity | None
    deprecated: bool = False
    instead: str | None = None


# A contact is reached by the one or the other: DCAT-AP.de recommends both, so that neither is forgotten where there is
# none, and demands any one of the ways (rules.contact_has_a_way). Who gives an office's mailbox owes no web form.
_EITHER = {(ContactPoint, "has_email"): "has_url", (ContactPoint, "has_url"): "has_email"}


def name_of(property_iri: str) -> str:
    """The short name of a property as people read it: the part behind the last ``#`` or ``/``."""
    return property_iri.rsplit("#", 1)[-1].rsplit("/", 1)[-1]


@cache
def _checks(record_class: Any, profile: str) -> tuple[Any, tuple[_Check, ...], dict[str, Row]]:
    table = TABLE_OF[record_class]
    checks = []
    for row in table.rows:
        demand = row.obligations.get(profile)
        severity = None
        if demand is not None and demand.level == "M":
            severity = Severity.VIOLATION
        elif demand is not None and demand.level == "R" and not row.deprecated:
            # What a profile lists as recommended and calls deprecated is asked of nobody.
            severity = Severity.WARNING
        path = str(row.property)
        maximum = demand.maximum if demand else None
        deprecated = row.deprecated and demand is not None
        instead = _EITHER.get((record_class, row.attribute))
        checks.append(_Check(row, path, name_of(path), maximum, severity, deprecated, instead))
    getter = attrgetter(*(row.attribute for row in table.rows), "iri")
    return getter, tuple(checks), {str(row.property): row for row in table.rows}


def check(record: Resource, profile: str, companions: Iterable[Resource] = ()) -> tuple[Finding, ...]:
    """The findings on a record, on what is described in it and on its companions.

    Takes a profile of :data:`schemas.dcat.PROFILES`; HVD is checked in addition where the record carries the HVD
    legislation (DCAT-AP HVD 3.0.0).
    """
    findings: list[Finding] = []
    for root in (record, *companions):
        focus = root.iri or "_:record"
        _check(root, focus, profile, findings)
        legislation = getattr(root, "applicable_legislation", ())
        if HVD_LEGISLATION in [iri_of(value) for value in legislation]:
            _check_obligations(root, focus, "hvd", findings)
            for nested in getattr(root, "distribution", ()):
                if isinstance(nested, Resource):
                    _check_obligations(nested, nested.iri or focus, "hvd", findings)
        findings.extend(rules.check(root, focus, profile))
    return tuple(dict.fromkeys(findings))


def _check(record: Resource, parent: str, profile: str, findings: list[Finding]) -> None:
    focus = record.iri or parent
    if type(record) not in TABLE_OF:
        return
    getter, checks, rows = _checks(cast(Any, type(record)), profile)
    for each, values in zip(checks, getter(record), strict=False):
        if not values:
            findings.extend(_missing(each, record, focus))
            continue
        if each.maximum is not None and len(values) > each.maximum:
            findings.append(_too_many(each, values, focus))
        findings.extend(_check_values(each, values, focus))
        for value in values:
            if isinstance(value, Resource):
                _check(value, focus, profile, findings)
    for path, value in record.extra:
        row = rows.get(path)
        if row is not None:
            literal = isinstance(value, Literal)
            shown = value.text if isinstance(value, Literal) else (iri_of(value) or "_:")
            wanted = ("eine IRI", "an IRI") if literal else ("ein Text", "a text")
            findings.append(Finding(Severity.VIOLATION, focus, path, NODE_KIND, (name_of(path), shown[:120], *wanted)))
        if isinstance(value, Resource):
            _check(value, focus, profile, findings)


def _check_obligations(record: Resource, focus: str, profile: str, findings: list[Finding]) -> None:
    getter, checks, _ = _checks(cast(Any, type(record)), profile)
    for each, values in zip(checks, getter(record), strict=False):
        if not values:
            findings.extend(_missing(each, record, focus))
        elif each.maximum is not None and len(values) > each.maximum:
            findings.append(_too_many(each, values, focus))


def _missing(each: _Check, record: Resource, focus: str) -> Iterator[Finding]:
    if each.severity is not None and not (each.instead and getattr(record, each.instead)):
        rule = MISSING if each.severity is Severity.VIOLATION else RECOMMENDED
        yield Finding(each.severity, focus, each.path, rule, (each.name,))


def _too_many(each: _Check, values: tuple[Any, ...], focus: str) -> Finding:
    return Finding(Severity.VIOLATION, focus, each.path, TOO_MANY, (each.name, str(each.maximum), str(len(values))))


def _check_values(each: _Check, values: tuple[Any, ...], focus: str) -> Iterator[Finding]:
    row = each.row
    if row.kind in DATATYPES:
        for value in values:
            if not fits(value, row.kind):
                datatype = "xsd:date" if row.kind is Kind.DATE else "xsd:" + name_of(next(iter(DATATYPES[row.kind])))
                shown = (each.name, value.text[:120], datatype)
                yield Finding(Severity.VIOLATION, focus, each.path, DATATYPE, shown)
    elif row.vocabulary is not None and row.vocabulary_severity:
        known = LISTS[row.vocabulary]
        for value in values:
            iri = iri_of(value)
            if iri is None or iri not in known:
                arguments = (each.name, iri or "_:", row.vocabulary, known.scheme)
                yield Finding(Severity(row.vocabulary_severity), focus, each.path, NOT_IN_LIST, arguments)
    if each.deprecated:
        yield Finding(Severity.WARNING, focus, each.path, DEPRECATED, (each.name,))


_LEXICAL = {
    Kind.DECIMAL: re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
    Kind.INTEGER: re.compile(r"\+?\d+|-0+"),
    Kind.DURATION: re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"),
    Kind.HEX: re.compile(r"([0-9a-fA-F]{2})+"),
}


def fits(value: Literal, kind: Kind) -> bool:
    """Whether a literal has a datatype of its kind and a lexical form that the datatype allows (XSD 1.1 part 2)."""
    if value.datatype not in DATATYPES[kind]:
        return False
    if kind is Kind.DATE:
        typed = date(value.text)
        # What date() had to rewrite, as 3.11.2026, is no lexical form of XSD.
        return typed is not None and typed.datatype == value.datatype and typed.text == value.text.strip()
    return _LEXICAL[kind].fullmatch(value.text.strip()) is not None
