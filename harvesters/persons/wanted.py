"""A person's name, mail address or number as something to look for, and the one form that all its spellings share."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

# A text of fewer letters cannot be told from others.
SHORTEST = 3
# A surname of fewer letters is not looked for with an initial: "E. Au" is anything.
SHORTEST_SURNAME = 4
# A name of fewer letters is not looked for with its words joined.
SHORTEST_GLUED = 9
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"(?:mailto:)?([^\s@<>]{1,64})@([^\s@<>]{1,253}\.[^\s@<>]{2,63})")
_NUMBER = re.compile(r"[+\d(][\d\s()/.–-]*\d")
_TITLES = frozenset(["dr", "prof", "dipl", "med", "jur", "phil", "rer", "nat", "ing", "habil", "mag"])
_ADDRESSES = frozenset(["herr", "herrn", "frau", "familie", "mr", "mrs", "ms"])
_FOLD = str.maketrans({"ß": "ss", "æ": "ae", "ø": "o", "œ": "oe", "ð": "d", "þ": "th", "ł": "l", "đ": "d"})
_DIGRAPHS = re.compile("([aou])e")


class Wanted(NamedTuple):
    """A text to look for, understood: its kind (``name``, ``mail``, ``number``) and its parts."""

    kind: str
    parts: tuple[str, ...]


def understand(text: str) -> Wanted | None:
    """What a text is: a mail address, a number of at least six digits, else a name; None if it has too few letters."""
    text = unicodedata.normalize("NFC", text).strip()
    address = _ADDRESS.fullmatch(text)
    if address:
        return Wanted("mail", (address[1].lower(), address[2].lower()))
    if _NUMBER.fullmatch(text):
        digits = canonical_number(text)
        return Wanted("number", (digits,)) if len(digits) >= 6 else None
    words = [word.lower() for word in _WORD.findall(text)]
    if "," in text and len(words) > 1:
        last = len(_WORD.findall(text.partition(",")[0]))
        words = words[last:] + words[:last]
    titled = [word for word in words if word not in _TITLES]
    bare = [word for word in titled if word not in _ADDRESSES]
    words = bare if len(bare) > 1 else titled or words
    return Wanted("name", tuple(words)) if sum(map(len, words)) >= SHORTEST else None


def canonical(word: str) -> str:
    """A word in the one form that all its spellings share: ``Müller``, ``MUELLER`` and ``Muller`` give ``muller``."""
    plain = unicodedata.normalize("NFKD", word.casefold().translate(_FOLD))
    return _DIGRAPHS.sub(r"\1", "".join(each for each in plain if not unicodedata.combining(each)))


def canonical_mail(local: str, domain: str) -> str:
    """A mail address in one form: lower-case, without ``+tag``, its domain in ASCII."""
    return f"{local.casefold().partition('+')[0]}@{ascii_domain(domain.casefold().strip('.'))}"


def canonical_number(text: str) -> str:
    """A telephone number as its digits, German ones with their leading 0: ``+49 (0) 661 123`` gives ``0661123``."""
    digits = "".join(each for each in text if each.isdigit())
    if "+" in text or digits.startswith("00"):
        digits = digits.removeprefix("00")
        return f"0{digits[2:].removeprefix('0')}" if digits.startswith("49") else f"+{digits}"
    return digits


def ascii_domain(domain: str) -> str:
    """A domain in its ASCII form (punycode); one that has none stays as it is."""
    try:
        return domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return domain
