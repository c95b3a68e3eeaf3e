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

import pyoxigraph
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
    ANY = "any"


DATATYPES: dict[Kind, frozenset[str]] = {
    Kind.DATE: frozenset(str(t) for t in (XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth)),
    Kind.DECIMAL: frozenset({str(XSD.decimal)}),
    Kind.INTEGER: frozenset({str(XSD.nonNegativeInteger)}),
    Kind.DURATION: frozenset({str(XSD.duration)}),
    Kind.HEX: frozenset({str(XSD.hexBinary)}),
}

_ZONE = r"(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)?"
_CLOCK = r"(?:[01]\d|2[0-3]):[0-5]\d"
_DATES = (
    (re.compile(rf"(-?\d{{4}}-\d\d-\d\d)(T{_CLOCK}(?::[0-5]\d(?:\.\d+)?)?|T24:00:00){_ZONE}", re.A), str(XSD.dateTime)),
    (re.compile(rf"(-?\d{{4}}-\d\d-\d\d)(){_ZONE}", re.A), str(XSD.date)),
    (re.compile(rf"(-?\d{{4}}-\d\d)(){_ZONE}", re.A), str(XSD.gYearMonth)),
    (re.compile(rf"(-?\d{{4}})(){_ZONE}", re.A), str(XSD.gYear)),
)
_GERMAN_DATE = re.compile(
    r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?:,?\s+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\s*Uhr)?)?", re.A
)
_LOOSE_DATE = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?\s?(Z|[+-]\d{2}:?\d{2})?)?", re.A
)


@lru_cache(maxsize=8192)
def date(text: str) -> Literal | None:
    """A typed date literal from what sources write: ISO 8601 in all precisions, ``3.11.2026``, ``2026-1-3 8:05``.

    Takes the source's text; gives xsd:dateTime, xsd:date, xsd:gYearMonth or xsd:gYear, or None if it is no date of
    the calendar. ISO forms keep their spelling; a time without seconds gets ``:00``, which XSD demands.
    """
    text = text.strip()
    for pattern, datatype in _DATES:
        if match := pattern.fullmatch(text):
            day, time, zone = match.groups()
            if len(time) == len("T08:05"):
                time += ":00"
            return Literal(f"{day}{time}{zone or ''}", None, datatype) if _in_calendar(day) else None
    if match := _GERMAN_DATE.fullmatch(text):
        number, month, year, *clock = match.groups()
    elif match := _LOOSE_DATE.fullmatch(text):
        year, month, number, *clock = match.groups()
    else:
        return None
    day = f"{year}-{int(month):02d}-{int(number):02d}"
    if clock[0] is None:
        return Literal(day, None, str(XSD.date)) if _in_calendar(day) else None
    hours, minutes, seconds, fraction, zone = (*clock, None, None)[:5]
    whole = f"{day}T{int(hours or 0):02d}:{minutes}:{seconds or '00'}{'.' + fraction if fraction else ''}"
    if zone:
        whole += zone if len(zone) != len("+0100") else f"{zone[:3]}:{zone[3:]}"
    return Literal(whole, None, str(XSD.dateTime)) if _DATES[0][0].fullmatch(whole) and _in_calendar(day) else None


def _in_calendar(day: str) -> bool:
    """Whether ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD`` is in the calendar; there is no year 0 in XSD 1.0."""
    year, month, number = ([int(part) for part in day.lstrip("-").split("-")] + [1, 1])[:3]
    if year == 0 or not 1 <= month <= 12 or number < 1:
        return False
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return number <= (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


# Where an IRI that stands in a document could not be used at all, this one says what was written there.
UNUSABLE = "urn:allmende:unusable:"
# RFC 3987, section 2.2: what is neither reserved, unreserved nor ucschar. Private use is for queries only: encoded too.
_FORBIDDEN = re.compile(
    '[\x00-\x20<>"{}|\\\\^`\x7f-\x9f\ud800-\udfff\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff'
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xF0000, 0x10000))
    + "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
