"""How the value of a field becomes values of an attribute: texts, dates, addresses, codes, numbers, named things."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from harvesters.mapping.account import Account, Take
from harvesters.mapping.native_values import address_of, beginning, entries, parsed, split_entries, word
from schemas.findings import Severity, declare
from schemas.kinds import DATATYPES, Kind, Literal, date, iri, is_web
from schemas.model import ProvenanceStatement, RightsStatement, Standard, Value
from schemas.validation import fits
from schemas.vocabularies import Code, find_access_right, find_theme, modern

THEME_KEPT = declare(
    "theme-kept-as-keyword",
    "Die Kategorie „{0}“ entspricht keinem Thema der EU und bleibt als Schlagwort erhalten.",
    "The category “{0}” is none of the EU's themes and is kept as a keyword.",
    "Ordnen Sie dem Datensatz an der Quelle eines der 13 Themen der EU zu.",
    "Assign one of the EU's 13 themes to the dataset at the source.",
    "Konventionenhandbuch 2.0, K30",
)

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*")
_BYTES = re.compile(r"(\d+)(?:\.0+)?\s*(?:bytes?|octets?|b)?", re.IGNORECASE)
_DATATYPE = {kind: next(iter(DATATYPES[kind])) for kind in (Kind.DECIMAL, Kind.DURATION, Kind.INTEGER)}
# A longer text names no code; its look-up is not worth keeping.
_LONGEST_CODE = 200


def texts(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Texts in the source's language; an object of texts by language gives one for each."""
    if isinstance(value, str):
        if value.startswith('{"'):
            tagged = _tagged(parsed(value))
            if tagged:
                return tagged
        return (Literal(value, account.language),) if value.strip() else ()
    if isinstance(value, list):
        return [text for entry in value for text in texts(account, field, entry)]
    if isinstance(value, dict):
        return _tagged(value) or account.refuse(field, value)
    return (Literal(word(value), account.language),) if word(value) else account.refuse(field, value)


def _tagged(value: Any) -> tuple[Literal, ...]:
    if not isinstance(value, dict) or not all(isinstance(key, str) and _LANGUAGE.fullmatch(key) for key in value):
        return ()
    return tuple(
        Literal(text, key.lower().replace("_", "-"))
        for key, given in value.items()
        for text in (given if isinstance(given, list) else [given])
        if isinstance(text, str) and text.strip()
    )


def text_list(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Texts of a list that may be written into a string."""
    return [text for entry in entries(value) for text in texts(account, field, entry)]


def strings(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Plain strings without a language: identifiers, versions."""
    return [Literal(text) for entry in entries(value) if (text := word(entry))] or account.refuse(field, value)


def keywords(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Keywords from CKAN's tags, a list of words, words by language, or one string with commas."""
    if isinstance(value, dict):
        return texts(account, field, value)
    found: dict[Literal, None] = {}
    for entry in split_entries(value):
        text = word(entry.get("name") or entry.get("display_name") if isinstance(entry, dict) else entry)
        if text:
            found[Literal(text, account.language)] = None
        else:
            account.refuse(field, entry)
    return list(found)


def dates(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Dates as typed literals."""
    found = date(word(value))
    return (found,) if found else account.refuse(field, value)


def addresses(account: Account, field: str, value: Any) -> Sequence[str]:
    """IRIs."""
    found: list[str] = []
    for entry in entries(value):
        address = address_of(entry)
        found.extend([modern(address)] if address else account.refuse(field, entry))
    return found


def codes(find: Callable[[str], Code | None], split: bool = False) -> Take:
    """A rule's way through a code list: text to code. An IRI of no known code stays; a text that names none is refused."""

    def look_up(text: str) -> tuple[str, ...]:
        code = find(text) if text else None
        address = code.iri if code else iri(text) if is_web(text) else None
        return (address,) if address else ()

    known = lru_cache(maxsize=1024)(look_up)

    def take(account: Account, field: str, value: Any) -> Sequence[str]:
        given = split_entries(value) if split else entries(value)
        if len(given) == 1 and len(text := word(given[0])) <= _LONGEST_CODE:
            return known(text) or account.refuse(field, given[0])
        found: list[str] = []
        for entry in given:
            found.extend(look_up(word(entry)) or account.refuse(field, entry))
        return found

    return take


def decimals(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """Decimal numbers, a comma read as the point."""
    return _typed(account, field, value, Kind.DECIMAL)


def durations(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """ISO 8601 durations."""
    return _typed(account, field, value, Kind.DURATION)


def _typed(account: Account, field: str, value: Any, kind: Kind) -> Sequence[Literal]:
    found: list[Literal] = []
    for entry in entries(value):
        text = word(entry).replace(",", ".")
        literal = Literal(text, None, _DATATYPE[kind])
        found.extend([literal] if text and fits(literal, kind) else account.refuse(field, entry))
    return found


def sizes(account: Account, field: str, value: Any) -> Sequence[Literal]:
    """A number of bytes; a rounded one ("1,2 MB") is none."""
    match = _BYTES.fullmatch(word(value))
    return (Literal(match[1], None, _DATATYPE[Kind.INTEGER]),) if match else account.refuse(field, value)


def standards(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Standards: IRIs, or records with the name as title."""
    return _named(account, field, value, lambda label: Standard(title=label))


def provenances(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Provenance: IRIs, or statements in words."""
    return _named(account, field, value, lambda label: ProvenanceStatement(label=label))


def access_rights(account: Account, field: str, value: Any) -> Sequence[Value]:
    """Access rights: a code, an IRI, or a statement in words."""
    found: list[Value] = []
    for entry in entries(value):
        code = find_access_right(word(entry))
        if code is not None:
            found.append(code.iri)
        else:
            found.extend(_named(account, field, entry, lambda label: RightsStatement(label=label)))
    return found


def _named(account: Account, field: str, value: Any, make: Callable[[tuple[Literal, ...]], Value]) -> Sequence[Value]:
    found: list[Value] = []
    for entry in entries(value):
        address = iri(entry) if isinstance(entry, str) and is_web(entry.strip()) else None
        if address:
            found.append(address)
        elif label := tuple(texts(account, field, entry)):
            found.append(make(label))
    return found


def themes(account: Account, field: str, value: Any) -> Sequence[str]:
    """The EU's themes; another list's IRI stays, a text that names none becomes a keyword."""
    found: list[str] = []
    # Names of categories hold commas, addresses do not.
    for entry in split_entries(value) if isinstance(value, str) and "http" in value else entries(value):
        text = word(entry)
        known = find_theme(text) if text else ()
        if known:
            found.extend(code.iri for code in known)
        elif is_web(text):
            found.extend(addresses(account, field, text))
        elif text:
            account.add("keyword", [Literal(text, account.language)], field, "kept")
            account.remark(Severity.INFO, account.paths.get("theme"), THEME_KEPT, beginning(text))
        else:
            account.refuse(field, entry)
    return found
