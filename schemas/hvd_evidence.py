"""What points to a category of the list of high-value datasets: words, INSPIRE themes, the Musterdatenkatalog, themes.

The words are our own (``vocabularies/hvd-evidence.csv``); the INSPIRE themes are those that the annex of Commission
Implementing Regulation (EU) 2023/138 names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import NamedTuple

from schemas import musterdaten
from schemas.kinds import Literal
from schemas.model import Dataset, iri_of
from schemas.namespaces import DCTERMS
from schemas.phrases import Hit, PhraseTable
from schemas.vocabularies import LISTS
from schemas.vocabularies.codes import listed, rows
from schemas.vocabularies.spelling import fold, iri_key

# A keyword „Gebäude“ may be any word; beside „inspireidentifiziert“ it is the theme.
STATED, LABELLED, IN_TITLE, IN_KEYWORD, WEAK_TITLE, WEAK_KEYWORD = 95, 50, 85, 50, 45, 25
_MARKED = 15
_THEME_AGREES, _THEME_DIFFERS = 5, -15
_INSPIRE = "inspire.ec.europa.eu/theme/"
# What German geoportals write on datasets of INSPIRE and on open or high-value ones.
_INSPIRE_WORDS = frozenset({"inspireidentifiziert", "inspire"})
_HVD_WORDS = frozenset(
    {"hvd", "highvaluedataset", "highvaluedatasets", "hochwertigedatensaetze", "hochwertigerdatensatz"}
)
# The EU data themes that go with the six top categories.
_THEMES: Mapping[str, frozenset[str]] = {
    "c_ac64a52d": frozenset({"REGI", "GOVE", "ENVI", "AGRI"}),
    "c_dd313021": frozenset({"ENVI", "REGI", "AGRI", "ENER", "HEAL", "TECH"}),
    "c_164e0bf5": frozenset({"ENVI", "TECH"}),
    "c_e1da4e07": frozenset({"SOCI", "ECON", "GOVE", "REGI", "HEAL", "EDUC"}),
    "c_a9135398": frozenset({"ECON", "GOVE"}),
    "c_b79e35eb": frozenset({"TRAN", "REGI"}),
}


class Evidence(NamedTuple):
    """What points to a category: how certain (1 to 100), and the sentence that says it, in German and English."""

    category: str
    certainty: int
    de: str
    en: str


def evidence(dataset: Dataset) -> tuple[Evidence, ...]:
    """What points to categories of the HVD list, the most certain first, one for each category."""
    found: dict[str, Evidence] = {}
    keywords = [value.text for value in dataset.keyword]
    folded = {fold(keyword) for keyword in keywords}
    for each in (
        *_of_inspire(dataset, keywords, bool(folded & _INSPIRE_WORDS)),
        *_of_musterdaten(dataset),
        *_of_words(dataset, keywords),
    ):
        certainty = each.certainty + _agreement(each.category, dataset) + (_MARKED if folded & _HVD_WORDS else 0)
        certainty = max(1, min(certainty, 99))
        known = found.get(each.category)
        if known is None or known.certainty < certainty:
            found[each.category] = each._replace(certainty=certainty)
    return tuple(sorted(found.values(), key=lambda each: (-each.certainty, each.category)))


def _of_inspire(dataset: Dataset, keywords: list[str], marked: bool) -> Iterable[Evidence]:
    by_code, by_label = _inspire()
    subjects = [value for path, value in dataset.extra if path == str(DCTERMS.subject)]
    for value in (*subjects, *dataset.theme):
        iri = iri_key(iri_of(value) or "") if not isinstance(value, Literal) else ""
        if iri.startswith(_INSPIRE) and (code := by_code.get(iri[len(_INSPIRE) :])):
            yield _said(
                code, STATED, "Der Datensatz nennt das INSPIRE-Thema {0}.", "The dataset states the INSPIRE theme {0}."
            )
    for keyword in keywords:
        if code := by_label.get(fold(keyword)):
            certainty = STATED if marked else LABELLED
            yield _said(
                code,
                certainty,
                f"Das Schlagwort „{keyword}“ ist das INSPIRE-Thema {{0}}.",
                f"The keyword “{keyword}” is the INSPIRE theme {{0}}.",
            )


def _of_musterdaten(dataset: Dataset) -> Iterable[Evidence]:
    for match in musterdaten.of(dataset):
        if match.where == "description":
            continue
        for category in (*match.entry.hvd, *match.entry.maybe_hvd):
            sure = category in match.entry.hvd
            yield _said(
                category,
                match.certainty - 10 if sure else min(match.certainty - 45, WEAK_TITLE),
                f"Der Datensatz ist nach „{match.words}“ der Musterdatensatz „{match.entry.de}“, der zu {{0}} "
                + ("gehört." if sure else "gehören kann."),
                f"By “{match.words}” the dataset is the Musterdatensatz “{match.entry.en}”, which "
                + ("belongs to {0}." if sure else "may belong to {0}."),
            )


def _of_words(dataset: Dataset, keywords: list[str]) -> Iterable[Evidence]:
    titles = [value.text for value in dataset.title]
    for texts, de, en, strong, weak in (
        (titles, "Der Titel nennt „{1}“: {0}.", "The title says “{1}”: {0}.", IN_TITLE, WEAK_TITLE),
        (keywords, "Ein Schlagwort nennt „{1}“: {0}.", "A keyword says “{1}”: {0}.", IN_KEYWORD, WEAK_KEYWORD),
    ):
        for text in texts:
            for hit in _hits(text):
                # „Unfälle nach Verwaltungsgrenzen“ holds accidents, not boundaries.
                certainty = (weak if hit.weak else strong) // (2 if hit.behind == 2 else 1)
                yield _said(hit.key, certainty, de, en, hit.words)


def _said(category: str, certainty: int, de: str, en: str, words: str = "") -> Evidence:
    known = LISTS["hvd-category"]
    labels = [f"{known.label(category, lang)} ({_top_label(category, lang)})" for lang in ("de", "en")]
    return Evidence(category, certainty, de.format(labels[0], words), en.format(labels[1], words))


def _top(category: str) -> str:
    above = LISTS["hvd-category"].broader(category)
    return category if above is None else _top(above.iri)


def _top_label(category: str, lang: str) -> str:
    return LISTS["hvd-category"].label(_top(category), lang) or ""


def _agreement(category: str, dataset: Dataset) -> int:
    stated = {code.code for value in dataset.theme if (code := LISTS["data-theme"].by_iri(iri_of(value) or ""))}
    if not stated:
        return 0
    top = LISTS["hvd-category"].by_iri(_top(category))
    assert top is not None
    return _THEME_AGREES if stated & _THEMES[top.code] else _THEME_DIFFERS


@lru_cache(maxsize=4096)
def _hits(text: str) -> tuple[Hit[str], ...]:
    return _phrases().hits(text)


@cache
def _phrases() -> PhraseTable[str]:
    base = LISTS["hvd-category"].base
    return PhraseTable(
        (base + row["code"], text, column == "weak")
        for row in rows("hvd-evidence")
        for column in ("words", "weak")
        for text in listed(row[column])
    )


@cache
def _inspire() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """HVD categories by the code and by the folded labels of an INSPIRE theme."""
    base = LISTS["hvd-category"].base
    themed = [row for row in rows("hvd-evidence") if row["inspire"]]
    by_code = {row["inspire"]: base + row["code"] for row in themed}
    return by_code, {fold(label): base + row["code"] for row in themed for label in listed(row["theme"])}
