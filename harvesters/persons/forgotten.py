"""The persons that a region has forgotten, known by keyed hashes only: what matches them is taken out of every reading.

Nothing here holds a name. Each spelling that :mod:`harvesters.persons.spellings` knows comes down to a canonical form
whose BLAKE2b hash under the store's own key is kept, with the lengths of its words, so that few words are hashed.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import unquote

from harvesters.persons.spelling_patterns import ACROSS_MARKUP
from harvesters.persons.spellings import Spellings
from harvesters.persons.wanted import (
    SHORTEST_GLUED,
    SHORTEST_SURNAME,
    Wanted,
    canonical,
    canonical_mail,
    canonical_number,
)

KEY_BYTES = 32
# In between may stand an initial with its marks.
_LONGEST_GAP = 8
_MOST_WORDS = 200_000
_MOST_GROUPS = 8
_WORD = re.compile(r"[^\W\d_]+(?:[\u0300-\u036f]+[^\W\d_]*)*")
_MAILBOX = re.compile(r"([\w.+-]{1,64})@((?:[\w-]{1,63}\.){1,8}[\w-]{2,63})")
_SPELLED_AT = re.compile(r"(?i)\s?[\[({]\s?(?:at|ät)\s?[\])}]\s?")
_SPELLED_DOT = re.compile(r"(?i)\s?[\[({]\s?(?:dot|punkt)\s?[\])}]\s?")
_DIGITS = re.compile(r"\d+")
_GAP_IN_NUMBER = re.compile(r"[\s()/.\u00a0–-]{0,4}")
_ESCAPE = re.compile(r"\\u([0-9a-fA-F]{4})")
_DOUBLY_CODED = re.compile("Ã[\u0080-\u00bf]")
_BLANK = re.compile(r"\\[nrt]")
_PUNYCODE = re.compile(r"(?i)\bxn--[a-z0-9-]{2,60}")
_CODED = re.compile(r"[A-Za-z0-9+/]{12,}={0,2}")


class Entry(NamedTuple):
    """One canonical form of something forgotten: its keyed hash, and its shape (``n:5,10``, ``m:27``, ``t:11``)."""

    digest: bytes
    shape: str


def entries(key: bytes, wanted: Iterable[Wanted]) -> list[Entry]:
    """What is kept of texts that are to be forgotten, under the store's key."""
    found: dict[Entry, None] = {}
    for each in wanted:
        for form, shape in _forms(each):
            found[Entry(_digest(key, form), shape)] = None
    return list(found)


class Forgotten:
    """Finds what was forgotten in texts, by the store's key and the entries that were made with it."""

    def __init__(self, key: bytes, kept: Iterable[Entry]) -> None:
        self._key = key
        self._digests = frozenset(entry.digest for entry in kept)
        shapes = [entry.shape for entry in kept]
        lengths = [tuple(map(int, shape[2:].split(","))) for shape in shapes if shape[0] == "n"]
        self._shapes = frozenset(lengths)
        self._words = sorted({len(each) for each in lengths})
        self._longest = frozenset(int(shape[2:]) for shape in shapes if shape[0] == "p")
        self._known_words: dict[str, bool] = {}
        self._mails = frozenset(int(shape[2:]) for shape in shapes if shape[0] == "m")
        self._numbers = frozenset(int(shape[2:]) for shape in shapes if shape[0] == "t")

    def __bool__(self) -> bool:
        return bool(self._digests)

    def token(self, text: str) -> str:
        """A short name for something that holds a forgotten person, which tells nothing of it."""
        return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8, key=self._key).hexdigest()

    def holds(self, text: str) -> bool:
        """Whether a text holds a forgotten person, also across markup or the fields of a JSON object."""
        return self.found(text) is not None

    def found(self, text: str) -> Spellings | None:
        """The spellings of those forgotten persons that a text holds; None if it holds nobody."""
        for reading in _readings(text):
            wanted = tuple(dict.fromkeys(self._found(reading)))
            if wanted:
                return _spellings(wanted)
        return None

    def without(self, text: str, lang: str | None = None) -> str:
        """The text with a marker where a forgotten person stood."""
        spellings = self.found(text)
        return text if spellings is None else spellings.without(text, lang)

    def _found(self, text: str) -> Iterator[Wanted]:
        if self._shapes:
            yield from self._names(text)
        if self._mails and ("@" in text or "[" in text or "(" in text):
            yield from self._mailboxes(text)
        if self._numbers:
            yield from self._telephones(text)

    def _names(self, text: str) -> Iterator[Wanted]:
        near = {word for word in set(_WORD.findall(text)) if self._is_anchor(word)}
        if not near:
            return
        words = list(_WORD.finditer(text))
        whole = [match for match in words if len(match.group()) > 1]
        for sequence in (words, whole) if len(whole) < len(words) else (words,):
            for place, match in enumerate(sequence):
                if match.group() in near:
                    yield from self._around(sequence, place)

    def _is_anchor(self, word: str) -> bool:
        """Whether a word is the longest one of a forgotten name; remembered, for few words are different ones."""
        known = self._known_words.get(word)
        if known is None:
            if len(self._known_words) > _MOST_WORDS:
                self._known_words.clear()
            plain = canonical(word)
            known = self._known_words[word] = len(plain) in self._longest and self._knows(f"p:{plain}")
        return known

    def _around(self, sequence: list[re.Match[str]], place: int) -> Iterator[Wanted]:
        """The forgotten names among the windows of words that hold the one at a place."""
        for number in self._words:
            for start in range(max(0, place - number + 1), min(place, len(sequence) - number) + 1):
                window = sequence[start : start + number]
                plain = sorted(canonical(match.group()) for match in window)
                if tuple(sorted(map(len, plain))) not in self._shapes:
                    continue
                if any(after.start() - before.end() > _LONGEST_GAP for before, after in pairwise(window)):
                    continue
                if self._knows("n:" + " ".join(plain)):
                    yield Wanted("name", tuple(match.group().lower() for match in window))

    def _mailboxes(self, text: str) -> Iterator[Wanted]:
        plain = _SPELLED_DOT.sub(".", _SPELLED_AT.sub("@", text))
        for match in _MAILBOX.finditer(plain):
            address = canonical_mail(match[1], match[2])
            if len(address) in self._mails and self._knows(f"m:{address}"):
                yield Wanted("mail", (match[1].lower(), match[2].lower()))

    def _telephones(self, text: str) -> Iterator[Wanted]:
        groups = list(_DIGITS.finditer(text))
        for start, first in enumerate(groups):
            for end in range(start, min(start + _MOST_GROUPS, len(groups))):
                if end > start and not _GAP_IN_NUMBER.fullmatch(text, groups[end - 1].end(), groups[end].start()):
                    break
                begin = first.start() - (text[max(first.start() - 1, 0) : first.start()] == "+")
                digits = canonical_number(text[begin : groups[end].end()])
                if len(digits) in self._numbers and self._knows(f"t:{digits}"):
                    yield Wanted("number", (digits,))

    def _knows(self, form: str) -> bool:
        return _digest(self._key, form) in self._digests


