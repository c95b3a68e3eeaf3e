"""A citizen's search text: what it asks for. Whatever is typed, it is never an error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

from catalog.reading import words
from catalog.reading.places import Place, Places

_PIECE = re.compile(r'(?:(?<=\s)|^)(?P<minus>-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))|"(?P<later>[^"]*)"|[^\s"]+')
_QUOTES = str.maketrans(dict.fromkeys("„“”«»‟❝❞＂", '"'))


class Clause(NamedTuple):
    """One thing that is asked for: a word, or a phrase of several; or that must not be there.

    ``place`` is the municipality that the words name; its ``words`` are then its name. Several words without either are
    one with hyphens: Car-Sharing.
    """

    words: tuple[str, ...]
    phrase: bool = False
    negated: bool = False
    place: Place | None = None

    def __str__(self) -> str:
        """The clause as one types it."""
        said = (" " if self.phrase or self.place else "-").join(self.words)
        return f"{'-' if self.negated else ''}{f'{chr(34)}{said}{chr(34)}' if self.phrase else said}"


def parse(q: str) -> tuple[Clause, ...]:
    """What a search text asks for: words (all must match), "phrases in quotes", and -excluded words or phrases.

    Every text gives a result; marks that mean nothing are passed over.
    """
    found: dict[Clause, None] = {}
    for match in _PIECE.finditer(q.translate(_QUOTES)):
        quoted = match["phrase"] if match["phrase"] is not None else match["later"]
        negated = match["minus"] is not None
        text = quoted if quoted is not None else match[0]
        pieces = tuple(words.WORD.findall(text))
        if not pieces:
            continue
        if quoted is not None or (negated and len(pieces) > 1):
            found[Clause(pieces, phrase=True, negated=negated)] = None
        elif negated:
            found[Clause(pieces, negated=True)] = None
        elif words.hyphened(text) == ["".join(pieces)]:
            found[Clause(pieces)] = None
        else:
            found |= dict.fromkeys(Clause((piece,)) for piece in pieces)
    wanted = [clause for clause in found if not _is_stop_word(clause)]
    return tuple(wanted or found)


def understood(q: str, places: Places) -> tuple[Clause, ...]:
    """The clauses of a search text, the names of municipalities in it put together: "Gemeinde Neuhof" is one."""
    clauses = parse(q)
    clauses = tuple(_excluded(clause, places) if clause.negated and not clause.phrase else clause for clause in clauses)
    plain = [number for number, clause in enumerate(clauses) if not clause.phrase and not clause.negated]
    mentioned = places.mentions(["-".join(clauses[number].words) for number in plain])
    if not mentioned:
        return clauses
    named: dict[int, Clause] = {}
    passed: set[int] = set()
    for mention in mentioned:
        numbers = plain[mention.start : mention.end]
        named[numbers[0]] = Clause(
            tuple(word for number in numbers for word in clauses[number].words), place=mention.place
        )
        passed |= {*numbers, *plain[mention.start - mention.kind : mention.start]}
    return tuple(
        named.get(number, clause) for number, clause in enumerate(clauses) if number in named or number not in passed
    )


def _excluded(clause: Clause, places: Places) -> Clause:
    mentioned = places.mentions(clause.words)
    return clause._replace(place=mentioned[0].place) if mentioned else clause


def written(clauses: Iterable[Clause]) -> str:
    """Clauses as one types them."""
    return " ".join(map(str, clauses))


def _is_stop_word(clause: Clause) -> bool:
    return not clause.phrase and not clause.negated and " ".join(clause.words).casefold() in words.STOP_WORDS
