"""Hints that a column holds data of persons: e-mail, telephone, IBAN; the values themselves are never kept (F75)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from schemas.tables.words import OFFICES, words

HintKind = Literal["e-mail", "telephone", "iban", "name", "birthday", "address", "place"]

_EMAIL = re.compile(r"(?<![\w.+-])([\w.+-]{1,64})@([A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,5})")
# A leading zero alone is a code: a telephone number has its country or something between area and number.
_TELEPHONE = re.compile(r"(?:(?:\+|00)49[\s/-]{0,3}(?:\(0\))?[\s/-]{0,3}\d|\(?0\d{2,5}\)?[\s/-]{1,3}\d)[\d\s/-]{3,15}")
_TELEPHONE_WORDS = frozenset(
    ("telefon", "tel", "telefonnummer", "mobil", "mobiltelefon", "handy", "phone", "fax", "telefax")
)
_ZERO = re.compile(r"0\d{5,14}")
_IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,3})?\b")
_MAX_LENGTH = 2_000
# In columns of other types a cell in twenty may still be anything: a mailbox among web addresses. Those that begin empty,
# or with yes and no, say nothing of what comes later.
_TELLING = frozenset(("text", "category", "key", "integer", "empty", "boolean"))


class PersonalHint(NamedTuple):
    """A column that seems to hold data of persons: what kind, in how many cells."""

    column: str
    kind: HintKind
    cells: int


def column_hints(name: str, kind: str, values: Mapping[str, int]) -> list[PersonalHint]:
    """The hints in a column of a type of `schemas.tables.types`: numbers, dates and places have mailboxes only."""
    if kind not in _TELLING:
        values = {value: count for value, count in values.items() if "@" in value and "://" not in value}
    return find_hints(name, values)


def find_hints(name: str, values: Mapping[str, int]) -> list[PersonalHint]:
    """What in a column (its values and how often each occurs) points to persons; post boxes of offices do not."""
    telephone_named = bool(words(name) & _TELEPHONE_WORDS)
    counts: dict[HintKind, int] = {"e-mail": 0, "telephone": 0, "iban": 0}
    for value, count in values.items():
        if "@" in value and _has_personal_email(value):
            counts["e-mail"] += count
        value = value[:_MAX_LENGTH].strip()
        digits = sum(map(str.isdigit, value))
        if digits < 6:
            continue
        if telephone_named:
            telephone = _TELEPHONE.search(value) is not None or _ZERO.fullmatch(value) is not None
        else:
            telephone = digits >= 9 and _TELEPHONE.fullmatch(value) is not None
        if telephone:
            counts["telephone"] += count
        elif digits >= 10 and any(_is_iban(found) for found in _IBAN.findall(value)):
            counts["iban"] += count
    return [PersonalHint(name, kind, count) for kind, count in counts.items() if count]


def _has_personal_email(value: str) -> bool:
    for local, _ in _EMAIL.findall(value):
        parts = re.split(r"[.+_-]", local.casefold())
        if local.casefold() not in OFFICES and parts[0] not in OFFICES:
            return True
    return False


def _is_iban(text: str) -> bool:
    """Check digits as in ISO 13616: the rearranged number leaves 1 when divided by 97."""
    plain = text.replace(" ", "")
    return 15 <= len(plain) <= 34 and int("".join(str(int(sign, 36)) for sign in plain[4:] + plain[:4])) % 97 == 1