@lru_cache(maxsize=256)
def _spellings(wanted: tuple[Wanted, ...]) -> Spellings:
    return Spellings(wanted)


def _digest(key: bytes, form: str) -> bytes:
    return hashlib.blake2b(form.encode(), digest_size=16, key=key).digest()


def _forms(wanted: Wanted) -> Iterator[tuple[str, str]]:
    """The canonical forms of a text, each with its shape."""
    if wanted.kind == "mail":
        address = canonical_mail(*wanted.parts)
        yield f"m:{address}", f"m:{len(address)}"
        return
    if wanted.kind == "number":
        yield f"t:{wanted.parts[0]}", f"t:{len(wanted.parts[0])}"
        return
    words = [canonical(word) for word in wanted.parts]
    sets = [words, [*words[:-1], words[-1] + "s"]]
    if len(words) > 1:
        if sum(map(len, words)) >= SHORTEST_GLUED:
            sets += [["".join(words)], ["".join([words[-1], *words[:-1]])]]
        if len(words[-1]) >= SHORTEST_SURNAME:
            initials = [word[0] for word in words[:-1]]
            sets += [[initials[0], words[-1]], [*initials, words[-1]], [initials[0], words[-1] + "s"]]
            sets += [[initials[0] + words[-1]], ["".join(initials) + words[-1]]]
    for each in sets:
        yield "n:" + " ".join(sorted(each)), "n:" + ",".join(map(str, sorted(map(len, each))))
        anchor = max(each, key=len)
        yield f"p:{anchor}", f"p:{len(anchor)}"


def _readings(text: str) -> Iterator[str]:
    """A text as it stands, across its markup, with its escapes resolved, and what it holds in Base64."""
    yield text
    resolved = _resolved(text)
    if resolved != text:
        yield resolved
    if "<" in resolved or '"' in resolved:
        across = ACROSS_MARKUP.sub(" ", resolved)
        if across != resolved:
            yield across
    for coded in _CODED.findall(text):
        try:
            decoded = base64.b64decode(coded[: len(coded) // 4 * 4]).decode()
        except (binascii.Error, ValueError):
            continue
        if decoded.isprintable():
            yield decoded


def _unicode_label(label: re.Match[str]) -> str:
    try:
        return label.group().encode().decode("idna")
    except UnicodeError:
        return label.group()


def _resolved(text: str) -> str:
    if "Ã" in text:  # UTF-8 that was taken for Latin-1
        try:
            text = text.encode("cp1252").decode()
        except UnicodeError:
            text = _DOUBLY_CODED.sub(lambda pair: pair.group().encode("latin-1").decode(), text)
    if "xn--" in text.casefold():
        text = _PUNYCODE.sub(_unicode_label, text)
    if "&" in text:
        text = html.unescape(text)
    if "%" in text:
        decoded = unquote(text)
        text = unquote(text, encoding="latin-1") if "\ufffd" in decoded else decoded
    if "\\" in text:
        text = _BLANK.sub(" ", text)
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return text
