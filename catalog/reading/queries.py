"""A citizen's search text: what it asks for. Whatever is typed, it is never an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from catalog.reading import synonyms, words
from catalog.reading.places import Named, Place, Places

_PIECE = re.compile(r'(?:(?<=\s)|^)(?P<minus>-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))|"(?P<later>[^"]*)"|[^\s"]+')
_QUOTES = str.maketrans(dict.fromkeys("„“”«»‟❝❞＂", '"'))


KEPT = 256
"""Search texts of which it is kept what they ask for: one answer asks that several times."""


class Clause(NamedTuple):
    """One thing that is asked for: a word, or a phrase of several; or that must not be there.

    ``named`` are the places that the words name, any of which is meant; its ``words`` are then their names. ``apart``:
    several words that are written apart and mean one thing, "bus stop"; else they are one with hyphens: Car-Sharing.
    ``passing``: a word that datasets need not hold, though it counts where they do: "kostenlos".
    """

    words: tuple[str, ...]
    phrase: bool = False
    negated: bool = False
    named: tuple[Named, ...] = ()
    apart: bool = False
    passing: bool = False

    def __str__(self) -> str:
        """The clause as one types it."""
        said = (" " if self.phrase or self.named or self.apart else "-").join(self.words)
        return f"{'-' if self.negated else ''}{f'{chr(34)}{said}{chr(34)}' if self.phrase else said}"

    @property
    def places(self) -> tuple[Place, ...]:
        """The municipalities that the words name, or that hold what they name."""
        return tuple(dict.fromkeys(place for named in self.named for place in named.places))


@lru_cache(maxsize=KEPT)
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
    wanted = [clause for clause in found if not _is_stop_word(clause)] or list(found)
    is_question = q.rstrip().endswith("?") or next(iter(found), Clause(("",))).words[0].casefold() in words.ASKING
    passing = [clause for clause in wanted if _may_be_passed(clause, is_question)]
    if len(passing) < sum(not clause.negated for clause in wanted):
        wanted = [clause._replace(passing=True) if clause in passing else clause for clause in wanted]
    return tuple(wanted)


def says_something(q: str) -> bool:
    """Whether a search text has more than small words and ones that datasets need not hold: "wo ist der nächste" has not."""
    return not all(_is_stop_word(clause) or _may_be_passed(clause, is_question=True) for clause in parse(q))


@lru_cache(maxsize=KEPT)
def understood(q: str, places: Places) -> tuple[Clause, ...]:
    """The clauses of a search text, with what stands in several words put together: "Gemeinde Neuhof", "bus stop".

    Several places are one clause, where the first of them stands: data of any of them are meant.
    """
    clauses = parse(q)
    clauses = tuple(_excluded(clause, places) if clause.negated and not clause.phrase else clause for clause in clauses)
    plain = [number for number, clause in enumerate(clauses) if not clause.phrase and not clause.negated]
    mentioned = places.mentions(["-".join(clauses[number].words) for number in plain])
    passed: set[int] = set()
    named: list[Named] = []
    said: list[str] = []
    for mention in mentioned:
        numbers = plain[mention.start : mention.end]
        said += (word for number in numbers for word in clauses[number].words)
        named.append(mention.named)
        passed |= {*numbers, *plain[mention.start - mention.kind : mention.start]}
    place = plain[mentioned[0].start] if mentioned else None
    found = (
        Clause(tuple(said), named=tuple(dict.fromkeys(_narrowed(named)))) if number == place else clause
        for number, clause in enumerate(clauses)
        if number == place or number not in passed
    )
    return _together(tuple(found))


def _narrowed(named: Sequence[Named]) -> Iterator[Named]:
    """Places without what else their names may mean: with Neuhof named too, only its own part of a name is meant."""
    certain = {each.places[0] for each in named if len(each.places) == 1 and each.what != "postcode"}
    for each in named:
        meant = tuple(place for place in each.places if place in certain)
        yield each._replace(places=meant) if meant else each


def _together(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
    """Words that mean one thing together as one clause."""
    found: list[Clause] = []
    at = 0
    while at < len(clauses):
        one, size = clauses[at], 1
        if at + 1 < len(clauses) and synonyms.begins_phrase(one.words[0]):
            size = next((n for n in range(synonyms.LONGEST, 1, -1) if _is_phrase(clauses[at : at + n], n)), 1)
        if size > 1:
            one = Clause(tuple(word for clause in clauses[at : at + size] for word in clause.words), apart=True)
        found.append(one)
        at += size
    return tuple(found)


def _is_phrase(clauses: Sequence[Clause], size: int) -> bool:
    if len(clauses) < size or any(c.phrase or c.negated or c.named or len(c.words) > 1 for c in clauses):
        return False
    return bool(synonyms.german(clause.words[0] for clause in clauses))


def _excluded(clause: Clause, places: Places) -> Clause:
    """Whoever excludes a municipality excludes its data; of a part or a postcode, what names it."""
    mentioned = places.mentions(["-".join(clause.words)])
    named = mentioned[0].named if mentioned else None
    return clause._replace(named=(named,)) if named is not None and named.what == "municipality" else clause


def written(clauses: Iterable[Clause]) -> str:
    """Clauses as one types them."""
    return " ".join(map(str, clauses))


def _may_be_passed(clause: Clause, is_question: bool) -> bool:
    terms = set(map(words.stem, clause.words))
    passing = words.PASSING | words.PASSING_IN_QUESTIONS if is_question else words.PASSING
    return not clause.phrase and not clause.negated and terms <= passing


def _is_stop_word(clause: Clause) -> bool:
    return not clause.phrase and not clause.negated and words.is_stop_word(" ".join(clause.words))
