"""Datasets of one kind that differ in their period only: proposed as members of a dcat:DatasetSeries (DCAT-AP 3, 4.9).

„Haushalt 2022“, „Haushalt 2023“ and „Haushalt 2024“ of one publisher are three datasets and one series. What a source
groups itself stays as it is; a further year joins the series that the years before are in.
"""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rdflib import XSD

from schemas import iris
from schemas.kinds import Literal
from schemas.model import Agent, Dataset, DatasetSeries, Distribution, PeriodOfTime, Resource, iri_of, text
from schemas.proposals import Proposal
from schemas.vocabularies import LISTS
from schemas.vocabularies.spelling import fold, plain

SERIES = "dataset-series"
JOINED = 95
_BY_COUNT = {2: 65, 3: 75}
_MANY, _SAME_COLUMNS, _OTHER_COLUMNS, _SAME_FORMAT, _OTHER_FORMAT, _REGULAR, _DOUBLED = 85, 15, -30, 5, -20, 5, -20
_DATE = str(XSD.date)

_MONTHS = "januar februar maerz april mai juni juli august september oktober november dezember".split()  # noqa: SIM905
_YEAR = r"(?:19|20)\d{2}"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])\.\s?(?P<of_number>0?[1-9]|1[0-2])\."
_PERIOD = re.compile(
    rf"""(?<![^\W_])(?<!/)(?:(?:stand|stichtag|zum|am|vom|jahr|im\ jahr|in)[:\s]+)?(?:
    {_DAY}\s?(?P<of_day>{_YEAR})
    | (?P<part>[1-4])\.\s?(?:quartal|vierteljahr|halbjahr)\s?(?P<of_part>{_YEAR})
    | q(?P<quarter>[1-4])[-/\s]?(?P<of_quarter>{_YEAR})
    | (?P<month>{"|".join(_MONTHS)})\s(?P<of_month>{_YEAR})
    | (?P<year>{_YEAR})(?:-(?P<number>0[1-9]|1[0-2])(?![\d-]))?(?:\s?(?:[-/–]|\sbis\s)\s?(?P<until>{_YEAR}|\d\d)(?!\d))?
    )(?![^\W_])(?!/)""",
    re.VERBOSE,
)
# A number of a law or a standard is no year: „DIN 1986“, „§ 2013“.
_NO_YEAR = re.compile(r"(?:\b(?:din|iso|en|nr|nummer|lod|epsg|plz)|§)[\s.:]*$")


class Member(NamedTuple):
    """A dataset that may belong to a series, under its IRI; ``columns`` are the names of its table's columns, if known."""

    iri: str
    dataset: Dataset
    columns: frozenset[str] = frozenset()


class Titled(NamedTuple):
    """A title taken apart: what is left without its period, and the period as ``YYYY`` or ``YYYY-MM`` to sort by."""

    stem: str
    period: str


def taken_apart(title: str) -> Titled | None:
    """The title without the one period that it names; None if it names none, several, or nothing else."""
    folded = plain(title)
    found = [match for match in _PERIOD.finditer(folded) if not _NO_YEAR.search(folded[: match.start()])]
    if len(found) != 1:
        return None
    match = found[0]
    stem = fold(folded[: match.start()] + " " + folded[match.end() :])
    return Titled(stem, _sortable(match)) if len(stem) > 2 else None


def without_period(title: str) -> str:
    """A title as it is shown for the series: without its period and what joined it."""
    bare = _SHOWN_PERIOD.sub(" ", title)
    bare = re.sub(r"\s+(?=[,;:.])", "", re.sub(r"\(\s*\)|\[\s*\]", "", bare))
    return re.sub(r"\s+", " ", bare).strip(" ,;:–—-_/")


def propose(members: Iterable[Member], base_url: str) -> tuple[Proposal, ...]:
    """A proposal for each dataset that is one of a series of at least two periods and is in none yet.

    Takes the datasets of a region (each once) and the base address under which the IRI of a new series is minted: a
    function of publisher and title, so that it stays the same. All datasets of one kind get the same series, which is a
    companion of each proposal where it does not exist yet.
    """
    kinds: dict[tuple[str, str], list[tuple[str, Member]]] = defaultdict(list)
    for member in members:
        titled = taken_apart(text(member.dataset.title))
        if titled is not None:
            kinds[_publisher(member.dataset), titled.stem].append((titled.period, member))
    found: list[Proposal] = []
    for (publisher, stem), dated in kinds.items():
        dated.sort(key=lambda each: (each[0], each[1].iri))
        if len({period for period, _ in dated}) < 2:
            continue
        found += _of_kind(dated, iris.mint(base_url, "series", iris.key(f"series of {publisher}", stem)))
    return tuple(sorted(found, key=lambda proposal: (-proposal.certainty, proposal.record or "")))


