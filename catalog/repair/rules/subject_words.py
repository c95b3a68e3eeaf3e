"""What the data are about: theme, keywords and rhythm, by the Musterdatenkatalog and by neighbours' records of the kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from catalog.repair import neighbours
from catalog.repair.neighbours import Shared
from catalog.repair.subject import Subject, others
from catalog.repair.titles import telling_words
from schemas.kinds import Literal
from schemas.model import text
from schemas.proposals import Proposal
from schemas.vocabularies import LISTS, find_theme

THEME, KEYWORD = "theme", "keyword"
TITLES = {THEME: ("Thema", "Theme"), KEYWORD: ("Schlagwörter", "Keywords")}
_MOST = 5


def propose(subject: Subject) -> Iterator[Proposal]:
    """Theme and keywords of a dataset that states none."""
    if not subject.dataset.theme:
        yield from _theme(subject)
    if not subject.dataset.keyword:
        yield from _keywords(subject)


def _theme(subject: Subject) -> Iterator[Proposal]:
    base = LISTS["data-theme"].base
    if subject.kind is not None and subject.kind.entry.themes:
        kind = subject.kind
        yield _of_theme(
            kind.entry.themes[:1],
            min(kind.certainty, 90),
            f"„{kind.words}“ ist im Musterdatenkatalog „{kind.entry.de}“ und gehört zu diesem Thema.",
            f"“{kind.words}” is “{kind.entry.en}” in the Musterdatenkatalog and belongs to this theme.",
        )
        return
    if said := neighbours.shared(others(subject), "themes"):
        yield _of_theme((base + said[0].value,), 70, *_as_neighbours(said[0]))
        return
    for word in (*subject.dataset.keyword, *(Literal(w) for w in _title_words(subject))):
        found = find_theme(word.text)
        if len(found) == 1:
            de, en = found[0].de, found[0].en
            yield _of_theme(
                (found[0].iri,),
                60,
                f"„{word.text}“ bezeichnet das Thema „{de}“.",
                f"“{word.text}” names the theme “{en}”.",
            )
            return


def _of_theme(values: tuple[str, ...], certainty: int, de: str, en: str) -> Proposal:
    return Proposal(rule=THEME, attribute="theme", values=values, certainty=certainty, evidence_de=de, evidence_en=en)


def _keywords(subject: Subject) -> Iterator[Proposal]:
    said = neighbours.shared(others(subject), "keywords")
    if said:
        yield _of_keywords(subject, [each.value for each in said[:_MOST]], 60, *_as_neighbours(said[0]))
        return
    words = _title_words(subject)
    if subject.kind is not None and subject.kind.where == "title":
        topic = subject.kind.entry.topic
        words = list(dict.fromkeys([topic, *words]))[:_MOST]
        yield _of_keywords(
            subject,
            words,
            min(subject.kind.certainty, 80),
            f"Im Titel steht „{subject.kind.words}“; im Musterdatenkatalog gehört das zum Gebiet „{topic}“.",
            f"The title says “{subject.kind.words}”; in the Musterdatenkatalog that is the area “{topic}”.",
        )
    elif words:
        shown = ", ".join(f"„{word}“" for word in words[:_MOST])
        yield _of_keywords(
            subject,
            words[:_MOST],
            40,  # a title's words need not be what it is about
            f"Diese Wörter stehen im Titel: {shown}.",
            f"These words stand in the title: {shown}.",
        )
        return
    named = telling_words(" ".join(_columns(subject)), [each.name for each in subject.region.municipalities])
    if not words and named:
        shown = ", ".join(f"„{word}“" for word in named[:_MOST])
        yield _of_keywords(
            subject,
            named[:_MOST],
            45,
            f"So heißen Spalten der Datei: {shown}.",
            f"Columns of the file are called: {shown}.",
        )


def _columns(subject: Subject) -> list[str]:
    return [
        name for file in subject.files if file.look is not None and not file.look.personal for name in file.look.columns
    ]


def _of_keywords(subject: Subject, words: Sequence[str], certainty: int, de: str, en: str) -> Proposal:
    values = tuple(Literal(word, subject.language) for word in words)
    return Proposal(
        rule=KEYWORD, attribute="keyword", values=values, certainty=certainty, evidence_de=de, evidence_en=en
    )


def _title_words(subject: Subject) -> list[str]:
    places = [each.name for each in subject.region.municipalities]
    return telling_words(text(subject.dataset.title, subject.language), places)


def _as_neighbours(said: Shared) -> tuple[str, str]:
    title = said.example.title
    return (
        f"So gibt es {said.said} von {said.of} Datensätzen derselben Art in der Region an, etwa „{title}“.",
        f"So do {said.said} of {said.of} datasets of the same kind in the region, for example “{title}”.",
    )
