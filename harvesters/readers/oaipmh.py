"""Reads a record of an OAI-PMH repository with the reader of the format that it holds: DCAT, ISO 19139 or Dublin Core."""

from __future__ import annotations

from dataclasses import replace

from harvesters.oai.records import OaiNative
from harvesters.readers import dcat, dublincore, iso19139
from harvesters.reading import Context, Native, Reading

# The readers that records are handed to; their files are part of what a mapping depends on.
READERS = ("dcat", "iso19139", "dublincore")


def native_id(native: Native, context: Context) -> str | None:
    """The record's identifier in the repository where it names just this record, else that of the format.

    ISO metadata refer to one another by their own identifiers, so these go first there.
    """
    data: OaiNative = native.data
    if data.reader == "iso19139":
        return iso19139.native_id(data.native, context) or data.identifier or None
    if data.identifier and data.alone:
        return data.identifier
    if data.reader == "dublincore":
        return dublincore.native_id(data.native, context)
    return dcat.native_id(data.native, context)


def read(native: Native, context: Context) -> Reading:
    """The record. Raises Unusable."""
    data: OaiNative = native.data
    if data.reader == "iso19139":
        return iso19139.read(data.native, context, data.identifier or None)
    if data.reader == "dublincore":
        return dublincore.read(data.native, context, data.identifier or None)
    reading = dcat.read(data.native, context)
    # A dataset with an IRI keeps it, whatever the repository calls the record.
    return replace(reading, native_id=data.identifier) if data.identifier and data.alone else reading
