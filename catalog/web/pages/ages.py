"""How old data are, each dataset counted once: what the nested ages of a search say as a row of bars."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from markupsafe import Markup

from catalog.reading.entries import AGES
from catalog.web.templates import Page
from catalog.web.texts import later

_WORDS: Mapping[str, str] = {
    "today": later("von heute"),
    "week": later("aus den letzten 7 Tagen"),
    "month": later("aus den letzten 31 Tagen"),
    "year": later("aus dem letzten Jahr"),
    "older": later("älter"),
}
_UNDATED = later("ohne Datum")


def ages(page: Page, counts: Mapping[str, int], total: int) -> Iterator[tuple[Markup, int]]:
    """Ages in words with their numbers of datasets, the youngest first; those without any are left out.

    Takes the facet of ages, in which each age holds the younger ones, and how many datasets there are in all.
    """
    before = dated = 0
    for age in AGES:
        number = counts.get(age, 0)
        own = number if age == "older" else number - before
        before = number
        dated += max(own, 0)
        if own > 0:
            yield page.texts.text(_WORDS[age]), own
    if total > dated:
        yield page.texts.text(_UNDATED), total - dated
