"""Cuts what an OAI-PMH record holds into natives of the readers that understand it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lxml import etree

from harvesters.iso.cutting import is_dublin_core, is_iso, native_of
from harvesters.oai.answers import Record, address
from harvesters.readers import dcat
from harvesters.reading import UNREADABLE_RECORD, Native
from schemas.findings import Finding, Severity, declare
from schemas.kinds import is_web
from schemas.limits import Limits
from schemas.namespaces import DCAT
from schemas.syntax import Unreadable, check_elements, parse
from schemas.xml_tree import local_name, namespace, written

UNKNOWN_FORMAT = declare(
    "oai-format-unknown",
    "Der Eintrag ist in einem Format, das nicht gelesen wird ({0}), und wurde zurückgestellt.",
    "The entry is in a format that is not read ({0}) and was set aside.",
    "Nennen Sie unter [oaipmh] prefix ein Format mit DCAT, ISO 19139 oder Dublin Core.",
    "Name a format with DCAT, ISO 19139 or Dublin Core under [oaipmh] prefix.",
)

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"


@dataclass(frozen=True, slots=True)
class OaiNative:
    """One record inside an OAI-PMH record: which reader understands ``native``, and its identifier in the repository.

    ``identifier`` is empty where the repository's cannot be trusted, ``alone`` says that nothing else was in the record.
    """

    reader: str
    native: Native
    identifier: str
    alone: bool = True


class Cut(NamedTuple):
    """The records of a part of a list as natives, those that could not be cut, remarks, and which are gone."""

    natives: list[Native]
    unusable: list[Finding]
    remarks: list[Finding]
    deleted: list[str]


class Places(NamedTuple):
    """The answer's address, the repository's, the prefix asked for, and the region's under which nobody is believed."""

    answer: str
    base: str
    prefix: str
    region: str


def cut(records: Sequence[Record], places: Places, limits: Limits) -> Cut:
    """The natives of the records of an answer."""
    result = Cut([], [], [], [record.identifier for record in records if record.deleted])
    times = Counter(record.identifier for record in records if not record.deleted)
    # pycsw names all records of a part by the identifier of the first.
    trusted = all(number == 1 for number in times.values())
    for number, record in enumerate(records):
        if record.deleted:
            continue
        place = record.identifier if trusted and record.identifier else f"{places.answer}#{number + 1}"
        if record.payload is None:
            reason = "no metadata"
            result.unusable.append(Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (reason,)))
            continue
        identifier = record.identifier if trusted else ""
        reader = reader_of(record.payload)
        if reader == "dcat":
            _cut_dcat(result, record.payload, identifier, place, places, limits)
        elif reader:
            location = address(places.base, "GetRecord", identifier=record.identifier, metadataPrefix=places.prefix)
            native = native_of(record.payload, location if trusted else None)
            result.natives.append(Native(OaiNative(reader, native, identifier), native.fingerprint, native.location))
        else:
            shown = f"{local_name(record.payload)}, {namespace(record.payload)}"[:200]
            result.unusable.append(Finding(Severity.VIOLATION, place, None, UNKNOWN_FORMAT, (shown,)))
    return result


def reader_of(payload: etree._Element) -> str | None:
    """The reader that understands an element, by its name and namespace."""
    if namespace(payload) in (_RDF, str(DCAT)):
        return "dcat"
    if is_iso(payload):
        return "iso19139"
    return "dublincore" if is_dublin_core(payload) else None


def _cut_dcat(
    result: Cut, payload: etree._Element, identifier: str, place: str, places: Places, limits: Limits
) -> None:
    document = written(payload)
    if namespace(payload) != _RDF:
        # A node element without rdf:RDF around it is RDF/XML too, but not to every parser.
        document = b'<rdf:RDF xmlns:rdf="%s">%s</rdf:RDF>' % (_RDF.encode(), document)
    try:
        check_elements(document, "RDF/XML")
        found = dcat.cut(parse(document, "rdf", places.answer), places.region, limits)
    except Unreadable as unreadable:
        result.unusable.append(Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (str(unreadable),)))
        return
    result.unusable.extend(found.unusable)
    result.remarks.extend(found.remarks)
    if not (found.natives or found.unusable):
        shown = "RDF without a dcat:Dataset"
        result.unusable.append(Finding(Severity.VIOLATION, place, None, UNKNOWN_FORMAT, (shown,)))
    for native in found.natives:
        alone = len(found.natives) == 1 and is_web(native.data.subject)
        data = OaiNative("dcat", native, identifier, alone)
        result.natives.append(Native(data, native.fingerprint, native.location))
