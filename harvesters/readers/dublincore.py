"""What a record of Dublin Core terms means: csw:Record and oai_dc, to a dataset or a data service.

``Native.data`` is one record: its bytes, or the lxml element.
"""

from __future__ import annotations

from typing import Any

from harvesters.iso import dublin_core
from harvesters.iso.cutting import is_dublin_core, single
from harvesters.iso.elements import Element, name
from harvesters.reading import UNREADABLE_RECORD, Context, Native, Reading, Unusable
from schemas.findings import Finding, Severity
from schemas.syntax import Unreadable


def native_id(native: Native, context: Context) -> str | None:
    """The record's first identifier, one that is no address before those that are; None where only reading can tell."""
    try:
        return dublin_core.identifier_of(_element(native.data))
    except Unreadable:
        return None


def read(native: Native, context: Context, stated_id: str | None = None) -> Reading:
    """The record. ``stated_id`` is its name in the protocol that brought it (an OAI identifier). Raises Unusable."""
    place = native.location or context.source.url
    try:
        element = _element(native.data)
    except Unreadable as unreadable:
        raise Unusable(Finding(Severity.VIOLATION, place, None, UNREADABLE_RECORD, (unreadable.de,))) from unreadable
    return dublin_core.read(element, context, native.location, stated_id)


def _element(data: Any) -> Element:
    element = single(data) if isinstance(data, bytes) else data
    if not isinstance(element, Element) or not is_dublin_core(element):
        found = name(element) if isinstance(element, Element) else type(element).__name__
        raise Unreadable(f"kein Dublin-Core-Satz: {found}", f"no Dublin Core record: {found}")
    return element
