"""What a steward types as the value of a property, in the model's terms; what is no such value is refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, cast

from harvesters.cleaning import municipality_agent
from harvesters.mapping import field_rules
from harvesters.mapping.account import Account
from harvesters.mapping.agents import mailboxes
from harvesters.mapping.periods import periods
from harvesters.mapping.places import places
from harvesters.persons.erasure import office, without_forgotten
from harvesters.persons.readings import without_persons
from harvesters.reading import Context, Harvested, Reading
from schemas import corrections
from schemas.class_tables import Row
from schemas.corrections import NotCorrectable
from schemas.dcat import TABLE_OF
from schemas.kinds import DATATYPES, Kind, Literal, date, is_iri
from schemas.model import (
    Agent,
    Checksum,
    ContactPoint,
    Distribution,
    LicenseDocument,
    Location,
    PeriodOfTime,
    ProvenanceStatement,
    Resource,
    RightsStatement,
    Value,
)
from schemas.validation import fits
from schemas.vocabularies import (
    LISTS,
    Code,
    find_access_right,
    find_availability,
    find_checksum_algorithm,
    find_file_type,
    find_frequency,
    find_language,
    find_license,
    find_media_type,
    find_status,
    find_theme,
)

# Texts in no language.
_BARE = frozenset({"identifier", "version"})
_CHECKSUM = re.compile(r"\s*([A-Za-z0-9-]{3,12})\s*[:=]\s*([0-9A-Fa-f]{8,128})\s*")
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def _one_theme(text: str) -> Code | None:
    found = find_theme(text)
    return found[0] if len(found) == 1 else None


_FIND: Mapping[str, Callable[[str], Code | None]] = {
    "access-right": find_access_right,
    "data-theme": _one_theme,
    "distribution-status": find_status,
    "file-type": find_file_type,
    "frequency": find_frequency,
    "language": find_language,
    "license": find_license,
    "media-type": find_media_type,
    "planned-availability": find_availability,
}


class Typed(NamedTuple):
    """Values in the model's terms, and records of their own that they refer to."""

    values: tuple[Value, ...]
    companions: tuple[Resource, ...] = ()


def typed(record_class: type[Resource], attribute: str, texts: Sequence[str], context: Context, lang: str) -> Typed:
    """The values that some texts name, for a property of a record. Raises NotCorrectable."""
    corrections.property_of(record_class, attribute)
    owner = Distribution if "." in attribute else record_class
    row = next(row for row in TABLE_OF[owner].rows if row.attribute == attribute.rpartition(".")[2])
    for text in texts:
        if _CONTROLS.search(text) or not text.strip():
            raise NotCorrectable(
                f"{attribute}: {text[:60]!r} lässt sich nicht veröffentlichen", f"{text[:60]!r} cannot be published"
            )
    if row.node is Agent:
        return _agents(row, texts, context)
    return Typed(tuple(dict.fromkeys(value for text in texts for value in _values(row, text.strip(), context, lang))))


def _values(row: Row, text: str, context: Context, lang: str) -> Sequence[Value]:
    if row.kind is Kind.TEXT:
        return (Literal(text, None if row.attribute in _BARE else lang),)
    if row.kind is Kind.NOTATION:
        return (Literal(text),)
    if row.kind is Kind.DATE:
        found = date(text)
        return (found,) if found else _refuse(row, text, ("ein Datum wie 2026-11-03", "a date such as 2026-11-03"))
    if row.kind in DATATYPES:
        literal = Literal(text, None, next(iter(DATATYPES[row.kind])))
        return (
            (literal,)
            if fits(literal, row.kind)
            else _refuse(row, text, (f"ein Wert vom Typ {row.kind.value}", f"a value of type {row.kind.value}"))
        )
    if row.vocabulary is not None:
        return (_code(row, text),)
    if row.node in _NODES:
        return _NODES[row.node](row, text, context, lang)
    if is_iri(text):
        return (text,)
    return _refuse(row, text, ("eine IRI", "an IRI"))


def _refuse(row: Row, text: str, wanted: tuple[str, str]) -> Sequence[Value]:
    raise NotCorrectable(
        f"{row.attribute}: {text[:100]!r} passt nicht; verlangt ist {wanted[0]}", f"wanted is {wanted[1]}"
    )


def _code(row: Row, text: str) -> str:
    assert row.vocabulary is not None
    known = LISTS[row.vocabulary]
    find = _FIND.get(row.vocabulary, known.find)
    code = find(text) or known.by_code(text)
    if code is not None and code.iri in known:
        return code.iri
    if is_iri(text) and row.vocabulary_severity != "violation":
        return text
    codes = [code.code for code in known]
    shown = ", ".join(codes[:40]) + (" …" if len(codes) > 40 else "")
    raise NotCorrectable(
        f"{row.attribute}: {text[:100]!r} steht nicht in {known.scheme}; möglich: {shown}", "not in the code list"
    )


def _account(context: Context, attribute: str, lang: str) -> Account:
    account = Account(context, "")
    account.attribute, account.language = attribute, lang
    return account


