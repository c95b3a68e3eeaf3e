"""What a value of a record can be, and its way to and from an RDF object.

A record holds three kinds of values: a ``str`` is always an IRI, a :class:`Literal` is text with its original
lexical form, tag and datatype, and anything else is a nested record (:mod:`schemas.model`).
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

import rdflib
from rdflib import RDF, XSD

# Literals keep the form in which the source wrote them ("2020-1-1" stays): DESIGN 3, step 2.
rdflib.NORMALIZE_LITERALS = False

XSD_STRING = str(XSD.string)
LANG_STRING = str(RDF.langString)


class Literal(NamedTuple):
    """A literal as delivered: lexical form, lower-cased language tag or None, datatype IRI or None for plain text."""

    text: str
    lang: str | None = None
    datatype: str | None = None


class Kind(Enum):
    """What a property's value should be; the range of the tables in the specifications."""

    TEXT = "text"
    IRI = "iri"
    DATE = "date"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DURATION = "duration"
    HEX = "hex"
    NOTATION = "notation"
    GEOMETRY = "geometry"
    NODE = "node"


DATATYPES: dict[Kind, frozenset[str]] = {
    Kind.DATE: frozenset(str(t) for t in (XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth)),
    Kind.DECIMAL: frozenset({str(XSD.decimal)}),
    Kind.INTEGER: frozenset({str(XSD.nonNegativeInteger)}),
    Kind.DURATION: frozenset({str(XSD.duration)}),
    Kind.HEX: frozenset({str(XSD.hexBinary)}),
}

_DATES = (
    (re.compile(r"-?\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?"), str(XSD.dateTime)),
    (re.compile(r"-?\d{4}-\d{2}-\d{2}(Z|[+-]\d{2}:\d{2})?"), str(XSD.date)),
    (re.compile(r"-?\d{4}-\d{2}(Z|[+-]\d{2}:\d{2})?"), str(XSD.gYearMonth)),
    (re.compile(r"-?\d{4}(Z|[+-]\d{2}:\d{2})?"), str(XSD.gYear)),
)
_GERMAN_DATE = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*Uhr)?)?")
_LOOSE_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s?(Z|[+-]\d{2}:?\d{2})?)?"
)


@lru_cache(maxsize=8192)
def date(text: str) -> Literal | None:
    """A typed date literal from what sources write: ISO 8601 in all precisions, ``3.11.2026``, ``2026-1-3 8:05``.

    Takes the source's text; gives xsd:dateTime, xsd:date, xsd:gYearMonth or xsd:gYear, or None if it is no date of
    the calendar. ISO forms keep their spelling.
    """
    text = text.strip()
    for pattern, datatype in _DATES:
        if pattern.fullmatch(text):
            if datatype == str(XSD.dateTime) and text.count(":") == (1 if "T" in text and len(text) == 16 else 0):
                text += ":00"
            return Literal(text, None, datatype) if _in_calendar(text) else None
    if match := _GERMAN_DATE.fullmatch(text):
        day, month, year, *time = match.groups()
    elif match := _LOOSE_DATE.fullmatch(text):
        year, month, day, *time = match.groups()
    else:
        return None
    iso = f"{year}-{int(month):02d}-{int(day):02d}"
    if not _in_calendar(iso):
        return None
    if time[0] is None:
        return Literal(iso, None, str(XSD.date))
    zone = (time[4] or "") if len(time) > 4 else ""
    zone = zone if len(zone) != 5 else f"{zone[:3]}:{zone[3:]}"
    clock = f"{int(time[0]):02d}:{time[1]}:{time[2] or '00'}"
    if int(time[0]) > 23 or int(time[1]) > 59:
        return None
    return Literal(f"{iso}T{clock}{zone}", None, str(XSD.dateTime))


def _in_calendar(text: str) -> bool:
    parts = text.lstrip("-").split("T")[0].split("-")
    month = int(parts[1][:2]) if len(parts) > 1 and parts[1][:2].isdigit() else 1
    day = int(parts[2][:2]) if len(parts) > 2 and parts[2][:2].isdigit() else 1
    if not 1 <= month <= 12 or not 1 <= day <= 31:
        return False
    year = int(parts[0])
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    days = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]
    return day <= days


