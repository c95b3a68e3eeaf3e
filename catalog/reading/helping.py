"""What helps where a search finds nothing: what was meant, what else finds something, what neighbours have."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from itertools import islice, product
from typing import NamedTuple

from catalog.index import Ground, Index
from catalog.reading import queries, synonyms, words
from catalog.reading.entries import FACETS, Query
from catalog.reading.queries import Clause
from schemas import musterdaten
from schemas.vocabularies import LISTS, find_theme

_CANDIDATES = 5  # for each word that nothing is found for
_TRIES = 12
_OFFERED = 3
# What tells how something is, not what it is: öffentliche, kommunalen.
_ADJECTIVE = re.compile(r"(?:lich|isch|ig|bar|sam|los|haft|al|ell|iv)(?:e[nrsm]?)?$")


_NOUN = re.compile(
    r"(?:stelle|quelle|tabelle|kapelle|schaft|mal|kanal|portal|signal|material|spital|lokal|archiv)(?:e[ns]?|[ns])?$"
)


class Instead(NamedTuple):
    """Another search, and how many datasets it finds (at least one)."""

    query: Query
    total: int


class Help(NamedTuple):
    """What to do about a search that found nothing, as far as there is something.

    ``meant`` is the search with its slips mended, ``unquoted`` the one without its quotes, ``known`` the one without words
    that no dataset holds, which are ``unknown``; ``fewer`` searches with one word less, ``parts`` ones with a part of a
    compound that nothing is found for, ``unfiltered`` the search without any filter, ``elsewhere`` the municipalities that
    have what is asked for in another, ``themes`` codes of wider topics.
    """

    meant: Instead | None = None
    unquoted: Instead | None = None
    known: Instead | None = None
    unknown: tuple[str, ...] = ()
    fewer: tuple[Instead, ...] = ()
    parts: tuple[Instead, ...] = ()
    unfiltered: Instead | None = None
    elsewhere: tuple[tuple[str, Instead], ...] = ()
    themes: tuple[tuple[str, Instead], ...] = ()

    @property
    def shown(self) -> Instead | None:
        """The search whose datasets are shown at once: it asks for the same in other words."""
        return self.meant or self.known


class Helper:
    """Looks for help in one state of the index. Every number is that of a real search; their count is bounded."""

    def __init__(self, index: Index, ground: Ground, today: date) -> None:
        self.index = index
        self.ground = ground
        self.today = today

    def help(self, query: Query) -> Help:
        """Help for a search that found nothing."""
        query = replace(query, page=1)
        clauses = queries.understood(query.q, self.ground.places)
        unknown = [clause for clause in clauses if not _fixed(clause) and not self._total(Query(q=str(clause)))]
        meant = self._first(self._mended(query, clauses, unknown)) if unknown else None
        known = None if meant else self._known(query, clauses, unknown)
        return Help(
            meant,
            None if meant else self._unquoted(query, clauses),
            known,
            tuple(map(str, unknown)) if known else (),
            () if meant or known else self._fewer(query, clauses),
            () if meant or known else self._parts(query, clauses, unknown),
            self._first([replace(Query(q=query.q, on=query.on), sort=query.sort, size=query.size)])
            if _filtered(query)
            else None,
            self._elsewhere(query, clauses),
            self._themes(query, clauses),
        )

    def _total(self, query: Query) -> int:
        return self.index.count(query, self.ground, self.today)

    def _found(self, candidates: Sequence[Query] | Iterator[Query]) -> Iterator[Instead]:
        return (Instead(query, total) for query in candidates if (total := self._total(query)))

    def _first(self, candidates: Sequence[Query] | Iterator[Query]) -> Instead | None:
        return next(self._found(candidates), None)

    def _mended(self, query: Query, clauses: Sequence[Clause], unknown: Sequence[Clause]) -> Iterator[Query]:
        """The search with words that nothing is found for replaced by ones that are like them, the likeliest first."""
        choices: list[list[Clause]] = []
        for clause in clauses:
            near = self.index.near("".join(clause.words)) if clause in unknown else ()
            choices.append([clause._replace(words=(word.shown,)) for word in near[:_CANDIDATES]] or [clause])
        mended = (query_of(query, combination) for combination in product(*choices))
        return (each for each in islice(mended, _TRIES) if each.q != queries.written(clauses))

    def _known(self, query: Query, clauses: Sequence[Clause], unknown: Sequence[Clause]) -> Instead | None:
        """The search without words that no dataset holds, if it still says what it is about."""
        rest = [clause for clause in clauses if clause not in unknown and not clause.passing]
        if not unknown or not any(map(_is_subject, rest)):
            return None
        return self._first([query_of(query, rest)])

    def _unquoted(self, query: Query, clauses: Sequence[Clause]) -> Instead | None:
        """The search with the words of its phrases anywhere, in any order, and as parts of others."""
        if not any(clause.phrase and not clause.negated for clause in clauses):
            return None
        loose = [
            part
            for clause in clauses
            for part in (
                map(Clause, ((word,) for word in clause.words)) if clause.phrase and not clause.negated else (clause,)
            )
        ]
        return self._first([query_of(query, loose)])

    def _fewer(self, query: Query, clauses: Sequence[Clause]) -> tuple[Instead, ...]:
        wanted = [clause for clause in clauses if not clause.negated and not clause.passing]
        if len(wanted) < 2:
            return ()
        without = ([other for other in clauses if other is not clause] for clause in wanted)
        tries = (query_of(query, rest) for rest in without if any(c.named or _is_subject(c) for c in rest))
        found = sorted(self._found(islice(tries, _TRIES)), key=lambda instead: instead.total)
        return tuple(found[:_OFFERED])

    def _parts(self, query: Query, clauses: Sequence[Clause], unknown: Sequence[Clause]) -> tuple[Instead, ...]:
        """The search with what a compound is, and what it belongs to, instead of it: Straßenbäume, Bäume, Straße.

        Not of words that the tables explain: a Windrad is no Rad.
        """
        tries = (
            query_of(query, [Clause((part,)) if other is clause else other for other in clauses])
            for clause in unknown
            for part in reversed(words.as_written(clause.words[0], words.split(clause.words[0])))
            if len(clause.words) == 1 and not synonyms.is_known(words.fold(clause.words[0]))
        )
        return tuple(islice(self._found(islice(tries, _TRIES)), _OFFERED))

    def _elsewhere(self, query: Query, clauses: Sequence[Clause]) -> tuple[tuple[str, Instead], ...]:
        named = {place.id for clause in clauses if not clause.negated for place in clause.places}
        asked = named | set(query.municipality)
        rest = query_of(replace(query, municipality=()), [c for c in clauses if not c.named or c.negated])
        if not asked or not queries.parse(rest.q):
            return ()
        places = [id_ for id_ in self.ground.places.by_id if id_ not in asked]
        tries = ((id_, replace(rest, municipality=(id_,))) for id_ in places)
        found = ((id_, Instead(each, total)) for id_, each in tries if (total := self._total(each)))
        return tuple(islice(found, _OFFERED))

    def _themes(self, query: Query, clauses: Sequence[Clause]) -> tuple[tuple[str, Instead], ...]:
        asked = [clause for clause in clauses if not clause.named and not clause.negated]
        translated = [word for clause in asked for word in synonyms.german(clause.words)]
        text = " ".join([queries.written(asked), *translated])
        known = LISTS["data-theme"]
        codes = [code for match in musterdaten.recognise([text]) for code in map(known.by_iri, match.entry.themes)]
        codes += [code for clause in clauses for code in find_theme(" ".join(clause.words))]
        named = dict.fromkeys(code.code for code in codes if code is not None)
        found = (
            (code, Instead(each, total))
            for code in named
            if (total := self._total(each := Query(theme=(code,), on=query.on)))
        )
        return tuple(islice(found, 2))


def query_of(query: Query, clauses: Sequence[Clause]) -> Query:
    """A search with other words."""
    return replace(query, q=queries.written(clauses), page=1)


def _fixed(clause: Clause) -> bool:
    """Whether a clause is meant as it stands: in quotes, excluded, a place; or need not be met."""
    return clause.phrase or clause.negated or bool(clause.named) or clause.passing


def _is_subject(clause: Clause) -> bool:
    """Whether a clause may say what a search is about."""
    if clause.negated or clause.named or clause.passing:
        return False
    last = words.plain(clause.words[-1])
    return clause.phrase or (
        not words.is_stop_word(last) and (_NOUN.search(last) is not None or _ADJECTIVE.search(last) is None)
    )


def _filtered(query: Query) -> bool:
    return any(getattr(query, facet) for facet in FACETS) or bool(query.bbox or query.begin or query.end)
