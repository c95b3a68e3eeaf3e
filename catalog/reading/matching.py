"""What is asked for as a query of the search index: where a word may stand, and how much each way of matching weighs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import tantivy

from catalog.reading import synonyms, words
from catalog.reading.documents import SCHEMA
from catalog.reading.queries import Clause

# How much a word weighs by the place where it stands; a compound's part weighs less than the word itself.
_PLACES = (("title", 12.0), ("keywords", 5.0), ("description", 2.0), ("more", 1.0))
_PARTS = (("title_parts", 4.0), ("parts", 0.8))
_HEAD = (("title", 1.0), ("keywords", 0.5))
_APART = 0.5
_SYNONYM = 0.6
_HEAD_LETTERS = 6
# What a municipality publishes stands above what only mentions it.
_OF_THE_PLACE = 25.0
_TIE = 0.2
_BEGINNING = (("title", 12.0), ("keywords", 5.0))


def build(clauses: Sequence[Clause]) -> tantivy.Query | None:
    """The query of some clauses, all of which must be met; None if there are none."""
    if not clauses:
        return None
    parts: list[tuple[tantivy.Occur, tantivy.Query]] = []
    for clause in clauses:
        occur = tantivy.Occur.MustNot if clause.negated else tantivy.Occur.Must
        parts.append((occur, _clause(clause)))
    if all(clause.negated for clause in clauses):
        parts.append((tantivy.Occur.Must, tantivy.Query.all_query()))
    return tantivy.Query.boolean_query(parts)


def beginning(prefix: str) -> tantivy.Query | None:
    """Datasets with a word that begins with some letters in their title or keywords; None if there are no letters."""
    folded = words.fold(prefix)
    if not folded.isalnum():
        return None
    ways = list(_terms(words.stem(prefix), _BEGINNING))
    ways += [
        tantivy.Query.boost_query(tantivy.Query.regex_query(SCHEMA, field, f"{folded}.*"), boost)
        for field, boost in _BEGINNING
    ]
    return _best(ways)


def _clause(clause: Clause) -> tantivy.Query:
    if clause.place is not None:
        return _place(clause)
    if clause.phrase:
        return _phrase(clause.words)
    return _hyphened(clause.words) if len(clause.words) > 1 else _word(clause.words[0], clause.negated)


def _hyphened(parts: Sequence[str]) -> tantivy.Query:
    """A word with hyphens: written so, in one (Carsharing), or each part for itself."""
    each = tantivy.Query.boolean_query([(tantivy.Occur.Must, _word(part)) for part in parts])
    return _best([_word("".join(parts)), tantivy.Query.boost_query(each, _APART)])


def _place(clause: Clause) -> tantivy.Query:
    """A municipality's name: what its sources deliver, and what names it."""
    assert clause.place is not None
    named = [(tantivy.Occur.Must, _word(word)) for word in clause.words]
    ways = [tantivy.Query.boolean_query(named)]
    if clause.place.sources:
        sources = tantivy.Query.term_set_query(SCHEMA, "source", list(clause.place.sources))
        ways.append(tantivy.Query.const_score_query(sources, _OF_THE_PLACE))
    return _best(ways)


def _phrase(phrase: Sequence[str]) -> tantivy.Query:
    terms: list[str | tuple[int, str]] = [words.stem(word) for word in phrase]
    if len(terms) == 1:
        return _best(list(_terms(str(terms[0]), _PLACES)))
    return _best(
        [tantivy.Query.boost_query(tantivy.Query.phrase_query(SCHEMA, field, terms), boost) for field, boost in _PLACES]
    )


def _word(word: str, negated: bool = False) -> tantivy.Query:
    term = words.stem(word)
    ways = [*_terms(term, _PLACES), *_terms(term, _PARTS)]
    if negated:
        return _best(ways)
    ways += map(_synonym, synonyms.others(term))
    parts = words.split(word)
    if parts:
        ways.append(_apart(parts))
        if len(parts[-1]) >= _HEAD_LETTERS:
            ways += _terms(words.stem(parts[-1]), _HEAD)
    return _best(ways)


def _synonym(terms: Sequence[str]) -> tantivy.Query:
    each = [(tantivy.Occur.Must, _best(list(_terms(term, (*_PLACES, *_PARTS))))) for term in terms]
    return tantivy.Query.boost_query(each[0][1] if len(each) == 1 else tantivy.Query.boolean_query(each), _SYNONYM)


def _apart(parts: Sequence[str]) -> tantivy.Query:
    """The parts of a compound each as a word of its own: a Straßenlampe in "Leuchten an der Straße"."""
    each = []
    for part in parts:
        terms = words.inner_terms(part)
        meant = dict.fromkeys(
            (*terms, *(other[0] for term in terms for other in synonyms.others(term) if len(other) == 1))
        )
        ways = [way for term in meant for way in _terms(term, (*_PLACES, *_PARTS))]
        each.append((tantivy.Occur.Must, _best(ways)))
    return tantivy.Query.boost_query(tantivy.Query.boolean_query(each), _APART)


def _terms(term: str, places: Sequence[tuple[str, float]]) -> Iterator[tantivy.Query]:
    for field, boost in places:
        yield tantivy.Query.boost_query(tantivy.Query.term_query(SCHEMA, field, term), boost)


def _best(ways: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.disjunction_max_query(ways, _TIE)