_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`\x00-\x20]+")
_FORBIDDEN = re.compile(r"[\x00-\x20<>\"{}|\\^`\x7f]")
_BRACKETS = re.compile(r"[\[\]]")
_AFTER_HOST = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*://[^/?#]*)(.*)", re.S)
_WEB = re.compile(r"https?://[^/\s?#]+", re.I)


def is_iri(text: str) -> bool:
    """Whether text is an absolute IRI that every RDF syntax can write (RFC 3987, RDF 1.1 concepts 3.2)."""
    return _ABSOLUTE.fullmatch(text) is not None and "%" not in _BARE_PERCENT.sub("", text)


_BARE_PERCENT = re.compile(r"%[0-9A-Fa-f]{2}|[^%]+")


@lru_cache(maxsize=65536)
def iri(text: str) -> str | None:
    """An absolute IRI from what sources write, repaired only where there is one reading (fault F23), else None.

    Surrounding blanks go, forbidden characters and bare percent signs are percent-encoded, a missing scheme before
    ``www.`` becomes ``http://``. A text with blanks before its scheme's colon, or without a scheme, is no IRI.
    """
    text = text.strip()
    if text.lower().startswith("www."):
        text = "http://" + text
    if is_iri(text):
        return writable(text)
    if not _WEB.match(text) and not re.match(r"(mailto|tel|ftp|urn|geo):\S", text):
        return None
    repaired = writable(text)
    repaired = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", repaired)
    return repaired if is_iri(repaired) else None


def writable(text: str) -> str:
    """The IRI with whatever no RDF syntax can write percent-encoded: blanks, brackets outside the host (RFC 3987)."""
    if _FORBIDDEN.search(text):
        text = _FORBIDDEN.sub(lambda m: quote(m.group(), safe=""), text)
    if "[" in text or "]" in text:
        match = _AFTER_HOST.fullmatch(text)
        head, tail = match.groups() if match else ("", text)
        text = head + _BRACKETS.sub(lambda m: quote(m.group(), safe=""), tail)
    return text


def is_web(text: str) -> bool:
    """Whether text is an http or https address with a host."""
    return _WEB.match(text) is not None and is_iri(text)


def to_term(value: str | Literal) -> rdflib.term.Node:
    """The rdflib term of an IRI or a literal; nothing is normalised."""
    if isinstance(value, Literal):
        datatype = rdflib.URIRef(value.datatype) if value.datatype else None
        return rdflib.Literal(value.text, lang=value.lang, datatype=datatype, normalize=False)
    return rdflib.URIRef(value)


def from_term(term: rdflib.term.Node) -> str | Literal:
    """An IRI or a literal from an rdflib term; a blank node gives its label with ``_:`` before it."""
    if isinstance(term, rdflib.Literal):
        datatype = None if term.language or term.datatype is None else str(term.datatype)
        return Literal(str(term), term.language, None if datatype == XSD_STRING else datatype)
    if isinstance(term, rdflib.BNode):
        return f"_:{term}"
    return str(term)


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r"}
_TO_ESCAPE = re.compile(r'["\\\n\r]')
_TAG = re.compile(r"[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*")


def literal_to_ntriples(value: Literal) -> str:
    """A literal in canonical N-Triples (RDF 1.1 N-Triples, section 4): only ``"`` ``\\`` LF CR are escaped."""
    text, lang, datatype = value
    if '"' in text or "\\" in text or "\n" in text or "\r" in text:
        text = _TO_ESCAPE.sub(lambda m: _ESCAPES[m.group()], text)
    if lang:
        return f'"{text}"@{lang}' if _TAG.fullmatch(lang) else f'"{text}"'
    if datatype and datatype != XSD_STRING:
        return f'"{text}"^^{iri_to_ntriples(datatype)}'
    return f'"{text}"'


@lru_cache(maxsize=65536)
def iri_to_ntriples(value: str) -> str:
    """An IRI in N-Triples; whatever no syntax can write is percent-encoded, so that a feed never breaks (F23)."""
    return f"<{writable(value)}>"
