"""Phrases of a table found in short German texts: titles and keywords, not sentences.

A phrase is one or more words that must all stand in the text: ``baumkataster*`` begins a word, ``*verein`` ends one,
``*abfall*`` stands in one, a bare word is a whole one. Case, umlauts and hyphens do not count.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Generic, NamedTuple, TypeVar

from schemas.vocabularies.codes import rows
from schemas.vocabularies.spelling import plain

K = TypeVar("K")

_WORD = re.compile(r"[^\W_]+(?:[-+&][^\W_]+)*\+?")
_PART = re.compile(r"[^\W_]+")
# What follows says where the data lie, or how they are divided, not what they are.
_PLACES = frozenset({"in", "im", "am", "auf", "innerhalb"})
_BREAKDOWN = frozenset({"nach", "je", "pro"})
# Of town, parish, district: what stands before the thing itself in a compound.
_OF_TOWN = re.compile(r"(?:stadt|gemeinde|kommunal|kreis|landkreis|orts|dorf)(?=\w{5})")


class Token(NamedTuple):
    """A word of a text in the forms that phrases are compared with; ``behind`` a preposition of place: 1, of division: 2."""

    forms: tuple[str, ...]
    place: int
    behind: int
    text: str


class Part(NamedTuple):
    """One word of a phrase."""

    literal: str
    any_begin: bool
    any_end: bool


class Phrase(NamedTuple, Generic[K]):
    """What a phrase stands for, its words, and whether it says little by itself."""

    key: K
    parts: tuple[Part, ...]
    weak: bool


class Hit(NamedTuple, Generic[K]):
    """A phrase that stands in a text. ``behind`` is that of its first word, ``words`` are the words as they stand there."""

    key: K
    weak: bool
    behind: int
    tokens: tuple[Token, ...]
    rank: tuple[int, ...]

    @property
    def words(self) -> str:
        """The words as the text spells them, as evidence."""
        return " ".join(token.text for token in self.tokens)


class PhraseTable(Generic[K]):
    """Phrases by the first three letters of their first word."""

    def __init__(self, phrases: Iterable[tuple[K, str, bool]]) -> None:
        """Takes what a phrase stands for, its text, and whether it is weak."""
        found: dict[str, list[Phrase[K]]] = {}
        for key, text, weak in phrases:
            phrase = Phrase(key, tuple(_part(word) for word in plain(text).split()), weak)
            first = phrase.parts[0]
            found.setdefault("*" if first.any_begin else first.literal[:3], []).append(phrase)
        self._index = {start: tuple(group) for start, group in found.items()}

    def hits(self, text: str) -> tuple[Hit[K], ...]:
        """The phrases that stand in a text, one for each key: strong ones first, of more words, standing earlier.

        Of two that share a word only the first counts: a hundesteuersatzung is no satzung.
        """
        words = tokens(text)
        by_key: dict[K, Hit[K]] = {}
        for phrase in self._candidates(words):
            hit = _stands(phrase, words)
            known = by_key.get(phrase.key)
            if hit is not None and (known is None or (known.weak, known.rank) > (hit.weak, hit.rank)):
                by_key[phrase.key] = hit
        taken: set[int] = set()
        kept: list[Hit[K]] = []
        for hit in sorted(by_key.values(), key=lambda hit: (hit.weak, hit.rank)):
            places = {token.place for token in hit.tokens}
            if not places & taken:
                kept.append(hit)
                taken |= places
        return tuple(kept)

    def _candidates(self, words: Sequence[Token]) -> list[Phrase[K]]:
        starts = dict.fromkeys(form[:3] for token in words for form in token.forms)
        return [phrase for start in (*starts, "*") for phrase in self._index.get(start, ())]


def tokens(text: str) -> tuple[Token, ...]:
    """The words of a text; a compound with hyphens as one word and as its parts, „Stadtbäume“ also as „Bäume“."""
    found: list[Token] = []
    behind = 0
    for place, match in enumerate(_WORD.finditer(unicodedata.normalize("NFC", text))):
        word = plain(match.group())
        parts = _PART.findall(word)
        joined = "".join(parts)
        forms = [joined, *(parts if len(parts) > 1 else ())]
        if "+" in word:
            forms.append(word)
        forms += [form[inner.end() :] for form in list(forms) if (inner := _OF_TOWN.match(form))]
        if place:
            behind = max(behind, 2 * (joined in _BREAKDOWN), joined in _PLACES)
        found.append(Token(tuple(forms), place, behind, match.group()))
    return tuple(found)


def is_whole(text: str, hit: Hit[K]) -> bool:
    """Whether a text says nothing but the phrase: beside it only numbers and words of ``empty-words.csv``."""
    places = {token.place for token in hit.tokens}
    return all(
        token.place in places or token.forms[0].isdigit() or token.forms[0] in saying_nothing()
        for token in tokens(text)
    )


@cache
def saying_nothing() -> frozenset[str]:
    """Words of titles that say nothing of what the data are about."""
    return frozenset(plain(row["word"]) for row in rows("empty-words"))


def _part(word: str) -> Part:
    return Part(word.strip("*").replace("-", ""), word.startswith("*"), word.endswith("*"))


def _stands(phrase: Phrase[K], words: Sequence[Token]) -> Hit[K] | None:
    found: list[Token] = []
    for part in phrase.parts:
        token = next((t for t in words if t not in found and any(_fits(part, form) for form in t.forms)), None)
        if token is None:
            return None
        found.append(token)
    first = min(found, key=lambda token: token.place)
    length = sum(len(part.literal) for part in phrase.parts)
    rank = (first.behind, -len(phrase.parts), first.place, -length)
    return Hit(phrase.key, phrase.weak, first.behind, tuple(found), rank)


def _fits(part: Part, form: str) -> bool:
    literal, any_begin, any_end = part
    if any_begin:
        return literal in form if any_end else form.endswith(literal)
    return form.startswith(literal) if any_end else form == literal
