"""A citizen's search words as a query of the search index. Whatever is typed, it is never an error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

import tantivy

from catalog.reading import words

Names = Mapping[str, Sequence[str]]

_PIECE = re.compile(r'(?:(?<=\s)|^)(?P<minus>-)?(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))|"(?P<later>[^"]*)"|[^\s"]+')
_QUOTES = str.maketrans(dict.fromkeys("„“”«»‟❝❞＂", '"'))
# How much a word weighs by the place where it stands; a compound's part weighs less than the word itself.
_PLACES = (("title", 12.0), ("keywords", 5.0), ("description", 2.0), ("more", 1.0))
_PARTS = (("title_parts", 4.0), ("parts", 0.8))
_APART = 0.5
_HEAD = (("title", 1.0), ("keywords", 0.5))
_HEAD_LETTERS = 6


class Clause(NamedTuple):
    """One thing that is asked for: a word, or a phrase of several; or that must not be there."""

    words: tuple[str, ...]
    phrase: bool = False
    negated: bool = False


def parse(q: str) -> tuple[Clause, ...]:
    """What a search text asks for: words (all must match), "phrases in quotes", and -excluded words or phrases.

    Every text gives a result; marks that mean nothing are passed over.
    """
    found: dict[Clause, None] = {}
    for match in _PIECE.finditer(q.translate(_QUOTES)):
        quoted = match["phrase"] if match["phrase"] is not None else match["later"]
        negated = match["minus"] is not None
        pieces = tuple(words.WORD.findall(quoted if quoted is not None else match[0]))
        if not pieces:
            continue
        if quoted is not None or (negated and len(pieces) > 1):
            found[Clause(pieces, phrase=True, negated=negated)] = None
        elif negated:
            found[Clause(pieces, negated=True)] = None
        else:
            found |= dict.fromkeys(Clause((piece,)) for piece in pieces)
    wanted = [clause for clause in found if not _is_stop_word(clause)]
    return tuple(wanted or found)


def build(schema: tantivy.Schema, q: str, names: Names) -> tantivy.Query | None:
    """The query of a search text; None if it asks for nothing.

    ``names`` holds terms of municipalities' names with the keys of their sources: records are found under them too.
    """
    return _Builder(schema, names).build(parse(q))


def _is_stop_word(clause: Clause) -> bool:
    return not clause.phrase and not clause.negated and clause.words[0].casefold() in words.STOP_WORDS


class _Builder:
    def __init__(self, schema: tantivy.Schema, names: Names) -> None:
        self.schema = schema
        self.names = names

    def build(self, clauses: Sequence[Clause]) -> tantivy.Query | None:
        if not clauses:
            return None
        parts: list[tuple[tantivy.Occur, tantivy.Query]] = []
        for clause in clauses:
            occur = tantivy.Occur.MustNot if clause.negated else tantivy.Occur.Must
            parts.append((occur, self._phrase(clause.words) if clause.phrase else self._word(clause)))
        if all(clause.negated for clause in clauses):
            parts.append((tantivy.Occur.Must, tantivy.Query.all_query()))
        return tantivy.Query.boolean_query(parts)

    def _phrase(self, phrase: Sequence[str]) -> tantivy.Query:
        terms: list[str | tuple[int, str]] = [words.stem(word) for word in phrase]
        if len(terms) == 1:
            return _best(list(self._terms(str(terms[0]), _PLACES)))
        return _best(
            [
                tantivy.Query.boost_query(tantivy.Query.phrase_query(self.schema, field, terms), boost)
                for field, boost in _PLACES
            ]
        )

    def _word(self, clause: Clause) -> tantivy.Query:
        word = clause.words[0]
        term = words.stem(word)
        ways = [*self._terms(term, _PLACES), *self._terms(term, _PARTS)]
        if term in self.names:
            sources = tantivy.Query.term_set_query(self.schema, "source", list(self.names[term]))
            ways.append(tantivy.Query.const_score_query(sources, 1.0))
        parts = words.split(word)
        if parts and not clause.negated:
            ways.append(self._apart(parts))
            head = words.stem(parts[-1])
            if len(parts[-1]) >= _HEAD_LETTERS:
                ways += self._terms(head, _HEAD)
        return _best(ways)

    def _apart(self, parts: Sequence[str]) -> tantivy.Query:
        """The parts of a compound each as a word of its own: a Straßenlampe in "Lampen an der Straße"."""
        each = []
        for part in parts:
            ways = [way for term in words.inner_terms(part) for way in self._terms(term, (*_PLACES, *_PARTS))]
            each.append((tantivy.Occur.Must, _best(ways)))
        return tantivy.Query.boost_query(tantivy.Query.boolean_query(each), _APART)

    def _terms(self, term: str, places: Sequence[tuple[str, float]]) -> Iterator[tantivy.Query]:
        for field, boost in places:
            yield tantivy.Query.boost_query(tantivy.Query.term_query(self.schema, field, term), boost)


def _best(ways: list[tantivy.Query]) -> tantivy.Query:
    return tantivy.Query.disjunction_max_query(ways, 0.2)
