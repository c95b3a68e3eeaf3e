"""Reads a record of an OAI-PMH repository with the reader of the format that it holds: DCAT, ISO 19139 or Dublin Core."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from typing import cast

from harvesters.oai.records import OaiNative
from harvesters.reading import Context, Native, Reader, Reading
from schemas import iris

# The readers that records are handed to; their files are part of what a mapping depends on.
READERS = ("dcat",)


def native_id(native: Native, context: Context) -> str | None:
    """The record's identifier in the repository where it names just this record, else that of the format.

    ISO metadata refer to one another by their own identifiers, so these count there.
    """
    data: OaiNative = native.data
    if data.identifier and (data.reader == "dublincore" or (data.reader == "dcat" and data.alone)):
        return data.identifier
    return _reader(data).native_id(data.native, context) or data.identifier or None


def read(native: Native, context: Context) -> Reading:
    """The record. Raises Unusable."""
    data: OaiNative = native.data
    reading = _reader(data).read(data.native, context)
    identity = native_id(native, context) or reading.native_id
    if identity == reading.native_id:
        return reading
    minted = iris.mint(context.base_url, "dataset", iris.key(context.source.key, reading.native_id))
    if reading.record.iri != minted:
        return replace(reading, native_id=identity)
    given = iris.mint(context.base_url, "dataset", iris.key(context.source.key, identity))
    findings = tuple(f._replace(focus=given if f.focus == minted else f.focus) for f in reading.findings)
    record = replace(reading.record, iri=given)
    return replace(reading, native_id=identity, record=record, findings=findings)


def _reader(data: OaiNative) -> Reader:
    return cast(Reader, import_module(f"harvesters.readers.{data.reader}"))
