"""Whether a literal is a value of its datatype: the lexical forms of XSD that the profiles ask for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from rdflib import XSD

from schemas.kinds import DATATYPES, LANG_STRING, XSD_STRING, Kind, Literal, date

_LEXICAL: Mapping[str, re.Pattern[str]] = MappingProxyType(
    {
        str(XSD.decimal): re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)"),
        str(XSD.nonNegativeInteger): re.compile(r"\+?\d+|-0+"),
        str(XSD.duration): re.compile(r"-?P(?=.)(\d+Y)?(\d+M)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"),
        str(XSD.hexBinary): re.compile(r"([0-9a-fA-F]{2})*"),
        str(XSD.double): re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|[+-]?INF|NaN"),
    }
)
_DATES = DATATYPES[Kind.DATE]


def datatype_of(value: Literal) -> str:
    """The datatype of a literal, stated or implied (RDF 1.1 concepts 3.3)."""
    return LANG_STRING if value.lang else (value.datatype or XSD_STRING)


def valid(value: Literal, datatypes: frozenset[str]) -> bool:
    """Whether a literal has one of the datatypes and a lexical form that it allows (XSD 1.1 part 2)."""
    datatype = LANG_STRING if value.lang else (value.datatype or XSD_STRING)
    if datatype not in datatypes:
        return False
    if datatype in _DATES:
        typed = date(value.text)
        # What date() had to rewrite, as 3.11.2026, is no lexical form of XSD.
        return typed is not None and typed.datatype == datatype and typed.text == value.text.strip()
    pattern = _LEXICAL.get(datatype)
    return pattern is None or pattern.fullmatch(value.text.strip()) is not None


def fits(value: Literal, kind: Kind) -> bool:
    """Whether a literal is a value of the datatypes of its kind; a checksum has at least one byte."""
    return valid(value, DATATYPES[kind]) and (kind is not Kind.HEX or bool(value.text.strip()))
