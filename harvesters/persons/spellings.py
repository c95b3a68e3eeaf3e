"""Finds and removes the spellings under which a person stands in texts, addresses, markup and JSON.

Which spellings they are says :mod:`harvesters.persons.spelling_patterns`; a plain search comes first, as it is quick.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import NamedTuple, Protocol

from harvesters.persons.coded_forms import ascii_forms, code_forms, fixed_codes
from harvesters.persons.markers import marker
from harvesters.persons.spelling_patterns import INNER, WIDE, compiled, letters, mailboxes_of, pattern_of
from harvesters.persons.wanted import SHORTEST, Wanted, understand


class Matcher(Protocol):
    """What finds persons in texts: spellings of a known text, or the keyed hashes of forgotten ones."""

    def holds(self, text: str) -> bool:
        """Whether a text holds one of the persons, also across markup."""
        ...

    def without(self, text: str, lang: str | None = None) -> str:
        """The text with a marker where a person stood."""
        ...

    def found(self, text: str) -> Spellings | None:
        """The spellings of whom a text holds, also across markup; None if it holds nobody."""
        ...


class Spellings:
    """Finds the spellings of what is wanted: see :func:`spellings_of`."""

    def __init__(self, wanted: Iterable[Wanted]) -> None:
        self.wanted = tuple(wanted)

    @cached_property
    def _wide(self) -> re.Pattern[str]:
        return compiled("|".join(pattern_of(wanted, WIDE) for wanted in self.wanted))

    @cached_property
    def _inner(self) -> list[tuple[str, re.Pattern[str]]]:
        # Addresses first: a name inside of one takes the whole address along.
        ordered = sorted(self.wanted, key=lambda wanted: ("mail", "number", "name").index(wanted.kind))
        return [(wanted.kind, compiled(pattern_of(wanted, INNER))) for wanted in ordered]

    @cached_property
    def _signs(self) -> list[_Sign]:
        return [_sign(wanted) for wanted in self.wanted]

    def _is_suspect(self, text: str) -> bool:
        """Whether the pattern, which is slow, is worth trying: nearly every text is told by a plain search."""
        if _has_escaped_letters(text):
            return True
        folded = text.casefold() if text.isascii() else _plain(text)
        digits: str | None = None
        for sign in self._signs:
            if sign.letters in folded and sign.letters:
                return True
            if any(coded in text for coded in sign.coded):
                return True
            if sign.digits:
                digits = _GAPS_IN_NUMBERS.sub("", text) if digits is None else digits
                if sign.digits in digits:
                    return True
            elif not sign.letters:
                return True
        return False

    @cached_property
    def _parts(self) -> re.Pattern[str] | None:
        words = [word for wanted in self.wanted if wanted.kind == "name" for word in wanted.parts]
        return compiled("|".join(letters(word) for word in words)) if words else None

    def count(self, text: str) -> int:
        """How often a text holds one of the spellings."""
        return sum(1 for _ in self._wide.finditer(text)) if self._is_suspect(text) else 0

    def holds(self, text: str) -> bool:
        """Whether a text holds one of the spellings, also across markup or the fields of a JSON object."""
        return self._is_suspect(text) and self._wide.search(text) is not None

    def found(self, text: str) -> Spellings | None:
        """These spellings, if a text holds one of them."""
        return self if self.holds(text) else None

    def without(self, text: str, lang: str | None = None) -> str:
        """The text with a marker where a spelling stood. A mail address that is made of a name goes as a whole."""
        if not self._is_suspect(text):
            return text
        for kind, pattern in self._inner:
            if pattern.search(text) is None:
                continue
            if kind == "name" and ("@" in text or "%40" in text):
                text = mailboxes_of(pattern).sub(marker("mail", lang), text)
            text = pattern.sub(marker(kind, lang), text)
        return text

    def is_part(self, text: str) -> bool:
        """Whether a text is nothing but a word of a name that is looked for."""
        return self._parts is not None and self._parts.fullmatch(text.strip()) is not None


def spellings_of(texts: Iterable[str]) -> Spellings:
    """The spellings of texts. Raises ValueError for one that has too few letters or digits to be told from others."""
    wanted = []
    for text in texts:
        understood = understand(text)
        if understood is None:
            raise ValueError(f"a text of fewer than {SHORTEST} letters or six digits cannot be told from others")
        wanted.append(understood)
    return Spellings(wanted)


# ---------------------------------------------------------------------------------------------- a quick look

_PERCENT_LETTER = re.compile("%[4-7][0-9a-fA-F]")
_MARKS = re.compile("[\u0300-\u036f]+")
_GAPS_IN_NUMBERS = re.compile(r"[\s()/.–-]+|%20|%2[89F]|&nbsp;")
_ALTERED = re.compile("ae|oe|ue|ss|[^a-z]")


class _Sign(NamedTuple):
    """What a text must hold to be worth a closer look: letters or digits, or one of some coded texts."""

    letters: str
    digits: str
    coded: tuple[str, ...]


def _sign(wanted: Wanted) -> _Sign:
    if wanted.kind == "number":
        digits = wanted.parts[0].lstrip("+0")
        return _Sign("", digits, tuple(fixed_codes([wanted.parts[0]])))
    if wanted.kind == "mail":
        words = [wanted.parts[0].partition("+")[0]]
        coded = fixed_codes(["@".join(wanted.parts)])
    else:
        words = [wanted.parts[-1]]
        coded = [*fixed_codes(code_forms(wanted.parts)), *ascii_forms(wanted.parts)]
    runs = [run for word in words for run in _ALTERED.split(word)]
    longest = max(runs, key=len)
    return _Sign(longest if len(longest) > 1 else "", "", tuple(coded))


def _plain(text: str) -> str:
    """A text without capitals and marks."""
    return _MARKS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def _has_escaped_letters(text: str) -> bool:
    if "&#" in text or "\\u00" in text:
        return True
    return "%" in text and _PERCENT_LETTER.search(text) is not None
