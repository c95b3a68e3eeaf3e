"""Which entry of the Musterdatenkatalog, the list of what German towns publish, a dataset is.

The list is that of Bertelsmann Stiftung (edition 2023-04-20); its IRIs stand in dcterms:references (Konventionenhandbuch
2.0, "Verwendung des Musterdatenkatalogs"). The words by which an entry is recognised are our own
(``vocabularies/musterdatenkatalog.csv``): ``baumkataster*`` begins a word, ``*verein`` ends one, several words must all
stand there; weak words count only with support from keywords, description or theme.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from schemas.kinds import Literal
from schemas.model import Dataset, Resource, iri_of
from schemas.vocabularies import LISTS
from schemas.vocabularies.codes import listed, rows
from schemas.vocabularies.spelling import fold, iri_key, plain

BASE = "https://musterdatenkatalog.de/def/musterdatensatz/"
SURE = 75
"""From this certainty on a dataset may be counted as the entry; below it, somebody should look."""

STATED, WHOLE_TITLE, IN_TITLE, BESIDE_ANOTHER, IN_KEYWORD, WEAK_SUPPORTED, BREAKDOWN = 100, 95, 90, 80, 60, 65, 50
IN_DESCRIPTION, WEAK_ALONE = 40, 35
_THEME_AGREES, _THEME_DIFFERS = 5, -15
_LONGEST_DESCRIPTION = 300


class Entry(NamedTuple):
    """One entry: its code (the path of its IRI), labels, EU data themes, HVD categories that it surely or maybe is of."""

    code: str
    de: str
    en: str
    themes: tuple[str, ...]
    hvd: tuple[str, ...]
    maybe_hvd: tuple[str, ...]

    @property
    def iri(self) -> str:
        """The IRI of the entry, the value of dcterms:references."""
        return BASE + self.code

    @property
    def topic(self) -> str:
        """The entry's German topic, the first part of its label: a keyword that the convention asks for."""
        return self.de.split(" – ")[0]


class Match(NamedTuple):
    """An entry that a dataset may be: how certain (1 to 100), where it showed, and the words that showed it.

    ``where`` is ``references``, ``title``, ``keyword`` or ``description``.
    """

    entry: Entry
    certainty: int
    where: str
    words: str


class _Phrase(NamedTuple):
    entry: Entry
    parts: tuple[tuple[str, bool, bool], ...]  # literal, begins anywhere, ends anywhere
    weak: bool
    length: int


class _Token(NamedTuple):
    forms: tuple[str, ...]
    place: int
    behind: int  # a preposition of place (1), of division (2)
    text: str


class _Hit(NamedTuple):
    rank: tuple[int, ...]
    phrase: _Phrase
    tokens: tuple[_Token, ...]


