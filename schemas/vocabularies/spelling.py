"""When two spellings are the same: of a text (case, umlauts, punctuation) and of an IRI (scheme, www, slash)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import TypeVar

R = TypeVar("R")

# Beyond this a text is a page, not a name; it also bounds what the caches hold.
LONGEST = 2_000
_CACHED = 2_048

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o"})
_WORD = re.compile(r"[^\W_]+")
_AND = frozenset({"und", "and"})
_WEB = re.compile(r"https?://(?:www\.)?", re.IGNORECASE)


def plain(text: str) -> str:
    """Lower case, umlauts and ß spelled out, other accents gone; punctuation stays."""
    folded = unicodedata.normalize("NFC", text).casefold().translate(_UMLAUTS)
    if folded.isascii():
        return folded
    return "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))


def fold(text: str) -> str:
    """The key two spellings of one name share: letters and digits only, without "und", "and", "&"."""
    return "".join(word for word in _WORD.findall(plain(text)) if word not in _AND)


def bare_iri(iri: str) -> str:
    """An IRI without http:// or https://, www. and the slashes at its end; its case is kept."""
    return _WEB.sub("", iri.strip(), count=1).rstrip("/")


def iri_key(iri: str) -> str:
    """The key of an IRI, equal for all spellings that differ in scheme, www., case or a slash at the end."""
    return bare_iri(iri).casefold()


def is_iri(text: str) -> bool:
    """Whether a text is one web address and nothing else."""
    return bool(_WEB.match(text)) and not any(c.isspace() for c in text)


def look_up(find: Callable[[str], R]) -> Callable[[str], R]:
    """Keep the answers of a look-up, so many and no more; a text longer than LONGEST is looked up as empty."""
    cached = lru_cache(maxsize=_CACHED)(find)

    @wraps(find)
    def bounded(text: str) -> R:
        return cached(text if len(text) <= LONGEST else "")

    return bounded
