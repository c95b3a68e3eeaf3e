"""The corrections of a record as they are shown: on its page, by ``show`` and ``correct``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from catalog.corrections.kept import Kept
from catalog.reading.entries import RECORD_CLASSES, Entry
from schemas import corrections
from schemas.corrections import APPLIED, HOMELESS, RESTING
from schemas.model import Resource


class Shown(NamedTuple):
    """One correction of one record: what it says, what the source says, since when, and how it stands.

    ``state`` is ``applied``, ``resting`` (the source says so itself) or ``homeless`` (its file is gone). Values are lines
    for people; ``statements`` are the same as N-Triples.
    """

    attribute: str
    path: str
    file: str
    value: str
    source: str
    source_then: str
    state: str
    rule: str
    evidence_de: str
    evidence_en: str
    made: str
    run: int
    statements: str = ""

    @property
    def source_changed(self) -> bool:
        """Whether the source says something else than when the correction was made, and not what that says."""
        return self.state == APPLIED and self.source != self.source_then

    def to_json(self) -> dict[str, Any]:
        """The correction as one entry of ``corrections`` (DESIGN 4.2)."""
        return {
            "attribute": self.attribute,
            "property": self.path or None,
            "file": self.file or None,
            "value": self.statements,
            "shown": {"value": self.value, "source": self.source, "source_then": self.source_then},
            "state": self.state,
            "rule": self.rule,
            "evidence": {"de": self.evidence_de, "en": self.evidence_en},
            "made": self.made,
            "run": self.run,
        }


def shown(kept: Sequence[Kept], entry: Entry) -> tuple[Shown, ...]:
    """The corrections in force of a record, in the order in which they were made; takes it as it stands under them."""
    record_class: Any = RECORD_CLASSES[entry.kind]
    beneath = {each.id: each for each in entry.corrected}
    found = []
    for key, correction, made, run in kept:
        assert key == entry.key
        corrected = beneath.get(correction.id)
        state = corrected.state if corrected else HOMELESS
        source = correction.source_value if corrected is None or state == HOMELESS else corrected.source
        lines = [
            _line(record_class, correction.attribute, said)
            for said in (correction.value, source, correction.source_value)
        ]
        path = _property(record_class, correction.attribute)
        told = (correction.rule, correction.evidence_de, correction.evidence_en, made, run, correction.value)
        found.append(Shown(correction.attribute, path, correction.part, lines[0], lines[1], lines[2], state, *told))
    return tuple(found)


def _property(record_class: type[Resource], attribute: str) -> str:
    try:
        return corrections.property_of(record_class, attribute)
    except corrections.NotCorrectable:  # of a newer program
        return ""


def _line(record_class: type[Resource], attribute: str, said: str) -> str:
    try:
        return corrections.shown(record_class, attribute, said)
    except (ValueError, StopIteration):  # a text that a forgetting has cut
        return "…"


__all__ = ["APPLIED", "HOMELESS", "RESTING", "Shown", "shown"]
