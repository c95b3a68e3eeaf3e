"""What a receiver makes of a record: a finding with its effect, and the verdict that follows from all of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from schemas.findings import Finding


class Effect(StrEnum):
    """What a receiver does because of a finding, the worst first."""

    DROPPED = "dropped"
    FILLED = "filled"
    REWRITTEN = "rewritten"
    NOTED = "noted"


class Remark(NamedTuple):
    """A finding with its effect."""

    effect: Effect
    finding: Finding

    def to_json(self) -> dict[str, object]:
        """The finding in the form of DESIGN 4.2, with its effect."""
        return {"effect": str(self.effect), **self.finding.to_json()}


class NotTaken(NamedTuple):
    """A property that a receiver passes over: of which kind of node, in how many datasets, in which for example."""

    kind: str
    property: str
    records: int
    example: str


@dataclass(frozen=True, slots=True)
class Record:
    """A dataset as a receiver sees it."""

    iri: str
    title: str
    remarks: tuple[Remark, ...] = ()

    @property
    def verdict(self) -> str:
        """``dropped``, ``filled``, ``rewritten`` or ``accepted``."""
        effects = {remark.effect for remark in self.remarks}
        return next((str(e) for e in (Effect.DROPPED, Effect.FILLED, Effect.REWRITTEN) if e in effects), "accepted")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one receiver makes of a feed.

    ``remarks`` concern the feed as a whole; ``missing`` are datasets that the receiver would delete, because it never
    reaches them (with their IRIs where they are known); ``facts`` are figures to enter in a form, label to value.
    """

    receiver: str
    title: tuple[str, str]
    records: tuple[Record, ...]
    remarks: tuple[Remark, ...] = ()
    missing: int = 0
    missing_iris: tuple[str, ...] = ()
    not_taken: tuple[NotTaken, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many datasets there are of each verdict; ``dropped`` counts those that are never reached too."""
        found = dict.fromkeys(("accepted", "filled", "rewritten", "dropped"), 0)
        aborted = any(remark.effect is Effect.DROPPED for remark in self.remarks)
        for record in self.records:
            found["dropped" if aborted else record.verdict] += 1
        found["dropped"] += self.missing
        return found

    @property
    def drops(self) -> bool:
        """Whether something would be dropped."""
        return self.counts["dropped"] > 0 or any(remark.effect is Effect.DROPPED for remark in self.remarks)

    def to_json(self) -> dict[str, Any]:
        """The verdict for ``--json``; only datasets with remarks are listed."""
        return {
            "receiver": self.receiver,
            "title": {"de": self.title[0], "en": self.title[1]},
            "counts": dict(self.counts),
            "remarks": [remark.to_json() for remark in self.remarks],
            "missing": {"count": self.missing, "datasets": list(self.missing_iris)},
            "records": [
                {
                    "iri": record.iri,
                    "title": record.title,
                    "verdict": record.verdict,
                    "remarks": [remark.to_json() for remark in record.remarks],
                }
                for record in self.records
                if record.remarks
            ],
            "not_taken": [entry._asdict() for entry in self.not_taken],
            "facts": dict(self.facts),
        }


def remark(effect: Effect, severity: Any, focus: str, path: str | None, rule: str, *arguments: str) -> Remark:
    """A remark from the parts of a finding."""
    return Remark(effect, Finding(severity, focus, path, rule, arguments))


def grouped(remarks: Iterable[tuple[str, Remark]]) -> Mapping[str, Sequence[Remark]]:
    """Remarks by the dataset that they concern."""
    found: dict[str, list[Remark]] = {}
    for iri, each in remarks:
        found.setdefault(iri, []).append(each)
    return found
