"""The words of the catalogue as they are written there, and everyday ones: what a mistyped word may have meant.

Also how a word that is begun goes on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

import tantivy
from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.reading import synonyms, words

FIELD = "spelling"
# How many words are compared with a mistyped one: the most frequent ones.
MOST = 200_000
_LONGEST = 40
_ANY_BEGINNING = 7  # letters: a shorter word with another beginning is another word (fällen, Hallen)
_SAME_BEGINNING = 3  # letters that a shorter word must share with one that is two slips away (Museum, Museen)
_EXPLAINED = 8  # letters from which on a word that only the tables know may be two slips away (litter is no Blitzer)
_SEPARATOR = "/"  # in no word


class Word(NamedTuple):
    """A word as most write it, and in how many datasets it stands (in any spelling of case and umlauts)."""

    shown: str
    datasets: int


def entries(found: Iterable[str]) -> Iterable[str]:
    """The terms of the index's field for some words: as they are compared, and as they are written."""
    return filter(None, map(_entry, dict.fromkeys(found)))


@lru_cache(maxsize=100_000)
def _entry(word: str) -> str:
    return f"{words.fold(word)}{_SEPARATOR}{word}" if 1 < len(word) <= _LONGEST and word.isalpha() else ""


class Speller:
    """All words of one state of the index, and those that mean some of them, for finding the nearest.

    Safe for several threads.
    """

    def __init__(self, searcher: tantivy.Searcher) -> None:
        found = {words.fold(word): Word(word, 0) for word in synonyms.said()}
        found |= _together(searcher.terms_with_prefix(FIELD, "", limit=MOST))
        self._words = {name: word for name, word in found.items() if not words.is_stop_word(word.shown)}
        self._folded = list(self._words)

    def near(self, word: str, leads: Callable[[str], bool], most: int = 5) -> tuple[Word, ...]:
        """The words that a mistyped one may mean, the likeliest first: fewest slips, same beginning, most datasets.

        Everyday words stand in no dataset, and yet may lead to some, Fahrradweg to Radwege: those that begin alike, are
        nearer than any word of the catalogue, and of which ``leads`` says that a search finds something. A word that we
        know means itself.
        """
        folded = words.fold(word)
        slips = 0 if len(folded) < 4 else 1 if len(folded) < 6 else 2 if len(folded) < 11 else 3
        if not slips or len(folded) > _LONGEST or _is_known(folded):
            return ()  # whoever writes a word rightly means it, though nothing is found
        found = process.extract(folded, self._folded, scorer=OSA.distance, score_cutoff=slips, limit=50)
        ranked = sorted(
            (distance, near[0] != folded[0], -self._words[near].datasets, near)
            for near, distance, _ in found
            if near != folded and (len(folded) >= _ANY_BEGINNING or _begin_alike(near, folded, distance))
        )
        nearest = next((distance for distance, _, datasets, _ in ranked if datasets), slips + 1)
        most_slips = min(nearest - 1, 1 if len(folded) < _EXPLAINED else 2)
        likely = [
            self._words[near]
            for distance, other_beginning, datasets, near in ranked
            if datasets or (distance <= most_slips and not other_beginning)
        ]
        by_term: dict[str, Word] = {}  # of the forms of a word the nearest: they find the same
        for known in likely:
            if len(by_term) == most:
                break
            if known.datasets or leads(known.shown):
                by_term.setdefault(words.stem(known.shown), known)
        return tuple(by_term.values())


def _is_known(folded: str) -> bool:
    return synonyms.is_known(folded) or words.is_constituent(folded) or bool(words.split(folded))


def _begin_alike(near: str, folded: str, distance: int) -> bool:
    """Whether two words begin with the same letters, or with the same two in another order."""
    if distance > 1:
        return near[:_SAME_BEGINNING] == folded[:_SAME_BEGINNING]
    return near[0] == folded[0] or near[:2] == folded[1::-1]


def beginning(searcher: tantivy.Searcher, prefix: str, within: tantivy.Query | None, most: int) -> tuple[Word, ...]:
    """The words that begin with some letters, the most frequent first; ``within`` counts only datasets of a query.

    Of the forms of a word (Spielplatz, Spielplätze) only the most frequent one is given.
    """
    folded = words.fold(prefix)
    found = _together(searcher.terms_with_prefix(FIELD, folded, filter_query=within, limit=20 * most))
    by_term: dict[str, Word] = {}
    for _name, word in sorted(found.items(), key=lambda item: (-item[1].datasets, item[0])):
        if word.datasets > 0 and not words.is_stop_word(word.shown):
            by_term.setdefault(words.stem(word.shown), word)
    return tuple(by_term.values())[:most]


def _together(counted: Sequence[tuple[str, int]]) -> dict[str, Word]:
    """The spellings of each word as one: shown as most write it, all datasets together."""
    found: dict[str, Word] = {}
    for term, datasets in counted:  # the most frequent first
        folded, _, shown = term.partition(_SEPARATOR)
        known = found.get(folded)
        found[folded] = Word(known.shown, known.datasets + datasets) if known else Word(shown, datasets)
    return found