_WORD = re.compile(r"[^\W_]+(?:[-+&][^\W_]+)*\+?")
_PART = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[/#?&=_-]")
# What follows says where the data lie, or how they are divided, not what they are.
_PLACES = frozenset({"in", "im", "am", "auf", "innerhalb"})
_BREAKDOWN = frozenset({"nach", "je", "pro"})
# Of town, parish, district: what stands before the thing itself in a compound.
_OF_TOWN = re.compile(r"(?:stadt|gemeinde|kommunal|kreis|landkreis|orts|dorf)(?=\w{5})")


@cache
def entries() -> Mapping[str, Entry]:
    """All entries by code, in the order of their codes."""
    return {row["code"]: _entry(row) for row in rows("musterdatenkatalog")}


def _entry(row: Mapping[str, str]) -> Entry:
    base, hvd = LISTS["hvd-category"].base, listed(row["hvd"])
    return Entry(
        row["code"],
        row["de"],
        row["en"],
        tuple(LISTS["data-theme"].base + code for code in listed(row["themes"])),
        tuple(base + code for code in hvd if not code.startswith("~")),
        tuple(base + code[1:] for code in hvd if code.startswith("~")),
    )


def by_iri(iri: str) -> Entry | None:
    """The entry of an IRI of the present edition; None for one of the edition of 2022 or of anything else."""
    key = iri_key(iri)
    return _by_key().get(key)


def recognise(
    titles: Iterable[str],
    keywords: Iterable[str] = (),
    description: str = "",
    themes: Iterable[str] = (),
    references: Iterable[str] = (),
) -> tuple[Match, ...]:
    """The entries that a dataset with these texts may be, the most certain first; empty if nothing points to one.

    ``themes`` and ``references`` are IRIs. A reference to an entry decides alone.
    """
    references = tuple(references)
    stated = [Match(entry, STATED, "references", entry.de) for iri in references if (entry := by_iri(iri))]
    if stated:
        return tuple(stated)
    found: dict[str, Match] = {}
    for iri in references:
        if iri_key(iri).startswith(iri_key(BASE)):  # of the edition of 2022: its path is words
            topic, _, name = iri_key(iri)[len(iri_key(BASE)) + 1 :].partition("/")
            spelled = iri[len(iri) - len(name) :] if name else topic
            _gather(found, " ".join(_CAMEL.split(f"{spelled}/{topic}")).lower(), "references", set(themes))
    for title in titles:
        _gather(found, title, "title", set(themes))
    _with_support(found, tuple(keywords), description, set(themes))
    return tuple(sorted(found.values(), key=lambda match: (-match.certainty, match.entry.code)))


def of(dataset: Dataset) -> tuple[Match, ...]:
    """The entries that a dataset may be, by :func:`recognise`; German texts first, else those of every language."""
    titles = [value.text for value in dataset.title if (value.lang or "de").startswith("de")]
    return recognise(
        titles or [value.text for value in dataset.title],
        [value.text for value in dataset.keyword],
        _first(dataset.description),
        _iris(dataset.theme),
        _iris(dataset.references),
    )


def best(dataset: Dataset, least: int = SURE) -> Match | None:
    """The one entry that a dataset is, if that is at least so certain and no other is as certain."""
    matches = of(dataset)
    if not matches or matches[0].certainty < least:
        return None
    return None if len(matches) > 1 and matches[1].certainty == matches[0].certainty else matches[0]


def _first(texts: tuple[Literal, ...]) -> str:
    german = [value.text for value in texts if (value.lang or "de").startswith("de")]
    return (german or [value.text for value in texts] or [""])[0]


def _iris(values: Iterable[str | Resource]) -> list[str]:
    return [iri for value in values if (iri := iri_of(value))]


def _gather(found: dict[str, Match], text: str, where: str, themes: set[str]) -> None:
    hits = _hits(text)
    strong = [hit for hit in hits if not hit.phrase.weak]
    for number, hit in enumerate(strong):
        _enter(found, hit, _in_title(text, hit, number) + _agreement(hit.phrase.entry, themes), where)
    for hit in () if strong else hits:
        _enter(found, hit, BESIDE_ANOTHER if _is_whole(text, hit) else WEAK_ALONE, where)


def _in_title(text: str, hit: _Hit, number: int) -> int:
    behind = hit.rank[0]
    if behind:
        return BESIDE_ANOTHER if not number and behind == 1 else BREAKDOWN
    if number:
        return BESIDE_ANOTHER - 10 * min(number, 3)
    return WHOLE_TITLE if _is_whole(text, hit) else IN_TITLE


def _with_support(found: dict[str, Match], keywords: Sequence[str], description: str, themes: set[str]) -> None:
    """Keywords and description: alone they show little; to what the title shows weakly they add."""
    said = [("keyword", hit) for keyword in keywords for hit in _hits(keyword)]
    said += [("description", hit) for hit in _hits(description[:_LONGEST_DESCRIPTION])]
    supported: set[str] = set()
    for where, hit in said:
        entry = hit.phrase.entry
        known = found.get(entry.code)
        if known is None and not hit.phrase.weak:
            certainty = IN_KEYWORD if where == "keyword" else IN_DESCRIPTION
            # Where the title already says what it is, keywords only name what lies beside it.
            if any(match.certainty >= IN_TITLE - 20 for match in found.values() if match.where != "keyword"):
                certainty = min(certainty, WEAK_ALONE)
            _enter(found, hit, certainty + _agreement(entry, themes), where)
        elif known is not None and known.where != where and entry.code not in supported:
            supported.add(entry.code)
            raised = (
                WEAK_SUPPORTED + _agreement(entry, themes) if known.certainty == WEAK_ALONE else known.certainty + 3
            )
            found[entry.code] = known._replace(certainty=min(raised, WHOLE_TITLE + _THEME_AGREES - 1))


def _enter(found: dict[str, Match], hit: _Hit, certainty: int, where: str) -> None:
    entry = hit.phrase.entry
    known = found.get(entry.code)
    certainty = max(1, min(certainty, STATED - 1))
    if known is None or known.certainty < certainty:
        found[entry.code] = Match(entry, certainty, where, " ".join(token.text for token in hit.tokens))


def _agreement(entry: Entry, themes: set[str]) -> int:
    if not themes or not entry.themes:
        return 0
    return _THEME_AGREES if themes & set(entry.themes) else _THEME_DIFFERS


def _is_whole(text: str, hit: _Hit) -> bool:
    places = {token.place for token in hit.tokens}
    return all(
        token.place in places or token.text.isdigit() or token.text in _saying_nothing() for token in _tokens(text)
    )


@cache
def _saying_nothing() -> frozenset[str]:
    return frozenset(plain(row["word"]) for row in rows("empty-words"))


@lru_cache(maxsize=8192)
def _hits(text: str) -> tuple[_Hit, ...]:
    """The phrases that stand in a text, one for each entry: those of more words first, then those that stand earlier.

    Of two phrases that end on the same word only the longer counts: a hundesteuersatzung is no satzung.
    """
    tokens = _tokens(text)
    named = _labels().get(fold(text))
    if named is not None:
        return (_Hit((0, -len(tokens), 0, 0), _Phrase(named, (), False, len(text)), tuple(tokens)),)
    by_entry: dict[str, _Hit] = {}
    for phrase in _candidates(tokens):
        hit = _stands(phrase, tokens)
        known = by_entry.get(phrase.entry.code)
        if hit is not None and (known is None or (known.phrase.weak, known.rank) > (phrase.weak, hit.rank)):
            by_entry[phrase.entry.code] = hit
    taken: set[int] = set()
    kept: list[_Hit] = []
    for hit in sorted(by_entry.values(), key=lambda hit: (hit.phrase.weak, hit.rank)):
        places = {token.place for token in hit.tokens}
        if not places & taken:
            kept.append(hit)
            taken |= places
    return tuple(kept)


def _stands(phrase: _Phrase, tokens: Sequence[_Token]) -> _Hit | None:
    found: list[_Token] = []
    for part in phrase.parts:
        token = next((t for t in tokens if t not in found and any(_fits(part, form) for form in t.forms)), None)
        if token is None:
            return None
        found.append(token)
    first = min(found, key=lambda token: token.place)
    return _Hit((first.behind, -len(phrase.parts), first.place, -phrase.length), phrase, tuple(found))


def _fits(part: tuple[str, bool, bool], form: str) -> bool:
    literal, any_begin, any_end = part
    if any_begin:
        return literal in form if any_end else form.endswith(literal)
    return form.startswith(literal) if any_end else form == literal


def _tokens(text: str) -> list[_Token]:
    """The words of a text; a compound with hyphens as one word and as its parts, „Stadtbäume“ also as „Bäume“."""
    found: list[_Token] = []
    behind = 0
    for place, match in enumerate(_WORD.finditer(plain(text))):
        word = match.group()
        parts = _PART.findall(word)
        joined = "".join(parts)
        forms = [joined, *(parts if len(parts) > 1 else ())]
        if "+" in word:
            forms.append(word)
        forms += [form[inner.end() :] for form in list(forms) if (inner := _OF_TOWN.match(form))]
        if place:
            behind = max(behind, 2 * (joined in _BREAKDOWN), joined in _PLACES)
        found.append(_Token(tuple(forms), place, behind, joined))
    return found


def _candidates(tokens: Sequence[_Token]) -> list[_Phrase]:
    index = _index()
    found: dict[int, _Phrase] = {}
    for token in tokens:
        for form in token.forms:
            for phrase in index.get(form[:3], ()):
                found[id(phrase)] = phrase
    for phrase in index.get("*", ()):
        found[id(phrase)] = phrase
    return list(found.values())


@cache
def _index() -> Mapping[str, tuple[_Phrase, ...]]:
    """The phrases by the first three letters of their first part; those that begin anywhere under ``*``."""
    found: dict[str, list[_Phrase]] = {}
    for row in rows("musterdatenkatalog"):
        entry = entries()[row["code"]]
        for column in ("words", "weak"):
            for text in listed(row[column]):
                phrase = _phrase(entry, text, column == "weak")
                literal, any_begin, _ = phrase.parts[0]
                found.setdefault("*" if any_begin else literal[:3], []).append(phrase)
    return {key: tuple(phrases) for key, phrases in found.items()}


def _phrase(entry: Entry, text: str, weak: bool) -> _Phrase:
    parts = []
    for word in plain(text).split():
        bare = word.strip("*").replace("-", "")
        parts.append((bare, word.startswith("*"), word.endswith("*")))
    return _Phrase(entry, tuple(parts), weak, sum(len(part[0]) for part in parts))


@cache
def _labels() -> Mapping[str, Entry]:
    """The entries by their whole German label, and by the label without its topic where that is more than one word."""
    found = {fold(entry.de): entry for entry in entries().values()}
    for entry in entries().values():
        _, *rest = entry.de.split(" – ")
        if len(rest) > 1:
            found.setdefault(fold(" ".join(rest)), entry)
    return found


@cache
def _by_key() -> Mapping[str, Entry]:
    return {iri_key(entry.iri): entry for entry in entries().values()}
