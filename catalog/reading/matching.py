"""What is asked for as a query of the search index: where a word may stand, and how much each way of matching weighs.

Whether a dataset meets all words is asked of few fields and without weights, so that weights are reckoned only for
datasets that do: a word has some thirty ways to stand in one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import NamedTuple

import tantivy

from catalog.reading import documents, synonyms, words
from catalog.reading.documents import SCHEMA
from catalog.reading.places import Named
from catalog.reading.queries import Clause
from catalog.reading.remembered import Remembered

Places = Sequence[tuple[str, float]]
Common = Callable[[str, str], bool]
Holds = Callable[[str], bool]
# How much a word weighs by the place where it stands; a compound's part weighs less than the word itself.
_PLACES: Places = (("title", 12.0), ("keywords", 5.0), ("description", 2.0), ("more", 1.0))
_PARTS: Places = (("title_parts", 4.0), ("parts", 0.8))
_HEAD: Places = (("title", 1.0), ("keywords", 0.5))
_APART = 0.5
_SYNONYM = 0.6
_KIN = 0.5
# What a word is a kind of; less where datasets have the word itself, so that these stand first.
_WIDER, _WIDER_BESIDE = 0.3, 0.1
_TRANSLATED = 0.9
_HEAD_LETTERS = 5
# What a municipality publishes stands above what only mentions it.
_OF_THE_PLACE = 25.0
# What names a part of a municipality, or its postcode, stands above what the municipality publishes.
_NAMES_THE_PART = 60.0
_TIE = 0.2
_BEGINNING: Places = (("title", 12.0), ("keywords", 5.0))
WORDS = 1000
"""Words whose queries are kept."""


class Words(NamedTuple):
    """The query of a search's words: ``met`` is which datasets meet them, ``weight`` how well (None: all alike)."""

    met: tantivy.Query
    weight: tantivy.Query | None


class Matching:
    """Makes the queries of searches' words. What a word becomes is kept: the same words recur in many searches."""

    def __init__(self, common: Common = lambda _field, _term: False, holds: Holds = lambda _term: True) -> None:
        """``common`` says whether a term stands in so many datasets that only its place in a title tells them apart.

        ``holds`` says whether it stands in any.
        """
        self._meeting = _Meeting(holds)
        self._weighing = _Weighing(holds, common)
        self._met = Remembered(WORDS)
        self._weighed = Remembered(WORDS)

    def build(self, clauses: Sequence[Clause]) -> Words | None:
        """The query of some clauses, all of which must be met; None if there are none."""
        if not clauses:
            return None
        met: list[tuple[tantivy.Occur, tantivy.Query]] = []
        weight: list[tuple[tantivy.Occur, tantivy.Query]] = []
        for together in _together(clauses, self._meeting.is_word):
            needed = [clause for clause in together if not clause.passing]
            ways = [self._met.once(clause, partial(self._meeting.clause, clause)) for clause in needed]
            wanted = [clause for clause in together if not clause.negated]
            weighed = [self._weighed.once(clause, partial(self._weighing.clause, clause)) for clause in wanted]
            if len(together) > 1:
                one = "".join(clause.words[0] for clause in together)
                ways = [self._meeting.any([_all(ways), self._met.once(one, partial(self._meeting.written, one))])]
                weighed = [self._weighing.boosted(way, _APART) for way in weighed]
                weighed.append(self._weighed.once(one, partial(self._weighing.written, one)))
            weight += [(tantivy.Occur.Should, way) for way in weighed]
            occur = tantivy.Occur.Must if wanted else tantivy.Occur.MustNot
            met += [(occur, way) for way in ways]
        if not weight:
            met.append((tantivy.Occur.Must, tantivy.Query.term_query(SCHEMA, "kind", "dataset")))
        return Words(tantivy.Query.boolean_query(met), tantivy.Query.boolean_query(weight) if weight else None)


def beginning(prefix: str) -> tantivy.Query | None:
    """Datasets with a word that begins with some letters in their title or keywords; None if there are no letters."""
    folded = words.fold(prefix)
    if not folded.isalnum():
        return None
    how = _Weighing(lambda _term: True, lambda _field, _term: False)
    ways = list(how.terms(words.stem(prefix), _BEGINNING))
    ways += [how.boosted(tantivy.Query.regex_query(SCHEMA, field, f"{folded}.*"), boost) for field, boost in _BEGINNING]
    return how.any(ways)


def _together(clauses: Sequence[Clause], is_word: Callable[[str], bool]) -> Iterator[tuple[Clause, ...]]:
    """Clauses one by one, but two plain words together that are one if they are written in one: park platz."""
    at = 0
    while at < len(clauses):
        pair = tuple(clauses[at : at + 2])
        joins = len(pair) == 2 and all(map(_is_plain, pair)) and not all(clause.passing for clause in pair)
        found = pair if joins and is_word(words.stem("".join(clause.words[0] for clause in pair))) else pair[:1]
        yield found
        at += len(found)


def _is_plain(clause: Clause) -> bool:
    return (
        not (clause.phrase or clause.negated or clause.named) and len(clause.words) == 1 and clause.words[0].isalpha()
    )


