"""A reading under a steward's corrections: its record, its trace, what the source says beneath, what there is to remark."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace

from harvesters.reading import Reading, TraceEntry
from schemas import corrections as corrected_records
from schemas.corrections import APPLIED, Corrected, Correction

# The rule of trace entries that say: a steward has.
TRACED = "correction"


def corrected(reading: Reading, corrections: Sequence[Correction]) -> Reading:
    """A reading, freed of persons and with the region's defaults, under the corrections of its record."""
    applied = corrected_records.apply(reading.record, corrections)
    if not applied.corrected and not applied.findings:
        return reading
    rules = {each.id: each.rule for each in corrections}
    trace = list(reading.trace)
    noted = []
    for each in applied.corrected:
        replaced: tuple[TraceEntry, ...] = ()
        if each.state == APPLIED:
            replaced = _of_attribute(trace, each, len(getattr(reading.record, "distribution", ())))
            trace = [entry for entry in trace if entry not in replaced]
            trace.append(TraceEntry(each.attribute, ": ".join((*each.names[:1], rules[each.id])), TRACED))
        noted.append(each._replace(trace=tuple((e.attribute, e.field, e.rule) for e in replaced)))
    known = {companion.iri for companion in reading.companions}
    return replace(
        reading,
        record=applied.record,
        trace=tuple(trace),
        findings=reading.findings + applied.findings,
        companions=(*reading.companions, *(c for c in applied.companions if c.iri not in known)),
        corrected=tuple(noted),
    )


def uncorrected_trace(trace: Iterable[TraceEntry], corrected: Iterable[Corrected]) -> tuple[TraceEntry, ...]:
    """The trace as it was before corrections took the places of some entries."""
    kept = [entry for entry in trace if entry.rule != TRACED]
    return (*kept, *(TraceEntry(*entry) for each in corrected for entry in each.trace))


def _of_attribute(trace: Iterable[TraceEntry], each: Corrected, parts: int) -> tuple[TraceEntry, ...]:
    # An entry on files speaks of all: it stays where only one of several is corrected.
    if each.names and parts > 1:
        return ()
    inner = f"{each.attribute}."
    return tuple(
        e for e in trace if e.rule != TRACED and (e.attribute == each.attribute or e.attribute.startswith(inner))
    )


def digest(corrections: Sequence[Correction]) -> bytes:
    """What the input hash of a record covers of its corrections; empty if there are none."""
    if not corrections:
        return b""
    said = repr([(c.attribute, c.part, c.part_address, c.value, c.source_value, c.rule) for c in corrections])
    return hashlib.blake2b(said.encode("utf-8", "surrogatepass"), digest_size=16).digest()
