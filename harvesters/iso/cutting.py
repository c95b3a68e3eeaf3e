"""Cuts the metadata records out of what holds them: a catalogue's answer, a harvesting protocol's, or a file of one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from lxml import etree

from harvesters.iso.elements import Element, canonical, children, first, name, namespace, parse, text
from harvesters.reading import UNREADABLE_RECORD, Native
from schemas.findings import Finding, Severity
from schemas.syntax import Unreadable

_CSW = ("http://www.opengis.net/cat/csw",)
_DUBLIN_CORE = ("http://www.openarchives.org/OAI/2.0/oai_dc", "http://purl.org/dc/")
_GMD = "http://www.isotc211.org/2005/gmd"
_CSW_RECORDS = frozenset({"Record", "SummaryRecord", "BriefRecord"})


class Cut(NamedTuple):
    """What was cut out of a document: its records, and findings on what could not be."""

    natives: tuple[Native, ...]
    unusable: tuple[Finding, ...] = ()


def is_iso(element: Element) -> bool:
    """Whether an element is a metadata record of ISO 19139, one of its profiles (MI, CHE), or ISO 19115-3."""
    return name(element).endswith("_Metadata") and name(element)[:1].isupper()


def is_dublin_core(element: Element) -> bool:
    """Whether an element is a record of Dublin Core terms: csw:Record in its three lengths, or oai_dc."""
    space = namespace(element)
    if name(element) in _CSW_RECORDS:
        return space.startswith(_CSW)
    return name(element) in ("dc", "qualifieddc") and space.startswith(_DUBLIN_CORE)


def records_in(root: Element) -> Iterator[Element]:
    """The records in a document, the document itself included; none within another."""
    if is_iso(root) or is_dublin_core(root):
        yield root
        return
    for child in children(root):
        yield from records_in(child)


def native_of(element: Element, location: str | None = None) -> Native:
    """One record as readers take it: its canonical bytes, which are its fingerprint as well."""
    body = canonical(element)
    return Native(body, body, location)


def cut(root: Element, place: str) -> Cut:
    """All records of a document; one that cannot be written as bytes is a finding that names its place."""
    return cut_all(records_in(root), place)


def cut_all(records: Iterable[Element], place: str, catalogue: str | None = None) -> Cut:
    """The records as readers take them; those of a ``catalogue`` (its address) with the address of the single record."""
    natives: list[Native] = []
    unusable: list[Finding] = []
    for number, element in enumerate(records, 1):
        try:
            natives.append(native_of(element, _single_address(element, catalogue)))
        except (etree.C14NError, ValueError, RecursionError) as error:
            reason = f"{place}#{number}: {type(error).__name__}"
            unusable.append(Finding(Severity.VIOLATION, f"{place}#{number}", None, UNREADABLE_RECORD, (reason,)))
    return Cut(tuple(natives), tuple(unusable))


def identifier_in(element: Element) -> str:
    """The identifier under which a catalogue keeps a record; empty if it states none."""
    if is_iso(element):
        return text(first(element, "fileIdentifier")) or text(first(element, "metadataIdentifier/code"))
    return next((text(child) for child in children(element) if name(child) == "identifier"), "")


def _single_address(element: Element, catalogue: str | None) -> str | None:
    identifier = identifier_in(element) if catalogue else ""
    if not catalogue or not identifier:
        return None
    version = "3.0.0" if namespace(element).endswith("/csw/3.0") else "2.0.2"
    asked = {"service": "CSW", "version": version, "request": "GetRecordById", "elementSetName": "full"}
    if is_iso(element):
        asked["outputSchema"] = namespace(element) if not name(element).startswith("CHE") else _GMD
    asked["id"] = identifier
    return f"{catalogue}{'&' if '?' in catalogue else '?'}{urlencode(asked)}"


def single(body: bytes) -> Element:
    """The record in the bytes of one, also if a GetRecordById answer is around it.

    Raises Unreadable if there is none, or if there are several.
    """
    root, _ = parse(body)
    records = list(records_in(root))
    if len(records) != 1:
        raise Unreadable(
            f"{len(records)} Metadatensätze statt eines (Wurzelelement {name(root)})",
            f"{len(records)} metadata records instead of one (root element {name(root)})",
        )
    return records[0]