def _of_kind(dated: list[tuple[str, Member]], minted: str) -> list[Proposal]:
    lonely = [member for _, member in dated if not member.dataset.in_series]
    there = {iri for _, member in dated for value in member.dataset.in_series if (iri := iri_of(value))}
    if not lonely or len(there) > 1:
        return []  # the source groups them itself, in its own way
    titles = ", ".join(f"„{text(member.dataset.title)}“" for _, member in dated[-4:])
    more_de, more_en = (f" und {len(dated) - 4} weitere", f" and {len(dated) - 4} more") if len(dated) > 4 else ("", "")
    companions: tuple[DatasetSeries, ...] = ()
    if there:
        series, certainty = there.pop(), JOINED
        evidence_de = f"Die anderen Jahrgänge derselben Stelle sind schon in dieser Datenserie: {titles}{more_de}."
        evidence_en = f"The other years of the same publisher are in this series already: {titles}{more_en}."
    else:
        series, companions = minted, (_series(dated, minted),)
        certainty, said_de, said_en = _certainty(dated)
        evidence_de = (
            "Diese Datensätze derselben Stelle unterscheiden sich im Titel nur im Zeitraum: "
            f"{titles}{more_de}{said_de}."
        )
        evidence_en = (
            f"These datasets of one publisher differ in their titles' period only: {titles}{more_en}{said_en}."
        )
    return [
        Proposal(
            rule=SERIES,
            attribute="in_series",
            values=(series,),
            evidence_de=evidence_de,
            evidence_en=evidence_en,
            certainty=certainty,
            record=member.iri,
            companions=companions,
        )
        for member in lonely
    ]


def _certainty(dated: Sequence[tuple[str, Member]]) -> tuple[int, str, str]:
    periods = [period for period, _ in dated]
    certainty = _BY_COUNT.get(len(set(periods)), _MANY)
    said_de, said_en = "", ""
    columns = [member.columns for _, member in dated if member.columns]
    if len(columns) > 1 and len(set(columns)) == 1:
        certainty += _SAME_COLUMNS
        said_de, said_en = "; die Tabellen haben dieselben Spalten", "; the tables have the same columns"
    elif len(columns) > 1 and not frozenset.intersection(*columns):
        certainty += _OTHER_COLUMNS
        said_de, said_en = "; die Tabellen haben andere Spalten", "; the tables have other columns"
    formats = [found for _, member in dated if (found := _formats(member.dataset))]
    if len(formats) > 1:
        shared = frozenset.intersection(*formats)
        certainty += _SAME_FORMAT if shared else _OTHER_FORMAT
        labels = ", ".join(sorted(LISTS["file-type"].label(iri, "de") or iri for iri in shared))
        said_de += f"; alle als {labels}" if shared else "; in verschiedenen Formaten"
        said_en += f"; all as {labels}" if shared else "; in different formats"
    if _is_regular(periods):
        certainty += _REGULAR
    if len(set(periods)) < len(periods):
        certainty += _DOUBLED
    return max(1, min(certainty, 99)), said_de, said_en


def _is_regular(periods: Sequence[str]) -> bool:
    years = sorted({int(period[:4]) for period in periods})
    return len({later - earlier for earlier, later in itertools.pairwise(years)}) == 1


def _series(dated: Sequence[tuple[str, Member]], minted: str) -> DatasetSeries:
    """The series: what its newest dataset says and holds for all, from the first period on."""
    first, newest = dated[0][0], dated[-1][1].dataset
    title = tuple(dict.fromkeys(value._replace(text=without_period(value.text)) for value in newest.title))
    name = without_period(text(newest.title))
    years = sorted({int(period[:4]) for period, _ in dated})
    yearly = years == [*range(years[0], years[-1] + 1)] and len({period[4:] for period, _ in dated}) == 1
    start = Literal(f"{first}-01" if len(first) > 4 else f"{first}-01-01", None, _DATE)
    return DatasetSeries(
        iri=minted,
        title=title,
        description=(
            Literal(f"Datensätze „{name}“ aus mehreren Zeiträumen.", "de"),
            Literal(f"Datasets “{name}” of several periods.", "en"),
        ),
        publisher=newest.publisher,
        contact_point=newest.contact_point,
        spatial=newest.spatial if len({member.dataset.spatial for _, member in dated}) == 1 else (),
        temporal=(PeriodOfTime(start_date=(start,)),),
        accrual_periodicity=(LISTS["frequency"].base + "ANNUAL",) if yearly else (),
        applicable_legislation=_shared([member.dataset.applicable_legislation for _, member in dated]),
        hvd_category=_shared([member.dataset.hvd_category for _, member in dated]),
    )


def _shared(values: Sequence[tuple[str | Resource, ...]]) -> tuple[str | Resource, ...]:
    return tuple(value for value in values[0] if all(value in each for each in values[1:]))


def _formats(dataset: Dataset) -> frozenset[str]:
    return frozenset(
        iri
        for form in dataset.distribution
        if isinstance(form, Distribution)
        for value in form.format
        if (iri := iri_of(value))
    )


def _publisher(dataset: Dataset) -> str:
    """By what datasets of one publisher are known: its IRI, else its name."""
    for value in dataset.publisher:
        if iri := iri_of(value):
            return iri
        if isinstance(value, Agent) and value.name:
            return fold(text(value.name))
    return ""


def _sortable(match: re.Match[str]) -> str:
    of = match.groupdict()
    if of["of_month"]:
        return f"{of['of_month']}-{_MONTHS.index(of['month']) + 1:02d}"
    if of["of_quarter"]:
        return f"{of['of_quarter']}-{3 * int(of['quarter']) - 2:02d}"
    if of["of_part"]:
        step = 6 if "halbjahr" in match.group() else 3
        return f"{of['of_part']}-{min(step * (int(of['part']) - 1) + 1, 12):02d}"
    if of["of_day"]:
        return f"{of['of_day']}-{int(of['of_number']):02d}"
    year = of["year"]
    return f"{year}-{of['number']}" if of["number"] else str(year)


# The same for a title in its own spelling: folding writes umlauts as two letters, which only one month's name has.
_SHOWN_PERIOD = re.compile(_PERIOD.pattern.replace("maerz", "märz|maerz"), re.VERBOSE | re.IGNORECASE)
