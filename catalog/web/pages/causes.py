"""The causes of a run's findings in words: what is wrong, with which property, how often, how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlencode

from markupsafe import Markup

from catalog.reading.entries import RunRow
from catalog.runs import run_findings
from catalog.runs.run_findings import HELD, LEFT, RECORD, SET_ASIDE, Place, Summary
from catalog.web import plans
from catalog.web.pages import labels, remarks
from catalog.web.texts import Texts, later
from harvesters.reasons import NOTHING_TO_DO
from schemas import iris
from schemas.findings import Finding, Severity
from schemas.region import Region

BECAME: Mapping[str, str] = {
    RECORD: later("übernommen"),
    SET_ASIDE: later("zurückgestellt"),
    LEFT: later("doppelt"),
    HELD: later("wartet auf Entscheidung"),
}


class Shown(NamedTuple):
    """A cause in words. ``records`` is 0 where it concerns the source as a whole; ``number`` is its place in the summary."""

    title: Markup
    tone: str
    severity: str
    rule: str
    path: str | None
    property: str
    message: str
    fix: str
    findings: int
    records: int
    examples: tuple[Place, ...]


def of_run(found: Summary, texts: Texts, names: bool = True) -> tuple[Shown, ...]:
    """All causes, those of the source as a whole first. Without ``names`` nothing is told that one record alone says."""
    causes = (*run_findings.source_causes(found.source), *found.causes)
    of_source = len(causes) - len(found.causes)
    return tuple(_shown(cause, texts, names or number < of_source) for number, cause in enumerate(causes))


def _shown(cause: run_findings.Cause, texts: Texts, names: bool) -> Shown:
    said = tuple("…" if each is None or not names else each for each in cause.arguments or ())
    if not names and cause.path and cause.arguments:
        # That a property is called by its name tells nothing of a record.
        short = labels.short_name(cause.path)
        said = tuple(each if each == short else "…" for each in cause.arguments)
    message, fix = remarks.sentences(Finding(Severity(cause.severity), "", cause.path, cause.rule, said), texts)
    title, tone = remarks.title_of(Severity(cause.severity), texts)
    called = labels.property_label(cause.path, texts) if cause.path else ""
    examples = tuple(cause.examples) if names else ()
    numbers = (cause.findings, cause.records)
    return Shown(title, tone, cause.severity, cause.rule, cause.path, called, message, fix, *numbers, examples)


def only_waiting(found: Summary | None) -> bool:
    """Whether nothing is to be done about a run but to wait for the next: all that went wrong passes by itself."""
    wrong = [finding for finding in (found.source if found else ()) if finding.severity == Severity.VIOLATION]
    return bool(wrong) and all(finding.rule in NOTHING_TO_DO for finding in wrong)


def is_public(run: RunRow, found: Summary) -> bool:
    """Whether everyone may read what a run found in its records: not before it is published (DESIGN 3, step 6; F66)."""
    return run.published is not None or not found.causes


def may_read(region: Region, run: RunRow, found: Summary, word: str) -> bool:
    """Whether the findings of a run may be read with a word out of an address (:mod:`catalog.web.plans`)."""
    return is_public(run, found) or (bool(word) and plans.opens(region, run.id, word))


def place_of(place: Place, run: RunRow) -> str:
    """Where a record can be looked at, below the region's address; empty if nowhere."""
    if run.published is None:
        return ""
    if place.became == SET_ASIDE:
        return "/set-aside?" + urlencode({"source": run.source_id, "record": place.native_id})
    if place.became == RECORD and place.key and place.kind in iris.KINDS:
        return f"/id/{place.kind}/{place.key}"
    return ""
