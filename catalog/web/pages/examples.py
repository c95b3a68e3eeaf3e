"""Searches that find something in this catalogue: the examples that the pages of help give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from catalog.reading import synonyms, words
from catalog.reading.entries import Query
from catalog.web.searching import searched
from catalog.web.templates import Page, short_name

Count = Callable[[str], int]
# What citizens ask for most: the first that finds something is shown.
_SUBJECTS = {
    "de": ("Müll", "Spielplatz", "Wasser", "Einwohner", "Straße", "Haushalt", "Schule", "Kita", "Bäume", "Wahl"),
    "en": (
        "rubbish",
        "playground",
        "water",
        "population",
        "street",
        "budget",
        "school",
        "nursery",
        "trees",
        "election",
    ),
}
_COMPOUNDS = (
    *(("Beleuchtung", "Straßenbeleuchtung"), ("Plätze", "Parkplätze"), ("Plan", "Bebauungsplan"), ("Weg", "Radweg")),
    *(("Kalender", "Abfallkalender"), ("Steuer", "Hundesteuer"), ("Stand", "Wasserstand"), ("Schutz", "Naturschutz")),
)
_PLURALS = (
    *(("Spielplatz", "Spielplätze"), ("Baum", "Bäume"), ("Straße", "Straßen"), ("Radweg", "Radwege")),
    *(("Wahlbezirk", "Wahlbezirke"), ("Termin", "Termine"), ("Zahl", "Zahlen"), ("Plan", "Pläne")),
)
_LOOKED_AT = 30  # datasets whose titles are drawn from
_TRIES = 40
_SHORTEST = 4


class Example(NamedTuple):
    """A search that finds at least one dataset, and the words that it finds too, or leaves out."""

    q: str
    others: str = ""


class Examples(NamedTuple):
    """One search of each kind; None where this catalogue has none."""

    compound: Example | None = None
    plural: Example | None = None
    english: tuple[Example, ...] = ()
    place: Example | None = None
    part: Example | None = None
    phrase: Example | None = None
    without: Example | None = None


async def examples(page: Page) -> Examples:
    """Examples in the language of a page. Each is a search that was done."""
    return await searched(page.catalogue, lambda: _examples(page))


async def subject(page: Page) -> str:
    """A word in the language of a page that finds something; nothing if none of ours does."""
    return await searched(page.catalogue, lambda: next(_found(_count(page), _SUBJECTS[page.language]), ""))


def _examples(page: Page) -> Examples:
    count, english = _count(page), page.language == "en"
    titles = tuple(hit.summary.title for hit in page.catalogue.find(Query(size=_LOOKED_AT), page.at).hits)
    subjects = tuple(islice(_found(count, _SUBJECTS[page.language]), 3))
    return Examples(
        compound=None if english else _pair(count, _COMPOUNDS),
        plural=None if english else _pair(count, _PLURALS),
        english=tuple(Example(q, ", ".join(synonyms.german([q]))) for q in subjects[:2]) if english else (),
        place=_first(count, _in_towns(page, subjects)),
        part=_first(count, _in_parts(page, subjects)),
        phrase=_first(count, map(Example, _phrases(titles))),
        without=_first(count, _without(page, count, (*subjects, *_nouns(titles)))),
    )


def _count(page: Page) -> Count:
    today = page.today
    return lambda q: page.catalogue.count(Query(q=q), today)


def _found(count: Count, several: Iterable[str]) -> Iterator[str]:
    return (q for q in several if count(q))


def _first(count: Count, several: Iterable[Example]) -> Example | None:
    return next((each for each in islice(several, _TRIES) if count(each.q)), None)


def _pair(count: Count, pairs: Iterable[tuple[str, str]]) -> Example | None:
    """The first pair whose other word stands in the catalogue as it is, and is found by the first."""
    return next((Example(q, other) for q, other in pairs if count(f'"{other}"') and count(q)), None)


def _in_towns(page: Page, subjects: Sequence[str]) -> Iterator[Example]:
    for q in subjects:
        for town in page.region.municipalities:
            yield Example(f"{q} {short_name(town.name)}")


def _in_parts(page: Page, subjects: Sequence[str]) -> Iterator[Example]:
    """A part by what one types to mean it, whatever else its name means."""
    parts = [typed for typed, named in page.catalogue.ground.places.beginning_with("") if named.what == "part"]
    for q in subjects:
        for part in parts[:_TRIES]:
            yield Example(f"{q} {part}", part)


def _phrases(titles: Iterable[str]) -> Iterator[str]:
    """Words that stand together in a title, first those that a small word joins: "Wasserstand der Fliede"."""
    joined, plain = [], []
    for title in titles:
        said = title.split()
        for at in range(len(said) - 1):
            if at + 2 < len(said) and said[at + 1].casefold() in words.STOP_WORDS and _is_noun(said[at + 2]):
                joined += [f'"{" ".join(said[at : at + 3])}"'] if _is_noun(said[at]) else []
            elif _is_noun(said[at]) and _is_noun(said[at + 1]):
                plain.append(f'"{said[at]} {said[at + 1]}"')
    yield from joined
    yield from plain


def _without(page: Page, count: Count, subjects: Iterable[str]) -> Iterator[Example]:
    """A word without another one that some, but not all of its datasets have in their title."""
    for q in subjects:
        hits = page.catalogue.find(Query(q=q, size=_LOOKED_AT), page.at).hits
        for other in _nouns(hit.summary.title for hit in hits) if len(hits) > 1 else ():
            is_place = bool(page.catalogue.ground.places.mentions([other]))
            if not is_place and words.stem(other) != words.stem(q) and count(f"{q} -{other}") < count(q):
                yield Example(f"{q} -{other}", other)


def _nouns(titles: Iterable[str]) -> Iterator[str]:
    return (word for word in dict.fromkeys(word for title in titles for word in title.split()) if _is_noun(word))


def _is_noun(word: str) -> bool:
    return len(word) >= _SHORTEST and word.isalpha() and word[0].isupper() and word.casefold() not in words.STOP_WORDS