class _Meeting:
    """The ways of a clause to be met, whatever they weigh. ``holds`` says whether any dataset has a term."""

    places: Places = (("all", 1.0),)
    parts: Places = (("all_parts", 1.0),)

    def __init__(self, holds: Holds) -> None:
        self._holds = holds

    def is_word(self, term: str) -> bool:
        """Whether datasets have a term, or the tables explain it."""
        return self._holds(term) or bool(synonyms.others(term) or synonyms.wider(term))

    def any(self, ways: Iterable[tantivy.Query]) -> tantivy.Query:
        """One of several ways."""
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, way) for way in ways])

    def boosted(self, query: tantivy.Query, boost: float) -> tantivy.Query:
        """A way that weighs so many times what it would."""
        del boost
        return query

    def clause(self, clause: Clause) -> tantivy.Query:
        """All ways of a clause."""
        if clause.named:
            return self.any(way for named in clause.named for way in self.place(named, clause.words))
        if clause.phrase:
            return self.phrase(clause.words)
        if len(clause.words) > 1:
            return self.several(clause.words)
        return self.word(clause.words[0], clause.negated)

    def place(self, named: Named, said: Sequence[str]) -> Iterator[tantivy.Query]:
        """A place: what its municipality's sources deliver, what names that; and, further up, what names a part itself."""
        if named.what != "municipality":
            yield tantivy.Query.const_score_query(self.phrase(named.name), _NAMES_THE_PART)
        for place in named.places:
            yield _all(map(self.word, place.name or said))
            if place.sources:
                sources = documents.one_of("source", place.sources)
                yield tantivy.Query.const_score_query(sources, _OF_THE_PLACE)

    def phrase(self, phrase: Sequence[str]) -> tantivy.Query:
        """Words in this order; of one word the word itself, without its parts and others."""
        terms: list[str | tuple[int, str]] = [words.stem(word) for word in phrase]
        if len(terms) == 1:
            return self.any(self.terms(str(terms[0]), self.places))
        return self.any(
            self.boosted(tantivy.Query.phrase_query(SCHEMA, field, terms), boost) for field, boost in _PLACES
        )

    def several(self, parts: Sequence[str]) -> tantivy.Query:
        """Words that are one: written with hyphens or in one (Carsharing), each for itself, in German (bus stop)."""
        ways = [self.word("".join(parts)), self.boosted(_all(map(self.word, parts)), _APART)]
        return self.any([*ways, *self.translated(parts)])

    def word(self, word: str, negated: bool = False, english: bool = True) -> tantivy.Query:
        """A word: itself, as part of a compound, others for the same, its own parts apart; if ``english``, in German."""
        term = words.stem(word)
        ways = [*self.terms(term, self.places), *self.terms(term, self.parts)]
        if english:
            ways += self.translated([word], negated)
        if negated:
            return self.any(ways)
        ways += self.others(word)
        parts = words.split(word)
        if parts and len(parts[-1]) >= _HEAD_LETTERS:
            ways += self.terms(words.stem(parts[-1]), _HEAD)
        if not parts and not self._holds(term):
            parts = words.parted(word, self.is_word)
        if parts:
            ways.append(self.apart(parts))
        if subject := words.subject(word):
            ways.append(self.boosted(self.word(subject, english=False), _APART))
        return self.any(ways)

    def written(self, word: str) -> tantivy.Query:
        """A word that was written as two: itself, as part of a compound, others for the same."""
        term = words.stem(word)
        return self.any([*self.terms(term, self.places), *self.terms(term, self.parts), *self.others(word)])

    def others(self, word: str) -> Iterator[tantivy.Query]:
        """Other words for the same, those of the same verb or trade, and what a word is a kind of."""
        term = words.stem(word)
        above = _WIDER_BESIDE if self._holds(term) else _WIDER
        several = ((synonyms.others(term), _SYNONYM), (zip(words.kin(word)), _KIN), (synonyms.wider(term), above))
        for meant, weight in several:
            for terms in meant:
                if all(map(self._holds, terms)):
                    yield self.boosted(self.other(terms), weight)

    def translated(self, said: Sequence[str], negated: bool = False) -> Iterator[tantivy.Query]:
        """An English word or phrase by its German words, each with all its own ways."""
        own = words.stem(said[0]) if len(said) == 1 else ""
        for word in (word for word in synonyms.german(said) if words.stem(word) != own):
            yield self.boosted(self.word(word, negated, english=False), _TRANSLATED)

    def other(self, terms: Sequence[str]) -> tantivy.Query:
        """Another word, which may be several."""
        each = [self.any(self.terms(term, (*self.places, *self.parts))) for term in terms]
        return each[0] if len(each) == 1 else _all(each)

    def apart(self, parts: Sequence[str]) -> tantivy.Query:
        """The parts of a compound each as a word of its own: a Straßenlampe in "Leuchten an der Straße"."""
        each = []
        for part in parts:
            terms = words.inner_terms(part)
            others = (other[0] for term in terms for other in synonyms.others(term) if len(other) == 1)
            meant = dict.fromkeys((*terms, *filter(self._holds, (*others, *words.kin(part)))))
            each.append(self.any(way for term in meant for way in self.terms(term, (*self.places, *self.parts))))
        return self.boosted(_all(each), _APART)

    def terms(self, term: str, places: Places) -> Iterator[tantivy.Query]:
        """A term in several places."""
        for field, boost in places:
            yield self.boosted(tantivy.Query.term_query(SCHEMA, field, term), boost)


class _Weighing(_Meeting):
    """The same ways by what they weigh: the best counts, the others break ties."""

    places = _PLACES
    parts = _PARTS

    def __init__(self, holds: Holds, common: Common) -> None:
        super().__init__(holds)
        self._common = common

    def terms(self, term: str, places: Places) -> Iterator[tantivy.Query]:
        rare = [place for place in places if place[0] == "title" or not self._common(place[0], term)]
        return super().terms(term, rare)

    def any(self, ways: Iterable[tantivy.Query]) -> tantivy.Query:
        return tantivy.Query.disjunction_max_query(list(ways), _TIE)

    def boosted(self, query: tantivy.Query, boost: float) -> tantivy.Query:
        return tantivy.Query.boost_query(query, boost)


def _all(each: Iterable[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.boolean_query([(tantivy.Occur.Must, one) for one in each])
