"""Which entry of the Musterdatenkatalog, the list of what German towns publish, a dataset is.

The list is that of Bertelsmann Stiftung (edition 2023-04-20); its IRIs stand in dcterms:references (Konventionenhandbuch
2.0, "Verwendung des Musterdatenkatalogs"). The words by which an entry is recognised are our own
(``vocabularies/musterdatenkatalog.csv``, phrases of :mod:`schemas.phrases`); weak ones count only with support from
keywords, description or theme.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from schemas.kinds import Literal
from schemas.model import Dataset, Resource, iri_of
from schemas.phrases import Hit, PhraseTable, is_whole, tokens
from schemas.vocabularies import LISTS
from schemas.vocabularies.codes import listed, rows
from schemas.vocabularies.spelling import fold, iri_key

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


_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[/#?&=_-]")


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
    strong = [hit for hit in hits if not hit.weak]
    for number, hit in enumerate(strong):
        _enter(found, hit, _in_title(text, hit, number) + _agreement(hit.key, themes), where)
    for hit in () if strong else hits:
        _enter(found, hit, BESIDE_ANOTHER if is_whole(text, hit) else WEAK_ALONE, where)


def _in_title(text: str, hit: Hit[Entry], number: int) -> int:
    if hit.behind:
        return BESIDE_ANOTHER if not number and hit.behind == 1 else BREAKDOWN
    if number:
        return BESIDE_ANOTHER - 10 * min(number, 3)
    return WHOLE_TITLE if is_whole(text, hit) else IN_TITLE


def _with_support(found: dict[str, Match], keywords: Sequence[str], description: str, themes: set[str]) -> None:
    """Keywords and description: alone they show little; to what the title shows weakly they add."""
    said = [("keyword", hit) for keyword in keywords for hit in _hits(keyword)]
    said += [("description", hit) for hit in _hits(description[:_LONGEST_DESCRIPTION])]
    supported: set[str] = set()
    for where, hit in said:
        entry = hit.key
        known = found.get(entry.code)
        if known is None and not hit.weak:
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


def _enter(found: dict[str, Match], hit: Hit[Entry], certainty: int, where: str) -> None:
    entry = hit.key
    known = found.get(entry.code)
    certainty = max(1, min(certainty, STATED - 1))
    if known is None or known.certainty < certainty:
        found[entry.code] = Match(entry, certainty, where, hit.words)


def _agreement(entry: Entry, themes: set[str]) -> int:
    if not themes or not entry.themes:
        return 0
    return _THEME_AGREES if themes & set(entry.themes) else _THEME_DIFFERS


@lru_cache(maxsize=8192)
def _hits(text: str) -> tuple[Hit[Entry], ...]:
    """The entries whose phrases stand in a text; an entry whose whole label it is stands alone."""
    named = _labels().get(fold(text))
    if named is None:
        return _phrases().hits(text)
    words = tokens(text)
    return (Hit(named, False, 0, words, (0, -len(words), 0, 0)),)


@cache
def _phrases() -> PhraseTable[Entry]:
    return PhraseTable(
        (entries()[row["code"]], text, column == "weak")
        for row in rows("musterdatenkatalog")
        for column in ("words", "weak")
        for text in listed(row[column])
    )


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
