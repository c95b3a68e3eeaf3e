"""All findings of a run, by cause, as its page, its files and the command read them.

Two files under ``data/reports``, which :mod:`catalog.runs.findings_writer` writes: a summary (the causes with counts and
first records, what concerns the source as a whole) and, compressed, a line for each finding on a record, in the order of
the causes. So memory stays flat in both directions, the store does not grow with each run, and what a run said stays what
it said. Whoever reads a run again that found the same as the one before gets the same bytes: they are linked, not written
twice. What becomes of a person's name in them is what becomes of it in the findings themselves (DESIGN 4.4); ``forget``
rewrites both files.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import zstandard

from catalog.runs import run_rules  # noqa: F401  # whoever shows a run's findings needs the wordings of its own rules
from schemas.findings import Finding, Severity
from schemas.region import Region

# What became of a record; the first of them: it is public, or would be.
RECORD, SET_ASIDE, LEFT, HELD = "record", "set-aside", "duplicate", "held"
_ORDER = [str(severity) for severity in (Severity.VIOLATION, Severity.WARNING, Severity.INFO)]


class Place(NamedTuple):
    """A record with a finding. ``became`` is one of the words above; KEY and kind are empty where it has none."""

    became: str
    key: str
    kind: str
    native_id: str
    title: str


class Line(NamedTuple):
    """One finding on a record: the number of its cause in the summary, the record, the rest of the finding."""

    cause: int
    place: Place
    focus: str
    arguments: tuple[str, ...]


@dataclass(slots=True)
class Cause:
    """What is wrong alike: a rule on a property, with how often and in how many records it was found.

    ``arguments`` fill the rule's wording where all its findings say the same; None where they differ.
    """

    severity: str
    rule: str
    path: str | None
    findings: int = 0
    records: int = 0
    arguments: list[str | None] | None = None
    examples: list[Place] = field(default_factory=list)

    def add(self, arguments: Sequence[str]) -> None:
        """Counts a finding."""
        self.findings += 1
        if self.arguments is None:
            self.arguments = list(arguments)
        elif self.arguments != arguments:
            longest = max(len(self.arguments), len(arguments))
            mine, theirs = ([*each, *[None] * (longest - len(each))] for each in (self.arguments, arguments))
            self.arguments = [one if one == other else None for one, other in zip(mine, theirs, strict=True)]


@dataclass(frozen=True, slots=True)
class Summary:
    """The findings of a run: ``causes`` of those on records, the weightiest first; ``source`` are all that concern no record."""

    run: int
    digest: str
    causes: tuple[Cause, ...] = ()
    source: tuple[Finding, ...] = ()

    @property
    def findings(self) -> int:
        """How many findings there are."""
        return sum(cause.findings for cause in self.causes) + len(self.source)

    def finding(self, line: Line) -> Finding:
        """The finding of a line."""
        cause = self.causes[line.cause]
        return Finding(Severity(cause.severity), line.focus, cause.path, cause.rule, line.arguments)


def summary(region: Region, run_id: int) -> Summary | None:
    """The causes of a run; None if they were never written or are too old to be kept."""
    try:
        stored = orjson.loads(summary_file(region, run_id).read_bytes())
    except (FileNotFoundError, orjson.JSONDecodeError):
        return None
    causes = tuple(
        Cause(severity, rule, path, findings, records, arguments, [Place(*place) for place in examples])
        for severity, rule, path, findings, records, arguments, examples in stored["causes"]
    )
    source = tuple(
        Finding(Severity(severity), focus, path, rule, tuple(arguments))
        for severity, focus, path, rule, arguments in stored["source"]
    )
    return Summary(run_id, stored["digest"], causes, source)


def lines(region: Region, run_id: int) -> Iterator[Line]:
    """Every finding on a record, in the order of the causes, streamed; none if the file is not there."""
    try:
        opened = lines_file(region, run_id).open("rb")
    except FileNotFoundError:
        return
    with opened, zstandard.ZstdDecompressor().stream_reader(opened) as reader:
        for line in io.BufferedReader(reader, 1 << 16):
            cause, place, focus, arguments = orjson.loads(line)
            yield Line(cause, Place(*place), focus, tuple(arguments))


def stored_form(made: Summary) -> dict[str, Any]:
    """A summary as its file holds it."""
    return {
        "run": made.run,
        "digest": made.digest,
        "causes": [
            [c.severity, c.rule, c.path, c.findings, c.records, c.arguments or [], [list(p) for p in c.examples]]
            for c in made.causes
        ],
        "source": [[str(f.severity), f.focus, f.path, f.rule, list(f.arguments)] for f in made.source],
    }


def rank(severity: str) -> int:
    """The place of a severity, the weightiest first."""
    return _ORDER.index(severity) if severity in _ORDER else len(_ORDER)


def source_causes(findings: Iterable[Finding]) -> tuple[Cause, ...]:
    """What concerns no record, by cause, the weightiest first."""
    causes: dict[tuple[str, str, str | None], Cause] = {}
    for finding in findings:
        key = (str(finding.severity), finding.rule, finding.path)
        causes.setdefault(key, Cause(*key)).add(list(finding.arguments))
    return tuple(sorted(causes.values(), key=lambda cause: (rank(cause.severity), -cause.findings, cause.rule)))


def folder(region: Region) -> Path:
    """Where the findings of all runs are kept."""
    return region.data / "reports"


def summary_file(region: Region, run_id: int) -> Path:
    """The file of a run's summary."""
    return folder(region) / f"{run_id}-findings.json"


def lines_file(region: Region, run_id: int) -> Path:
    """The file with a line for each finding of a run on a record."""
    return folder(region) / f"{run_id}-findings.jsonl.zst"
