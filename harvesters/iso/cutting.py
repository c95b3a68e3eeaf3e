"""Cuts the metadata records out of what holds them: a catalogue's answer, a harvesting protocol's, or a file of one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from harvesters.iso.elements import Element, canonical, children, name, namespace, parse
from harvesters.reading import UNREADABLE_RECORD, Native
from schemas.findings import Finding, Severity
from schemas.syntax import Unreadable

_CSW = ("http://www.opengis.net/cat/csw",)
_DUBLIN_CORE = ("http://www.openarchives.org/OAI/2.0/oai_dc", "http://purl.org/dc/")
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
    natives: list[Native] = []
    unusable: list[Finding] = []
    for number, element in enumerate(records_in(root), 1):
        try:
            natives.append(native_of(element))
        except (etree.C14NError, ValueError, RecursionError) as error:
            reason = f"{place}#{number}: {type(error).__name__}"
            unusable.append(Finding(Severity.VIOLATION, f"{place}#{number}", None, UNREADABLE_RECORD, (reason,)))
    return Cut(tuple(natives), tuple(unusable))


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
