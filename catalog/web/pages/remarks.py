"""Findings as sentences, grouped by how much they weigh and what is wrong, each with how to mend it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from markupsafe import Markup

from catalog.links.findings import BROKEN
from catalog.preview.findings import PERSONAL_COLUMN, PERSONAL_LINES, PERSONAL_PAGE
from catalog.web.pages import labels
from catalog.web.texts import Texts, later
from harvesters import wordings
from schemas.findings import WORDING, Finding, Severity, Wording
from schemas.rules import ATTRIBUTION, EMPTY_CONTACT, EMPTY_PERIOD, TURNED_PERIOD
from schemas.validation import MISSING, RECOMMENDED

_TITLES = {
    Severity.VIOLATION: (later("Muss behoben werden"), "bad"),
    Severity.WARNING: (later("Sollte ergänzt werden"), "notice"),
    Severity.INFO: (later("Zur Kenntnis"), "idle"),
}
_MISSING = {
    MISSING: (later("Diese Pflichtangaben fehlen:"), later("Ergänzen Sie diese Angaben an der Quelle.")),
    RECOMMENDED: (
        later("Diese empfohlenen Angaben fehlen:"),
        later("Ergänzen Sie diese Angaben an der Quelle; der Datensatz wird so besser gefunden und bewertet."),
    ),
}
_PLACE = re.compile(r"\{\d+\}")
_BRIEF = 3
_LACKING = (
    (MISSING, later("Pflichtangaben fehlen: {names}.")),
    (RECOMMENDED, later("Empfohlene Angaben fehlen: {names}.")),
)
_OF_FILES, _OF_SERIES = later("{name} (bei Dateien)"), later("{name} (bei der Datenserie)")
# What whoever uses the data has to know too, in words that they know.
_FOR_ALL = frozenset(
    {BROKEN, PERSONAL_COLUMN, PERSONAL_LINES, PERSONAL_PAGE, ATTRIBUTION, EMPTY_CONTACT, EMPTY_PERIOD, TURNED_PERIOD}
)


class Remark(NamedTuple):
    """One thing that is wrong, with the places where it was found (none: the record itself)."""

    message: str
    fix: str
    rule: str
    places: tuple[str, ...] = ()
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()  # what is wrong alike in several properties, each with places


class Group(NamedTuple):
    """The remarks of one severity."""

    title: Markup
    tone: str
    severity: str
    remarks: tuple[Remark, ...]

    @property
    def number(self) -> int:
        """How many things are wrong."""
        return sum(len(remark.parts) or 1 for remark in self.remarks)


class Cause(NamedTuple):
    """A rule that found something in a run, and how often."""

    title: Markup
    tone: str
    message: str
    fix: str
    rule: str
    number: int


def grouped(findings: Iterable[Finding], texts: Texts, place: Callable[[str], str]) -> tuple[Group, ...]:
    """The findings of a record, the weightiest first. ``place`` names what a focus is; empty for the record itself."""
    found: dict[Severity, dict[Finding, list[str]]] = {severity: {} for severity in _TITLES}
    for finding in findings:
        alike = finding._replace(focus="")
        found[finding.severity].setdefault(alike, []).append(place(finding.focus))
    return tuple(
        Group(texts.text(_TITLES[severity][0]), _TITLES[severity][1], str(severity), tuple(_remarks(alike, texts)))
        for severity, alike in found.items()
        if alike
    )


def brief(
    findings: Iterable[Finding], texts: Texts, files: frozenset[str] = frozenset(), series: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """What is wrong in at most three sentences for whoever wants to use the data, the weightiest first.

    What is only to be noted, and what only stewards understand, is not among them. ``files`` and ``series`` are the
    focuses that are not the dataset: what only they lack is told so, for the dataset states it.
    """
    findings = [each for each in findings if each.severity != Severity.INFO]
    of: dict[Finding, set[str]] = {}
    for each in findings:
        kind = _OF_FILES if each.focus in files else _OF_SERIES if each.focus in series else ""
        of.setdefault(each._replace(focus=""), set()).add(kind)
    found = list(dict.fromkeys(each._replace(focus="") for each in findings))
    order = list(_TITLES)
    told: dict[str, None] = {}
    for severity in order[:2]:
        for rule, wording in _LACKING:
            lacking = [each for each in found if (each.rule, each.severity) == (rule, severity) and each.path]
            words = ((labels.property_word(each.path or "", texts), min(of[each])) for each in lacking)
            names = dict.fromkeys(texts.plain(kind, name=word) if kind else word for word, kind in words if word)
            if names:
                told[texts.plain(wording, names=", ".join(names))] = None
        for each in found:
            if each.severity == severity and each.rule in _FOR_ALL:
                told[sentences(each, texts)[0]] = None
    if not told and any(each.severity == Severity.VIOLATION for each in found):
        told[texts.plain(later("Die Beschreibung hält nicht alle Vorgaben ein. Was fehlt, steht in den Befunden."))] = (
            None
        )
    return tuple(told)[:_BRIEF]


def _remarks(found: Mapping[Finding, Iterable[str]], texts: Texts) -> Iterator[Remark]:
    """The remarks of one severity; properties that are missing are told in one sentence."""
    places = {finding: tuple(dict.fromkeys(filter(None, where))) for finding, where in found.items()}
    for rule, (many, fix) in _MISSING.items():
        missing = [finding for finding in found if finding.rule == rule and finding.path]
        if len(missing) > 1:
            parts = tuple((labels.property_name(f.path or "", texts), places.pop(f)) for f in missing)
            yield Remark(texts.text(many), texts.text(fix), rule, parts=parts)
    for finding, where in places.items():
        yield Remark(*sentences(finding, texts), finding.rule, where)


def title_of(severity: Severity, texts: Texts) -> tuple[Markup, str]:
    """How much a severity weighs, in words, and its tone."""
    word, tone = _TITLES[severity]
    return texts.text(word), tone


def sentences(finding: Finding, texts: Texts) -> tuple[str, str]:
    """What is wrong and how to mend it; properties are called by their words."""
    wording = _wording(finding.rule)
    if wording is None:  # of a rule that this version does not have any more
        return f"{finding.rule}: {', '.join(finding.arguments)}".rstrip(": "), ""
    if finding.path:
        short = finding.path.rsplit("#", 1)[-1].rsplit("/", 1)[-1]
        called = labels.property_name(finding.path, texts)
        finding = finding._replace(arguments=tuple(called if each == short else each for each in finding.arguments))
    return finding.message(texts.language), finding.fix(texts.language)


def causes(stated: Iterable[tuple[str, str, int]], texts: Texts) -> tuple[Cause, ...]:
    """What a run found, by cause: takes severity, rule and count; the weightiest and most frequent first."""
    order = list(map(str, _TITLES))
    known = [(severity, rule, count) for severity, rule, count in stated if severity in order]
    found = []
    for severity, rule, count in sorted(known, key=lambda cause: (order.index(cause[0]), -cause[2], cause[1])):
        title, tone = _TITLES[Severity(severity)]
        wording = _wording(rule)
        german = texts.language == "de"
        message = (wording.de if german else wording.en) if wording else rule
        fix = (wording.fix_de if german else wording.fix_en) if wording else ""
        found.append(Cause(texts.text(title), tone, _PLACE.sub("…", message), _PLACE.sub("…", fix), rule, count))
    return tuple(found)


def know_all() -> None:
    """Loads the wording of every rule, so that findings can be told one after the other."""
    _declare_all()


def _wording(rule: str) -> Wording | None:
    if rule not in WORDING:
        _declare_all()
    return WORDING.get(rule)


@cache
def _declare_all() -> None:
    # Rules are declared by the modules that find something: only when all are imported is every wording known.
    wordings.load()
