"""Which datasets are about the same as one: by the words of its title and its keywords, weighed by how rare they are."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice

import tantivy

from catalog.reading import words
from catalog.reading.documents import SCHEMA
from catalog.reading.places import Places
from catalog.reading.summary import Summary

# A word of the title tells more than a keyword, of which sources give many.
_TITLE, _KEYWORDS, _THEME = 3.0, 2.0, 0.5
_MOST_WORDS = 12


def subjects(text: str, places: Places) -> Mapping[str, str]:
    """The words of a text that tell what it is about, by their stems: neither names of places, nor numbers, nor stop words."""
    said = words.WORD.findall(text)
    named = {at for mention in places.mentions(said) for at in range(mention.start - mention.kind, mention.end)}
    told: dict[str, str] = {}
    for at, word in enumerate(said):
        if at not in named and not word.isdigit() and word.casefold() not in words.STOP_WORDS:
            told.setdefault(words.stem(word), word)
    return told


def query(key: str, summary: Summary, places: Places) -> tantivy.Query | None:
    """The query of what is like a dataset, without itself; None if its title and keywords tell nothing."""
    weighed = [(term, _TITLE) for term in islice(subjects(summary.title, places), _MOST_WORDS)]
    weighed += [(term, _KEYWORDS) for term in islice(subjects(" ".join(summary.keywords), places), _MOST_WORDS)]
    if not weighed:
        return None
    told = [(tantivy.Occur.Should, _word(term, boost)) for term, boost in dict(reversed(weighed)).items()]
    parts = [
        (tantivy.Occur.Must, tantivy.Query.boolean_query(told)),
        (tantivy.Occur.Must, tantivy.Query.const_score_query(_term("kind", "dataset"), 0.0)),
        (tantivy.Occur.MustNot, _term("key", key)),
    ]
    parts += [
        (tantivy.Occur.Should, tantivy.Query.const_score_query(_term("theme", c), _THEME)) for c in summary.themes
    ]
    return tantivy.Query.boolean_query(parts)


def _word(term: str, boost: float) -> tantivy.Query:
    """A word in title or keywords, or as a part of a compound there."""
    ways = [(field, weight) for field, weight in (("title", 1.0), ("keywords", 0.7), ("title_parts", 0.5))]
    return tantivy.Query.disjunction_max_query(
        [tantivy.Query.boost_query(_term(field, term), boost * weight) for field, weight in ways]
    )


def _term(field: str, value: str) -> tantivy.Query:
    return tantivy.Query.term_query(SCHEMA, field, value)