def _read(
    read: Callable[[Account, str, Any], Sequence[Any]], wanted: tuple[str, str]
) -> Callable[..., Sequence[Value]]:
    def take(row: Row, text: str, context: Context, lang: str) -> Sequence[Value]:
        account = _account(context, row.attribute, lang)
        found = read(account, row.attribute, text)
        return found if found and not account.findings else _refuse(row, text, wanted)

    return take


def _name_and_way(text: str) -> tuple[str, str]:
    """The parts of NAME <ADDRESS>; of any other text no name."""
    name, bracket, rest = text.strip().partition("<")
    way = rest.removesuffix(">").strip().removeprefix("mailto:")
    is_one = bracket and rest.endswith(">") and way and not set(way) & set("<>") and len(way.split()) == 1
    return (name.strip(), way) if is_one and ">" not in name else ("", text)


def _contact(row: Row, text: str, context: Context, lang: str) -> Sequence[Value]:
    name, way = _name_and_way(text)
    fn = (Literal(name, lang),) if name else ()
    account = _account(context, row.attribute, lang)
    if mail := mailboxes(account, row.attribute, way):
        return (ContactPoint(fn=fn, has_email=tuple(mail)),)
    if way.startswith(("http://", "https://")) and is_iri(way):
        return (ContactPoint(fn=fn, has_url=(way,)),)
    return _refuse(row, text, ("eine Mail- oder Webadresse oder NAME <ADRESSE>", "an address, or NAME <ADDRESS>"))


def _checksum(row: Row, text: str, context: Context, lang: str) -> Sequence[Value]:
    match = _CHECKSUM.fullmatch(text)
    algorithm = find_checksum_algorithm(match[1]) if match else None
    if match is None or algorithm is None:
        return _refuse(row, text, ("VERFAHREN:HEX, etwa sha256:…", "ALGORITHM:HEX, for example sha256:…"))
    value = Literal(match[2].lower(), None, next(iter(DATATYPES[Kind.HEX])))
    return (Checksum(algorithm=(algorithm.iri,), checksum_value=(value,)),)


def _stated(node: type[Resource]) -> Callable[..., Sequence[Value]]:
    def take(_row: Row, text: str, _context: Context, lang: str) -> Sequence[Value]:
        make = cast(Any, node)
        return (text if is_iri(text) else make(label=(Literal(text, lang),)),)

    return take


_NODES: Mapping[Any, Callable[..., Sequence[Value]]] = {
    PeriodOfTime: _read(periods, ("ein Zeitraum wie 2024-01-01/2024-12-31", "a period such as 2024-01-01/2024-12-31")),
    Location: _read(places, ("eine IRI oder West,Süd,Ost,Nord in Grad", "an IRI, or west,south,east,north in degrees")),
    ContactPoint: _contact,
    Checksum: _checksum,
    RightsStatement: _stated(RightsStatement),
    ProvenanceStatement: _stated(ProvenanceStatement),
    LicenseDocument: _read(field_rules.addresses, ("eine IRI", "an IRI")),
}


def _agents(row: Row, texts: Sequence[str], context: Context) -> Typed:
    region = context.region
    values: list[Value] = []
    companions: list[Resource] = []
    for text in texts:
        municipality = region.municipality(text)
        if municipality is not None:
            agent = municipality_agent(region.base_url, municipality, region.language)
            values.append(agent.iri or "")
            companions.append(agent)
        elif is_iri(text):
            values.append(text)
        else:
            ids = ", ".join(each.id for each in region.municipalities)
            raise NotCorrectable(
                f"{row.attribute}: {text[:100]!r} ist weder eine IRI noch eine Gemeinde; möglich: {ids}",
                "neither an IRI nor a municipality",
            )
    return Typed(tuple(values), tuple(companions))


def refuse_persons(record: Resource, attribute: str, names: Sequence[str], said: str, context: Context) -> None:
    """Refuses a value that names a person where the source may not, or somebody whom the region has forgotten.

    Takes the record as its source gives it, and the value's statements. Raises NotCorrectable, which does not repeat it.
    """
    wish = corrections.Correction(attribute, said, part=names[0] if names else "")
    corrected = corrections.apply(record, [wish])
    if not corrected.corrected:
        return
    reading = Reading("", cast(Harvested, corrected.record), companions=corrected.companions)
    if context.source.personal_data == "remove":
        reading = without_persons(reading, context)
    if context.forgotten:
        reading = without_forgotten(reading, context.forgotten, office(context), context.source.key)
    if reading.companions != corrected.companions or not corrections.same(
        type(record),
        attribute,
        corrections.statements_of(reading.record, attribute, names) or "",
        corrections.statements_of(corrected.record, attribute, names) or "",
    ):
        raise NotCorrectable(
            f"{attribute}: Der Wert nennt eine Person; nennen Sie eine Stelle, oder erlauben Sie Personen (personal_data)",
            "the value names a person; name an office, or allow persons for the source",
        )