_BARE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BRACKETS = re.compile(r"[\[\]]")
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*:(?://[^/?#]*)?)([^#]*)(#?)(.*)", re.S)
_WEB = re.compile(r"https?://[^/\s?#]+", re.I)
_HOSTLESS = re.compile(r"(?:https?|ftp):(?!//[^/\s?#])", re.I)
_KNOWN_SCHEME = re.compile(r"(?:https?|ftp)://[^/\s?#]|(?:mailto|tel|urn|geo):\S", re.I)


def is_iri(text: str) -> bool:
    """Whether text is an absolute IRI that every RDF syntax can write (RFC 3987, RDF 1.1 concepts 3.2)."""
    try:
        pyoxigraph.NamedNode(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=8192)  # an address comes again within its record, or it is one of the few in all
def iri(text: str) -> str | None:
    """An absolute IRI from what sources write, repaired only where there is one reading (fault F23), else None.

    Surrounding blanks go, forbidden characters and bare percent signs are percent-encoded, a missing scheme before
    ``www.`` becomes ``http://``. A text with blanks before its scheme's colon, or without a scheme, is no IRI.
    """
    text = text.strip()
    if text.lower().startswith("www."):
        text = "http://" + text
    if is_iri(text):
        return None if _HOSTLESS.match(text) else text
    if not _KNOWN_SCHEME.match(text):
        return None
    repaired = _encoded(text)
    return repaired if is_iri(repaired) else None


def writable(text: str) -> str:
    """The IRI as every RDF syntax can write it: itself, else percent-encoded, else under :data:`UNUSABLE` (fault F23).

    Takes any text that stands where an IRI should; gives an absolute IRI always, so that no writer ever raises.
    """
    if is_iri(text):
        return text
    repaired = _encoded(text.strip())
    return repaired if is_iri(repaired) else UNUSABLE + quote(text, safe="", errors="replace")


def _encoded(text: str) -> str:
    match = _PARTS.fullmatch(text)
    if match is None:
        return text
    head, path, mark, fragment = match.groups()
    path, fragment = (_BRACKETS.sub(_percent, part) for part in (path, fragment))
    text = f"{head}{path}{mark}{fragment.replace('#', '%23')}"
    return _BARE_PERCENT.sub("%25", _FORBIDDEN.sub(_percent, text))


def _percent(match: re.Match[str]) -> str:
    return quote(match.group(), safe="", errors="replace")


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


@lru_cache(maxsize=4096)
def language_tag(tag: str) -> str | None:
    """A language tag as RDF can write it: lower case, ``de_DE`` as ``de-de``; None if it is no tag (BCP 47)."""
    tag = tag.strip().lower().replace("_", "-")
    try:
        pyoxigraph.Literal("", language=tag)
    except ValueError:
        return None
    return tag


class _Endings(dict[tuple[str | None, str | None], str]):
    """What follows the text of a literal in N-Triples, by tag and datatype; there are few, so each is made once."""

    def __missing__(self, kind: tuple[str | None, str | None]) -> str:
        lang, datatype = kind
        tag = language_tag(lang) if lang else None
        ending = '"'
        if tag:
            ending = f'"@{tag}'
        elif datatype and datatype not in (XSD_STRING, LANG_STRING):
            ending = f'"^^{iri_to_ntriples(datatype)}'
        if len(self) < 10_000:
            self[kind] = ending
        return ending


_ENDINGS = _Endings()


def literal_to_ntriples(value: Literal) -> str:
    """A literal in canonical N-Triples (RDF 1.1 N-Triples, section 4): only ``"`` ``\\`` LF CR are escaped."""
    text = value[0]
    if '"' in text or "\\" in text or "\n" in text or "\r" in text:
        text = _TO_ESCAPE.sub(lambda m: _ESCAPES[m.group()], text)
    return f'"{text}{_ENDINGS[value[1:]]}'


@lru_cache(maxsize=8192)  # an address comes again within its record, or it is one of the few in all
def iri_to_ntriples(value: str) -> str:
    """An IRI in N-Triples; whatever no syntax can write is percent-encoded, so that a feed never breaks (F23)."""
    return f"<{writable(value)}>"
